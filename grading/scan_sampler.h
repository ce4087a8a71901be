// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "calibration/model/calibration.h"
#include "grading/aperture_disc.h"
#include "grading/grading_patch.h"
#include "grading/reflectance_sheet.h"
#include "vision/core/frame.h"
#include "vision/core/scan_profile.h"

namespace veriline::grading {

/// Diameter of the measuring aperture for an X dimension, mm. Source: ISO/IEC 15416, table 1;
/// grading.md 2.1.3. Smaller X than the table has take its first row.
double TabledAperture_mm(double x_mm);
/// What stands for the table where nobody knows millimetres: the middle of the 0.38 X to 0.79 X
/// that it amounts to.
inline constexpr double kUsualLinearApertureX = 0.5;

/// A disc with the variance of a pixel's square has this diameter, px.
inline constexpr double kPixelAperturePx = 1.15;

/// Where a linear symbol lies and how wide its modules are, before it is sampled.
struct ScanPlace {
  Quad outline;  ///< TL TR BR BL, without quiet zones; scans run from left to right
  double x_px = 0;
  double quiet_left_x = 0, quiet_right_x = 0;  ///< that are asked for
  bool inverted = false;
};

/// Reflectance along lines across a linear symbol under the measuring aperture. Made again for each
/// symbol in the memory of the last one; one for each thread.
class ScanSampler {
 public:
  /// Beyond the quiet zones, for outlines that are not exact.
  static constexpr double kSlackX = 3;

  /// Errors: as GradingPatch::Make; the outline leaves the picture by more than two pixels or is
  /// shorter than 16; an aperture of more than 4 X or 256 px; a fixed one without a scale.
  Result<void> Make(const FrameView& picture, const calibration::Calibration* calibration,
                    const ScanPlace& place, const Aperture& aperture);

  /// Fills origin, step and values of the line at a height (0 the outline's upper side, 1 its lower
  /// one), as far as the picture shows it: from quiet zone to quiet zone and kSlackX more. Returns
  /// in which samples the outline begins and ends.
  ///
  /// Samples are a quarter of the aperture apart, the camera's pixel taken as a part of it, and no
  /// more than a sixth of X: an edge passes in four of them, where straight lines between samples
  /// are off by less than a hundredth of the aperture; and the extreme of the narrowest element
  /// lies within a twelfth of X of one, where a wave of that period has lost 3 % of its height at
  /// the most.
  struct Ends {
    float begin = 0, end = 0;
  };
  Ends Sample(double height_ratio, ScanProfile* profile);

  double aperture_px() const;  ///< mean diameter, as used
  double aperture_x_ratio() const { return aperture_px() / place_.x_px; }
  double aperture_mm() const { return aperture_mm_; }  ///< 0: not known
  double whitest() const { return whitest_; }          ///< reflectance of the largest grey

 private:
  FrameView picture_;
  ScanPlace place_;
  ApertureDisc disc_;
  ReflectanceSheet sheet_;
  std::vector<Point> places_;
  double aperture_mm_ = 0;
  double whitest_ = 1;
};

}  // namespace veriline::grading
