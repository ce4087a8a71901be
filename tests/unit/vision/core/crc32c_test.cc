// SPDX-License-Identifier: Apache-2.0
#include "vision/core/crc32c.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace veriline {
namespace {

TEST(Crc32c, GivesTheValuesOfTheStandard) {
  // RFC 3720, B.4, and the check value of the CRC catalogues.
  std::string ascending;
  for (int i = 0; i < 32; ++i) ascending += static_cast<char>(i);
  for (const auto crc : {Crc32c, Crc32cByTable}) {
    EXPECT_EQ(crc("123456789", 0), 0xE3069283u);
    EXPECT_EQ(crc(std::string(32, '\0'), 0), 0x8A9136AAu);
    EXPECT_EQ(crc(std::string(32, '\xff'), 0), 0x62A8AB43u);
    EXPECT_EQ(crc(ascending, 0), 0x46DD794Eu);
    EXPECT_EQ(crc("", 0), 0u);
  }
}

TEST(Crc32c, IsTheSameInPiecesAndByTable) {
  std::mt19937 random(1);
  std::string bytes(1000, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  const std::string_view all(bytes);
  for (size_t cut = 0; cut < 40; ++cut) {
    EXPECT_EQ(Crc32c(all.substr(cut), Crc32c(all.substr(0, cut))), Crc32c(all));
    EXPECT_EQ(Crc32cByTable(all.substr(cut)), Crc32c(all.substr(cut)));
  }
}

}  // namespace
}  // namespace veriline
