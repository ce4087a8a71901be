// SPDX-License-Identifier: Apache-2.0
// The fake camera of Aravis as a program: GigE Vision as its authors understand it, at 127.0.0.1
// (it takes an address of an interface only). Each frame carries its truth. Says "ready", then
// waits for the end of its input.
#include <arv.h>
#include <unistd.h>

#include <cstring>
#include <iostream>

#include "tools/linesim/gige/frame_truth.h"
#include "vision/core/clock.h"

namespace {

using veriline::linesim::FrameTruth;

void Fill(ArvBuffer* buffer, void* data, guint32, guint32, ArvPixelFormat) {
  auto& index = *static_cast<uint32_t*>(data);
  auto* pixels = static_cast<uint8_t*>(const_cast<void*>(arv_buffer_get_data(buffer, nullptr)));
  const auto width = static_cast<size_t>(arv_buffer_get_image_width(buffer));
  const auto height = static_cast<size_t>(arv_buffer_get_image_height(buffer));
  if (width < sizeof(FrameTruth)) return;
  const FrameTruth truth{.index = ++index, .exposure_ns = veriline::SteadyClock().NowNs()};
  for (size_t y = 1; y < height; ++y) {
    std::memset(pixels + y * width, veriline::linesim::GreyOf(truth.index, static_cast<int>(y)),
                width);
  }
  veriline::linesim::PutTruth(truth, pixels);
}

}  // namespace

int main() {
  uint32_t index = 0;
  ArvGvFakeCamera* camera = arv_gv_fake_camera_new("127.0.0.1", "ARV7");
  if (!arv_gv_fake_camera_is_running(camera)) {
    std::cout << "busy" << std::endl;
    return 77;
  }
  arv_fake_camera_set_fill_pattern(arv_gv_fake_camera_get_fake_camera(camera), Fill, &index);
  std::cout << "ready" << std::endl;
  char ignored = 0;
  while (read(STDIN_FILENO, &ignored, 1) > 0) {
  }
  g_object_unref(camera);
  return 0;
}
