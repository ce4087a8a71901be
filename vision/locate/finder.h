// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "vision/core/geometry.h"
#include "vision/locate/grey_patch.h"
#include "vision/locate/probe.h"

namespace veriline::locate {

// Finder tests: what tells a symbol from print and texture, in some ten microseconds. They work on
// edges along parallel lines across a candidate, in two directions.

/// The fixed pattern that was found.
enum class Finder : uint8_t {
  kNone,
  kDataMatrix,  ///< solid L and alternating modules across (ISO/IEC 16022)
  kQr,          ///< three position patterns 1:1:3:1:1 (ISO/IEC 18004)
  kBars,        ///< a row of bars of several widths
};

/// A symbol whose fixed pattern was found.
struct Finding {
  Finder finder = Finder::kNone;
  /// Outline. Matrix symbols: TL TR BR BL of the symbol as if it were not mirrored (Data Matrix:
  /// the L at its left and bottom). Bars: the first side along the scan line.
  Quad quad;
  float module_px = 0;  ///< bars: an estimate of X
  int rows = 0;         ///< modules; 0 = not known
  int cols = 0;
  bool inverted = false;  ///< light on dark
  /// Share of the fixed pattern that is as it should be (0–1).
  float quality_ratio = 0;
};

/// Part of a picture turned so that `u` points along one of its axes.
struct Aim {
  Point center;
  Point u;  ///< unit vector
  float half_u_px = 0;
  float half_v_px = 0;

  Point v() const { return {-u.y, u.x}; }
  Point At(float along_u, float along_v) const { return center + u * along_u + v() * along_v; }
};

/// Edges along parallel lines.
class LineSet {
 public:
  /// Looks along `lines` lines parallel to u (or to v) that lie evenly over the other side, at a
  /// pixel each `step_px`. `fine`: as Probe::LineInto.
  void Look(const Probe& probe, const Aim& aim, bool along_v, int lines, float step_px,
            bool fine = false);

  int edges() const { return static_cast<int>(edges_.size()); }  ///< of all lines
  int lines() const { return static_cast<int>(begins_.size()) - 1; }
  /// Edges of a line, `at` from the middle of the aim.
  std::span<const Edge> Of(int line) const;
  bool StartsLight(int line) const { return starts_light_[static_cast<size_t>(line)] != 0; }
  /// Where the line lies, from the middle of the aim.
  float OffsetOf(int line) const { return first_px_ + spacing_px_ * static_cast<float>(line); }
  float spacing_px() const { return spacing_px_; }
  float half_px() const { return half_px_; }  ///< lines reach from -half_px to half_px

 private:
  std::vector<Edge> edges_;
  std::vector<size_t> begins_{0};
  std::vector<uint8_t> starts_light_;
  float first_px_ = 0;
  float spacing_px_ = 0;
  float half_px_ = 0;
};

/// The lines of an aim, and what they tell of the size of a module.
struct Scan {
  Aim aim;
  LineSet along_u;
  LineSet along_v;
  std::vector<float> scratch;
};

/// The module of a matrix symbol as the distances of edges of one polarity tell it, roughly; 0 when
/// there are too few edges. `other_px` fits them better, if it is not 0.
struct ModuleSizes {
  float module_px = 0;
  float other_px = 0;
};
ModuleSizes EstimateModule(Scan& scan);

std::optional<Finding> FindDataMatrix(Probe& probe, Scan& scan, float module_px);
/// Square ones of one data region by grey values, which takes ten times as long: dots, blurred,
/// damaged and faint ones. `box` holds one symbol, to within a twentieth of its size on each side
/// (a tenth: one in four is missed); what is there at its corners does not matter.
std::optional<Finding> FindFaintDataMatrix(const FrameView& picture, const Rect& box,
                                           GreyPatch* scratch);
/// Symbols of one region; several when they stand together.
size_t FindQr(Probe& probe, Scan& scan, std::vector<Finding>* found);
/// Edges of a row of bars: of thirteen, the least that a symbol has (Code 39 of one character), and
/// of a part of one that may go on.
inline constexpr size_t kBarsEdges = 26;
inline constexpr size_t kPartEdges = 14;
/// Looks along u alone, which must point along the scan line. `known_px`: the narrow element of a
/// part that was found, 0 when it is not known.
std::optional<Finding> FindBars(Scan& scan, size_t least_edges, float known_px = 0);

}  // namespace veriline::locate
