// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/ring_renderer.h"

#include <cstring>

#include "tools/linesim/scene_renderer.h"

namespace veriline::linesim {
namespace {
// A picture that is not there yet comes late, as it would over a slow link.
constexpr int64_t kPatienceNs = 50'000'000;
}  // namespace

RingRenderer::RingRenderer(const World& world, FrameRing& ring)
    : world_(world), ring_(ring), shots_(ShotsOf(world)) {
  if (world.scene().line_scan) strips_.emplace(world);
}

bool RingRenderer::Next(camera::Exposure* exposure) {
  if (next_shot_ >= shots_) return false;
  const uint64_t shot = next_shot_++;
  lines_ = world_.scene().picture_height;
  exposure->fate = camera::ExposureFate::kComplete;
  if (strips_) {
    const Strip strip = strips_->At(shot);
    lines_ = strip.lines();
    exposure->exposure_ns = strip.first_ns;
    exposure->last_line_ns = strip.last_ns;
    return true;
  }
  exposure->exposure_ns = world_.TimeOfCount(world_.ShotCount(shot, ring_.camera()));
  const FaultTruth& fault = world_.ShotTruth(shot);
  if (!fault.delivered) {
    exposure->fate = fault.exposed ? camera::ExposureFate::kLost : camera::ExposureFate::kIgnored;
  }
  return true;
}

bool RingRenderer::Draw(uint8_t* pixels, size_t size_bytes, FrameView* view) {
  const int width = world_.scene().picture_width;
  const size_t bytes = static_cast<size_t>(width) * static_cast<size_t>(lines_);
  if (size_bytes < bytes) return false;
  FrameRing::Slot slot;
  do {
    if (ring_.NextFrame(&slot, kPatienceNs) != FrameRing::Next::kFrame) return false;
    if (slot.shot == next_shot_ - 1) std::memcpy(pixels, slot.pixels.data, bytes);
    ring_.Release();  // a picture that was exposed before the camera started is passed over
  } while (slot.shot < next_shot_ - 1);
  *view = {pixels, width, lines_, width};
  return slot.shot == next_shot_ - 1;
}

}  // namespace veriline::linesim
