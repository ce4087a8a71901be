// SPDX-License-Identifier: Apache-2.0
#include "vision/text/verifier.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/allocation_counter.h"
#include "tests/support/printed_fonts.h"

namespace veriline::text {
namespace {

const LineCheck& Checked(TextVerifier& verifier, const PrintedFont& printed, std::string_view print,
                         std::string_view expected, const PrintStyle& style = {}) {
  LinePrinter printer = printed.Printer();
  const PrintedLine line = printer.Print(print, style, 1);
  return verifier.Verify(line.view(), line.place, printed.font(), expected);
}

TEST(TextVerifier, MatchesWhatStandsThereInEveryFont) {
  TextVerifier verifier;
  for (const PrintedFont& printed : kPrintedFonts) {
    for (const float degrees : {0.0f, 90.0f, 180.0f, 33.0f}) {
      PrintStyle style;
      style.angle_rad = degrees * 3.14159265f / 180;
      const LineCheck& check = Checked(verifier, printed, "EXP 12.2027", "EXP 12.2027", style);
      EXPECT_EQ(check.outcome, TextOutcome::kMatch) << printed.name << " " << degrees;
      EXPECT_EQ(check.read, "EXP 12.2027") << printed.name;
      EXPECT_FALSE(check.light_ink);
      EXPECT_NEAR(check.scale_ratio, 1, 0.02);
    }
  }
}

TEST(TextVerifier, MatchesLightInk) {
  TextVerifier verifier;
  PrintStyle style;
  style.ink_grey = 200, style.paper_grey = 60;
  const LineCheck& check = Checked(verifier, kPrintedFonts[1], "LOT A17B", "LOT A17B", style);
  EXPECT_EQ(check.outcome, TextOutcome::kMatch);
  EXPECT_TRUE(check.light_ink);
}

TEST(TextVerifier, NamesTheCharacterThatDiffers) {
  constexpr std::pair<char, char> kConfusables[] = {{'0', 'O'}, {'1', 'I'}, {'5', 'S'}, {'8', 'B'},
                                                    {'6', '8'}, {'3', '8'}, {'2', 'Z'}, {'C', 'G'}};
  TextVerifier verifier;
  for (const PrintedFont& printed : kPrintedFonts) {
    for (const auto& [one, other] : kConfusables) {
      for (const auto& [expected, print] : {std::pair{one, other}, std::pair{other, one}}) {
        const Font& font = printed.font();
        if (font.AreTwins(font.IndexOf(one), font.IndexOf(other))) continue;
        // The I of this font is a stroke as wide as what lies between two characters.
        if (printed.name == "din" && other == 'I') continue;
        std::string text = "20394A71", wrong = text;
        text[3] = expected, wrong[3] = print;
        const LineCheck& check = Checked(verifier, printed, wrong, text);
        EXPECT_EQ(check.outcome, TextOutcome::kMismatch)
            << printed.name << " " << text << " " << wrong;
        ASSERT_EQ(check.characters.size(), text.size());
        for (size_t i = 0; i < text.size(); ++i) {
          EXPECT_EQ(check.characters[i].outcome,
                    i == 3 ? TextOutcome::kMismatch : TextOutcome::kMatch)
              << printed.name << " " << wrong << " " << i;
        }
        EXPECT_EQ(check.characters[3].best, print);
        EXPECT_LT(check.characters[3].margin_ratio, -0.5f) << printed.name << wrong;
      }
    }
  }
}

TEST(TextVerifier, SaysWhereNothingIsPrinted) {
  TextVerifier verifier;
  PrintStyle style;
  for (const float noise : {0.0f, 3.0f, 12.0f}) {
    style.noise_grey = noise;
    style.slope_grey = 40;
    EXPECT_EQ(Checked(verifier, kPrintedFonts[1], "        ", "LOT A17B", style).outcome,
              TextOutcome::kMissing)
        << noise;
  }
}

TEST(TextVerifier, TakesPartsThatAreNotPrintedForDifferent) {
  TextVerifier verifier;
  const LineCheck& check = Checked(verifier, kPrintedFonts[1], "LOT A1  ", "LOT A17B");
  EXPECT_EQ(check.outcome, TextOutcome::kMismatch);
  EXPECT_EQ(check.read, "LOT A1  ");
  EXPECT_EQ(Checked(verifier, kPrintedFonts[1], "LOT9A17B", "LOT A17B").outcome,
            TextOutcome::kMismatch);
}

TEST(TextVerifier, SeesPrintThatGoesOn) {
  TextVerifier verifier;
  for (const PrintedFont& printed : kPrintedFonts) {
    const LineCheck behind = Checked(verifier, printed, "1234567", "123456");
    EXPECT_EQ(behind.outcome, TextOutcome::kMismatch) << printed.name;
    EXPECT_TRUE(behind.ink_behind) << printed.name;
    const LineCheck apart = Checked(verifier, printed, "123456 7", "123456");
    EXPECT_EQ(apart.outcome, TextOutcome::kMatch) << printed.name;
    // What is printed before, with the place where the first one should be.
    LinePrinter printer = printed.Printer();
    PrintedLine line = printer.Print("9123456", {}, 1);
    line.place.start_px.x +=
        printed.font().AdvanceCells(printed.font().IndexOf('9')) / kCapCells * 22;
    const LineCheck before = verifier.Verify(line.view(), line.place, printed.font(), "123456");
    EXPECT_EQ(before.outcome, TextOutcome::kMismatch) << printed.name;
    EXPECT_TRUE(before.ink_before) << printed.name;
  }
}

TEST(TextVerifier, LeavesOpenWhatIsNotClear) {
  TextVerifier verifier;
  PrintStyle style;
  style.blur_px = 0.3f * style.cap_px;
  EXPECT_NE(Checked(verifier, kPrintedFonts[3], "80386", "80386", style).outcome,
            TextOutcome::kMatch);
  // A bar of ink where the text should be.
  PrintedLine line = kPrintedFonts[3].Printer().Print("     ", {}, 1);
  for (int y = line.height / 2 - 15; y < line.height / 2 + 3; ++y) {
    for (int x = line.width / 4; x < 3 * line.width / 4; ++x) {
      line.pixels[static_cast<size_t>(y * line.width + x)] = 40;
    }
  }
  const LineCheck& check =
      verifier.Verify(line.view(), line.place, kPrintedFonts[3].font(), "80386");
  EXPECT_NE(check.outcome, TextOutcome::kMatch);
  EXPECT_NE(check.outcome, TextOutcome::kMissing);
}

TEST(TextVerifier, SaysWhereEachCharacterLies) {
  TextVerifier verifier;
  PrintStyle style;
  style.angle_rad = 0.3f;
  style.shift_along_ratio = 0.3f;
  style.shift_across_ratio = -0.3f;
  style.turn_rad = 0.02f;
  LinePrinter printer = kPrintedFonts[1].Printer();
  const PrintedLine line = printer.Print("A1B2C3D4", style, 3);
  const Font& font = kPrintedFonts[1].font();
  const LineCheck& check = verifier.Verify(line.view(), line.place, font, "A1B2C3D4");
  ASSERT_EQ(check.outcome, TextOutcome::kMatch);
  // The printer tells the place without shift and turn; with them the print lies here.
  const float angle = style.angle_rad + style.turn_rad;
  const Point along{std::cos(angle), std::sin(angle)}, down{-along.y, along.x};
  Point pen = line.place.start_px + along * (style.shift_along_ratio * style.cap_px) +
              down * (style.shift_across_ratio * style.cap_px);
  const float advance = font.AdvanceCells(0) / kCapCells * style.cap_px;
  for (const CharacterCheck& character : check.characters) {
    EXPECT_LT(Distance(character.place.corners[3], pen), 0.6f);
    pen = pen + along * advance;
    EXPECT_LT(Distance(character.place.corners[2], pen), 0.6f);
    EXPECT_LT(Distance(character.place.corners[1], pen - down * style.cap_px), 0.6f);
  }
}

TEST(TextVerifier, TakesAnotherPitchThanTheFonts) {
  TextVerifier verifier;
  LinePrinter printer = kPrintedFonts[1].Printer();
  PrintedLine line = printer.Print("1 2 3 4 5", {}, 1);
  const Font& font = kPrintedFonts[1].font();
  line.place.pitch_ratio = 2 * font.AdvanceCells(0) / kCapCells;
  line.place.start_px.x -= font.AdvanceCells(0) / kCapCells * 22 / 2;
  EXPECT_EQ(verifier.Verify(line.view(), line.place, font, "12345").outcome, TextOutcome::kMatch);
  EXPECT_EQ(verifier.Verify(line.view(), line.place, font, "12845").outcome,
            TextOutcome::kMismatch);
}

TEST(TextVerifier, RefusesWhatCannotBeAsked) {
  TextVerifier verifier;
  const Font& font = *BuiltinFont("ocr-b");
  const PrintedLine line = kPrintedFonts[1].Printer().Print("ABC", {}, 1);
  const auto refused = [&](const FrameView& picture, const TextPlace& place,
                           std::string_view expected) {
    const LineCheck& check = verifier.Verify(picture, place, font, expected);
    return check.outcome == TextOutcome::kUnreadable && check.characters.empty();
  };
  EXPECT_FALSE(refused(line.view(), line.place, "ABC"));
  EXPECT_TRUE(refused(line.view(), line.place, ""));
  EXPECT_TRUE(refused(line.view(), line.place, "   "));
  EXPECT_TRUE(refused(line.view(), line.place, "abc"));
  EXPECT_TRUE(refused(line.view(), line.place, std::string(kMostCharacters + 1, 'A')));
  EXPECT_TRUE(refused({}, line.place, "ABC"));
  for (const float cap_px : {0.0f, 7.0f, -20.0f, 1e9f, NAN}) {
    TextPlace place = line.place;
    place.cap_height_px = cap_px;
    EXPECT_TRUE(refused(line.view(), place, "ABC")) << cap_px;
  }
  for (const Point start : {Point{-5, 20}, Point{20, 1e9f}, Point{NAN, 20}}) {
    TextPlace place = line.place;
    place.start_px = start;
    EXPECT_TRUE(refused(line.view(), place, "ABC")) << start.x;
  }
}

TEST(TextVerifier, StaysWithinThePicture) {
  // Lines that run out of a small picture on each side; run under ASan.
  TextVerifier verifier;
  std::vector<uint8_t> pixels(40 * 30, 128);
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<uint8_t>(i * 37);
  const FrameView picture{pixels.data(), 40, 30, 40};
  for (int degrees = 0; degrees < 360; degrees += 30) {
    TextPlace place{
        .start_px = {static_cast<float>(degrees % 40), static_cast<float>(degrees % 29)},
        .angle_rad = static_cast<float>(degrees) * 0.01745f,
        .cap_height_px = 8 + static_cast<float>(degrees % 70)};
    EXPECT_NE(verifier.Verify(picture, place, *BuiltinFont("ocr-a"), "0123456789").outcome,
              TextOutcome::kMatch);
  }
}

TEST(TextVerifier, AllocatesNothingOnceItHasGrown) {
  TextVerifier verifier;
  const Font& font = *BuiltinFont("ocr-b");
  const PrintedLine line = kPrintedFonts[1].Printer().Print("0123456789ABCDEFGHIJ", {}, 1);
  verifier.Verify(line.view(), line.place, font, "0123456789ABCDEFGHIJ");
  const size_t before = AllocationsOfThisThread();
  verifier.Verify(line.view(), line.place, font, "0123456789ABCDEFGHIJ");
  verifier.Verify(line.view(), line.place, font, "0123456789ABCDE");
  EXPECT_EQ(AllocationsOfThisThread(), before);
}

}  // namespace
}  // namespace veriline::text
