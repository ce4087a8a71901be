// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/gige/gvcp_probe.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vision/core/clock.h"

namespace veriline::camera {
namespace {

constexpr uint16_t kControlPort = 3956;
constexpr int kTries = 2;
constexpr int64_t kPatienceNs = 80'000'000;
constexpr int64_t kNsPerMs = 1'000'000;

}  // namespace

GvcpProbe::GvcpProbe(const in_addr& camera) {
  fd_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(kControlPort);
  to.sin_addr = camera;
  // Connected, so that only the camera's answers come.
  if (fd_ >= 0 && connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) {
    close(fd_);
    fd_ = -1;
  }
}

GvcpProbe::~GvcpProbe() {
  if (fd_ >= 0) close(fd_);
}

GvcpProbe::Answer GvcpProbe::Ask() {
  // GigE Vision 1.2: READREG of the Control Channel Privilege register.
  const SteadyClock clock;
  for (int i = 0; i < kTries; ++i) {
    if (++request_id_ == 0) request_id_ = 1;  // 0 is no id
    const uint8_t id[2] = {static_cast<uint8_t>(request_id_ >> 8),
                           static_cast<uint8_t>(request_id_)};
    const uint8_t request[12] = {0x42, 0x01, 0x00, 0x80, 0, 4, id[0], id[1], 0, 0, 0x0A, 0};
    (void)!send(fd_, request, sizeof request, 0);
    const int64_t give_up_ns = clock.NowNs() + kPatienceNs;
    for (int64_t left_ns = kPatienceNs; left_ns > 0; left_ns = give_up_ns - clock.NowNs()) {
      pollfd ready{fd_, POLLIN, 0};
      poll(&ready, 1, static_cast<int>(left_ns / kNsPerMs) + 1);
      uint8_t answer[64];
      const ssize_t size = recv(fd_, answer, sizeof answer, 0);
      // An error (nobody listens on that port) is waited out, too: the camera may be starting.
      if (size < 8 || answer[6] != id[0] || answer[7] != id[1]) continue;
      const bool refused = answer[0] != 0 || answer[1] != 0;  // somebody has it all to himself
      const bool controlled = size >= 12 && (answer[11] & 3) != 0;
      return refused || controlled ? Answer::kControlled : Answer::kFree;
    }
  }
  return Answer::kNone;
}

}  // namespace veriline::camera
