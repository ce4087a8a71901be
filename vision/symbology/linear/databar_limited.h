// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "vision/symbology/linear/linear_decode.h"

namespace veriline::symbology::linear {

/// Reads GS1 DataBar Limited by the reference decode algorithm of ISO/IEC 24724: two data
/// characters with a check character between them. Quiet zones are none (later editions ask for a
/// space of 5 X behind the symbol, which is not looked at).
/// Payload: "01" and a GTIN of 14 digits; identifier ]e0. LinearDecode::linked: the linkage flag.
/// LinearCharacter::value: of the data characters and the check character; guards have none.
/// Returns: whether there is one; `out` is empty otherwise.
/// Thread: any. Cost: some 40 instructions an edge of texture, 5000 a symbol.
bool DecodeDataBarLimited(std::span<const float> edges, const DecodeRules& rules,
                          LinearDecode* out);

}  // namespace veriline::symbology::linear
