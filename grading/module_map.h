// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "grading/grading_patch.h"
#include "grading/thresholds.h"
#include "vision/core/sampled_grid.h"

namespace veriline::grading {

/// What a symbology asks of the ground around its symbols, in X.
/// Source: ISO/IEC 16022 (1 X), 18004 (QR 4 X, Micro QR 2 X); 1 X for others.
int QuietModulesOf(Symbology symbology);

/// One module as grading sees it.
struct Module {
  float reflectance = 0;  ///< under the aperture at the grid point
  float modulation = 0;   ///< MOD, 0–1, whichever side of the threshold it lies on
  float margin = 0;       ///< MOD, or 0 where it lies on the wrong side
  bool dark = false;      ///< it must be dark in the picture
  bool wrong = false;     ///< it lies on the wrong side of the threshold
  bool seen = true;       ///< the picture shows its centre
};

/// All modules of a symbol and of its quiet zone. Made again in the memory of the last one.
class ModuleMap {
 public:
  /// Reads the reflectances. The quiet zone's modules lie at the outermost rows and columns carried
  /// on by the mean pitch. Requires: grid.Consistent(), at least 2 × 2 modules, and every module of
  /// the grid InReach of the patch (Fits says so).
  void Sample(const GradingPatch& patch, const SampledGrid& grid, int quiet_modules);
  static bool Fits(const GradingPatch& patch, const SampledGrid& grid);

  /// How MOD is normed: 2·|R − T| / SC, or by the distance of its side's end from the threshold.
  enum class Norm : uint8_t { kSymmetric, kBySide };
  /// Modulation, margin and side of every module. For ISO/IEC 29158 rmax and rmin are ML and MD.
  /// Source: ISO/IEC 15415, 7.8.4 and 7.8.5 (2011); grading.md 2.4, 5.3.
  void Judge(const Levels& levels, Norm norm);

  int rows() const { return rows_; }
  int cols() const { return cols_; }
  int quiet() const { return quiet_; }
  /// Requires: -quiet <= row < rows + quiet, and so for col.
  const Module& At(int row, int col) const { return modules_[Index(row, col)]; }
  Point PlaceOf(int row, int col) const { return places_[Index(row, col)]; }
  size_t Index(int row, int col) const {
    return static_cast<size_t>(row + quiet_) * static_cast<size_t>(cols_ + 2 * quiet_) +
           static_cast<size_t>(col + quiet_);
  }

 private:
  int rows_ = 0, cols_ = 0, quiet_ = 0;
  std::vector<Module> modules_;
  std::vector<Point> places_;
  std::vector<float> reflectances_;
};

}  // namespace veriline::grading
