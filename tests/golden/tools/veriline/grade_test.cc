// SPDX-License-Identifier: Apache-2.0
// `veriline grade --json` on pictures drawn from the answer: every expected number follows from how
// the symbol was drawn and the thresholds of the standard's edition, none was recorded.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "tests/support/grade_command.h"

namespace veriline::testing {
namespace {

using nlohmann::json;

/// Ratios: pixels are whole grey values (0.005 of reflectance), places known to some hundredths of
/// a pixel.
constexpr double kRatio = 0.01;
/// Geometry in X: edges of 8 px a module to a tenth of a pixel.
constexpr double kGeometry = 0.02;
/// Grades in tenths from ratios that are off by as much as that.
constexpr double kTenth = 0.101;
constexpr double kExact = 1e-9;

class GradeGolden : public GradeFixture {
 protected:
  static void Expect(const json& grade, const std::string& parameter, double value, double ratio,
                     double expected_grade, double tolerance) {
    const json& p = grade["parameters"][parameter];
    ASSERT_TRUE(p.is_object()) << parameter << " is missing: " << grade;
    EXPECT_NEAR(p["value"].get<double>(), value, ratio) << parameter;
    EXPECT_NEAR(p["grade"].get<double>(), expected_grade, tolerance) << parameter;
  }
};

TEST_F(GradeGolden, ASymbolWithoutFaultHasTheFormalGradeFour) {
  const json grade = GradeOf(Save("a.png", GradedSymbol::DataMatrix(16, "FAULTLESS")));
  EXPECT_EQ(grade["standard"], "15415");
  EXPECT_EQ(grade["edition"], "15415:2024");
  EXPECT_EQ(grade["formal"], "4.0/10/660");
  EXPECT_EQ(grade["estimate"], nullptr);
  EXPECT_EQ(grade["overall"], 4.0);
  EXPECT_EQ(grade["letter"], "A");
  EXPECT_EQ(grade["indicative"], json::array());
  EXPECT_NEAR(grade["x_px"].get<double>(), 8, kGeometry * 8);
  EXPECT_NEAR(grade["x_mm"].get<double>(), 0.32, kGeometry * 0.32);
  EXPECT_NEAR(grade["aperture"]["mil"].get<double>(), 10, 0.01);
  EXPECT_NEAR(grade["aperture"]["x_ratio"].get<double>(), 0.254 / 0.32, kGeometry);
  EXPECT_EQ(grade["wavelength_nm"], 660);
  EXPECT_EQ(grade["angle"], "45Q");
  Expect(grade, "decode", 1, kExact, 4, kExact);
  // Light 0.85, dark 0.05.
  Expect(grade, "symbol_contrast", 0.80, kRatio, 4, kExact);
  const json& contrast = grade["parameters"]["symbol_contrast"];
  EXPECT_NEAR(contrast["rmax"].get<double>(), 0.85, kRatio);
  EXPECT_NEAR(contrast["rmin"].get<double>(), 0.05, kRatio);
  EXPECT_NEAR(contrast["threshold"].get<double>(), 0.45, 2 * kRatio);
  Expect(grade, "modulation", 1, kExact, 4, kExact);
  Expect(grade, "axial_nonuniformity", 0, kGeometry, 4, kExact);
  Expect(grade, "grid_nonuniformity", 0, kGeometry, 4, kExact);
  Expect(grade, "unused_error_correction", 1, kExact, 4, kExact);
  Expect(grade, "fixed_pattern_damage", 4, kExact, 4, kExact);
  Expect(grade, "print_growth", 0, kGeometry, 4, kExact);
  EXPECT_EQ(grade["parameters"]["contrast_uniformity"]["grade"], nullptr) << "reported only";
  EXPECT_EQ(grade["hints"], json::array());
  for (const char* absent : {"reflectance_margin", "format_information", "version_information",
                             "cell_contrast", "cell_modulation", "minimum_reflectance"}) {
    EXPECT_FALSE(grade["parameters"].contains(absent)) << absent;
  }
}

// SC = 0.65 − 0.17 = 0.48 lies between the thresholds 0.40 (2) and 0.55 (3).
TEST_F(GradeGolden, ContrastIsGradedByTheEdition) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(16, "FAINT");
  symbol.light = 0.65, symbol.dark = 0.17;
  const std::string file = Save("a.png", symbol);
  const json now = GradeOf(file);
  Expect(now, "symbol_contrast", 0.48, kRatio, 2 + 0.08 / 0.15, kTenth);
  EXPECT_EQ(now["limited_by"], "symbol_contrast");
  EXPECT_EQ(now["overall"], now["parameters"]["symbol_contrast"]["grade"]);
  const json then = GradeOf(file, kStated + "--edition 15415:2011");
  EXPECT_EQ(then["edition"], "15415:2011");
  Expect(then, "symbol_contrast", 0.48, kRatio, 2, kExact);
  EXPECT_EQ(then["formal"], "2.0/10/660");
  EXPECT_EQ(then["letter"], "C");
  // (0.65 + 0.17) / 2
  EXPECT_NEAR(then["parameters"]["symbol_contrast"]["threshold"].get<double>(), 0.41, kRatio);
  EXPECT_TRUE(then["parameters"].contains("reflectance_margin"));
  EXPECT_EQ(then["parameters"]["print_growth"]["grade"], nullptr) << "2011 reports it only";
}

// Three of 12 check codewords of 16 × 16 repaired: UEC = 1 − 2·3/12 = 0.5, grade 3.
TEST_F(GradeGolden, RepairedCodewordsCostUnusedErrorCorrectionAndAreMarked) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(16, "REPAIRED");
  const int damaged[] = {1, 4, 13};
  for (const int codeword : damaged) symbol.DamageCodeword(codeword);
  const json found = SymbolOf(Save("a.png", symbol), kStated + "--modules --edition 15415:2011");
  EXPECT_EQ(found["errors_corrected"], 3);
  const json& grade = found["grade"];
  Expect(grade, "unused_error_correction", 0.5, kExact, 3, kExact);
  const json& codewords = grade["modules"]["codewords"];
  ASSERT_EQ(codewords.size(), 24u);
  for (size_t i = 0; i < codewords.size(); ++i) {
    const bool repaired = i == 1 || i == 4 || i == 13;
    EXPECT_EQ(codewords[i].contains("repaired"), repaired) << i;
    const int read = codewords[i]["read"], corrected = codewords[i]["corrected"];
    const auto bits = __builtin_popcount(static_cast<unsigned>(read ^ corrected));
    EXPECT_EQ(bits, repaired ? 1 : 0) << "one module each was turned over";
  }
}

// Two of 16 modules of L1 are light: 0.125 lies between 0.09 (3) and 0.13 (2). The average grade is
// (2 + 4·4) / 5 = 3.6, which gives 3; the segment counts.
TEST_F(GradeGolden, SegmentsOfFixedPatternsAreNamed) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(16, "SEGMENTS");
  symbol.Flip(5, 0);
  symbol.Flip(9, 0);
  const json grade = GradeOf(Save("a.png", symbol), kStated + "--edition 15415:2011");
  const json& damage = grade["parameters"]["fixed_pattern_damage"];
  EXPECT_EQ(damage["grade"], 2.0);
  EXPECT_EQ(damage["letter"], "C");
  EXPECT_NEAR(damage["average_grade"].get<double>(), 3.6, kExact);
  ASSERT_EQ(damage["segments"].size(), 5u);
  const char* const names[] = {"L1", "L2", "QZL1", "QZL2", "CTSA"};
  for (size_t i = 0; i < 5; ++i) {
    const json& segment = damage["segments"][i];
    EXPECT_EQ(segment["name"], names[i]);
    EXPECT_EQ(segment["wrong"], i == 0 ? 2 : 0);
    EXPECT_EQ(segment["grade"], i == 0 ? 2.0 : 4.0);
  }
  EXPECT_EQ(damage["segments"][0]["modules"], 16);
  EXPECT_EQ(grade["limited_by"], "fixed_pattern_damage");
  bool hinted = false;
  for (const json& hint : grade["hints"]) {
    hinted |= hint["kind"] == "damaged_pattern" && hint["text"] == "segment L1 has 2 wrong modules";
  }
  EXPECT_TRUE(hinted) << grade["hints"];
}

// A light module of 0.61 under the threshold 0.45 of 2011: MOD = 2·0.16 / 0.80.
TEST_F(GradeGolden, ContrastUniformityTellsItsPlaceWhateverTheDirection) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(16, "UNEVEN");
  const auto [row, col] = symbol.ModuleOf(7, false);
  symbol.SetReflectance(row, col, 0.61);
  for (const double angle : {0, 90, 200}) {
    const std::string file =
        Save("a.png", symbol.Draw({.module_px = 8, .angle_deg = angle, .margin_modules = 21}));
    const json grade = GradeOf(file, kStated + "--edition 15415:2011");
    const json& uniformity = grade["parameters"]["contrast_uniformity"];
    EXPECT_EQ(uniformity["location"], json::array({row, col})) << angle;
    EXPECT_NEAR(uniformity["value"].get<double>(), 0.40, 0.02) << angle;
    EXPECT_EQ(uniformity["grade"], nullptr);
  }
}

// One axis 10 % longer: |1.1 − 1| / 1.05 = 0.0952, between 0.08 (3) and 0.10 (2).
TEST_F(GradeGolden, AxialNonuniformity) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(16, "STRETCHED");
  symbol.stretch_x = 1.1;
  const std::string file = Save("a.png", symbol);
  Expect(GradeOf(file), "axial_nonuniformity", 0.1 / 1.05, 0.003, 2.2, 0.2);
  Expect(GradeOf(file, kStated + "--edition 15415:2011"), "axial_nonuniformity", 0.1 / 1.05, 0.003,
         2, kExact);
}

// Dark modules 0.2 X wider across: between 0.10 (4) and 0.25 (3).
TEST_F(GradeGolden, PrintGrowthTellsBothAxesAndAHint) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(16, "INK SPREAD");
  symbol.growth_x = 0.2;
  const json grade = GradeOf(Save("a.png", symbol));
  const json& growth = grade["parameters"]["print_growth"];
  EXPECT_NEAR(growth["x"].get<double>(), 0.2, kGeometry);
  EXPECT_NEAR(growth["y"].get<double>(), 0, kGeometry);
  Expect(grade, "print_growth", 0.2, kGeometry, 4 - 0.1 / 0.15, 0.15);
  ASSERT_FALSE(grade["hints"].empty());
  EXPECT_EQ(grade["hints"][0]["kind"], "ink_spread");
  EXPECT_EQ(grade["hints"][0]["axis"], "x");
  // 0.2 X of 0.32 mm.
  EXPECT_NEAR(grade["hints"][0]["amount_um"].get<double>(), 64, kGeometry * 320);
}

// The middle columns 0.25 X to the right of where an even grid has them.
TEST_F(GradeGolden, GridNonuniformity) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(16, "BENT");
  symbol.warp_x = [](double x) {
    return x < 0 || x > 16 ? x : x + 0.25 * std::sin(x * 3.14159265 / 16);
  };
  const json grade = GradeOf(Save("a.png", symbol));
  const json& bent = grade["parameters"]["grid_nonuniformity"];
  EXPECT_NEAR(bent["value"].get<double>(), 0.25, 0.05);
  EXPECT_NEAR(bent["location"][1].get<int>(), 8, 2);
}

TEST_F(GradeGolden, ModulesAreToldOneByOne) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(16, "MODULES");
  symbol.Flip(5, 0);
  const auto [row, col] = symbol.ModuleOf(7, false);
  symbol.SetReflectance(row, col, 0.61);
  const Drawing drawing = symbol.Draw({.module_px = 8, .angle_deg = 30, .margin_modules = 21});
  const json grade = GradeOf(Save("a.png", drawing), kStated + "--modules --edition 15415:2011");
  const json& modules = grade["modules"];
  ASSERT_EQ(modules["rows"], 16);
  ASSERT_EQ(modules["cols"], 16);
  EXPECT_TRUE(grade["switches"].size() > 20) << "all of them";
  for (const char* array :
       {"reflectance", "modulation", "margin", "dark", "wrong", "codeword", "centers"}) {
    ASSERT_EQ(modules[array].size(), 16u) << array;
    ASSERT_EQ(modules[array][15].size(), 16u) << array;
  }
  for (int r = 0; r < 16; ++r) {
    for (int c = 0; c < 16; ++c) {
      const bool dark = symbol.IsDark(r, c), wrong = r == 5 && c == 0;
      const bool faint = r == row && c == col;
      EXPECT_EQ(modules["dark"][r][c], dark ? 1 : 0);
      EXPECT_EQ(modules["wrong"][r][c], wrong ? 1 : 0);
      const double reflectance = faint ? 0.61 : dark != wrong ? 0.05 : 0.85;
      EXPECT_NEAR(modules["reflectance"][r][c].get<double>(), reflectance, 0.02) << r << "," << c;
      EXPECT_NEAR(modules["modulation"][r][c].get<double>(), faint ? 0.4 : 1, 0.05);
      EXPECT_NEAR(modules["margin"][r][c].get<double>(), wrong ? 0 : faint ? 0.4 : 1, 0.05);
      const int codeword = symbol.grid.CodewordOf(r, c);
      EXPECT_EQ(modules["codeword"][r][c], codeword) << r << "," << c;
      const Point drawn = drawing.grid.Center(r, c);
      EXPECT_NEAR(modules["centers"][r][c][0].get<double>(), drawn.x, 0.4);
      EXPECT_NEAR(modules["centers"][r][c][1].get<double>(), drawn.y, 0.4);
    }
  }
}

// One wrong module in one of two copies: (3 + 4) / 2 in tenths, rounded up in whole grades.
TEST_F(GradeGolden, CopiesOfFormatInformation) {
  GradedSymbol symbol = GradedSymbol::Qr(2);
  symbol.Flip(8, 2);
  const std::string file = Save("a.png", symbol);
  for (const auto& [options, expected] :
       {std::pair{"", 3.5}, std::pair{"--edition 15415:2011", 4.0}}) {
    const json grade = GradeOf(file, kStated + options);
    const json& format = grade["parameters"]["format_information"];
    ASSERT_EQ(format["copies"].size(), 2u) << grade;
    EXPECT_EQ(format["copies"][0], json({{"wrong", 1}, {"grade", 3.0}}));
    EXPECT_EQ(format["copies"][1], json({{"wrong", 0}, {"grade", 4.0}}));
    EXPECT_EQ(format["grade"], expected);
    EXPECT_FALSE(grade["parameters"].contains("version_information")) << "version 2 has none";
    EXPECT_EQ(grade["parameters"]["fixed_pattern_damage"]["segments"].size(), 6u);
  }
}

// ML 0.85, MD 0.05: CC = 0.80 / 0.85. The light is always told.
TEST_F(GradeGolden, DirectPartMarksHaveCellsAndTheirOwnApertures) {
  const std::string file = Save("a.png", GradedSymbol::DataMatrix(16, "PEENED"));
  const json grade = GradeOf(file, kStated + "--standard 29158");
  EXPECT_EQ(grade["standard"], "29158");
  EXPECT_EQ(grade["edition"], "29158:2020");
  Expect(grade, "cell_contrast", 0.8 / 0.85, kRatio, 4, kExact);
  EXPECT_NEAR(grade["parameters"]["cell_contrast"]["mean_light"].get<double>(), 0.85, kRatio);
  EXPECT_NEAR(grade["parameters"]["cell_contrast"]["mean_dark"].get<double>(), 0.05, kRatio);
  EXPECT_TRUE(grade["parameters"].contains("cell_modulation"));
  EXPECT_FALSE(grade["parameters"].contains("symbol_contrast"));
  // Nobody knows the response of the system.
  EXPECT_EQ(grade["indicative"], json({"no_system_response"}));
  EXPECT_EQ(grade["formal"], nullptr);
  const std::string estimate = grade["estimate"];
  EXPECT_EQ(estimate.substr(0, 7), "DPM4.0/");
  EXPECT_EQ(estimate.substr(estimate.rfind('/')), "/45Q");
}

// Means of whole grades: (4 + 2) / 2 = 3.
TEST_F(GradeGolden, AverageIsTheMeanOverPicturesOfATextAndNothingElse) {
  const GradedSymbol good = GradedSymbol::DataMatrix(16, "AVERAGE");
  GradedSymbol bad = good;
  bad.Flip(5, 0);
  bad.Flip(9, 0);
  const std::string a = Save("a.png", good), b = Save("b.png", bad);
  const std::string other = Save("c.png", GradedSymbol::DataMatrix(16, "ANOTHER"));
  const auto lines = Grade({a, other, b}, kStated + "--average --edition 15415:2011");
  ASSERT_EQ(lines.size(), 4u);
  const json& average = lines[3]["average"];
  ASSERT_EQ(average.size(), 2u) << lines[3];
  EXPECT_EQ(average[0]["text"], "AVERAGE");
  EXPECT_EQ(average[0]["symbology"], "datamatrix");
  EXPECT_EQ(average[0]["images"],
            json({{{"file", a}, {"overall", 4.0}}, {{"file", b}, {"overall", 2.0}}}));
  EXPECT_EQ(average[0]["grade"]["overall"], 3.0);
  EXPECT_EQ(average[0]["grade"]["letter"], "B");
  EXPECT_EQ(average[0]["grade"]["formal"], "3.0/10/660");
  EXPECT_EQ(average[0]["grade"]["limited_by"], "fixed_pattern_damage");
  EXPECT_EQ(average[1]["text"], "ANOTHER");
  EXPECT_EQ(average[1]["grade"]["overall"], 4.0);
}

}  // namespace
}  // namespace veriline::testing
