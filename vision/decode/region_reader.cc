// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/region_reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "vision/decode/text.h"

namespace veriline::decode {
namespace {

using locate::Finder;
using locate::Finding;
using locate::Probe;

constexpr float kQuietQr = 3;       ///< modules around a cut
constexpr float kMostModulePx = 6;  ///< larger modules are scaled to kScaledPx
constexpr float kLeastModulePx = 2.5f;
constexpr float kScaledPx = 4;
constexpr int kDmtxMs = 4;
constexpr int kBarLines = 9;
constexpr float kQuietBars = 12;  ///< X at each end
/// What is read covers so much of the row of bars, or it is a part of another symbol that happens
/// to look like one: pieces of GS1-128 are valid EAN-13 at times.
constexpr float kWholeRatio = 0.85f;

/// Lines across bars: `kBarLines` of them evenly over the middle part of their height, one below
/// the other, `per_module` pixels for each X.
PatchFrame CutBars(const FrameView& picture, const Finding& bars, float per_module,
                   GreyImage* out) {
  const Quad& q = bars.quad;
  const float length = Distance(q.corners[0], q.corners[1]);
  const Point along = (q.corners[1] - q.corners[0]) * (1 / std::max(1.0f, length));
  const Point down = q.corners[3] - q.corners[0];
  const float quiet_px = kQuietBars * bars.module_px;
  const float step = bars.module_px / per_module;
  const int width = std::max(8, static_cast<int>((length + 2 * quiet_px) / step));
  out->Resize(width, kBarLines);
  constexpr float kFrom = 0.2f, kTo = 0.8f;
  PatchFrame frame;
  const Point row_step = down * ((kTo - kFrom) / (kBarLines - 1));
  frame.ex = along * step;
  frame.ey = row_step;
  frame.origin = q.corners[0] + down * kFrom - along * quiet_px - (frame.ex + frame.ey) * 0.5f;
  for (int y = 0; y < kBarLines; ++y) {
    uint8_t* pixels = out->Row(y);
    Point at = frame.ToPicture(Point{0.5f, static_cast<float>(y) + 0.5f});
    for (int x = 0; x < width; ++x, at = at + frame.ex) {
      pixels[x] = static_cast<uint8_t>(SampleAt(picture, at) + 0.5f);
    }
  }
  return frame;
}

}  // namespace

bool AsksForBars(const SymbologySet& asked) {
  // ZXing does not know all that readers of our own do.
  return ZxingGroupHasAny(ZxingGroup::kLinear, asked) ||
         ZxingGroupHasAny(ZxingGroup::kDataBar, asked) || asked.Has(Symbology::kDataBarLimited) ||
         asked.Has(Symbology::kComposite);
}

locate::LocateOptions FinderTestsFor(const SymbologySet& asked) {
  using enum Symbology;
  const SymbologySet symbologies = WithLinearComponents(asked);
  constexpr std::array kWithout = {
      kMicroQr, kRmqr,        kAztec,          kMaxiCode,
      kPdf417,  kMicroPdf417, kDataBarStacked, kDataBarExpandedStacked};
  return {.thorough = std::ranges::any_of(
              kWithout, [&symbologies](Symbology s) { return symbologies.Has(s); }),
          .datamatrix = symbologies.Has(kDataMatrix),
          .qr = symbologies.Has(kQr),
          .bars = AsksForBars(symbologies)};
}

std::optional<Symbol> RegionReader::ReadModules(const Finding& finding) {
  DrawModules(modules_, &cut_);
  const ZxingOptions pure{.group = ZxingGroup::kDataMatrix, .pure = true};
  std::optional<Symbol> symbol = decoder_.Zxing(cut_.view(), pure);
  if (!symbol) return std::nullopt;
  // The decoder tells a mirrored one; its sides at the L change places.
  const auto& c = finding.quad.corners;
  symbol->quad = symbol->mirrored ? Quad{{c[2], c[1], c[0], c[3]}} : finding.quad;
  symbol->inverted = finding.inverted;
  symbol->rows = static_cast<int16_t>(symbol->mirrored ? modules_.cols : modules_.rows);
  symbol->cols = static_cast<int16_t>(symbol->mirrored ? modules_.rows : modules_.cols);
  return symbol;
}

std::optional<Symbol> RegionReader::ReadOwn(const Probe& probe, const Finding& finding) {
  Symbol symbol;
  if (!datamatrix_.Read(probe.picture(),
                        {finding.quad, finding.rows, finding.cols, finding.inverted}, &symbol)) {
    return std::nullopt;
  }
  if (!datamatrix_.decoded().message.ecis().empty()) {
    // Whose text the other decoder knows.
    SampleModules(probe, finding, &modules_);
    return ReadModules(finding);
  }
  SetTextOfPayload(&symbol);
  return symbol;
}

std::optional<Symbol> RegionReader::ReadOwnQr(const Probe& probe, const Finding& finding) {
  Symbol symbol;
  if (!qr_.Read(probe.picture(), {finding.quad, finding.module_px, finding.inverted}, &symbol)) {
    return std::nullopt;
  }
  // Their text the other decoder knows.
  const auto& message = qr_.decoded().message;
  const auto is_kanji = [](const auto& span) { return span.kanji; };
  if (message.has_eci || std::ranges::any_of(message.text_spans(), is_kanji)) return std::nullopt;
  SetTextOfPayload(&symbol);
  return symbol;
}

std::optional<Symbol> RegionReader::ReadDataMatrix(const Probe& probe, const Finding& finding) {
  if (auto symbol = ReadOwn(probe, finding)) return symbol;
  Finding refined = finding;
  constexpr float kLeastRatio = 0.8f;
  if (RefineDataMatrix(probe, &refined, &modules_) < kLeastRatio) return std::nullopt;
  if (auto symbol = ReadOwn(probe, refined)) return symbol;
  return ReadModules(refined);
}

std::optional<Symbol> RegionReader::ReadQr(const Probe& probe, const Finding& finding,
                                           const SymbologySet& symbologies) {
  if (auto symbol = ReadOwnQr(probe, finding)) return symbol;
  const Quad& q = finding.quad;
  const Point along = q.corners[1] - q.corners[0];
  const float side =
      std::max(Distance(q.corners[0], q.corners[1]), Distance(q.corners[0], q.corners[3]));
  PatchCut cut{q.Center(), std::atan2(along.y, along.x), 0, 0, 1};
  cut.width_px = cut.height_px = side + 2 * kQuietQr * finding.module_px;
  if (finding.module_px > kMostModulePx || finding.module_px < kLeastModulePx) {
    cut.scale = kScaledPx / finding.module_px;
  }
  const PatchFrame frame = CutPatch(probe.picture(), cut, cut_);
  const ZxingOptions options{.group = ZxingGroup::kMatrix, .symbologies = symbologies};
  FrameView view = cut_.view();
  if (finding.inverted) {
    InvertInto(view, inverse_);
    view = inverse_.view();
  }
  auto symbol = decoder_.Zxing(view, options);
  if (!symbol) {
    ZxingOptions harder = options;
    harder.try_harder = harder.try_rotate = true;
    symbol = decoder_.Zxing(view, harder);
  }
  if (!symbol) return std::nullopt;
  symbol->quad = frame.ToPicture(symbol->quad);
  symbol->inverted = finding.inverted;
  return symbol;
}

std::optional<Symbol> RegionReader::ReadBars(const Probe& probe, const Finding& finding,
                                             const SymbologySet& symbologies) {
  Symbol own;
  if (linear_.Read(probe.picture(),
                   {finding.quad, finding.module_px, finding.inverted, kWholeRatio},
                   WithLinearComponents(symbologies), {}, &own)) {
    SetTextOfPayload(&own);
    return own;
  }
  const float found_px = Distance(finding.quad.corners[0], finding.quad.corners[1]);
  const float per_module = std::clamp(finding.module_px, kLeastModulePx, kMostModulePx);
  const PatchFrame frame = CutBars(probe.picture(), finding, per_module, &cut_);
  for (const bool inverted : {finding.inverted, !finding.inverted}) {
    if (inverted) InvertInto(cut_.view(), inverse_);
    const FrameView view = inverted ? inverse_.view() : cut_.view();
    for (const ZxingGroup group : {ZxingGroup::kLinear, ZxingGroup::kDataBar}) {
      auto symbol = decoder_.Zxing(view, {.group = group, .symbologies = symbologies});
      if (!symbol) continue;
      symbol->quad = frame.ToPicture(symbol->quad);
      if (Distance(symbol->quad.corners[0], symbol->quad.corners[1]) < kWholeRatio * found_px)
        continue;
      symbol->inverted = inverted;
      return symbol;
    }
  }
  return std::nullopt;
}

std::optional<Symbol> RegionReader::Read(const Probe& probe, const Finding& finding,
                                         const SymbologySet& symbologies) {
  switch (finding.finder) {
    case Finder::kDataMatrix:
      return ReadDataMatrix(probe, finding);
    case Finder::kQr:
      return ReadQr(probe, finding, symbologies);
    case Finder::kBars:
      return ReadBars(probe, finding, symbologies);
    case Finder::kNone:
      break;
  }
  return std::nullopt;
}

std::optional<Symbol> RegionReader::ReadHarder(const Probe& probe, const Finding& finding,
                                               const SymbologySet& symbologies) {
  if (finding.finder == Finder::kQr) return std::nullopt;  // Read has tried it both ways
  const Quad& q = finding.quad;
  const Point along = q.corners[1] - q.corners[0];
  PatchCut cut{q.Center(), std::atan2(along.y, along.x), 0, 0, 1};
  const bool bars = finding.finder == Finder::kBars;
  const float quiet_px = (bars ? kQuietBars : kQuietQr) * finding.module_px;
  cut.width_px = Distance(q.corners[0], q.corners[1]) + 2 * quiet_px;
  cut.height_px = Distance(q.corners[0], q.corners[3]) + (bars ? 0 : 2 * quiet_px);
  cut.scale = finding.module_px > kMostModulePx || finding.module_px < kLeastModulePx
                  ? kScaledPx / finding.module_px
                  : 1;
  const PatchFrame frame = CutPatch(probe.picture(), cut, cut_);
  if (finding.inverted) InvertInto(cut_.view(), inverse_);
  const auto read = [&](const FrameView& view, ZxingGroup group, int min_lines) {
    ZxingOptions options{.group = group, .symbologies = symbologies, .try_harder = true};
    options.try_rotate = group == ZxingGroup::kDataMatrix || group == ZxingGroup::kMatrix;
    options.min_lines = min_lines;
    return decoder_.Zxing(view, options);
  };
  std::optional<Symbol> symbol;
  const FrameView normal = finding.inverted ? inverse_.view() : cut_.view();
  if (finding.finder == Finder::kDataMatrix) {
    symbol = read(normal, ZxingGroup::kDataMatrix, 1);
    if (!symbol) {
      SmoothInto(normal, smooth_);
      symbol = read(smooth_.view(), ZxingGroup::kDataMatrix, 1);
    }
    if (!symbol) symbol = decoder_.Dmtx(cut_.view(), {.timeout_ms = kDmtxMs});
  } else if (bars) {
    constexpr int kManyLines = 5;  // so many lines find bars anywhere
    for (const ZxingGroup group : {ZxingGroup::kLinear, ZxingGroup::kDataBar}) {
      if (!symbol) symbol = read(normal, group, kManyLines);
    }
    const float length = symbol ? Distance(symbol->quad.corners[0], symbol->quad.corners[1]) : 0;
    if (length / cut.scale < kWholeRatio * Distance(q.corners[0], q.corners[1])) symbol.reset();
  }
  if (!symbol) return std::nullopt;
  symbol->quad = frame.ToPicture(symbol->quad);
  symbol->inverted = finding.inverted;
  return symbol;
}

}  // namespace veriline::decode
