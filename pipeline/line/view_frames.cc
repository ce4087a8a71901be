// SPDX-License-Identifier: Apache-2.0
#include "pipeline/line/view_frames.h"

#include <algorithm>
#include <cstdlib>

namespace veriline::line {
namespace {
/// Blocks that overlap place a symbol alike to a fraction of a module; equal prints lie further.
constexpr double kSamePlaceMm = 1;

bool IsUpright(const item::ViewSpec& view) {
  return view.belt == item::BeltDirection::kUp || view.belt == item::BeltDirection::kDown;
}
}  // namespace

ViewFrames::ViewFrames(const item::Recipe& recipe) : recipe_(recipe) {
  for (const item::ViewSpec& view : recipe_.views) {
    geometry_.push_back(
        {recipe_.Counts(view.distance_mm), view.field_mm * recipe_.counts_per_mm,
         view.belt == item::BeltDirection::kLeft || view.belt == item::BeltDirection::kUp});
  }
  std::vector<bool> grouped(recipe_.views.size(), false);
  for (const item::ViewGroup& group : recipe_.groups) {
    if (group.kind != item::ViewGroup::Kind::kAnyOf) continue;
    any_of_ = true;
    units_.push_back(group.views);
    for (const size_t view : group.views) grouped[view] = true;
  }
  for (size_t view = 0; view < grouped.size(); ++view) {
    if (!grouped[view]) units_.push_back({view});
  }
}

void ViewFrames::Arrive(const FrameStamp& stamp) {
  const bool intact = stamp.status == FrameStatus::kComplete;
  frames_.push_back({.stamp = stamp, .state = intact ? State::kInFlight : State::kDamaged});
}

void ViewFrames::Drop(const FrameStamp& stamp) {
  frames_.push_back({.stamp = stamp, .state = State::kDropped});
}

int64_t ViewFrames::PositionOf(const FrameResult& result, Point place) const {
  const bool upright = IsUpright(recipe_.views[result.stamp.camera]);
  return geometry_[result.stamp.camera].PositionOf(result.stamp.encoder_count,
                                                   upright ? place.y : place.x,
                                                   upright ? result.height_px : result.width_px);
}

bool ViewFrames::Finish(std::unique_ptr<FrameResult> result) {
  const auto held = std::ranges::find_if(frames_, [&](const Held& f) {
    // Ids begin anew with each acquisition; a late result may be of the one before.
    return f.state == State::kInFlight && f.stamp.camera == result->stamp.camera &&
           f.stamp.frame_id == result->stamp.frame_id &&
           f.stamp.exposure_ns == result->stamp.exposure_ns;
  });
  if (held == frames_.end()) return false;
  const size_t view = result->stamp.camera;
  const item::ViewSpec& spec = recipe_.views[view];
  const bool upright = IsUpright(spec);
  for (const Symbol& symbol : result->symbols) {
    const Point centre = symbol.quad.Center();
    held->positions.push_back(PositionOf(*result, centre));
    const double across_ratio =
        upright ? centre.x / result->width_px : centre.y / result->height_px;
    int lane = -1;
    for (const item::ViewLane& v : spec.lanes) {
      if (v.from_ratio <= across_ratio && across_ratio < v.to_ratio) lane = v.lane;
    }
    held->lanes.push_back(lane);
    held->assigned.push_back(false);
  }
  for (const FrameText& text : result->texts) {
    const auto symbol = static_cast<size_t>(text.symbol);
    const bool beside = text.symbol >= 0 && symbol < held->positions.size();
    held->text_positions.push_back(beside ? held->positions[symbol]
                                          : PositionOf(*result, text.place.Center()));
    held->text_lanes.push_back(beside ? held->lanes[symbol] : text.lane);
  }
  held->state = result->partial ? State::kDropped : State::kDone;
  held->result = std::move(result);
  return true;
}

bool ViewFrames::ShowsLane(size_t view, int lane) const {
  return std::ranges::any_of(recipe_.views[view].lanes,
                             [lane](const item::ViewLane& v) { return v.lane == lane; });
}

ViewFrames::Answer ViewFrames::AskView(size_t view, const item::ItemTrack& track) const {
  if (recipe_.views[view].scan == item::ViewScan::kLine) return AskBlocks(view, track);
  Answer answer{Verdict::kAbsent, nullptr, view};
  bool passed_by = false;
  for (const Held& f : frames_) {
    if (f.stamp.camera != view) continue;
    const int64_t count = f.stamp.encoder_count;
    if (!geometry_[view].Covers(count, track.from_count, track.to_count)) {
      passed_by = passed_by || geometry_[view].From(count) > track.from_count;
      continue;
    }
    switch (f.state) {
      case State::kDone:
        return {Verdict::kAnswered, &f, view};
      case State::kInFlight:
        answer = {Verdict::kWaiting, &f, view};
        break;
      case State::kDropped:
        if (answer.what != Verdict::kWaiting) answer = {Verdict::kDropped, &f, view};
        break;
      case State::kDamaged:
        if (answer.what == Verdict::kAbsent) answer = {Verdict::kDamaged, &f, view};
        break;
    }
  }
  if (answer.what == Verdict::kAbsent && passed_by) answer.what = Verdict::kMissed;
  return answer;
}

ViewFrames::Answer ViewFrames::AskBlocks(size_t view, const item::ItemTrack& track) const {
  // Blocks come in the order of the belt and overlap. The best answer is that of the first set,
  // finished ones, then those under way, dropped and damaged ones too, that shows the window whole.
  const calibration::LineGeometry& geometry = geometry_[view];
  bool passed_by = false;
  for (const Verdict what :
       {Verdict::kAnswered, Verdict::kWaiting, Verdict::kDropped, Verdict::kDamaged}) {
    const State worst = what == Verdict::kAnswered  ? State::kDone
                        : what == Verdict::kWaiting ? State::kInFlight
                        : what == Verdict::kDropped ? State::kDropped
                                                    : State::kDamaged;
    int64_t shown_to = track.from_count;
    const Held* last = nullptr;
    for (const Held& f : frames_) {
      if (f.stamp.camera != view) continue;
      const int64_t from = geometry.From(f.stamp.encoder_count);
      const int64_t to = geometry.To(f.stamp.encoder_count);
      passed_by = passed_by || from > track.to_count;
      if (f.state > worst || from > shown_to || to <= shown_to) continue;
      shown_to = to;
      if (last == nullptr || f.state >= last->state) last = &f;
      if (shown_to >= track.to_count) return {what, last, view};
    }
  }
  return {passed_by ? Verdict::kMissed : Verdict::kAbsent, nullptr, view};
}

ViewFrames::Answer ViewFrames::Ask(const item::ItemTrack& track, int64_t count,
                                   item::ItemTimes* times) const {
  const int64_t decision_counts = recipe_.Counts(recipe_.decision_distance_mm);
  Answer together{Verdict::kAnswered, nullptr, 0};
  for (const std::vector<size_t>& unit : units_) {
    bool good = false;
    Answer pending{Verdict::kAnswered, nullptr, 0};
    Answer failed{Verdict::kAnswered, nullptr, 0};
    for (const size_t view : unit) {
      if (!ShowsLane(view, track.lane)) continue;
      Answer answer = AskView(view, track);
      // One of several cameras may be dead: half of the way to the decision point is waited for it.
      if (answer.what == Verdict::kAbsent && unit.size() > 1 &&
          count >= track.from_count + (geometry_[view].distance_counts + decision_counts) / 2) {
        answer.what = Verdict::kMissed;
      }
      switch (answer.what) {
        case Verdict::kAnswered:
          good = true;
          times->exposure_ns = std::max(times->exposure_ns, answer.frame->stamp.exposure_ns);
          times->last_pixel_ns = std::max(times->last_pixel_ns, answer.frame->stamp.arrival_ns);
          break;
        case Verdict::kWaiting:
        case Verdict::kAbsent:
          if (pending.what != Verdict::kAbsent) pending = answer;
          break;
        case Verdict::kDamaged:
        case Verdict::kDropped:
        case Verdict::kMissed:
          if (failed.what == Verdict::kAnswered) failed = answer;
          break;
      }
    }
    if (pending.what != Verdict::kAnswered) {
      if (together.what != Verdict::kAbsent) together = pending;
    } else if (!good && failed.what != Verdict::kAnswered) {
      return failed;
    }
  }
  return together;
}

bool ViewFrames::IsSame(const Seen& a, const Seen& b) const {
  const Symbol& one = a.frame->result->symbols[a.index];
  const Symbol& other = b.frame->result->symbols[b.index];
  const int64_t apart = std::abs(a.frame->positions[a.index] - b.frame->positions[b.index]);
  return a.frame != b.frame && a.frame->stamp.camera == b.frame->stamp.camera &&
         recipe_.views[a.frame->stamp.camera].scan == item::ViewScan::kLine &&
         a.frame->lanes[a.index] == b.frame->lanes[b.index] && one.symbology == other.symbology &&
         one.payload == other.payload && apart <= recipe_.Counts(kSamePlaceMm);
}

std::vector<ViewFrames::Seen> ViewFrames::SymbolsOf(const item::ItemTrack& track) {
  std::vector<Seen> seen;
  for (Held& frame : frames_) {
    for (size_t i = 0; i < frame.positions.size(); ++i) {
      if (frame.lanes[i] != track.lane || frame.positions[i] < track.from_count ||
          frame.positions[i] >= track.to_count) {
        continue;
      }
      frame.assigned[i] = true;
      const Seen now{&frame, i};
      if (std::ranges::none_of(seen, [&](const Seen& s) { return IsSame(s, now); })) {
        seen.push_back(now);
      }
    }
  }
  return seen;
}

std::vector<ViewFrames::Seen> ViewFrames::TextsOf(const item::ItemTrack& track) const {
  std::vector<Seen> seen;
  for (const Held& frame : frames_) {
    for (size_t i = 0; i < frame.text_positions.size(); ++i) {
      if (frame.text_lanes[i] == track.lane && frame.text_positions[i] >= track.from_count &&
          frame.text_positions[i] < track.to_count) {
        seen.push_back({&frame, i});
      }
    }
  }
  return seen;
}

int64_t ViewFrames::EndOf(const Held& frame) const {
  return geometry_[frame.stamp.camera].To(frame.stamp.encoder_count);
}

void ViewFrames::MarkTold(size_t i) {
  const Seen told{&frames_.front(), i};
  for (Held& other : frames_) {
    for (size_t j = 0; j < other.positions.size(); ++j) {
      if (IsSame(told, {&other, j})) other.assigned[j] = true;
    }
  }
}

}  // namespace veriline::line
