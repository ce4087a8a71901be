// SPDX-License-Identifier: Apache-2.0
// `veriline bench --line-scan` as a process of its own, small and short.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/scratch_folder.h"
#include "tests/support/veriline_command.h"

namespace veriline::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class BenchLineScanTest : public ::testing::Test {
 protected:
  /// 12 blocks and two rounds of codes, so that those of the second are new ones in old places.
  Ran Run(const std::string& arguments) {
    return RunVeriline("bench --line-scan --codes 200 --json " + path_ + " " + arguments);
  }
  json Result() const {
    std::ifstream file(path_);
    return json::parse(std::string(std::istreambuf_iterator<char>(file), {})).at("line_scan");
  }
  ScratchFolder folder_;
  const std::string path_ = folder_.path() + "/line_scan.json";
};

/// 13 blocks, 0.4 s apart: many times slower than a block is read on any machine.
TEST_F(BenchLineScanTest, ReadsEveryBlockAtALowRate) {
  constexpr int kBlocks = 13;
  const Ran ran = Run("--rate 5 --seconds 5.3");
  ASSERT_EQ(ran.exit_code, 0) << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("line scan: 5.00 kHz"));
  EXPECT_THAT(ran.out, HasSubstr("no block lost"));
  const json result = Result();
  EXPECT_EQ(result.at("kept"), true);
  EXPECT_EQ(result.at("lines_per_s"), 5000);
  EXPECT_GE(result.at("seconds"), 5.3);
  EXPECT_EQ(result.at("blocks"), kBlocks);
  EXPECT_EQ(result.at("lost_blocks"), 0);
  EXPECT_EQ(result.at("codes"), kBlocks * 32);
  EXPECT_EQ(result.at("different_codes"), kBlocks * 16) << "no code twice";
  EXPECT_EQ(result.at("wrong"), 0) << result.at("wrong_examples");
  EXPECT_GE(result.at("read"), 0.97 * kBlocks * 32);
  EXPECT_LE(result.at("read"), kBlocks * 32);
  EXPECT_GT(result.at("latency").at("p50_us"), 0);
  EXPECT_GT(result.at("feeder_cores"), 0);
  EXPECT_LT(result.at("feeder_cores"), 0.2);
  EXPECT_GT(result.at("consumer_cores"), 0);
}

/// Half a millisecond for a block.
TEST_F(BenchLineScanTest, SaysThatBlocksWereLostAtAnImpossibleRate) {
  const Ran ran = Run("--rate 1000 --seconds 1");
  EXPECT_EQ(ran.exit_code, 1) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("1000.00 kHz was not kept"));
  const json result = Result();
  EXPECT_EQ(result.at("kept"), false);
  EXPECT_EQ(result.at("blocks"), 489);
  const int lost = result.at("lost_blocks");
  EXPECT_GT(lost, 0);
  EXPECT_LT(lost, 489);
  EXPECT_EQ(result.at("codes"), (489 - lost) * 32) << "of lost blocks none is read";
  EXPECT_EQ(result.at("wrong"), 0) << result.at("wrong_examples");
  EXPECT_GE(result.at("read"), 0.97 * (489 - lost) * 32);
}

TEST_F(BenchLineScanTest, SaysWhatItCannotDo) {
  Ran ran = RunVeriline("bench --line-scan --codes 10000000");
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_THAT(ran.err, HasSubstr("there are no 10000000 codes"));
  ran = RunVeriline("bench --line-scan --codes 2000", "ulimit -v 1500000;");
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_THAT(ran.err, HasSubstr("memory"));
  EXPECT_EQ(RunVeriline("bench --rate 5").exit_code, 2) << "a rate of what?";
  EXPECT_EQ(Run("--scene web").exit_code, 2);
}

}  // namespace
}  // namespace veriline::testing
