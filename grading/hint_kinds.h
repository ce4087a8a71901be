// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace veriline::grading {

/// What a printer can do something about.
enum class HintKind : uint8_t {
  kInkSpread,       ///< dark modules too wide: amount_um, along_x
  kInkLoss,         ///< dark modules too narrow: amount_um, along_x
  kDeadNozzle,      ///< a line of dark modules is missing: index, along_x (a row), amount = share
  kStreak,          ///< a line of light modules is dark: likewise
  kBlur,            ///< edges are soft: amount = sharpness
  kLowInk,          ///< dark is too light: amount = Rmin
  kDarkGround,      ///< light is too dark: amount = Rmax
  kStretched,       ///< one axis longer: along_x, amount = ratio of the pitches
  kUnevenFeed,      ///< the grid is bent: row, col of the worst point; amount in X
  kWorstModule,     ///< row, col; amount = its margin
  kDamagedPattern,  ///< index = SegmentName; amount = wrong modules
  kGlare,           ///< extreme reflectance around the symbol, or saturated
  // Of linear symbols; row: the scan, from the top; index: percent of the symbol's length.
  kBarsWide,      ///< amount in X, amount_um
  kBarsNarrow,    ///< likewise
  kVoid,          ///< light in a bar: amount = its share of the contrast
  kSpot,          ///< dark in a space or quiet zone: likewise
  kQuietZoneCut,  ///< along_x: the left one; amount = X that it is wide
  kUnevenBars,    ///< an edge out of place: amount = decodability
  kLostScans,     ///< amount = how many of them do not decode
};

struct Hint {
  HintKind kind = HintKind::kWorstModule;
  bool along_x = false;
  int index = -1;
  int row = -1;
  int col = -1;
  double amount = 0;
  double amount_um = 0;  ///< 0: the scale is not known
};

/// Hints in the order of their weight, no more than fit.
class HintList {
 public:
  static constexpr size_t kMost = 12;
  void Add(const Hint& hint) {
    if (count_ < kMost) all_[count_++] = hint;
  }
  std::span<const Hint> all() const { return {all_.data(), count_}; }
  void Clear() { count_ = 0; }

 private:
  std::array<Hint, kMost> all_{};
  size_t count_ = 0;
};

}  // namespace veriline::grading
