// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/ring_renderer.h"

#include "vision/core/clock.h"

namespace veriline::linesim {
namespace {
// A picture that is not there yet comes late, as it would over a slow link.
constexpr int64_t kPatienceNs = 50'000'000;
}  // namespace

bool RingRenderer::Next(camera::Exposure* exposure) {
  if (next_item_ >= world_.items()) return false;
  const FaultTruth& fault = TruthOf(world_.FaultOf(next_item_));
  exposure->exposure_ns = world_.TimeOfCount(world_.ExposureCount(next_item_));
  exposure->fate = fault.delivered ? camera::ExposureFate::kComplete
                   : fault.exposed ? camera::ExposureFate::kLost
                                   : camera::ExposureFate::kIgnored;
  ++next_item_;
  return true;
}

bool RingRenderer::Draw(uint8_t* pixels, size_t size_bytes, FrameView* view) {
  if (size_bytes < ring_.slot_bytes()) return false;
  if (!ring_.Take(next_item_ - 1, pixels, SteadyClock().NowNs() + kPatienceNs)) return false;
  *view = {pixels, kPictureWidth, kPictureHeight, kPictureWidth};
  return true;
}

}  // namespace veriline::linesim
