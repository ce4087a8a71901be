// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "calibration/model/line_geometry.h"
#include "pipeline/batch/registry.h"
#include "pipeline/item/inspection_record.h"
#include "pipeline/item/policy.h"
#include "pipeline/item/recipe.h"
#include "pipeline/item/record_store.h"
#include "pipeline/line/events.h"

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
};

struct SettlerConfig {
  std::string line_id;
  std::string batch;
  item::Recipe recipe;
};

/// Brings frames and items together and decides, lane by lane in the order of the items.
///
/// A frame belongs to the belt positions that it shows at its encoder count, never to the order of
/// arrival; a symbol belongs to the item in whose window and lane its centre lies. An item is
/// judged when every view of its lane has answered: a finished intact frame that shows the whole
/// window. A damaged frame fails the view (frame_lost), one that the host dropped or whose
/// inspection was cut short fails it too (late). A camera delivers in the order of exposure, so a
/// frame taken behind the last position from which the item is seen whole says that the item's own
/// frame will not come (frame_lost). What the deadline finds unanswered is late when every view had
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
  /// Outside of Execute what expires is a fault of the line, not late.
  void SetExecuting(bool executing) { executing_ = executing; }

  uint64_t strays() const { return strays_; }
  /// Items confirmed as passed that were never released: something is wrong behind the gate.
  uint64_t passed_unreleased() const { return passed_unreleased_; }
  size_t frames_held() const { return frames_.size(); }
  size_t max_frames() const { return max_frames_; }
  size_t items_held() const;

 private:
  enum class FrameState : uint8_t { kInFlight, kDone, kDamaged, kDropped };
  struct HeldFrame {
    FrameStamp stamp;
    FrameState state = FrameState::kInFlight;
    std::unique_ptr<FrameResult> result;
    std::vector<int64_t> positions;  ///< of each symbol's centre, eye counts
    std::vector<int> lanes;          ///< of each symbol; -1 = outside every lane of the view
    std::vector<bool> assigned;      ///< lay in the window of an item
  };
  enum class Stage : uint8_t { kWaiting, kSubmitted, kClaiming };
  struct HeldItem {
    item::ItemTrack track;
    Stage stage = Stage::kWaiting;
    bool expired = false;
    bool claiming = false;  ///< a claim was handed on and not given back
    item::Decision decision;
    std::vector<item::CodeResult> codes;
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
    std::deque<HeldItem> items;     ///< opened and not final, in order
    std::deque<PastItem> past;      ///< the last final items
    std::deque<Released> released;  ///< waiting for their confirmation
  };
  enum class ViewAnswer : uint8_t { kWaiting, kAnswered, kDamaged, kDropped, kMissed, kAbsent };

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
  ViewAnswer AskView(size_t view, const item::ItemTrack& track, const HeldFrame** frame) const;
  bool ShowsLane(size_t view, int lane) const;
  void GatherCodes(HeldItem& item);
  void DecideExpired(HeldItem& item);
  void Submit(HeldItem& item);
  void SubmitReject(HeldItem& item, item::RejectReason reason, std::string detail);
  item::Verdict VerdictOf(const HeldItem& item, bool accepted) const;
  void RetireFrames(int64_t count);
  void ReportStrays(const HeldFrame& frame);
  bool InAnyWindow(int lane, int64_t position) const;
  batch::ItemRef RefOf(int lane, uint64_t seq) const { return {config_.line_id, lane, seq}; }
  item::InspectionRecord NewRecord(item::RecordKind kind) const;
  item::CodeResult CodeOf(const HeldFrame& frame, size_t symbol) const;

  const SettlerConfig config_;
  batch::Registry& registry_;
  SettlerOutput& output_;
  std::vector<calibration::LineGeometry> geometry_;  ///< of each view
  size_t max_frames_ = 0;
  std::vector<Lane> lanes_;
  std::deque<HeldFrame> frames_;
  int64_t count_ = 0;
  bool executing_ = true;
  uint64_t strays_ = 0;
  uint64_t passed_unreleased_ = 0;
};

}  // namespace veriline::line
