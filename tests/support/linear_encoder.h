// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace veriline::testing {

// Encoders of the tests' own: element widths in X, bars at even places, from the first bar to the
// last one. What they know of a symbology is written down in another form than the decoders'
// tables, and is held to libzint's symbols.

/// Code 128 (ISO/IEC 15417), symbol character by symbol character.
class Code128Writer {
 public:
  enum class Set { kA, kB, kC };

  explicit Code128Writer(Set start);
  /// Characters of the present code set; digits in pairs in set C. Throws std::invalid_argument
  /// for what the set does not have.
  Code128Writer& Text(std::string_view text);
  /// CODE A, B or C.
  Code128Writer& Latch(Set set);
  /// SHIFT and one character of the other of sets A and B.
  Code128Writer& Shifted(char c);
  /// FNC1 to FNC4, as far as the present set has it.
  Code128Writer& Fnc(int number);
  /// Any symbol character.
  Code128Writer& Value(int value);

  const std::vector<int>& values() const { return values_; }
  /// Symbol check character of `values`.
  int check() const;
  /// With check character and stop; the check character is wrong by `check_error`.
  std::vector<double> Widths(int check_error = 0) const;

 private:
  std::vector<int> values_;
  Set set_;
};

/// The symbol with the fewest characters for bytes (above 127 with FNC4; GS as FNC1 in GS1 symbols,
/// which begin with another), the earlier of sets A, B and C where several do.
Code128Writer ShortestCode128(std::string_view bytes, bool gs1 = false);

/// Code 39 (ISO/IEC 16388).
struct Code39Print {
  double ratio = 3;    ///< N
  double gap_x = 1;    ///< between characters
  bool check = false;  ///< with modulo 43 check character
  int check_error = 0;
};
/// `text`: of the 43 characters; start and stop are added.
std::vector<double> Code39Widths(std::string_view text, const Code39Print& print = {});
/// ASCII as pairs of shift and letter where needed.
std::string Code39FullAscii(std::string_view text);
char Code39Check(std::string_view text);

/// Interleaved 2 of 5 (ISO/IEC 16390); an even number of digits.
std::vector<double> ItfWidths(std::string_view digits, double ratio = 3);
/// Modulo 10 check digit, weights 3 and 1 from the right.
char Mod10Digit(std::string_view digits);

}  // namespace veriline::testing
