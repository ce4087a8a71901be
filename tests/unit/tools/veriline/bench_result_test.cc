// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/bench_result.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/scratch_folder.h"

namespace veriline::tools {
namespace {

using ::testing::HasSubstr;

BenchReport Report() {
  BenchReport report{
      .cpu = "Machine One", .cores = 2, .seed = 1, .symbologies = "all", .scenes = {}};
  BenchResult packs;
  packs.scene = "packs";
  packs.width = 1280;
  packs.height = 1024;
  packs.frames = 200;
  packs.codes = 200;
  packs.read = 199;
  packs.wrong = 1;
  packs.wrong_examples = {"frame 7: ]E0 \"12<1d>3\" at 1,2"};
  packs.clutter_min_ratio = 0.32;
  packs.locate = {100, 150.5, 200};
  packs.decode = {300, 400, 500};
  packs.whole = {400, 550, 700};
  packs.mpix_per_s = 3000;
  packs.codes_per_s = 2500;
  packs.found_ratio = 0.995;
  packs.allocations_mean = 1.5;
  packs.allocations_max = 3;
  packs.frames_per_s_one = 2000;
  packs.frames_per_s_two = 3900;
  packs.peers = {{.name = "Other",
                  .version = "1.2",
                  .frames = 50,
                  .codes = 50,
                  .read = 40,
                  .wrong = 2,
                  .wrong_examples = {"frame 1: \"x\" at 0,0"},
                  .lost = 3,
                  .p50_us = 8000,
                  .max_us = 9000,
                  .ours_p50_us = 390}};
  BenchResult web = packs;
  web.scene = "web";
  web.locate.p99_us.reset();
  web.false_regions_per_10_mpix = 0.5;
  web.oracle_read = 150;
  web.peers.clear();
  report.scenes = {packs, web};
  return report;
}

/// `report` with every p50 multiplied.
BenchReport Scaled(double factor) {
  BenchReport report = Report();
  for (BenchResult& scene : report.scenes) {
    for (BenchTimes* times : {&scene.locate, &scene.decode, &scene.whole}) times->p50_us *= factor;
  }
  return report;
}

TEST(BenchCompare, IsContentWithWhatIsFasterOrHardlySlower) {
  EXPECT_TRUE(Compare(Report(), Report()).empty());
  EXPECT_TRUE(Compare(Report(), Scaled(0.5)).empty());
  EXPECT_TRUE(Compare(Report(), Scaled(1.09)).empty());
}

TEST(BenchCompare, NamesEveryFigureThatIsElevenPercentSlower) {
  const auto slower = Compare(Report(), Scaled(1.11));
  ASSERT_EQ(slower.size(), 6u);
  EXPECT_EQ(slower[0].scene, "packs");
  EXPECT_EQ(slower[0].stage, "locate");
  EXPECT_DOUBLE_EQ(slower[0].before_us, 100);
  EXPECT_DOUBLE_EQ(slower[0].now_us, 111);
  EXPECT_EQ(slower[5].scene, "web");
  EXPECT_EQ(slower[5].stage, "whole");
}

TEST(BenchCompare, NamesTheOneThatIs) {
  BenchReport now = Report();
  now.scenes[1].decode.p50_us *= 1.2;
  now.scenes[0].decode.p99_us = 1e6;  // only medians are compared
  const auto slower = Compare(Report(), now);
  ASSERT_EQ(slower.size(), 1u);
  EXPECT_EQ(slower[0].scene, "web");
  EXPECT_EQ(slower[0].stage, "decode");
}

TEST(BenchCompare, LooksAtScenesThatBothHave) {
  BenchReport now = Scaled(2);
  now.scenes.erase(now.scenes.begin());
  EXPECT_EQ(Compare(Report(), now).size(), 3u);
  BenchReport failed = Scaled(2);
  failed.scenes[0].error = "a decoder failed on it";
  EXPECT_EQ(Compare(Report(), failed).size(), 3u);
}

TEST(BenchCompare, TakesNoNoiseForSlowness) {
  BenchReport before = Report();
  before.scenes[0].decode.p50_us = 0.4;
  BenchReport now = before;
  now.scenes[0].decode.p50_us = 0.4 + kNoiseUs;
  EXPECT_TRUE(Compare(before, now).empty());
  now.scenes[0].decode.p50_us = 0.5 + kNoiseUs;
  EXPECT_EQ(Compare(before, now).size(), 1u);
}

TEST(BenchCompare, RefusesOtherMachinesAndPictures) {
  EXPECT_TRUE(Comparable(Report(), Report()));
  BenchReport other = Report();
  other.cpu = "Machine Two";
  ASSERT_FALSE(Comparable(Report(), other));
  EXPECT_THAT(Comparable(Report(), other).error().message, HasSubstr("another machine"));
  EXPECT_THAT(Comparable(Report(), other).error().message, HasSubstr("Machine One"));
  other = Report();
  other.cores = 4;
  EXPECT_FALSE(Comparable(Report(), other));
  other = Report();
  other.seed = 2;
  ASSERT_FALSE(Comparable(Report(), other));
  EXPECT_THAT(Comparable(Report(), other).error().advice, HasSubstr("--seed 1"));
  other = Report();
  other.symbologies = "qr";
  ASSERT_FALSE(Comparable(other, Report()));
  EXPECT_THAT(Comparable(other, Report()).error().advice, HasSubstr("--symbologies qr"));
}

TEST(BenchFile, ComesBackAsItWent) {
  const ScratchFolder folder;
  const std::string path = folder.path() + "/bench.json";
  ASSERT_TRUE(SaveReport(Report(), path));
  const auto loaded = LoadReport(path);
  ASSERT_TRUE(loaded) << loaded.error().ToString();
  EXPECT_EQ(ToJson(*loaded), ToJson(Report()));
  EXPECT_EQ(loaded->cpu, "Machine One");
  EXPECT_EQ(loaded->scenes[0].wrong_examples, Report().scenes[0].wrong_examples);
  EXPECT_EQ(loaded->scenes[0].locate.p99_us, 150.5);
  EXPECT_EQ(loaded->scenes[1].locate.p99_us, std::nullopt);
  EXPECT_EQ(loaded->scenes[1].oracle_read, 150u);
  EXPECT_EQ(loaded->scenes[0].oracle_read, std::nullopt);
  EXPECT_EQ(loaded->scenes[0].peers[0].lost, 3u);
}

TEST(BenchFile, IsRefusedByNameWhenItIsNoReport) {
  const ScratchFolder folder;
  const std::string good = ToJson(Report());
  const auto error = [](const std::string& path) { return LoadReport(path).error().ToString(); };
  EXPECT_THAT(error(folder.path() + "/missing.json"), HasSubstr("missing.json"));
  EXPECT_THAT(error(folder.path() + "/missing.json"), HasSubstr("cannot be read"));
  EXPECT_THAT(error(folder.Write("a.json", "{\"format\": \"something\"}")),
              HasSubstr("no report of a bench"));
  EXPECT_THAT(error(folder.Write("b.json", "[1, 2]")), HasSubstr("b.json"));
  EXPECT_THAT(error(folder.Write("empty.json", "")), HasSubstr("damaged"));
  std::string text = good;
  text.replace(text.find("\"version\": 1"), 12, "\"version\": 9");
  EXPECT_THAT(error(folder.Write("c.json", text)), HasSubstr("another version"));
  text = good;
  text.replace(text.find("\"p50_us\": 100.0"), 15, "\"p50_us\": \"fast\"");
  EXPECT_THAT(error(folder.Write("d.json", text)), HasSubstr("damaged"));
}

TEST(BenchFile, CutAnywhereIsRefused) {
  const ScratchFolder folder;
  const std::string good = ToJson(Report());
  for (size_t size = 0; size + 2 < good.size(); size += 13) {
    EXPECT_FALSE(LoadReport(folder.Write("cut.json", good.substr(0, size)))) << size;
  }
}

TEST(BenchFile, ThatCannotBeWrittenIsTold) {
  const auto saved = SaveReport(Report(), "/nowhere/at/all.json");
  ASSERT_FALSE(saved);
  EXPECT_THAT(saved.error().ToString(), HasSubstr("/nowhere/at/all.json"));
}

}  // namespace
}  // namespace veriline::tools
