// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace veriline::symbology::pdf417 {

/// What was put right.
struct Correction {
  int errors = 0;
  int erasures = 0;
};

/// Corrects the codewords of a symbol, the last `checks` of which are the check codewords of a
/// Reed-Solomon code over GF(929) with the roots 3 to 3^checks (ISO/IEC 15438, 5.10). Unknown
/// codewords are negative. Twice the errors and the erasures must not be more than checks - 2: two
/// are left to tell that a correction is right.
/// Returns: false, with the words as they were, where it is not corrected.
/// Requires: at most 928 words, 2 to 512 checks. Thread: any; no allocation.
bool CorrectErrors(std::span<int16_t> words, int checks, Correction* correction);

}  // namespace veriline::symbology::pdf417
