// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/ladder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <iterator>
#include <numbers>
#include <utility>

#include "vision/decode/arbiter.h"
#include "vision/decode/region_reader.h"
#include "vision/decode/text.h"

namespace veriline::decode {
namespace {

using locate::Region;
using locate::RegionKind;

constexpr Rung kRungs[] = {Rung::kPlain, Rung::kInverted, Rung::kDmtx, Rung::kHarder};

/// Larger regions are scaled down to that side (px): small codes within them have regions of their
/// own, so only large ones are still to be found.
constexpr float kMaxPatchSide = 900;
constexpr float kLineMaxPatchSide = 320;
constexpr float kLineMaxBarsSide = 1600;  ///< bars have no small codes within them; X may be 3 px
/// Characters of thin bars with wide spaces have few edges: at the ends of a row they may be
/// missing in its region. So much of its length is added at each end.
constexpr float kBarsGrowRatio = 0.45f;
constexpr float kSmallSide = 260;  ///< regions up to it are doubled by the last rung of `read`
constexpr float kQuietPx = 10;     ///< added where a cut is made close
/// How many codes one region may give in one rung.
constexpr int kMaxPerRegion = 24;
/// On the line: how many regions each rung is tried on in a picture of kLineArea (more in
/// proportion in larger ones), and up to which side (px) regions that do not look like a code are
/// tried at all, and others with the dear rungs.
constexpr float kLineArea = 1280 * 1024;
constexpr int kLineTries[] = {14, 6, 2, 2};
constexpr int kLineUnlikelySide = 260;
constexpr int kLineLargeTries = 3;  ///< of regions above that side
constexpr int kLineDearSide = 400;
/// Once something was read, the dear rungs are for regions that look as much like a code.
constexpr float kAlikeRatio = 0.7f;
constexpr size_t kJoinedTries = 10;  ///< places where regions are read as one
constexpr int kJoinPx = 16;          ///< gap over which they are joined
constexpr int kJoinedSide = 320;
constexpr int kJoinedGrowPx = 12;  ///< the solid sides of a symbol have few edges of their own
constexpr int kLineDmtxMs = 4;
constexpr int kRegionDmtxMs = 25;
constexpr int kWholeDmtxMs = 200;

Rect Union(const Rect& a, const Rect& b) {
  const int x0 = std::min(a.x, b.x), y0 = std::min(a.y, b.y);
  return {x0, y0, std::max(a.x + a.width, b.x + b.width) - x0,
          std::max(a.y + a.height, b.y + b.height) - y0};
}

constexpr float kBarsRatio = 0.8f;  ///< clarity of what is bars and nothing else
constexpr float kRowRatio = 2;      ///< sides of a row of bars, with text line and rules in it
constexpr float kGridRatio = 1.5f;  ///< sides of a grid that is taken for unclear bars

/// The longer side over the shorter one.
float SideRatio(const Region& region) {
  return static_cast<float>(std::max(region.box.width, region.box.height)) /
         static_cast<float>(std::min(region.box.width, region.box.height));
}

/// Grids show two crossing directions and bars one, much clearer than print and texture do: drawn
/// Data Matrix of any angle, blur σ 0.8 px and noise σ 4 stay above 0.45, text below 0.3.
bool IsCodeLike(const Region& region) {
  const float ratio = SideRatio(region);
  if (region.kind == RegionKind::kMatrix) return region.clarity_ratio > 0.4f && ratio < 4;
  return region.clarity_ratio > kBarsRatio || ratio > kRowRatio || ratio < kGridRatio;
}

bool IsBars(const Region& region) { return region.kind == RegionKind::kBars; }

/// True for bars that may as well be a grid which shows more edges one way than the other.
bool MayBeGrid(const Region& region) {
  return IsBars(region) && region.clarity_ratio <= kBarsRatio && SideRatio(region) < kGridRatio;
}

/// True for the boxes that square symbols have at any angle.
bool IsSquare(const Region& region) {
  const auto w = static_cast<float>(region.box.width), h = static_cast<float>(region.box.height);
  return region.kind == RegionKind::kMatrix && w < 1.25f * h && h < 1.25f * w;
}

/// The box turned so that its first side has that direction; all of `box` lies within.
Quad TurnedBox(const Rect& box, float angle_rad) {
  const PatchCut cut = CutAround(box, angle_rad, 1);
  const Point along{std::cos(angle_rad), std::sin(angle_rad)};
  const Point half_u = along * (cut.width_px / 2);
  const Point half_v = Point{-along.y, along.x} * (cut.height_px / 2);
  const Point begin = cut.center - half_u, end = cut.center + half_u;
  return {{begin - half_v, end - half_v, end + half_v, begin + half_v}};
}

}  // namespace

void Ladder::Begin(const FrameView& picture, const ReadOptions& options, ReadOutcome* outcome) {
  picture_ = view_ = picture;
  options_ = &options;
  outcome_ = outcome;
  regions_.clear();
  read_.clear();
  read_score_ = 0;
  lines_wanted_ = AsksForBars(options.symbologies);
  for (const Symbol& symbol : outcome->symbols) PaintOverRead(symbol);
}

bool Ladder::OutOfTime() {
  if (options_->deadline_ns == 0 || clock_.NowNs() < options_->deadline_ns) return false;
  outcome_->stats.partial = true;
  return true;
}

/// So many of a picture of kLineArea, in this one.
int Ladder::Share(int count) const {
  const float area = static_cast<float>(picture_.width) * static_cast<float>(picture_.height);
  return static_cast<int>(static_cast<float>(count) * std::max(1.0f, area / kLineArea));
}

bool Ladder::Enough() const {
  return options_->max_symbols > 0 &&
         static_cast<int>(outcome_->symbols.size()) >= options_->max_symbols;
}

int Ladder::DmtxBudgetMs(int wanted_ms) const {
  if (options_->deadline_ns == 0) return wanted_ms;
  const int64_t left_ms = (options_->deadline_ns - clock_.NowNs()) / 1'000'000;
  return static_cast<int>(std::clamp<int64_t>(left_ms, 1, wanted_ms));
}

void Ladder::PaintOverRead(const Symbol& symbol) {
  if (view_.data != masked_.view().data || masked_.width() == 0) {
    CopyInto(picture_, masked_);
    view_ = masked_.view();
  }
  PaintOver(masked_, symbol.quad, 2);
}

bool Ladder::Take(Symbol symbol) {
  auto placed =
      Placed(picture_, std::move(symbol), options_->symbologies, {decoder_, composite_, patch_});
  if (!placed) return false;
  PaintOverRead(*placed);
  Add(std::move(*placed), &outcome_->symbols);
  return true;
}

bool Ladder::TakeFrom(std::optional<Symbol> symbol, const PatchFrame& frame) {
  if (!symbol) return false;
  symbol->quad = frame.ToPicture(symbol->quad);
  return Take(std::move(*symbol));
}

bool Ladder::ReadPatch(const FrameView& pixels, const PatchFrame& frame, const Region& region,
                       Rung rung, bool every_line) {
  const bool inverted = rung == Rung::kInverted;
  const bool harder = rung == Rung::kHarder;
  FrameView source = pixels;
  if (inverted) {
    InvertInto(pixels, inverse_);
    source = inverse_.view();
  }
  const auto attempt = [&](ZxingGroup group, bool with_effort) {
    ZxingOptions zxing{.group = group, .symbologies = options_->symbologies};
    zxing.try_harder = with_effort;
    zxing.try_rotate = with_effort || group == ZxingGroup::kDataMatrix;
    zxing.try_downscale = harder;
    if (harder || every_line) zxing.min_lines = 5;  // so many lines find bars anywhere
    auto symbol = decoder_.Zxing(source, zxing);
    if (symbol) symbol->inverted = inverted;
    return TakeFrom(std::move(symbol), frame);
  };
  if (IsBars(region)) {
    if (attempt(ZxingGroup::kLinear, harder || every_line)) return true;
    if (attempt(ZxingGroup::kDataBar, harder || every_line)) return true;
    if (!harder && !MayBeGrid(region)) return false;
  }
  if (attempt(ZxingGroup::kDataMatrix, harder)) return true;
  if (attempt(ZxingGroup::kMatrix, true)) return true;
  if (IsBars(region)) return false;
  return attempt(ZxingGroup::kLinear, harder) || attempt(ZxingGroup::kDataBar, harder);
}

/// Its box is square, turned or not.
bool Ladder::ReadMicroQr(const Region& region) {
  if (!options_->symbologies.Has(Symbology::kMicroQr) || !IsSquare(region)) return false;
  Symbol symbol;
  if (!micro_qr_.Read(view_, {region.box, region.angle_rad}, &symbol)) return false;
  // The text of Kanji the other decoder knows.
  const auto& message = micro_qr_.decoded().message;
  if (std::ranges::any_of(message.text_spans(), [](const auto& span) { return span.kanji; })) {
    return false;
  }
  symbol.text.Assign(TextOfBytes(symbol.payload.view(), symbol.symbology));
  return Take(std::move(symbol));
}

/// Lines along the direction of its gradients; whether it is light on dark, the rung says.
bool Ladder::ReadLinear(const Region& region, bool inverted) {
  symbology::linear::BarsPlace place{TurnedBox(region.box, region.angle_rad)};
  place.inverted = inverted;
  Symbol symbol;
  const SymbologySet asked = WithLinearComponents(options_->symbologies);
  if (!linear_.Read(view_, place, asked, {}, &symbol)) return false;
  SetTextOfPayload(&symbol);
  return Take(std::move(symbol));
}

bool Ladder::ReadPdf417At(const Quad& quad, bool inverted) {
  Symbol symbol;
  const symbology::pdf417::Place place{.quad = quad, .inverted = inverted};
  if (!pdf417_.Read(view_, place, options_->symbologies, &symbol)) return false;
  std::array<EciRun, symbology::pdf417::Decoded::kMaxEcis> runs;
  size_t count = 0;
  for (const auto& eci : pdf417_.decoded().ecis()) runs[count++] = {eci.offset, eci.eci};
  if (count == 0) {
    SetTextOfPayload(&symbol);
  } else {
    symbol.text.Assign(
        TextOfRuns(symbol.payload.view(), std::span(runs).first(count), symbol.symbology));
  }
  return Take(std::move(symbol));
}

/// Rows lie along the gradients of bars; of a grid along one of its axes.
bool Ladder::ReadPdf417(const Region& region, bool inverted) {
  if (!options_->symbologies.Has(Symbology::kPdf417) &&
      !options_->symbologies.Has(Symbology::kMicroPdf417)) {
    return false;
  }
  if (ReadPdf417At(TurnedBox(region.box, region.angle_rad), inverted)) return true;
  if (IsBars(region) && region.clarity_ratio > kBarsRatio) return false;
  constexpr float kQuarterTurn = std::numbers::pi_v<float> / 2;
  return ReadPdf417At(TurnedBox(region.box, region.angle_rad + kQuarterTurn), inverted);
}

bool Ladder::ReadOnce(const Region& region, Rung rung) {
  if (rung == Rung::kPlain && ReadMicroQr(region)) return true;
  if ((rung == Rung::kPlain || rung == Rung::kInverted) &&
      ReadPdf417(region, rung == Rung::kInverted)) {
    return true;
  }
  if (IsBars(region) && lines_wanted_ && (rung == Rung::kPlain || rung == Rung::kInverted) &&
      ReadLinear(region, rung == Rung::kInverted)) {
    return true;
  }
  const float side = static_cast<float>(std::max(region.box.width, region.box.height));
  const bool bars = IsBars(region) && lines_wanted_ && !MayBeGrid(region) && rung != Rung::kHarder;
  const float most = options_->whole_picture ? kMaxPatchSide
                     : bars                  ? kLineMaxBarsSide
                                             : kLineMaxPatchSide;
  float scale = side > most ? most / side : 1.0f;
  // Modules of two or three pixels are read when they are drawn larger.
  if (rung == Rung::kHarder && options_->whole_picture && side < kSmallSide) scale = 2;
  if (rung == Rung::kDmtx) {
    if (!options_->symbologies.Has(Symbology::kDataMatrix)) return false;
    if (IsBars(region)) return false;
    FrameView crop = view_.Crop(region.box);
    const int budget_ms = DmtxBudgetMs(options_->whole_picture ? kRegionDmtxMs : kLineDmtxMs);
    const DmtxOptions dmtx{.timeout_ms = budget_ms, .shrink = side > 400 ? 2 : 1};
    const PatchFrame frame{
        {static_cast<float>(region.box.x), static_cast<float>(region.box.y)}, {1, 0}, {0, 1}};
    return TakeFrom(decoder_.Dmtx(crop, dmtx), frame);
  }
  constexpr float kUprightRad = 0.09f;  // up to 5° off a cut along the axes is as good
  const bool turned = std::abs(region.angle_rad) >= kUprightRad;
  if (turned) {
    PatchCut cut = CutAround(region.box, region.angle_rad, scale);
    if (bars) cut.width_px *= 1 + 2 * kBarsGrowRatio;
    if (rung != Rung::kHarder && IsSquare(region)) {
      // A square that stands on a corner fills half of its box.
      const float grown =
          std::abs(std::cos(region.angle_rad)) + std::abs(std::sin(region.angle_rad));
      cut.width_px = cut.height_px = side / grown + kQuietPx;
    }
    const PatchFrame frame = CutPatch(view_, cut, patch_);
    if (ReadPatch(patch_.view(), frame, region, rung)) return true;
    if (bars && !options_->whole_picture && ReadPatch(patch_.view(), frame, region, rung, true)) {
      return true;
    }
    // Bars that lean are read no other way, and a clear grid is upright now.
    const bool best = region.score >= kAlikeRatio * regions_.front().score;
    const bool clear = IsBars(region) || (IsCodeLike(region) && !best);
    if (clear && rung != Rung::kHarder && !(options_->whole_picture && rung == Rung::kPlain)) {
      return false;
    }
  }
  Rect box = region.box;
  if (rung == Rung::kHarder && (IsBars(region) || SideRatio(region) > kRowRatio)) {
    // The wide bars at the ends of PDF417 have few edges as well.
    constexpr float kGrowRatio = 0.3f;
    const bool across =
        IsBars(region) ? std::abs(std::cos(region.angle_rad)) > std::abs(std::sin(region.angle_rad))
                       : box.width > box.height;
    const int dx = across ? static_cast<int>(kGrowRatio * static_cast<float>(box.width)) : 0;
    const int dy = across ? 0 : static_cast<int>(kGrowRatio * static_cast<float>(box.height));
    box = Intersect({box.x - dx, box.y - dy, box.width + 2 * dx, box.height + 2 * dy},
                    view_.Bounds());
  }
  if (bars && !turned) {
    const int grow_px = static_cast<int>(kBarsGrowRatio * static_cast<float>(box.width));
    box = Intersect({box.x - grow_px, box.y, box.width + 2 * grow_px, box.height}, view_.Bounds());
  }
  if (scale == 1.0f) {
    const auto read_crop = [&](const Rect& crop) {
      const PatchFrame frame{
          {static_cast<float>(crop.x), static_cast<float>(crop.y)}, {1, 0}, {0, 1}};
      return ReadPatch(view_.Crop(crop), frame, region, rung);
    };
    if (read_crop(box)) return true;
    if (!bars || turned || options_->whole_picture) return false;  // `read` has a rung for it
    if (read_crop(region.box)) return true;
    const PatchFrame frame = CutPatch(view_, CutAround(box, region.angle_rad, scale), patch_);
    return ReadPatch(patch_.view(), frame, region, rung, true);
  }
  const PatchFrame frame = CutPatch(view_, CutAround(box, 0, scale), patch_);
  return ReadPatch(patch_.view(), frame, region, rung);
}

bool Ladder::MayHoldMore(const Region& region) const {
  constexpr int kMargin = 8;  // blocks end anywhere within
  float covered = 0;
  for (const Symbol& s : outcome_->symbols) {
    covered += Area(Intersect(BoundsOf(s.quad, kMargin), region.box));
  }
  return covered < 0.5f * Area(region.box);
}

void Ladder::ReadRegion(size_t index, Rung rung) {
  for (int n = 0; n < kMaxPerRegion && !Enough() && !OutOfTime(); ++n) {
    if (!MayHoldMore(regions_[index])) {
      read_[index] = true;
      return;
    }
    if (!ReadOnce(regions_[index], rung)) return;
    read_[index] = true;
    read_score_ = std::max(read_score_, regions_[index].score);
  }
}

bool Ladder::Deserves(const Region& region, Rung rung) const {
  if (IsBars(region) && !lines_wanted_ && !MayBeGrid(region) && rung != Rung::kHarder) {
    return false;
  }
  if (options_->whole_picture) {
    return rung != Rung::kDmtx || IsCodeLike(region) ||
           region.score >= kAlikeRatio * regions_.front().score;
  }
  const bool likely = IsCodeLike(region);
  const int side = std::max(region.box.width, region.box.height);
  const bool alike = likely && region.score >= kAlikeRatio * read_score_;
  // A matrix code is denser than the bars beside it, which cost less to try.
  if (rung == Rung::kPlain) {
    return alike || (likely && IsBars(region) && lines_wanted_) || side <= kLineUnlikelySide;
  }
  if (!alike) return false;
  return rung == Rung::kInverted || side <= kLineDearSide;
}

void Ladder::ReadRegions(std::span<const Region> regions) {
  regions_.clear();
  std::ranges::copy_if(regions, std::back_inserter(regions_), IsCodeLike);
  std::ranges::copy_if(regions, std::back_inserter(regions_), std::not_fn(IsCodeLike));
  read_.assign(regions_.size(), false);
  for (const Rung rung : kRungs) {
    int left = options_->whole_picture ? locate::LocateOptions().max_regions
                                       : Share(kLineTries[static_cast<size_t>(rung)]);
    int large_left = options_->whole_picture ? left : Share(kLineLargeTries);
    for (size_t i = 0; i < regions_.size() && left > 0; ++i) {
      if (Enough() || OutOfTime()) return;
      // A region that gave a code by a cheap rung is not gone through with the dear ones.
      if (read_[i] && rung != Rung::kPlain) continue;
      if (!Deserves(regions_[i], rung)) continue;
      const Rect& box = regions_[i].box;
      // What was read in smaller regions costs a larger one around them nothing.
      if (!options_->whole_picture && !MayHoldMore(regions_[i])) continue;
      const bool large = std::max(box.width, box.height) > kLineUnlikelySide;
      const bool bars = lines_wanted_ && IsBars(regions_[i]) && IsCodeLike(regions_[i]);
      if (large && !bars && large_left-- <= 0) continue;
      --left;
      ReadRegion(i, rung);
    }
  }
}

void Ladder::ReadJoined() {
  std::array<Rect, kJoinedTries> all_tried;
  size_t tries = 0;
  for (size_t i = 0; i < regions_.size() && tries < kJoinedTries; ++i) {
    Region joined = regions_[i];
    if (joined.kind != RegionKind::kMatrix || !IsCodeLike(joined)) continue;
    for (const Region& other : regions_) {
      if (other.kind != RegionKind::kMatrix || !IsCodeLike(other)) continue;
      const Rect both = Union(joined.box, other.box);
      const Rect near = {joined.box.x - kJoinPx, joined.box.y - kJoinPx,
                         joined.box.width + 2 * kJoinPx, joined.box.height + 2 * kJoinPx};
      if (!Intersect(near, other.box).Empty() && std::max(both.width, both.height) <= kJoinedSide) {
        joined.box = both;
      }
    }
    const auto tried = std::span(all_tried).first(tries);
    if (joined.box == regions_[i].box || std::ranges::find(tried, joined.box) != tried.end()) {
      continue;
    }
    all_tried[tries++] = joined.box;
    joined.box =
        Intersect({joined.box.x - kJoinedGrowPx, joined.box.y - kJoinedGrowPx,
                   joined.box.width + 2 * kJoinedGrowPx, joined.box.height + 2 * kJoinedGrowPx},
                  picture_.Bounds());
    for (const Rung rung : {Rung::kPlain, Rung::kInverted, Rung::kHarder}) {
      if (Enough() || OutOfTime() || !outcome_->symbols.empty()) return;
      ReadOnce(joined, rung);
    }
  }
}

void Ladder::ReadWholeOnce(const FrameView& pixels, bool inverted) {
  if (ReadPdf417({.box = picture_.Bounds()}, inverted)) return;
  for (const ZxingGroup group :
       {ZxingGroup::kDataMatrix, ZxingGroup::kMatrix, ZxingGroup::kLinear, ZxingGroup::kDataBar}) {
    if (!outcome_->symbols.empty() || OutOfTime()) return;
    ZxingOptions zxing{.group = group, .symbologies = options_->symbologies};
    zxing.try_harder = zxing.try_rotate = zxing.try_downscale = true;
    auto symbol = decoder_.Zxing(pixels, zxing);
    if (symbol) symbol->inverted = inverted;
    TakeFrom(std::move(symbol), {});
  }
}

void Ladder::ReadWhole() {
  ReadWholeOnce(picture_, false);
  if (outcome_->symbols.empty() && options_->symbologies.Has(Symbology::kDataMatrix) &&
      !OutOfTime()) {
    TakeFrom(decoder_.Dmtx(picture_, {.timeout_ms = DmtxBudgetMs(kWholeDmtxMs)}), {});
  }
  if (outcome_->symbols.empty() && !OutOfTime()) {
    InvertInto(picture_, inverse_);
    ReadWholeOnce(inverse_.view(), true);
  }
}

}  // namespace veriline::decode
