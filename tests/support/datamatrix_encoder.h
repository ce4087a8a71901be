// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// An encoder of Data Matrix ECC 200 for tests: every encodation can be forced, every codeword
// chosen. Written from ISO/IEC 16022:2006 and ISO/IEC 21471; it shares nothing with the decoder.
namespace veriline::testing {

struct DataMatrixSize {
  int rows, cols;  ///< modules, with finder
  int regions_down, regions_across;
  int data, check;  ///< codewords
  int blocks;
};
const std::vector<DataMatrixSize>& DataMatrixSizes();
/// Throws std::out_of_range when there is none.
const DataMatrixSize& DataMatrixSizeOf(int rows, int cols);

/// Writes data codewords, segment after segment. A method that returns false wrote nothing, because
/// there is no room or because the text can not be written so.
class DataMatrixWriter {
 public:
  explicit DataMatrixWriter(int capacity) : capacity_(static_cast<size_t>(capacity)) {}

  const std::vector<uint8_t>& codewords() const { return codewords_; }
  /// What a reader has to make of them, separators (FNC1) as 0x1D.
  const std::string& payload() const { return payload_; }
  int Left() const { return static_cast<int>(capacity_ - codewords_.size()); }

  /// Each character for itself, those above 127 with Upper Shift.
  bool Ascii(std::string_view text);
  /// Two digits a codeword.
  bool Digits(std::string_view digits);
  /// C40, Text: the values must fill their pairs, or all but one value of the last pair of the
  /// symbol. `fnc1`: writes 0x1D as FNC1. Returns to ASCII, where the symbol does not end.
  bool C40(std::string_view text, bool fnc1 = false) { return Pairs(text, kC40, fnc1); }
  bool Text(std::string_view text, bool fnc1 = false) { return Pairs(text, kText, fnc1); }
  bool X12(std::string_view text) { return Pairs(text, kX12, false); }
  bool Edifact(std::string_view text);
  /// `to_end`: with length 0, which stands for the rest of the symbol.
  bool Base256(std::string_view bytes, bool to_end = false);
  /// As a separator; in first or second place it is none, and not part of the payload.
  bool Fnc1(bool separator);
  bool Eci(int eci);
  bool StructuredAppend(int index, int count, uint8_t file1, uint8_t file2);
  /// 5 or 6; first of all. Finish() adds the trailer to the payload.
  bool Macro(int format);
  bool Raw(std::vector<uint8_t> codewords);

  /// Fills the rest with pads.
  void Finish();

 private:
  enum PairMode { kC40, kText, kX12 };
  bool Pairs(std::string_view text, PairMode mode, bool fnc1);
  bool Take(const std::vector<uint8_t>& codewords, std::string_view payload);

  size_t capacity_;
  std::vector<uint8_t> codewords_;
  std::string payload_;
  std::string trailer_;
};

/// The number of values that C40 (or Text, with `lower`) takes for a text.
size_t C40ValueCount(std::string_view text, bool lower, bool fnc1 = false);

/// How the check codewords of 144×144 are dealt.
enum class Interleave144 { kContinued, kRestarted };

/// Data codewords followed by check codewords, as they stand in the symbol. Requires: as many as
/// the size has.
std::vector<uint8_t> AddCheckCodewords(const DataMatrixSize& size, const std::vector<uint8_t>& data,
                                       Interleave144 interleave = Interleave144::kContinued);

/// The modules of the symbol, row by row, 1 is dark.
std::vector<uint8_t> PlaceModules(const DataMatrixSize& size,
                                  const std::vector<uint8_t>& codewords);

/// For each module the codeword and bit (8 × codeword + bit, bit 0 the most significant) or -1.
std::vector<int> PlaceBits(const DataMatrixSize& size);

}  // namespace veriline::testing
