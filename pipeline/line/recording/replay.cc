// SPDX-License-Identifier: Apache-2.0
#include "pipeline/line/recording/replay.h"

#include <algorithm>
#include <climits>
#include <deque>
#include <future>
#include <map>
#include <set>
#include <utility>

#include "pipeline/line/inspector.h"
#include "pipeline/line/recording/picture_readers.h"
#include "pipeline/line/settler.h"

namespace veriline::line {
namespace {

using item::RejectReason;

constexpr size_t kReadsAheadPerThread = 4;
constexpr size_t kMaxEntriesAhead = 100'000;

/// What one walk over the recording tells before the replay begins.
struct Survey {
  std::map<FrameName, PicturePlace> pictures;
  std::vector<CodeHeld> held;
  std::set<std::pair<int, uint64_t>> refused;  ///< claims for which the committer had no room
  std::vector<uint64_t> first_item;            ///< opened in each lane; 0 = none
  std::vector<int64_t> first_count;            ///< its leading edge
};

Survey Look(Recording& recording) {
  const auto lanes = static_cast<size_t>(recording.session().recipe.lanes);
  Survey survey{.first_item = std::vector<uint64_t>(lanes, 0),
                .first_count = std::vector<int64_t>(lanes, INT64_MAX)};
  Entry entry;
  recording.Rewind();
  for (;;) {
    const auto got = recording.Next(&entry);
    if (!got || *got != Recording::Got::kEntry) break;
    if (const auto* pixels = std::get_if<PixelsAt>(&entry)) {
      survey.pictures[pixels->name] = {recording.segment(), pixels->offset, pixels->name};
    } else if (auto* held = std::get_if<CodeHeld>(&entry)) {
      survey.held.push_back(std::move(*held));
    } else if (const auto* refused = std::get_if<ClaimRefused>(&entry)) {
      survey.refused.insert({refused->lane, refused->item_seq});
    } else if (const auto* event = std::get_if<Event>(&entry)) {
      const auto* opened = std::get_if<ItemOpened>(event);
      if (opened == nullptr) continue;
      const auto lane = static_cast<size_t>(opened->track.lane);
      if (survey.first_item[lane] != 0) continue;
      survey.first_item[lane] = opened->track.item_seq;
      survey.first_count[lane] = opened->track.from_count;
    }
  }
  recording.Rewind();
  return survey;
}

class Replayer final : public SettlerOutput {
 public:
  Replayer(Recording& recording, batch::Registry& registry, const ReplayOptions& options)
      : recording_(recording),
        session_(recording.session()),
        options_(options),
        survey_(Look(recording)),
        readers_(recording, WantedSymbologies(session_.recipe), registry,
                 std::max(options.threads, 1)),
        comparison_(options.on_difference),
        settler_({session_.line_id, session_.batch, session_.recipe}, registry, *this) {
    summary_.rejected.resize(item::kRejectReasonCount);
    summary_.from_start = recording.from_start();
    now_ns_ = session_.started_steady_ns;
    for (const CodeHeld& held : survey_.held) {
      if (!IsOfRecording(held.answer.holder)) {
        static_cast<void>(registry.Reserve(held.key, held.answer.holder));
      }
    }
  }

  ReplaySummary Run() {
    while (LookAhead()) {
      Ahead next = std::move(ahead_.front());
      ahead_.pop_front();
      Take(std::move(next));
    }
    const bool whole = !summary_.cut_short && !ended_by_damage_;
    comparison_.Finish(whole ? UINT64_MAX : step_);
    summary_.differences = comparison_.differences();
    return std::move(summary_);
  }

 private:
  using ItemName = std::pair<int, uint64_t>;  // lane, number
  struct Ahead {
    Entry entry;
    std::future<PictureReading> reading;  ///< of a FrameDone that is read again
  };

  bool IsOfRecording(const batch::ItemRef& ref) const {
    return ref.line_id == session_.line_id && ref.lane >= 0 && ref.lane < session_.recipe.lanes &&
           survey_.first_item[ref.lane] != 0 && ref.item_seq >= survey_.first_item[ref.lane];
  }

  /// Keeps the readers busy; false when nothing is left.
  bool LookAhead() {
    const size_t most = kReadsAheadPerThread * static_cast<size_t>(std::max(options_.threads, 1));
    while (!ended_ && reads_ahead_ < most && ahead_.size() < kMaxEntriesAhead) {
      Ahead next;
      const auto got = recording_.Next(&next.entry);
      if (!got || *got != Recording::Got::kEntry) {
        ended_ = true;
        if (!got) {
          ended_by_damage_ = true;
          summary_.damage = got.error();
        } else {
          summary_.cut_short = *got == Recording::Got::kCutShort;
        }
        break;
      }
      if (const auto* event = std::get_if<Event>(&next.entry)) {
        const auto* done = std::get_if<FrameDone>(event);
        // What was not to be had then decided, not what the picture shows.
        if (done && !done->result->partial && !done->result->rungs_skipped) {
          const auto place = survey_.pictures.find(NameOf(done->result->stamp));
          if (place != survey_.pictures.end()) {
            next.reading = readers_.Read(place->second, done->result->expected_numbers);
            ++reads_ahead_;
          }
        }
      }
      ahead_.push_back(std::move(next));
    }
    return !ahead_.empty();
  }

  void Take(Ahead&& next) {
    if (auto* event = std::get_if<Event>(&next.entry)) {
      ++step_;
      if (auto* done = std::get_if<FrameDone>(event)) {
        Finish(*done->result, next.reading);
      } else if (auto* final = std::get_if<ItemFinal>(event)) {
        now_ns_ = std::max(now_ns_, final->verdict.times.sent_ns);
        final->verdict = FinalOf(final->verdict);
      } else if (const auto* failed = std::get_if<ClaimNotWritten>(event)) {
        // Of an item that the replay does not release there is no claim to take back.
        if (claims_.erase({failed->lane, failed->item_seq}) == 0) return;
      }
      settler_.Handle(std::move(*event));
    } else if (const auto* belt = std::get_if<BeltAt>(&next.entry)) {
      ++step_;
      now_ns_ = std::max(now_ns_, belt->now_ns);
      settler_.Advance(belt->count);
    } else if (const auto* running = std::get_if<RunningIs>(&next.entry)) {
      settler_.SetRunning(running->running);
    } else if (const auto* lost = std::get_if<EntriesLost>(&next.entry)) {
      summary_.entries_lost += lost->entries;
    } else if (const auto* record = std::get_if<item::InspectionRecord>(&next.entry)) {
      if (IsComparable(*record)) comparison_.AddRecorded(*record);
    }
  }

  /// Puts in what the picture shows, where it is read again.
  void Finish(FrameResult& result, std::future<PictureReading>& read) {
    if (result.partial) {
      ++summary_.results_late;
      return;
    }
    if (!read.valid()) {
      ++summary_.results_taken;
      return;
    }
    PictureReading reading = read.get();
    --reads_ahead_;
    if (reading.damage) {
      if (!summary_.damage) summary_.damage = std::move(reading.damage);
      ++summary_.results_taken;
      return;
    }
    ++summary_.pictures_read;
    result.width_px = reading.width_px;
    result.height_px = reading.height_px;
    result.symbols = std::move(reading.symbols);
    result.grades = std::move(reading.grades);
    result.texts = std::move(reading.texts);
  }

  /// The verdict as the scheduler would have told it.
  item::Verdict FinalOf(const item::Verdict& recorded) {
    claims_.erase({recorded.lane, recorded.item_seq});
    const auto submitted = submitted_.extract({recorded.lane, recorded.item_seq});
    const bool by_time = recorded.reasons.Has(RejectReason::kLate) ||
                         recorded.reasons.Has(RejectReason::kFrameLost) ||
                         recorded.reasons.Has(RejectReason::kFault);
    if (by_time) {
      ++summary_.verdicts_taken;
      return recorded;
    }
    item::Verdict verdict = recorded;
    if (submitted) {
      verdict = submitted.mapped();
    } else {
      // Not decided here where the line had decided: without a verdict there is no release.
      verdict.accepted = false;
      verdict.reasons = {};
      verdict.reasons.Add(RejectReason::kLate);
      verdict.primary = RejectReason::kLate;
    }
    verdict.times = recorded.times;
    return verdict;
  }

  /// Of a recording without its beginning, what lies before its first item is unknown.
  bool IsComparable(const item::InspectionRecord& record) const {
    if (recording_.from_start()) return true;
    const auto lane = static_cast<size_t>(record.lane);
    if (record.kind == item::RecordKind::kItem) {
      return IsOfRecording({session_.line_id, record.lane, record.item_seq});
    }
    return record.lane >= 0 && record.lane < session_.recipe.lanes &&
           record.from_count >= survey_.first_count[lane];
  }

  // SettlerOutput
  void Reject(const item::Verdict& verdict) override {
    submitted_[{verdict.lane, verdict.item_seq}] = verdict;
  }
  bool ClaimThenRelease(item::Claim&&, const item::Verdict& verdict) override {
    const ItemName name{verdict.lane, verdict.item_seq};
    if (survey_.refused.contains(name)) return false;
    submitted_[name] = verdict;
    claims_.insert(name);
    return true;
  }
  void Record(item::InspectionRecord&& record) override {
    if (!IsComparable(record)) return;
    record.utc_ns = session_.UtcOf(now_ns_);
    if (record.kind == item::RecordKind::kStray) {
      ++summary_.strays;
    } else {
      ++summary_.items;
      if (record.accepted) {
        ++summary_.accepted;
      } else {
        ++summary_.rejected[static_cast<size_t>(record.primary)];
      }
    }
    comparison_.AddReplayed(record, step_);
    if (options_.on_record) options_.on_record(record);
  }
  void Confirm(item::Confirmation&&) override {}

  Recording& recording_;
  const Session& session_;
  const ReplayOptions& options_;
  const Survey survey_;
  ReplaySummary summary_;
  PictureReaders readers_;
  RecordComparison comparison_;
  Settler settler_;
  std::deque<Ahead> ahead_;
  size_t reads_ahead_ = 0;
  bool ended_ = false;
  bool ended_by_damage_ = false;
  uint64_t step_ = 0;  ///< entries that the settler was given
  int64_t now_ns_ = 0;
  std::map<ItemName, item::Verdict> submitted_;
  std::set<ItemName> claims_;  ///< handed on and not given back
};

}  // namespace

ReplaySummary Replay(Recording& recording, batch::Registry& registry,
                     const ReplayOptions& options) {
  return Replayer(recording, registry, options).Run();
}

}  // namespace veriline::line
