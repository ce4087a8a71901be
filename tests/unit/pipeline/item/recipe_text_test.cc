// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "pipeline/item/recipe.h"
#include "tests/support/label_recipes.h"
#include "vision/text/font_file.h"

namespace veriline::item {
namespace {

std::string Replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out(text);
  const size_t at = out.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return out.replace(at, from.size(), to);
}

TEST(RecipeText, ReadsLinesOfText) {
  const auto recipe = ParseRecipe(kLabels, "labels.yaml");
  ASSERT_TRUE(recipe) << recipe.error().ToString();
  EXPECT_EQ(recipe->codes[0].most_corrected, 5);
  EXPECT_EQ(recipe->codes[1].length, 12);
  EXPECT_EQ(recipe->codes[1].mask, "@##*");
  EXPECT_EQ(recipe->codes[1].content.source(), "N{21}");
  ASSERT_EQ(recipe->texts.size(), 3u);
  const TextSpec& expiry = recipe->texts[0];
  EXPECT_EQ(expiry.name, "expiry");
  EXPECT_EQ(expiry.content.source(), "EXP {17:MM.YYYY}");
  EXPECT_EQ(expiry.beside, CodeRole::kIdentity);
  EXPECT_EQ(expiry.corner, TextSpec::Corner::kTopRight);
  EXPECT_EQ(expiry.right, 4);
  EXPECT_EQ(expiry.down, 5.5);
  EXPECT_EQ(expiry.print.unit, TextUnit::kX);
  EXPECT_EQ(expiry.print.cap_height, 6);
  EXPECT_EQ(expiry.print.tolerance, 2);
  EXPECT_EQ(expiry.print.ink, text::Ink::kDark);
  ASSERT_NE(expiry.print.font, nullptr);
  EXPECT_EQ(expiry.print.font->name(), "ocr-b");
  const TextSpec& serial = recipe->texts[1];
  EXPECT_EQ(serial.beside, CodeRole::kCopy);
  EXPECT_EQ(serial.corner, TextSpec::Corner::kTopLeft);
  EXPECT_EQ(serial.print.unit, TextUnit::kMm);
  EXPECT_EQ(serial.print.pitch, 2);
  EXPECT_EQ(serial.print.turn_tolerance_deg, 3);
  EXPECT_EQ(serial.print.ink, text::Ink::kEither);
  const TextSpec& lot = recipe->texts[2];
  EXPECT_EQ(lot.beside, CodeRole::kNone);
  ASSERT_EQ(lot.regions.size(), 1u);
  EXPECT_EQ(lot.regions[0].x_ratio, 0.2);
  EXPECT_EQ(lot.regions[0].turn_deg, 90);
  EXPECT_FALSE(recipe->sequence.enabled());
}

TEST(RecipeText, ReadsASequenceWithoutAnyCode) {
  const auto recipe = ParseRecipe(kNumbers, "numbers.yaml");
  ASSERT_TRUE(recipe) << recipe.error().ToString();
  const SequenceSpec& s = recipe->sequence;
  ASSERT_TRUE(s.enabled());
  EXPECT_EQ(s.length, 6);
  EXPECT_EQ(s.window, 3);
  EXPECT_EQ(s.prefix, "A");
  ASSERT_NE(s.LaneOf(1), nullptr);
  EXPECT_EQ(s.LaneOf(0)->step, 2);
  EXPECT_EQ(s.LaneOf(0)->first, "A000100");
  EXPECT_EQ(s.LaneOf(1)->step, -1);
  EXPECT_EQ(s.LaneOf(2), nullptr);
  EXPECT_TRUE(recipe->codes.empty());
}

TEST(RecipeText, MistakesAreRefusedWhereTheyStand) {
  struct Case {
    std::string text;
    std::string_view message;
    int line;
    int column = 0;  ///< 0 = not compared
  };
  const Case kCases[] = {
      {Replaced(kLabels, "{17:MM.YYYY}", "{17:MM.YYY}"), "begins with no part of a date", 13, 27},
      {Replaced(kLabels, "\"EXP {17:MM.YYYY}\"", "EXP {9999}"), "no application identifier", 13,
       20},
      {Replaced(kLabels, "N{21}", "N{21"), "not closed", 10, 79},
      {Replaced(kLabels, "font: ocr-b", "font: comic"), "there is no font comic", 17},
      {Replaced(kLabels, "EXP {17", "äxp {17"), "accents", 17},
      {Replaced(kLabels, "cap_height_x: 6", "cap_height_mm: 6"), "cap_height_mm", 18},
      {Replaced(kLabels, "cap_height_x: 6", "cap_height_x: 0"), "cap_height_x is 0", 18},
      {Replaced(kLabels, "beside: identity", "beside: product"), "no product code", 14},
      {Replaced(kLabels, "at_mm: {right: 0, down: 12}", "at_x: {right: 0, down: 12}"),
       "cap_height_mm", 21},
      {Replaced(kLabels, "x_ratio: 0.2", "x_ratio: 1.2"), "x_ratio is 1.2", 24},
      {Replaced(kLabels, "view: top, lane: 0, x", "view: top, lane: 1, x"), "does not show lane 1",
       24},
      {Replaced(kLabels, "name: serial", "name: expiry"), "two lines of text are called expiry",
       20},
      {Replaced(kLabels, "template: \"{21}\"", "template: \"{240}{8110}\""), "characters", 20},
      {Replaced(kLabels, "@##*", "@*#*"), "more than one *", 10},
      {Replaced(kLabels, "role: copy", "role: product"), "the code is no copy", 10},
      {Replaced(kLabels, "most_corrected: 5", "most_corrected: -2"), "most_corrected is -2", 9},
      {Replaced(kLabels, "length: 12", "lenght: 12"), "lenght", 10},
      {Replaced(kNumbers, "length: 6", "length: 19"), "sequence.length is 19", 14},
      {Replaced(kNumbers, "\"0123456789\"", "\"0123345678\""), "different characters", 12},
      {Replaced(kNumbers, "first: A000100", "first: B000100"), "B000100 is none of the numbers",
       17},
      {Replaced(kNumbers, "first: A000100", "first: A00100"), "A00100 is none of the numbers", 17},
      {Replaced(kNumbers, "step: 2", "step: 0"), "step is 0", 17},
      {Replaced(kNumbers, "    - {lane: 1, view: top, x_ratio: 0.3, y_ratio: 0.75, step: -1}\n",
                ""),
       "no number is read on lane 1", 17},
      {Replaced(kNumbers, "y_ratio: 0.75", "y_ratio: 0.25"), "outside of lane 1", 18},
      {Replaced(kNumbers,
                "sequence:", "codes:\n  - {role: identity, symbologies: [qr]}\nsequence:"),
       "a code and a number", 11},
      {Replaced(kNumbers, "sequence:", "seqence:"), "seqence", 8},
  };
  for (const Case& c : kCases) {
    const auto recipe = ParseRecipe(c.text, "r.yaml");
    ASSERT_FALSE(recipe) << c.message;
    const Diagnostic& error = recipe.error();
    EXPECT_NE(error.message.find(c.message), std::string::npos) << c.message << "\n"
                                                                << error.ToString();
    EXPECT_EQ(error.line, c.line) << error.ToString();
    EXPECT_TRUE(c.column == 0 || error.column == c.column) << error.ToString();
    EXPECT_FALSE(error.advice.empty()) << error.ToString();
  }
}

TEST(RecipeText, AFontMayBeAFileBesideTheRecipe) {
  const std::string folder = testing::TempDir();
  const text::Font* din = text::BuiltinFont("din");
  ASSERT_NE(din, nullptr);
  ASSERT_TRUE(text::SaveFont(*din, folder + "own.font"));
  const std::string text = Replaced(kLabels, "font: ocr-b", "font: own.font");
  const auto recipe = ParseRecipe(text, folder + "labels.yaml");
  ASSERT_TRUE(recipe) << recipe.error().ToString();
  ASSERT_NE(recipe->texts[0].print.font, nullptr);
  EXPECT_EQ(recipe->texts[0].print.font->glyph_count(), din->glyph_count());
  std::filesystem::remove(folder + "own.font");
  const auto gone = ParseRecipe(text, folder + "labels.yaml");
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().line, 17) << gone.error().ToString();
  EXPECT_NE(gone.error().message.find("own.font"), std::string::npos);
}

TEST(RecipeText, TheHashCoversTheContentOfFontFiles) {
  const std::string folder = testing::TempDir();
  const std::string file = folder + "hashed.font";
  const std::string text = Replaced(kLabels, "font: ocr-b", "font: hashed.font");
  const auto hash_with = [&](const char* font) {
    EXPECT_TRUE(text::SaveFont(*text::BuiltinFont(font), file));
    const auto recipe = ParseRecipe(text, folder + "labels.yaml");
    EXPECT_TRUE(recipe) << recipe.error().ToString();
    return recipe ? recipe->hash : std::string();
  };
  const std::string din = hash_with("din");
  EXPECT_NE(hash_with("ocr-a"), din);
  EXPECT_EQ(hash_with("din"), din);
  // What the files said is enough to parse it again where they are not.
  const auto recipe = ParseRecipe(text, folder + "labels.yaml");
  ASSERT_TRUE(recipe);
  const FontTexts fonts = FontsOf(*recipe);
  ASSERT_EQ(fonts.size(), 1u);
  EXPECT_EQ(fonts.begin()->first, "hashed.font");
  std::filesystem::remove(file);
  const auto again = ParseRecipe(text, "elsewhere.yaml", &fonts);
  ASSERT_TRUE(again) << again.error().ToString();
  EXPECT_EQ(again->hash, din);
  const FontTexts none;
  const auto lost = ParseRecipe(text, "elsewhere.yaml", &none);
  ASSERT_FALSE(lost);
  EXPECT_NE(lost.error().message.find("font"), std::string::npos) << lost.error().ToString();
}

TEST(RecipeText, XIsMeasuredOfMatrixSymbolsOnly) {
  std::string text = Replaced(kLabels, "beside: identity", "beside: copy");
  const auto recipe = ParseRecipe(text, "r.yaml");
  ASSERT_FALSE(recipe);
  EXPECT_NE(recipe.error().message.find("the X of code128 is not measured"), std::string::npos)
      << recipe.error().ToString();
}

TEST(RecipeText, ALineScanViewHasNoRegions) {
  std::string text = Replaced(kLabels, "belt: left, trigger", "belt: up, scan: line, trigger");
  text = Replaced(text, "decision: {distance_mm: 700", "decision: {distance_mm: 900");
  const auto recipe = ParseRecipe(text, "r.yaml");
  ASSERT_FALSE(recipe);
  EXPECT_NE(recipe.error().message.find("line-scan view"), std::string::npos)
      << recipe.error().ToString();
}

TEST(Sequence, NumbersAndTextsAreTheSame) {
  SequenceSpec s;
  s.prefix = "A";
  s.length = 4;
  std::string text;
  for (const int64_t value : {0, 1, 9, 10, 4711, 9999}) {
    s.Write(value, &text);
    EXPECT_EQ(text.size(), 5u);
    EXPECT_EQ(s.ValueOf(text), value) << text;
  }
  EXPECT_EQ(s.count(), 10000);
  EXPECT_EQ(text, "A9999");
  for (const char* bad : {"", "A", "A471", "A47111", "B4711", "A47l1", "4711"}) {
    EXPECT_FALSE(s.ValueOf(bad)) << bad;
  }
  s = {.alphabet = "0123456789ABCDEF", .length = 2};
  s.Write(0xAF, &text);
  EXPECT_EQ(text, "AF");
  EXPECT_EQ(s.ValueOf("FF"), 255);
}

TEST(Mask, SaysWhichTextsFit) {
  const std::pair<std::string_view, std::string_view> kFit[] = {
      {"", ""},           {"12", "##"},      {"A1", "@#"},     {"A1", "??"},  {"1A", "??"},
      {"AB-12", "@@-##"}, {"#1", "\\##"},    {"12345", "##*"}, {"12", "##*"}, {"A9", "*#"},
      {"AXXX9", "A*#"},   {"anything", "*"}, {"", "*"},        {"*", "\\*"}};
  for (const auto& [text, mask] : kFit) EXPECT_TRUE(FitsMask(text, mask)) << text << " " << mask;
  const std::pair<std::string_view, std::string_view> kUnfit[] = {
      {"1", ""},    {"1", "##"},  {"123", "##"}, {"a1", "@#"}, {"aA", "??"}, {"1", "##*"},
      {"A", "A*#"}, {"9", "A*#"}, {"AX", "A*#"}, {"1", "\\#"}, {"1", "#*#"}};
  for (const auto& [text, mask] : kUnfit) EXPECT_FALSE(FitsMask(text, mask)) << text << " " << mask;
}

}  // namespace
}  // namespace veriline::item
