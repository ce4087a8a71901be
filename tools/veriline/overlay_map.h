// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "tools/veriline/overlay_pen.h"
#include "tools/veriline/symbol_grade.h"

namespace veriline::tools {

/// The enlarged symbol of an overlay, upright in its own rows and columns whatever its direction in
/// the picture: pixels, grid points coloured by margin, and everything that costs grade.
class OverlayMap {
 public:
  /// Requires: graded.has_modules(), borrowed.
  explicit OverlayMap(const SymbolGrade& graded);

  double width() const;
  double height() const;
  /// Draws with its upper left corner at `corner`.
  void Draw(const FrameView& picture, Point corner, Sheet* sheet) const;

  double cell_px() const { return cell_; }
  /// Where row and column (of the grid's corners: 0,0 is the symbol's upper left corner, 0.5,0.5
  /// the middle of its first module) lie, from the map's upper left corner.
  Point PlaceOf(double row, double col) const;

 private:
  void DrawPixels(const FrameView& picture, Point corner, Sheet* sheet) const;
  void DrawModules(Point corner, Sheet* sheet) const;
  void DrawCodewords(Point corner, Sheet* sheet) const;
  void DrawSegments(Point corner, Sheet* sheet) const;
  void DrawMarks(Point corner, Sheet* sheet) const;
  void DrawAxes(Point corner, Sheet* sheet) const;

  const SymbolGrade& graded_;
  int around_;  ///< modules that are shown around the symbol
  double cell_;
  double left_, top_, right_, bottom_;  ///< bands for numbers and names
};

/// The colour of a module's margin, and of a letter.
Colour ColourOfMargin(double margin);
Colour ColourOfLetter(char letter);
inline constexpr Colour kRepaired = Rgb(0x1f6feb);
inline constexpr Colour kSegment = Rgb(0xa21caf);
inline constexpr Colour kWrong = Rgb(0xd62828);
inline constexpr Colour kUniformity = Rgb(0x00a5b8);
inline constexpr Colour kGridPoint = Rgb(0x4b2fb3);

}  // namespace veriline::tools
