// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "tools/linesim/label.h"
#include "tools/linesim/truth.h"
#include "vision/core/result.h"

namespace veriline::linesim {

// The belt. It moves at constant speed and carries one lane. The belt coordinate of a point is the
// encoder count at which that point passes the photo-eye, so points further upstream have larger
// coordinates, and at encoder count c the point c - camera_distance_counts lies on the camera's
// optical axis.
inline constexpr int kCountsPerMm = 10;
inline constexpr int kItemLengthCounts = 800;
inline constexpr int kPitchCounts = 1000;      ///< nominal distance of two leading edges
inline constexpr int kPitchJitterCounts = 40;  ///< each leading edge, either way
inline constexpr int kFirstItemCount = 2000;   ///< nominal leading edge of item 0
/// Items never come closer; the eye's debounce must be shorter. Only the item behind a kNeighbour
/// comes that close (20 to 40 counts), all others leave at least 120.
inline constexpr int kMinGapCounts = 20;

// The picture: 10 px/mm, so one pixel is one count. An item is exposed when its centre is on the
// axis: its picture shows belt coordinates [centre - 640, centre + 640), and pixel x grows with the
// belt coordinate: x = 640 + (b - centre). Where neighbours reach into the field they are drawn.
inline constexpr int kPictureWidth = 1280;
inline constexpr int kPictureHeight = 1024;

inline constexpr uint32_t kAllFaultKinds = (1u << kFaultKindCount) - 2;

/// Everything the simulated world is computed from. Every process that has the same config has
/// the same world. Trivially copyable: it travels in shared memory.
struct WorldConfig {
  uint64_t seed = 1;
  int64_t t0_ns = 0;  ///< steady time at which the encoder stands at 0
  double items_per_min = 600;
  uint64_t items = 600;
  /// Share of items with a planted fault, 0 to 0.25. Faults are planted in strata: each run of
  /// 1/ratio items has exactly one, at a random place, and of any n consecutive faults (n = number
  /// of kinds, counted from the first) each kind is exactly one. 20 000 items at 0.035 have each
  /// of the 13 kinds at least 53 times.
  double fault_ratio = 0.03;
  uint32_t fault_kinds = kAllFaultKinds;  ///< bit i: FaultKind number i is planted
  // Distances behind the photo-eye, in encoder counts, of the points of the line.
  int64_t camera_distance_counts = 3000;  ///< optical axis
  int64_t gate_distance_counts = 8000;    ///< decision point of the reject gate
  int64_t exit_distance_counts = 10000;   ///< exit eye on the good lane

  /// Errors: the first value that makes no world, by name.
  Checked<void> Validate() const;
};
static_assert(std::is_trivially_copyable_v<WorldConfig>);

/// All that is true of one item.
struct ItemTruth {
  uint64_t index = 0;
  FaultKind fault = FaultKind::kNone;
  int64_t leading_count = 0;  ///< window in eye counts: [leading, trailing)
  int64_t trailing_count = 0;
  int64_t exposure_count = 0;            ///< encoder count when the centre is on the camera's axis
  std::optional<uint64_t> duplicate_of;  ///< the good item whose code it carries again
  std::vector<Label> labels;             ///< what is stuck on it, in coordinates of its own picture

  const FaultTruth& expected() const { return linesim::TruthOf(fault); }
};

/// The codes of the world, as element strings with GS (0x1D) as separator and no leading FNC1.
struct CodeLists {
  std::vector<std::string> issued;  ///< the batch: code i belongs to item i, then second codes
  std::vector<std::string> voided;  ///< part of `issued`, voided before the run
  std::vector<std::string> other;   ///< the codes of the other batch that are on the belt
};

/// The deterministic world: belt, items, faults and codes. Random access and sequential access
/// agree, since every answer is a pure function of (config, index).
/// Thread: immutable, any thread. Cost: windows and faults < 1 µs, TruthOf about 0.1 ms (it
/// encodes the symbols).
class World {
 public:
  /// `config` must be valid.
  explicit World(const WorldConfig& config);

  const WorldConfig& config() const { return config_; }
  uint64_t items() const { return config_.items; }
  double counts_per_s() const { return config_.items_per_min / 60 * kPitchCounts; }

  /// Encoder count at a steady time (floor), and the first time at which a count is reached.
  int64_t CountAt(int64_t steady_ns) const;
  int64_t TimeOfCount(int64_t count) const;

  FaultKind FaultOf(uint64_t item) const;
  int64_t LeadingCount(uint64_t item) const;
  int64_t TrailingCount(uint64_t item) const { return LeadingCount(item) + kItemLengthCounts; }
  int64_t CenterCount(uint64_t item) const { return LeadingCount(item) + kItemLengthCounts / 2; }
  int64_t ExposureCount(uint64_t item) const {
    return CenterCount(item) + config_.camera_distance_counts;
  }
  /// Where the last item has left the line, with a pitch to spare.
  int64_t EndCount() const {
    return TrailingCount(config_.items - 1) + config_.exit_distance_counts + kPitchCounts;
  }
  ItemTruth TruthOf(uint64_t item) const;

  /// "SIM-<seed>", and the batch beside it that the wrong_batch codes come from.
  std::string BatchName() const;
  std::string OtherBatchName() const;
  CodeLists Codes() const;

  /// True when the item before is unlabelled and this one's symbol must show in its picture.
  bool ShowsInPictureBefore(uint64_t item) const {
    return item > 0 && FaultOf(item - 1) == FaultKind::kNeighbour;
  }

 private:
  std::string CodeOf(uint64_t item) const;
  uint64_t DuplicateOf(uint64_t item) const;

  WorldConfig config_;
  std::vector<FaultKind> kinds_;
};

}  // namespace veriline::linesim
