// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "vision/core/frame.h"
#include "vision/core/symbol.h"
#include "vision/decode/composite.h"
#include "vision/decode/crop_decoder.h"
#include "vision/decode/patch.h"

namespace veriline::decode {

/// Of the thread that reads.
struct PlacingTools {
  CropDecoder& decoder;
  CompositeReader& composite;
  GreyImage& scratch;  ///< is overwritten
};

/// What was read in a cut, looked at in the whole picture: a linear symbol gets the outline of its
/// bars, an EAN or UPC symbol its add-on; with a component above it, it becomes the composite.
/// Nothing when it turns out to be a part of another symbol, or none of `symbologies`.
/// Thread: that of `with`.
std::optional<Symbol> Placed(const FrameView& picture, Symbol symbol,
                             const SymbologySet& symbologies, PlacingTools with);

/// Adds a symbol to those of a picture. The same code on the same place counts once. Of two
/// symbologies that lie on each other, the one that explains more of the picture stays: pieces of a
/// GS1-128 are valid EAN-13 or ITF at times, and corners of a QR Code have sides like a small Data
/// Matrix.
void Add(Symbol symbol, std::vector<Symbol>* symbols);

}  // namespace veriline::decode
