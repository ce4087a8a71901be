// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vision/symbology/qr/level_field.h"
#include "vision/symbology/qr/pattern_fit.h"
#include "vision/symbology/qr/sampling_grid.h"

namespace veriline::symbology::qr {

// Timing patterns in a two-level picture. All functions are pure; any thread; no allocation.

/// Wrong modules of a timing pattern, as a share, above which it is none.
inline constexpr float kMostWrongTiming = 0.3f;

/// Whether one of the two timing patterns of a QR Code (model 2) at least alternates.
bool HasTiming(const LevelField& field, const SamplingGrid& places, int size);

/// Wrong modules of the timing patterns of a Micro QR symbol of that size, of the separator before
/// them and of the quiet zone behind them: of 2 · (size − 5).
int WrongMicroTiming(const LevelField& field, const Frame& finder, int size);

/// Turns the module vectors of a finder pattern that was fitted with its own directions to those
/// that the timing patterns of a Micro QR symbol of that size tell besides.
void TurnToMicroTiming(const LevelField& field, int size, Frame* finder);

/// Makes them as long as the mean spaces of the timing patterns.
void FitToMicroTiming(const LevelField& field, int size, Frame* finder);

}  // namespace veriline::symbology::qr
