// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/frame_reader.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "vision/decode/linear_place.h"
#include "vision/decode/patch.h"
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

float Area(const Rect& r) { return static_cast<float>(r.width) * static_cast<float>(r.height); }

Rect Union(const Rect& a, const Rect& b) {
  const int x0 = std::min(a.x, b.x), y0 = std::min(a.y, b.y);
  return {x0, y0, std::max(a.x + a.width, b.x + b.width) - x0,
          std::max(a.y + a.height, b.y + b.height) - y0};
}

bool IsLinear(Symbology s) {
  return s >= Symbology::kCode128 && s <= Symbology::kDataBarExpanded &&
         s != Symbology::kDataBarStacked;
}

/// EAN/UPC without add-on, ISO/IEC 15424.
constexpr std::string_view kEanIdentifier = "]E0";

bool MayHaveAddon(Symbology s) {
  return s == Symbology::kEan13 || s == Symbology::kUpcA || s == Symbology::kUpcE;
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

/// The same code found twice: same text, and one lies on the other.
bool IsSame(const Symbol& a, const Symbol& b) {
  if (a.symbology != b.symbology || a.payload != b.payload) return false;
  if (a.quad.Contains(b.quad.Center()) || b.quad.Contains(a.quad.Center())) return true;
  return !Intersect(BoundsOf(a.quad), BoundsOf(b.quad)).Empty();
}

}  // namespace

struct FrameReader::Impl {
  explicit Impl(const Clock& the_clock) : clock(the_clock), decoder(in_process) {}
  Impl(const Clock& the_clock, CropDecoder& the_decoder) : clock(the_clock), decoder(the_decoder) {}

  const Clock& clock;
  InProcessDecoder in_process;  ///< unused when another is given
  CropDecoder& decoder;
  locate::Locator locator;
  std::vector<Region> regions;
  std::vector<bool> read;
  float read_score = 0;  ///< the best score of a region that gave a code
  GreyImage masked;      ///< the picture with what was read painted over
  GreyImage patch;       ///< a region turned or scaled
  GreyImage inverse;     ///< a patch inverted or mirrored
  FrameView picture;     ///< the original
  FrameView view;        ///< the original, or `masked` once something was read
  const ReadOptions* options = nullptr;
  bool lines_wanted = false;  ///< linear symbologies are among those asked for
  ReadOutcome outcome;

  bool OutOfTime() {
    if (options->deadline_ns == 0 || clock.NowNs() < options->deadline_ns) return false;
    outcome.stats.partial = true;
    return true;
  }
  /// So many of a picture of kLineArea, in this one.
  int Share(int count) const {
    const float area = static_cast<float>(picture.width) * static_cast<float>(picture.height);
    return static_cast<int>(static_cast<float>(count) * std::max(1.0f, area / kLineArea));
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

  bool Take(Symbol symbol);
  void LookForAddon(Symbol& symbol);
  bool TakeFrom(std::optional<Symbol> symbol, const PatchFrame& frame);
  /// `every_line`: of linear codes, instead of a few.
  bool ReadPatch(const FrameView& pixels, const PatchFrame& frame, const Region& region, Rung rung,
                 bool every_line = false);
  bool ReadOnce(const Region& region, Rung rung);
  void ReadRegion(size_t index, Rung rung);
  bool MayHoldMore(const Region& region) const;
  bool Deserves(const Region& region, Rung rung) const;
  void ReadRegions();
  /// Where nothing was read: a symbol with large light areas may have come as several regions.
  void ReadJoined();
  void ReadWhole();
  void ReadWholeOnce(const FrameView& pixels, bool inverted);
};

/// The add-on of an EAN or UPC code stands right of it, beyond what a region may show, and has no
/// check character: reads twice more with room for it, and an add-on counts when two of the three
/// differently sampled reads agree on it.
void FrameReader::Impl::LookForAddon(Symbol& symbol) {
  const Quad& q = symbol.quad;
  const Point left = (q.corners[0] + q.corners[3]) * 0.5f;
  const Point right = (q.corners[1] + q.corners[2]) * 0.5f;
  const Point along = right - left;
  const float length = Distance(left, right);
  std::optional<Symbol> seen;
  if (!symbol.addon.empty()) {
    seen = symbol;
    const size_t digits = symbol.payload.view().size() - symbol.addon.view().size();
    symbol.payload.Assign(seen->payload.view().substr(0, digits));
    symbol.text.Assign(seen->text.view().substr(0, digits));
    symbol.addon.Assign({});
    symbol.set_identifier(kEanIdentifier);
  }
  if (length < 1) return;
  constexpr float kAddonRatio = 0.75f;  // five digits with their gap and quiet zone, of 95 X
  constexpr float kMarginRatio = 0.15f;
  PatchCut cut;
  cut.center = left + along * ((1 + kAddonRatio) / 2 - kMarginRatio / 2);
  cut.angle_rad = std::atan2(along.y, along.x);
  cut.width_px = length * (1 + kAddonRatio + kMarginRatio);
  cut.height_px = std::max(8.0f, Distance(q.corners[0], q.corners[3]));
  const ZxingOptions zxing{.group = ZxingGroup::kLinear,
                           .symbologies = SymbologySet().Add(symbol.symbology),
                           .try_harder = true};
  const std::string_view base = symbol.payload.view();
  for (const float scale : {2.0f, 1.5f}) {
    cut.scale = length < 400 ? scale : scale / 2;
    CutPatch(picture, cut, patch);
    auto now = decoder.Zxing(patch.view(), zxing);
    if (!now || now->addon.empty() || now->payload.view().substr(0, base.size()) != base) continue;
    if (seen && seen->payload == now->payload) {
      now->quad = symbol.quad;
      now->inverted = symbol.inverted;
      symbol = std::move(*now);
      return;
    }
    seen = std::move(now);
  }
}

bool FrameReader::Impl::Take(Symbol symbol) {
  if (IsLinear(symbol.symbology)) {
    auto placed = PlaceLinear(picture, std::move(symbol), options->symbologies, decoder);
    if (!placed) return false;
    symbol = std::move(*placed);
  }
  if (MayHaveAddon(symbol.symbology)) LookForAddon(symbol);
  if (view.data != masked.view().data || masked.width() == 0) {
    CopyInto(picture, masked);
    view = masked.view();
  }
  PaintOver(masked, symbol.quad, 2);
  for (Symbol& known : outcome.symbols) {
    if (!IsSame(known, symbol)) continue;
    if (Area(BoundsOf(symbol.quad)) > Area(BoundsOf(known.quad))) known.quad = symbol.quad;
    return true;
  }
  outcome.symbols.push_back(std::move(symbol));
  return true;
}

bool FrameReader::Impl::TakeFrom(std::optional<Symbol> symbol, const PatchFrame& frame) {
  if (!symbol) return false;
  symbol->quad = frame.ToPicture(symbol->quad);
  return Take(std::move(*symbol));
}

bool FrameReader::Impl::ReadPatch(const FrameView& pixels, const PatchFrame& frame,
                                  const Region& region, Rung rung, bool every_line) {
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
    if (harder || every_line) zxing.min_lines = 5;  // so many lines find bars anywhere
    auto symbol = decoder.Zxing(source, zxing);
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

bool FrameReader::Impl::ReadOnce(const Region& region, Rung rung) {
  const float side = static_cast<float>(std::max(region.box.width, region.box.height));
  const bool bars = IsBars(region) && lines_wanted && !MayBeGrid(region) && rung != Rung::kHarder;
  const float most = options->whole_picture ? kMaxPatchSide
                     : bars                 ? kLineMaxBarsSide
                                            : kLineMaxPatchSide;
  float scale = side > most ? most / side : 1.0f;
  // Modules of two or three pixels are read when they are drawn larger.
  if (rung == Rung::kHarder && options->whole_picture && side < kSmallSide) scale = 2;
  if (rung == Rung::kDmtx) {
    if (!options->symbologies.Has(Symbology::kDataMatrix)) return false;
    if (IsBars(region)) return false;
    FrameView crop = view.Crop(region.box);
    const int budget_ms = DmtxBudgetMs(options->whole_picture ? kRegionDmtxMs : kLineDmtxMs);
    const DmtxOptions dmtx{.timeout_ms = budget_ms, .shrink = side > 400 ? 2 : 1};
    const PatchFrame frame{
        {static_cast<float>(region.box.x), static_cast<float>(region.box.y)}, {1, 0}, {0, 1}};
    return TakeFrom(decoder.Dmtx(crop, dmtx), frame);
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
    const PatchFrame frame = CutPatch(view, cut, patch);
    if (ReadPatch(patch.view(), frame, region, rung)) return true;
    if (bars && !options->whole_picture && ReadPatch(patch.view(), frame, region, rung, true)) {
      return true;
    }
    // Bars that lean are read no other way, and a clear grid is upright now.
    const bool best = region.score >= kAlikeRatio * regions.front().score;
    const bool clear = IsBars(region) || (IsCodeLike(region) && !best);
    if (clear && rung != Rung::kHarder && !(options->whole_picture && rung == Rung::kPlain)) {
      return false;
    }
  }
  Rect box = region.box;
  if (bars && !turned) {
    const int grow_px = static_cast<int>(kBarsGrowRatio * static_cast<float>(box.width));
    box = Intersect({box.x - grow_px, box.y, box.width + 2 * grow_px, box.height}, view.Bounds());
  }
  if (scale == 1.0f) {
    const auto read_crop = [&](const Rect& crop) {
      const PatchFrame frame{
          {static_cast<float>(crop.x), static_cast<float>(crop.y)}, {1, 0}, {0, 1}};
      return ReadPatch(view.Crop(crop), frame, region, rung);
    };
    if (read_crop(box)) return true;
    if (!bars || turned || options->whole_picture) return false;  // `read` has a rung for it
    if (read_crop(region.box)) return true;
    const PatchFrame frame = CutPatch(view, CutAround(box, region.angle_rad, scale), patch);
    return ReadPatch(patch.view(), frame, region, rung, true);
  }
  const PatchFrame frame = CutPatch(view, CutAround(box, 0, scale), patch);
  return ReadPatch(patch.view(), frame, region, rung);
}

bool FrameReader::Impl::MayHoldMore(const Region& region) const {
  constexpr int kMargin = 8;  // blocks end anywhere within
  float covered = 0;
  for (const Symbol& s : outcome.symbols) {
    const Rect b = BoundsOf(s.quad);
    covered += Area(Intersect(
        {b.x - kMargin, b.y - kMargin, b.width + 2 * kMargin, b.height + 2 * kMargin}, region.box));
  }
  return covered < 0.5f * Area(region.box);
}

void FrameReader::Impl::ReadRegion(size_t index, Rung rung) {
  for (int n = 0; n < kMaxPerRegion && !Enough() && !OutOfTime(); ++n) {
    if (!MayHoldMore(regions[index])) {
      read[index] = true;
      return;
    }
    if (!ReadOnce(regions[index], rung)) return;
    read[index] = true;
    read_score = std::max(read_score, regions[index].score);
  }
}

bool FrameReader::Impl::Deserves(const Region& region, Rung rung) const {
  if (IsBars(region) && !lines_wanted && !MayBeGrid(region) && rung != Rung::kHarder) {
    return false;
  }
  if (options->whole_picture) {
    return rung != Rung::kDmtx || IsCodeLike(region) ||
           region.score >= kAlikeRatio * regions.front().score;
  }
  const bool likely = IsCodeLike(region);
  const int side = std::max(region.box.width, region.box.height);
  const bool alike = likely && region.score >= kAlikeRatio * read_score;
  // A matrix code is denser than the bars beside it, which cost less to try.
  if (rung == Rung::kPlain) {
    return alike || (likely && IsBars(region) && lines_wanted) || side <= kLineUnlikelySide;
  }
  if (!alike) return false;
  return rung == Rung::kInverted || side <= kLineDearSide;
}

void FrameReader::Impl::ReadRegions() {
  for (const Rung rung : kRungs) {
    int left = options->whole_picture ? locate::LocateOptions().max_regions
                                      : Share(kLineTries[static_cast<size_t>(rung)]);
    int large_left = options->whole_picture ? left : Share(kLineLargeTries);
    for (size_t i = 0; i < regions.size() && left > 0; ++i) {
      if (Enough() || OutOfTime()) return;
      // A region that gave a code by a cheap rung is not gone through with the dear ones.
      if (read[i] && rung != Rung::kPlain) continue;
      if (!Deserves(regions[i], rung)) continue;
      const Rect& box = regions[i].box;
      // What was read in smaller regions costs a larger one around them nothing.
      if (!options->whole_picture && !MayHoldMore(regions[i])) continue;
      const bool large = std::max(box.width, box.height) > kLineUnlikelySide;
      const bool bars = lines_wanted && IsBars(regions[i]) && IsCodeLike(regions[i]);
      if (large && !bars && large_left-- <= 0) continue;
      --left;
      ReadRegion(i, rung);
    }
  }
}

void FrameReader::Impl::ReadJoined() {
  std::vector<Rect> tried;
  for (size_t i = 0; i < regions.size() && tried.size() < kJoinedTries; ++i) {
    Region joined = regions[i];
    if (joined.kind != RegionKind::kMatrix || !IsCodeLike(joined)) continue;
    for (const Region& other : regions) {
      if (other.kind != RegionKind::kMatrix || !IsCodeLike(other)) continue;
      const Rect both = Union(joined.box, other.box);
      const Rect near = {joined.box.x - kJoinPx, joined.box.y - kJoinPx,
                         joined.box.width + 2 * kJoinPx, joined.box.height + 2 * kJoinPx};
      if (!Intersect(near, other.box).Empty() && std::max(both.width, both.height) <= kJoinedSide) {
        joined.box = both;
      }
    }
    if (joined.box == regions[i].box || std::ranges::find(tried, joined.box) != tried.end()) {
      continue;
    }
    tried.push_back(joined.box);
    joined.box =
        Intersect({joined.box.x - kJoinedGrowPx, joined.box.y - kJoinedGrowPx,
                   joined.box.width + 2 * kJoinedGrowPx, joined.box.height + 2 * kJoinedGrowPx},
                  picture.Bounds());
    for (const Rung rung : {Rung::kPlain, Rung::kInverted, Rung::kHarder}) {
      if (Enough() || OutOfTime() || !outcome.symbols.empty()) return;
      ReadOnce(joined, rung);
    }
  }
}

void FrameReader::Impl::ReadWholeOnce(const FrameView& pixels, bool inverted) {
  for (const ZxingGroup group :
       {ZxingGroup::kDataMatrix, ZxingGroup::kMatrix, ZxingGroup::kLinear, ZxingGroup::kDataBar}) {
    if (!outcome.symbols.empty() || OutOfTime()) return;
    ZxingOptions zxing{.group = group, .symbologies = options->symbologies};
    zxing.try_harder = zxing.try_rotate = zxing.try_downscale = true;
    auto symbol = decoder.Zxing(pixels, zxing);
    if (symbol) symbol->inverted = inverted;
    TakeFrom(std::move(symbol), {});
  }
}

void FrameReader::Impl::ReadWhole() {
  ReadWholeOnce(picture, false);
  if (outcome.symbols.empty() && options->symbologies.Has(Symbology::kDataMatrix) && !OutOfTime()) {
    TakeFrom(decoder.Dmtx(picture, {.timeout_ms = DmtxBudgetMs(kWholeDmtxMs)}), {});
  }
  if (outcome.symbols.empty() && !OutOfTime()) {
    InvertInto(picture, inverse);
    ReadWholeOnce(inverse.view(), true);
  }
}

FrameReader::FrameReader(const Clock& clock, CropDecoder& decoder)
    : impl_(std::make_unique<Impl>(clock, decoder)) {}
FrameReader::FrameReader(const Clock& clock) : impl_(std::make_unique<Impl>(clock)) {}
FrameReader::~FrameReader() = default;

ReadOutcome FrameReader::Read(const FrameView& picture, const ReadOptions& options) {
  Impl& impl = *impl_;
  impl.outcome = {};
  impl.options = &options;
  impl.decoder.SetDeadline(options.deadline_ns);
  impl.lines_wanted = ZxingGroupHasAny(ZxingGroup::kLinear, options.symbologies) ||
                      ZxingGroupHasAny(ZxingGroup::kDataBar, options.symbologies);
  impl.picture = impl.view = picture;
  if (picture.Empty()) return {};
  try {
    const int64_t start_ns = impl.clock.NowNs();
    locate::LocateOptions locate;
    if (!options.whole_picture) locate.max_regions = impl.Share(locate.max_regions);
    const auto found = impl.locator.Locate(picture, locate);
    impl.regions.assign(found.begin(), found.end());
    std::ranges::stable_partition(impl.regions, IsCodeLike);
    impl.read.assign(impl.regions.size(), false);
    impl.read_score = 0;
    const int64_t located_ns = impl.clock.NowNs();
    impl.ReadRegions();
    if (impl.outcome.symbols.empty()) impl.ReadJoined();
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
