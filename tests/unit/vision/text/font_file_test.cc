// SPDX-License-Identifier: Apache-2.0
#include "vision/text/font_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/support/scratch_folder.h"
#include "vision/core/crc32c.h"
#include "vision/text/font.h"

namespace veriline::text {
namespace {

using testing::HasSubstr;

std::string BuiltinText() { return FormatFont(*BuiltinFont("dot-matrix-5x7")); }

/// A text with a check that fits it.
std::string WithCheck(const std::string& body) {
  char check[32];
  std::snprintf(check, sizeof check, "crc32c %08x\n", Crc32c(body));
  return body + check;
}
std::string Body(const std::string& text) { return text.substr(0, text.rfind("crc32c")); }

std::string Complaint(const std::string& text) {
  const auto font = ParseFont(text, "some.font");
  return font ? "" : font.error().ToString();
}

TEST(FontFile, GivesBackWhatWasWritten) {
  const std::string text = BuiltinText();
  const auto font = ParseFont(text, "x");
  ASSERT_TRUE(font) << font.error().ToString();
  EXPECT_EQ(FormatFont(*font), text);
  EXPECT_EQ(font->name(), "dot-matrix-5x7");
  EXPECT_EQ(font->glyph_count(), 44);
  EXPECT_FLOAT_EQ(font->AdvanceCells(0), BuiltinFont("dot-matrix-5x7")->AdvanceCells(0));
}

TEST(FontFile, EveryBuiltinFontIsThere) {
  for (const std::string_view name : BuiltinFontNames()) {
    const Font* font = BuiltinFont(name);
    ASSERT_NE(font, nullptr) << name;
    EXPECT_EQ(font->name(), name);
    EXPECT_FALSE(font->licence().empty());
    EXPECT_TRUE(font->Covers("0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ -.,/:()+")) << name;
  }
  EXPECT_EQ(BuiltinFont("comic"), nullptr);
}

TEST(FontFile, NoDamageOfOneByteGoesUnseen) {
  const std::string text = BuiltinText();
  for (size_t at = 0; at < text.size(); at += 97) {
    std::string damaged = text;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    EXPECT_NE(Complaint(damaged), "") << at;
  }
}

TEST(FontFile, NoCutGoesUnseen) {
  const std::string text = BuiltinText();
  for (size_t length = 0; length < text.size(); length += 131) {
    EXPECT_NE(Complaint(text.substr(0, length)), "") << length;
  }
  EXPECT_THAT(Complaint(text + "x"), HasSubstr("cut short"));
}

TEST(FontFile, SaysWhatIsWrong) {
  const std::string text = BuiltinText(), body = Body(text);
  EXPECT_THAT(Complaint("anything"), HasSubstr("no font file"));
  EXPECT_THAT(Complaint("veriline-font 2\n"), HasSubstr("version 2"));
  EXPECT_THAT(Complaint("veriline-font 1\nname x\n"), HasSubstr("cut short"));
  std::string edited = text;
  edited[text.find("name") + 5] = 'D';
  EXPECT_THAT(Complaint(edited), HasSubstr("has changed"));
  EXPECT_THAT(Complaint(WithCheck(body + "size 3\n")), HasSubstr("\"size\""));
  EXPECT_THAT(Complaint(WithCheck(body + "name again\n")), HasSubstr("repeated"));
  EXPECT_THAT(Complaint(WithCheck(body + "glyph 7f 12\n")), HasSubstr("glyph CODE ADVANCE"));
  EXPECT_THAT(Complaint(WithCheck(body + "glyph 41\n")), HasSubstr("glyph CODE ADVANCE"));
  EXPECT_THAT(Complaint(WithCheck(body + "glyph 21 nan\n")), HasSubstr("28 lines"));
  EXPECT_THAT(Complaint(WithCheck(body + "glyph 21 12\n.....\n")), HasSubstr("28 lines"));
  std::string wrong_sign = body;
  wrong_sign[body.find('F')] = '!';
  EXPECT_THAT(Complaint(WithCheck(wrong_sign)), HasSubstr("no distance"));
  const size_t first = body.find("glyph"), second = body.find("glyph", first + 1);
  EXPECT_THAT(Complaint(WithCheck(body + body.substr(first, second - first))), HasSubstr("twice"));
  EXPECT_THAT(Complaint(WithCheck("veriline-font 1\nname x\nlicence y\n")),
              HasSubstr("no characters"));
  EXPECT_THAT(
      Complaint(WithCheck("veriline-font 1\nname x\n" + body.substr(first, second - first))),
      HasSubstr("licence"));
  // A shape without ink, and one that does not move on.
  std::string blank = "glyph 21 12\n";
  for (int row = 0; row < kGlyphHeight; ++row) blank += std::string(kGlyphWidth, '.') + "\n";
  EXPECT_THAT(Complaint(WithCheck(body + blank)), HasSubstr("no ink"));
  std::string still = body.substr(first, second - first);
  still.replace(0, still.find('\n'), "glyph 21 nan");
  EXPECT_THAT(Complaint(WithCheck(body + still)), HasSubstr("advance"));
}

TEST(FontFile, SurvivesItsWayOverTheDisk) {
  const ScratchFolder folder;
  const std::string file = folder.path() + "/dots.font";
  const Font& font = *BuiltinFont("dot-matrix-5x5");
  ASSERT_TRUE(SaveFont(font, file));
  const auto loaded = LoadFont(file);
  ASSERT_TRUE(loaded) << loaded.error().ToString();
  EXPECT_EQ(FormatFont(*loaded), FormatFont(font));
  EXPECT_FALSE(LoadFont(folder.path() + "/none.font"));
  EXPECT_FALSE(SaveFont(font, folder.path() + "/none/dots.font"));
}

}  // namespace
}  // namespace veriline::text
