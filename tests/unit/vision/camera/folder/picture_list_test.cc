// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/folder/picture_list.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace veriline::camera {
namespace {

TEST(NaturalLess, OrdersNumbersByValueAndIsTotal) {
  const std::vector<std::string> ordered = {"1.png", "2.png",   "10.png", "a",
                                            "a1",    "a1b",     "a2",     "a10",
                                            "a10b1", "a10b02x", "a10b03", "a99999999999999999999",
                                            "b",     "b0",      "b00",    "b01",
                                            "b1",    "b001c",   "ba"};
  // Leading zeros do not change a number's value; between equals the bytes decide.
  std::vector<std::string> sorted = ordered;
  std::reverse(sorted.begin(), sorted.end());
  std::sort(sorted.begin(), sorted.end(), NaturalLess);
  for (size_t i = 0; i < sorted.size(); ++i) {
    for (size_t j = 0; j < sorted.size(); ++j) {
      EXPECT_EQ(NaturalLess(sorted[i], sorted[j]), i < j) << sorted[i] << " " << sorted[j];
    }
  }
  EXPECT_TRUE(NaturalLess("p9", "p10"));
  EXPECT_TRUE(NaturalLess("p09", "p10"));
  EXPECT_TRUE(NaturalLess("p2x9", "p2x10"));
  EXPECT_TRUE(NaturalLess("p", "p1"));
  EXPECT_FALSE(NaturalLess("p1", "p1"));
}

}  // namespace
}  // namespace veriline::camera
