// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/gige/gige_options.h"

#include <cmath>

namespace veriline::camera {
namespace {

constexpr int kLeastPacketBytes = 220;
constexpr int kMostPacketBytes = 16404;
constexpr int kLeastSocketBytes = 1 << 16;
constexpr int kMostSocketBytes = 1 << 30;
constexpr double kMostFrameRateHz = 100'000;
constexpr int kLeastTimeoutMs = 20;
constexpr int kMostTimeoutMs = 60'000;

}  // namespace

Checked<void> GigeOptions::Validate() const {
  const auto refuse = [](const char* key, const char* message, const char* advice) {
    return Fail(Diagnostic{
        .code = ErrorCode::kOutOfRange, .message = message, .advice = advice, .key = key});
  };
  if (device.empty()) {
    return refuse("device", "the device of a camera is not given",
                  "give its IPv4 address or serial number");
  }
  for (const auto& [name, value] : features) {
    if (name.empty()) return refuse("features", "a feature of a camera has no name", "name it");
  }
  if (packet_size_bytes != 0 && (packet_size_bytes < kLeastPacketBytes ||
                                 packet_size_bytes > kMostPacketBytes || packet_size_bytes % 4)) {
    return refuse("packet_size_bytes", "the packet size of a camera is impossible",
                  "0 (the largest that gets through), or 220 to 16404 in steps of 4");
  }
  if (socket_buffer_bytes < kLeastSocketBytes || socket_buffer_bytes > kMostSocketBytes) {
    return refuse("socket_buffer_bytes", "the socket buffer of a camera is impossible",
                  "65536 to 1073741824 bytes");
  }
  if (!(expected_frame_rate_hz >= 0 && expected_frame_rate_hz <= kMostFrameRateHz)) {
    return refuse("expected_frame_rate_hz", "the expected frame rate of a camera is impossible",
                  "0 (not known) to 100000 Hz");
  }
  if (frame_timeout_ms < kLeastTimeoutMs || frame_timeout_ms > kMostTimeoutMs) {
    return refuse("frame_timeout_ms", "the frame timeout of a camera is impossible",
                  "20 to 60000 ms");
  }
  if (!std::isfinite(counts_per_encoder_step) || counts_per_encoder_step == 0) {
    return refuse("chunks.counts_per_encoder_step", "an encoder step of a camera has no counts",
                  "any number but 0; negative when it counts the other way");
  }
  return {};
}

}  // namespace veriline::camera
