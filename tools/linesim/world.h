// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "tools/linesim/fault_plan.h"
#include "tools/linesim/label.h"
#include "tools/linesim/motion.h"
#include "tools/linesim/scene.h"
#include "tools/linesim/truth.h"
#include "vision/core/result.h"

namespace veriline::linesim {

// The belt. The belt coordinate of a point is the encoder count at which that point first passes
// the photo-eye, so points further upstream have larger coordinates, and at encoder count c the
// point c - camera_distance_counts lies on the camera's optical axis. Geometry of the packs scene:
inline constexpr int kCountsPerMm = 10;
inline constexpr int kItemLengthCounts = 800;
inline constexpr int kPitchCounts = 1000;      ///< nominal distance of two leading edges
inline constexpr int kPitchJitterCounts = 40;  ///< each leading edge, either way
/// Nominal edge of feed 0, in all scenes.
inline constexpr int kFirstItemCount = 2000;
/// Items never come closer; the eye's debounce must be shorter. Only the item behind a kNeighbour
/// comes that close (20 to 40 counts), all others leave at least 120.
inline constexpr int kMinGapCounts = 20;

// The picture: 10 px/mm, so one pixel is one count. An item is exposed when its centre is on the
// axis: its picture shows belt coordinates [centre - 640, centre + 640), and pixel x grows with the
// belt coordinate: x = 640 + (b - centre). Where neighbours reach into the field they are drawn.
inline constexpr int kPictureWidth = 1280;
inline constexpr int kPictureHeight = 1024;

/// Where a scene has a second camera (foil), it looks at the belt that far behind the first.
inline constexpr int kSecondCameraCounts = 500;

inline constexpr uint64_t kAllFaultKinds = (uint64_t{1} << kFaultKindCount) - 2;

/// Everything the simulated world is computed from. Every process that has the same config has
/// the same world. Trivially copyable: it travels in shared memory.
struct WorldConfig {
  uint64_t seed = 1;
  int64_t t0_ns = 0;  ///< steady time at which the encoder stands at 0
  double items_per_min = 600;
  uint64_t items = 600;  ///< a multiple of the scene's items in a feed
  /// Share of items with a planted fault, 0 to 0.25 (see FaultPlan). 20 000 packs at 0.045 have
  /// each of their 17 kinds at least 52 times. Faults of whole feeds come on top, where it is not
  /// 0.
  double fault_ratio = 0.03;
  uint64_t fault_kinds = kAllFaultKinds;  ///< bit i: FaultKind number i, if the scene knows it
  // Distances behind the photo-eye, in encoder counts, of the points of the line.
  int64_t camera_distance_counts = 3000;  ///< optical axis
  int64_t gate_distance_counts = 8000;    ///< decision point of the reject gate
  int64_t exit_distance_counts = 10000;   ///< exit eye on the good lane
  SceneKind scene = SceneKind::kPacks;
  // How often the belt stops, and how often it stops and goes a little back, during the run.
  uint32_t stops = 0;
  uint32_t reversals = 0;
  /// Packs without faults: path of a code list with an element string for each item, NUL behind it;
  /// empty: the world makes its codes.
  std::array<char, 256> codes_path{};

  const SceneTraits& traits() const { return TraitsOf(scene); }
  /// Errors: the first value that makes no world, by name.
  Checked<void> Validate() const;
};
static_assert(std::is_trivially_copyable_v<WorldConfig>);

/// All that is true of one item.
struct ItemTruth {
  uint64_t index = 0;
  int lane = 0;
  FaultKind fault = FaultKind::kNone;
  int64_t leading_count = 0;  ///< window in eye counts: [leading, trailing)
  int64_t trailing_count = 0;
  int64_t exposure_count = 0;            ///< encoder count when the first camera takes its picture
  std::optional<uint64_t> duplicate_of;  ///< the good item whose code it carries again
  /// The item beside it with the same code: exactly one of the two may pass.
  std::optional<uint64_t> twin;
  std::vector<Label> labels;  ///< packs and foil: what is on it, in coordinates of its own picture

  const FaultTruth& expected() const { return linesim::TruthOf(fault); }
};

/// The codes of the world, as element strings with GS (0x1D) as separator and no leading FNC1, or
/// plain text.
struct CodeLists {
  std::vector<std::string> issued;  ///< the batch: code i belongs to item i, then second codes
  std::vector<std::string> voided;  ///< part of `issued`, voided before the run
  std::vector<std::string> other;   ///< the codes of the other batch that are on the belt
};

/// The deterministic world: belt, items, faults and codes. Random access and sequential access
/// agree, since every answer is a pure function of (config, index).
/// Thread: immutable, any thread. Cost: windows and faults about 1 µs, TruthOf about 0.1 ms (it
/// encodes the symbols).
class World {
 public:
  /// `config` must be valid. Throws where its code list cannot be read.
  explicit World(const WorldConfig& config);

  const WorldConfig& config() const { return config_; }
  const SceneTraits& scene() const { return config_.traits(); }
  const Motion& motion() const { return motion_; }
  uint64_t items() const { return config_.items; }
  /// Speed of the belt while it does not slow down.
  double counts_per_s() const;

  /// Encoder count at a steady time (floor), and the first time at which a count is reached.
  int64_t CountAt(int64_t steady_ns) const { return motion_.CountAt(steady_ns - config_.t0_ns); }
  int64_t TimeOfCount(int64_t count) const { return config_.t0_ns + motion_.FirstTimeOf(count); }

  // Feeds: what one edge of the eye brings.
  uint64_t feeds() const { return config_.items / static_cast<uint64_t>(scene().feed_items()); }
  uint64_t FeedOf(uint64_t item) const {
    return item / static_cast<uint64_t>(scene().feed_items());
  }
  /// Where the eye's light is interrupted and where it is restored.
  int64_t MarkCount(uint64_t feed) const;
  int64_t MarkEndCount(uint64_t feed) const { return MarkCount(feed) + scene().mark_counts; }
  /// Where the middle of the feed is, and when it lies on the axis of a camera.
  int64_t FeedCenterCount(uint64_t feed) const { return MarkCount(feed) + scene().mark_counts / 2; }
  int64_t ShotCount(uint64_t feed, int camera = 0) const {
    return FeedCenterCount(feed) + config_.camera_distance_counts + camera * kSecondCameraCounts;
  }
  /// What becomes of picture number `shot`: where each item has its own, what its fault says.
  const FaultTruth& ShotTruth(uint64_t shot) const {
    return linesim::TruthOf(scene().feed_items() == 1 ? FaultOf(shot) : FaultKind::kNone);
  }
  FaultKind FeedFaultOf(uint64_t feed) const { return feed_plan_.Of(feed); }

  // Items.
  int LaneOf(uint64_t item) const {
    return static_cast<int>(item % static_cast<uint64_t>(scene().lanes));
  }
  /// Row of the item within its feed.
  int RowOf(uint64_t item) const {
    return static_cast<int>(item % static_cast<uint64_t>(scene().feed_items())) / scene().lanes;
  }
  FaultKind FaultOf(uint64_t item) const;
  int64_t LeadingCount(uint64_t item) const {
    return MarkCount(FeedOf(item)) + scene().row_offset_counts +
           RowOf(item) * scene().row_pitch_counts;
  }
  int64_t TrailingCount(uint64_t item) const { return LeadingCount(item) + scene().item_counts; }
  int64_t CenterCount(uint64_t item) const { return LeadingCount(item) + scene().item_counts / 2; }
  int64_t ExposureCount(uint64_t item) const { return ShotCount(FeedOf(item)); }
  /// Where the last item has left the line, with a pitch to spare.
  int64_t EndCount() const {
    return MarkEndCount(feeds() - 1) + config_.exit_distance_counts + scene().feed_pitch_counts;
  }
  /// All but the labels.
  ItemTruth OutlineOf(uint64_t item) const;
  ItemTruth TruthOf(uint64_t item) const;
  /// The code on an item that carries one: its own, or the one that its fault gives it. Of a label
  /// with nothing but a number that number.
  std::string CodeOn(uint64_t item) const;
  /// The item that lends its code, text or number to a label on which it does not belong: the one
  /// of the lane beside it, or before or behind it where there is one lane.
  uint64_t BesideOf(uint64_t item) const;
  /// The code that the item was to carry, whatever its fault made of it.
  std::string OwnCodeOf(uint64_t item) const { return CodeOf(item); }

  /// "SIM-<seed>", and the batch beside it that the wrong_batch codes come from.
  std::string BatchName() const;
  std::string OtherBatchName() const;
  CodeLists Codes() const;

  /// True when the item before is unlabelled and this one's symbol must show in its picture.
  bool ShowsInPictureBefore(uint64_t item) const {
    return item > 0 && FaultOf(item - 1) == FaultKind::kNeighbour;
  }

 private:
  FaultKind PlannedFaultOf(uint64_t item) const;
  std::string CodeOf(uint64_t item) const;
  std::optional<uint64_t> OriginalOf(uint64_t item, FaultKind kind) const;
  std::optional<uint64_t> DuplicateOf(uint64_t item) const;
  std::optional<uint64_t> NeighbourOf(uint64_t item) const;
  std::vector<FaultKind> KindsIn(uint64_t bits) const;

  WorldConfig config_;
  FaultPlan plan_;
  FaultPlan feed_plan_;
  /// Web: by how much all that follows a spliced row comes later, as (row, sum).
  std::vector<std::pair<uint64_t, int64_t>> splices_;
  Motion motion_;
  std::vector<std::string> listed_;  ///< of codes_path
};

}  // namespace veriline::linesim
