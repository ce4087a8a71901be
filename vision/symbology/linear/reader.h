// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "vision/core/frame.h"
#include "vision/core/scan_profile.h"
#include "vision/core/symbol.h"
#include "vision/symbology/linear/blurred_reader.h"
#include "vision/symbology/linear/databar_expanded.h"
#include "vision/symbology/linear/databar_omni.h"
#include "vision/symbology/linear/linear_decode.h"
#include "vision/symbology/linear/scan_lines.h"

namespace veriline::symbology::linear {

/// Where a row of bars lies.
struct BarsPlace {
  Quad quad;              ///< the first side along a scan line, in either direction
  float x_px = 0;         ///< a guess of X; 0 = not known
  bool inverted = false;  ///< light bars
  /// What is read must reach over so much of the quad from left to right, or it is a part of
  /// another symbol that happens to look like one. 0 where the quad is no more than a region.
  float least_ratio = 0;
};

/// Reads linear symbols from a row of bars: lines across them, the middle one first, each with the
/// decoders of all symbologies that are asked for, until enough lines tell the same and no others
/// tell something else. Symbols without a check character need more lines.
/// Thread: one Read at a time per object (it owns scratch memory); no allocation once it has grown.
class Reader {
 public:
  /// Fills symbology, identifier, payload, add-on, X, decoder, inverted and the quad between the
  /// outermost lines that told it; TL is where the first bar begins. False when no text is sure.
  bool Read(const FrameView& picture, const BarsPlace& place, const SymbologySet& symbologies,
            const DecodeRules& rules, Symbol* out);

 private:
  struct Line {
    float offset = 0;  ///< from the top (0) to the bottom (1) of the place
    Point begin, end;  ///< of the symbol, in picture coordinates
  };
  /// What one or more lines told.
  struct Reading {
    LinearDecode decode;
    int lines = 0;
    float x_px = 0;
    Line top, bottom;  ///< the outermost of them
  };
  static constexpr size_t kMostReadings = 6;

  bool Sample(float offset);
  void ReadLine(float offset, const SymbologySet& symbologies, const DecodeRules& rules);
  /// Whether there is something that begins and ends as a symbol.
  bool ReadBlurredLine(float offset, const SymbologySet& symbologies, const DecodeRules& rules);
  /// Whether any decoder told something of the profile.
  bool ReadEdges(float offset, const SymbologySet& symbologies, const DecodeRules& rules);
  void ReadRows(std::span<const float> edges, bool reversed, float offset,
                const SymbologySet& symbologies, const DecodeRules& rules);
  void Count(float offset);
  /// Of the line in the profile; `reversed` counts from its last edge.
  void TellWhatIsSeen(bool reversed, DecodeRules* rules) const;
  const Reading* Sure() const;
  void ReadAddon(const Reading& reading, const DecodeRules& rules, Symbol* out);

  FrameView picture_;
  BarsPlace place_;
  ScanProfile profile_;
  float x_samples_ = 1;  ///< of the profile
  ElementFinder elements_;
  BlurredReader blurred_;
  std::vector<float> turned_;
  LinearDecode decode_;
  // Rows of stacked DataBar, gathered over the lines.
  DataBarStackedRow stacked_row_;
  DataBarStackedAssembler stacked_;
  DataBarExpandedRow expanded_row_;
  DataBarExpandedAssembler expanded_;
  Reading assembled_;  ///< its lines are those that showed a row; the decode counts when complete
  bool assembled_reversed_ = false;
  PayloadBytes assembled_payload_;  ///< of the last time that it was complete
  bool complete_ = false;           ///< twice
  std::array<Reading, kMostReadings> readings_;
  size_t reading_count_ = 0;
};

}  // namespace veriline::symbology::linear
