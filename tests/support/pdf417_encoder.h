// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace veriline::testing {

// Codewords of PDF417 and MicroPDF417 as ISO/IEC 15438 and 24728 say, encoded as the test wants
// them. It shares neither code nor tables with the decoder.

/// The data codewords of a message, segment by segment, and what they say.
class Pdf417Message {
 public:
  /// The ways from one set of characters to another in text compaction, latches and shifts.
  enum Way {
    kAlphaLower,
    kAlphaMixed,
    kLowerMixed,
    kMixedPunctuation,
    kMixedLower,
    kMixedAlpha,
    kPunctuationAlpha,
    kShiftAlpha,
    kShiftPunctuation,
    kWays
  };

  /// `micro`: begins in byte compaction, not in text.
  explicit Pdf417Message(bool micro) : mode_(micro ? Mode::kByte : Mode::kText) {}

  /// Text compaction; shifts and latches by chance where both lead to a character.
  /// Requires: ASCII that text compaction has.
  void Text(std::string_view text, std::mt19937& random);
  /// 901, or 924 where the number of bytes is a multiple of six; none for the first bytes of
  /// MicroPDF417.
  void Bytes(std::string_view bytes);
  /// 913, within text. Requires: the last segment was text.
  void ShiftedByte(char byte);
  /// 902.
  void Numbers(std::string_view digits);
  /// 927, 926 or 925, as the number asks. Requires: 0 to 811799.
  void Eci(int eci);
  /// Codewords as they are, which say nothing.
  void Raw(std::vector<int> codewords);
  /// 928 with the place in a series (from 1), the name of the file and a field; 922 for the last.
  /// Nothing may follow.
  void Macro(int index, bool last);

  const std::vector<int16_t>& codewords() const { return codewords_; }
  const std::vector<int16_t>& macro_block() const { return macro_; }
  std::string said;                          ///< the payload
  std::vector<std::pair<size_t, int>> ecis;  ///< from which byte on, which
  std::vector<int> ways = std::vector<int>(kWays);

 private:
  enum class Mode { kText, kByte, kNumeric };
  enum class Set { kAlpha, kLower, kMixed, kPunctuation };

  void Put(int codeword) { codewords_.push_back(static_cast<int16_t>(codeword)); }
  void PutText(char c, std::mt19937& random, std::vector<int>* values);

  Mode mode_;
  Set set_ = Set::kAlpha;
  bool padded_ = false;  ///< by a shift
  std::vector<int16_t> codewords_, macro_;
};

/// Check codewords of Reed-Solomon over GF(929): the negative remainder of the division by the
/// product of x - 3^i, i from 1 on.
std::vector<int16_t> Pdf417Checks(const std::vector<int16_t>& words, int checks);

/// All codewords of a PDF417 of that many columns: length, data, padding, macro block and the check
/// codewords of the level. Empty where it has more than 928.
std::vector<int16_t> Pdf417Words(const Pdf417Message& message, int level, int cols);
/// Of a MicroPDF417 of so many codewords, checks included. Empty where the message is longer.
std::vector<int16_t> MicroPdf417Words(const Pdf417Message& message, int words, int checks);

}  // namespace veriline::testing
