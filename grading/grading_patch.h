// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "calibration/model/calibration.h"
#include "grading/aperture_disc.h"
#include "grading/reflectance_sheet.h"
#include "grading/switches.h"
#include "grading/thresholds.h"
#include "vision/core/binary_view.h"
#include "vision/core/frame.h"
#include "vision/core/geometry.h"
#include "vision/core/result.h"

namespace veriline::grading {

/// The measuring aperture of an application: a diameter in mm, or a share of X.
struct Aperture {
  double mm = 0;         ///< above 0: fixed
  double x_ratio = 0.8;  ///< else: of the symbol's mean module
};

/// Where a symbol lies, as its reader told it.
struct PatchPlace {
  Quad outline;  ///< TL TR BR BL of the symbol without quiet zone, in picture coordinates
  int rows = 0;
  int cols = 0;
  int quiet_modules = 1;  ///< required quiet zone in X
};

/// Reflectances that the parameters rest on (ratios).
struct Levels {
  double rmax = 0;
  double rmin = 0;
  double threshold = 0;
  double contrast() const { return rmax - rmin; }
};

/// Reflectance of a symbol, its quiet zone and 20 X around it, under one aperture: the reference
/// grey-scale image of ISO/IEC 15415, 7.3. Made again for each symbol (and aperture) in the memory
/// of the last one: nothing is allocated once it has seen the largest. One for each thread.
/// Reflectances are ratios; places are picture coordinates.
class GradingPatch {
 public:
  static constexpr int kMarginModules = 20;  ///< extended area: grading.md 1.5
  static constexpr int kBins = 256;          ///< of the histogram between the extremes

  /// Units: aperture in mm needs calibration->scale. Without calibration grey 255 counts as 1.
  /// Requires: `calibration` may be null. It and the picture are borrowed until the next Make: what
  /// lies around the symbol is looked at only when asked for.
  /// Errors: an empty picture; an outline that is no quadrilateral of at least 2 px a module or
  /// leaves the picture (a, b: its size in px); an aperture wider than the symbol; a fixed aperture
  /// with no scale; a symbol of more than 64 million px.
  Result<void> Make(const FrameView& picture, const calibration::Calibration* calibration,
                    const PatchPlace& place, const Aperture& aperture, const Switches& switches);

  /// Extremes of the filtered image over symbol and quiet zone.
  float least() const { return least_; }
  float greatest() const { return greatest_; }
  /// Bounds of what the 20 X around may add: extremes of single pixels, taken together with least()
  /// and greatest(). Cost: a few µs.
  struct Bounds {
    float least = 0, greatest = 0;
  };
  Bounds BoundsAround() const;
  /// Rmax, Rmin and threshold by the rules of the edition. For ISO/IEC 29158 the threshold is T1.
  Levels LevelsOf(Edition edition, const Switches& switches);
  /// As LevelsOf, with the 20 X around included (as far as the picture shows them); the threshold
  /// of 2024 stays. Cost: several times that of Make.
  Levels ExtendedLevelsOf(Edition edition, const Switches& switches);

  /// Means under the aperture at places of the picture. Requires: InReach of each place.
  void Sample(std::span<const Point> places, std::span<float> out) const;
  /// As Sample at one place, and between the sixteenths of a pixel that Sample rounds to.
  float SampleBetween(Point place) const;
  /// Whether the patch holds the disc there (also beside the picture, where its border goes on).
  bool InReach(Point place) const;
  bool InPicture(Point place) const;

  /// The filtered image of symbol and quiet zone in two levels; valid until the next call or Make.
  BinaryView Binarised(double threshold);

  double x_px() const { return x_px_; }  ///< mean pitch along both axes
  double aperture_px() const;            ///< mean diameter
  /// Share of the disc's diameter in X, as used.
  double aperture_x_ratio() const { return aperture_px() / x_px_; }
  bool quiet_zone_in_picture() const { return quiet_zone_in_picture_; }
  bool margin_in_picture() const { return margin_in_picture_; }
  /// The lightest place shows the camera's largest grey: it may be lighter than that.
  bool saturated() const { return saturated_; }

 private:
  void Fill(const Rect& rect, ReflectanceSheet* sheet);
  void FilterInner();
  void LookAround();
  void CountInner();
  void CountAround();

  ApertureDisc disc_;
  FrameView picture_;
  const calibration::Calibration* calibration_ = nullptr;
  Rect outer_;      ///< with the margin, clipped to the picture
  Rect inner_;      ///< symbol and quiet zone, clipped to the picture
  Quad sampled_;    ///< where the aperture's centre may lie
  Quad untouched_;  ///< pixels in it do not reach the 20 X around
  Quad with_margin_;
  ReflectanceSheet sheet_;         ///< of inner_
  ReflectanceSheet around_sheet_;  ///< of outer_, once it is asked for
  ptrdiff_t filtered_stride_ = 0;
  int row_step_ = 1;  ///< rows that are half an aperture apart
  std::vector<float> filtered_;
  std::vector<float> line_;
  std::vector<int> bins_;
  std::vector<uint8_t> binary_;
  std::array<std::array<uint32_t, kBins>, 4> part_counts_{};
  std::array<uint32_t, kBins> counts_{};
  std::array<uint32_t, kBins> extended_counts_{};
  bool counted_ = false;
  bool looked_around_ = false;
  float least_ = 0, greatest_ = 0, extended_least_ = 0, extended_greatest_ = 0;
  double x_px_ = 0;
  bool quiet_zone_in_picture_ = false;
  bool margin_in_picture_ = false;
  bool saturated_ = false;
};

}  // namespace veriline::grading
