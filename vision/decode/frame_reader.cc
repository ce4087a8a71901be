// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/frame_reader.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <optional>
#include <span>

#include "vision/decode/dmtx/dmtx_reader.h"
#include "vision/decode/patch.h"
#include "vision/decode/zxing/zxing_reader.h"
#include "vision/locate/locator.h"

namespace veriline::decode {
namespace {

using locate::Region;
using locate::RegionKind;

/// The rungs of the ladder, cheap ones first. A rung is tried on all regions before the next.
enum class Rung : uint8_t {
  kPlain,     ///< the region as it is and turned upright
  kInverted,  ///< the same, light on dark
  kDmtx,      ///< libdmtx
  kHarder,    ///< more scan lines, quarter turns, half size
};
constexpr Rung kRungs[] = {Rung::kPlain, Rung::kInverted, Rung::kDmtx, Rung::kHarder};

/// Sides of a patch; larger regions are scaled down to the first, those of the line too.
constexpr float kMaxPatchSide = 900;
/// How many codes one region may give in one rung.
constexpr int kMaxPerRegion = 24;
/// On the line the dear rungs are for the best regions only.
constexpr int kLineDmtxRegions = 4;
constexpr int kLineHarderRegions = 3;
constexpr int kLineDmtxMs = 8;
constexpr int kRegionDmtxMs = 25;
constexpr int kWholeDmtxMs = 200;

float Area(const Rect& r) { return static_cast<float>(r.width) * static_cast<float>(r.height); }

bool IsLinear(Symbology s) {
  return s >= Symbology::kCode128 && s <= Symbology::kDataBarExpanded &&
         s != Symbology::kDataBarStacked;
}

/// The same code found twice: same text, and one lies on the other.
bool IsSame(const Symbol& a, const Symbol& b) {
  if (a.symbology != b.symbology || a.payload != b.payload) return false;
  if (a.quad.Contains(b.quad.Center()) || b.quad.Contains(a.quad.Center())) return true;
  return !Intersect(BoundsOf(a.quad), BoundsOf(b.quad)).Empty();
}

}  // namespace

struct FrameReader::Impl {
  explicit Impl(const Clock& the_clock) : clock(the_clock) {}

  const Clock& clock;
  locate::Locator locator;
  std::vector<Region> regions;
  std::vector<bool> read;
  GreyImage masked;   ///< the picture with what was read painted over
  GreyImage patch;    ///< a region turned or scaled
  GreyImage inverse;  ///< a patch inverted or mirrored
  FrameView picture;  ///< the original
  FrameView view;     ///< the original, or `masked` once something was read
  const ReadOptions* options = nullptr;
  ReadOutcome outcome;

  bool OutOfTime() {
    if (options->deadline_ns == 0 || clock.NowNs() < options->deadline_ns) return false;
    outcome.stats.partial = true;
    return true;
  }
  bool Enough() const {
    return options->max_symbols > 0 &&
           static_cast<int>(outcome.symbols.size()) >= options->max_symbols;
  }
  int DmtxBudgetMs(int wanted_ms) const {
    if (options->deadline_ns == 0) return wanted_ms;
    const int64_t left_ms = (options->deadline_ns - clock.NowNs()) / 1'000'000;
    return static_cast<int>(std::clamp<int64_t>(left_ms, 1, wanted_ms));
  }

  void Take(Symbol symbol);
  bool TakeFrom(std::optional<Symbol> symbol, const PatchFrame& frame);
  bool ReadPatch(const FrameView& pixels, const PatchFrame& frame, const Region& region, Rung rung);
  bool ReadOnce(const Region& region, Rung rung);
  void ReadRegion(size_t index, Rung rung);
  bool MayHoldMore(const Region& region) const;
  void ReadRegions();
  void ReadWhole();
  void ReadWholeOnce(const FrameView& pixels, bool inverted);
};

void FrameReader::Impl::Take(Symbol symbol) {
  if (IsLinear(symbol.symbology)) symbol.quad = ExtendAlongBars(picture, symbol.quad);
  if (view.data != masked.view().data || masked.width() == 0) {
    CopyInto(picture, masked);
    view = masked.view();
  }
  PaintOver(masked, symbol.quad, 2);
  for (Symbol& known : outcome.symbols) {
    if (!IsSame(known, symbol)) continue;
    if (Area(BoundsOf(symbol.quad)) > Area(BoundsOf(known.quad))) known.quad = symbol.quad;
    return;
  }
  outcome.symbols.push_back(std::move(symbol));
}

bool FrameReader::Impl::TakeFrom(std::optional<Symbol> symbol, const PatchFrame& frame) {
  if (!symbol) return false;
  symbol->quad = frame.ToPicture(symbol->quad);
  Take(std::move(*symbol));
  return true;
}

bool FrameReader::Impl::ReadPatch(const FrameView& pixels, const PatchFrame& frame,
                                  const Region& region, Rung rung) {
  const bool inverted = rung == Rung::kInverted;
  const bool harder = rung == Rung::kHarder;
  FrameView source = pixels;
  if (inverted) {
    InvertInto(pixels, inverse);
    source = inverse.view();
  }
  const auto attempt = [&](ZxingGroup group, bool with_effort) {
    ZxingOptions zxing{.group = group, .symbologies = options->symbologies};
    zxing.try_harder = with_effort;
    zxing.try_rotate = with_effort || group == ZxingGroup::kDataMatrix;
    zxing.try_downscale = harder;
    auto symbol = ReadWithZxing(source, zxing);
    if (symbol) symbol->inverted = inverted;
    return TakeFrom(std::move(symbol), frame);
  };
  if (region.kind == RegionKind::kBars) {
    if (attempt(ZxingGroup::kLinear, harder)) return true;
    if (attempt(ZxingGroup::kDataBar, harder)) return true;
    if (!harder) return false;
  }
  if (attempt(ZxingGroup::kDataMatrix, harder)) return true;
  if (attempt(ZxingGroup::kMatrix, true)) return true;
  if (region.kind == RegionKind::kBars) return false;
  return attempt(ZxingGroup::kLinear, harder) || attempt(ZxingGroup::kDataBar, harder);
}

bool FrameReader::Impl::ReadOnce(const Region& region, Rung rung) {
  const float side = static_cast<float>(std::max(region.box.width, region.box.height));
  const float scale = side > kMaxPatchSide ? kMaxPatchSide / side : 1.0f;
  if (rung == Rung::kDmtx) {
    if (!options->symbologies.Has(Symbology::kDataMatrix)) return false;
    if (region.kind == RegionKind::kBars) return false;
    FrameView crop = view.Crop(region.box);
    const int budget_ms = DmtxBudgetMs(options->whole_picture ? kRegionDmtxMs : kLineDmtxMs);
    const DmtxOptions dmtx{.timeout_ms = budget_ms, .shrink = side > 400 ? 2 : 1};
    const PatchFrame frame{
        {static_cast<float>(region.box.x), static_cast<float>(region.box.y)}, {1, 0}, {0, 1}};
    return TakeFrom(ReadWithDmtx(crop, dmtx), frame);
  }
  constexpr float kUprightRad = 0.09f;  // up to 5° off a cut along the axes is as good
  if (region.kind == RegionKind::kMatrix || std::abs(region.angle_rad) < kUprightRad) {
    if (scale == 1.0f) {
      const PatchFrame frame{
          {static_cast<float>(region.box.x), static_cast<float>(region.box.y)}, {1, 0}, {0, 1}};
      if (ReadPatch(view.Crop(region.box), frame, region, rung)) return true;
    } else {
      const PatchFrame frame = CutPatch(view, CutAround(region.box, 0, scale), patch);
      if (ReadPatch(patch.view(), frame, region, rung)) return true;
    }
  }
  if (std::abs(region.angle_rad) >= kUprightRad) {
    const PatchFrame frame = CutPatch(view, CutAround(region.box, region.angle_rad, scale), patch);
    if (ReadPatch(patch.view(), frame, region, rung)) return true;
  }
  return false;
}

bool FrameReader::Impl::MayHoldMore(const Region& region) const {
  float covered = 0;
  for (const Symbol& s : outcome.symbols) {
    if (!Intersect(BoundsOf(s.quad), region.box).Empty()) {
      covered += std::abs(s.quad.SignedArea());
    }
  }
  return covered < 0.4f * Area(region.box);
}

void FrameReader::Impl::ReadRegion(size_t index, Rung rung) {
  for (int n = 0; n < kMaxPerRegion && !Enough() && !OutOfTime(); ++n) {
    if (!MayHoldMore(regions[index])) {
      read[index] = true;
      return;
    }
    if (!ReadOnce(regions[index], rung)) return;
    read[index] = true;
  }
}

void FrameReader::Impl::ReadRegions() {
  for (const Rung rung : kRungs) {
    size_t limit = regions.size();
    if (!options->whole_picture) {
      if (rung == Rung::kDmtx) limit = kLineDmtxRegions;
      if (rung == Rung::kHarder) limit = kLineHarderRegions;
    }
    size_t tried = 0;
    for (size_t i = 0; i < regions.size() && tried < limit; ++i) {
      if (Enough() || OutOfTime()) return;
      // A region that gave a code by a cheap rung is not gone through with the dear ones.
      if (read[i] && rung != Rung::kPlain) continue;
      ++tried;
      ReadRegion(i, rung);
    }
  }
}

void FrameReader::Impl::ReadWholeOnce(const FrameView& pixels, bool inverted) {
  for (const ZxingGroup group :
       {ZxingGroup::kDataMatrix, ZxingGroup::kMatrix, ZxingGroup::kLinear, ZxingGroup::kDataBar}) {
    if (!outcome.symbols.empty() || OutOfTime()) return;
    ZxingOptions zxing{.group = group, .symbologies = options->symbologies};
    zxing.try_harder = zxing.try_rotate = zxing.try_downscale = true;
    auto symbol = ReadWithZxing(pixels, zxing);
    if (symbol) symbol->inverted = inverted;
    TakeFrom(std::move(symbol), {});
  }
}

void FrameReader::Impl::ReadWhole() {
  ReadWholeOnce(picture, false);
  if (outcome.symbols.empty() && options->symbologies.Has(Symbology::kDataMatrix) && !OutOfTime()) {
    TakeFrom(ReadWithDmtx(picture, {.timeout_ms = DmtxBudgetMs(kWholeDmtxMs)}), {});
  }
  if (outcome.symbols.empty() && !OutOfTime()) {
    InvertInto(picture, inverse);
    ReadWholeOnce(inverse.view(), true);
  }
}

FrameReader::FrameReader(const Clock& clock) : impl_(std::make_unique<Impl>(clock)) {}
FrameReader::~FrameReader() = default;

ReadOutcome FrameReader::Read(const FrameView& picture, const ReadOptions& options) {
  Impl& impl = *impl_;
  impl.outcome = {};
  impl.options = &options;
  impl.picture = impl.view = picture;
  if (picture.Empty()) return {};
  try {
    const int64_t start_ns = impl.clock.NowNs();
    const auto found = impl.locator.Locate(picture);
    impl.regions.assign(found.begin(), found.end());
    impl.read.assign(impl.regions.size(), false);
    const int64_t located_ns = impl.clock.NowNs();
    impl.ReadRegions();
    if (options.whole_picture && impl.outcome.symbols.empty() && !impl.OutOfTime()) {
      impl.ReadWhole();
    }
    ReadStats& stats = impl.outcome.stats;
    stats.regions = static_cast<int>(impl.regions.size());
    stats.regions_unread = static_cast<int>(std::count(impl.read.begin(), impl.read.end(), false));
    stats.locate_ns = located_ns - start_ns;
    stats.decode_ns = impl.clock.NowNs() - located_ns;
  } catch (const std::exception&) {
    // What was read before stands; the rest of this picture is lost.
    impl.outcome.stats.partial = true;
  }
  return std::move(impl.outcome);
}

}  // namespace veriline::decode
