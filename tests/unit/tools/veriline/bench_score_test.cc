// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/bench_score.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "tools/veriline/bench_measure.h"
#include "tools/veriline/bench_scene.h"

namespace veriline::tools {
namespace {

using linesim::ShownSymbol;

Quad Turned(Point center, float side, float angle_rad) {
  Quad quad;
  const std::array<Point, 4> unit = {{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}}};
  for (size_t i = 0; i < 4; ++i) {
    const Point p = unit[i] * (side / 2);
    quad.corners[i] = center + Point{std::cos(angle_rad) * p.x - std::sin(angle_rad) * p.y,
                                     std::sin(angle_rad) * p.x + std::cos(angle_rad) * p.y};
  }
  return quad;
}

ShownSymbol Code(const std::string& text, Point center, bool whole = true) {
  return {.item = 1,
          .symbology = Symbology::kDataMatrix,
          .identifier = "]d2",
          .text = text,
          .quad = Turned(center, 100, 0),
          .module_px = 5,
          .whole = whole};
}

Reported Read(const std::string& text, Point center, const std::string& identifier = "]d2") {
  return {identifier, text, BoundsOf(Turned(center, 90, 0))};
}

constexpr Point kHere{200, 200};
constexpr Point kThere{600, 200};

ReadScore ScoreOf(const std::vector<ShownSymbol>& shown, const std::vector<Reported>& reported) {
  ReadScore score;
  Score(shown, reported, 7, &score);
  return score;
}

TEST(BenchScore, CountsWhatIsReadAsItIsPrinted) {
  const std::vector<ShownSymbol> shown = {Code("10A\x1D"
                                               "21B",
                                               kHere),
                                          Code("21C", kThere)};
  const ReadScore score = ScoreOf(shown, {Read("21C", kThere), Read("10A\x1D"
                                                                    "21B",
                                                                    kHere)});
  EXPECT_EQ(score.codes, 2u);
  EXPECT_EQ(score.read, 2u);
  EXPECT_EQ(score.wrong, 0u);
}

TEST(BenchScore, TakesNoLostSeparatorNoOtherIdentifierAndNoOtherPlace) {
  const std::vector<ShownSymbol> shown = {
      Code("10A\x1D"
           "21B",
           kHere)};
  for (const Reported& reported :
       {Read("10A21B", kHere),
        Read("10A\x1D"
             "21b",
             kHere),
        Read(shown[0].text, kHere, "]d1"), Read(shown[0].text, kThere)}) {
    const ReadScore score = ScoreOf(shown, {reported});
    EXPECT_EQ(score.read, 0u);
    EXPECT_EQ(score.wrong, 1u);
    ASSERT_EQ(score.examples.size(), 1u);
    EXPECT_THAT(score.examples[0], ::testing::StartsWith("frame 7: "));
  }
}

TEST(BenchScore, TakesOneSymbolOnce) {
  const std::vector<ShownSymbol> shown = {Code("A", kHere)};
  const ReadScore score = ScoreOf(shown, {Read("A", kHere), Read("A", kHere)});
  EXPECT_EQ(score.read, 1u);
  EXPECT_EQ(score.wrong, 1u);
  // Two labels may carry the same.
  EXPECT_EQ(
      ScoreOf({Code("A", kHere), Code("A", kThere)}, {Read("A", kThere), Read("A", kHere)}).read,
      2u);
}

TEST(BenchScore, LetsCutSymbolsBeReadOrNot) {
  const std::vector<ShownSymbol> shown = {Code("A", kHere, false), Code("B", kThere)};
  for (const bool read : {false, true}) {
    std::vector<Reported> reported = {Read("B", kThere)};
    if (read) reported.push_back(Read("A", kHere));
    const ReadScore score = ScoreOf(shown, reported);
    EXPECT_EQ(score.codes, 1u);
    EXPECT_EQ(score.read, 1u);
    EXPECT_EQ(score.wrong, 0u);
  }
}

TEST(BenchScore, ComparesTextsAloneOfDecodersThatTellNoMore) {
  EXPECT_EQ(ScoreOf({Code("A", kHere)}, {{"", "A", {}}}).read, 1u);
  EXPECT_EQ(ScoreOf({Code("A", kHere)}, {{"", "B", {}}}).wrong, 1u);
}

locate::Region RegionOf(const Rect& box) {
  locate::Region region;
  region.box = box;
  return region;
}

TEST(BenchFound, NeedsARegionThatCoversTheCodeClosely) {
  const ShownSymbol code = Code("A", {200, 200});  // 150 to 250
  const auto found = [&](const Rect& box) {
    return IsFound(code, std::vector<locate::Region>{RegionOf(box)});
  };
  EXPECT_TRUE(found({150, 150, 100, 100}));
  EXPECT_TRUE(found({140, 140, 120, 120}));
  EXPECT_TRUE(found({152, 150, 100, 100}));   // less than half a module is missing
  EXPECT_FALSE(found({153, 150, 100, 100}));  // more
  EXPECT_TRUE(found({114, 114, 173, 173}));   // 2.99 times its area
  EXPECT_FALSE(found({113, 113, 174, 174}));  // 3.03
  EXPECT_FALSE(found({300, 300, 100, 100}));
  EXPECT_FALSE(IsFound(code, {}));
  const std::vector<locate::Region> regions = {RegionOf({0, 0, 1000, 1000}),
                                               RegionOf({145, 145, 110, 110})};
  EXPECT_TRUE(IsFound(code, regions));
}

TEST(BenchFound, LooksAtTheCornersOfTurnedCodes) {
  ShownSymbol code = Code("A", {200, 200});
  code.quad = Turned({200, 200}, 100, std::numbers::pi_v<float> / 4);  // 129.3 to 270.7
  EXPECT_FALSE(IsFound(code, std::vector<locate::Region>{RegionOf({140, 140, 120, 120})}));
  EXPECT_TRUE(IsFound(code, std::vector<locate::Region>{RegionOf({129, 129, 142, 142})}));
}

TEST(BenchFound, GoesByTheOutlineOfAFixedPattern) {
  ShownSymbol code = Code("A", {200, 200});
  code.quad = Turned({200, 200}, 100, 0.5f);
  locate::Region region = RegionOf({300, 300, 50, 50});
  region.finding.quad = Turned({200, 201}, 100, 0.5f);
  EXPECT_FALSE(IsFound(code, std::vector{region}));
  EXPECT_FALSE(HasPattern(region));
  region.finding.finder = locate::Finder::kDataMatrix;
  EXPECT_TRUE(IsFound(code, std::vector{region}));
  EXPECT_TRUE(HasPattern(region));
  region.finding.quad = Turned({200, 204}, 100, 0.5f);
  EXPECT_FALSE(IsFound(code, std::vector{region}));
}

TEST(BenchPercentile, IsTheSmallestValueThatEnoughDoNotExceed) {
  std::vector<double> values;
  for (int i = 200; i > 0; --i) values.push_back(i);
  EXPECT_EQ(Percentile(values, 0.5), 100);
  EXPECT_EQ(Percentile(values, 0.99), 198);
  EXPECT_EQ(Percentile(values, 1), 200);
  EXPECT_EQ(Percentile({5}, 0.5), 5);
  EXPECT_EQ(Percentile({5}, 0.99), 5);
}

TEST(BenchScenes, HaveTheirNames) {
  std::vector<std::string> names;
  for (const BenchScene& scene : BenchScenes()) {
    names.emplace_back(scene.name);
    EXPECT_EQ(BenchSceneFromName(scene.name), &scene);
    EXPECT_GE(scene.frames, scene.width * scene.height > 2'000'000 ? 50u : 200u);
  }
  EXPECT_THAT(names, ::testing::ElementsAre("packs", "web", "sheet", "cartons", "empty",
                                            "empty-web", "hard"));
  EXPECT_EQ(BenchSceneFromName("nowhere"), nullptr);
}

}  // namespace
}  // namespace veriline::tools
