// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/grade_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "calibration/model/calibration_file.h"
#include "tests/support/scratch_folder.h"

namespace veriline::tools {
namespace {

using grading::Edition;
using ::testing::HasSubstr;

GradePlan Planned(const GradeOptions& options) {
  auto plan = PlanGrades(options);
  EXPECT_TRUE(plan) << (plan ? "" : plan.error().ToString());
  return plan ? *plan : GradePlan{};
}
std::string Refused(const GradeOptions& options) {
  const auto plan = PlanGrades(options);
  EXPECT_FALSE(plan);
  return plan ? "" : plan.error().ToString();
}

calibration::Calibration Known() {
  calibration::Calibration c;
  c.id = "cam1";
  const calibration::ReflectancePoint points[] = {{10, 0.05}, {200, 0.8}};
  c.reflectance = *calibration::ReflectanceCurve::Through(points);
  c.scale = calibration::Scale{0.02, 0.021};
  c.wavelength_nm = 660;
  c.lighting = "30T";
  return c;
}

TEST(GradeOptions, DefaultsAreThoseOfTheContractAndStateNothing) {
  const GradePlan plan = Planned({});
  EXPECT_EQ(plan.spec.edition, Edition::k15415_2024);
  EXPECT_EQ(plan.spec.aperture.mm, 0);
  EXPECT_EQ(plan.spec.aperture.x_ratio, 0.8);
  EXPECT_EQ(plan.calibration, nullptr);
  EXPECT_FALSE(plan.aperture_stated);
  EXPECT_FALSE(plan.spec.wavelength_nm);
  EXPECT_STREQ(plan.spec.lighting.data(), "");
  EXPECT_EQ(plan.StandardFor(Symbology::kDataMatrix), GradeStandard::k15415);
  EXPECT_EQ(plan.StandardFor(Symbology::kPdf417), GradeStandard::k15415);
  EXPECT_EQ(plan.StandardFor(Symbology::kCode128), GradeStandard::k15416);
  EXPECT_EQ(plan.StandardFor(Symbology::kDataBarExpandedStacked), GradeStandard::k15416);
}

TEST(GradeOptions, EditionsAreTakenByStandard) {
  EXPECT_EQ(Planned({.editions = {"15415:2011"}}).spec.edition, Edition::k15415_2011);
  EXPECT_EQ(Planned({.editions = {"15416:2016", "15415:2011", "29158:2011"}}).spec.edition,
            Edition::k15415_2011);
  EXPECT_EQ(Planned({.standard = "29158"}).spec.edition, Edition::k29158_2020);
  EXPECT_EQ(Planned({.standard = "29158", .editions = {"2011"}}).spec.edition,
            Edition::k29158_2011);
  EXPECT_EQ(Planned({.standard = "15415", .editions = {"2011"}}).spec.edition,
            Edition::k15415_2011);
  EXPECT_EQ(Planned({.standard = "15415", .editions = {"29158:2011"}}).spec.edition,
            Edition::k15415_2024);
  EXPECT_EQ(Planned({}).spec.linear_edition, Edition::k15416_2016);
  EXPECT_EQ(Planned({.editions = {"15415:2011", "15416:2000"}}).spec.linear_edition,
            Edition::k15416_2000);
  EXPECT_EQ(Planned({.standard = "15416", .editions = {"2000"}}).spec.linear_edition,
            Edition::k15416_2000);
}

TEST(GradeOptions, AnApertureIsThatOfAllSymbols) {
  EXPECT_EQ(Planned({}).spec.linear_aperture.x_ratio, 0);  // by the table
  EXPECT_EQ(Planned({.aperture_x = 0.6}).spec.linear_aperture.x_ratio, 0.6);
  EXPECT_NEAR(Planned({.aperture_mil = 6, .mm_per_px = 0.02}).spec.linear_aperture.mm, 0.1524,
              1e-9);
}

TEST(GradeOptions, AnUnknownEditionNamesThoseThatThereAre) {
  for (const char* edition : {"15415:2015", "15415:", ":2011", "15417:2011", "15416:2011", "x"}) {
    const std::string said = Refused({.standard = "15415", .editions = {edition}});
    EXPECT_THAT(said, HasSubstr("--edition")) << edition;
    EXPECT_THAT(said, HasSubstr(edition));
    EXPECT_THAT(
        said, HasSubstr("15415:2011, 15415:2024, 15416:2000, 15416:2016, 29158:2011, 29158:2020"));
  }
}

TEST(GradeOptions, ABareYearNeedsAStandard) {
  const std::string said = Refused({.editions = {"2011"}});
  EXPECT_THAT(said, HasSubstr("of which standard is \"2011\"?"));
  EXPECT_THAT(said, HasSubstr("15415:2011"));
}

TEST(GradeOptions, TwoEditionsOfAStandardContradictEachOther) {
  EXPECT_THAT(Refused({.editions = {"15415:2011", "15415:2024"}}), HasSubstr("second edition"));
}

TEST(GradeOptions, AnApertureInMilNeedsAScale) {
  const std::string said = Refused({.aperture_mil = 8});
  EXPECT_THAT(said, HasSubstr("--aperture-mil"));
  EXPECT_THAT(said, HasSubstr("--mm-per-px"));
  // A calibration of grey alone is none.
  EXPECT_THAT(Refused({.aperture_mil = 8, .reflectance = "0,255"}), HasSubstr("scale"));
  const GradePlan plan = Planned({.aperture_mil = 8, .mm_per_px = 0.05});
  EXPECT_DOUBLE_EQ(plan.spec.aperture.mm, 8 * 0.0254);
  EXPECT_TRUE(plan.aperture_stated);
  EXPECT_EQ(plan.calibration->scale, (calibration::Scale{0.05, 0.05}));
  EXPECT_FALSE(plan.calibration->reflectance);
}

TEST(GradeOptions, OptionsStateReflectanceAndLight) {
  const GradePlan plan =
      Planned({.aperture_x = 0.5, .reflectance = "20.5,220", .wavelength = "660", .angle = "45"});
  ASSERT_TRUE(plan.calibration && plan.calibration->reflectance);
  EXPECT_NEAR(plan.calibration->reflectance->At(220), 1, 1e-6);
  EXPECT_NEAR(plan.calibration->reflectance->At(120), 99.5 / 199.5, 1e-6);
  EXPECT_FALSE(plan.calibration->scale);
  EXPECT_EQ(plan.spec.aperture.x_ratio, 0.5);
  EXPECT_TRUE(plan.aperture_stated);
  EXPECT_EQ(plan.spec.wavelength_nm, 660);
  EXPECT_STREQ(plan.spec.lighting.data(), "45Q");
  EXPECT_EQ(Planned({.wavelength = "W"}).spec.wavelength_nm, 0);
  EXPECT_STREQ(Planned({.angle = "30t"}).spec.lighting.data(), "30T");
}

TEST(GradeOptions, DirectPartMarksHaveTheirAperture) {
  EXPECT_TRUE(Planned({.standard = "29158"}).aperture_stated);
}

TEST(GradeOptions, OptionsOverrideTheFieldsOfACalibration) {
  const ScratchFolder folder;
  const std::string file = folder.path() + "/cam1.cal";
  ASSERT_TRUE(calibration::Save(Known(), file));
  EXPECT_EQ(*Planned({.calibration = file}).calibration, Known());
  const GradePlan plan = Planned({.aperture_mil = 8, .mm_per_px = 0.03, .calibration = file});
  EXPECT_EQ(plan.calibration->scale, (calibration::Scale{0.03, 0.03}));
  EXPECT_EQ(plan.calibration->reflectance, Known().reflectance);
  EXPECT_EQ(plan.calibration->wavelength_nm, 660);
  EXPECT_NE(plan.calibration->id, "cam1") << "another calibration may not go by its name";
  const GradePlan grey = Planned({.reflectance = "0,255", .calibration = file});
  EXPECT_EQ(grey.calibration->scale, Known().scale);
  EXPECT_NEAR(grey.calibration->reflectance->At(51), 0.2, 1e-6);
}

TEST(GradeOptions, ABadCalibrationFileIsNamed) {
  const ScratchFolder folder;
  EXPECT_THAT(Refused({.calibration = folder.path() + "/none.cal"}), HasSubstr("none.cal"));
  const std::string file = folder.path() + "/cam1.cal";
  std::string text = calibration::Format(Known());
  text[text.find("660")] = '7';
  EXPECT_THAT(Refused({.calibration = folder.Write("cam1.cal", text)}), HasSubstr(file));
}

TEST(GradeOptions, EveryBadValueIsToldWithItsOptionAndWhatWouldDo) {
  const struct {
    GradeOptions options;
    const char* option;
    const char* advice;
  } cases[] = {
      {{.standard = "15418"}, "--standard", "auto, 15415, 15416 or 29158"},
      {{.aperture_mil = 0, .mm_per_px = 0.02}, "--aperture-mil", "as in 8"},
      {{.aperture_mil = 1e9, .mm_per_px = 0.02}, "--aperture-mil", "as in 8"},
      {{.aperture_x = 0}, "--aperture-x", "0.8 is usual"},
      {{.aperture_x = -1}, "--aperture-x", "0.8 is usual"},
      {{.aperture_x = 5}, "--aperture-x", "0.8 is usual"},
      {{.aperture_mil = 8, .aperture_x = 0.8, .mm_per_px = 0.02}, "--aperture-x", "one of them"},
      {{.mm_per_px = 0}, "--mm-per-px", "millimetres"},
      {{.mm_per_px = 25}, "--mm-per-px", "millimetres"},
      {{.reflectance = "20"}, "--reflectance", "12,231"},
      {{.reflectance = "20,"}, "--reflectance", "12,231"},
      {{.reflectance = "220,20"}, "--reflectance", "12,231"},
      {{.reflectance = "20,20"}, "--reflectance", "12,231"},
      {{.reflectance = "0,256"}, "--reflectance", "12,231"},
      {{.reflectance = "-1,200"}, "--reflectance", "12,231"},
      {{.reflectance = "nan,200"}, "--reflectance", "12,231"},
      {{.reflectance = "1,2,3"}, "--reflectance", "12,231"},
      {{.wavelength = "red"}, "--wavelength", "W for white"},
      {{.wavelength = "66"}, "--wavelength", "W for white"},
      {{.wavelength = "660.5"}, "--wavelength", "W for white"},
      {{.angle = "44"}, "--angle", "30T"},
      {{.angle = "45QQQQQQQQ"}, "--angle", "30T"},
  };
  for (const auto& c : cases) {
    const std::string said = Refused(c.options);
    EXPECT_THAT(said, HasSubstr(c.option));
    EXPECT_THAT(said, HasSubstr(c.advice)) << said;
    EXPECT_EQ(said.find('\n'), said.npos) << said;
  }
}

}  // namespace
}  // namespace veriline::tools
