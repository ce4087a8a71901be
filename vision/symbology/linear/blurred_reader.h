// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <vector>

#include "vision/core/scan_profile.h"
#include "vision/symbology/linear/bar_extent.h"
#include "vision/symbology/linear/linear_decode.h"
#include "vision/symbology/linear/symbol_guess.h"
#include "vision/symbology/linear/template_match.h"

namespace veriline::symbology::linear {

/// How sure a BlurredReader has to be: less of Code 128, whose check character one error in a
/// hundred passes, than of EAN with its check digit, and most where nothing else tells.
struct BlurredLimits {
  /// Root mean square of what the model leaves of the profile, as a ratio of the contrast.
  float most_residual = 0.085f;
  float most_residual_unchecked = 0.06f;
  /// By how much the runner-up of a character must be further away than the best, in squares of
  /// what is left of a sample on the mean.
  float least_margin = 12;
  float least_margin_check_digit = 40;
  float least_margin_unchecked = 80;
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

  /// Reads a Code 128, Code 39 (with gaps of 1 X), ITF, EAN-13, UPC-A (either tells both), EAN-8 or
  /// UPC-E (both without add-ons) from either side. On success the edges
  /// of the profile are those that the symbol has, to which `out` refers, and the decodability of a
  /// character is the distance between the two best templates as a ratio of their sum.
  /// The profile must show 2 X of each quiet zone at least. Rows of bars shorter than
  /// `least_length` samples are not looked at. Returns: whether a symbol was read; else `out` is
  /// empty and the profile as it was. Cost: for 20 characters of Code 128 at 2 px per X see the
  /// bench; no allocation in steady state.
  bool Decode(Symbology symbology, const DecodeRules& rules, ScanProfile* profile,
              LinearDecode* out, float least_length = 0);
  /// Whether the row of bars that was looked at last begins and ends as a symbol may.
  bool promising() const { return promising_; }

 private:
  enum class Reading { kNone, kUnsure, kSure };

  void Guess(bool reversed, const BarExtent& extent);
  void Keep(const SymbolGuess& guess);
  Reading ReadCharacters(const SymbolGuess& guess, LinearDecode* out);
  bool Interpret(const DecodeRules& rules, LinearDecode* out);
  bool InterpretEan(const DecodeRules& rules, LinearDecode* out);
  bool QuietEnough(const SymbolGuess& guess, const DecodeRules& rules,
                   const LinearDecode& decode) const;
  bool EndsFit(SymbolGuess guess) const;
  bool Read(SymbolGuess* guess, const DecodeRules& rules, LinearDecode* out);
  bool TryToRead(const SymbolGuess& kept, const DecodeRules& rules, ScanProfile* profile,
                 LinearDecode* out);
  void Finish(const SymbolGuess& guess, ScanProfile* profile, LinearDecode* out) const;
  uint16_t ElementsOf(const CharacterShape& shape) const;
  bool HasCheck() const { return shapes_->symbology == Symbology::kCode128; }
  float LeastMargin() const;

  static constexpr size_t kKept = 4;  ///< guesses a direction

  BlurredLimits limits_;
  const SymbologyShapes* shapes_ = nullptr;
  BarExtentFinder extent_finder_;
  GuessJudge judge_;
  TemplateMatcher matcher_;
  std::array<std::vector<float>, 2> values_;  ///< as they are and from the other side
  std::vector<KnownEdge> edges_;              ///< of the symbol as far as it was read
  std::vector<float> own_edges_;              ///< of an EAN, for its decoder
  LinearDecode ean_;
  std::array<SymbolGuess, kKept> kept_;  ///< the best first
  size_t kept_count_ = 0;
  std::array<SymbolGuess, 2 * kKept> doubtful_;
  size_t doubtful_count_ = 0;
  bool promising_ = false;
};

}  // namespace veriline::symbology::linear
