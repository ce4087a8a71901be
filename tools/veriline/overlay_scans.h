// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/veriline/overlay_pen.h"
#include "tools/veriline/symbol_grade.h"

namespace veriline::tools {

/// A linear symbol of an overlay: upright with its scan lines, each in the colour of its grade, and
/// below it, bar below bar, the profile of the worst one with threshold, edges and what costs it
/// grade.
class OverlayScans {
 public:
  /// Requires: graded.report and graded.scans, borrowed.
  explicit OverlayScans(const SymbolGrade& graded);

  double width() const;
  double height() const;
  /// Draws with its upper left corner at `corner`.
  void Draw(const FrameView& picture, Point corner, Sheet* sheet) const;

  /// Of both, from the upper left corner of the drawing: the strip with the symbol, the profile.
  Box strip() const;
  Box plot() const;
  /// Where a sample of a scan lies across the drawing.
  double AcrossOf(const grading::LinearScan& scan, double sample) const;
  /// The height of a reflectance in the plot.
  double DownOf(double reflectance) const;
  const grading::LinearScan& worst() const;

 private:
  void DrawSymbol(const FrameView& picture, Point corner, Sheet* sheet) const;
  void DrawLines(Point corner, Sheet* sheet) const;
  void DrawAxes(Point corner, Sheet* sheet) const;
  void DrawProfile(Point corner, Sheet* sheet) const;
  void DrawMarks(Point corner, Sheet* sheet) const;
  void DrawKey(Point corner, Sheet* sheet) const;

  const SymbolGrade& graded_;
  double from_ = 0, to_ = 1;  ///< of the symbol's length, that is shown
  double top_reflectance_ = 1;
};

inline constexpr Colour kDefect = Rgb(0xd62828);
inline constexpr Colour kEdgeContrast = Rgb(0xbc4c00);
inline constexpr Colour kCharacter = Rgb(0xa21caf);
inline constexpr Colour kThreshold = Rgb(0x1f6feb);

}  // namespace veriline::tools
