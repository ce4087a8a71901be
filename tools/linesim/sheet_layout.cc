// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/sheet_layout.h"

#include <cmath>
#include <numbers>

#include "tools/linesim/random.h"

namespace veriline::linesim {
namespace {

constexpr double kSkewDeg = 1;
constexpr int kSheetPlacePx = 6;     ///< how far a sheet lies off, each way
constexpr int kPositionPlacePx = 8;  ///< and a symbol on its position
constexpr int kSymbolTopPx = 22;

}  // namespace

SheetStock MakeSheetStock(uint64_t seed, int index) {
  Random random(seed, Stream::kBatch, ~static_cast<uint64_t>(index));
  const SceneTraits& scene = TraitsOf(SceneKind::kSheet);
  SheetStock stock;
  stock.index = index;
  const bool misplaced = index == kSheetStocks - 1;
  // Evenly over the range, so that both ends occur in any world. A misplaced one lies straight: its
  // codes then lie in the 6 mm between two windows, whichever position they are on.
  const double share = misplaced ? 0.2 : 2.0 * index / (kSheetStocks - 2) - 1;
  stock.pose = {scene.picture_width / 2.0 + random.Between(-kSheetPlacePx, kSheetPlacePx),
                scene.picture_height / 2.0 + random.Between(-kSheetPlacePx, kSheetPlacePx),
                share * kSkewDeg * std::numbers::pi / 180};
  if (misplaced) {
    const auto half_pitch = static_cast<double>(scene.row_pitch_counts) / 2;
    stock.pose.center_x += random.Chance(0.5) ? half_pitch : -half_pitch;
  }
  stock.light_grey = static_cast<uint8_t>(random.Between(212, 240));
  stock.dark_grey = static_cast<uint8_t>(random.Between(12, 45));
  return stock;
}

SheetStock StockOfSheet(const World& world, uint64_t sheet) {
  const uint64_t seed = world.config().seed;
  const bool misplaced = world.FeedFaultOf(sheet) == FaultKind::kMisplaced;
  Random random(seed, Stream::kPack, sheet);
  return MakeSheetStock(
      seed, misplaced ? kSheetStocks - 1 : static_cast<int>(random.Below(kSheetStocks - 1)));
}

SheetPosition LayOutSheetPosition(const World& world, uint64_t item) {
  const SceneTraits& scene = world.scene();
  const FaultKind fault = world.FaultOf(item);
  const SheetStock stock = StockOfSheet(world, world.FeedOf(item));
  Random random(world.config().seed, Stream::kLabel, item);
  SheetPosition position;
  // Middle of the item's window and lane, from the middle of the picture.
  const auto along =
      static_cast<double>(world.CenterCount(item) - world.FeedCenterCount(world.FeedOf(item)));
  const double lane_px = static_cast<double>(scene.picture_height) / scene.lanes;
  const double u = along + random.Between(-kPositionPlacePx, kPositionPlacePx);
  const double v = (world.LaneOf(item) + 0.5 - scene.lanes / 2.0) * lane_px +
                   random.Between(-kPositionPlacePx, kPositionPlacePx);
  const double c = std::cos(stock.pose.angle_rad);
  const double s = std::sin(stock.pose.angle_rad);
  position.pose = {stock.pose.center_x + c * u - s * v, stock.pose.center_y + s * u + c * v,
                   stock.pose.angle_rad};
  if (fault == FaultKind::kNoLabel) {
    position.symbol.print = Print::kNone;
    if (random.Chance(0.5)) position.number = "VOID";
    return position;
  }
  position.symbol = MakeDataMatrix(world.CodeOn(item), false);
  PrintedSymbol& symbol = position.symbol;
  symbol.module_px = static_cast<float>(random.Uniform(kModuleMinPx, kModuleMaxPx));
  symbol.at = {(kPositionWidthPx - symbol.width_px()) / 2, kSymbolTopPx};
  symbol.damage_seed = random.Next();
  if (fault == FaultKind::kDamaged) symbol.print = Print::kDamaged;
  position.number = symbol.text.substr(symbol.text.size() - 8);
  return position;
}

}  // namespace veriline::linesim
