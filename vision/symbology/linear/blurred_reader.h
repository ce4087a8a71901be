// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>
#include <vector>

#include "vision/core/scan_profile.h"
#include "vision/symbology/linear/linear_decode.h"
#include "vision/symbology/linear/template_match.h"

namespace veriline::symbology::linear {

/// How sure a BlurredReader has to be; of symbologies without a check character more so.
struct BlurredLimits {
  /// Root mean square of what the model leaves of the profile, as a ratio of the contrast.
  float most_residual = 0.085f;
  float most_residual_unchecked = 0.06f;
  /// By how much the runner-up of a character must be further away than the best, in squares of
  /// what is left of a sample on the mean.
  float least_margin = 12;
  float least_margin_unchecked = 40;
};

/// Reads symbols whose bars are too small or too blurred to have edges: from 1.2 px per X, under a
/// blur of up to 1 X. Where the bars begin and end, and how many characters they can be, gives X
/// to a thousandth; what all symbols begin and end with then tells blur, print growth and contrast;
/// and each character is the template that comes closest, beside what was read before. A symbol is
/// only read as a whole: all of the profile between its quiet zones must be as the model says, no
/// runner-up may come close, and check characters must be right.
/// Thread: one at a time; keep it, it owns its memory.
class BlurredReader {
 public:
  explicit BlurredReader(const BlurredLimits& limits = {}) : limits_(limits) {}

  /// Reads a Code 128, Code 39 (with gaps of 1 X) or ITF from either side. On success the edges
  /// of the profile are those that the symbol has, to which `out` refers, and the decodability of a
  /// character is the distance between the two best templates as a ratio of their sum.
  /// The profile must show 2 X of each quiet zone at least.
  /// Returns: whether a symbol was read; else `out` is empty and the profile as it was.
  /// Cost: for 20 characters of Code 128 at 2 px per X see the bench; no allocation in steady
  /// state.
  bool Decode(Symbology symbology, const DecodeRules& rules, ScanProfile* profile,
              LinearDecode* out);

 private:
  /// Where bars lie in one of the two directions.
  struct Extent {
    float left = 0, right = 0;  ///< outer edges, samples; first where a quarter of the contrast is
    float left_half = 0, right_half = 0;    ///< where half of it is
    float quiet_left = 0, quiet_right = 0;  ///< to the next bars or the end of the profile
    float light = 0;
    size_t bars = 0;  ///< that are seen
  };
  /// What the symbol may be.
  struct Hypothesis {
    bool reversed = false;
    int characters = 0;
    float wide_ratio = 1;
    Extent extent;
    PrintModel model;
    float misfit = 0;  ///< of what it begins and ends with, as a ratio of the contrast
  };

  enum class Reading { kNone, kUnsure, kSure };

  bool FindExtent(std::span<const float> values, Extent* extent);
  void AddHypotheses(bool reversed, const Extent& extent);
  void Keep(const Hypothesis& hypothesis);
  void PlaceEnds(const Hypothesis& hypothesis);
  float Misfit(std::span<const float> values, Hypothesis* hypothesis) const;
  void FitEnds(Hypothesis* hypothesis);
  Reading ReadCharacters(const Hypothesis& hypothesis, LinearDecode* out);
  bool Interpret(const DecodeRules& rules, LinearDecode* out) const;
  bool TryToRead(size_t kept, const DecodeRules& rules, ScanProfile* profile, LinearDecode* out);
  bool Read(Hypothesis* hypothesis, const DecodeRules& rules, LinearDecode* out);
  bool QuietEnough(const Hypothesis& hypothesis, const DecodeRules& rules,
                   const LinearDecode& decode) const;
  void Finish(const Hypothesis& hypothesis, ScanProfile* profile, LinearDecode* out) const;
  static void Take(const EdgeShift& shift, Hypothesis* hypothesis);
  int WideBefore(int character) const;
  void Append(const Hypothesis& hypothesis, const CharacterShape& shape, float begin_px, float x_px,
              int wide_before);
  SampleWindow WindowOf(const Hypothesis& hypothesis, float from, float to) const;
  bool EndsFit(Hypothesis hypothesis) const;
  bool HasCheck() const { return shapes_->symbology == Symbology::kCode128; }
  float ModulesOf(const Hypothesis& hypothesis) const;
  float XOf(const Hypothesis& hypothesis) const;

  static constexpr size_t kKept = 4;

  BlurredLimits limits_;
  const SymbologyShapes* shapes_ = nullptr;
  TemplateMatcher matcher_;
  std::array<std::vector<float>, 2> values_;  ///< as they are and from the other side
  std::vector<float> runs_;                   ///< where the profile passes its mean
  std::vector<float> gaps_;
  std::vector<KnownEdge> edges_;
  std::array<SampleWindow, 2> windows_;
  std::array<Hypothesis, kKept> kept_;
  size_t kept_count_ = 0;
};

}  // namespace veriline::symbology::linear
