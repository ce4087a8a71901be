// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "calibration/model/calibration.h"
#include "grading/grading_patch.h"
#include "grading/modulation.h"
#include "grading/module_map.h"
#include "grading/report.h"
#include "vision/core/binary_view.h"
#include "vision/core/frame.h"
#include "vision/core/sampled_grid.h"

namespace veriline::grading {

/// Who read the symbol: the parameter Decode.
enum class DecodedBy : uint8_t {
  kReferenceDecode,  ///< the standard's algorithm, on the binarised patch
  kReaderOnly,       ///< a friendlier reader: Decode 0, overall 0, the rest informative
};

/// Grades one matrix symbol after another in the same memory: nothing is allocated once it has seen
/// the largest. One for each thread.
///
///   auto binary = grader.Prepare(picture, &calibration, place, spec);   // reference grey image
///   ... reference decode on *binary makes the grid ...
///   auto report = grader.Grade(grid, DecodedBy::kReferenceDecode);
///
/// ISO/IEC 29158 grades twice, with 0.5 X and 0.8 X, and takes the better: Prepare and Grade with
/// each of kDirectPartApertures, then Better.
/// Cost: 22 × 22 modules at 5 px: a million instructions, 100 to 130 µs.
class MatrixGrader {
 public:
  static constexpr std::array<double, 2> kDirectPartApertures = {0.5, 0.8};

  /// The reference grey-scale image under the spec's aperture, binarised by the edition's threshold
  /// (ISO/IEC 29158: T1). The view is valid until the next call.
  /// Requires: `spec` is valid; `calibration` (may be null) and `spec` live until Grade has
  /// returned. Errors: as GradingPatch::Make.
  Result<BinaryView> Prepare(const FrameView& picture, const calibration::Calibration* calibration,
                             const PatchPlace& place, const GradingSpec& spec);

  /// All parameters by the grid (that of the reference decode, else the reader's).
  /// Errors: not prepared; a grid that is not consistent, smaller than 2 × 2, or leaves the patch.
  Result<GradeReport> Grade(const SampledGrid& grid, DecodedBy decoded_by);

  /// Both at once, with the grid as it is; for ISO/IEC 29158 with both apertures.
  Result<GradeReport> GradeAsRead(const FrameView& picture,
                                  const calibration::Calibration* calibration,
                                  const SampledGrid& grid, const GradingSpec& spec,
                                  DecodedBy decoded_by = DecodedBy::kReferenceDecode);

  static const GradeReport& Better(const GradeReport& a, const GradeReport& b) {
    return b.overall > a.overall ? b : a;
  }

  /// What the last Grade saw, for maps and overlays; valid until the next call.
  const ModuleMap& modules() const { return map_; }
  const GradingPatch& patch() const { return patch_; }

 private:
  Levels MatrixLevels();
  void GradeContrast(const Levels& levels, GradeReport* report) const;
  void GradeModulation(const ModuleMap& map, const SampledGrid& grid, GradeReport* report);
  void GradePatterns(const ModuleMap& map, const SampledGrid& grid, GradeReport* report) const;
  void GradeGeometry(const SampledGrid& grid, GradeReport* report) const;
  void GradeGrowth(const SampledGrid& grid, GradeReport* report) const;
  void GradeCells(GradeReport* report) const;
  bool ExtremeReflectanceChanges(const SampledGrid& grid, const GradeReport& report);
  void State(const SampledGrid& grid, DecodedBy decoded_by, GradeReport* report) const;
  double Graded(const ThresholdTable& table, double value, Scale scale) const;

  GradingPatch patch_;
  ModuleMap map_;
  ModuleMap extended_;
  CodewordGrades codewords_;
  const calibration::Calibration* calibration_ = nullptr;
  const GradingSpec* spec_ = nullptr;
};

}  // namespace veriline::grading
