// SPDX-License-Identifier: Apache-2.0
// `veriline grade` on pictures that are none or show nothing, symbols that can not be graded, and
// places that cannot be read or written: each costs itself only, and is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "calibration/model/calibration_file.h"
#include "tests/support/grade_command.h"

namespace veriline::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class GradeFaultTest : public GradeFixture {
 protected:
  GradeFaultTest()
      : drawing_(GradedSymbol::DataMatrix(12, "123456")
                     .Draw({.module_px = kStatedModulePx, .margin_modules = 21})),
        good_(Save("good.png", drawing_)) {}

  static void ExpectGraded(const json& line) {
    ASSERT_EQ(line["symbols"].size(), 1u) << line;
    EXPECT_EQ(line["symbols"][0]["grade"]["overall"], 4.0) << line;
  }
  std::string SaveMat(const std::string& name, const cv::Mat& picture) const {
    return folder_.Write(name, EncodePicture(picture, ".png"));
  }
  /// The part of the drawing that lies so many modules around the symbol (negative: inside) at the
  /// right, and all of it elsewhere.
  std::string CutAtTheRight(double modules) const {
    const double right = drawing_.grid.outline.corners[1].x + modules * kStatedModulePx;
    const cv::Mat all = MatOf(drawing_.view());
    return SaveMat("cut.png", all(cv::Rect(0, 0, static_cast<int>(right), all.rows)));
  }

  const Drawing drawing_;
  const std::string good_;
};

TEST_F(GradeFaultTest, PicturesThatCannotBeReadCostOnlyThemselves) {
  const std::string cut =
      folder_.Write("cut.png", EncodePicture(MatOf(drawing_.view()), ".png").substr(0, 500));
  const std::vector<std::string> bad = {
      folder_.path() + "/absent.png", folder_.Write("empty.png", ""),
      folder_.Write("text.png", "no picture"), cut, folder_.path()};
  std::vector<std::string> files{good_};
  for (const std::string& file : bad) files.insert(files.end(), {file, good_});
  for (const char* threads : {"", "--threads 2"}) {
    const auto lines = Grade(files, kStated + threads, 1);
    for (size_t i = 0; i < files.size(); i += 2) ExpectGraded(lines[i]);
    for (size_t i = 1; i < files.size(); i += 2) {
      EXPECT_TRUE(lines[i]["error"].is_string()) << lines[i];
      EXPECT_EQ(lines[i]["symbols"], json::array());
    }
  }
  EXPECT_THAT(RunVeriline("grade " + folder_.path() + "/absent.png").out,
              HasSubstr("absent.png: the picture cannot be read: No such file"));
}

TEST_F(GradeFaultTest, PicturesThatShowNothingAreNoError) {
  const cv::Mat pictures[] = {
      cv::Mat(1, 1, CV_8U, cv::Scalar(7)), cv::Mat(300, 400, CV_8U, cv::Scalar(0)),
      cv::Mat(300, 400, CV_8U, cv::Scalar(255)), cv::Mat(1, 3000, CV_8U, cv::Scalar(90))};
  std::vector<std::string> files;
  for (const cv::Mat& picture : pictures) {
    files.push_back(SaveMat(std::to_string(files.size()) + ".png", picture));
  }
  const auto lines = Grade(files, kStated + "--modules --overlay " + folder_.path() + "/o");
  for (size_t i = 0; i < files.size(); ++i) {
    EXPECT_EQ(lines[i]["symbols"], json::array());
    EXPECT_EQ(lines[i]["width"], pictures[i].cols);
    EXPECT_FALSE(lines[i].contains("overlay"));
  }
}

// 1600 million pixels of one bit in a file without blocks on the disk: refused, in less memory than
// its pixels would take.
TEST_F(GradeFaultTest, AVastPictureIsRefused) {
  const std::string vast = folder_.Write("vast.pbm", "P4\n40000 40000\n");
  std::filesystem::resize_file(vast, 15 + 40000ull * 40000 / 8);
  const auto lines = Grade({vast, good_}, kStated, 1);
  EXPECT_TRUE(lines[0]["error"].is_string()) << lines[0];
  ExpectGraded(lines[1]);
  rusage usage;
  ASSERT_EQ(getrusage(RUSAGE_CHILDREN, &usage), 0);
  EXPECT_LT(usage.ru_maxrss / 1024, 700) << "MB";
}

TEST_F(GradeFaultTest, AnApertureWiderThanTheSymbolGradesNothing) {
  const json line = Grade({good_}, "--mm-per-px 0.01 --aperture-mil 200")[0];
  ASSERT_EQ(line["symbols"].size(), 1u);
  EXPECT_EQ(line["symbols"][0]["text"], "123456") << "it was read all the same";
  EXPECT_EQ(line["symbols"][0]["grade"], nullptr);
  EXPECT_THAT(line["symbols"][0]["grade_note"].get<std::string>(), HasSubstr("aperture"));
}

TEST_F(GradeFaultTest, AMissingQuietZoneMakesNoFormalGrade) {
  for (const double modules : {0.6, 0.2}) {
    const json line = Grade({CutAtTheRight(modules)})[0];
    ASSERT_EQ(line["symbols"].size(), 1u) << modules;
    const json& grade = line["symbols"][0]["grade"];
    ASSERT_TRUE(grade.is_object()) << line;
    EXPECT_EQ(grade["formal"], nullptr) << modules;
    const json& reasons = grade["indicative"];
    EXPECT_NE(std::find(reasons.begin(), reasons.end(), "quiet_zone_unseen"), reasons.end())
        << reasons;
  }
}

TEST_F(GradeFaultTest, ASymbolThatIsPartlyOutsideHasNoFormalGrade) {
  for (const double modules : {-0.4, -2.0}) {
    const json line =
        Grade({CutAtTheRight(modules)},
              kStated + "--symbologies datamatrix --modules --overlay " + folder_.path() + "/o")[0];
    for (const json& symbol : line["symbols"]) {
      if (symbol["grade"].is_object()) {
        EXPECT_EQ(symbol["grade"]["formal"], nullptr) << modules;
      } else {
        EXPECT_FALSE(symbol["grade_note"].get<std::string>().empty()) << modules;
      }
    }
  }
}

TEST_F(GradeFaultTest, ADamagedCalibrationIsRefusedWithItsName) {
  const std::string whole = calibration::Format(DrawingCalibration());
  std::mt19937 random(5);
  std::vector<std::string> damaged{"", whole.substr(0, whole.size() / 2), whole + "x"};
  for (int i = 0; i < 3; ++i) {
    damaged.push_back(whole);
    damaged.back()[random() % whole.size()] ^= 1;
  }
  for (const std::string& text : damaged) {
    const std::string file = folder_.Write("cam1.cal", text);
    const Ran ran = RunVeriline("grade --json --calibration " + file + " " + good_);
    EXPECT_EQ(ran.exit_code, 2) << text;
    EXPECT_EQ(ran.out, "");
    EXPECT_THAT(ran.err, HasSubstr(file));
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
  }
}

TEST_F(GradeFaultTest, AFolderThatCannotHoldOverlaysIsToldBeforeAnyWork) {
  std::vector<std::string> bad{good_, good_ + "/below", "/proc/overlays"};
  if (geteuid() != 0) {
    bad.push_back(folder_.path() + "/locked");
    std::filesystem::create_directory(bad.back());
    std::filesystem::permissions(bad.back(), std::filesystem::perms::owner_read);
  }
  for (const std::string& folder : bad) {
    const Ran ran = RunVeriline("grade --json --overlay " + folder + " " + good_);
    EXPECT_EQ(ran.exit_code, 1) << folder;
    EXPECT_EQ(ran.out, "");
    EXPECT_TRUE(ran.err.starts_with("veriline grade: --overlay " + folder)) << ran.err;
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
  }
}

// Something is in the way of one picture: its grade and the other pictures are there.
TEST_F(GradeFaultTest, AnOverlayThatCannotBeWrittenCostsOnlyItself) {
  const std::string folder = folder_.path() + "/o";
  std::filesystem::create_directories(folder + "/good.overlay.png/in the way");
  const std::string other = Save("other.png", drawing_);
  const auto lines = Grade({good_, other}, kStated + "--overlay " + folder, 1);
  ExpectGraded(lines[0]);
  EXPECT_THAT(lines[0]["overlay_error"].get<std::string>(), HasSubstr("good.overlay.png"));
  EXPECT_FALSE(lines[0].contains("overlay"));
  ExpectGraded(lines[1]);
  EXPECT_TRUE(std::filesystem::is_regular_file(lines[1]["overlay"].get<std::string>()));
  EXPECT_TRUE(std::filesystem::exists(folder + "/good.overlay.png/in the way"));
}

TEST_F(GradeFaultTest, ADecoderThatFailsCostsOnlyItsFile) {
  const std::string abort = folder_.Write("abort.png", "FAULT:abort");
  const Ran ran = RunVeriline("grade --json --average " + abort + " " + good_ + " " + abort,
                              "LD_PRELOAD=" VERILINE_FAULTY_DECODER);
  EXPECT_EQ(ran.exit_code, 1);
  const auto lines = JsonLines(ran.out);
  ASSERT_EQ(lines.size(), 4u) << ran.out << ran.err;
  EXPECT_THAT(lines[0]["error"].get<std::string>(), HasSubstr("Aborted"));
  EXPECT_EQ(lines[1]["symbols"].size(), 1u);
  EXPECT_EQ(lines[3]["average"].size(), 1u);
}

TEST_F(GradeFaultTest, SaysThatItsOutputWasLost) {
  const Ran ran = RunVeriline("grade --json " + good_ + " >/dev/full");
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_THAT(ran.err, HasSubstr("could not be written"));
}

}  // namespace
}  // namespace veriline::testing
