// SPDX-License-Identifier: Apache-2.0
#include "calibration/model/calibration_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/scratch_folder.h"
#include "vision/core/crc32c.h"

namespace veriline::calibration {
namespace {

using ::testing::HasSubstr;

Calibration Whole() {
  Calibration c;
  c.id = "line1-cam2-2026-03";
  c.camera = "4103245";
  c.target = "card 1172, certificate 88-31";
  c.created_utc = "2026-03-02T08:15:00Z";
  const ReflectancePoint points[] = {{12.5, 0.031}, {100.1, 0.35}, {231, 0.862}};
  c.reflectance = *ReflectanceCurve::Through(points);
  c.scale = Scale{0.0412, 0.1 / 3};
  c.wavelength_nm = 660;
  c.lighting = "45Q";
  c.system_response = 1.25;
  c.noise_grey = 1.4;
  c.flat_field = {
      .cols = 3, .rows = 2, .dark_grey = 4.5f, .gains = {1.02f, 1, 1.03f, 1.04f, 1, 1.0f / 1.3f}};
  return c;
}

/// `body` with a right check at its end.
std::string Signed(const std::string& body) {
  char check[10];
  std::snprintf(check, sizeof check, "%08x\n", Crc32c(body));
  return body + "crc32c " + check;
}

std::string ErrorOf(const std::string& text) {
  const auto parsed = Parse(text, "cam.cal");
  return parsed ? "no error" : parsed.error().ToString();
}

TEST(CalibrationFile, GivesBackWhatWasWritten) {
  const auto back = Parse(Format(Whole()), "x");
  ASSERT_TRUE(back) << back.error().ToString();
  EXPECT_EQ(*back, Whole());
  Calibration least;
  least.id = "only an id";
  const auto least_back = Parse(Format(least), "x");
  ASSERT_TRUE(least_back);
  EXPECT_EQ(*least_back, least);
}

TEST(CalibrationFile, IsSavedAndLoaded) {
  const ScratchFolder folder;
  const std::string file = folder.path() + "/cam.cal";
  ASSERT_TRUE(Save(Whole(), file));
  ASSERT_TRUE(Save(Whole(), file)) << "over an old one";
  const auto back = Load(file);
  ASSERT_TRUE(back) << back.error().ToString();
  EXPECT_EQ(**back, Whole());
  EXPECT_FALSE(std::filesystem::exists(file + ".part"));
  EXPECT_THAT(Save(Whole(), "/nowhere/cam.cal").error().ToString(), HasSubstr("/nowhere/cam.cal"));
  EXPECT_THAT(Load("/nowhere/cam.cal").error().ToString(), HasSubstr("cannot be read"));
}

TEST(CalibrationFile, NoChangedBytePasses) {
  const std::string whole = Format(Whole());
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const char change : {'\x01', '\x10', '\x20'}) {
      std::string text = whole;
      text[at] = static_cast<char>(text[at] ^ change);
      const auto parsed = Parse(text, "cam.cal");
      ASSERT_FALSE(parsed) << "byte " << at;
      EXPECT_EQ(parsed.error().file, "cam.cal");
    }
  }
}

TEST(CalibrationFile, NoShorterFilePasses) {
  const std::string whole = Format(Whole());
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(Parse(whole.substr(0, length), "cam.cal")) << length;
  }
  EXPECT_THAT(ErrorOf(whole.substr(0, 100)), HasSubstr("cut short"));
  EXPECT_THAT(ErrorOf(whole + "id x\n"), HasSubstr("cut short"));
}

TEST(CalibrationFile, SaysPlaceAndAdvice) {
  const std::string head = "veriline-calibration 1\n";
  EXPECT_THAT(ErrorOf(""), HasSubstr("no calibration file"));
  EXPECT_THAT(ErrorOf("veriline-calibration 2\nid x\n"), HasSubstr("version 2"));
  EXPECT_THAT(ErrorOf(Signed(head + "id x\nwave 3\n")),
              HasSubstr("cam.cal:3: unknown key \"wave\""));
  EXPECT_THAT(ErrorOf(Signed(head + "id x\nid y\n")), HasSubstr("cam.cal:3: \"id\" stands twice"));
  EXPECT_THAT(ErrorOf(Signed(head + "id x\nmm_per_px 0.1\n")), HasSubstr("cam.cal:3: expected 2"));
  EXPECT_THAT(ErrorOf(Signed(head + "id x\nmm_per_px 41 41\n")), HasSubstr("not µm"));
  EXPECT_THAT(ErrorOf(Signed(head + "id x\nreflectance 2\n10 0.1\n")), HasSubstr("cut short"));
  EXPECT_THAT(ErrorOf(Signed(head + "id x\nreflectance 2\n10 0.1\n9 0.2\n")),
              HasSubstr("must rise"));
  EXPECT_THAT(ErrorOf(Signed(head + "id x\nreflectance 2\n10 10\n200 85\n")), HasSubstr("percent"));
  EXPECT_THAT(ErrorOf(Signed(head + "id x\nflat_field 1 2 0\n1 nan\n")), HasSubstr("0.1 to 10"));
  EXPECT_THAT(ErrorOf(Signed(head + "id x\nflat_field 1e9 1e9 0\n")), HasSubstr("1 to 256"));
  EXPECT_THAT(ErrorOf(Signed(head + "camera x\n")), HasSubstr("no id"));
  EXPECT_THAT(ErrorOf(Signed(head + "id x\nnonsense\n")), HasSubstr("cam.cal:3"));
}

}  // namespace
}  // namespace veriline::calibration
