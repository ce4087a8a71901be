// SPDX-License-Identifier: Apache-2.0
// The command line `veriline grade` as a process of its own: what makes a grade formal, which
// fields there are, the listing, overlays, exit codes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <opencv2/imgcodecs.hpp>
#include <set>
#include <string>

#include "calibration/model/calibration_file.h"
#include "tests/support/drawn_symbol.h"
#include "tests/support/grade_command.h"

namespace veriline::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

class GradeTest : public GradeFixture {
 protected:
  GradeTest() : file_(Save("label.png", GradedSymbol::DataMatrix(12, "123456"))) {}
  const std::string file_;
};

std::set<std::string> Keys(const json& object) {
  std::set<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.insert(key);
  return keys;
}

TEST_F(GradeTest, SaysAllThatReadSaysAndTheGradeOfTheContract) {
  json graded = SymbolOf(file_);
  const json grade = graded["grade"];
  EXPECT_EQ(Keys(grade),
            (std::set<std::string>{"standard", "edition", "formal", "estimate", "overall", "letter",
                                   "uncertainty", "indicative", "limited_by", "parameters", "x_px",
                                   "x_mm", "aperture", "wavelength_nm", "angle", "calibration",
                                   "hints"}));
  for (const auto& [name, parameter] : grade["parameters"].items()) {
    EXPECT_TRUE(parameter.contains("value") && parameter.contains("grade")) << name;
  }
  EXPECT_GE(grade["uncertainty"].get<double>(), 0);
  graded.erase("grade");
  const Ran read = RunVeriline("read --json " + file_);
  EXPECT_EQ(graded, JsonLines(read.out).at(0)["symbols"][0]);
}

// Each statement alone makes the difference between a formal grade and an estimate.
TEST_F(GradeTest, IsFormalOnlyWhereEverythingWasStated) {
  const std::pair<const char*, const char*> statements[] = {
      {"--reflectance 20,220", "no_reflectance"},
      {"--mm-per-px 0.04", "no_scale"},
      {"--aperture-x 0.8", "no_aperture"},
      {"--wavelength 660", "no_wavelength"},
      {"--angle 45", "no_lighting"}};
  for (const auto& [left_out, reason] : statements) {
    std::string options;
    for (const auto& [statement, unused] : statements) {
      if (statement != left_out) options += std::string(statement) + " ";
    }
    const json grade = GradeOf(file_, options);
    EXPECT_EQ(grade["formal"], nullptr) << options;
    EXPECT_TRUE(grade["estimate"].is_string()) << options;
    EXPECT_EQ(grade["indicative"], json({reason})) << options;
  }
  const json none = GradeOf(file_, "");
  EXPECT_EQ(none["indicative"].size(), 5u) << none["indicative"];
  EXPECT_THAT(none["estimate"].get<std::string>(), HasSubstr("/-/-"));
  EXPECT_FALSE(none.contains("x_mm"));
  EXPECT_FALSE(none.contains("angle")) << "a default states nothing";
  EXPECT_EQ(GradeOf(file_)["formal"], "4.0/10/660");
}

TEST_F(GradeTest, TellsLightThatIsNotTheUsualOne) {
  EXPECT_EQ(GradeOf(file_,
                    "--reflectance 20,220 --mm-per-px 0.04 --aperture-mil 10 --wavelength W "
                    "--angle 30Q")["formal"],
            "4.0/10/W/30Q");
}

TEST_F(GradeTest, TakesACalibrationAndWhatOverridesIt) {
  calibration::Calibration c = DrawingCalibration();
  c.scale = calibration::Scale{0.04, 0.04};
  const std::string file = folder_.Write("cam1.cal", calibration::Format(c));
  const json grade = GradeOf(file_, "--calibration " + file + " --aperture-mil 10");
  EXPECT_EQ(grade["formal"], "4.0/10/660");
  EXPECT_EQ(grade["calibration"], "drawn");
  EXPECT_NEAR(grade["parameters"]["symbol_contrast"]["rmax"].get<double>(), 0.85, 0.01);
  // Twice as many millimetres: X is 0.64 mm, and 20 mil are as many pixels as 10 mil before.
  const json other =
      GradeOf(file_, "--calibration " + file + " --aperture-mil 20 --mm-per-px 0.08");
  EXPECT_EQ(other["formal"], "4.0/20/660");
  EXPECT_NEAR(other["x_mm"].get<double>(), 0.64, 0.01);
  EXPECT_NE(other["calibration"], "drawn");
  // By grey alone: 190 of 255 and 30 of 255.
  const json grey =
      GradeOf(file_, "--calibration " + file + " --aperture-mil 10 --reflectance 0,255");
  EXPECT_NEAR(grey["parameters"]["symbol_contrast"]["value"].get<double>(), 160 / 255.0, 0.01);
}

TEST_F(GradeTest, WhereThereIsNoGradeItSaysWhy) {
  const Modules bars = EncodeSymbol(Symbology::kCode128, "LINEAR");
  Canvas linear(400, 160, 210);
  linear.Draw(bars, {.center = {200, 80}, .module_px = 3});
  const Modules aztec = EncodeSymbol(Symbology::kAztec, "AZTEC 123");
  Canvas matrix(260, 260, 210);
  matrix.Draw(aztec, {.center = {130, 130}, .module_px = 6});
  const std::string code128 = folder_.Write("l.png", EncodePicture(MatOf(linear.view()), ".png"));
  const std::string az = folder_.Write("m.png", EncodePicture(MatOf(matrix.view()), ".png"));
  const struct {
    const std::string& file;
    const char* options;
    const char* note;
  } cases[] = {
      {code128, "--symbologies code128 --standard 15415",
       "ISO/IEC 15415 is for matrix and multi-row symbols"},
      {az, "--symbologies aztec", "aztec is not graded yet"},
      {file_, "--standard 15416", "ISO/IEC 15416 is for linear symbols"},
      {file_, "--aperture-mil 300 --mm-per-px 0.01", "aperture"},
  };
  for (const auto& c : cases) {
    const json symbol = SymbolOf(c.file, c.options);
    EXPECT_EQ(symbol["grade"], nullptr) << symbol;
    EXPECT_THAT(symbol["grade_note"].get<std::string>(), HasSubstr(c.note));
  }
  EXPECT_THAT(RunVeriline("grade --standard 15416 " + file_).out,
              HasSubstr("    not graded: ISO/IEC 15416 is for linear symbols"));
  EXPECT_FALSE(SymbolOf(file_).contains("grade_note"));
}

TEST_F(GradeTest, GivesTheSameOnAnyNumberOfThreads) {
  std::vector<std::string> files;
  for (int i = 0; i < 5; ++i) {
    GradedSymbol symbol = GradedSymbol::DataMatrix(12, "12345" + std::to_string(i));
    symbol.light = 0.6 + 0.05 * i;
    files.push_back(Save(std::to_string(i) + ".png", symbol));
  }
  const auto untimed = [&](const std::string& options) {
    auto lines = Grade(files, kStated + "--average " + options);
    for (json& line : lines) line.erase("elapsed_us");
    return lines;
  };
  EXPECT_EQ(untimed("--threads 1"), untimed("--threads 3"));
}

TEST_F(GradeTest, ListsForPeople) {
  GradedSymbol symbol = GradedSymbol::DataMatrix(12, "123456");
  symbol.light = 0.65, symbol.dark = 0.17;
  symbol.Flip(5, 0);
  const std::string file = Save("faint.png", symbol);
  const Ran ran = RunVeriline("grade --modules --average " + kStated + file_ + " " + file);
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("4.0/10/660  A ±"));
  EXPECT_THAT(ran.out, HasSubstr("formal, ISO/IEC 15415:2024\n"));
  EXPECT_THAT(ran.out, HasSubstr("Symbol contrast             80 %  4.0 A Rmax 85 %, Rmin 5 %"));
  EXPECT_THAT(ran.out, HasSubstr("limited by Symbol contrast\n"));
  EXPECT_THAT(ran.out, HasSubstr("    * segment L1 has 1 wrong module\n"));
  EXPECT_THAT(ran.out, HasSubstr("modulation of modules in percent"));
  EXPECT_THAT(ran.out, HasSubstr("\n      5 100!100 "));
  EXPECT_THAT(ran.out, HasSubstr("average of 2: datamatrix 123456\n"));
  EXPECT_THAT(ran.out, Not(HasSubstr("no formal grade")));
  const Ran estimate = RunVeriline("grade " + file_);
  EXPECT_THAT(estimate.out,
              HasSubstr("no formal grade: nobody stated: reflectance, scale, aperture, "
                        "wavelength, angle\n"));
}

TEST_F(GradeTest, PaintsAnOverlayForEachPictureWithSymbols) {
  const std::string empty =
      folder_.Write("empty.png", EncodePicture(cv::Mat(90, 90, CV_8U, 128), ".png"));
  std::filesystem::create_directory(folder_.path() + "/other");
  const std::string second = Save("other/label.png", GradedSymbol::DataMatrix(10, "77"));
  const std::string folder = folder_.path() + "/made/for/overlays";
  const auto lines = Grade({file_, empty, second}, kStated + "--overlay " + folder);
  EXPECT_EQ(lines[0]["overlay"], folder + "/label.overlay.png");
  EXPECT_FALSE(lines[1].contains("overlay"));
  EXPECT_EQ(lines[2]["overlay"], folder + "/label.overlay-2.png");
  size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    ++files;
    const cv::Mat picture = cv::imread(entry.path().string());
    EXPECT_GT(picture.cols, 600) << entry.path();
    EXPECT_GT(picture.rows, 400) << entry.path();
    EXPECT_EQ(picture.channels(), 3);
  }
  EXPECT_EQ(files, 2u);
}

// A module of the wrong colour leaves red pixels, of the colour in which such modules are filled.
TEST_F(GradeTest, AnOverlayShowsWhatIsWrong) {
  GradedSymbol wrong = GradedSymbol::DataMatrix(12, "123456");
  wrong.Flip(5, 0);
  const auto red = [&](const std::string& file) {
    const json line = Grade({file}, kStated + "--overlay " + folder_.path() + "/o")[0];
    const cv::Mat picture = cv::imread(line["overlay"].get<std::string>());
    int count = 0;
    // Of the map alone: the key at the right shows the same colours.
    for (int y = 0; y < picture.rows; ++y) {
      for (int x = 0; x < picture.cols - 500; ++x) {
        const auto& p = picture.at<cv::Vec3b>(y, x);
        count += p[2] > 120 && p[2] > 2 * p[1] && p[2] > 2 * p[0];
      }
    }
    return count;
  };
  EXPECT_EQ(red(file_), 0);
  EXPECT_GT(red(Save("wrong.png", wrong)), 300);  // of some 36 × 36
}

// Which values are refused: tests/unit.
TEST_F(GradeTest, RefusesABadCommandLineInOneLine) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "FILE"},
      {"--nonsense FILE", "--nonsense"},
      {"--symbologies datamatrx FILE", "datamatrx"},
      {"--edition 15415:2015 FILE", "15415:2011, 15415:2024"},
      {"--aperture-mil 8 FILE", "--mm-per-px"},
      {"--aperture-mil wide FILE", "--aperture-mil"},
      {"--calibration none.cal FILE", "none.cal"},
  };
  for (const auto& [arguments, named] : cases) {
    std::string line = "grade " + arguments;
    if (const size_t at = line.find("FILE"); at != line.npos) line.replace(at, 4, file_);
    const Ran ran = RunVeriline(line);
    EXPECT_EQ(ran.exit_code, 2) << line;
    EXPECT_EQ(ran.out, "") << line;
    EXPECT_THAT(ran.err, HasSubstr(named)) << line;
    EXPECT_TRUE(ran.err.starts_with("veriline grade: ")) << ran.err;
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
  }
}

TEST_F(GradeTest, TellsItsHelpWithAnExample) {
  const Ran ran = RunVeriline("grade --help");
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_THAT(ran.out, HasSubstr("Example:\n  veriline grade "));
  EXPECT_THAT(ran.out, HasSubstr("grade_note"));
}

}  // namespace
}  // namespace veriline::testing
