// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/gige/transport_check.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace veriline::camera {
namespace {

constexpr TransportFacts kGood = {.network = true,
                                  .socket_buffer_asked_bytes = 32 << 20,
                                  .socket_buffer_granted_bytes = 32 << 20,
                                  .packet_size_bytes = 9000,
                                  .frame_bytes = 1280 * 1024,
                                  .frame_rate_hz = 60,
                                  .link_bps = 1e9};

TEST(TransportCheck, IsSilentWhenAllIsWell) { EXPECT_TRUE(CheckTransport(kGood).empty()); }

TEST(TransportCheck, ASmallSocketBufferIsToldWithTheCommand) {
  TransportFacts facts = kGood;
  facts.socket_buffer_granted_bytes = 212'992;  // what Debian grants
  const auto advice = CheckTransport(facts);
  ASSERT_EQ(advice.size(), 1u);
  EXPECT_NE(advice[0].find("212 kB"), std::string::npos) << advice[0];
  EXPECT_NE(advice[0].find("sysctl -w net.core.rmem_max=33554432"), std::string::npos) << advice[0];
  facts.socket_buffer_granted_bytes = 2 * facts.frame_bytes;
  EXPECT_TRUE(CheckTransport(facts).empty()) << "two frames are enough";
}

TEST(TransportCheck, ManySmallPacketsAreToldToGrow) {
  TransportFacts facts = kGood;
  facts.packet_size_bytes = 1500;
  const auto advice = CheckTransport(facts);
  ASSERT_EQ(advice.size(), 1u);
  EXPECT_NE(advice[0].find("MTU 9000"), std::string::npos) << advice[0];
  facts.frame_rate_hz = 10;
  EXPECT_TRUE(CheckTransport(facts).empty());
}

TEST(TransportCheck, MoreThanTheLinkCarriesIsTold) {
  TransportFacts facts = kGood;
  facts.frame_rate_hz = 100;  // 1.05 Gbit/s
  const auto advice = CheckTransport(facts);
  ASSERT_EQ(advice.size(), 1u);
  EXPECT_NE(advice[0].find("the link carries 1000"), std::string::npos) << advice[0];
  facts.link_bps = 0;
  EXPECT_TRUE(CheckTransport(facts).empty()) << "an unknown link is not accused";
}

TEST(TransportCheck, UsbHasNoSocketAndNoPackets) {
  TransportFacts facts = {.frame_bytes = 5'000'000, .frame_rate_hz = 30, .link_bps = 3e9};
  EXPECT_TRUE(CheckTransport(facts).empty());
  facts.frame_rate_hz = 90;
  EXPECT_EQ(CheckTransport(facts).size(), 1u);
}

TEST(TransportCheck, TheSocketOfThePortIsEnlarged) {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in own{};
  own.sin_family = AF_INET;
  own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof own;
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&own), sizeof own), 0);
  ASSERT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&own), &length), 0);
  EXPECT_EQ(EnlargeSocketBuffer(ntohs(own.sin_port), 100'000), 100'000);
  int bytes = 0;
  length = sizeof bytes;
  getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, &length);
  EXPECT_EQ(bytes, 200'000) << "with the kernel's own books";
  close(fd);
  EXPECT_EQ(EnlargeSocketBuffer(ntohs(own.sin_port), 100'000), 0) << "it is gone";
}

}  // namespace
}  // namespace veriline::camera
