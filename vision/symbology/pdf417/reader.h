// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "vision/core/frame.h"
#include "vision/core/symbol.h"
#include "vision/symbology/pdf417/cell_reader.h"
#include "vision/symbology/pdf417/composite_data.h"
#include "vision/symbology/pdf417/decode.h"
#include "vision/symbology/pdf417/found_symbol.h"
#include "vision/symbology/pdf417/guard_finder.h"
#include "vision/symbology/pdf417/micro_finder.h"

namespace veriline::symbology::pdf417 {

/// Reads PDF417 (whole or compact) and MicroPDF417 symbols in any direction, also mirrored, from
/// about 2 px per X: borders and rows by start and stop patterns, row indicators and row address
/// patterns, then characters along lines within each row, each by the vote of several lines; what
/// is not sure is an erasure for the error correction.
/// Thread: one Read at a time per object (it owns scratch memory); no allocation once it has grown.
/// Cost: 20 to 150 µs where there is no symbol; else 1 to 10 ms by its size.
class Reader {
 public:
  /// Fills symbology, identifier, payload, quad, mirrored, inverted, rows and columns of
  /// characters (of data) and the errors corrected. The text is left to the caller.
  bool Read(const FrameView& picture, const Place& place, const SymbologySet& symbologies,
            Symbol* out);
  /// The two-dimensional component of a composite, which stands right above its linear symbol and
  /// has its X and its direction. `linear`: the outline of the bars, TL TR BR BL as they are
  /// read. False, after at most 20 µs, where nothing stands there.
  bool ReadComposite(const FrameView& picture, const Quad& linear, float x_px, bool inverted,
                     CompositePart* out);

  /// What the last symbol that was read carries.
  const Decoded& decoded() const { return decoded_; }
  /// Where its rows and columns lie.
  const FoundSymbol& found() const { return found_; }

 private:
  bool ReadSymbol(const FrameView& picture, bool inverted, MatrixKind kind);
  void PlaceUnseenBorder();
  Point EndOfBar(Point inside, Point outside, Point otherwise);
  Quad Outline();
  void Fill(bool inverted, Symbol* out);

  GuardFinder guards_;
  MicroFinder micro_;
  CellReader cells_;
  FoundSymbol found_;
  CodewordMatrix matrix_;
  Decoded decoded_;
  LineScan glance_;
};

}  // namespace veriline::symbology::pdf417
