// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/ring_renderer.h"

#include <cstring>

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
  constexpr size_t kPictureBytes = size_t{kPictureWidth} * kPictureHeight;
  if (size_bytes < kPictureBytes) return false;
  FrameRing::Slot slot;
  do {
    if (ring_.NextFrame(&slot, kPatienceNs) != FrameRing::Next::kFrame) return false;
    if (slot.item == next_item_ - 1) {
      for (int y = 0; y < kPictureHeight; ++y) {
        std::memcpy(pixels + size_t{kPictureWidth} * y, slot.pixels.Row(y), kPictureWidth);
      }
    }
    ring_.Release();  // a picture that was exposed before the camera started is passed over
  } while (slot.item < next_item_ - 1);
  *view = {pixels, kPictureWidth, kPictureHeight, kPictureWidth};
  return slot.item == next_item_ - 1;
}

}  // namespace veriline::linesim
