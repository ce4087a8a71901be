// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vision/core/frame.h"
#include "vision/core/symbol.h"
#include "vision/symbology/pdf417/composite_data.h"
#include "vision/symbology/pdf417/reader.h"

namespace veriline::decode {

/// The composite of a linear symbol and the element string of the component above it (ISO/IEC
/// 24723): both as one element string, which begins with AI 01 for EAN and UPC; separated where the
/// last AI of the linear symbol needs it. Its corners are the outer ones of both.
/// Returns: false where the linear symbol carries no element string.
bool JoinComposite(const Symbol& linear, const symbology::pdf417::CompositePart& part, Symbol* out);

/// Looks for the components of linear symbols.
/// Thread: one at a time per object (it owns scratch memory).
class CompositeReader {
 public:
  /// Where a component stands above a linear symbol, of which the whole outline is known, it
  /// becomes the composite, if these are asked for. Cost: 20 µs where nothing stands there.
  void Complete(const FrameView& picture, const SymbologySet& asked, Symbol* symbol);

 private:
  symbology::pdf417::Reader reader_;
  symbology::pdf417::CompositePart part_;
};

}  // namespace veriline::decode
