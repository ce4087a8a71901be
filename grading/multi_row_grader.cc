// SPDX-License-Identifier: Apache-2.0
#include "grading/multi_row_grader.h"

#include <algorithm>
#include <cmath>

#include "grading/uncertainty.h"
#include "grading/unused_error_correction.h"
#include "vision/symbology/pdf417/row_scan.h"

namespace veriline::grading {

using symbology::pdf417::ColumnKind;
using symbology::pdf417::FoundSymbol;
using symbology::pdf417::Guard;

namespace {

constexpr double kBandMargin = 0.1;  ///< of the height, above and below the inspection band
constexpr float kQuietPdf417 = 2, kQuietMicro = 1;  ///< X: ISO/IEC 15438, ISO/IEC 24728
constexpr float kSpareX = 0.5f;                     ///< looked at beyond a quiet zone
/// An edge may lie so far from where the outline tells it, X.
constexpr float kNearX = 2;
/// Lines within each row, from its upper edge (0) to the lower one (1).
constexpr std::array<double, 3> kRowOffsets = {0.5, 0.3, 0.7};

/// Elements of the pattern at either end: start and stop; a row address pattern, at the right with
/// the bar behind it.
size_t ElementsOf(bool micro, bool left) {
  if (micro) return left ? 6 : 7;
  return left ? 8 : 9;
}

bool IsPattern(const float* edges, bool micro, bool left) {
  if (micro) return symbology::pdf417::ReadRap(edges, symbology::pdf417::RapKind::kSide) > 0;
  float x;
  return symbology::pdf417::IsGuard(edges, left ? Guard::kStart : Guard::kStop, &x);
}

}  // namespace

/// The pattern alone, with its quiet zone and the space beside it.
void MultiRowGrader::ScanPattern(End end, double height_ratio, const GradingSpec& spec,
                                 LinearScan* scan) {
  const FoundSymbol& found = reader_.found();
  const bool micro = read_.symbology == Symbology::kMicroPdf417, left = end == End::kLeft;
  scan->row = left ? 0 : 1;
  scan->height_ratio = static_cast<float>(height_ratio);
  scan->parameters.fill({});
  scan->decode.Clear();
  scan->left_unseen = scan->right_unseen = false;
  scan->quiet_left_x = scan->quiet_right_x = 0;
  ScanProfile& profile = scan->profile;
  const ScanSampler::Ends ends = sampler_.Sample(height_ratio, &profile);
  FindEdges(&profile);
  const float modules =
      static_cast<float>(found.plan.modules + found.outer_left + found.outer_right);
  const float x = (ends.end - ends.begin) / modules;
  scan->x_samples = static_cast<double>(x);
  const float back_x = static_cast<float>(micro ? symbology::pdf417::kRapModules + 1
                                                : symbology::pdf417::kStopModules);
  const float at = left ? ends.begin : ends.end - back_x * x;
  std::vector<float>& edges = profile.edges;
  const size_t first = symbology::pdf417::NearestBar(edges, at, kNearX * x);
  const size_t elements = ElementsOf(micro, left);
  // Edges of the bars: the last space of a left pattern ends where the next bar begins.
  const size_t bars = (elements + 1) / 2 * 2;
  const size_t needed = left ? elements + 1 : bars;
  scan->decoded = first + needed <= edges.size() && IsPattern(&edges[first], micro, left);
  const auto size = static_cast<float>(profile.values.size() - 1);
  const float quiet_x = micro ? kQuietMicro : kQuietPdf417;
  const float beyond = (quiet_x + kSpareX) * x;
  float from = at - beyond, to = at + back_x * x + beyond;
  if (scan->decoded) {
    // Beside the codewords, up to the middle of the space there.
    from = left ? edges[first] - beyond
                : (first > 0 ? (edges[first - 1] + edges[first]) / 2 : edges[first]);
    to = left ? (edges[first + elements - 1] + edges[first + elements]) / 2
              : edges[first + bars - 1] + beyond;
    edges.erase(edges.begin() + static_cast<ptrdiff_t>(first + (left ? elements : bars)),
                edges.end());
    edges.erase(edges.begin(), edges.begin() + static_cast<ptrdiff_t>(first));
  } else {
    std::erase_if(edges, [&](float e) { return e < from || e > to; });
    if (edges.size() % 2 != 0) edges.pop_back();
  }
  (left ? scan->left_unseen : scan->right_unseen) = left ? from < 0 : to > size;
  (left ? scan->quiet_left_x : scan->quiet_right_x) = static_cast<double>(quiet_x);
  const auto begin = static_cast<ptrdiff_t>(std::clamp(std::ceil(from), 0.0f, size));
  const auto last =
      static_cast<ptrdiff_t>(std::clamp(std::floor(to), static_cast<float>(begin), size));
  profile.values.resize(static_cast<size_t>(last + 1));
  profile.values.erase(profile.values.begin(), profile.values.begin() + begin);
  profile.origin = profile.At(static_cast<float>(begin));
  for (float& edge : edges) edge -= static_cast<float>(begin);
  // Something dark within the quiet zone leaves less of it.
  const Levels levels = LevelsOf(profile);
  if (!edges.empty()) {
    const QuietZoneSeen seen = MeasureQuietZone(profile, left ? edges.front() : edges.back(),
                                                left ? -1 : 1, levels.threshold);
    (left ? scan->quiet_left_x : scan->quiet_right_x) = static_cast<double>(seen.samples / x);
  }
  MeasureScan(sampler_.aperture_px(), DefectRule(spec), scan);
  SetGrade(Parameter::kEdgeDetermination, scan->decoded ? 1 : 0, scan->decoded ? 4 : 0, scan);
  GradeScan(spec, {left ? quiet_x : 0, left ? 0 : quiet_x}, 0, scan);
  scan->Of(Parameter::kDecodability) = {};  // grading.md 11: all but that
}

void MultiRowGrader::MeasureYield(GradeReport* report, const GradingSpec& spec) {
  const FoundSymbol& found = reader_.found();
  const symbology::pdf417::Decoded& decoded = reader_.decoded();
  seen_.assign(static_cast<size_t>(found.rows * found.cols), {});
  const bool micro = read_.symbology == Symbology::kMicroPdf417;
  const float all = static_cast<float>(found.plan.modules + found.outer_left + found.outer_right);
  int read = 0, passed = 0;
  for (int row = 0; row < found.rows; ++row) {
    for (const double offset : kRowOffsets) {
      const ScanSampler::Ends ends =
          sampler_.Sample((static_cast<double>(row) + offset) / found.rows, &line_);
      FindEdges(&line_);
      const float x = (ends.end - ends.begin) / all;
      const auto anchor = [&](float at) {
        const size_t i = symbology::pdf417::NearestBar(line_.edges, at, kNearX * x);
        return i < line_.edges.size() ? line_.edges[i] : at;
      };
      const float from = anchor(ends.begin + static_cast<float>(found.outer_left) * x);
      const float to = anchor(ends.end - static_cast<float>(found.outer_right) * x);
      symbology::pdf417::ReadColumns(line_.edges, found.plan, from, to, &columns_);
      int col = micro ? 0 : -1;  // of data
      for (size_t c = 0; c < found.plan.count; ++c) {
        if (found.plan.kinds[c] != ColumnKind::kCodeword) continue;
        const symbology::pdf417::ColumnRead& column = columns_[c];
        bool right = column.ok && column.cluster == found.ClusterOf(row);
        if (col >= 0 && col < found.cols) {
          const auto i = static_cast<size_t>(row * found.cols + col);
          const bool same = right && column.value == decoded.words[i];
          seen_[i].right |= same;
          seen_[i].wrong |= right && !same;
          right = same;
        }
        ++col;
        ++passed;
        read += right;
      }
    }
  }
  int errors = 0, erasures = 0;
  for (const Seen& seen : seen_) {
    if (seen.right) continue;
    ++(seen.wrong ? errors : erasures);
  }
  const Switches& s = spec.switches;
  const Scale scale = ScaleOf(spec.edition);
  const double yield = static_cast<double>(read) / std::max(1, passed);
  SetGrade(Parameter::kCodewordYield, yield,
           GradeOf(kCodewordYieldTable, AsGraded(yield, s), scale, s.tails_below_one), report);
  const double unused = UnusedErrorCorrection(erasures, errors, decoded.capacity);
  SetGrade(Parameter::kUnusedErrorCorrection, unused,
           GradeOf(kUnusedErrorCorrectionTable, AsGraded(unused, s), scale, s.tails_below_one),
           report);
}

Result<GradeReport> MultiRowGrader::Grade(const FrameView& picture,
                                          const calibration::Calibration* calibration,
                                          const Symbol& symbol, const GradingSpec& spec) {
  count_ = 0;
  GradeReport report;
  report.edition = spec.edition;
  SymbologySet only;
  only.Add(symbol.symbology);
  if (!reader_.Read(picture, {.quad = symbol.quad, .inverted = symbol.inverted}, only, &read_)) {
    // What another reader made of it is all that is known.
    SetGrade(Parameter::kDecode, 0, 0, &report);
    report.Add(Indication::kReaderOnly);
    return report;
  }
  const FoundSymbol& found = reader_.found();
  const int modules = found.plan.modules + found.outer_left + found.outer_right;
  const auto& c = read_.quad.corners;
  const double x_px =
      static_cast<double>(Distance(c[0], c[1]) + Distance(c[3], c[2])) / 2 / modules;
  const float quiet_x = read_.symbology == Symbology::kMicroPdf417 ? kQuietMicro : kQuietPdf417;
  const ScanPlace place{.outline = read_.quad,
                        .x_px = x_px,
                        .quiet_left_x = static_cast<double>(quiet_x),
                        .quiet_right_x = static_cast<double>(quiet_x),
                        .inverted = symbol.inverted};
  if (auto made = sampler_.Make(picture, calibration, place, spec.linear_aperture); !made) {
    return tl::unexpected<Error>(made.error());
  }
  // A compact symbol has no stop pattern.
  const bool right_too = found.outer_right != 1 || read_.symbology == Symbology::kMicroPdf417;
  const auto per_end = static_cast<size_t>(spec.scans);
  scans_.resize(std::max(scans_.size(), 2 * per_end));
  for (const End end : {End::kLeft, End::kRight}) {
    if (end == End::kRight && !right_too) continue;
    for (size_t i = 0; i < per_end; ++i) {
      const double part = (static_cast<double>(i) + 0.5) / static_cast<double>(per_end);
      ScanPattern(end, kBandMargin + (1 - 2 * kBandMargin) * part, spec, &scans_[count_++]);
    }
  }
  Summarise(scans(), &report);
  report.x_px = x_px;
  MeasureYield(&report, spec);
  for (const Parameter p : {Parameter::kCodewordYield, Parameter::kUnusedErrorCorrection}) {
    if (report.Of(p).grade >= report.overall) continue;
    report.overall = report.Of(p).grade;
    report.limited_by = p;
  }
  report.aperture_x_ratio = sampler_.aperture_px() / x_px;
  report.aperture_mm = sampler_.aperture_mm();
  StateConditions(calibration, spec, &report);
  if (report.levels.rmax >= sampler_.whitest() - 1e-4) report.Add(Indication::kSaturated);
  EstimateUncertainty(scans(), calibration, spec, &report);
  return report;
}

}  // namespace veriline::grading
