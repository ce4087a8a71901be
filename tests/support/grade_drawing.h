// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "grading/matrix_grader.h"
#include "tests/support/graded_symbol.h"
#include "vision/symbology/datamatrix/reference_decode.h"
#include "vision/symbology/qr/reference_decode.h"
#include "vision/symbology/reference_decode.h"

namespace veriline::grading {

/// How far the corners of the outline that a reader told may be off, in X; at random.
struct ReaderError {
  double start = 0.5;  ///< of the outline that the reference decode starts from
  double place = 0;    ///< of the one that the patch, and so the aperture, is made by
  uint32_t seed = 1;
};

/// Grades drawings as the product grades pictures: the patch, the reference decode on it, and what
/// the grid of that says; ISO/IEC 29158 with both apertures. Keep one: its parts own their memory.
class DrawingGrader {
 public:
  /// `retouch`: of the grid before it is graded. Errors: as MatrixGrader; the reference decode
  /// failed (failed_at() tells where).
  Result<GradeReport> Grade(const testing::Drawing& drawing, const GradingSpec& spec,
                            const ReaderError& off = {},
                            const std::function<void(SampledGrid*)>& retouch = {});
  symbology::ReferenceStep failed_at() const { return failed_at_; }
  /// That the last grade was of.
  const SampledGrid& grid() const { return grid_; }

 private:
  Result<GradeReport> GradeOnce(const testing::Drawing& drawing, const GradingSpec& spec,
                                const ReaderError& off,
                                const std::function<void(SampledGrid*)>& retouch);

  MatrixGrader grader_;
  symbology::datamatrix::ReferenceDecoder datamatrix_;
  symbology::qr::ReferenceDecoder qr_;
  symbology::ReferenceStep failed_at_ = symbology::ReferenceStep::kNone;
  SampledGrid grid_;
};

}  // namespace veriline::grading
