// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "vision/core/frame.h"
#include "vision/core/symbol.h"
#include "vision/decode/crop_decoder.h"

namespace veriline::decode {

/// A linear symbol as it was read in a cut, looked at in the whole picture: gets the outline of its
/// bars. Of what third-party decoders read, ITF and UPC-E, which a part of a longer symbol passes
/// for, are read once more with all of their row where bars go on beyond what was read; nothing
/// when that gives nothing, or when what was read is lower than any print. Thread: that of
/// `decoder`. Cost: about 0.1 ms, no allocation; where bars go on a second read of one code.
std::optional<Symbol> PlaceLinear(const FrameView& picture, Symbol symbol,
                                  const SymbologySet& symbologies, CropDecoder& decoder);

}  // namespace veriline::decode
