// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>
#include <vector>

#include "vision/core/frame.h"
#include "vision/text/font.h"
#include "vision/text/glyph_match.h"
#include "vision/text/line_strip.h"
#include "vision/text/slots.h"

namespace veriline::text {

/// What a place of a line shows, compared with every character of an alphabet.
struct Comparison {
  std::array<float, Font::kMostGlyphs> squared;  ///< correlation with each glyph of the alphabet
  int best = -1;                                 ///< glyph that fits best
  int best_rival = -1;                           ///< the one that `best` is least ahead of
  float best_margin = 1;                         ///< of best against best_rival
  float best_fit = 0;                            ///< correlation with best
  int expected_rival = -1;  ///< the one that the expected glyph is least ahead of, but for twins
  float expected_margin = 1;
  float expected_fit = 0;
  /// Ink of the picture for full ink of the template, in grey values / 255.
  float best_amplitude = 0, expected_amplitude = 0;
  float energy = 0;  ///< of the place about its plane
};

/// Compares the places of a line, whose frame is roughly known, with the characters of a font:
/// the frame is made exact by where each expected character fits best, growth and blur of the
/// templates are chosen for the whole line, then each place is compared with each character, each
/// at its own best shift.
///
/// Two characters are compared by r2(a) and r2(b), the squared correlations of the place with
/// them: what a fit by ink, paper and a slope of light explains of it. Their difference is divided
/// by what it is where the place shows exactly one of them (1 - Font::Likeness) and by the higher
/// of them: 1 = it is a, -1 = it is b, and what tells neither from the other does not count.
///
/// Thread: one (scratch memory). No allocation once it has grown.
class LineMatcher {
 public:
  /// False where the picture cannot be cut that way. `picture` and `font` are kept for Compare.
  bool Refine(const FrameView& picture, const Font& font, const LineFrame& frame,
              std::span<const Slot> slots);
  /// Compares each place with the glyphs of the alphabet and the one that is expected there.
  void Compare(std::span<const Slot> slots, std::span<const int> alphabet);

  const LineFrame& frame() const { return frame_; }
  const Comparison& At(size_t slot) const { return compared_[slot]; }
  /// The line's ink: median over what is clear; 0 where nothing is.
  float amplitude() const { return amplitude_; }
  /// Contrast of a place that is neither expected nor compared, against that of the line's
  /// characters: 0 = even paper, about 1 = a character. `middle` in cells.
  float InkAt(float middle, int half_window);

  /// How far glyph `a` is ahead of glyph `b` at a place (see above).
  float Margin(const Comparison& place, int a, int b) const;

 private:
  bool Cut();
  LineFrame FitFrame(std::span<const Slot> slots);
  /// Whether no shift can bring `other` near the expected glyph, which fits with a correlation of
  /// `fit` where `other` looks like `look`.
  bool StaysBehind(int expected, int other, float fit, float look) const;
  static void Take(int glyph, const Fit& fit, Comparison* place);
  void ChooseVariant(std::span<const Slot> slots);
  /// Column of the strip where the template of a slot begins when it is not shifted.
  static int Left(const Slot& slot);

  const FrameView* picture_ = nullptr;
  const Font* font_ = nullptr;
  LineFrame frame_;
  float length_ = 0;  ///< cells
  LineStrip strip_;
  int variant_ = 0;
  std::vector<Fit> fits_;  ///< of the expected characters
  std::vector<Comparison> compared_;
  std::vector<float> amplitudes_;
  std::vector<float> residuals_;
  float amplitude_ = 0;
  float residual_ = 0;  ///< mean square, per cell, of what characters do not explain: noise
  float spread_ = 0;    ///< typical of the line's characters
  PatchSet patches_;
};

}  // namespace veriline::text
