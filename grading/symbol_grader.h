// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "calibration/model/calibration.h"
#include "grading/linear_grader.h"
#include "grading/matrix_grader.h"
#include "grading/multi_row_grader.h"
#include "grading/report.h"
#include "vision/core/frame.h"
#include "vision/core/sampled_grid.h"
#include "vision/core/symbol.h"
#include "vision/symbology/datamatrix/reader.h"
#include "vision/symbology/datamatrix/reference_decode.h"
#include "vision/symbology/qr/micro_reader.h"
#include "vision/symbology/qr/reader.h"
#include "vision/symbology/qr/reference_decode.h"
#include "vision/symbology/reference_decode.h"

namespace veriline::grading {

/// Grades one symbol after another that some reader has read: aperture and threshold, the
/// standard's reference decode, all parameters by its grid. Where the reference decode fails, the
/// grid is that of our own reader at the place that the symbol has, Decode and the overall grade
/// are 0, and the rest is informative.
/// One for each thread (it owns scratch memory, about 100 kB and the patch); nothing is allocated
/// once it has seen the largest symbol.
class SymbolGrader {
 public:
  /// Data Matrix, QR Code, Micro QR; PDF417 and MicroPDF417; and linear symbologies with a
  /// reference decode.
  static bool Covers(Symbology symbology);

  /// `symbol` as a reader gave it: symbology, quad, payload, and rows and cols where it knows them.
  /// Linear symbols are graded by `spec.linear_edition` (LinearGrader), others by `spec.edition`.
  /// Requires: Covers(symbol.symbology); `spec` is valid; `calibration` may be null.
  /// Errors: a place that can not be graded: as GradingPatch::Make.
  Result<GradeReport> Grade(const FrameView& picture, const calibration::Calibration* calibration,
                            const Symbol& symbol, const GradingSpec& spec);

  // Of the last Grade, until the next; for maps and overlays.
  /// rows == 0: neither the reference decode nor the reader found modules; of the report only
  /// Decode is graded.
  /// Empty: it was no linear or multi-row symbol.
  std::span<const LinearScan> scans() const {
    return was_linear_      ? linear_.scans()
           : was_multi_row_ ? multi_row_.scans()
                            : std::span<const LinearScan>();
  }
  const SampledGrid& grid() const { return grid_; }
  const ModuleMap& modules() const { return grader_.modules(); }
  const GradingPatch& patch() const { return grader_.patch(); }

 private:
  Result<GradeReport> GradeOnce(const FrameView& picture,
                                const calibration::Calibration* calibration, const Symbol& symbol,
                                const GradingSpec& spec);
  bool DecodeByReference(const BinaryView& binary, const symbology::ReferenceStart& start,
                         const Symbol& symbol);
  bool DecodeByReader(const FrameView& picture, const Symbol& symbol);

  MatrixGrader grader_;
  LinearGrader linear_;
  MultiRowGrader multi_row_;
  bool was_linear_ = false;
  bool was_multi_row_ = false;
  symbology::datamatrix::ReferenceDecoder datamatrix_;
  symbology::qr::ReferenceDecoder qr_;
  symbology::datamatrix::Reader datamatrix_reader_;
  symbology::qr::Reader qr_reader_;
  symbology::qr::MicroReader micro_reader_;
  symbology::ReferenceStep failed_at_ = symbology::ReferenceStep::kNone;
  Symbol read_;  ///< by our own reader
  SampledGrid grid_;
};

}  // namespace veriline::grading
