// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>
#include <vector>

#include "vision/symbology/linear/bar_extent.h"
#include "vision/symbology/linear/character_shapes.h"
#include "vision/symbology/linear/print_fit.h"

namespace veriline::symbology::linear {

/// What a row of bars may be: a symbol of so many characters between its outer edges.
struct SymbolGuess {
  const SymbologyShapes* shapes = nullptr;
  bool reversed = false;  ///< in the profile from its other side
  int characters = 0;
  float wide_ratio = 1;
  BarExtent extent;
  PrintModel model;
  float misfit = 0;  ///< of what it begins and ends with, as a ratio of the contrast

  float Modules() const;  ///< of the whole symbol
  float XWidth() const { return (extent.right - extent.left) / Modules(); }
  /// Wide elements left of the character of that number.
  int WideBefore(int character) const;
  /// Takes what a fit says.
  void Take(const EdgeShift& shift);
  /// Adds the edges of a shape that begins at `begin_px`, behind so many wide elements.
  void Append(const CharacterShape& shape, float begin_px, float x_px, int wide_before,
              std::vector<KnownEdge>* edges) const;
};

/// Judges guesses by what all symbols of the symbology begin and end with and have in the middle.
/// Thread: one at a time; keeps its memory.
class GuessJudge {
 public:
  /// Sets misfit, light and contrast of a guess with a usual blur; infinite where that is worse
  /// than `most`. Cost: about a microsecond.
  void Judge(std::span<const float> values, float most, SymbolGuess* guess);
  /// Fits model, outer edges and N as well, and sets the misfit. Cost: some microseconds.
  void Fit(std::span<const float> values, SymbolGuess* guess);

 private:
  void Place(const SymbolGuess& guess, size_t samples);

  std::vector<KnownEdge> edges_;
  std::array<SampleWindow, 3> windows_{};
};

/// Whole samples between two places, as far as a profile of so many goes.
SampleWindow WindowBetween(float from, float to, size_t samples);

}  // namespace veriline::symbology::linear
