// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/web_label.h"

#include <cmath>
#include <numbers>

#include "tools/linesim/random.h"

namespace veriline::linesim {
namespace {

// Of a good print, before the fall-off of the light (at most 13 %): (205 - 45) * 0.87 = 139 grey or
// 54 % of the range remain.
constexpr int kLightMinGrey = 205;
constexpr int kLightMaxGrey = 240;
constexpr int kDarkMinGrey = 12;
constexpr int kDarkMaxGrey = 45;
constexpr int kPlacePx = 10;  ///< how far a label lies off the middle of its cell, each way
constexpr double kQuietModules = 4;
constexpr double kBarsQuietModules = 10;
constexpr double kBarsMaxX = 4;

PrintedSymbol MakeMatrix(Random& random, const std::string& code) {
  PrintedSymbol symbol =
      random.Chance(0.5) ? MakeGs1Qr(code, random.Between(2, 3)) : MakeDataMatrix(code, true);
  const double room = kWebMatrixField.width / (symbol.grid.cols + 2 * kQuietModules);
  symbol.module_px = static_cast<float>(random.Uniform(kModuleMinPx, std::min(kModuleMaxPx, room)));
  const double quiet = kQuietModules * static_cast<double>(symbol.module_px);
  const double side = static_cast<double>(symbol.width_px());
  symbol.at = {static_cast<float>(kWebMatrixField.x +
                                  random.Uniform(quiet, kWebMatrixField.width - quiet - side)),
               // In the middle of its field, so that the tape of a splice lies over all of a row.
               static_cast<float>(kWebMatrixField.y + (kWebMatrixField.height - side) / 2)};
  return symbol;
}

PrintedSymbol MakeBars(Random& random, const std::string& code) {
  PrintedSymbol symbol = MakeGs1Code128(code);
  const double room = kWebBarsField.width / (symbol.grid.cols + 2 * kBarsQuietModules);
  symbol.module_px = static_cast<float>(random.Uniform(3, std::min(kBarsMaxX, room)));
  symbol.bar_px = static_cast<float>(random.Between(110, 190));
  const double quiet = kBarsQuietModules * static_cast<double>(symbol.module_px);
  symbol.at = {
      static_cast<float>(kWebBarsField.x +
                         random.Uniform(quiet, kWebBarsField.width - quiet -
                                                   static_cast<double>(symbol.width_px()))),
      static_cast<float>(kWebBarsField.y + 8)};
  return symbol;
}

}  // namespace

WebStock MakeWebStock(uint64_t seed, int index) {
  Random random(seed, Stream::kLabel, ~static_cast<uint64_t>(index));
  WebStock stock;
  stock.index = index;
  // Evenly over the range, so that both ends occur in any world.
  const double share = 2.0 * index / (kWebStocks - 1) - 1;
  stock.pose.angle_rad = share * kWebMaxSkewDeg * std::numbers::pi / 180;
  const SceneTraits& scene = TraitsOf(SceneKind::kWeb);
  stock.pose.center_x = kWebLanePx / 2.0 + random.Between(-kPlacePx, kPlacePx);
  stock.pose.center_y = static_cast<double>(scene.row_offset_counts + scene.item_counts / 2) +
                        random.Between(-kPlacePx, kPlacePx);
  stock.light_grey = static_cast<uint8_t>(random.Between(kLightMinGrey, kLightMaxGrey));
  stock.dark_grey = static_cast<uint8_t>(random.Between(kDarkMinGrey, kDarkMaxGrey));
  return stock;
}

WebLabel LayOutWebLabel(const World& world, uint64_t item) {
  return LayOutWebLabel(world, item, world.CodeOn(item));
}

WebLabel LayOutWebLabel(const World& world, uint64_t item, const std::string& code) {
  const uint64_t seed = world.config().seed;
  Random random(seed, Stream::kLabel, item);
  WebLabel label;
  label.stock = MakeWebStock(seed, static_cast<int>(random.Below(kWebStocks)));
  const FaultKind fault = world.FaultOf(item);
  label.there = fault != FaultKind::kNoLabel;
  if (!label.there || fault == FaultKind::kTextOnly) return label;
  label.symbols = {MakeMatrix(random, code), MakeBars(random, code)};
  label.symbols[0].damage_seed = random.Next();
  if (fault == FaultKind::kDamaged) label.symbols[0].print = Print::kDamaged;
  label.number = Bracketed(code, '(', ')');
  return label;
}

}  // namespace veriline::linesim
