// SPDX-License-Identifier: Apache-2.0
#include "grading/symbol_grader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "vision/symbology/datamatrix/grid.h"
#include "vision/symbology/qr/grid.h"

namespace veriline::grading {

using symbology::ReferenceStart;
using symbology::ReferenceStep;

namespace {

/// Modules along a side that are tried where nobody knows how many there are.
constexpr std::array<int, 6> kGuessedSides = {16, 24, 36, 52, 80, 120};
/// A corner that far from where the reader saw it (in X): the patch is made again.
constexpr double kRefinedAboveX = 0.15;

PatchPlace PlaceOf(const ReferenceStart& start, Symbology symbology) {
  return {start.outline, start.rows, start.cols, QuietModulesOf(symbology)};
}

/// How far the grid's outline lies from where the decode began, in X.
double MovedModules(const ReferenceStart& start, const SampledGrid& grid) {
  double most_px = 0;
  for (size_t i = 0; i < 4; ++i) {
    most_px =
        std::max<double>(most_px, Distance(start.outline.corners[i], grid.outline.corners[i]));
  }
  return most_px * grid.cols / Distance(grid.outline.corners[0], grid.outline.corners[1]);
}

/// Every module's centre on straight lines across the outline.
void SpreadCenters(const Quad& outline, SampledGrid* grid) {
  grid->outline = outline;
  grid->centers.resize(static_cast<size_t>(grid->rows) * static_cast<size_t>(grid->cols));
  for (int row = 0; row < grid->rows; ++row) {
    for (int col = 0; col < grid->cols; ++col) {
      grid->centers[grid->Index(row, col)] =
          outline.At((static_cast<float>(col) + 0.5f) / static_cast<float>(grid->cols),
                     (static_cast<float>(row) + 0.5f) / static_cast<float>(grid->rows));
    }
  }
}

}  // namespace

bool SymbolGrader::Covers(Symbology symbology) {
  return symbology == Symbology::kDataMatrix || symbology == Symbology::kQr ||
         symbology == Symbology::kMicroQr || MultiRowGrader::Covers(symbology) ||
         LinearGrader::Covers(symbology);
}

bool SymbolGrader::DecodeByReference(const BinaryView& binary, const ReferenceStart& start,
                                     const Symbol& symbol) {
  std::string_view payload;
  if (symbol.symbology == Symbology::kDataMatrix) {
    if (!datamatrix_.Decode(binary, start, &grid_)) {
      failed_at_ = datamatrix_.failed_at();
      return false;
    }
    payload = datamatrix_.decoded().message.payload();
  } else {
    if (!qr_.Decode(binary, start, symbol.symbology == Symbology::kMicroQr, &grid_)) {
      failed_at_ = qr_.failed_at();
      return false;
    }
    payload = qr_.decoded().message.bytes();
  }
  // Third-party decoders have their own ways with ECI and separators.
  const bool comparable = symbol.decoder == Decoder::kOwn;
  failed_at_ =
      comparable && payload != symbol.payload.view() ? ReferenceStep::kData : ReferenceStep::kNone;
  return failed_at_ == ReferenceStep::kNone;
}

bool SymbolGrader::DecodeByReader(const FrameView& picture, const Symbol& symbol) {
  grid_.Clear();
  if (symbol.rows <= 0 || symbol.cols <= 0) return false;
  const auto& c = symbol.quad.corners;
  const float module_px = Distance(c[0], c[1]) / static_cast<float>(symbol.cols);
  if (symbol.symbology == Symbology::kDataMatrix) {
    if (!datamatrix_reader_.Read(picture, {symbol.quad, symbol.rows, symbol.cols, symbol.inverted},
                                 &read_)) {
      return false;
    }
    const auto* size = symbology::datamatrix::FindSymbolSize(read_.rows, read_.cols);
    if (size == nullptr) return false;
    symbology::datamatrix::FillGrid(*size, datamatrix_reader_.decoded(), &grid_);
  } else if (symbol.symbology == Symbology::kMicroQr) {
    const Rect box = Intersect(BoundsOf(symbol.quad, 2 * module_px), picture.Bounds());
    const Point along = c[1] - c[0];
    if (!micro_reader_.Read(picture, {box, std::atan2(along.y, along.x)}, &read_)) return false;
    symbology::qr::FillGrid(micro_reader_.decoded(), &grid_);
  } else {
    if (!qr_reader_.Read(picture, {symbol.quad, module_px, symbol.inverted}, &read_)) return false;
    symbology::qr::FillGrid(qr_reader_.decoded(), &grid_);
  }
  SpreadCenters(read_.quad, &grid_);
  grid_.inverted = symbol.inverted;
  grid_.mirrored = grid_.outline.SignedArea() < 0;
  return true;
}

Result<GradeReport> SymbolGrader::GradeOnce(const FrameView& picture,
                                            const calibration::Calibration* calibration,
                                            const Symbol& symbol, const GradingSpec& spec) {
  ReferenceStart start{symbol.quad, symbol.rows, symbol.cols, symbol.inverted,
                       symbol.quad.SignedArea() < 0};
  Result<BinaryView> binary;
  bool decoded = false;
  const auto attempt = [&] {
    binary = grader_.Prepare(picture, calibration, PlaceOf(start, symbol.symbology), spec);
    decoded = binary && DecodeByReference(*binary, start, symbol);
  };
  if (start.rows > 0 && start.cols > 0) {
    attempt();
  } else {
    const double across = Distance(start.outline.corners[0], start.outline.corners[1]);
    const double down = Distance(start.outline.corners[0], start.outline.corners[3]);
    for (const int side : kGuessedSides) {
      // Sizes that are not square have the same modules along their sides.
      start.rows = std::max(8, static_cast<int>(std::lround(side * std::min(1.0, down / across))));
      start.cols = std::max(8, static_cast<int>(std::lround(side * std::min(1.0, across / down))));
      const ReferenceStart guess = start;
      auto next = grader_.Prepare(picture, calibration, PlaceOf(guess, symbol.symbology), spec);
      if (!next && side != kGuessedSides[0]) break;  // modules would be smaller than can be graded
      binary = std::move(next);
      start.rows = start.cols = 0;  // what is guessed for the aperture is not known
      decoded = binary && DecodeByReference(*binary, start, symbol);
      start = guess;
      if (decoded) break;
    }
  }
  if (!binary) {
    grid_.Clear();
    return tl::unexpected<Error>(binary.error());
  }
  if (decoded && (grid_.rows != start.rows || grid_.cols != start.cols ||
                  MovedModules(start, grid_) > kRefinedAboveX)) {
    start.outline = grid_.outline;
    start.rows = grid_.rows;
    start.cols = grid_.cols;
    attempt();
    if (!binary) {
      grid_.Clear();
      return tl::unexpected<Error>(binary.error());
    }
  }
  if (decoded) return grader_.Grade(grid_, DecodedBy::kReferenceDecode);

  const ReferenceStep failed_at = failed_at_;
  if (DecodeByReader(picture, symbol)) {
    const PatchPlace place{grid_.outline, grid_.rows, grid_.cols, QuietModulesOf(symbol.symbology)};
    if (grader_.Prepare(picture, calibration, place, spec)) {
      if (auto report = grader_.Grade(grid_, DecodedBy::kReaderOnly)) {
        report->reference_failed_at = failed_at;
        return report;
      }
    }
  }
  grid_.Clear();
  GradeReport report;
  report.edition = spec.edition;
  report.Of(Parameter::kDecode) = {.value = 0, .exact = 0, .grade = 0};
  report.Add(Indication::kReaderOnly);
  report.reference_failed_at = failed_at;
  return report;
}

Result<GradeReport> SymbolGrader::Grade(const FrameView& picture,
                                        const calibration::Calibration* calibration,
                                        const Symbol& symbol, const GradingSpec& spec) {
  was_multi_row_ = false;
  was_linear_ = LinearGrader::Covers(symbol.symbology);
  if (was_linear_) {
    grid_.Clear();
    return linear_.Grade(picture, calibration, symbol, spec);
  }
  was_multi_row_ = MultiRowGrader::Covers(symbol.symbology);
  if (was_multi_row_) {
    grid_.Clear();
    return multi_row_.Grade(picture, calibration, symbol, spec);
  }
  if (!IsDirectPartMark(spec.edition)) return GradeOnce(picture, calibration, symbol, spec);
  // Both apertures; what maps and overlays show is that of the better.
  GradingSpec narrow = spec, wide = spec;
  narrow.aperture = {.mm = 0, .x_ratio = MatrixGrader::kDirectPartApertures[0]};
  wide.aperture = {.mm = 0, .x_ratio = MatrixGrader::kDirectPartApertures[1]};
  const auto first = GradeOnce(picture, calibration, symbol, narrow);
  auto second = GradeOnce(picture, calibration, symbol, wide);
  if (first && (!second || second->overall <= first->overall)) {
    return GradeOnce(picture, calibration, symbol, narrow);
  }
  return second;
}

}  // namespace veriline::grading
