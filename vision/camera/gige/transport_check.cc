// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/gige/transport_check.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace veriline::camera {
namespace {

/// The receiving thread may be kept from running for as long as this many frames take. What the
/// kernel books for a packet beside its bytes fits into the doubling of what it grants.
constexpr int64_t kFramesToHold = 2;
constexpr int kStandardPacketBytes = 1500;
/// A 1 GbE link with standard packets has none to spare above this; larger packets halve the work.
constexpr double kMostPacketsPerS = 40'000;
/// GVSP, UDP, IP and Ethernet headers of a packet.
constexpr double kHeaderBytes = 36 + 38;

}  // namespace

std::vector<std::string> CheckTransport(const TransportFacts& f) {
  std::vector<std::string> out;
  const double packets = f.packet_size_bytes > 36
                             ? static_cast<double>(f.frame_bytes) / (f.packet_size_bytes - 36) + 2
                             : 0;
  if (f.network && packets > 0) {
    const int64_t needed_bytes = kFramesToHold * f.frame_bytes;
    if (f.socket_buffer_granted_bytes < needed_bytes) {
      out.push_back(
          fmt::format("the kernel grants {} kB of socket buffer, but {} frames of {} kB must fit: "
                      "packets will be "
                      "lost when the machine is busy (sysctl -w net.core.rmem_max={})",
                      f.socket_buffer_granted_bytes / 1000, kFramesToHold, f.frame_bytes / 1000,
                      std::max(needed_bytes, f.socket_buffer_asked_bytes)));
    }
  }
  if (f.network && packets > 0 && f.packet_size_bytes <= kStandardPacketBytes &&
      packets * f.frame_rate_hz > kMostPacketsPerS) {
    out.push_back(
        fmt::format("{:.0f} packets of {} bytes a second take much of a core: let network card, "
                    "switch and camera use jumbo frames (MTU 9000)",
                    packets * f.frame_rate_hz, f.packet_size_bytes));
  }
  const double bps =
      (static_cast<double>(f.frame_bytes) + packets * kHeaderBytes) * 8 * f.frame_rate_hz;
  if (f.link_bps > 0 && bps > f.link_bps) {
    out.push_back(
        fmt::format("{:g} frames of {} kB a second need {:.0f} Mbit/s, the link carries {:.0f}: "
                    "lower AcquisitionFrameRate, Width or Height",
                    f.frame_rate_hz, f.frame_bytes / 1000, bps / 1e6, f.link_bps / 1e6));
  }
  return out;
}

int64_t GrantedSocketBuffer(int64_t asked_bytes) {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return 0;
  const int asked = static_cast<int>(std::min<int64_t>(asked_bytes, 1 << 30));
  int granted = 0;
  socklen_t length = sizeof granted;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &asked, sizeof asked);
  const bool told = getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &granted, &length) == 0;
  close(fd);
  return told ? granted / 2 : 0;  // the kernel doubles what it grants, for its own books
}

}  // namespace veriline::camera
