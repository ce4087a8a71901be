// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/arbiter.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "vision/decode/linear_place.h"
#include "vision/symbology/linear/linear_decode.h"

namespace veriline::decode {
namespace {

/// Two symbols lie on each other when that much of the smaller one does.
constexpr float kOnEachOther = 0.5f;

bool IsLinear(Symbology s) {
  return s >= Symbology::kCode128 && s <= Symbology::kDataBarExpanded &&
         s != Symbology::kDataBarStacked;
}

/// EAN/UPC without add-on, ISO/IEC 15424.
constexpr std::string_view kEanIdentifier = "]E0";

/// The same code found twice: same text, and one lies on the other.
bool IsSame(const Symbol& a, const Symbol& b) {
  if (a.symbology != b.symbology || a.payload != b.payload) return false;
  if (a.quad.Contains(b.quad.Center()) || b.quad.Contains(a.quad.Center())) return true;
  return !Intersect(BoundsOf(a.quad), BoundsOf(b.quad)).Empty();
}

float AreaOf(const Symbol& symbol) { return std::abs(symbol.quad.SignedArea()); }

/// Share of a symbol that lies on another.
float ShareOn(const Symbol& part, const Symbol& whole) {
  constexpr int kSteps = 5;
  int on = 0;
  for (int i = 0; i < kSteps; ++i) {
    for (int k = 0; k < kSteps; ++k) {
      const float s = (static_cast<float>(i) + 0.5f) / kSteps;
      const float t = (static_cast<float>(k) + 0.5f) / kSteps;
      on += whole.quad.Contains(part.quad.At(s, t));
    }
  }
  return static_cast<float>(on) / (kSteps * kSteps);
}

/// The add-on of an EAN or UPC code stands right of it, beyond what a region may show, and has no
/// check character: reads twice more with room for it, and an add-on counts when two of the three
/// differently sampled reads agree on it.
void LookForAddon(const FrameView& picture, CropDecoder& decoder, GreyImage& patch,
                  Symbol& symbol) {
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

}  // namespace

std::optional<Symbol> Placed(const FrameView& picture, Symbol symbol,
                             const SymbologySet& symbologies, PlacingTools with) {
  if (IsLinear(symbol.symbology)) {
    auto placed = PlaceLinear(picture, std::move(symbol), symbologies, with.decoder);
    if (!placed) return std::nullopt;
    symbol = std::move(*placed);
  }
  // Readers of our own have looked for it.
  if (symbology::linear::MayHaveAddon(symbol.symbology) && symbol.decoder != Decoder::kOwn)
    LookForAddon(picture, with.decoder, with.scratch, symbol);
  with.composite.Complete(picture, symbologies, &symbol);
  if (!symbologies.Has(symbol.symbology)) return std::nullopt;
  return symbol;
}

void Add(Symbol symbol, std::vector<Symbol>* symbols) {
  for (Symbol& known : *symbols) {
    if (IsSame(known, symbol)) {
      if (AreaOf(symbol) > AreaOf(known)) known.quad = symbol.quad;
      return;
    }
  }
  // A code of the same symbology within another is one that was meant to be there.
  const auto is_part = [](const Symbol& part, const Symbol& whole) {
    return part.symbology != whole.symbology && AreaOf(part) <= AreaOf(whole) &&
           ShareOn(part, whole) > kOnEachOther;
  };
  for (const Symbol& known : *symbols) {
    if (is_part(symbol, known)) return;
  }
  std::erase_if(*symbols, [&](const Symbol& known) { return is_part(known, symbol); });
  symbols->push_back(std::move(symbol));
}

}  // namespace veriline::decode
