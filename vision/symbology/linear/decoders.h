// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>

#include "vision/core/symbol.h"
#include "vision/symbology/linear/code128.h"
#include "vision/symbology/linear/code39.h"
#include "vision/symbology/linear/databar_expanded.h"
#include "vision/symbology/linear/databar_limited.h"
#include "vision/symbology/linear/databar_omni.h"
#include "vision/symbology/linear/ean.h"
#include "vision/symbology/linear/itf.h"
#include "vision/symbology/linear/linear_decode.h"

namespace veriline::symbology::linear {

/// A decoder of edges, and what it may tell.
struct DecoderEntry {
  std::array<Symbology, 4> symbologies;  ///< kUnknown: no more
  bool (*decode)(std::span<const float> edges, const DecodeRules& rules, LinearDecode* out);
  float least_quiet_x;  ///< for reading; standards ask for more

  constexpr bool HasAny(const SymbologySet& set) const {
    for (const Symbology s : symbologies) {
      if (s != Symbology::kUnknown && set.Has(s)) return true;
    }
    return false;
  }
};

/// Those of one row of bars. A new one is a line here.
inline constexpr DecoderEntry kDecoders[] = {
    {{Symbology::kCode128}, &DecodeCode128, 3},
    {{Symbology::kEan13, Symbology::kEan8, Symbology::kUpcA, Symbology::kUpcE}, &DecodeEan, 3},
    {{Symbology::kDataBarOmni}, &DecodeDataBarOmni, 0},
    {{Symbology::kDataBarExpanded}, &DecodeDataBarExpanded, 0},
    {{Symbology::kDataBarLimited}, &DecodeDataBarLimited, 0},
    {{Symbology::kCode39}, &DecodeCode39, 4},
    {{Symbology::kItf}, &DecodeItf, 5},
};

}  // namespace veriline::symbology::linear
