// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/linesim/frame_set.h"
#include "tools/veriline/bench_result.h"
#include "tools/veriline/bench_scene.h"
#include "tools/veriline/bench_score.h"

namespace veriline::tools {

/// Another decoder, which reads whole pictures as its makers mean it to be called: all formats that
/// it knows, as many symbols as there are.
struct PeerDecoder {
  std::string_view name;
  std::string version;
  /// A second try on a picture on which it killed its process.
  std::vector<Reported> (*read)(const FrameView& picture, bool second_try);
  bool (*reads)(Symbology symbology);
  bool (*wanted)(const BenchScene& scene);  ///< false where it has nothing to read
  uint64_t small_frames;                    ///< of a scene: it may be slow
  uint64_t large_frames;
};
/// Those that this program was built with.
std::span<const PeerDecoder> PeerDecoders();

/// Reads the first pictures of a scene in a process that may die of one and is then replaced: that
/// is counted, and the picture tried once more. Codes that the decoder does not know are not
/// counted. `ours_us`: what we took for each picture.
BenchPeer MeasurePeer(const PeerDecoder& peer, const BenchScene& scene, linesim::FrameSet& pictures,
                      std::span<const double> ours_us);

}  // namespace veriline::tools
