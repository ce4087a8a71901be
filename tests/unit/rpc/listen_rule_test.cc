// SPDX-License-Identifier: Apache-2.0
#include "rpc/listen_rule.h"

#include <gtest/gtest.h>

#include <string>

namespace veriline::rpc {
namespace {

TEST(ListenRule, KnowsLoopbackFromTheNetwork) {
  for (const char* text : {"127.0.0.1:50051", "127.255.0.9:1", "localhost:0", "[::1]:65535"}) {
    const auto address = ParseListenAddress(text);
    ASSERT_TRUE(address.has_value()) << text;
    EXPECT_TRUE(address->is_loopback) << text;
    EXPECT_EQ(address->ToString(), text);
  }
  for (const char* text : {"0.0.0.0:1", "128.0.0.1:1", "192.168.0.1:50051", "[::]:1", "[fe80::1]:1",
                           "[::ffff:10.0.0.1]:1"}) {
    const auto address = ParseListenAddress(text);
    ASSERT_TRUE(address.has_value()) << text;
    EXPECT_FALSE(address->is_loopback) << text;
  }
}

TEST(ListenRule, RefusesWhatIsNoAddress) {
  for (const char* text : {"", "127.0.0.1", ":50051", "127.0.0.1:", "127.0.0.1:x",
                           "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:1 ", "host.example:1",
                           "::1:50051", "[::1:1", "[]:1", "[zz]:1", "127.0.0.256:1"}) {
    const auto address = ParseListenAddress(text);
    ASSERT_FALSE(address.has_value()) << text;
    EXPECT_NE(address.error().message.find(text), std::string::npos);
    EXPECT_FALSE(address.error().advice.empty());
  }
}

TEST(ListenRule, TheNetworkNeedsTlsWithClientCertificates) {
  EXPECT_TRUE(CheckListenRule({}).has_value());
  EXPECT_TRUE(CheckListenRule({.listen = {}, .unix_socket = "/run/veriline.sock"}).has_value());
  EXPECT_FALSE(CheckListenRule({.listen = {}}).has_value());
  EXPECT_FALSE(CheckListenRule({.listen = {"127.0.0.1:1", "0.0.0.0:1"}}).has_value());
  EXPECT_FALSE(CheckListenRule({.listen = {"0.0.0.0:1"}, .tls_cert_file = "c", .tls_key_file = "k"})
                   .has_value());
  EXPECT_FALSE(CheckListenRule({.tls_client_ca_file = "a"}).has_value());
  EXPECT_TRUE(CheckListenRule({.listen = {"0.0.0.0:1"},
                               .tls_cert_file = "c",
                               .tls_key_file = "k",
                               .tls_client_ca_file = "a"})
                  .has_value());
  EXPECT_FALSE(CheckListenRule({.unix_socket = "/" + std::string(200, 'x')}).has_value());
}

}  // namespace
}  // namespace veriline::rpc
