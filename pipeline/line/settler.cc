// SPDX-License-Identifier: Apache-2.0
#include "pipeline/line/settler.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "pipeline/item/text_policy.h"
#include "vision/core/clock.h"

namespace veriline::line {

using item::RejectReason;

namespace {
constexpr size_t kSpareFrames = 64;
}  // namespace

Settler::Settler(const SettlerConfig& config, batch::Registry& registry, SettlerOutput& output)
    : config_(config),
      registry_(registry),
      output_(output),
      frames_(config_.recipe),
      lanes_(config.recipe.lanes) {
  const item::Recipe& r = config_.recipe;
  const double items = (r.decision_distance_mm + r.max_length_mm) / r.min_length_mm;
  max_frames_ = kSpareFrames + 2 * r.views.size() * static_cast<size_t>(items);
  if (!r.sequence.enabled()) return;
  for (size_t lane = 0; lane < lanes_.size(); ++lane) {
    lanes_[lane].numbers.emplace(r.sequence, static_cast<int>(lane));
  }
  PublishNumbers();
}

/// In the order of the items, whatever became of each: what was not read still has its place.
void Settler::FollowNumbers(const HeldItem& item) {
  auto& numbers = lanes_[item.track.lane].numbers;
  if (!numbers) return;
  const auto number = item::NumberIn(item.texts);
  numbers->Settle(number ? config_.recipe.sequence.ValueOf(*number) : std::nullopt);
  PublishNumbers();
}

void Settler::PublishNumbers() {
  if (config_.board == nullptr) return;
  for (size_t lane = 0; lane < lanes_.size(); ++lane) {
    const auto& numbers = lanes_[lane].numbers;
    config_.board->Publish(lane, numbers ? numbers->next().value_or(SequenceBoard::kUnknown)
                                         : SequenceBoard::kUnknown);
  }
}

size_t Settler::items_held() const {
  size_t n = 0;
  for (const Lane& lane : lanes_) n += lane.items.size();
  return n;
}

Settler::HeldItem* Settler::Find(int lane, uint64_t seq) {
  for (HeldItem& item : lanes_[lane].items) {
    if (item.track.item_seq == seq) return &item;
  }
  return nullptr;
}

void Settler::Handle(Event&& event) {
  std::visit([this](auto&& e) { On(std::move(e)); }, std::move(event));
}

void Settler::On(ItemOpened&& e) { lanes_[e.track.lane].items.push_back({.track = e.track}); }

void Settler::On(ItemClosed&& e) {
  if (HeldItem* item = Find(e.track.lane, e.track.item_seq)) item->track = e.track;
  Settle(e.track.lane);
}

void Settler::On(ItemExpired&& e) {
  if (HeldItem* item = Find(e.track.lane, e.track.item_seq)) {
    item->track.to_count = e.track.to_count;
    item->expired = true;
  }
  Settle(e.track.lane);
}

void Settler::On(FrameArrived&& e) {
  frames_.Arrive(e.stamp);
  SettleAll();
}

void Settler::On(FrameDropped&& e) {
  frames_.Drop(e.stamp);
  SettleAll();
}

void Settler::On(FrameDone&& e) {
  if (frames_.Finish(std::move(e.result))) SettleAll();
}

void Settler::On(ClaimNotWritten&& e) {
  HeldItem* item = Find(e.lane, e.item_seq);
  if (item == nullptr) return;
  registry_.Drop(*item->decision.identity, RefOf(e.lane, e.item_seq));
  item->claiming = false;
  if (e.refused) {
    SubmitRefused(*item, *e.refused);
  } else if (e.store_failed) {
    SubmitReject(*item, RejectReason::kFault, "the store could not write the claim");
  } else {
    SubmitReject(*item, RejectReason::kLate, "the claim was not written before the decision point");
  }
}

void Settler::SettleAll() {
  for (int i = 0; i < static_cast<int>(lanes_.size()); ++i) Settle(i);
}

void Settler::On(item::ItemConfirmation&& c) {
  if (c.lane < 0 || c.lane >= static_cast<int>(lanes_.size())) return;
  auto& released = lanes_[c.lane].released;
  const auto at = std::ranges::find(released, c.item_seq, &Released::item_seq);
  if (at != released.end()) {
    released.erase(at);
  } else if (c.passed) {
    // Of an earlier run, or one that went in doubt: the store knows. But an item that was rejected
    // and yet passed is what must never happen; the count raises the alarm.
    const auto& past = lanes_[c.lane].past;
    const auto item = std::ranges::find(past, c.item_seq, &PastItem::item_seq);
    if (item != past.end() && !item->accepted) ++passed_unreleased_;
  }
  output_.Confirm({RefOf(c.lane, c.item_seq),
                   c.passed ? item::Outcome::kPassed : item::Outcome::kRemoved, UtcNowNs()});
}

void Settler::Settle(int lane) {
  for (HeldItem& item : lanes_[lane].items) {
    if (item.stage != Stage::kWaiting) continue;
    if (!Judge(item)) return;  // later items wait: order decides who is the duplicate
    FollowNumbers(item);
    Submit(item);
  }
}

void Settler::Fail(HeldItem& item, const ViewFrames::Answer& answer) {
  const std::string view = "view " + config_.recipe.views[answer.view].name + ": ";
  const std::string frame =
      answer.frame == nullptr ? "" : "frame " + std::to_string(answer.frame->stamp.frame_id);
  if (answer.what == ViewFrames::Verdict::kDropped) {
    item.decision.reasons.Add(RejectReason::kLate);
    item.decision.detail = view + frame + " was not inspected in time";
  } else {
    item.decision.reasons.Add(RejectReason::kFrameLost);
    item.decision.detail =
        view + (answer.what == ViewFrames::Verdict::kDamaged ? frame + " is damaged"
                                                             : "no frame shows the item");
  }
}

bool Settler::Judge(HeldItem& item) {
  if (item.expired) {
    DecideExpired(item);
    return true;
  }
  if (!item.track.closed) return false;
  if (item.track.overlong) {
    item.decision.reasons.Add(RejectReason::kFault);
    item.decision.detail = "longer than the recipe allows: items touch each other";
    return true;
  }
  const ViewFrames::Answer answer = frames_.Ask(item.track, count_, &item.times);
  if (answer.what == ViewFrames::Verdict::kWaiting || answer.what == ViewFrames::Verdict::kAbsent)
    return false;
  GatherCodes(item);
  if (answer.what == ViewFrames::Verdict::kAnswered) {
    const auto& numbers = lanes_[item.track.lane].numbers;
    item.decision = item::Decide(config_.recipe, config_.batch, registry_, item.codes, item.texts,
                                 numbers ? &*numbers : nullptr);
    FollowTrend(item);
  } else {
    Fail(item, answer);
  }
  return true;
}

/// The best grade of an item's identity joins the mean.
void Settler::FollowTrend(const HeldItem& item) {
  const item::CodeGrade* best = nullptr;
  for (const item::CodeResult& code : item.codes) {
    if (code.role != item::CodeRole::kIdentity || !code.grade.graded) continue;
    if (best == nullptr || code.grade.overall > best->overall) best = &code.grade;
  }
  if (best == nullptr) return;
  last_grades_.push_back(best->overall);
  // In tenths: the sum stays exact for ever.
  sum_of_grades_ += std::round(best->overall * 10);
  if (last_grades_.size() > static_cast<size_t>(config_.recipe.grading.trend_codes)) {
    sum_of_grades_ -= std::round(last_grades_.front() * 10);
    last_grades_.pop_front();
  }
}

double Settler::mean_grade() const {
  const auto wanted = static_cast<size_t>(config_.recipe.grading.trend_codes);
  if (last_grades_.size() < wanted) return std::numeric_limits<double>::quiet_NaN();
  return sum_of_grades_ / 10 / static_cast<double>(wanted);
}

void Settler::DecideExpired(HeldItem& item) {
  GatherCodes(item);
  if (!running_ || !item.track.closed) {
    item.decision.reasons.Add(RejectReason::kFault);
    item.decision.detail =
        running_ ? "the eye is still covered at the decision point" : "the line left Execute";
    return;
  }
  const ViewFrames::Answer answer = frames_.Ask(item.track, count_, &item.times);
  if (answer.what == ViewFrames::Verdict::kAnswered ||
      answer.what == ViewFrames::Verdict::kWaiting) {
    item.decision.reasons.Add(RejectReason::kLate);
    item.decision.detail = "not decided before the decision point";
  } else {
    Fail(item, answer);
  }
}

item::CodeResult Settler::CodeOf(const ViewFrames::Held& frame, size_t i) const {
  const Symbol& symbol = frame.result->symbols[i];
  item::CodeResult code;
  code.symbology = symbol.symbology;
  code.identifier = symbol.identifier_view();
  code.payload = symbol.payload.view();
  code.text = symbol.text.view();
  code.quad = symbol.quad;
  code.center_counts = frame.positions[i];
  code.decoder = symbol.decoder;
  code.errors_corrected = symbol.errors_corrected;
  constexpr int kRowsOfM1 = 11;
  code.detection_only = symbol.symbology == Symbology::kMicroQr && symbol.rows == kRowsOfM1;
  if (i < frame.result->grades.size()) code.grade = frame.result->grades[i];
  code.camera = frame.stamp.camera;
  code.frame_id = frame.stamp.frame_id;
  return code;
}

item::TextResult Settler::TextOf(const ViewFrames::Held& frame, size_t text) const {
  const FrameText& seen = frame.result->texts[text];
  item::TextResult result;
  result.number = seen.line == FrameText::kNumber;
  result.name = result.number ? "number" : config_.recipe.texts[seen.line].name;
  result.state = seen.state;
  result.expected = seen.expected.view();
  result.read = seen.read.view();
  result.margin_ratio = seen.margin_ratio;
  result.place = seen.place;
  result.center_counts = frame.text_positions[text];
  result.camera = frame.stamp.camera;
  result.frame_id = frame.stamp.frame_id;
  return result;
}

void Settler::GatherCodes(HeldItem& item) {
  item.codes.clear();
  for (const ViewFrames::Seen& seen : frames_.SymbolsOf(item.track)) {
    item.codes.push_back(CodeOf(*seen.frame, seen.index));
  }
  item.texts.clear();
  for (const ViewFrames::Seen& seen : frames_.TextsOf(item.track)) {
    item.texts.push_back(TextOf(*seen.frame, seen.index));
  }
}

void Settler::Submit(HeldItem& item) {
  if (!item.decision.reasons.Empty()) {
    item.stage = Stage::kSubmitted;
    output_.Reject(VerdictOf(item, false));
    return;
  }
  const batch::ItemRef ref = RefOf(item.track.lane, item.track.item_seq);
  const batch::ReserveAnswer answer = registry_.Reserve(*item.decision.identity, ref);
  if (answer.outcome != batch::ReserveOutcome::kGranted) {
    SubmitRefused(item, answer);
    return;
  }
  item.stage = Stage::kClaiming;
  item.claiming = true;
  item::Claim claim{*item.decision.identity, ref, item.track.from_count, UtcNowNs(),
                    config_.recipe.confirmation != item::ConfirmationKind::kNone};
  if (!output_.ClaimThenRelease(std::move(claim), VerdictOf(item, true))) {
    item.claiming = false;
    registry_.Drop(*item.decision.identity, ref);
    SubmitReject(item, RejectReason::kFault, "the store does not keep up");
  }
}

void Settler::SubmitRefused(HeldItem& item, const batch::ReserveAnswer& answer) {
  const bool duplicate = answer.outcome == batch::ReserveOutcome::kDuplicate;
  if (duplicate) output_.Held(*item.decision.identity, answer);
  SubmitReject(item, duplicate ? RejectReason::kDuplicate : RejectReason::kWrongBatch,
               duplicate ? item::DescribeDuplicate(answer) : "the code can not be claimed now");
}

void Settler::SubmitReject(HeldItem& item, RejectReason reason, std::string detail) {
  item.stage = Stage::kSubmitted;
  item.decision.reasons.Add(reason);
  item.decision.detail = std::move(detail);
  output_.Reject(VerdictOf(item, false));
}

item::Verdict Settler::VerdictOf(const HeldItem& item, bool accepted) const {
  return {item.track.lane,
          item.track.item_seq,
          item.track.from_count,
          item.track.to_count,
          accepted,
          item.decision.reasons.Primary(),
          item.decision.reasons,
          item.times,
          item.track.part_id};
}

item::InspectionRecord Settler::NewRecord(item::RecordKind kind) const {
  item::InspectionRecord record;
  record.kind = kind;
  record.line_id = config_.line_id;
  record.utc_ns = UtcNowNs();
  record.batch = config_.batch;
  record.recipe_name = config_.recipe.name;
  record.recipe_hash = config_.recipe.hash;
  return record;
}

void Settler::On(ItemFinal&& e) {
  const item::Verdict& verdict = e.verdict;
  Lane& lane = lanes_[verdict.lane];
  const auto at = std::ranges::find_if(
      lane.items, [&](const HeldItem& i) { return i.track.item_seq == verdict.item_seq; });
  if (at == lane.items.end()) return;
  HeldItem& item = *at;
  const batch::ItemRef ref = RefOf(verdict.lane, verdict.item_seq);
  if (verdict.accepted) {
    if (config_.recipe.confirmation != item::ConfirmationKind::kNone) {
      lane.released.push_back({verdict.item_seq, verdict.from_count});
    }
  } else if (item.claiming) {
    output_.Confirm({ref, item::Outcome::kTooLate, UtcNowNs()});
    if (item.decision.detail.empty()) item.decision.detail = "durable after the decision point";
  }
  item::InspectionRecord record = NewRecord(item::RecordKind::kItem);
  record.lane = verdict.lane;
  record.item_seq = verdict.item_seq;
  record.part_id = item.track.part_id.view();
  record.from_count = item.track.from_count;
  record.to_count = item.track.to_count;
  record.accepted = verdict.accepted;
  record.primary = verdict.primary;
  record.reasons = verdict.reasons;
  record.detail = std::move(verdict.accepted ? item.decision.warning : item.decision.detail);
  if (verdict.accepted && !record.detail.empty()) ++grade_warnings_;
  record.codes = std::move(item.codes);
  record.texts = std::move(item.texts);
  record.times = verdict.times;
  output_.Record(std::move(record));
  lane.past.push_back(
      {verdict.item_seq, item.track.from_count, item.track.to_count, verdict.accepted});
  if (lane.past.size() > kMaxPastItems) lane.past.pop_front();
  lane.items.erase(at);
}

void Settler::Advance(int64_t count) {
  count_ = count;
  if (frames_.waits_for_count()) SettleAll();
  RetireFrames(count);
  if (config_.recipe.confirmation == item::ConfirmationKind::kNone) return;
  const int64_t limit = config_.recipe.Counts(config_.recipe.confirmation_distance_mm);
  for (int i = 0; i < static_cast<int>(lanes_.size()); ++i) {
    auto& released = lanes_[i].released;
    while (!released.empty() && count > released.front().from_count + limit) {
      output_.Confirm({RefOf(i, released.front().item_seq), item::Outcome::kMissing, UtcNowNs()});
      released.pop_front();
    }
  }
}

void Settler::GiveUp() {
  for (int i = 0; i < static_cast<int>(lanes_.size()); ++i) {
    for (const Released& item : lanes_[i].released) {
      output_.Confirm({RefOf(i, item.item_seq), item::Outcome::kMissing, UtcNowNs()});
    }
    lanes_[i].released.clear();
  }
}

bool Settler::InAnyWindow(int lane, int64_t position) const {
  if (lane < 0) return false;
  const auto inside = [position](int64_t from, int64_t to) {
    return from <= position && position < to;
  };
  for (const PastItem& w : lanes_[lane].past) {
    if (inside(w.from, w.to)) return true;
  }
  return std::ranges::any_of(lanes_[lane].items, [&](const HeldItem& i) {
    return !i.track.closed || inside(i.track.from_count, i.track.to_count);
  });
}

void Settler::ReportStrays(const ViewFrames::Held& frame) {
  for (size_t i = 0; i < frame.positions.size(); ++i) {
    if (frame.assigned[i] || InAnyWindow(frame.lanes[i], frame.positions[i])) continue;
    frames_.MarkTold(i);
    ++strays_;
    item::InspectionRecord record = NewRecord(item::RecordKind::kStray);
    record.lane = frame.lanes[i];
    record.from_count = record.to_count = frame.positions[i];
    record.detail = "a code outside every item";
    record.codes.push_back(CodeOf(frame, i));
    record.times.exposure_ns = frame.stamp.exposure_ns;
    record.times.last_pixel_ns = frame.stamp.arrival_ns;
    output_.Record(std::move(record));
  }
}

void Settler::RetireFrames(int64_t count) {
  // A frame is kept until no item that it may show can still be open: every window up to its far
  // edge is closed and final, or the place is needed.
  const int64_t reach = config_.recipe.Counts(config_.recipe.max_length_mm);
  while (!frames_.empty()) {
    const ViewFrames::Held& oldest = frames_.oldest();
    const int64_t end = frames_.EndOf(oldest);
    bool needed = count < end + reach || oldest.state == ViewFrames::State::kInFlight;
    for (const Lane& lane : lanes_) {
      needed = needed || (!lane.items.empty() && lane.items.front().track.from_count < end);
    }
    if (needed && frames_.size() <= max_frames_) return;
    RetireOldest();
  }
}

void Settler::RetireOldest() {
  ReportStrays(frames_.oldest());
  frames_.RetireOldest();
}

void Settler::SetRunning(bool running) {
  const bool begins = running && !running_;
  running_ = running;
  while (begins && !frames_.empty()) RetireOldest();
  if (!begins) return;
  for (Lane& lane : lanes_) {
    if (lane.numbers) lane.numbers->Restart();
  }
  PublishNumbers();
}

}  // namespace veriline::line
