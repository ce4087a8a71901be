// SPDX-License-Identifier: Apache-2.0
// `veriline bench` as a process of its own.
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

class BenchCommandTest : public ::testing::Test {
 protected:
  Ran Run(const std::string& arguments) { return RunVeriline("bench " + arguments); }
  std::string path(const std::string& name) const { return folder_.path() + "/" + name; }
  json Load(const std::string& name) const {
    std::ifstream file(path(name));
    return json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
  }
  ScratchFolder folder_;
};

/// What must be true of every scene, and the codes that its pictures show.
void ExpectMeasured(const json& scene, int frames, int codes_per_frame) {
  SCOPED_TRACE(scene.at("scene").get<std::string>());
  EXPECT_FALSE(scene.contains("error"));
  EXPECT_EQ(scene.at("frames"), frames);
  EXPECT_EQ(scene.at("codes"), frames * codes_per_frame);
  EXPECT_LE(scene.at("read"), scene.at("codes"));
  EXPECT_GE(scene.at("clutter_min_ratio"), 0.30);
  for (const char* stage : {"locate", "whole"}) {
    EXPECT_GT(scene.at("stages").at(stage).at("p50_us"), 0) << stage;
    EXPECT_GT(scene.at("stages").at(stage).at("max_us"), 0) << stage;
    EXPECT_FALSE(scene.at("stages").at(stage).contains("p99_us")) << "of three frames";
  }
  EXPECT_GE(scene.at("stages").at("whole").at("p50_us"),
            scene.at("stages").at("decode").at("p50_us"));
  EXPECT_GT(scene.at("mpix_per_s"), 0);
  EXPECT_TRUE(scene.at("peers").empty());
}

struct SceneOfBench {
  std::string name;
  int codes;  ///< in each picture
  int frames;
};
class BenchSceneTest : public BenchCommandTest,
                       public ::testing::WithParamInterface<SceneOfBench> {};
INSTANTIATE_TEST_SUITE_P(All, BenchSceneTest,
                         ::testing::Values(SceneOfBench{"packs", 1, 3}, SceneOfBench{"web", 32, 3},
                                           SceneOfBench{"sheet", 96, 3},
                                           SceneOfBench{"cartons", 3, 3},
                                           SceneOfBench{"empty", 0, 3},
                                           SceneOfBench{"empty-web", 0, 3},
                                           SceneOfBench{"hard", 1, 3}),
                         [](const auto& scene) {
                           std::string name = scene.param.name;
                           std::erase(name, '-');
                           return name;
                         });

TEST_P(BenchSceneTest, IsMeasured) {
  const auto& [name, codes, frames] = GetParam();
  // Without those that are found by trial alone, which takes long.
  const std::string symbologies = "datamatrix,qr,code128,ean13";
  const Ran ran = Run("--no-peers --symbologies " + symbologies + " --scene " + name +
                      " --frames " + std::to_string(frames) + " --json " + path("bench.json"));
  ASSERT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_EQ(ran.err, "");
  EXPECT_THAT(ran.out, HasSubstr(name + ": "));
  const json report = Load("bench.json");
  EXPECT_EQ(report.at("format"), "veriline-bench");
  EXPECT_EQ(report.at("version"), 1);
  EXPECT_GT(report.at("machine").at("cores"), 0);
  EXPECT_EQ(report.at("seed"), 1);
  EXPECT_EQ(report.at("symbologies"), symbologies);
  ASSERT_EQ(report.at("scenes").size(), 1u);
  const json scene = report.at("scenes")[0];
  EXPECT_EQ(scene.at("scene"), name);
  ExpectMeasured(scene, frames, codes);
  EXPECT_EQ(scene.contains("oracle_read"), name == "hard");
  EXPECT_EQ(scene.contains("false_regions_per_10_mpix"), codes == 0);
  EXPECT_EQ(scene.contains("found_ratio"), codes > 0);
  EXPECT_EQ(scene.at("wrong"), 0) << scene.at("wrong_examples");
  if (name != "hard") {
    EXPECT_GE(scene.at("read"), 0.9 * codes * frames);
  }
}

TEST_F(BenchCommandTest, ComparesWithAReportOfBefore) {
  const std::string bench = "--scene empty --symbologies datamatrix --frames 1 --no-peers ";
  ASSERT_EQ(Run(bench + "--json " + path("now.json")).exit_code, 0);
  json report = Load("now.json");
  json& p50 = report["scenes"][0]["stages"]["locate"]["p50_us"];
  const double now_us = p50;
  const auto compare = [&] {
    return Run(bench + "--baseline " + folder_.Write("before.json", report.dump()));
  };
  // So far away that no noise of the machine reaches it.
  for (json& stage : report["scenes"][0]["stages"]) {
    stage["p50_us"] = 1e6 + 100 * stage["p50_us"].get<double>();
  }
  Ran ran = compare();
  EXPECT_EQ(ran.exit_code, 0) << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("nothing is more than 10 % slower"));
  p50 = now_us / 100;
  ran = compare();
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_THAT(ran.out, HasSubstr("slower: empty locate p50"));
  report["machine"]["cpu"] = "An older one";
  ran = compare();
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_THAT(ran.err, HasSubstr("the baseline is of another machine (An older one"));
  EXPECT_EQ(ran.out, "") << "nothing is measured in vain";
}

TEST_F(BenchCommandTest, ReadsUntilSoManyCodesWereSeen) {
  const Ran ran = Run("--scene packs,cartons --codes 10 --json " + path("codes.json"));
  ASSERT_EQ(ran.exit_code, 0) << ran.err;
  const json scenes = Load("codes.json").at("scenes");
  EXPECT_EQ(scenes[0].at("codes"), 5);  // each scene its share
  EXPECT_EQ(scenes[0].at("frames"), 5);
  EXPECT_EQ(scenes[1].at("codes"), 6);
  EXPECT_EQ(scenes[1].at("frames"), 2);
}

TEST_F(BenchCommandTest, LetsOtherDecodersReadTheSamePictures) {
  const Ran ran = Run("--scene packs --frames 1 --json " + path("peers.json"));
  ASSERT_EQ(ran.exit_code, 0) << ran.err;
  const json peers = Load("peers.json").at("scenes")[0].at("peers");
  ASSERT_EQ(peers.size(), 2u);
  EXPECT_EQ(peers[0].at("name"), "ZXing");
  EXPECT_EQ(peers[1].at("name"), "libdmtx");
  for (const json& peer : peers) {
    EXPECT_EQ(peer.at("frames"), 1);
    EXPECT_EQ(peer.at("codes"), 1);
    EXPECT_EQ(peer.at("wrong"), 0);
    EXPECT_GT(peer.at("p50_us"), 0);
    EXPECT_GT(peer.at("ours_p50_us"), 0);
  }
}

TEST_F(BenchCommandTest, SaysWhatIsWrongWithItsArguments) {
  Ran ran = Run("--scene packs,nowhere");
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_THAT(ran.err, HasSubstr("there is no scene \"nowhere\" (use packs, web"));
  ran = Run("--symbologies datamatrix,runes");
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_THAT(ran.err, HasSubstr("there is no symbology \"runes\" (use datamatrix"));
  ran = Run("--frames 0");
  EXPECT_EQ(ran.exit_code, 2);
  ran = Run("--frames 3 --codes 5");
  EXPECT_EQ(ran.exit_code, 2);
  ran = Run("--baseline " + path("nothing.json"));
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_THAT(ran.err, HasSubstr("nothing.json"));
  ran = Run("--baseline " + folder_.Write("broken.json", "{\"format\""));
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_THAT(ran.err, HasSubstr("broken.json"));
  ran = Run("--scene empty --frames 1 --no-peers --json /nowhere/bench.json");
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_THAT(ran.err, HasSubstr("/nowhere/bench.json"));
  EXPECT_THAT(Run("--help").out, HasSubstr("Example:"));
}

}  // namespace
}  // namespace veriline::testing
