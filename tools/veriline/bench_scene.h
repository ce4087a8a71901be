// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "tools/linesim/frame_set.h"

namespace veriline::tools {

/// A scene of the bench.
struct BenchScene {
  std::string_view name;
  int width;
  int height;
  uint64_t frames;   ///< how many are read when nothing else is said
  bool codes;        ///< some show
  bool data_matrix;  ///< some of them are Data Matrix
  bool bars_or_qr;   ///< some are linear codes or QR Codes

  /// What the frames show, with the truth; the same for the same seed on every machine.
  /// Cost: draws pools, up to 2 s.
  std::unique_ptr<linesim::FrameSet> (*make)(uint64_t seed);
  /// Whether the code in a picture can be read by the book; null where every code can.
  bool (*readable)(const FrameView& picture, uint64_t seed, uint64_t index) = nullptr;
};

std::span<const BenchScene> BenchScenes();
/// Null when there is none of that name.
const BenchScene* BenchSceneFromName(std::string_view name);

}  // namespace veriline::tools
