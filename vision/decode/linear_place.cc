// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/linear_place.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "vision/decode/bar_outline.h"
#include "vision/decode/patch.h"

namespace veriline::decode {
namespace {

/// Symbols that do not tell a part of them from the whole, or so little that texture passes for
/// them.
struct WeakSymbol {
  float modules;  ///< of the whole row
  float widest;   ///< bar or space, modules
  float quiet;    ///< quiet zone, modules
};
constexpr float kLeastHeightModules = 2;

std::optional<WeakSymbol> WeakSymbolOf(const Symbol& symbol) {
  if (symbol.symbology == Symbology::kUpcE) return WeakSymbol{51, 5, 9};
  // Eight modules a digit with wide elements of 2.5, start and stop (ISO/IEC 16390).
  const auto digits = static_cast<float>(symbol.payload.size());
  if (symbol.symbology == Symbology::kItf) return WeakSymbol{8 * digits + 8, 4, 10};
  return std::nullopt;
}

/// Longer rows are scaled down to be read again.
constexpr float kMostPatchPx = 900;

}  // namespace

std::optional<Symbol> PlaceLinear(const FrameView& picture, Symbol symbol,
                                  const SymbologySet& symbologies, CropDecoder& decoder) {
  symbol.quad = OutlineOfBars(picture, symbol.quad, symbol.inverted);
  if (symbol.symbology == Symbology::kDataBarExpanded) {
    // ZXing tells the place of some of its pairs only, and never the guards.
    symbol.quad = ExtendedOverBars(picture, symbol.quad, 0, symbol.inverted);
  }
  // Readers of our own ask for quiet zones and more lines.
  if (symbol.decoder == Decoder::kOwn) return symbol;
  const std::optional<WeakSymbol> weak = WeakSymbolOf(symbol);
  if (!weak) return symbol;
  const Quad& q = symbol.quad;
  const float length = Distance(q.corners[0], q.corners[1]);
  const float module_px = length / weak->modules;
  const auto room = static_cast<float>(std::min(picture.width, picture.height)) / 2;
  if (Distance(q.corners[0], q.corners[3]) < std::min(room, kLeastHeightModules * module_px)) {
    return std::nullopt;
  }
  const Quad whole = ExtendedOverBars(picture, q, weak->widest * module_px, symbol.inverted);
  const float whole_length = Distance(whole.corners[0], whole.corners[1]);
  if (whole_length < length + module_px) return symbol;
  // Bars go on beyond what was read: they are to be read as well.
  const Point along = whole.corners[1] - whole.corners[0];
  const PatchCut cut{
      whole.Center(), std::atan2(along.y, along.x), whole_length + 2 * weak->quiet * module_px,
      Distance(whole.corners[0], whole.corners[3]), std::min(1.0f, kMostPatchPx / whole_length)};
  GreyImage patch, inverse;
  const PatchFrame frame = CutPatch(picture, cut, patch);
  if (symbol.inverted) InvertInto(patch.view(), inverse);
  auto again =
      decoder.Zxing(symbol.inverted ? inverse.view() : patch.view(),
                    {.group = ZxingGroup::kLinear, .symbologies = symbologies, .try_harder = true});
  if (!again) return std::nullopt;
  again->inverted = symbol.inverted;
  again->quad = OutlineOfBars(picture, frame.ToPicture(again->quad), symbol.inverted);
  return again;
}

}  // namespace veriline::decode
