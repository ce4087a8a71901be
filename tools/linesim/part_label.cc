// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/part_label.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string_view>

#include "tools/linesim/codes.h"
#include "tools/linesim/random.h"

namespace veriline::linesim {
namespace {

constexpr double kPxPerMm = kCountsPerMm;
constexpr int kOffsetPx = 12;  ///< of the label from the middle of the pack, each way
constexpr double kSkewDeg = 2.5;
constexpr double kNumberSkewDeg = 0.8;
constexpr double kMatrixQuiet = 4;  // modules; of a QR Code
constexpr double kBarsQuiet = 11;   // modules

/// Puts a symbol into a field of the art; its X as large as the field allows, within limits.
void Place(Random& random, const Rect& field, double least_px, double most_px,
           PrintedSymbol* symbol) {
  const double quiet = symbol->linear() ? kBarsQuiet : kMatrixQuiet;
  const double room = field.width / (symbol->grid.cols + 2 * quiet);
  symbol->module_px = static_cast<float>(random.Uniform(least_px, std::min(most_px, room)));
  if (symbol->linear()) {
    symbol->bar_px =
        static_cast<float>(random.Between(field.height * 7 / 10, field.height * 9 / 10));
  }
  const auto margin = static_cast<float>(quiet) * symbol->module_px;
  const float slack = static_cast<float>(field.width) - 2 * margin - symbol->width_px();
  symbol->at = {static_cast<float>(field.x) + margin +
                    std::max(0.f, slack) * static_cast<float>(random.Uniform(0, 0.4)),
                static_cast<float>(field.y) + (symbol->linear() ? 0.f : margin)};
  symbol->damage_seed = random.Next();
}

/// AI 01 and 21 alone of a code of CodeFormat::kLabel.
std::string ShortOf(const std::string& code) {
  return code.substr(0, 16) + "21" + code.substr(code.size() - 8);
}

/// "EXP 12.2027", "LOT L1234567", "SN 12345678" of a code of CodeFormat::kLabel.
std::vector<std::string> LinesOf(const std::string& code) {
  const size_t lot = 16 + 8 + 2;
  return {"EXP " + code.substr(20, 2) + ".20" + code.substr(18, 2),
          "LOT " + code.substr(lot, code.find('\x1D') - lot), "SN " + code.substr(code.size() - 8)};
}

/// Turns one digit of one of the lines into another.
void ChangeDigit(Random& random, std::vector<std::string>* lines) {
  std::vector<char*> digits;
  for (std::string& line : *lines) {
    for (char& c : line) {
      if (c >= '0' && c <= '9') digits.push_back(&c);
    }
  }
  char& digit = *digits[random.Below(static_cast<uint32_t>(digits.size()))];
  digit = static_cast<char>('0' + (digit - '0' + random.Between(1, 9)) % 10);
}

void LayOutPair(const World& world, uint64_t item, Random& random, PartLabel* label) {
  const FaultKind fault = world.FaultOf(item);
  const std::string code = world.CodeOn(item);
  const std::string other = world.OwnCodeOf(world.BesideOf(item));
  constexpr int kVersion = 3;
  const auto add = [&](PrintedSymbol symbol, const Rect& field, double least, double most) {
    Place(random, field, least, most, &symbol);
    label->symbols.push_back(std::move(symbol));
  };
  add(MakeCode128(code), {10, 40, 740, 170}, 3, 4);
  if (fault != FaultKind::kCopyMissing) {
    add(MakeQr(LinkOf(fault == FaultKind::kPartSwapped ? other : code), kVersion),
        {30, 250, 250, 250}, 4, 5.5);
  }
  if (fault == FaultKind::kExtraCode) {
    add(MakeQr(LinkOf(other), kVersion), {400, 250, 250, 250}, 4, 5.5);
  }
}

void LayOutEan(const World& world, uint64_t item, Random& random, PartLabel* label) {
  const FaultKind fault = world.FaultOf(item);
  const uint64_t seed = world.config().seed;
  const auto add = [&](PrintedSymbol symbol, const Rect& field, double least, double most) {
    Place(random, field, least, most, &symbol);
    label->symbols.push_back(std::move(symbol));
  };
  add(MakeDataMatrix(world.CodeOn(item), true), {20, 30, 230, 230}, kModuleMinPx, kModuleMaxPx);
  if (fault != FaultKind::kProductMissing) {
    const std::string gtin =
        fault == FaultKind::kWrongProduct ? MakeOtherGtin(seed) : MakeGtin(seed);
    add(MakeEan13(std::string_view(gtin).substr(1)), {300, 40, 430, 240}, 3, 3.6);
  }
  if (fault == FaultKind::kExtraCode) {
    add(MakeDataMatrix(world.OwnCodeOf(world.BesideOf(item)), true), {20, 290, 230, 230},
        kModuleMinPx, kModuleMaxPx);
  }
}

void LayOutText(const World& world, uint64_t item, Random& random, PartLabel* label) {
  const FaultKind fault = world.FaultOf(item);
  const std::string code = world.CodeOn(item);
  const std::string other = world.OwnCodeOf(world.BesideOf(item));
  const auto add = [&](PrintedSymbol symbol, const Rect& field, double least, double most) {
    Place(random, field, least, most, &symbol);
    label->symbols.push_back(std::move(symbol));
  };
  add(MakeDataMatrix(code, true), {10, 20, 220, 220}, kModuleMinPx, 5.5);
  const PrintedSymbol& matrix = label->symbols.front();
  const Point corner = matrix.at + Point{matrix.width_px(), 0};
  if (fault != FaultKind::kCopyMissing) {
    add(MakeGs1Code128(ShortOf(fault == FaultKind::kPartSwapped ? other : code)),
        {10, 310, 740, 190}, 2.8, 3.4);
  }
  if (fault == FaultKind::kExtraCode) {
    add(MakeDataMatrix(other, true), {520, 20, 220, 220}, kModuleMinPx, 5.5);
  }
  std::vector<std::string> lines = LinesOf(code);
  if (fault == FaultKind::kTextSwapped) lines.back() = LinesOf(other).back();
  if (fault == FaultKind::kTextDigit) ChangeDigit(random, &lines);
  const auto spoiled = random.Below(static_cast<uint32_t>(lines.size()));
  const double dx = random.Uniform(-kTextJitterMm, kTextJitterMm);
  const double dy = random.Uniform(-kTextJitterMm, kTextJitterMm);
  const auto growth = static_cast<float>(random.Uniform(0, 0.8));
  for (uint32_t i = 0; i < lines.size(); ++i) {
    if (fault == FaultKind::kTextMissing && i == spoiled) continue;
    label->texts.push_back(
        {.text = lines[i],
         .start = corner + Point{static_cast<float>((kTextRightMm + dx) * kPxPerMm),
                                 static_cast<float>((kTextDownMm[i] + dy) * kPxPerMm)},
         .cap_height_px = static_cast<float>(kTextCapMm * kPxPerMm),
         .growth_px = growth,
         .smeared = fault == FaultKind::kTextSmeared && i == spoiled});
  }
}

PartLabel LayOutNumber(const World& world, uint64_t item, Random& random, PartLabel label) {
  const FaultKind fault = world.FaultOf(item);
  const SceneTraits& scene = world.scene();
  const double lane_px = static_cast<double>(scene.picture_height) / scene.lanes;
  label.pose = {scene.picture_width / 2.0, (world.LaneOf(item) + 0.5) * lane_px,
                random.Uniform(-kNumberSkewDeg, kNumberSkewDeg) * std::numbers::pi / 180};
  // Printed off by so much, and no more for the skew.
  constexpr auto kJitterPx = static_cast<float>(kNumberJitterMm * kPxPerMm / 2);
  const Point off{static_cast<float>(random.Uniform(-1, 1)) * kJitterPx,
                  static_cast<float>(random.Uniform(-1, 1)) * kJitterPx};
  if (fault == FaultKind::kNoLabel) return label;
  label.texts.push_back({.text = world.CodeOn(item),
                         .start = kNumberAt + off,
                         .cap_height_px = static_cast<float>(kNumberCapMm * kPxPerMm),
                         .growth_px = static_cast<float>(random.Uniform(0, 0.8)),
                         .smeared = fault == FaultKind::kNumberSmeared});
  return label;
}

}  // namespace

std::string LinkOf(std::string_view number) { return "HTTPS://EXAMPLE.COM/" + std::string(number); }

void DrawPrintedText(const PrintedText& text, const OutlineFont& font, uint8_t dark_grey,
                     Plane* art) {
  font.Draw(text.text, text.start, text.cap_height_px, text.growth_px, dark_grey, art);
  if (!text.smeared) return;
  // A wet thumb across the line: what is left of each row is its mean along three characters.
  const double length =
      static_cast<double>(text.text.size()) * OutlineFont::kAdvanceRatio * text.cap_height_px;
  const int x0 = std::max(0, static_cast<int>(text.start.x));
  const int x1 = std::min(art->width, static_cast<int>(text.start.x + length));
  const int y0 = std::max(0, static_cast<int>(text.start.y - text.cap_height_px) - 2);
  const int y1 = std::min(art->height, static_cast<int>(text.start.y) + 3);
  const int reach = static_cast<int>(1.25 * static_cast<double>(text.cap_height_px));
  std::vector<int> sums(static_cast<size_t>(x1 - x0 + 1));
  for (int y = y0; y < y1; ++y) {
    uint8_t* row = art->Row(y);
    for (int x = x0; x < x1; ++x) {
      sums[static_cast<size_t>(x - x0 + 1)] = sums[static_cast<size_t>(x - x0)] + row[x];
    }
    for (int x = x0; x < x1; ++x) {
      const int from = std::max(x0, x - reach);
      const int to = std::min(x1, x + reach + 1);
      row[x] = static_cast<uint8_t>(
          (sums[static_cast<size_t>(to - x0)] - sums[static_cast<size_t>(from - x0)]) /
          (to - from));
    }
  }
}

PartLabel LayOutPartLabel(const World& world, uint64_t item) {
  Random random(world.config().seed, Stream::kLabel, item);
  PartLabel label;
  label.light_grey = static_cast<uint8_t>(random.Between(205, 240));
  label.dark_grey = static_cast<uint8_t>(random.Between(12, 45));
  const SceneKind scene = world.config().scene;
  if (scene == SceneKind::kLabelsNumber) {
    return LayOutNumber(world, item, random, std::move(label));
  }
  const bool upside_down = random.Chance(0.5);
  label.pose = {
      world.scene().picture_width / 2.0 + random.Between(-kOffsetPx, kOffsetPx),
      world.scene().picture_height / 2.0 + random.Between(-kOffsetPx, kOffsetPx),
      ((upside_down ? 180 : 0) + random.Uniform(-kSkewDeg, kSkewDeg)) * std::numbers::pi / 180};
  label.there = world.FaultOf(item) != FaultKind::kNoLabel;
  if (!label.there) return label;
  if (scene == SceneKind::kLabelsPair) {
    LayOutPair(world, item, random, &label);
  } else if (scene == SceneKind::kLabelsEan) {
    LayOutEan(world, item, random, &label);
  } else {
    LayOutText(world, item, random, &label);
  }
  return label;
}

}  // namespace veriline::linesim
