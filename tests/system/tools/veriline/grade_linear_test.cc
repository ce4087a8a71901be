// SPDX-License-Identifier: Apache-2.0
// `veriline grade` of linear symbols: fields of the contract, editions, listing, mean, overlay.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/support/grade_command.h"
#include "tests/support/graded_linear.h"

namespace veriline::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class GradeLinear : public GradeFixture {
 protected:
  std::string Save(const std::string& name, const LinearSample& sample, LinearCase how = {}) const {
    how.shot.x_px = kStatedModulePx;
    how.shot.noise_sigma = 1;
    how.ink.height_x = 25;
    const LinearPicture picture = Draw(sample, how);
    return folder_.Write(name, EncodePicture(MatOf(picture.view()), ".png"));
  }
};

TEST_F(GradeLinear, HasTheFieldsOfTheContract) {
  LinearCase how;
  how.ink.growth_x = 0.2;
  const std::string file = Save("code128.png", LinearSample::Code128(), how);
  const json grade = GradeOf(file, kStated + "--symbologies code128");
  EXPECT_EQ(grade["standard"], "15416");
  EXPECT_EQ(grade["edition"], "15416:2016");
  EXPECT_EQ(grade["formal"], "4.0/10/660");
  EXPECT_EQ(grade["estimate"], nullptr);
  const json& parameters = grade["parameters"];
  for (const char* name : {"edge_determination", "r_min", "edge_contrast_min", "symbol_contrast",
                           "modulation", "defects", "decode", "decodability", "quiet_zone"}) {
    ASSERT_TRUE(parameters.contains(name)) << name;
    EXPECT_TRUE(parameters[name].contains("value") && parameters[name].contains("grade")) << name;
  }
  EXPECT_FALSE(parameters.contains("additional"));
  EXPECT_FALSE(parameters.contains("axial_nonuniformity"));
  EXPECT_NEAR(parameters["decodability"]["value"].get<double>(), 1 - 0.6 / 1.75, 0.03);
  EXPECT_NEAR(parameters["print_growth"]["value"].get<double>(), 0.2, 0.02);
  EXPECT_EQ(grade["hints"][0]["kind"], "bars_wide");
  EXPECT_NEAR(grade["hints"][0]["amount_um"].get<double>(), 64, 6);  // of 0.32 mm
  ASSERT_EQ(grade["scans"].size(), 10u);
  for (const json& scan : grade["scans"]) {
    EXPECT_EQ(scan["grade"], 4.0);
    EXPECT_NEAR(scan["symbol_contrast"]["value"].get<double>(), 0.8, 0.02);
    EXPECT_FALSE(scan.contains("profile"));
  }
  const json with = GradeOf(file, kStated + "--symbologies code128 --modules");
  const json& profile = with["scans"][0]["profile"];
  EXPECT_EQ(profile["edges"].size(), with["scans"][0]["edges"].get<size_t>());
  EXPECT_GT(profile["reflectance"].size(), 500u);
}

TEST_F(GradeLinear, EverySymbologyThatIsReadHasItsGrade) {
  for (const LinearSample& sample : LinearSample::All()) {
    const json grade = GradeOf(Save("l.png", sample), kStated + "--symbologies " + sample.name);
    EXPECT_EQ(grade["overall"], 4.0) << sample.name << grade;
  }
}

TEST_F(GradeLinear, EditionsAreChosenByTheirStandard) {
  LinearCase how;
  how.ink.light = how.shot.ground = GreyOf(0.53);
  how.ink.dark = GreyOf(0.07);
  const std::string file = Save("grey.png", LinearSample::Code128(), how);
  const std::string options = kStated + "--symbologies code128 ";
  const auto contrast = [&](const std::string& more) {
    const json grade = GradeOf(file, options + more);
    return std::pair{grade["edition"].get<std::string>(),
                     grade["parameters"]["symbol_contrast"]["grade"].get<double>()};
  };
  EXPECT_EQ(contrast(""), (std::pair{std::string("15416:2016"), 2.4}));
  EXPECT_EQ(contrast("--edition 15416:2000"), (std::pair{std::string("15416:2000"), 2.0}));
  EXPECT_EQ(contrast("--standard 15416 --edition 2000").first, "15416:2000");
  EXPECT_EQ(SymbolOf(file, options + "--standard 15415")["grade"], nullptr);
}

TEST_F(GradeLinear, ListingHasATableOfScansAndTheMean) {
  LinearCase worse;
  worse.ink.dark = GreyOf(0.35);
  const std::string good = Save("good.png", LinearSample::Code128());
  const std::string bad = Save("bad.png", LinearSample::Code128(), worse);
  const Ran ran =
      RunVeriline("grade --average --symbologies code128 " + kStated + good + " " + bad);
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("ISO/IEC 15416:2016"));
  EXPECT_THAT(ran.out, HasSubstr("scan  grade"));
  EXPECT_THAT(ran.out, HasSubstr("    10    4.0"));
  EXPECT_THAT(ran.out, HasSubstr("Symbol contrast"));
  EXPECT_THAT(ran.out, HasSubstr("average of 2: code128 Lot 47"));
}

TEST_F(GradeLinear, OverlayShowsScansAndProfile) {
  const std::string file = Save("label.png", LinearSample::Code128());
  const std::string folder = folder_.path() + "/overlays";
  const json line = Grade({file}, kStated + "--symbologies code128 --overlay " + folder)[0];
  const cv::Mat overlay = cv::imread(line["overlay"].get<std::string>(), cv::IMREAD_COLOR);
  ASSERT_FALSE(overlay.empty());
  EXPECT_GT(overlay.cols, 1300);  // symbol and profile beside the legend
  // Ten green lines across the strip: a column through them meets that many.
  int lines = 0, green = 0;
  for (int x = 500; x < 520; ++x) {
    int here = 0;
    for (int y = 0; y < overlay.rows; ++y) {
      const auto& p = overlay.at<cv::Vec3b>(y, x);
      const bool is_green = p[1] > p[2] + 40 && p[1] > p[0] + 20;
      here += is_green && green == 0;
      green = is_green;
    }
    lines = std::max(lines, here);
  }
  EXPECT_GE(lines, 10);
}

}  // namespace
}  // namespace veriline::testing
