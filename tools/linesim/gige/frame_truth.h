// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>

#include "vision/core/frame.h"

namespace veriline::linesim {

/// What a simulated GigE camera knows of an exposure. It stands in the first pixels of the first
/// row, so that whoever gets the frame can compare what it was told with what was.
struct FrameTruth {
  uint32_t magic = kMagic;
  uint32_t index = 0;       ///< exposures since the start of the acquisition, from 1
  int64_t exposure_ns = 0;  ///< CLOCK_MONOTONIC of the machine, which both processes share
  int64_t encoder_count = 0;

  static constexpr uint32_t kMagic = 0x454C4756;
};

inline void PutTruth(const FrameTruth& truth, uint8_t* first_row) {
  std::memcpy(first_row, &truth, sizeof truth);
}

/// Nothing when the row carries no truth (or is too short for one).
inline std::optional<FrameTruth> ReadTruth(const FrameView& pixels) {
  FrameTruth truth;
  if (pixels.Empty() || pixels.width < static_cast<int>(sizeof truth)) return std::nullopt;
  std::memcpy(&truth, pixels.data, sizeof truth);
  if (truth.magic != FrameTruth::kMagic) return std::nullopt;
  return truth;
}

/// The grey of every pixel of the other rows, when nothing else is drawn.
inline uint8_t GreyOf(uint32_t index, int row) {
  return static_cast<uint8_t>(index * 31 + static_cast<uint32_t>(row));
}

}  // namespace veriline::linesim
