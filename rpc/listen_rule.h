// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "rpc/server.h"
#include "vision/core/result.h"

namespace veriline::rpc {

/// A listen address taken apart.
struct ListenAddress {
  std::string host;  ///< without brackets
  int port = 0;
  bool is_ipv6 = false;
  bool is_loopback = false;  ///< reachable from this machine only

  std::string ToString() const;
};

/// Errors: not "host:port" with a literal address or localhost.
Checked<ListenAddress> ParseListenAddress(const std::string& text);

/// The rule of who may listen where: loopback, or TLS with client certificates.
/// Errors: an address open to the network without TLS; some TLS files but not all.
Checked<void> CheckListenRule(const RpcServerOptions& options);

}  // namespace veriline::rpc
