// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vision/core/geometry.h"
#include "vision/locate/grey_patch.h"

namespace veriline::locate {

/// How the fixed pattern of a square Data Matrix of one region (ISO/IEC 16022:2006, 5.2) fits a
/// patch: modules against what is beside them, so that no threshold is needed. Quads are given in
/// cells, corners as in Symbol.
/// Thread: one per patch, which is borrowed. Cost: some ns for each of about 15 looks a module of a
/// side.
class DataMatrixFit {
 public:
  DataMatrixFit(const GreyPatch& patch, int modules, bool inverted);

  /// −1 to 1.
  struct Sides {
    float mean = 0;
    float least = 0;  ///< of the worst one
  };
  /// The modules of the L against the quiet zone, the alternating ones against their neighbours.
  Sides SidesOf(const Quad& quad) const;

  /// Moves corners to where the borders of the fixed pattern show most clearly.
  void Refine(Quad* quad) const;

  /// What a symbol is between and beyond its sides.
  struct Surface {
    float border_ratio = 0;     ///< change at borders of modules over that within modules
    float different_ratio = 0;  ///< of the modules side by side
    float quiet_ratio = 0;      ///< of the places beyond the alternating sides: as light as these
  };
  Surface SurfaceOf(const Quad& quad) const;

 private:
  /// Only its order means something.
  float ClarityOf(const Quad& quad) const;
  /// How much lighter one place is than another, −1 to 1.
  float Step(Point dark, Point light) const;
  /// How much darker a place is than two others, −1 to 1.
  float Dip(Point before, Point here, Point after) const;

  const GreyPatch& patch_;
  const int modules_;
  const float module_;  ///< as a part of a side
  const float sign_;
  const float most_;  ///< a step so high is as good as any
};

}  // namespace veriline::locate
