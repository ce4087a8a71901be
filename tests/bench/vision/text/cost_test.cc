// SPDX-License-Identifier: Apache-2.0
// What a line of print costs, one core: to verify 20 characters, to read 12 digits and 20
// characters.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/support/printed_fonts.h"
#include "tests/support/timing.h"
#include "vision/text/reader.h"
#include "vision/text/verifier.h"

namespace veriline::text {
namespace {

struct Line {
  std::string text;
  PrintedLine print;
};

std::vector<Line> Lines(const PrintedFont& printed, std::string_view alphabet, int characters) {
  std::mt19937_64 random(1);
  LinePrinter printer = printed.Printer();
  std::vector<Line> lines;
  for (int i = 0; i < 12; ++i) {
    const std::string text = RandomText(random, alphabet, characters);
    const PrintStyle style = RandomStyle(random, false, printed.dot_rows > 0);
    lines.push_back({text, printer.Print(text, style, random())});
  }
  return lines;
}

TEST(Cost, OfOneLine) {
  for (const PrintedFont& printed : kPrintedFonts) {
    const Font& font = printed.font();
    const std::string name(printed.name);
    const auto long_lines = Lines(printed, kDigitsAndCapitals, 20);
    TextVerifier verifier;
    testing::TimeEach(
        ("verify 20 characters of " + name).c_str(), long_lines.size(), [&](size_t i) {
          const Line& line = long_lines[i];
          return !verifier.Verify(line.print.view(), line.print.place, font, line.text)
                      .characters.empty();
        });
    TextReader reader;
    for (const int digits : {12, 20}) {
      const auto numbers = Lines(printed, kDigits, digits);
      testing::TimeEach(("read " + std::to_string(digits) + " digits of " + name).c_str(),
                        numbers.size(), [&](size_t i) {
                          const Line& line = numbers[i];
                          reader.Read(line.print.view(), line.print.place, font, {});
                          return true;
                        });
    }
  }
}

}  // namespace
}  // namespace veriline::text
