// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vision/symbology/pdf417/decode.h"

namespace veriline::symbology::pdf417 {

/// Decodes out->data(): text, byte and numeric compaction, ECI, macro PDF417, macros 05 and 06
/// (ISO/IEC 15438, 5.4 and annex H; ISO/IEC 24728, 5.4). `micro`: bytes come first, where PDF417
/// begins with text. Of the ways in which MicroPDF417 emulates Code 128 those that leave out an
/// application identifier or are linked (905 to 907, 912, 914, 915) are refused.
/// Returns: whether the codewords have a meaning. Never reads beyond them, whatever they are.
/// Thread: any; no allocation.
bool DecodeData(bool micro, Decoded* out);

}  // namespace veriline::symbology::pdf417
