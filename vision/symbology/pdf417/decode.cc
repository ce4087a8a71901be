// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/pdf417/decode.h"

#include <algorithm>

#include "vision/symbology/pdf417/data_decode.h"
#include "vision/symbology/pdf417/error_correction.h"

namespace veriline::symbology::pdf417 {
namespace {

constexpr int kReserve = 2;  ///< of the check codewords, see CorrectErrors

bool Correct(std::span<const int16_t> words, int checks, Decoded* out) {
  std::ranges::copy(words, out->words.begin());
  Correction correction;
  if (!CorrectErrors(std::span(out->words).first(words.size()), checks, &correction)) return false;
  out->errors = correction.errors;
  out->erasures = correction.erasures;
  out->capacity = std::max(0, checks - kReserve);
  out->data_begin = 0;
  out->data_size = words.size() - static_cast<size_t>(checks);
  return true;
}

/// With so many check codewords, if the length says the same.
bool DecodeWithChecks(std::span<const int16_t> words, int checks, Decoded* out) {
  if (static_cast<size_t>(checks) >= words.size() || !Correct(words, checks, out)) return false;
  if (out->words[0] < 1 || static_cast<size_t>(out->words[0]) != out->data_size) return false;
  out->data_begin = 1;
  --out->data_size;
  return DecodeData(false, out);
}

bool DecodePdf417(std::span<const int16_t> words, Decoded* out) {
  const int told = static_cast<int>(words.size()) - words[0];
  for (int level = 0; level <= kMaxLevel; ++level) {
    if (ChecksOf(level) == told && DecodeWithChecks(words, told, out)) return true;
  }
  // The length itself is to be corrected.
  for (int level = kMaxLevel; level > 0; --level) {
    if (ChecksOf(level) != told && DecodeWithChecks(words, ChecksOf(level), out)) return true;
  }
  return false;
}

}  // namespace

void CodewordMatrix::Reset(MatrixKind kind, int rows, int cols, int variant) {
  const bool fits = rows > 0 && cols > 0 && rows * cols <= kMaxWords;
  kind_ = kind;
  rows_ = fits ? rows : 0;
  cols_ = fits ? cols : 0;
  variant_ = variant;
  words_.fill(kUnknown);
}

bool Decode(const CodewordMatrix& matrix, Decoded* out) {
  const std::span<const int16_t> words = matrix.words();
  if (words.empty()) return false;
  if (matrix.kind() == MatrixKind::kPdf417) return DecodePdf417(words, out);
  const bool cc_a = matrix.kind() == MatrixKind::kCcA;
  const auto variants = cc_a ? CcAVariants() : MicroVariants();
  if (matrix.variant() < 0 || static_cast<size_t>(matrix.variant()) >= variants.size())
    return false;
  const MicroVariant& variant = variants[static_cast<size_t>(matrix.variant())];
  if (words.size() != static_cast<size_t>(variant.words())) return false;
  if (!Correct(words, variant.checks, out)) return false;
  if (!cc_a) return DecodeData(true, out);
  out->Clear();
  out->component = true;
  return true;
}

}  // namespace veriline::symbology::pdf417
