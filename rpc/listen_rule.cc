// SPDX-License-Identifier: Apache-2.0
#include "rpc/listen_rule.h"

#include <arpa/inet.h>
#include <sys/un.h>

#include <charconv>
#include <cstring>

namespace veriline::rpc {
namespace {
tl::unexpected<Diagnostic> BadAddress(const std::string& text, const std::string& why) {
  return Fail({.message = "cannot listen on \"" + text + "\": " + why,
               .advice = "write 127.0.0.1:50051, [::1]:50051 or localhost:50051"});
}
}  // namespace

std::string ListenAddress::ToString() const {
  return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Checked<ListenAddress> ParseListenAddress(const std::string& text) {
  ListenAddress address;
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos) return BadAddress(text, "there is no port");
  address.host = text.substr(0, colon);
  const char* const first = text.data() + colon + 1;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(first, last, address.port);
  if (error != std::errc() || end != last || address.port < 0 || address.port > 65535) {
    return BadAddress(text, "the port is no number from 0 to 65535");
  }
  in_addr v4{};
  in6_addr v6{};
  if (address.host == "localhost") {
    address.is_loopback = true;
  } else if (inet_pton(AF_INET, address.host.c_str(), &v4) == 1) {
    address.is_loopback = (ntohl(v4.s_addr) >> 24) == 127;
  } else if (address.host.size() > 2 && address.host.front() == '[' && address.host.back() == ']') {
    address.host = address.host.substr(1, address.host.size() - 2);
    if (inet_pton(AF_INET6, address.host.c_str(), &v6) != 1) {
      return BadAddress(text, "what stands in brackets is no IPv6 address");
    }
    address.is_ipv6 = true;
    address.is_loopback = IN6_IS_ADDR_LOOPBACK(&v6);
  } else {
    return BadAddress(text, "the host is neither an IP address nor localhost");
  }
  return address;
}

Checked<void> CheckListenRule(const RpcServerOptions& options) {
  const int files = !options.tls_cert_file.empty() + !options.tls_key_file.empty() +
                    !options.tls_client_ca_file.empty();
  if (files != 0 && files != 3) {
    return Fail({.message = "TLS is given by halves",
                 .advice = "give certificate, key and the CA of the client certificates, or none"});
  }
  for (const std::string& text : options.listen) {
    const Checked<ListenAddress> address = ParseListenAddress(text);
    if (!address) return Fail(address.error());
    if (!address->is_loopback && files == 0) {
      return Fail({.message = "\"" + text + "\" is open to the network, but there is no TLS",
                   .advice = "give certificate, key and the CA of the client certificates, or "
                             "listen on 127.0.0.1"});
    }
  }
  if (options.unix_socket.size() >= sizeof(sockaddr_un::sun_path)) {
    return Fail({.message = "the path of the unix socket is longer than " +
                            std::to_string(sizeof(sockaddr_un::sun_path) - 1) +
                            " bytes: " + options.unix_socket,
                 .advice = "use a shorter directory"});
  }
  if (options.listen.empty() && options.unix_socket.empty()) {
    return Fail({.message = "nothing to listen on", .advice = "give an address or a unix socket"});
  }
  return {};
}

}  // namespace veriline::rpc
