// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "vision/symbology/qr/level_field.h"
#include "vision/symbology/qr/pattern_fit.h"
#include "vision/symbology/qr/sampling_grid.h"

namespace veriline::symbology::qr {

// Timing patterns in a two-level picture. All functions are pure; any thread; no allocation.

/// Wrong modules of a timing pattern, as a share, above which it is none.
inline constexpr float kMostWrongTiming = 0.3f;

/// Whether one of the two timing patterns of a QR Code (model 2) at least alternates.
bool HasTiming(const LevelField& field, const SamplingGrid& places, int size);

/// A version of Micro QR and what its timing patterns, the separator before them and the quiet zone
/// behind them would have wrong.
struct MicroVersion {
  int number = 0;
  float wrong_ratio = 1;
  int size() const { return 9 + 2 * number; }
};
/// All four, the likeliest first. Those above kMostWrongTiming are none.
std::array<MicroVersion, 4> MicroVersionsBehind(const LevelField& field, const Frame& finder);

/// Fits the module vectors of a finder pattern, which was fitted with its own directions, to the
/// timing patterns of a Micro QR symbol of that size: direction and mean space.
/// Returns: false where too few edges of the finder pattern show.
bool FitToMicroTiming(const LevelField& field, int size, Frame* finder);

}  // namespace veriline::symbology::qr
