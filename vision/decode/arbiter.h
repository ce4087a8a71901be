// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "vision/core/frame.h"
#include "vision/core/symbol.h"
#include "vision/decode/crop_decoder.h"
#include "vision/decode/patch.h"

namespace veriline::decode {

/// What was read in a cut, looked at in the whole picture: a linear symbol gets the outline of its
/// bars, an EAN or UPC symbol its add-on. Nothing when it turns out to be a part of another symbol.
/// Thread: that of `decoder`; `scratch` is overwritten.
std::optional<Symbol> Placed(const FrameView& picture, Symbol symbol,
                             const SymbologySet& symbologies, CropDecoder& decoder,
                             GreyImage& scratch);

/// Adds a symbol to those of a picture. The same code on the same place counts once. Of two
/// symbologies that lie on each other, the one that explains more of the picture stays: pieces of a
/// GS1-128 are valid EAN-13 or ITF at times, and corners of a QR Code have sides like a small Data
/// Matrix.
void Add(Symbol symbol, std::vector<Symbol>* symbols);

}  // namespace veriline::decode
