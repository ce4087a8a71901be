// SPDX-License-Identifier: Apache-2.0
#include "vision/locate/locator.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>
#include <tuple>

#include "vision/locate/orientation.h"

namespace veriline::locate {
namespace {

/// Shares of the contrast, of 256: whatever the light, one of them lies between a code and what is
/// around it. A code with modules of m px and sharp edges has about 4 / m of the contrast.
constexpr std::array<uint8_t, 3> kShares = {60, 85, 140};
/// What that finds is little but print: only faint symbols are looked for there.
constexpr uint8_t kFaintShare = kShares[0];
/// Of photographs everything is looked at.
constexpr std::array<uint8_t, 3> kThoroughShares = {40, 85, 140};
/// Of edges both ways; no more than of all.
constexpr std::array<uint8_t, 2> kMixedShares = {80, 150};
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
/// Rows of a candidate in which gradients are looked at, of photographs.
constexpr int kThoroughOrientRows = 24;
constexpr float kBarsRatio = 0.5f;   ///< of the gradients in one direction: bars
constexpr float kSureRatio = 0.93f;  ///< of the modules of a fixed pattern
constexpr int kAimMarginPx = 13;     ///< lines begin so much before a region
constexpr float kLinePitchPx = 8;
constexpr int kMostLines = 24;
constexpr int kGlanceLines = 10;
// Of a matrix symbol on few lines: neither bare nor black between its edges, and about as many of
// them one way as the other. Text and hatching are not.
constexpr float kLeastDark = 0.05f;
constexpr float kMostDark = 0.95f;
constexpr float kMostAnisotropy = 2.3f;
/// Elements that are narrower on the mean, of about two modules, are looked at to a part of a
/// pixel.
constexpr float kFineElementPx = 8.0f;
/// A line across ten modules or more crosses that many edges on the mean, also when it lies half in
/// the quiet zone.
constexpr int kLeastEdges = 2;
/// Along a line: two a module at least of the largest symbols, and fewer to see whether there is
/// anything.
constexpr float kGlanceSamples = 160;
constexpr float kMostSamples = 320;
constexpr float kMostBarSamples = 1000;

float OverlapRatio(const Rect& a, const Rect& b) {
  const float common = Area(Intersect(a, b));
  return common / (Area(a) + Area(b) - common);
}

/// An order of those of the same score, which stable sorts would need memory for.
bool IsBefore(const Rect& a, const Rect& b) {
  return std::tie(a.y, a.x, a.height, a.width) < std::tie(b.y, b.x, b.height, b.width);
}

float FillOf(const Blob& blob) {
  return static_cast<float>(blob.count) /
         static_cast<float>((blob.x1 - blob.x0) * (blob.y1 - blob.y0));
}

bool IsFilled(const Blob& blob) { return FillOf(blob) >= kLeastFill; }

/// Long bars on the slant fill little of their box: a square about the middle of such a band, as
/// wide as it is. Empty where there is none.
Blob MiddleOfBand(const Blob& blob) {
  constexpr float kLeastCellsAcross = 3;
  constexpr float kLeastLength = 3;  // of widths
  const auto w = static_cast<float>(blob.x1 - blob.x0), h = static_cast<float>(blob.y1 - blob.y0);
  const float across = static_cast<float>(blob.count) / std::hypot(w, h);
  if (across < kLeastCellsAcross || std::min(w, h) < kLeastLength * across) return {};
  const int side = static_cast<int>(across + 0.5f);
  const int x = (blob.x0 + blob.x1 - side) / 2, y = (blob.y0 + blob.y1 - side) / 2;
  return {x, y, x + side, y + side, static_cast<uint32_t>(side * side)};
}

}  // namespace

bool Locator::IsMatrixLike(const Texture& along_u, const Texture& along_v) {
  const auto is_mixed = [](const Texture& texture) {
    return texture.edges >= 1 && texture.dark_ratio >= kLeastDark &&
           texture.dark_ratio <= kMostDark;
  };
  if (!is_mixed(along_u) || !is_mixed(along_v)) return false;
  const float ratio = along_u.edges_per_px / along_v.edges_per_px;
  return ratio < kMostAnisotropy && ratio * kMostAnisotropy > 1;
}

void Locator::Propose(std::span<const Blob> blobs, int cell_px, int radius, int threshold,
                      int least_px) {
  for (const Blob& whole : blobs) {
    if (whole.count < kLeastCells) continue;
    const bool band = !IsFilled(whole);
    const Blob blob = band ? MiddleOfBand(whole) : whole;
    const int w = blob.x1 - blob.x0, h = blob.y1 - blob.y0;
    if (w <= 0 || h <= 0) continue;
    const float fill = FillOf(blob);
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
    candidates_.push_back({box, score, band, threshold == kFaintShare});
  }
}

void Locator::Propose(const LocateOptions& options) {
  const int least_px = options.thorough ? kThoroughLeastPx : kLeastPx;
  const auto& shares = options.thorough ? kThoroughShares : kShares;
  masks_.resize(shares.size());
  const auto propose = [&](DensityMap& map, int cell_px, int radius) {
    map.Mask(radius, shares, masks_);
    for (size_t k = 0; k < shares.size(); ++k) {
      Propose(blobs_.Find(masks_[k]), cell_px, radius, shares[k], least_px);
    }
  };
  density_.Assign(survey_.blocks(), survey_.limits());
  propose(density_, kBlockPx, 0);  // parts a code from print 2 X beside it
  propose(density_, kBlockPx, 1);  // bridges the modules of usual codes
  half_density_.AssignHalf(density_);
  propose(half_density_, 2 * kBlockPx, 2);  // those of large ones, up to 40 px
}

void Locator::ProposeMixed() {
  density_.Assign(survey_.blocks(), survey_.limits(), DensityMap::Edges::kMixed);
  density_.Mask(1, kMixedShares, std::span(masks_).first(kMixedShares.size()));
  for (size_t k = 0; k < kMixedShares.size(); ++k) {
    Propose(blobs_.Find(masks_[k]), kBlockPx, 1, kMixedShares[k], kLeastPx);
  }
}

void Locator::RemoveAlike(size_t from) {
  const auto first = candidates_.begin() + static_cast<ptrdiff_t>(from);
  std::sort(first, candidates_.end(), [](const Candidate& a, const Candidate& b) {
    if (a.faint != b.faint) return b.faint;
    return a.score != b.score ? a.score > b.score : IsBefore(a.box, b.box);
  });
  // Areas of two that are alike differ by less than half an octave: only neighbours are compared.
  const auto size_class = [](float area) {
    return std::min(static_cast<size_t>(2 * std::log2(area)), kSizeClasses - 2);
  };
  if (from == 0) {
    for (std::vector<Rect>& kept : kept_by_size_) kept.clear();
  }
  const auto end = std::remove_if(first, candidates_.end(), [&](const Candidate& candidate) {
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
  candidates_.erase(end, candidates_.end());
}

bool Locator::MatrixFound() const {
  return std::ranges::any_of(regions_, [](const Region& region) {
    return region.finding.finder == Finder::kDataMatrix || region.finding.finder == Finder::kQr;
  });
}

bool Locator::IsFound(const Rect& box, bool as_bars) const {
  float covered = 0;
  for (const Region& region : regions_) {
    if (region.kind == RegionKind::kBars && !as_bars) continue;
    covered += Area(Intersect(region.box, box));
  }
  return covered > kCoveredRatio * Area(box);
}

int Locator::ContrastOf(const Rect& box) const {
  // Each tells of the blocks around it too.
  const LimitsMap& limits = survey_.limits();
  const auto middle = [](int from, int size) { return std::max(0, (from + size / 2) / kBlockPx); };
  const int x1 = std::min(limits.cols(), (box.x + box.width) / kBlockPx + 1);
  const int y1 = std::min(limits.rows(), (box.y + box.height) / kBlockPx + 1);
  const int x0 = std::min(box.x / kBlockPx + 1, middle(box.x, box.width));
  const int y0 = std::min(box.y / kBlockPx + 1, middle(box.y, box.height));
  int contrast = 0;
  for (int y = y0; y < y1; y += 3) {
    const uint8_t* row = limits.Contrast(y);
    for (int x = x0; x < x1; x += 3) contrast = std::max<int>(contrast, row[x]);
  }
  return contrast;
}

bool Locator::Orient(const Rect& box, int rows, Region* region) const {
  const int contrast = ContrastOf(box);
  if (contrast < LimitsMap::kFlatContrast) return false;
  // A quarter of the contrast over two pixels is an edge, noise is not.
  Orientation found;
  if (!FindOrientation(picture_, box, std::max(12, contrast / 4), rows, &found)) return false;
  const bool bars = found.bars_ratio > kBarsRatio;
  region->kind = bars ? RegionKind::kBars : RegionKind::kMatrix;
  region->angle_rad = bars ? found.bars_rad : found.grid_rad;
  region->clarity_ratio = bars ? found.bars_ratio : found.grid_ratio;
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
    scan_.along_u.Look(probe_, aim, false, lines, std::max(1.0f, found->module_px / 3), true);
    const auto again = FindBars(scan_, kPartEdges, found->module_px);
    if (!again) break;
    const float grown = Distance(again->quad.corners[0], again->quad.corners[1]);
    const bool longer = grown > length_px + 2 * found->module_px;
    *found = *again;
    if (!longer && i > 0) break;
  }
  return FindBars(scan_, kBarsEdges, found->module_px).has_value();
}

Locator::Texture Locator::Glance(LineSet& lines, bool along_v, float step_px) {
  lines.Look(probe_, scan_.aim, along_v, kGlanceLines, step_px);
  float dark_px = 0, length_px = 0;
  for (int line = 0; line < lines.lines(); ++line) {
    const auto edges = lines.Of(line);
    if (edges.size() < 2) continue;
    length_px += edges.back().at - edges.front().at;
    for (size_t i = 0; i + 1 < edges.size(); ++i) {
      if (!edges[i].light) dark_px += edges[i + 1].at - edges[i].at;
    }
  }
  const auto edges = static_cast<float>(lines.edges());
  return {edges / kGlanceLines, edges / std::max(1.0f, length_px),
          dark_px / std::max(1.0f, length_px)};
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
  aim.half_u_px = side_u / 2 + kAimMarginPx;
  aim.half_v_px = side_v / 2 + kAimMarginPx;
  const auto lines = [&options](float across_px, int most) {
    if (options.thorough) most *= 2;
    return std::clamp(static_cast<int>(across_px / kLinePitchPx), 10, most);
  };
  const float side = std::max(side_u, side_v);
  const auto step_for = [&](float most_samples) {
    return std::max(1.0f, std::floor(side / (options.thorough ? 2 * most_samples : most_samples)));
  };
  const float glance_px = step_for(kGlanceSamples);
  Texture along_u = Glance(scan_.along_u, false, glance_px);
  if (!options.thorough && along_u.edges < kLeastEdges) return;
  if (options.bars && may_be_bars) {
    scan_.along_u.Look(probe_, aim, false, lines(side_v, kGlanceLines), step_for(kMostBarSamples));
    const Aim first_aim = aim;
    auto found = FindBars(scan_, kPartEdges);
    if (found && FollowBars(&*found)) {
      Take(region, *found);
      return;
    }
    aim = first_aim;
    if (may_be_matrix) along_u = Glance(scan_.along_u, false, glance_px);
  }
  if (!may_be_matrix) return;
  const Texture along_v = Glance(scan_.along_v, true, glance_px);
  if (!options.thorough && !IsMatrixLike(along_u, along_v)) return;
  const bool fine = std::max(along_u.edges_per_px, along_v.edges_per_px) * kFineElementPx > 1;
  scan_.along_u.Look(probe_, aim, false, lines(side_v, kMostLines), step_for(kMostSamples), fine);
  scan_.along_v.Look(probe_, aim, true, lines(side_u, kMostLines), step_for(kMostSamples), fine);
  const ModuleSizes sizes = EstimateModule(scan_);
  if (sizes.module_px == 0) return;
  std::optional<Finding> matrix;
  if (options.datamatrix) {
    matrix = FindDataMatrix(probe_, scan_, sizes.module_px);
    if (!matrix && sizes.other_px != 0) matrix = FindDataMatrix(probe_, scan_, sizes.other_px);
  }
  if (options.qr && (!matrix || matrix->quality_ratio < kSureRatio)) {
    findings_.clear();
    // Position patterns have solid sides as well.
    if (FindQr(probe_, scan_, &findings_) > 0) matrix.reset();
    for (const Finding& found : findings_) Take(region, found);
  }
  if (matrix) Take(region, *matrix);
}

void Locator::TestFaint() {
  constexpr int kMostTests = 12;
  constexpr int kMostBesideOthers = 3;
  constexpr float kMostRatio = 1.7f;  // of the sides of a box; square ones alone are found
  constexpr float kAlike = 1.25f;
  const auto matrix_found = [](const Region& region) {
    return region.finding.finder == Finder::kDataMatrix || region.finding.finder == Finder::kQr;
  };
  // Beside symbols that were found, only others of about their size are expected.
  const size_t sure = regions_.size();
  const bool any = MatrixFound();
  const auto is_expected = [&](float side) {
    return !any || std::any_of(regions_.begin(), regions_.begin() + static_cast<ptrdiff_t>(sure),
                               [&](const Region& region) {
                                 const auto known = static_cast<float>(
                                     std::max(region.box.width, region.box.height));
                                 return matrix_found(region) && side < kAlike * known &&
                                        known < kAlike * side;
                               });
  };
  const int most = any ? kMostBesideOthers : kMostTests;
  int tests = 0;
  const auto test = [&](const Rect& box) {
    const auto longer = static_cast<float>(std::max(box.width, box.height));
    const auto shorter = static_cast<float>(std::min(box.width, box.height));
    if (longer > kMostRatio * shorter || !is_expected(longer) || IsFound(box, false)) return;
    ++tests;
    Region region;
    region.box = box;
    if (const auto found = FindFaintDataMatrix(picture_, box, &grey_)) Take(region, *found);
  };
  for (size_t i = 0; i < unsure_.size() && tests < most; ++i) {
    test(Grown(unsure_[i].box, -kMarginPx));
  }
  tests = 0;
  for (size_t i = 0; i < candidates_.size() && tests < most; ++i) {
    if (candidates_[i].faint) test(candidates_[i].box);
  }
  if (regions_.size() > sure) {
    std::erase_if(unsure_, [this](const Region& region) { return IsFound(region.box, true); });
  }
}

void Locator::TestCandidates(size_t from, const LocateOptions& options) {
  for (size_t i = from; i < candidates_.size(); ++i) {
    const Candidate& candidate = candidates_[i];
    if (!options.thorough && (candidate.faint || IsFound(candidate.box, false))) continue;
    Region region;
    region.box = Intersect(Grown(candidate.box, kMarginPx), picture_.Bounds());
    region.score = candidate.score;
    const int rows = options.thorough ? kThoroughOrientRows : kOrientRows;
    if (!Orient(candidate.box, rows, &region)) continue;
    // Print may pass for a row of bars, and must not hide a matrix symbol.
    if (!options.thorough && region.kind == RegionKind::kBars && IsFound(candidate.box, true)) {
      continue;
    }
    if (options.thorough || region.clarity_ratio > kLeastClarity) Test(region, options);
    if (!candidate.part) unsure_.push_back(region);
  }
}

std::span<const Region> Locator::Locate(const FrameView& picture, const LocateOptions& options) {
  regions_.clear();
  unsure_.clear();
  candidates_.clear();
  if (picture.Empty() || picture.width <= kMinSide || picture.height <= kMinSide) return {};
  picture_ = picture;
  survey_.Take(picture);
  probe_.Assign(picture, survey_);
  Propose(options);
  RemoveAlike(0);
  TestCandidates(0, options);
  // Hatching may lie so near to a symbol that both are one candidate.
  if ((options.datamatrix || options.qr) && !MatrixFound()) {
    const size_t known = candidates_.size();
    ProposeMixed();
    RemoveAlike(known);
    TestCandidates(known, options);
  }
  if (!options.thorough) SearchBesideFound(options);
  // What is found may not be readable: then more of it is looked at, where there is time for it.
  if (!options.thorough) {
    std::erase_if(unsure_, [this](const Region& region) { return IsFound(region.box, true); });
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
  std::ranges::sort(unsure_, [](const Region& a, const Region& b) {
    return a.score != b.score ? a.score > b.score : IsBefore(a.box, b.box);
  });
  if (options.datamatrix) TestFaint();
  const auto most = static_cast<size_t>(std::max(0, options.max_regions));
  if (unsure_.size() > most) unsure_.resize(most);
  regions_.insert(regions_.end(), unsure_.begin(), unsure_.end());
  return regions_;
}

}  // namespace veriline::locate
