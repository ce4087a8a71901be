// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "calibration/model/calibration.h"
#include "grading/linear_scan.h"
#include "grading/report.h"
#include "grading/scan_sampler.h"
#include "vision/core/frame.h"
#include "vision/core/symbol.h"
#include "vision/symbology/pdf417/reader.h"

namespace veriline::grading {

/// Grades one PDF417 or MicroPDF417 symbol after another by ISO/IEC 15415, section 6 (grading.md
/// 11): start and stop patterns (of MicroPDF417 the row address patterns at both ends) by ISO/IEC
/// 15416 but for decodability, ten scans each over the middle 80 % of the height, the mean of the
/// worse of the two; codeword yield; unused error correction. The symbol's grade is the lowest.
///
/// Yield: three lines along each row, at its middle and a fifth of its height from either side of
/// it, so that none crosses from one row to the next; a codeword counts when the reference decode
/// of the line gives what the symbol says there. What no line gives right is an erasure, or an
/// error where one gives something else.
///
/// One for each thread (it owns scratch memory).
class MultiRowGrader {
 public:
  static bool Covers(Symbology symbology) {
    return symbology == Symbology::kPdf417 || symbology == Symbology::kMicroPdf417;
  }

  /// `symbol` as a reader gave it: symbology, quad, inverted.
  /// Requires: Covers(symbol.symbology); `spec` is valid; `calibration` may be null.
  /// Errors: a place that cannot be graded: as ScanSampler::Make.
  Result<GradeReport> Grade(const FrameView& picture, const calibration::Calibration* calibration,
                            const Symbol& symbol, const GradingSpec& spec);

  /// Of the patterns, from the top: row 0 at the left end, 1 at the right one.
  std::span<const LinearScan> scans() const { return {scans_.data(), count_}; }

 private:
  enum class End { kLeft, kRight };

  void ScanPattern(End end, double height_ratio, const GradingSpec& spec, LinearScan* scan);
  void MeasureYield(GradeReport* report, const GradingSpec& spec);

  ScanSampler sampler_;
  symbology::pdf417::Reader reader_;
  Symbol read_;
  ScanProfile line_;
  std::array<symbology::pdf417::ColumnRead, symbology::pdf417::RowPlan::kMostColumns> columns_;
  struct Seen {
    bool right = false;
    bool wrong = false;
  };
  std::vector<Seen> seen_;  ///< of each data codeword, row by row
  std::vector<LinearScan> scans_;
  size_t count_ = 0;
};

}  // namespace veriline::grading
