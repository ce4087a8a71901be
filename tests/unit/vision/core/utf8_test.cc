// SPDX-License-Identifier: Apache-2.0
#include "vision/core/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace veriline {
namespace {

/// The encoding form by its bit pattern, whether the code point may be encoded or not.
std::string Encode(unsigned code_point) {
  const auto byte = [](unsigned value) { return static_cast<char>(value); };
  if (code_point < 0x80) return {byte(code_point)};
  std::string out;
  if (code_point >= 0x10000) {
    out = {byte(0xF0 | code_point >> 18), byte(0x80 | (code_point >> 12 & 0x3F))};
    out += byte(0x80 | (code_point >> 6 & 0x3F));
  } else if (code_point >= 0x800) {
    out = {byte(0xE0 | code_point >> 12), byte(0x80 | (code_point >> 6 & 0x3F))};
  } else {
    out = {byte(0xC0 | code_point >> 6)};
  }
  return out + byte(0x80 | (code_point & 0x3F));
}

TEST(Utf8, TakesEveryScalarValueAndNoOther) {
  for (unsigned cp = 0; cp < 0x110400; ++cp) {
    const bool scalar = cp < 0x110000 && !(cp >= 0xD800 && cp < 0xE000);
    ASSERT_EQ(IsUtf8(Encode(cp)), scalar) << cp;
  }
}

TEST(Utf8, RefusesOverlongCutAndStrayBytes) {
  EXPECT_TRUE(IsUtf8(""));
  for (const std::string bytes : {"\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF",
                                  "\x80", "A\xBF", "\xC3", "\xE2\x82", "\xF0\x9F\x98",
                                  "\xC3"
                                  "A",
                                  "\xFE", "\xFF"}) {
    EXPECT_FALSE(IsUtf8(bytes));
  }
}

}  // namespace
}  // namespace veriline
