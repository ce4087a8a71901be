// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/datamatrix/reference_decode.h"

#include "vision/symbology/datamatrix/grid.h"

namespace veriline::symbology::datamatrix {
namespace {

/// The standard knows no padding that is refused.
constexpr DecodeLimits kLimits{.small_need_padding = false};

}  // namespace

bool ReferenceDecoder::Decode(const BinaryView& binary, const ReferenceStart& start,
                              SampledGrid* grid) {
  decoded_.failed = DecodeStep::kErrorCorrection;
  view_ = binary;
  failed_at_ = Run(start, grid);
  return failed_at_ == ReferenceStep::kNone;
}

ReferenceStep ReferenceDecoder::Run(const ReferenceStart& start, SampledGrid* grid) {
  if (view_.width < 2 || view_.height < 2) return ReferenceStep::kFinder;
  ReferenceStart here = start;
  for (Point& corner : here.outline.corners) {
    corner = corner - view_.origin;
    // Not near the picture, or no number.
    const auto width = static_cast<float>(view_.width), height = static_cast<float>(view_.height);
    if (!(corner.x > -width && corner.x < 2 * width && corner.y > -height &&
          corner.y < 2 * height)) {
      return ReferenceStep::kFinder;
    }
  }
  const TwoLevels picture(view_, start.inverted);
  ReferenceStep failed = ReadOnce(picture, here, false);
  // Damage can look like a track beside the true one.
  if (failed == ReferenceStep::kTracks || failed == ReferenceStep::kErrorCorrection) {
    const ReferenceStep again = ReadOnce(picture, here, true);
    if (again > failed || again == ReferenceStep::kNone) failed = again;
  }
  if (failed != ReferenceStep::kNone) return failed;
  const std::vector<Point>& centers = region_grid_.centers();
  FillGrid(*FindSymbolSize(frame_.modules(kUp), frame_.modules(kAcross)), decoded_, grid);
  grid->centers.resize(centers.size());
  for (size_t i = 0; i < centers.size(); ++i) grid->centers[i] = centers[i] + view_.origin;
  grid->outline = region_grid_.outline();
  for (Point& corner : grid->outline.corners) corner = corner + view_.origin;
  grid->mirrored = grid->outline.SignedArea() < 0;
  grid->inverted = start.inverted;
  return ReferenceStep::kNone;
}

ReferenceStep ReferenceDecoder::ReadOnce(const TwoLevels& picture, const ReferenceStart& start,
                                         bool all_lines) {
  if (const ReferenceStep failed = frame_.Find(picture, start, all_lines);
      failed != ReferenceStep::kNone) {
    return failed;
  }
  const SymbolSize* size = FindSymbolSize(frame_.modules(kUp), frame_.modules(kAcross));
  if (!region_grid_.Make(picture, frame_, *size)) return ReferenceStep::kGrid;
  if (region_grid_.far_side_moved()) {
    if (!frame_.FindAgain(picture, start, region_grid_.FarSide(kAcross),
                          region_grid_.FarSide(kUp))) {
      return ReferenceStep::kTracks;
    }
    size = FindSymbolSize(frame_.modules(kUp), frame_.modules(kAcross));
    if (!region_grid_.Make(picture, frame_, *size)) return ReferenceStep::kGrid;
  }

  const std::vector<Point>& centers = region_grid_.centers();
  dark_.resize(centers.size());
  for (size_t i = 0; i < centers.size(); ++i) dark_[i] = picture.Level(centers[i]) > 0 ? 1 : 0;
  if (!datamatrix::Decode(Layout::Of(*size), dark_, {}, kLimits, decoded_)) {
    return decoded_.failed == DecodeStep::kErrorCorrection ? ReferenceStep::kErrorCorrection
                                                           : ReferenceStep::kData;
  }
  return ReferenceStep::kNone;
}

}  // namespace veriline::symbology::datamatrix
