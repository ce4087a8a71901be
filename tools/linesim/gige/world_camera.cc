// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/gige/world_camera.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <iostream>
#include <limits>

#include "tools/linesim/frame_ring.h"
#include "tools/linesim/gige/gige_device.h"
#include "tools/linesim/ring_renderer.h"
#include "vision/core/thread.h"

namespace veriline::linesim {
namespace {

// A clock of its own, as cameras have: far from the machine's, and a little fast.
constexpr int64_t kClockOffsetNs = 123'456'789'012'345;
constexpr double kClockPpm = 30;

}  // namespace

int RunWorldCamera(const WorldCameraOptions& options) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  auto ring = FrameRing::Open(options.ring_fd);
  if (!ring) {
    std::cerr << "linesim-camera: " << ring.error().ToString() << "\n";
    return 1;
  }
  const World world(ring->config());
  RingRenderer renderer(world, *ring);
  camera::Exposure exposure;
  const auto draw = [&](const FrameTruth&, uint8_t* pixels, int width, int height) {
    const size_t bytes = static_cast<size_t>(width) * static_cast<size_t>(height);
    if (exposure.fate != camera::ExposureFate::kComplete) return;
    FrameView view;
    // One that was not drawn in time shows nothing.
    if (!renderer.Draw(pixels, bytes, &view)) std::memset(pixels, 0, bytes);
  };
  auto device = GigeDevice::Open({.address = options.address,
                                  .serial = "LINESIM",
                                  .sensor_width = kPictureWidth,
                                  .sensor_height = kPictureHeight,
                                  .link_bps = options.link_bps,
                                  .clock_offset_ns = kClockOffsetNs,
                                  .clock_ppm = kClockPpm},
                                 draw,
                                 {.encoder = [&](int64_t ns) { return world.CountAt(ns); },
                                  .line_status = [](int64_t) { return 0u; }});
  if (!device) {
    std::cerr << "linesim-camera: " << device.error().ToString() << "\n";
    return 1;
  }
  RaiseThreadPriority();  // a camera does not wait for the cores of the machine
  if (write(options.ready_fd, "r", 1) != 1) return 1;
  close(options.ready_fd);

  const SteadyClock clock;
  for (bool more = renderer.Next(&exposure);;) {
    (*device)->Poll(-1, more ? exposure.exposure_ns : FrameSender::kNever);
    for (; more && clock.NowNs() >= exposure.exposure_ns; more = renderer.Next(&exposure)) {
      if (!(*device)->acquiring()) continue;
      if (exposure.fate == camera::ExposureFate::kIgnored) (*device)->IgnoreTriggers(1);
      if (exposure.fate == camera::ExposureFate::kLost) {
        (*device)->sender().LosePackets(0, std::numeric_limits<uint32_t>::max(), 1,
                                        /*for_good=*/true);
      }
      (*device)->PulseLine(exposure.exposure_ns);
    }
  }
}

}  // namespace veriline::linesim
