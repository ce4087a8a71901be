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

/// What the kernel grants a UDP socket that asks for `asked_bytes` of receive buffer.
int64_t GrantedSocketBuffer(int64_t asked_bytes);

}  // namespace veriline::camera
