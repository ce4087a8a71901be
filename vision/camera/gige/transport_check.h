// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace veriline::camera {

/// What is known of the way from a camera to us when it starts.
struct TransportFacts {
  bool network = false;  ///< GigE; the first three mean nothing otherwise
  int64_t socket_buffer_asked_bytes = 0;
  int64_t socket_buffer_granted_bytes = 0;
  int packet_size_bytes = 0;
  int64_t frame_bytes = 0;
  double frame_rate_hz = 0;  ///< 0 = not known
  double link_bps = 0;       ///< 0 = not known
};

/// What will go wrong with it, one sentence with advice each; empty when nothing will.
std::vector<std::string> CheckTransport(const TransportFacts& facts);

/// Gives our UDP socket at `port` a receive buffer of `asked_bytes`; returns what the kernel
/// grants: net.core.rmem_max at the most, unless we may administer the network; 0 when there is no
/// such socket. The driver does not give its socket out, and would ask only when the first packet
/// has come, too late for the frames behind it.
int64_t EnlargeSocketBuffer(uint16_t port, int64_t asked_bytes);

}  // namespace veriline::camera
