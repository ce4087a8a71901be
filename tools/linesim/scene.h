// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "tools/linesim/truth.h"

namespace veriline::linesim {

/// What the simulated line makes.
enum class SceneKind : uint8_t {
  kPacks,    ///< packs with a GS1 Data Matrix label, one picture each
  kWeb,      ///< a label web of eight lanes under a line-scan camera
  kSheet,    ///< sheets of 96 Data Matrix, one picture each
  kCartons,  ///< cartons with three codes in three roles
  kFoil,     ///< packs of metallised foil under two lights
  kEmpty,    ///< print and texture without any code
  // Labels whose parts must agree:
  kLabelsPair,    ///< a number in Code 128, and a QR Code with a link to it
  kLabelsEan,     ///< a Data Matrix beside the EAN-13 of the product
  kLabelsText,    ///< a Data Matrix, a GS1-128 and three lines of text
  kLabelsNumber,  ///< four lanes of labels with nothing but a number in sequence
};
inline constexpr int kSceneCount = 10;

constexpr uint64_t BitOf(FaultKind kind) { return uint64_t{1} << static_cast<int>(kind); }

/// What does not change within a scene. One pixel is one encoder count in all of them. A *feed* is
/// what one edge of the photo-eye brings: a pack, a row of labels behind its register mark, a
/// sheet. It holds `rows` × `lanes` items, numbered row by row; an item's window begins
/// row_offset + row × row_pitch behind the edge.
struct SceneTraits {
  SceneKind kind;
  std::string_view name;
  int counts_per_mm;
  int lanes;
  int rows;
  int64_t feed_pitch_counts;  ///< nominal distance of two edges
  int feed_jitter_counts;     ///< of each edge, either way
  int64_t mark_counts;        ///< length of what the eye sees
  int64_t row_offset_counts;
  int64_t row_pitch_counts;
  int64_t item_counts;  ///< length of an item's window
  int cameras;
  int picture_width;   ///< px
  int picture_height;  ///< px; of a strip, where line_scan
  bool line_scan = false;
  uint64_t item_faults;   ///< kinds that befall single items, as bits
  uint64_t feed_faults;   ///< kinds that befall all items of a feed
  int feed_fault_period;  ///< one of so many feeds has such a fault

  int feed_items() const { return lanes * rows; }
};

extern const std::array<SceneTraits, kSceneCount> kScenes;

inline const SceneTraits& TraitsOf(SceneKind kind) { return kScenes[static_cast<size_t>(kind)]; }
std::optional<SceneKind> SceneKindFromName(std::string_view name);

}  // namespace veriline::linesim
