// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "vision/symbology/pdf417/layout.h"

namespace veriline::symbology::pdf417 {

/// How the codewords of a symbol are arranged.
enum class MatrixKind : uint8_t { kPdf417, kMicroPdf417, kCcA };

/// The codewords of a symbol as they were read, row by row.
class CodewordMatrix {
 public:
  static constexpr int16_t kUnknown = -1;

  /// All unknown. `variant`: index into MicroVariants or CcAVariants; PDF417 has none. What is
  /// larger than any symbol becomes empty.
  void Reset(MatrixKind kind, int rows, int cols, int variant = -1);
  void Set(int row, int col, int value) {
    words_[static_cast<size_t>(row * cols_ + col)] = static_cast<int16_t>(value);
  }
  MatrixKind kind() const { return kind_; }
  int variant() const { return variant_; }
  std::span<const int16_t> words() const {
    return std::span(words_).first(static_cast<size_t>(rows_ * cols_));
  }

 private:
  MatrixKind kind_ = MatrixKind::kPdf417;
  int rows_ = 0, cols_ = 0, variant_ = -1;
  std::array<int16_t, kMaxWords> words_{};
};

/// From this byte of the payload on another interpretation holds.
struct EciSwitch {
  uint16_t offset = 0;
  int32_t eci = 0;
};

/// What MicroPDF417 stands for instead of a Code 128: one with FNC1 in first position (GS1), in
/// second, or none.
enum class Code128Emulation : uint8_t { kNone, kGs1, kFnc1Second, kPlain };

/// What a symbol says. Holds its memory; about 6 kB.
struct Decoded {
  static constexpr size_t kMaxEcis = 16;
  static constexpr size_t kMaxBytes = 3 * kMaxWords;  ///< 44 digits in fifteen codewords

  int errors = 0;    ///< codewords that were wrong
  int erasures = 0;  ///< and unknown
  int capacity = 0;  ///< of both: errors count twice
  /// Data codewords after correction, without the length of PDF417 and without padding of CC-A.
  std::span<const int16_t> data() const { return std::span(words).subspan(data_begin, data_size); }
  /// Whether it is the two-dimensional component of a composite, CC-A, CC-B or CC-C, for
  /// DecodeComponent. It has no payload then.
  bool component = false;
  Code128Emulation emulated = Code128Emulation::kNone;
  /// Macro PDF417: the symbol's place (from 1) in a series; 0 when it stands alone.
  int append_index = 0;
  bool append_last = false;

  std::string_view payload() const { return {bytes.data(), size}; }
  std::string_view identifier() const {  ///< ISO/IEC 15424
    constexpr std::string_view kEmulated[] = {"", "]L3", "]L4", "]L5"};
    if (emulated != Code128Emulation::kNone) return kEmulated[static_cast<size_t>(emulated)];
    return eci_count == 0 ? "]L2" : "]L1";
  }
  std::span<const EciSwitch> ecis() const { return std::span(eci_switches).first(eci_count); }
  /// Says nothing any more; the codewords and what was put right stay.
  void Clear() {
    size = eci_count = 0;
    component = append_last = false;
    emulated = Code128Emulation::kNone;
    append_index = 0;
  }

  size_t data_begin = 0, data_size = 0, size = 0, eci_count = 0;
  std::array<int16_t, kMaxWords> words;
  std::array<char, kMaxBytes> bytes;
  std::array<EciSwitch, kMaxEcis> eci_switches;
};

/// Corrects errors and decodes what is encoded. The level of PDF417 is the one with which the
/// symbol's length comes out right. Two check codewords always stay in reserve against wrong
/// corrections (ISO/IEC 15438, 5.10).
/// Returns: whether the symbol was read. Thread: any; no allocation.
bool Decode(const CodewordMatrix& matrix, Decoded* out);

}  // namespace veriline::symbology::pdf417
