// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "vision/symbology/linear/character_shapes.h"
#include "vision/symbology/linear/print_fit.h"

namespace veriline::symbology::linear {

/// What a piece of a profile looks like most, and next. Distances are sums over samples of squared
/// differences as a ratio of the contrast; samples near the next character, whose first bar is not
/// known yet, count less.
struct TemplateMatch {
  int index = -1;  ///< of SymbologyShapes::characters
  int runner_up = -1;
  float distance = 0;
  float runner_up_distance = 0;
  float samples = 0;   ///< that count
  float shift_px = 0;  ///< of the character from where it was looked for
};

/// Compares a piece of a profile to all characters of a symbology as they look under blur, beside
/// the bars before and a bar behind. For bars that are too small or too blurred to have edges.
/// Thread: one at a time. Cost: about a microsecond for Code 128 at 2 px per X; allocates when a
/// symbology is taken for the first time.
class TemplateMatcher {
 public:
  static constexpr int kMostSamples = 96;

  /// The characters to look for. `wide_ratio`: N. Borrows `shapes`.
  void Use(const SymbologyShapes& shapes, float wide_ratio);

  /// Of the character whose first bar begins at `begin_px`, which follows `before` (the edges of
  /// the last bars). Only characters of `range` count.
  /// Returns: index -1 where it does not lie within the profile, or has too many samples.
  TemplateMatch Match(std::span<const float> values, const PrintModel& model, float begin_px,
                      float x_px, std::span<const KnownEdge> before, const CharacterRange& range);

 private:
  static constexpr int kLanes = 4;
  using Samples = std::array<float, kMostSamples>;
  /// Indices of places_.
  struct Bar {
    uint8_t begin = 0, end = 0;
  };
  struct Character {
    int16_t index = 0;
    uint8_t bars = 0;
    uint8_t shared = 0;  ///< first bars that are those of the character before
    std::array<uint8_t, CharacterShape::kMostEdges / 2> bar{};  ///< of bars_
  };

  bool Prepare(std::span<const float> values, const PrintModel& model, float begin_px, float x_px,
               std::span<const KnownEdge> before, bool space_behind);
  void AddInk(float edge_px, float weight, float sigma_px, Samples* out) const;
  float ShiftOf(const Character& best, const PrintModel& model, float begin_px, float x_px);
  uint8_t IndexOf(ElementPlace place);

  const SymbologyShapes* shapes_ = nullptr;
  float wide_ratio_ = 0;
  std::vector<ElementPlace> places_;    ///< where bars begin or end
  std::vector<Bar> bars_;               ///< all different bars of the characters
  std::vector<Character> characters_;   ///< in such an order that neighbours share first bars
  std::vector<Samples> begins_, ends_;  ///< ink right of a begin or end at each place, weighted
  std::vector<Samples> ink_;            ///< of each bar, weighted

  int first_ = 0;  ///< sample
  int count_ = 0;
  int lanes_ = 0;  ///< count_ with zeros up to a multiple of kLanes
  Samples weight_;
  std::array<Samples, CharacterShape::kMostEdges / 2 + 1> left_;  ///< after so many bars
};

}  // namespace veriline::symbology::linear
