// SPDX-License-Identifier: Apache-2.0
#include "grading/linear_grader.h"

#include <algorithm>
#include <cmath>

#include "grading/hints.h"
#include "grading/uncertainty.h"
#include "vision/symbology/linear/scan_lines.h"

namespace veriline::grading {
namespace {

using symbology::linear::LinearCharacter;
using symbology::linear::LinearDecode;

/// Share of the bars' height above and below that is no part of the inspection band.
constexpr double kBandMargin = 0.1;
/// An edge may lie so far from where the reader's outline ends, in X.
constexpr double kEndSlackX = 2.5;
/// Light that is looked at beside symbologies that ask for no quiet zone: the first and last space.
constexpr float kLeastLookX = 1;
/// A line at half pixels, some pixels longer than the outline: to learn X from.
void SampleCoarse(const FrameView& picture, const Symbol& symbol, float height_ratio,
                  ScanProfile* out) {
  out->Clear();
  const Point from = symbol.quad.At(0, height_ratio), to = symbol.quad.At(1, height_ratio);
  const float length = Distance(from, to);
  if (!(length > 1) || !(length < 1e5f)) return;
  const Point beyond = (to - from) * (std::max(4.0f, length / 20) / length);
  symbology::linear::SampleLine(
      picture,
      {.from = from - beyond, .to = to + beyond, .step_px = 0.5f, .inverted = symbol.inverted},
      out);
  FindEdges(out);
}

}  // namespace

/// X in px: of a line that decodes; else half of what the narrowest bar and space measure together.
double LinearGrader::EstimateX(const FrameView& picture, const Symbol& symbol) {
  double narrowest = 0;
  for (const float at : {0.5f, 0.35f, 0.65f, 0.2f, 0.8f}) {
    SampleCoarse(picture, symbol, at, &coarse_);
    if (decoder_.Decode(symbol.symbology, coarse_.edges, rules_, &coarse_scan_.decode)) {
      return coarse_scan_.decode.x_width / 2;
    }
    if (narrowest > 0 || coarse_.edges.size() < 8) continue;
    part_.clear();
    for (size_t i = 2; i < coarse_.edges.size(); ++i) {
      part_.push_back(coarse_.edges[i] - coarse_.edges[i - 2]);
    }
    const auto twentieth = part_.begin() + static_cast<ptrdiff_t>(part_.size() / 20);
    std::nth_element(part_.begin(), twentieth, part_.end());
    narrowest = *twentieth / 4;  // of two elements, in half pixels
  }
  if (narrowest > 0) return narrowest;
  // Nothing like bars: any width will do, for no scan is going to decode.
  constexpr float kUsualModules = 90;
  return std::max(0.5f, Distance(symbol.quad.corners[0], symbol.quad.corners[1]) / kUsualModules);
}

/// The rows, by what lines across them decode to; all of the height where there is one row.
void LinearGrader::FindBands(const FrameView& picture, const Symbol& symbol) {
  bands_.clear();
  if (LinearReferenceDecoder::IsStacked(symbol.symbology)) {
    constexpr int kLines = 48;
    constexpr size_t kMostRows = 11;
    for (int i = 0; i < kLines; ++i) {
      const double from = static_cast<double>(i) / kLines;
      SampleCoarse(picture, symbol, static_cast<float>(from + 0.5 / kLines), &coarse_);
      if (!decoder_.Decode(symbol.symbology, coarse_.edges, rules_, &coarse_scan_.decode)) continue;
      if (bands_.empty() || bands_.back().row != decoder_.row()) {
        if (bands_.size() == kMostRows) break;
        bands_.push_back({decoder_.row(), from, from});
      }
      bands_.back().to = from + 1.0 / kLines;
    }
  }
  if (bands_.empty()) bands_.push_back({});
}

bool LinearGrader::Decode(std::span<const float> edges, LinearScan* scan) {
  return decoder_.Decode(symbol_->symbology, edges, rules_, &scan->decode);
}

/// Leaves in profile.edges those of the symbol: what is decoded, else what lies between the
/// outline's ends.
void LinearGrader::FindSymbol(const ScanSampler::Ends& ends, LinearScan* scan) {
  ScanProfile& profile = scan->profile;
  FindEdges(&profile);
  const auto slack = static_cast<float>(kEndSlackX * scan->x_samples);
  std::vector<float>& edges = profile.edges;
  size_t first = 0, last = edges.size();
  while (first + 1 < last && edges[first] < ends.begin - slack) first += 2;
  while (last > first + 1 && edges[last - 1] > ends.end + slack) last -= 2;
  if (last <= first) first = last = 0;
  const std::span<const float> all = edges;
  scan->decoded = Decode(all.subspan(first, last - first), scan);
  if (!scan->decoded && last - first != edges.size()) {
    scan->decoded = Decode(all, scan);  // the outline is not the symbol's
    if (scan->decoded) first = 0, last = edges.size();
  }
  LinearDecode& decode = scan->decode;
  if (scan->decoded) {
    last = first + decode.last_edge + 1;
    first += decode.first_edge;
    for (LinearCharacter& c : decode.characters) {
      c.first_edge = static_cast<uint16_t>(c.first_edge - decode.first_edge);
    }
    decode.last_edge = static_cast<uint16_t>(decode.last_edge - decode.first_edge);
    decode.first_edge = 0;
    scan->x_samples = decode.x_width;
  }
  edges.resize(last);
  edges.erase(edges.begin(), edges.begin() + static_cast<ptrdiff_t>(first));
}

/// Cuts the profile to the symbol and its quiet zones, which end where something dark begins.
void LinearGrader::Trim(LinearScan* scan) {
  ScanProfile& profile = scan->profile;
  if (profile.edges.empty()) return;
  const double threshold = LevelsOf(profile).threshold;
  const bool turned = scan->decoded && scan->decode.reversed;
  const float left = turned ? quiet_.right : quiet_.left;
  const float right = turned ? quiet_.left : quiet_.right;
  const auto x = static_cast<float>(scan->x_samples);
  const QuietZoneSeen before = MeasureQuietZone(profile, profile.edges.front(), -1, threshold);
  const QuietZoneSeen behind = MeasureQuietZone(profile, profile.edges.back(), 1, threshold);
  scan->quiet_left_x = static_cast<double>(before.samples / x);
  scan->quiet_right_x = static_cast<double>(behind.samples / x);
  scan->left_unseen = before.whole && !WideEnough(scan->quiet_left_x, left);
  scan->right_unseen = behind.whole && !WideEnough(scan->quiet_right_x, right);
  const float from =
      profile.edges.front() - std::min(before.samples, std::max(left, kLeastLookX) * x);
  const float to =
      profile.edges.back() + std::min(behind.samples, std::max(right, kLeastLookX) * x);
  const auto size = static_cast<ptrdiff_t>(profile.values.size());
  const auto begin = std::clamp<ptrdiff_t>(static_cast<ptrdiff_t>(std::ceil(from)), 0, size - 1);
  const auto end =
      std::clamp<ptrdiff_t>(static_cast<ptrdiff_t>(std::floor(to)) + 1, begin + 1, size);
  profile.values.resize(static_cast<size_t>(end));
  profile.values.erase(profile.values.begin(), profile.values.begin() + begin);
  profile.origin = profile.At(static_cast<float>(begin));
  for (float& edge : profile.edges) edge -= static_cast<float>(begin);
}

/// A scan passes edge determination when it has as many edges as those that decode.
void LinearGrader::JudgeEdges() {
  for (size_t i = 0; i < count_; ++i) {
    LinearScan& scan = scans_[i];
    size_t expected = 0;
    for (const LinearScan& other : scans()) {
      if (other.decoded && other.row == scan.row) expected = other.profile.edges.size();
    }
    const bool pass = scan.decoded || (expected > 0 && scan.profile.edges.size() == expected);
    SetGrade(Parameter::kEdgeDetermination, pass ? 1 : 0, pass ? 4 : 0, &scan);
  }
}

/// Whether all scans that decode say the same, and the reader said it too.
bool LinearGrader::Agree() {
  const PayloadBytes* said = symbol_->decoder == Decoder::kOwn ? &symbol_->payload : nullptr;
  if (LinearReferenceDecoder::IsStacked(symbol_->symbology)) {
    const LinearDecode* whole = decoder_.whole();
    return whole != nullptr && (said == nullptr || whole->payload == *said);
  }
  for (const LinearScan& scan : scans()) {
    if (!scan.decoded) continue;
    if (said == nullptr) said = &scan.decode.payload;
    if (!(scan.decode.payload == *said)) return false;
  }
  return true;
}

Result<GradeReport> LinearGrader::Grade(const FrameView& picture,
                                        const calibration::Calibration* calibration,
                                        const Symbol& symbol, const GradingSpec& spec) {
  calibration_ = calibration;
  symbol_ = &symbol;
  spec_ = &spec;
  count_ = 0;
  rules_ = {};
  rules_.itf_least_digits =
      static_cast<uint8_t>(std::min<size_t>(rules_.itf_least_digits, symbol.payload.size()));
  quiet_ = symbology::linear::QuietZonesOf(symbol.symbology, !symbol.addon.empty());
  if (picture.Empty()) {
    return Fail(ErrorCode::kInvalidArgument, "there is no picture to grade", picture.width,
                picture.height);
  }
  for (const Point& p : symbol.quad.corners) {
    if (!std::isfinite(p.x) || !std::isfinite(p.y)) {
      return Fail(ErrorCode::kInvalidArgument, "the outline of the symbol is not finite");
    }
  }
  x_px_ = EstimateX(picture, symbol);
  // A reader may tell the outline from the other side: both ends get the wider zone.
  const double wider = std::max({quiet_.left, quiet_.right, kLeastLookX});
  const ScanPlace place{.outline = symbol.quad,
                        .x_px = x_px_,
                        .quiet_left_x = wider,
                        .quiet_right_x = wider,
                        .inverted = symbol.inverted};
  if (auto made = sampler_.Make(picture, calibration, place, spec.linear_aperture); !made) {
    return tl::unexpected<Error>(made.error());
  }
  const PeakRule defects = DefectRule(spec);
  FindBands(picture, symbol);
  decoder_.Begin();
  const auto per_row = static_cast<size_t>(spec.scans);
  count_ = per_row * bands_.size();
  if (scans_.size() < count_) scans_.resize(count_);
  for (size_t i = 0; i < count_; ++i) {
    LinearScan& scan = scans_[i];
    const Band& band = bands_[i / per_row];
    const double part = (static_cast<double>(i % per_row) + 0.5) / static_cast<double>(per_row);
    const double in_band = kBandMargin + (1 - 2 * kBandMargin) * part;
    scan.row = static_cast<int>(i / per_row);
    scan.height_ratio = static_cast<float>(std::lerp(band.from, band.to, in_band));
    const ScanSampler::Ends ends = sampler_.Sample(scan.height_ratio, &scan.profile);
    const double pitch_px = std::hypot(scan.profile.step.x, scan.profile.step.y);
    scan.x_samples = x_px_ / std::max(pitch_px, 1e-6);
    scan.quiet_left_x = scan.quiet_right_x = 0;
    scan.left_unseen = scan.right_unseen = false;
    FindSymbol(ends, &scan);
    Trim(&scan);
    scan.parameters.fill({});
    MeasureScan(sampler_.aperture_px(), defects, &scan);
  }
  JudgeEdges();
  const double x_mm = sampler_.aperture_mm() / sampler_.aperture_px() * x_px_;
  for (size_t i = 0; i < count_; ++i) GradeScan(spec, quiet_, x_mm, &scans_[i]);
  disagree_ = !Agree();
  GradeReport report;
  report.edition = spec.linear_edition;
  report.x_px = x_px_;
  Summarise(scans(), &report);
  if (disagree_) {
    report.Add(Indication::kScansDisagree);
    report.overall = 0;
    report.limited_by = Parameter::kDecode;
    SetGrade(Parameter::kDecode, 0, 0, &report);
  }
  State(&report);
  EstimateUncertainty(scans(), calibration, spec, &report);
  FindHints(scans(), &report);
  return report;
}

/// What stands behind the numbers.
void LinearGrader::State(GradeReport* report) const {
  report->aperture_x_ratio = sampler_.aperture_px() / report->x_px;
  report->aperture_mm = sampler_.aperture_mm();
  StateConditions(calibration_, *spec_, report);
  if (calibration_ != nullptr && calibration_->scale) {
    const calibration::Scale& scale = *calibration_->scale;
    const Point along = symbol_->quad.corners[1] - symbol_->quad.corners[0];
    const double px = std::hypot(along.x, along.y);
    report->x_mm =
        report->x_px * std::hypot(along.x * scale.x_mm_per_px, along.y * scale.y_mm_per_px) / px;
  }
  const auto& c = symbol_->quad.corners;
  const double height_px = (Distance(c[0], c[3]) + Distance(c[1], c[2])) / 2;
  double lowest_band = 1;
  for (const Band& band : bands_) lowest_band = std::min(lowest_band, band.to - band.from);
  if (height_px * lowest_band * (1 - 2 * kBandMargin) / spec_->scans < sampler_.aperture_px()) {
    report->Add(Indication::kScansOverlap);
  }
  for (const LinearScan& scan : scans()) {
    if (scan.left_unseen || scan.right_unseen) report->Add(Indication::kQuietZoneUnseen);
  }
  if (report->levels.rmax >= sampler_.whitest() - 1e-4) report->Add(Indication::kSaturated);
}

}  // namespace veriline::grading
