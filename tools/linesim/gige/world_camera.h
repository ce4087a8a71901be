// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace veriline::linesim {

struct WorldCameraOptions {
  int ring_fd = -1;     ///< of the ring, which carries the world's config; its consumer is here
  std::string address;  ///< of this machine: 127.0.0.0/8 needs no set-up
  double link_bps = 1e9;
  int ready_fd = -1;  ///< gets one byte when the camera can be opened, and is closed
};

/// The camera of the simulated world as a device on the network, in a process of its own: a GigE
/// Vision camera with Line0 as its trigger. Each exposure has the fate that its item's fault gives
/// it: a trigger that is ignored, a frame whose packets are all lost, or a picture of the ring. The
/// belt's encoder is wired to it (chunk ChunkEncoderValue); the truth of each exposure stands in
/// its first row (FrameTruth). A trigger is taken for the moment at which it was due, however late
/// the process came.
/// Returns an exit code when it cannot start; else runs until it is killed, or its parent ends.
int RunWorldCamera(const WorldCameraOptions& options);

}  // namespace veriline::linesim
