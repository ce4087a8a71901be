// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>

namespace veriline::symbology {

/// The field GF(2^8) with x (alpha, the number 2) as its primitive element. Immutable.
/// Thread: any.
class Gf256 {
 public:
  /// `primitive`: the polynomial with its leading bit, as in 0x12D for x^8 + x^5 + x^3 + x^2 + 1.
  explicit constexpr Gf256(int primitive) {
    int power = 1;
    for (int i = 0; i < kOrder; ++i) {
      exp_[static_cast<size_t>(i)] = exp_[static_cast<size_t>(i + kOrder)] =
          static_cast<uint8_t>(power);
      log_[static_cast<size_t>(power)] = static_cast<uint16_t>(i);
      power <<= 1;
      if (power > kOrder) power ^= primitive;
    }
    log_[0] = kLogOfZero;
  }

  static constexpr int kOrder = 255;  ///< of the multiplicative group

  /// alpha^exponent. Requires: 0 <= exponent < 2 * kOrder.
  constexpr uint8_t Exp(int exponent) const { return exp_[static_cast<size_t>(exponent)]; }
  /// The exponent of alpha, 0 to 254. Requires: a != 0.
  constexpr int Log(uint8_t a) const { return log_[a]; }
  constexpr uint8_t Multiply(uint8_t a, uint8_t b) const {
    return exp_[static_cast<size_t>(log_[a] + log_[b])];
  }
  /// a * alpha^exponent. Requires: 0 <= exponent <= kOrder.
  constexpr uint8_t MultiplyExp(uint8_t a, int exponent) const {
    return exp_[static_cast<size_t>(log_[a] + exponent)];
  }
  /// Requires: b != 0.
  constexpr uint8_t Divide(uint8_t a, uint8_t b) const {
    return exp_[static_cast<size_t>(log_[a] + kOrder - log_[b])];
  }

 private:
  // Zero has a logarithm that leads into zeros, so that a product needs no branch.
  static constexpr int kLogOfZero = 512;
  std::array<uint8_t, 2 * kLogOfZero + 1> exp_{};
  std::array<uint16_t, 256> log_{};
};

/// How far a correction may go: 2 × errors + erasures <= check codewords - reserve, and no more
/// errors than `max_errors`.
struct CorrectionLimits {
  int reserve = 0;  ///< check codewords kept for the detection of what can not be corrected
  int max_errors = std::numeric_limits<int>::max();
};

/// What became of a word.
struct Correction {
  bool ok = false;
  int errors = 0;    ///< codewords corrected at places that were not marked
  int erasures = 0;  ///< marked places whose values were replaced (by the same one, it may be)
  friend bool operator==(const Correction&, const Correction&) = default;
};

/// A Reed-Solomon code of codewords of 8 bits, whose generator polynomial has the roots
/// alpha^first_root, alpha^(first_root + 1), ... A word is its data codewords followed by its check
/// codewords, 255 at most together; the first is the coefficient of the highest power.
/// Thread: any; no allocation.
class ReedSolomon {
 public:
  static constexpr int kMaxWord = 255;

  /// Borrows the field. Requires: 0 <= first_root <= 1.
  constexpr ReedSolomon(const Gf256& field, int first_root)
      : field_(field), first_root_(first_root) {}

  const Gf256& field() const { return field_; }

  /// The check codewords of `data`.
  /// Requires: at least one check codeword, and no more than kMaxWord codewords together.
  void Encode(std::span<const uint8_t> data, std::span<uint8_t> check) const;

  /// Whether the word with that many check codewords is free of errors.
  bool IsCodeword(std::span<const uint8_t> word, int check_codewords) const;

  /// Corrects errors and erasures in place. `erased`: indices of codewords whose values are not to
  /// be trusted, in any order. A word that is free of errors as it stands needs none of them.
  /// Not ok (then the word is as it was): more errors than the limits allow, or an index or count
  /// of codewords that can not be.
  /// An ok word is free of errors; it may still be another word than was meant, the more probable
  /// the smaller `reserve` and the number of check codewords are.
  Correction Correct(std::span<uint8_t> word, int check_codewords,
                     std::span<const uint8_t> erased = {}, CorrectionLimits limits = {}) const;

 private:
  const Gf256& field_;
  int first_root_;
};

/// ISO/IEC 16022 annex E, ISO/IEC 21471.
inline constexpr Gf256 kDataMatrixField(0x12D);
inline constexpr ReedSolomon kDataMatrixReedSolomon(kDataMatrixField, 1);
/// ISO/IEC 18004 clause 7.5 and annex A.
inline constexpr Gf256 kQrField(0x11D);
inline constexpr ReedSolomon kQrReedSolomon(kQrField, 0);

}  // namespace veriline::symbology
