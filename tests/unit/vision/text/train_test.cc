// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/printed_fonts.h"
#include "tests/support/scratch_folder.h"
#include "vision/text/reader.h"
#include "vision/text/train/crop_font.h"
#include "vision/text/train/outline_font.h"
#include "vision/text/verifier.h"

namespace veriline::text {
namespace {

using testing::HasSubstr;

constexpr const char* kOcrB = "/usr/share/fonts/opentype/ocr-b/OCRB.otf";

TEST(OutlineFont, GivesTheBuiltinShapesAgain) {
  const auto font = FontFromOutlines(kOcrB, "again", "as ocr-b");
  ASSERT_TRUE(font) << font.error().ToString();
  const Font& builtin = *BuiltinFont("ocr-b");
  ASSERT_EQ(font->glyph_count(), builtin.glyph_count());
  for (int i = 0; i < font->glyph_count(); ++i) {
    EXPECT_EQ(font->CharacterAt(i), builtin.CharacterAt(i));
    // One level for another release of FreeType.
    for (size_t cell = 0; cell < kGlyphCells; ++cell) {
      EXPECT_NEAR(font->shapes()[static_cast<size_t>(i)].levels[cell],
                  builtin.shapes()[static_cast<size_t>(i)].levels[cell], 1);
    }
  }
}

TEST(OutlineFont, TakesTheCharactersAskedFor) {
  const auto font = FontFromOutlines(kOcrB, "few", "x", "0aB");
  ASSERT_TRUE(font);
  EXPECT_EQ(font->glyph_count(), 3);
  EXPECT_GE(font->IndexOf('a'), 0);
}

TEST(OutlineFont, SaysWhatIsWrongWithAFile) {
  const ScratchFolder folder;
  const std::string file = folder.Write("x.ttf", "no font");
  EXPECT_THAT(FontFromOutlines(file, "x", "x").error().ToString(), HasSubstr("no font file"));
  EXPECT_THAT(FontFromOutlines(folder.path() + "/none", "x", "x").error().ToString(),
              HasSubstr("no font file"));
}

/// Crops of a print, one after the other.
std::vector<LabelledCrop> CropsOf(const std::string& text) {
  LinePrinter printer = kPrintedFonts[1].Printer();
  PrintStyle style;
  style.cap_px = 40;
  const PrintedLine line = printer.Print(text, style, 5);
  const Font& font = kPrintedFonts[1].font();
  const float advance = font.AdvanceCells(0) / kCapCells * style.cap_px;
  std::vector<LabelledCrop> crops;
  for (size_t i = 0; i < text.size(); ++i) {
    LabelledCrop crop{.character = text[i], .width = static_cast<int>(std::lround(advance))};
    const auto left =
        static_cast<int>(std::lround(line.place.start_px.x + static_cast<float>(i) * advance));
    const int top = static_cast<int>(line.place.start_px.y) - 50;
    crop.height = 64;
    for (int y = top; y < top + crop.height; ++y) {
      const uint8_t* row = line.view().Row(y) + left;
      crop.grey.insert(crop.grey.end(), row, row + crop.width);
    }
    crops.push_back(std::move(crop));
  }
  return crops;
}

TEST(CropFont, ReadsThePrintThatItWasMadeOf) {
  const auto font = FontFromCrops(CropsOf("01234567890123456789"), "seen", "ours");
  ASSERT_TRUE(font) << font.error().ToString();
  EXPECT_EQ(font->glyph_count(), 10);
  PrintStyle style;
  style.angle_rad = 0.2f;
  const PrintedLine line = kPrintedFonts[1].Printer().Print("8063957142", style, 9);
  TextReader reader;
  const LineCheck& check = reader.Read(line.view(), line.place, *font, {});
  EXPECT_EQ(check.outcome, TextOutcome::kMatch);
  EXPECT_EQ(check.read, "8063957142");
  TextVerifier verifier;
  EXPECT_EQ(verifier.Verify(line.view(), line.place, *font, "8063957142").outcome,
            TextOutcome::kMatch);
  EXPECT_EQ(verifier.Verify(line.view(), line.place, *font, "8068957142").outcome,
            TextOutcome::kMismatch);
}

TEST(CropFont, SaysWhatIsWrongWithCrops) {
  const auto said = [](const std::vector<LabelledCrop>& crops) {
    const auto font = FontFromCrops(crops, "x", "x");
    return font ? std::string() : font.error().ToString();
  };
  EXPECT_THAT(said({}), HasSubstr("no crops"));
  auto crops = CropsOf("012");
  crops[1].height -= 1;
  EXPECT_THAT(said(crops), HasSubstr("'1' is not as high"));
  crops = CropsOf("012");
  std::fill(crops[2].grey.begin(), crops[2].grey.end(), uint8_t{90});
  EXPECT_THAT(said(crops), HasSubstr("'2' has no contrast"));
  EXPECT_THAT(said(CropsOf("--")), HasSubstr("neither a digit nor a capital"));
}

}  // namespace
}  // namespace veriline::text
