// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vision/core/result.h"

namespace veriline::text {

/// Templates are drawn in cells: the cap height is 20 of them, whatever the picture's scale.
inline constexpr int kCapCells = 20;
inline constexpr int kGlyphWidth = 24;   ///< cells; the middle of the advance lies in their middle
inline constexpr int kGlyphHeight = 28;  ///< cells
inline constexpr int kBaselineCells = 24;  ///< below the top of a glyph
inline constexpr int kGlyphCells = kGlyphWidth * kGlyphHeight;
inline constexpr int kHalfWidth = kGlyphWidth / 2;
/// Coarse templates have cells twice as wide and high. They are as wide as whole vectors are; the
/// last columns stay empty.
inline constexpr int kCoarseWidth = 16;
inline constexpr int kCoarseMiddle = kHalfWidth / 2;
inline constexpr int kCoarseHeight = kGlyphHeight / 2;
inline constexpr int kCoarseCells = kCoarseWidth * kCoarseHeight;

/// Shape of one character, as the signed distance of each cell's centre from the outline: level
/// 32 lies on it, a level more is a tenth of a cell further into the ink, 0 and 63 stand for all
/// that is further away. So one shape gives templates of any print growth.
struct GlyphShape {
  char character = ' ';                       ///< printable ASCII but the blank
  float advance_cells = 0;                    ///< to the next character
  std::array<uint8_t, kGlyphCells> levels{};  ///< row by row from the top left
};

/// Sums over a window of a glyph, x and y in half cells from its middle.
struct Moments {
  float sum = 0, sum_x = 0, sum_y = 0;  ///< of ink, and of ink times x or y
  float energy = 0;  ///< sum of squares of what is left when the best plane is taken away
};

/// A named set of characters. Immutable, any thread. About 1.5 MB: made once, lent to readers.
class Font {
 public:
  /// Templates differ by how far the ink has grown over the outline and by how blurred it is.
  static constexpr int kGrowths = 5;  ///< -0.6, -0.3, 0, 0.3, 0.6 cells on each side
  static constexpr int kBlurs = 3;    ///< sigma 0.7, 1.1, 1.7 cells
  static constexpr int kVariants = kGrowths * kBlurs;
  static constexpr int kMiddleVariant = kVariants / 2;
  static constexpr int kMostGlyphs = 94;

  /// Draws the templates. `licence` says in one line whose the shapes are and on what terms.
  /// Errors: no name, no glyph, one twice, not printable, without advance or ink.
  static Checked<Font> Create(std::string name, std::string licence,
                              std::vector<GlyphShape> shapes);

  const std::string& name() const { return name_; }
  const std::string& licence() const { return licence_; }
  const std::vector<GlyphShape>& shapes() const { return shapes_; }
  int glyph_count() const { return static_cast<int>(shapes_.size()); }
  /// Index of a character; -1 where the font has none.
  int IndexOf(char character) const { return index_[static_cast<uint8_t>(character)]; }
  /// Whether every character is a blank or in the font.
  bool Covers(std::string_view text) const;
  char CharacterAt(int glyph) const { return shapes_[static_cast<size_t>(glyph)].character; }
  float AdvanceCells(int glyph) const { return shapes_[static_cast<size_t>(glyph)].advance_cells; }
  /// Of a blank: that of the font's digits, or the mean where it has none.
  float blank_advance_cells() const { return blank_advance_; }

  /// Ink of a template, 0 to 255 a cell.
  const int16_t* Template(int variant, int glyph) const {
    return &templates_[static_cast<size_t>(variant * glyph_count() + glyph) * kGlyphCells];
  }
  /// Of a template in the window that reaches so many columns to each side of the middle, 1 to
  /// kHalfWidth.
  const Moments& MomentsOf(int variant, int glyph, int half_window) const {
    return moments_[static_cast<size_t>(variant * glyph_count() + glyph) * kHalfWidth +
                    static_cast<size_t>(half_window - 1)];
  }
  /// The middle variant in cells twice as wide and high: ink less its mean within the glyph's
  /// window, 0 outside. `CoarseEnergy` is the sum of its squares.
  const int16_t* CoarseTemplate(int glyph) const {
    return &coarse_[static_cast<size_t>(glyph) * kCoarseCells];
  }
  float CoarseEnergy(int glyph) const { return coarse_energies_[static_cast<size_t>(glyph)]; }
  int CoarseHalfWindow(int glyph) const { return (HalfWindow(glyph) + 1) / 2; }
  /// Columns to each side of a glyph's middle that are its own, by its advance.
  int HalfWindow(int glyph) const;
  /// Highest squared correlation of two glyphs of the middle variant at any shift of up to two
  /// cells, seen in the window of the first one.
  float Likeness(int glyph, int other) const {
    return likeness_[static_cast<size_t>(glyph * glyph_count() + other)];
  }

  /// Two that differ by less than print does (O and 0 of DIN): nobody can tell them apart.
  bool AreTwins(int glyph, int other) const { return Likeness(glyph, other) > 0.98f; }
  /// By how much the likeness is higher than without any shift.
  float LikenessByShift(int glyph, int other) const {
    return by_shift_[static_cast<size_t>(glyph * glyph_count() + other)];
  }

 private:
  Font() = default;
  void DrawTemplates();
  void DrawCoarse(int glyph);
  void Compare();

  std::string name_;
  std::string licence_;
  std::vector<GlyphShape> shapes_;
  std::array<int8_t, 256> index_{};
  float blank_advance_ = 0;
  std::vector<int16_t> templates_;
  std::vector<Moments> moments_;
  std::vector<int16_t> coarse_;
  std::vector<float> coarse_energies_;
  std::vector<float> likeness_, by_shift_;
};

/// The built-in fonts: "ocr-a", "ocr-b", "din", "dejavu-sans-mono", "dot-matrix-5x7" and
/// "dot-matrix-5x5" (columns x rows of dots), with digits, capitals and some marks.
/// Null for another name. Lives until the program ends. Cost: some ten milliseconds the first time.
const Font* BuiltinFont(std::string_view name);
/// Their names.
std::vector<std::string_view> BuiltinFontNames();

}  // namespace veriline::text
