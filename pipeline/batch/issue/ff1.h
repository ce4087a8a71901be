// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "vision/core/result.h"

namespace veriline::batch {

/// A numeral string as one number, most significant numeral first.
using Numeral = unsigned __int128;

/// Format-preserving encryption FF1 over numerals of one radix and length: a permutation of all
/// numbers below radix^length that only the key tells. Source: NIST SP 800-38G (March 2016),
/// algorithms 7 and 8; its revision 1 asks for a domain of a million numbers or more.
/// Thread: one at a time per object. Cost: below 0.9 us a number.
class Ff1 {
 public:
  static constexpr uint64_t kLeastDomain = 1'000'000;

  /// `key`: 16, 24 or 32 bytes (AES). Errors: another size; a radix outside 2 to 65536; a domain
  /// below a million or above what 120 bits hold.
  static Checked<Ff1> Make(std::string_view key, int radix, int length, std::string_view tweak);
  Ff1(Ff1&&) noexcept;
  Ff1& operator=(Ff1&&) noexcept;
  ~Ff1();

  /// Requires a number below radix^length.
  Numeral Encrypt(Numeral plain);
  Numeral Decrypt(Numeral cipher);

 private:
  struct Impl;
  explicit Ff1(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace veriline::batch
