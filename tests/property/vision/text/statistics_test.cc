// SPDX-License-Identifier: Apache-2.0
// How often print is taken for what it is, over random prints: a sample in each run, all of them
// with VERILINE_TEXT_LINES=17000 (lines a font and kind; the label `long` runs that).
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/support/printed_fonts.h"
#include "vision/text/reader.h"
#include "vision/text/verifier.h"

namespace veriline::text {
namespace {

constexpr int kSample = 25;

int LinesPerFont() {
  const char* lines = std::getenv("VERILINE_TEXT_LINES");
  return lines == nullptr ? kSample : std::max(1, std::atoi(lines));
}

/// What a share of `lines` allows, in a sample at least `least`.
int Allowed(double share, int lines, int least) {
  return std::max(least, static_cast<int>(share * lines));
}

/// Twenty characters as labels have them: words of digits and capitals, sometimes a mark.
std::string LabelText(std::mt19937_64& random, std::string_view alphabet, bool has_marks) {
  std::string text = RandomText(random, alphabet, 20);
  if (random() % 2 == 0) text[6] = ' ';
  if (has_marks && random() % 2 == 0) text[13] = "-./:"[random() % 4];
  return text;
}

/// One character of a text changed: half of the time to one that is easily taken for it.
std::string WithOneWrong(std::mt19937_64& random, std::string_view alphabet, std::string* text,
                         const Font& font) {
  static const std::vector<std::string> kAlike = {"0O", "1I", "5S", "8B", "68", "38", "2Z",
                                                  "OQ", "OD", "CG", "PR", "EF", "UV", "69"};
  for (;;) {
    std::string printed = *text;
    const size_t at = random() % text->size();
    if (printed[at] == ' ') continue;
    const std::string& pair = kAlike[random() % kAlike.size()];
    if (random() % 2 == 0 && alphabet.find(pair[0]) != alphabet.npos &&
        alphabet.find(pair[1]) != alphabet.npos) {
      const size_t first = random() % 2;
      (*text)[at] = pair[first];
      printed[at] = pair[1 - first];
    } else {
      printed[at] = alphabet[random() % alphabet.size()];
    }
    const int a = font.IndexOf((*text)[at]), b = font.IndexOf(printed[at]);
    if (a != b && !font.AreTwins(a, b)) return printed;
  }
}

struct Tally {
  int lines = 0;
  std::map<TextOutcome, int> outcomes;
  int Of(TextOutcome outcome) const {
    const auto found = outcomes.find(outcome);
    return found == outcomes.end() ? 0 : found->second;
  }
};

enum class Kind { kRight, kOneWrong };

/// The built-in DIN is narrow: damage of 5 % makes its 8 a 6, and its I and marks are no wider than
/// gaps. So it is held to digits, without damage.
bool IsNarrow(const PrintedFont& printed) { return printed.name == "din"; }

Tally VerifyLines(Kind kind, bool is_damaged) {
  Tally tally;
  TextVerifier verifier;
  for (const PrintedFont& printed : kPrintedFonts) {
    if (IsNarrow(printed) && is_damaged) continue;
    const std::string_view alphabet = IsNarrow(printed) ? kDigits : kDigitsAndCapitals;
    LinePrinter printer = printed.Printer();
    const Font& font = printed.font();
    Tally own;
    std::mt19937_64 random(std::hash<std::string_view>()(printed.name) + (is_damaged ? 1 : 0));
    for (int i = 0; i < LinesPerFont(); ++i) {
      const bool has_dots = printed.dot_rows > 0;
      const PrintStyle style = RandomStyle(random, is_damaged, has_dots);
      // A mark of one dot that is lost is no print that is 5 % damaged.
      std::string text = LabelText(random, alphabet, !has_dots && !IsNarrow(printed));
      const std::string print =
          kind == Kind::kRight ? text : WithOneWrong(random, alphabet, &text, font);
      const PrintedLine line = printer.Print(print, style, random());
      ++own.outcomes[verifier.Verify(line.view(), line.place, font, text).outcome];
      ++own.lines;
    }
    std::printf("%s: of %d lines %d match, %d mismatch, %d missing, %d unreadable\n",
                std::string(printed.name).c_str(), own.lines, own.Of(TextOutcome::kMatch),
                own.Of(TextOutcome::kMismatch), own.Of(TextOutcome::kMissing),
                own.Of(TextOutcome::kUnreadable));
    tally.lines += own.lines;
    for (const auto& [outcome, count] : own.outcomes) tally.outcomes[outcome] += count;
  }
  return tally;
}

struct Readings {
  int lines = 0, right = 0, wrong = 0;
};

Readings ReadLines(bool is_damaged) {
  Readings all;
  TextReader reader;
  for (const PrintedFont& printed : kPrintedFonts) {
    if (IsNarrow(printed) && is_damaged) continue;
    LinePrinter printer = printed.Printer();
    Readings own;
    std::mt19937_64 random(std::hash<std::string_view>()(printed.name) + (is_damaged ? 3 : 2));
    for (int i = 0; i < LinesPerFont(); ++i) {
      const PrintStyle style = RandomStyle(random, is_damaged, printed.dot_rows > 0);
      const std::string number = RandomText(random, kDigits, 6 + random() % 7);
      const PrintedLine line = printer.Print(number, style, random());
      const LineCheck& check = reader.Read(line.view(), line.place, printed.font(), {});
      ++own.lines;
      if (check.outcome != TextOutcome::kMatch) continue;
      ++(check.read == number ? own.right : own.wrong);
      for (size_t k = 0; k < number.size() && check.read.size() == number.size(); ++k) {
        if (check.read[k] == number[k]) continue;
        std::printf("%s for %s, margin %.3f\n", check.read.c_str(), number.c_str(),
                    static_cast<double>(check.characters[k].margin_ratio));
      }
    }
    std::printf("%s: of %d numbers %d right, %d wrong\n", std::string(printed.name).c_str(),
                own.lines, own.right, own.wrong);
    all.lines += own.lines, all.right += own.right, all.wrong += own.wrong;
  }
  return all;
}

TEST(TextStatistics, PrintWithoutDamageIsAccepted) {
  const Tally tally = VerifyLines(Kind::kRight, /*is_damaged=*/false);
  EXPECT_LE(tally.lines - tally.Of(TextOutcome::kMatch), Allowed(0.0005, tally.lines, 0));
}

TEST(TextStatistics, DamagedPrintIsAccepted) {
  const Tally tally = VerifyLines(Kind::kRight, /*is_damaged=*/true);
  EXPECT_LE(tally.lines - tally.Of(TextOutcome::kMatch), Allowed(0.005, tally.lines, 2));
}

TEST(TextStatistics, OneWrongCharacterIsNotAccepted) {
  const Tally tally = VerifyLines(Kind::kOneWrong, /*is_damaged=*/false);
  EXPECT_LE(tally.Of(TextOutcome::kMatch), Allowed(0.0001, tally.lines, 0));
}

TEST(TextStatistics, OneWrongCharacterIsNotAcceptedInDamagedPrint) {
  const Tally tally = VerifyLines(Kind::kOneWrong, /*is_damaged=*/true);
  EXPECT_LE(tally.Of(TextOutcome::kMatch), Allowed(0.0001, tally.lines, 0));
}

TEST(TextStatistics, NumbersWithoutDamageAreRead) {
  const Readings readings = ReadLines(/*is_damaged=*/false);
  EXPECT_LE(readings.lines - readings.right, Allowed(0.002, readings.lines, 1));
  EXPECT_EQ(readings.wrong, 0);
}

TEST(TextStatistics, DamagedNumbersAreReadOrLeft) {
  const Readings readings = ReadLines(/*is_damaged=*/true);
  EXPECT_LE(readings.wrong, Allowed(0.00003, readings.lines, 0));
  EXPECT_GE(readings.right, 0.9 * readings.lines);
}

}  // namespace
}  // namespace veriline::text
