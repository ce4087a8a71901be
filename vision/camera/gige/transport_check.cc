// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/gige/transport_check.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>

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

int64_t EnlargeSocketBuffer(uint16_t port, int64_t asked_bytes) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", ignored)) {
    const int fd = std::atoi(entry.path().filename().c_str());
    sockaddr_in own{};
    socklen_t length = sizeof own;
    int type = 0;
    socklen_t type_length = sizeof type;
    if (getsockname(fd, reinterpret_cast<sockaddr*>(&own), &length) != 0 ||
        own.sin_family != AF_INET || own.sin_port != htons(port) ||
        getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_length) != 0 || type != SOCK_DGRAM) {
      continue;
    }
    const int asked = static_cast<int>(std::min<int64_t>(asked_bytes, 1 << 30));
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &asked, sizeof asked) != 0) {
      setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &asked, sizeof asked);
    }
    int granted = 0;
    length = sizeof granted;
    getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &granted, &length);
    return granted / 2;  // the kernel doubles what it grants, for its own books
  }
  return 0;
}

}  // namespace veriline::camera
