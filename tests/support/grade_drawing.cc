// SPDX-License-Identifier: Apache-2.0
#include "tests/support/grade_drawing.h"

#include <random>

namespace veriline::grading {
namespace {

Quad Off(const SampledGrid& grid, double modules, std::mt19937& random) {
  std::uniform_real_distribution<float> unit(-1, 1);
  Quad outline = grid.outline;
  const auto& c = grid.outline.corners;
  const Point across = (c[1] - c[0]) * (1 / static_cast<float>(grid.cols));
  const Point down = (c[3] - c[0]) * (1 / static_cast<float>(grid.rows));
  const auto most = static_cast<float>(modules);
  for (Point& corner : outline.corners) {
    corner = corner + across * (most * unit(random)) + down * (most * unit(random));
  }
  return outline;
}

}  // namespace

Result<GradeReport> DrawingGrader::Grade(const testing::Drawing& drawing, const GradingSpec& spec,
                                         const ReaderError& off,
                                         const std::function<void(SampledGrid*)>& retouch) {
  if (!IsDirectPartMark(spec.edition)) return GradeOnce(drawing, spec, off, retouch);
  GradingSpec with = spec;
  with.aperture = {.mm = 0, .x_ratio = MatrixGrader::kDirectPartApertures[0]};
  const auto narrow = GradeOnce(drawing, with, off, retouch);
  if (!narrow) return narrow;
  with.aperture.x_ratio = MatrixGrader::kDirectPartApertures[1];
  const auto wide = GradeOnce(drawing, with, off, retouch);
  if (!wide) return wide;
  return MatrixGrader::Better(*narrow, *wide);
}

Result<GradeReport> DrawingGrader::GradeOnce(const testing::Drawing& drawing,
                                             const GradingSpec& spec, const ReaderError& off,
                                             const std::function<void(SampledGrid*)>& retouch) {
  static const calibration::Calibration kCalibration = testing::DrawingCalibration();
  const SampledGrid& truth = drawing.grid;
  std::mt19937 random(off.seed);
  const PatchPlace place{Off(truth, off.place, random), truth.rows, truth.cols,
                         QuietModulesOf(truth.symbology)};
  const auto binary = grader_.Prepare(drawing.view(), &kCalibration, place, spec);
  if (!binary) return tl::unexpected<Error>(binary.error());
  const symbology::ReferenceStart start{Off(truth, off.start, random), truth.rows, truth.cols,
                                        truth.inverted, truth.mirrored};
  const bool is_datamatrix = truth.symbology == Symbology::kDataMatrix;
  const bool decoded =
      is_datamatrix ? datamatrix_.Decode(*binary, start, &grid_)
                    : qr_.Decode(*binary, start, truth.symbology == Symbology::kMicroQr, &grid_);
  failed_at_ = is_datamatrix ? datamatrix_.failed_at() : qr_.failed_at();
  if (!decoded) return Fail(ErrorCode::kUnavailable, Name(failed_at_).data());
  if (retouch) retouch(&grid_);
  return grader_.Grade(grid_, DecodedBy::kReferenceDecode);
}

}  // namespace veriline::grading
