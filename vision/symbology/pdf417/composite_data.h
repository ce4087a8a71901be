// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "vision/symbology/general_purpose.h"

namespace veriline::symbology::pdf417 {

/// Decodes the data codewords of the two-dimensional component of a composite to its element
/// string, separators as kGs1Separator, none at its end (ISO/IEC 24723, clause 5): a general
/// purpose field, or a date and lot number (AIs 11, 17, 10) or AI 90 in fewer bits before it.
/// `cc_a`: the bits stand in codewords of base 928; else the codewords begin with 920 and a latch
/// to byte compaction, as in CC-B and, behind its length, in CC-C.
/// Returns: false where they say no element string. Thread: any. Cost: microseconds.
bool DecodeComponent(bool cc_a, std::span<const int16_t> codewords, TextWriter* out);

}  // namespace veriline::symbology::pdf417
