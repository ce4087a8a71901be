// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "calibration/model/line_geometry.h"
#include "pipeline/item/item_track.h"
#include "pipeline/item/recipe.h"
#include "pipeline/line/events.h"

namespace veriline::line {

/// The frames that may still show an open item, by belt position, and what the views say of one.
///
/// A view has answered when a finished intact frame shows the item's whole window (for a line-scan
/// view: finished blocks that show it together). A damaged frame fails the view, and so does one
/// that the host dropped or whose inspection was cut short. A camera delivers in the order of
/// exposure, so a frame taken behind the last position from which the item is seen whole says that
/// the item's own frame will not come. Of views that are *any-of* one good answer is enough, once
/// the others have answered or failed; one that stays silent is waited for half of the way from
/// its axis to the decision point.
/// Thread: one (the settler's).
class ViewFrames {
 public:
  /// From the best to the worst.
  enum class State : uint8_t { kDone, kInFlight, kDropped, kDamaged };
  struct Held {
    FrameStamp stamp;
    State state = State::kInFlight;
    std::unique_ptr<FrameResult> result;
    std::vector<int64_t> positions;       ///< of each symbol's centre, eye counts
    std::vector<int> lanes;               ///< of each symbol; -1 = outside every lane of the view
    std::vector<bool> assigned;           ///< lay in the window of an item
    std::vector<int64_t> text_positions;  ///< of each line of text: of its code, or its own
    std::vector<int> text_lanes;          ///< likewise
  };
  /// A symbol, or a line of text, of a held frame.
  struct Seen {
    const Held* frame = nullptr;
    size_t index = 0;
  };
  enum class Verdict : uint8_t {
    kAnswered,
    kWaiting,  ///< a frame is being inspected
    kAbsent,   ///< no frame yet
    kDamaged,
    kDropped,
    kMissed,  ///< its frame will not come
  };
  struct Answer {
    Verdict what = Verdict::kAbsent;
    const Held* frame = nullptr;  ///< the one that answered or failed, where there is one
    size_t view = 0;
  };

  /// `recipe` must outlive it.
  explicit ViewFrames(const item::Recipe& recipe);

  /// A frame came, intact (to be finished) or damaged; or the host had no room for it.
  void Arrive(const FrameStamp& stamp);
  void Drop(const FrameStamp& stamp);
  /// False when the frame was retired long ago.
  bool Finish(std::unique_ptr<FrameResult> result);

  /// What the item's views say together, the belt being at `count`: kAnswered when it can be judged
  /// by its codes, a failure as soon as one is certain, else kWaiting or kAbsent. Fills the times
  /// of the last frames that answered.
  Answer Ask(const item::ItemTrack& track, int64_t count, item::ItemTimes* times) const;
  /// The symbols in the item's window, one that overlapping blocks show twice once; marks them
  /// assigned.
  std::vector<Seen> SymbolsOf(const item::ItemTrack& track);
  /// The lines of text that belong to the item, each sighting of one.
  std::vector<Seen> TextsOf(const item::ItemTrack& track) const;
  /// An answer may come by the belt's movement alone.
  bool waits_for_count() const { return any_of_; }

  bool empty() const { return frames_.empty(); }
  size_t size() const { return frames_.size(); }
  const Held& oldest() const { return frames_.front(); }
  /// Belt position behind the last that it shows.
  int64_t EndOf(const Held& frame) const;
  /// Retires the oldest; what other blocks show of its unassigned symbol `i` is not told again.
  void MarkTold(size_t i);
  void RetireOldest() { frames_.pop_front(); }

 private:
  int64_t PositionOf(const FrameResult& result, Point place) const;
  bool ShowsLane(size_t view, int lane) const;
  Answer AskView(size_t view, const item::ItemTrack& track) const;
  Answer AskBlocks(size_t view, const item::ItemTrack& track) const;
  bool IsSame(const Seen& a, const Seen& b) const;

  const item::Recipe& recipe_;
  std::vector<calibration::LineGeometry> geometry_;  ///< of each view
  /// Views of which one good answer is enough: an any-of group, or a view by itself.
  std::vector<std::vector<size_t>> units_;
  bool any_of_ = false;
  std::deque<Held> frames_;
};

}  // namespace veriline::line
