// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/bench_allocations.h"

#include <gtest/gtest.h>

#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <thread>
#include <vector>

namespace veriline::tools {
namespace {

/// What a call allocates.
template <typename Call>
uint64_t Counted(const Call& call) {
  const AllocationCount counting;
  call();
  return counting.Count().value_or(0);
}

class Allocations : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!AllocationCount().Count())
      GTEST_SKIP() << "a sanitizer brings an operator new of its own: nothing is counted then";
  }
};

TEST_F(Allocations, OfOurCodeAreCounted) {
  std::unique_ptr<int> one;
  std::vector<int> many;
  std::unique_ptr<char[]> array;
  EXPECT_EQ(Counted([&] { one = std::make_unique<int>(3); }), 1u);
  EXPECT_EQ(Counted([&] { many.assign(100, 1); }), 1u);
  EXPECT_EQ(Counted([&] { array = std::make_unique<char[]>(50); }), 1u);
  EXPECT_EQ(Counted([] {}), 0u);
}

TEST_F(Allocations, OfTheStandardLibraryForUsAreOurs) {
  std::string text;
  EXPECT_EQ(Counted([&] { text.assign(100, 'x'); }), 1u);  // runs inside libstdc++
  EXPECT_EQ(Counted([&] { text = "short"; }), 0u);
}

TEST_F(Allocations, OfOtherLibrariesAreNot) {
  cv::Mat picture;
  EXPECT_EQ(Counted([&] { picture.create(64, 64, CV_8U); }), 0u);
}

TEST_F(Allocations, OfOtherThreadsAreNot) {
  std::vector<int> many;
  std::thread other;
  const uint64_t start = Counted([&] { other = std::thread([] {}); });
  other.join();
  const uint64_t with_work = Counted([&] {
    other = std::thread([&] {
      for (int i = 0; i < 100; ++i) many.assign(static_cast<size_t>(1000 * (i + 1)), 1);
    });
    other.join();
  });
  EXPECT_EQ(with_work, start);
}

TEST_F(Allocations, BeforeAndAfterAreNot) {
  std::vector<std::unique_ptr<int>> kept;
  kept.reserve(10);
  kept.push_back(std::make_unique<int>(1));
  EXPECT_EQ(Counted([&] { kept.push_back(std::make_unique<int>(2)); }), 1u);
  kept.push_back(std::make_unique<int>(3));
  EXPECT_EQ(Counted([] {}), 0u);
}

}  // namespace
}  // namespace veriline::tools
