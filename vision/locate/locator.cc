// SPDX-License-Identifier: Apache-2.0
#include "vision/locate/locator.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numbers>
#include <optional>

namespace veriline::locate {
namespace {

/// Densities about a factor of two apart: whatever the contrast, one of them lies between a code
/// and what is around it. The lowest is that of modules of 5 px with a tenth of the contrast.
constexpr std::array<uint8_t, 4> kThresholds = {16, 40, 80, 150};
constexpr int kMinSide = 16;
/// Ten modules of two pixels; bars are not lower either.
constexpr int kLeastPx = 20;
constexpr int kThoroughLeastPx = 8;
constexpr uint32_t kLeastCells = 4;
constexpr float kLeastFill = 0.3f;
/// Two candidates are one when they overlap by that much of their union.
constexpr float kSameRatio = 0.7f;
/// A candidate is not looked at once so much of it is found.
constexpr float kCoveredRatio = 0.5f;
/// Places at which the gradients of a candidate are looked at: first, and where it may be a code.
constexpr float kGlanceSamples = 100;
constexpr float kOrientSamples = 300;
constexpr float kThoroughSamples = 1024;
constexpr float kLongRowPx = 65536;    ///< area
constexpr float kBarsRatio = 0.5f;     ///< of the gradients in one direction: bars
constexpr float kLeastClarity = 0.3f;  ///< of a grid; text has less
constexpr float kSureRatio = 0.93f;    ///< of the modules of a fixed pattern
constexpr int kMarginPx = 10;          ///< a block beyond the map, and something of the quiet zone
constexpr float kLinePitchPx = 8;
constexpr int kMostLines = 24;
/// A line across ten modules or more crosses that many edges on the mean, also when it lies half in
/// the quiet zone.
constexpr int kLeastEdges = 2;
/// Along a line: large symbols have large modules.
constexpr float kMostSamples = 160;

float OverlapRatio(const Rect& a, const Rect& b) {
  const float common = Area(Intersect(a, b));
  return common / (Area(a) + Area(b) - common);
}

}  // namespace

void Locator::Propose(std::span<const Blob> blobs, int cell_px, int radius, int threshold,
                      int least_px) {
  for (const Blob& blob : blobs) {
    const int w = blob.x1 - blob.x0, h = blob.y1 - blob.y0;
    if (blob.count < kLeastCells) continue;
    const float fill = static_cast<float>(blob.count) / static_cast<float>(w * h);
    if (fill < kLeastFill) continue;
    // The closing widened it by about half its radius.
    const int shrink_px = radius * cell_px / 2;
    const Rect box{blob.x0 * cell_px + shrink_px, blob.y0 * cell_px + shrink_px,
                   std::max(kBlockPx, w * cell_px - 2 * shrink_px),
                   std::max(kBlockPx, h * cell_px - 2 * shrink_px)};
    const int shorter_px = std::min(box.width, box.height);
    if (shorter_px < least_px) continue;
    // Codes are filled, dense and not thin; size helps little, so that a whole label does not
    // stand before the code on it.
    const auto side = static_cast<float>(std::min(w, h) * cell_px);
    const float score = fill * std::sqrt(static_cast<float>(threshold)) * std::min(side, 96.0f);
    candidates_.push_back({box, score});
  }
}

void Locator::Propose(int least_px) {
  masks_.resize(kThresholds.size());
  const auto propose = [&](DensityMap& map, int cell_px, int radius) {
    map.Mask(radius, kThresholds, masks_);
    for (size_t k = 0; k < kThresholds.size(); ++k) {
      Propose(blobs_.Find(masks_[k]), cell_px, radius, kThresholds[k], least_px);
    }
  };
  density_.Assign(map_);
  propose(density_, kBlockPx, 0);  // parts a code from print 2 X beside it
  propose(density_, kBlockPx, 1);  // bridges the modules of usual codes
  half_density_.AssignHalf(density_);
  propose(half_density_, 2 * kBlockPx, 2);  // those of large ones, up to 40 px
}

void Locator::RemoveAlike() {
  std::ranges::stable_sort(candidates_, std::greater{}, &Candidate::score);
  // Areas of two that are alike differ by less than half an octave: only neighbours are compared.
  const auto size_class = [](float area) {
    return std::min(static_cast<size_t>(2 * std::log2(area)), kSizeClasses - 2);
  };
  for (std::vector<Rect>& kept : kept_by_size_) kept.clear();
  std::erase_if(candidates_, [&](const Candidate& candidate) {
    const float area = Area(candidate.box);
    const size_t own = size_class(area);
    for (size_t k = own == 0 ? 0 : own - 1; k <= own + 1; ++k) {
      if (std::ranges::any_of(kept_by_size_[k], [&](const Rect& other) {
            return OverlapRatio(other, candidate.box) > kSameRatio;
          })) {
        return true;
      }
    }
    kept_by_size_[own].push_back(candidate.box);
    return false;
  });
}

bool Locator::IsFound(const Rect& box) const {
  float covered = 0;
  for (const Region& region : regions_) covered += Area(Intersect(region.box, box));
  return covered > kCoveredRatio * Area(box);
}

int Locator::ContrastOf(const Rect& box) const {
  int low = 255, high = 0;
  const int x1 = std::min(map_.cols, (box.x + box.width) / kBlockPx + 1);
  const int y1 = std::min(map_.rows, (box.y + box.height) / kBlockPx + 1);
  for (int y = box.y / kBlockPx; y < y1; ++y) {
    for (int x = box.x / kBlockPx; x < x1; ++x) {
      low = std::min<int>(low, map_.At(x, y).low);
      high = std::max<int>(high, map_.At(x, y).high);
    }
  }
  return high - low;
}

bool Locator::Orient(const Rect& box, int contrast, float samples, Region* region) const {
  // Squared gradients turned twice and four times as fast add up along one direction (bars) and
  // along two crossing ones (grids).
  const float area = Area(box);
  // Of long rows of narrow bars so few lines of samples would hit edges by luck.
  const bool is_row = std::max(box.width, box.height) > 2 * std::min(box.width, box.height);
  if (is_row && area > kLongRowPx) samples *= 4;
  const int step = std::max(1, static_cast<int>(std::sqrt(area / samples)));
  // A quarter of the contrast over two pixels is an edge, noise is not.
  const int least = std::max(12, contrast / 4);
  float second_re = 0, second_im = 0, fourth_re = 0, fourth_im = 0, total = 0;
  const int x_end = std::min(box.x + box.width, picture_.width - 1);
  const int y_end = std::min(box.y + box.height, picture_.height - 1);
  // Each row is entered at another place, and rows lie at uneven distances: on an even grid,
  // modules of its pitch would show no edges, or those of one direction only.
  constexpr float kGoldenRatio = 0.618034f;
  for (int k = 0, y = std::max(1, box.y); y < y_end; ++k) {
    const auto shift = [&](float ratio) {
      const float part = static_cast<float>(k) * ratio;
      return static_cast<int>((part - std::floor(part)) * static_cast<float>(step));
    };
    y = std::max(1, box.y) + k * step + shift(1 - kGoldenRatio);
    if (y >= y_end) break;
    const uint8_t* up = picture_.Row(y - 1);
    const uint8_t* row = picture_.Row(y);
    const uint8_t* down = picture_.Row(y + 1);
    for (int x = std::max(1, box.x) + shift(kGoldenRatio); x < x_end; x += step) {
      // Sobel's weights: plain differences lean towards the diagonals by up to five degrees.
      const int dx =
          (up[x + 1] + 2 * row[x + 1] + down[x + 1]) - (up[x - 1] + 2 * row[x - 1] + down[x - 1]);
      const int dy =
          (down[x - 1] + 2 * down[x] + down[x + 1]) - (up[x - 1] + 2 * up[x] + up[x + 1]);
      const int square = dx * dx + dy * dy;
      if (square < 16 * least * least) continue;
      const auto m = static_cast<float>(square);
      const auto re = static_cast<float>(dx * dx - dy * dy);  // |g|² e^{2iθ}
      const auto im = static_cast<float>(2 * dx * dy);
      second_re += re;
      second_im += im;
      fourth_re += (re * re - im * im) / m;
      fourth_im += 2 * re * im / m;
      total += m;
    }
  }
  if (total <= 0) return false;
  const float bars = std::hypot(second_re, second_im) / total;
  if (bars > kBarsRatio) {
    region->kind = RegionKind::kBars;
    region->angle_rad = std::atan2(second_im, second_re) / 2;
    region->clarity_ratio = bars;
  } else {
    region->kind = RegionKind::kMatrix;
    region->angle_rad = std::atan2(fourth_im, fourth_re) / 4;
    region->clarity_ratio = std::hypot(fourth_re, fourth_im) / total;
  }
  return true;
}

void Locator::Take(const Region& region, const Finding& finding) {
  for (Region& known : regions_) {
    if (known.finding.finder != finding.finder) continue;
    if (!known.finding.quad.Contains(finding.quad.Center()) &&
        !finding.quad.Contains(known.finding.quad.Center())) {
      continue;
    }
    // The same symbol seen in another candidate.
    const bool larger =
        std::abs(finding.quad.SignedArea()) > 1.1f * std::abs(known.finding.quad.SignedArea());
    if (finding.finder == Finder::kBars ? !larger
                                        : finding.quality_ratio <= known.finding.quality_ratio) {
      return;
    }
    known.finding = finding;
    known.box = Intersect(BoundsOf(finding.quad, 2 * finding.module_px), picture_.Bounds());
    return;
  }
  Region found = region;
  found.finding = finding;
  found.kind = finding.finder == Finder::kBars ? RegionKind::kBars : RegionKind::kMatrix;
  const Point along = finding.quad.corners[1] - finding.quad.corners[0];
  const float period = std::numbers::pi_v<float> / (found.kind == RegionKind::kBars ? 1 : 2);
  found.angle_rad = std::remainder(std::atan2(along.y, along.x), period);
  found.box = Intersect(BoundsOf(finding.quad, 2 * finding.module_px), picture_.Bounds());
  regions_.push_back(found);
}

bool Locator::FollowBars(Finding* found) {
  constexpr int kMostSteps = 8;
  constexpr float kGrowRatio = 0.4f;
  Aim& aim = scan_.aim;
  for (int i = 0; i < kMostSteps; ++i) {
    const Quad& q = found->quad;
    const Point bar = (q.corners[3] + q.corners[2]) * 0.5f - (q.corners[0] + q.corners[1]) * 0.5f;
    const float bar_px = std::hypot(bar.x, bar.y);
    const float length_px = Distance(q.corners[0], q.corners[1]);
    aim.center = q.Center();
    aim.u = {bar.y / bar_px, -bar.x / bar_px};  // across the bars, whatever their lean
    aim.half_u_px = length_px * (0.5f + kGrowRatio) + kMarginPx;
    aim.half_v_px = bar_px * (0.5f + kGrowRatio) + kMarginPx;
    const int lines =
        std::clamp(static_cast<int>(2 * aim.half_v_px / kLinePitchPx), 10, kMostLines);
    scan_.along_u.Look(probe_, aim, false, lines, std::max(1.0f, found->module_px / 3));
    const auto again = FindBars(scan_, kPartEdges);
    if (!again) break;
    const float grown = Distance(again->quad.corners[0], again->quad.corners[1]);
    const bool longer = grown > length_px + 2 * found->module_px;
    *found = *again;
    if (!longer && i > 0) break;
  }
  return FindBars(scan_, kBarsEdges).has_value();
}

void Locator::Test(Region& region, const LocateOptions& options) {
  const Rect& box = region.box;
  const auto w = static_cast<float>(box.width), h = static_cast<float>(box.height);
  const float c = std::abs(std::cos(region.angle_rad)), s = std::abs(std::sin(region.angle_rad));
  // Sides of the turned rectangle that has this box; where it is about square they are one.
  float side_u, side_v;
  if (w < 1.3f * h && h < 1.3f * w) {
    // Few edges lie in the corners of a turned one: its box may be too small.
    side_u = side_v = std::max(w, h) / std::sqrt(c + s);
  } else if (std::abs(c * c - s * s) > 0.2f) {
    side_u = std::max(0.5f * std::min(w, h), (w * c - h * s) / (c * c - s * s));
    side_v = std::max(0.5f * std::min(w, h), (h * c - w * s) / (c * c - s * s));
  } else {
    side_u = side_v = std::max(w, h);
  }
  const bool may_be_bars = region.kind == RegionKind::kBars;
  const bool may_be_matrix = region.clarity_ratio >= kLeastClarity;
  if (!may_be_bars && !may_be_matrix) return;
  Aim& aim = scan_.aim;
  aim.center = {static_cast<float>(box.x) + w / 2, static_cast<float>(box.y) + h / 2};
  aim.u = {std::cos(region.angle_rad), std::sin(region.angle_rad)};
  aim.half_u_px = side_u / 2 + kMarginPx;
  aim.half_v_px = side_v / 2 + kMarginPx;
  const auto lines = [&options](float side) {
    const int most = options.thorough ? 2 * kMostLines : kMostLines;
    return std::clamp(static_cast<int>(side / kLinePitchPx), 10, most);
  };
  const float step_px = std::max(
      1.0f, std::max(side_u, side_v) / (options.thorough ? 2 * kMostSamples : kMostSamples));
  const Aim first_aim = aim;
  scan_.along_u.Look(probe_, aim, false, lines(side_v), step_px);
  if (options.bars && may_be_bars) {
    auto found = FindBars(scan_, kPartEdges);
    if (found && FollowBars(&*found)) {
      Take(region, *found);
      return;
    }
    if (found) {
      aim = first_aim;
      scan_.along_u.Look(probe_, aim, false, lines(side_v), step_px);
    }
  }
  if (!may_be_matrix || scan_.along_u.edges() < kLeastEdges * lines(side_v)) return;
  scan_.along_v.Look(probe_, aim, true, lines(side_u), step_px);
  const float module_px = EstimateModule(scan_);
  if (module_px == 0) return;
  std::optional<Finding> matrix;
  if (options.datamatrix) matrix = FindDataMatrix(probe_, scan_, module_px);
  if (options.qr && (!matrix || matrix->quality_ratio < kSureRatio)) {
    findings_.clear();
    // Position patterns have solid sides as well.
    if (FindQr(probe_, scan_, &findings_) > 0) matrix.reset();
    for (const Finding& found : findings_) Take(region, found);
  }
  if (matrix) Take(region, *matrix);
}

std::span<const Region> Locator::Locate(const FrameView& picture, const LocateOptions& options) {
  regions_.clear();
  unsure_.clear();
  candidates_.clear();
  if (picture.Empty() || picture.width <= kMinSide || picture.height <= kMinSide) return {};
  picture_ = picture;
  MeasureBlocks(picture, &map_);
  limits_.Assign(map_);
  probe_.Assign(picture, limits_);
  Propose(options.thorough ? kThoroughLeastPx : kLeastPx);
  RemoveAlike();
  for (const Candidate& candidate : candidates_) {
    if (!options.thorough && IsFound(candidate.box)) continue;
    Region region;
    region.box = Intersect(Grown(candidate.box, kMarginPx), picture.Bounds());
    region.score = candidate.score;
    const int contrast = ContrastOf(candidate.box);
    if (contrast < LimitsMap::kFlatContrast ||
        !Orient(candidate.box, contrast, kGlanceSamples, &region)) {
      continue;
    }
    if (options.thorough || region.clarity_ratio > kLeastClarity) {
      Orient(region.box, contrast, options.thorough ? kThoroughSamples : kOrientSamples, &region);
      Test(region, options);
    }
    unsure_.push_back(region);
  }
  // What is found may not be readable: then more of it is looked at, where there is time for it.
  if (!options.thorough) {
    std::erase_if(unsure_, [this](const Region& region) { return IsFound(region.box); });
  }
  for (Region& region : unsure_) {
    if (region.kind != RegionKind::kMatrix) continue;
    // A square that stands on a corner fills half of its box; count it as full.
    const float c = std::abs(std::cos(region.angle_rad));
    const float s = std::abs(std::sin(region.angle_rad));
    const auto w = static_cast<float>(region.box.width), h = static_cast<float>(region.box.height);
    if (w < 1.25f * h && h < 1.25f * w) region.score *= (c + s) * (c + s);
    region.score *= 0.5f + region.clarity_ratio;
  }
  std::ranges::stable_sort(unsure_, std::greater{}, &Region::score);
  const auto most = static_cast<size_t>(std::max(0, options.max_regions));
  if (unsure_.size() > most) unsure_.resize(most);
  regions_.insert(regions_.end(), unsure_.begin(), unsure_.end());
  return regions_;
}

}  // namespace veriline::locate
