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

/// Shape of one character, as the signed distance of each cell's centre from the outline: level
/// 32 lies on it, a level more is a tenth of a cell further into the ink, 0 and 63 stand for all
/// that is further away. So one shape gives templates of any print growth.
struct GlyphShape {
  char character = ' ';                       ///< printable ASCII but the blank
  float advance_cells = 0;                    ///< to the next character
  std::array<uint8_t, kGlyphCells> levels{};  ///< row by row from the top left
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
  /// The same in cells twice as wide and high, of the middle variant.
  const int16_t* CoarseTemplate(int glyph) const {
    return &coarse_[static_cast<size_t>(glyph) * (kGlyphCells / 4)];
  }
  /// Highest squared correlation of two glyphs of the middle variant at any shift of up to a
  /// cell and a half, seen in the window of the first one's advance.
  float Likeness(int glyph, int other) const {
    return likeness_[static_cast<size_t>(glyph * glyph_count() + other)];
  }

 private:
  Font() = default;

  std::string name_;
  std::string licence_;
  std::vector<GlyphShape> shapes_;
  std::array<int8_t, 256> index_{};
  float blank_advance_ = 0;
  std::vector<int16_t> templates_;
  std::vector<int16_t> coarse_;
  std::vector<float> likeness_;
};

/// The built-in fonts: "ocr-a", "ocr-b", "din", "dejavu-sans-mono", "dot-matrix-5x7" and
/// "dot-matrix-5x5" (columns x rows of dots), with digits, capitals and some marks.
/// Null for another name. Lives until the program ends. Cost: some ten milliseconds the first time.
const Font* BuiltinFont(std::string_view name);
/// Their names.
std::vector<std::string_view> BuiltinFontNames();

}  // namespace veriline::text
