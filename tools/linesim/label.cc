// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/label.h"

#include <zint.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <string_view>

#include "tools/linesim/ecc200.h"
#include "tools/linesim/random.h"
#include "tools/linesim/world.h"

namespace veriline::linesim {
namespace {

// Limits of a good print (px and grey before the fall-off of the light, which takes at most 15 %
// anywhere a label can lie: (205 - 45) * 0.85 = 136 grey or 53 % of the range remain).
constexpr int kLightMinGrey = 205;
constexpr int kLightMaxGrey = 240;
constexpr int kDarkMinGrey = 12;
constexpr int kDarkMaxGrey = 45;
/// A quarter of the range from 0 to 255.
constexpr int kLowContrastGrey = 64;

// Where labels lie on their item: offset of the symbol's centre from the item's centre. A symbol
// so near the middle is never whole in a neighbour's picture.
constexpr int kOffsetXPx = 160;
constexpr int kOffsetYPx = 110;
// Two symbols on one item: each at that distance from the middle, small enough not to touch.
constexpr int kPairOffsetMinPx = 150;
constexpr int kPairOffsetMaxPx = 185;
constexpr double kPairModuleMaxPx = 5.0;
// The symbol that must show in the picture before: 18 modules at most 4.5 px, turned anyhow, lie
// with their quiet zone within 70 px of a centre 97 px behind the leading edge. That is at most
// 400 + 40 + 97 + 70 = 607 px from the other item's centre, and 640 px show.
constexpr double kEdgeModuleMaxPx = 4.5;
constexpr int kEdgeDistancePx = 97;

struct ZintDelete {
  void operator()(zint_symbol* symbol) const { ZBarcode_Delete(symbol); }
};

void Place(Label& label, double center_x, double center_y) {
  const float half = static_cast<float>(label.matrix.modules) * label.module_px / 2;
  const float c = std::cos(label.angle_rad) * half;
  const float s = std::sin(label.angle_rad) * half;
  const Point center{static_cast<float>(center_x), static_cast<float>(center_y)};
  label.quad = {{center + Point{-c + s, -s - c}, center + Point{c + s, s - c},
                 center + Point{c - s, s + c}, center + Point{-c - s, -s + c}}};
}

}  // namespace

std::string Bracketed(std::string_view element_string, char open, char close) {
  std::string out;
  const auto ai = [&](std::string_view name) { return open + std::string(name) + close; };
  size_t at = 0;
  while (at + 2 <= element_string.size()) {
    const std::string_view name = element_string.substr(at, 2);
    at += 2;
    out += ai(name);
    if (name == "01" || name == "17") {
      const size_t length = name == "01" ? 14 : 6;
      out += element_string.substr(at, length);
      at += length;
      continue;
    }
    const size_t end = std::min(element_string.find('\x1D', at), element_string.size());
    out += element_string.substr(at, end - at);
    at = end + 1;
  }
  return out;
}

std::vector<std::string> HumanReadable(std::string_view element_string) {
  std::vector<std::string> lines;
  for (const char c : Bracketed(element_string, '(', ')')) {
    if (c == '(') lines.emplace_back();
    lines.back() += c;
  }
  return lines;
}

ModuleMatrix EncodeGs1DataMatrix(const std::string& element_string) {
  ModuleMatrix matrix;
  const std::string text = Bracketed(element_string, '[', ']');
  const std::unique_ptr<zint_symbol, ZintDelete> symbol(ZBarcode_Create());
  if (!symbol) return matrix;
  symbol->symbology = BARCODE_DATAMATRIX;
  symbol->input_mode = GS1_MODE | GS1NOCHECK_MODE;
  symbol->option_3 = DM_SQUARE;
  if (ZBarcode_Encode(symbol.get(), reinterpret_cast<const unsigned char*>(text.c_str()),
                      static_cast<int>(text.size())) >= ZINT_ERROR) {
    return matrix;
  }
  matrix.modules = symbol->rows;
  matrix.dark.reserve(static_cast<size_t>(symbol->rows) * symbol->width);
  for (int row = 0; row < symbol->rows; ++row) {
    for (int column = 0; column < symbol->width; ++column) {
      matrix.dark.push_back((symbol->encoded_data[row][column / 8] >> (column % 8)) & 1);
    }
  }
  return matrix;
}

namespace {

/// Turns over a module in each of so many codewords that unused error correction lies just below
/// 0.25, where ISO/IEC 15415 grades it 0; at least one more could be corrected.
void Fleck(Random& random, ModuleMatrix* matrix) {
  const Ecc200Size& size = *Ecc200SizeOf(matrix->modules);
  const std::vector<int> placement = Ecc200Placement(matrix->modules);
  const int n = matrix->modules - 2;
  std::vector<int> codewords(static_cast<size_t>(size.data + size.ecc));
  for (size_t i = 0; i < codewords.size(); ++i) codewords[i] = static_cast<int>(i);
  const int damaged = size.ecc * 3 / 8 + 1;
  for (int i = 0; i < damaged; ++i) {
    const auto rest = static_cast<uint32_t>(codewords.size()) - static_cast<uint32_t>(i);
    std::swap(codewords[static_cast<size_t>(i)],
              codewords[static_cast<size_t>(i) + random.Below(rest)]);
    const int wanted = 8 * codewords[static_cast<size_t>(i)] + static_cast<int>(random.Below(8));
    const auto at = std::ranges::find(placement, wanted) - placement.begin();
    const auto row = static_cast<int>(at) / n + 1, column = static_cast<int>(at) % n + 1;
    uint8_t& module = matrix->dark[static_cast<size_t>(row * matrix->modules + column)];
    module = module == 0 ? 1 : 0;
  }
}

Print PrintFor(FaultKind fault) {
  switch (fault) {
    case FaultKind::kDamaged:
      return Print::kDamaged;
    case FaultKind::kFaint:
      return Print::kFaint;
    case FaultKind::kLowContrast:
      return Print::kLowContrast;
    case FaultKind::kInkSpread:
      return Print::kInkSpread;
    case FaultKind::kFading:
      return Print::kFading;
    case FaultKind::kFlecks:
      return Print::kFlecks;
    default:
      return Print::kGood;
  }
}

}  // namespace

std::vector<uint8_t> PrintedCells(const Label& label, std::vector<uint8_t>* destroyed) {
  const int n = label.matrix.modules;
  Random random(label.damage_seed, Stream::kDamage, 0);
  ModuleMatrix matrix = label.matrix;
  if (label.print == Print::kFlecks) Fleck(random, &matrix);
  const auto is_dark = [&](int row, int column) {
    return matrix.dark[static_cast<size_t>(row) * n + column] != 0;
  };
  std::vector<uint8_t> hit(static_cast<size_t>(n) * n, 0);
  if (label.print == Print::kDamaged) {
    // Scuffs: wide strokes across the symbol until half of it is gone; and the solid borders with
    // their neighbouring modules, so that no finder remains.
    const auto add = [&](int row, int column) { hit[static_cast<size_t>(row) * n + column] = 1; };
    for (int i = 0; i < n; ++i) {
      add(i, 0);
      add(i, 1);
      add(n - 1, i);
      add(n - 2, i);
    }
    const auto wanted = static_cast<ptrdiff_t>(std::ceil(0.55 * n * n));
    while (std::count(hit.begin(), hit.end(), 1) < wanted) {
      const double angle = random.Uniform(0, std::numbers::pi);
      const double distance = random.Uniform(-0.45, 0.45) * n;
      const double half_width = random.Uniform(0.8, 1.8);
      for (int row = 0; row < n; ++row) {
        for (int column = 0; column < n; ++column) {
          const double x = column + 0.5 - n / 2.0;
          const double y = row + 0.5 - n / 2.0;
          if (std::abs(x * std::cos(angle) + y * std::sin(angle) - distance) <= half_width) {
            add(row, column);
          }
        }
      }
    }
  }
  const int k = CellsPerModule(label.print);
  std::vector<uint8_t> cells(static_cast<size_t>(k) * k * n * n);
  for (int row = 0; row < k * n; ++row) {
    for (int column = 0; column < k * n; ++column) {
      bool dark = is_dark(row / k, column / k);
      if (label.print == Print::kInkSpread) {
        dark = dark || (column > 0 && is_dark(row / k, (column - 1) / k)) ||
               (column + 1 < k * n && is_dark(row / k, (column + 1) / k));
      }
      uint8_t& cell = cells[static_cast<size_t>(row) * k * n + column];
      if (hit[static_cast<size_t>(row / k) * n + column / k]) {
        // Most of what is destroyed looks like the opposite: worse than an erasure.
        const double smear = random.Uniform(0, 90);
        cell = static_cast<uint8_t>((random.Chance(0.7) != dark) ? 255 - smear : smear);
      } else {
        cell = dark ? 255 : 0;
        if (label.print == Print::kFading) {
          constexpr double kLeastInk = 0.45;
          const double along = (column / k + 0.5) / n;
          cell = static_cast<uint8_t>(std::lround(cell * (1 - (1 - kLeastInk) * along)));
        }
      }
    }
  }
  if (destroyed != nullptr) *destroyed = std::move(hit);
  return cells;
}

std::vector<Label> LayOutLabels(const World& world, uint64_t item,
                                const std::vector<std::string>& texts) {
  Random random(world.config().seed, Stream::kLabel, item);
  const FaultKind fault = world.FaultOf(item);
  std::vector<Label> labels;
  // Half of the items without symbol have no label at all, the others one with text only.
  if (texts.empty() && random.Chance(0.5)) return labels;

  const bool edge = world.ShowsInPictureBefore(item);
  const bool pair = texts.size() > 1;
  const double module_max_px = edge ? kEdgeModuleMaxPx : pair ? kPairModuleMaxPx : kModuleMaxPx;
  for (size_t i = 0; i < std::max<size_t>(texts.size(), 1); ++i) {
    Label label;
    label.module_px = static_cast<float>(random.Uniform(kModuleMinPx, module_max_px));
    label.angle_rad = static_cast<float>(random.Uniform(0, 2 * std::numbers::pi));
    label.light_grey = static_cast<uint8_t>(random.Between(kLightMinGrey, kLightMaxGrey));
    label.dark_grey = static_cast<uint8_t>(random.Between(kDarkMinGrey, kDarkMaxGrey));
    label.framed = random.Chance(0.3);
    label.text_side = static_cast<uint8_t>(edge || pair ? 0 : random.Between(0, 2));
    label.damage_seed = random.Next();
    double x = random.Between(-kOffsetXPx, kOffsetXPx);
    const double y = random.Between(-kOffsetYPx, kOffsetYPx);
    if (edge) x = kEdgeDistancePx - kItemLengthCounts / 2;
    if (pair) x = (i == 0 ? -1 : 1) * random.Between(kPairOffsetMinPx, kPairOffsetMaxPx);

    if (texts.empty()) {
      label.print = Print::kNone;
      label.text_side = 1;
      label.lines = {"PHARMA SAMPLE", "NOT FOR SALE", "STORE BELOW 25 C", "KEEP DRY"};
    } else {
      label.text = texts[i];
      label.matrix = EncodeGs1DataMatrix(label.text);
      label.lines = HumanReadable(label.text);
      label.print = PrintFor(fault);
      if (label.print == Print::kLowContrast) {
        label.dark_grey = static_cast<uint8_t>(label.light_grey - kLowContrastGrey);
      }
    }
    Place(label, kPictureWidth / 2.0 + x, kPictureHeight / 2.0 + y);
    labels.push_back(std::move(label));
  }
  return labels;
}

}  // namespace veriline::linesim
