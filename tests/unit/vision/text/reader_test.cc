// SPDX-License-Identifier: Apache-2.0
#include "vision/text/reader.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/allocation_counter.h"
#include "tests/support/printed_fonts.h"

namespace veriline::text {
namespace {

LineCheck ReadPrint(const PrintedFont& printed, std::string_view print,
                    const TextFormat& format = {}, const PrintStyle& style = {}) {
  TextReader reader;
  LinePrinter printer = printed.Printer();
  const PrintedLine line = printer.Print(print, style, 1);
  return reader.Read(line.view(), line.place, printed.font(), format);
}

TEST(TextReader, ReadsNumbersOfAnyLengthInEveryFont) {
  for (const PrintedFont& printed : kPrintedFonts) {
    for (const std::string_view number :
         {"7", "41", "000000", "1111111", "0123456789", "98765432101234567890"}) {
      const LineCheck check = ReadPrint(printed, number);
      EXPECT_EQ(check.outcome, TextOutcome::kMatch) << printed.name << " " << number;
      EXPECT_EQ(check.read, number) << printed.name;
    }
  }
}

TEST(TextReader, ReadsCapitalsToo) {
  const TextFormat format{.alphabet = kDigitsAndCapitals};
  for (const PrintedFont& printed : kPrintedFonts) {
    if (printed.name == "din") continue;  // O and 0 are twins, and letters have no pitch
    const LineCheck check = ReadPrint(printed, "SN0O1I5S8B2Z", format);
    EXPECT_EQ(check.outcome, TextOutcome::kMatch) << printed.name;
    EXPECT_EQ(check.read, "SN0O1I5S8B2Z") << printed.name;
  }
}

TEST(TextReader, TakesNoPartForTheWhole) {
  for (const std::string_view print : {"123456  78", "123 456", "12  56"}) {
    EXPECT_EQ(ReadPrint(kPrintedFonts[1], print).outcome, TextOutcome::kUnreadable) << print;
  }
  // What lies out of reach is another matter.
  EXPECT_EQ(ReadPrint(kPrintedFonts[1], "123456      78", {.max_length = 8}).read, "123456");
}

TEST(TextReader, LeavesOpenWhatIsTooShortOrLong) {
  const TextFormat format{.min_length = 5, .max_length = 7};
  EXPECT_EQ(ReadPrint(kPrintedFonts[1], "1234", format).outcome, TextOutcome::kUnreadable);
  EXPECT_EQ(ReadPrint(kPrintedFonts[1], "12345", format).outcome, TextOutcome::kMatch);
  EXPECT_EQ(ReadPrint(kPrintedFonts[1], "1234567", format).outcome, TextOutcome::kMatch);
  EXPECT_EQ(ReadPrint(kPrintedFonts[1], "12345678", format).outcome, TextOutcome::kUnreadable);
}

TEST(TextReader, LeavesOpenWhatIsNotOfItsAlphabet) {
  EXPECT_EQ(ReadPrint(kPrintedFonts[1], "12X456").outcome, TextOutcome::kUnreadable);
  EXPECT_EQ(ReadPrint(kPrintedFonts[1], "12W4H6").outcome, TextOutcome::kUnreadable);
}

TEST(TextReader, SaysWhereNothingIsPrinted) {
  EXPECT_EQ(ReadPrint(kPrintedFonts[1], "          ").outcome, TextOutcome::kMissing);
}

TEST(TextReader, RefusesWhatCannotBeAsked) {
  const auto refused = [](const TextFormat& format) {
    const LineCheck check = ReadPrint(kPrintedFonts[1], "123456", format);
    return check.outcome == TextOutcome::kUnreadable && check.characters.empty();
  };
  EXPECT_FALSE(refused({}));
  EXPECT_TRUE(refused({.alphabet = ""}));
  EXPECT_TRUE(refused({.alphabet = "01234a"}));
  EXPECT_TRUE(refused({.min_length = 0}));
  EXPECT_TRUE(refused({.min_length = 7, .max_length = 6}));
  EXPECT_TRUE(refused({.max_length = kMostCharacters + 1}));
}

TEST(TextReader, AllocatesNothingOnceItHasGrown) {
  TextReader reader;
  const Font& font = *BuiltinFont("ocr-b");
  const PrintedLine line = kPrintedFonts[1].Printer().Print("0123456789", {}, 1);
  reader.Read(line.view(), line.place, font, {});
  const size_t before = AllocationsOfThisThread();
  EXPECT_EQ(reader.Read(line.view(), line.place, font, {}).read, "0123456789");
  EXPECT_EQ(AllocationsOfThisThread(), before);
}

}  // namespace
}  // namespace veriline::text
