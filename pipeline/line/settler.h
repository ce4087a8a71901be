// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/batch/registry.h"
#include "pipeline/item/inspection_record.h"
#include "pipeline/item/policy.h"
#include "pipeline/item/recipe.h"
#include "pipeline/item/record_store.h"
#include "pipeline/item/sequence_track.h"
#include "pipeline/line/events.h"
#include "pipeline/line/sequence_board.h"
#include "pipeline/line/view_frames.h"

namespace veriline::line {

/// Where the settler's decisions go. Implemented by the line.
class SettlerOutput {
 public:
  virtual ~SettlerOutput() = default;
  /// A reject (final once the scheduler told it).
  virtual void Reject(const item::Verdict& verdict) = 0;
  /// A reserved code: write the claim, then release. False: not taken, nothing will be written.
  virtual bool ClaimThenRelease(item::Claim&& claim, const item::Verdict& verdict) = 0;
  virtual void Record(item::InspectionRecord&& record) = 0;
  virtual void Confirm(item::Confirmation&& confirmation) = 0;
  /// The registry did not grant the code: another item holds it. A reject follows.
  virtual void Held(const batch::CodeKey&, const batch::ReserveAnswer&) {}
};

struct SettlerConfig {
  std::string line_id;
  std::string batch;
  item::Recipe recipe;
  /// Where the numbers go that are expected next; null = nowhere. Borrowed.
  SequenceBoard* board = nullptr;
};

/// Brings frames and items together and decides, lane by lane in the order of the items.
///
/// A frame belongs to the belt positions that it shows at its encoder count, never to the order of
/// arrival; a symbol belongs to the item in whose window and lane its centre lies. An item is
/// judged when every view of its lane has answered (ViewFrames says when). A damaged frame fails
/// its view and one that will not come too (frame_lost), one that the host dropped or whose
/// inspection was cut short is late. What the deadline finds unanswered is late when every view had
/// an intact frame on the host (or the host dropped it), frame_lost otherwise.
///
/// Memory is bounded: the items between eye and confirmation, and twice as many frames as items
/// can lie before the decision point.
/// Thread: one (the line's "settle" thread). Needs no clock: times come with the events.
class Settler {
 public:
  static constexpr size_t kMaxPastItems = 64;

  /// `registry` and `output` must outlive it.
  Settler(const SettlerConfig& config, batch::Registry& registry, SettlerOutput& output);

  void Handle(Event&& event);
  /// The belt has come to `count`: retires frames, puts unconfirmed claims in doubt. Call often.
  void Advance(int64_t count);
  /// The line ends: what was released and has no confirmation yet is in doubt, since nobody counts
  /// its way any more. A confirmation that still comes finds it in the store.
  void GiveUp();
  /// Where the line does not run, what expires is a fault of the line, not late. When it runs
  /// again, the frames of before are forgotten: the encoder may have begun anew, and then they
  /// would lie at the places of other items.
  void SetRunning(bool running);

  uint64_t strays() const { return strays_; }
  /// Items confirmed as passed that were never released: something is wrong behind the gate.
  uint64_t passed_unreleased() const { return passed_unreleased_; }
  /// Items that were accepted with a warning of their grade.
  uint64_t grade_warnings() const { return grade_warnings_; }
  /// Mean grade of the last identities (as many as the recipe's trend takes); NaN until there are
  /// as many.
  double mean_grade() const;
  size_t frames_held() const { return frames_.size(); }
  size_t max_frames() const { return max_frames_; }
  size_t items_held() const;

 private:
  /// From the best to the worst.
  enum class Stage : uint8_t { kWaiting, kSubmitted, kClaiming };
  struct HeldItem {
    item::ItemTrack track;
    Stage stage = Stage::kWaiting;
    bool expired = false;
    bool claiming = false;  ///< a claim was handed on and not given back
    item::Decision decision;
    std::vector<item::CodeResult> codes;
    std::vector<item::TextResult> texts;
    item::ItemTimes times;
  };
  struct PastItem {
    uint64_t item_seq = 0;
    int64_t from = 0;
    int64_t to = 0;
    bool accepted = false;
  };
  struct Released {
    uint64_t item_seq = 0;
    int64_t from_count = 0;
  };
  struct Lane {
    std::deque<HeldItem> items;                  ///< opened and not final, in order
    std::deque<PastItem> past;                   ///< the last final items
    std::deque<Released> released;               ///< waiting for their confirmation
    std::optional<item::SequenceTrack> numbers;  ///< where the recipe counts
  };
  void On(std::monostate&&) {}
  void On(ItemOpened&& e);
  void On(ItemClosed&& e);
  void On(ItemExpired&& e);
  void On(ItemFinal&& e);
  void On(FrameArrived&& e);
  void On(FrameDropped&& e);
  void On(FrameDone&& e);
  void On(ClaimNotWritten&& e);
  void On(item::ItemConfirmation&& e);
  HeldItem* Find(int lane, uint64_t seq);
  void Settle(int lane);
  void SettleAll();
  /// Whether the item can be decided now; then its reasons stand in `decision`.
  bool Judge(HeldItem& item);
  void Fail(HeldItem& item, const ViewFrames::Answer& answer);
  void GatherCodes(HeldItem& item);
  void FollowNumbers(const HeldItem& item);
  void PublishNumbers();
  void DecideExpired(HeldItem& item);
  void Submit(HeldItem& item);
  void FollowTrend(const HeldItem& item);
  /// Somebody else has the code.
  void SubmitRefused(HeldItem& item, const batch::ReserveAnswer& answer);
  void SubmitReject(HeldItem& item, item::RejectReason reason, std::string detail);
  item::Verdict VerdictOf(const HeldItem& item, bool accepted) const;
  void RetireFrames(int64_t count);
  void RetireOldest();
  void ReportStrays(const ViewFrames::Held& frame);
  bool InAnyWindow(int lane, int64_t position) const;
  batch::ItemRef RefOf(int lane, uint64_t seq) const { return {config_.line_id, lane, seq}; }
  item::InspectionRecord NewRecord(item::RecordKind kind) const;
  item::CodeResult CodeOf(const ViewFrames::Held& frame, size_t symbol) const;
  item::TextResult TextOf(const ViewFrames::Held& frame, size_t text) const;

  const SettlerConfig config_;
  batch::Registry& registry_;
  SettlerOutput& output_;
  size_t max_frames_ = 0;
  ViewFrames frames_;
  std::vector<Lane> lanes_;
  int64_t count_ = 0;
  bool running_ = true;
  uint64_t strays_ = 0;
  uint64_t passed_unreleased_ = 0;
  uint64_t grade_warnings_ = 0;
  std::deque<float> last_grades_;  ///< of identities, for the trend
  double sum_of_grades_ = 0;
};

}  // namespace veriline::line
