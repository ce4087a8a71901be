// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/carton_label.h"

#include <algorithm>
#include <numbers>

#include "tools/linesim/codes.h"
#include "tools/linesim/random.h"

namespace veriline::linesim {
namespace {

constexpr int kOffsetPx = 100;  ///< of the label from the middle of the carton, each way
constexpr double kSkewDeg = 4;
constexpr double kMatrixQuiet = 3;  // modules
constexpr double kBarsQuiet = 11;   // modules, the larger side of an EAN-13
constexpr Rect kMatrixField{40, 60, 300, 300};
constexpr Rect kProductField{760, 60, 560, 280};
constexpr Rect kCopyField{30, 560, 1300, 260};

void Place(Random& random, const Rect& field, double least_px, double most_px, double quiet,
           PrintedSymbol* symbol) {
  const double room = field.width / (symbol->grid.cols + 2 * quiet);
  symbol->module_px = static_cast<float>(random.Uniform(least_px, std::min(most_px, room)));
  if (symbol->linear()) {
    symbol->bar_px =
        static_cast<float>(random.Between(field.height * 6 / 10, field.height * 8 / 10));
  }
  const double margin = quiet * static_cast<double>(symbol->module_px);
  symbol->at = {static_cast<float>(
                    field.x + random.Uniform(margin, field.width - margin -
                                                         static_cast<double>(symbol->width_px()))),
                static_cast<float>(field.y) + (symbol->linear() ? 0 : static_cast<float>(margin))};
}

}  // namespace

CartonLabel LayOutCartonLabel(const World& world, uint64_t item) {
  const uint64_t seed = world.config().seed;
  const FaultKind fault = world.FaultOf(item);
  Random random(seed, Stream::kLabel, item);
  CartonLabel label;
  const int quarter = random.Between(0, 3);
  label.pose.angle_rad =
      (quarter * 90 + random.Uniform(-kSkewDeg, kSkewDeg)) * std::numbers::pi / 180;
  label.pose.center_x = world.scene().picture_width / 2.0 + random.Between(-kOffsetPx, kOffsetPx);
  // Where the long side stands upright there is less room.
  const int offset_y = quarter % 2 == 0 ? kOffsetPx : kOffsetPx / 4;
  label.pose.center_y = world.scene().picture_height / 2.0 + random.Between(-offset_y, offset_y);
  label.light_grey = static_cast<uint8_t>(random.Between(205, 240));
  label.dark_grey = static_cast<uint8_t>(random.Between(12, 45));
  label.there = fault != FaultKind::kNoLabel;
  if (!label.there) return label;

  const std::string code = world.CodeOn(item);
  label.lines = HumanReadable(code);
  PrintedSymbol identity = MakeDataMatrix(code, true);
  Place(random, kMatrixField, kModuleMinPx, kModuleMaxPx, kMatrixQuiet, &identity);
  identity.damage_seed = random.Next();
  if (fault == FaultKind::kDamaged) identity.print = Print::kDamaged;
  label.symbols.push_back(std::move(identity));

  if (fault != FaultKind::kCopyMissing) {
    PrintedSymbol copy =
        MakeGs1Code128(fault == FaultKind::kCopyDiffers
                           ? MakeCode(seed, CodeList::kIssuedSecond, item, CodeFormat::kShort)
                           : code);
    Place(random, kCopyField, 3, 4, kBarsQuiet, &copy);
    label.symbols.push_back(std::move(copy));
  }
  if (fault != FaultKind::kProductMissing) {
    const std::string gtin =
        fault == FaultKind::kWrongProduct ? MakeOtherGtin(seed) : MakeGtin(seed);
    PrintedSymbol product = MakeEan13(std::string_view(gtin).substr(1));
    Place(random, kProductField, 3, 4.5, kBarsQuiet, &product);
    label.symbols.push_back(std::move(product));
  }
  return label;
}

}  // namespace veriline::linesim
