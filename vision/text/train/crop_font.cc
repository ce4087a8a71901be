// SPDX-License-Identifier: Apache-2.0
#include "vision/text/train/crop_font.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

#include "vision/text/glyph_drawing.h"

namespace veriline::text {
namespace {

constexpr int kLeastContrast = 30;
constexpr float kLeastCapPx = 10;

/// A crop as ink, 0 to 1.
struct Ink {
  const LabelledCrop* crop = nullptr;
  std::vector<float> share;

  float At(int x, int y) const {
    x = std::clamp(x, 0, crop->width - 1);
    y = std::clamp(y, 0, crop->height - 1);
    return share[static_cast<size_t>(y) * static_cast<size_t>(crop->width) +
                 static_cast<size_t>(x)];
  }
  /// Between the middles of pixels.
  float Between(float x, float y) const {
    const float u = x - 0.5f, v = y - 0.5f;
    const auto x0 = static_cast<int>(std::floor(u)), y0 = static_cast<int>(std::floor(v));
    const float fx = u - static_cast<float>(x0), fy = v - static_cast<float>(y0);
    return (At(x0, y0) * (1 - fx) + At(x0 + 1, y0) * fx) * (1 - fy) +
           (At(x0, y0 + 1) * (1 - fx) + At(x0 + 1, y0 + 1) * fx) * fy;
  }
};

Diagnostic Wrong(std::string what, std::string advice = {}) {
  return {.message = std::move(what), .advice = std::move(advice)};
}

/// Ink is what the smaller part of the crop consists of.
Checked<Ink> InkOf(const LabelledCrop& crop) {
  std::vector<uint8_t> sorted = crop.grey;
  std::sort(sorted.begin(), sorted.end());
  const int dark = sorted[sorted.size() / 50];
  const int light = sorted[sorted.size() - 1 - sorted.size() / 50];
  if (light - dark < kLeastContrast) {
    return Fail(Wrong(std::string("a crop of '") + crop.character + "' has no contrast"));
  }
  Ink ink{&crop, {}};
  float sum = 0;
  for (const uint8_t grey : crop.grey) {
    ink.share.push_back(std::clamp(
        static_cast<float>(light - grey) / static_cast<float>(light - dark), 0.0f, 1.0f));
    sum += ink.share.back();
  }
  if (sum > static_cast<float>(ink.share.size()) / 2) {
    for (float& share : ink.share) share = 1 - share;
  }
  return ink;
}

/// Top and bottom of the ink, to a part of a pixel: where the row with most ink falls to half.
void Extent(const Ink& ink, float* top, float* bottom) {
  std::vector<float> rows;
  for (int y = 0; y < ink.crop->height; ++y) {
    float most = 0;
    for (int x = 0; x < ink.crop->width; ++x) most = std::max(most, ink.At(x, y));
    rows.push_back(most);
  }
  const auto half = [](float share) { return share >= 0.5f; };
  const auto first = std::find_if(rows.begin(), rows.end(), half) - rows.begin();
  const auto last = rows.rend() - std::find_if(rows.rbegin(), rows.rend(), half) - 1;
  const auto rim = [&rows](ptrdiff_t inside, ptrdiff_t step) {
    const ptrdiff_t outside = inside + step;
    if (outside < 0 || outside >= static_cast<ptrdiff_t>(rows.size())) return 0.5f;
    const float a = rows[static_cast<size_t>(inside)], b = rows[static_cast<size_t>(outside)];
    return a > b ? std::clamp((a - 0.5f) / (a - b), 0.0f, 1.0f) : 0.5f;
  };
  *top = static_cast<float>(first) + 0.5f - rim(first, -1);
  *bottom = static_cast<float>(last) + 0.5f + rim(last, 1);
}

float MedianOf(std::vector<float> values) {
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

Checked<Font> FontFromCrops(std::span<const LabelledCrop> crops, std::string name,
                            std::string licence) {
  if (crops.empty()) return Fail(Wrong("there are no crops to make a font of"));
  std::map<char, std::vector<Ink>> characters;
  std::vector<float> tops, bottoms;
  for (const LabelledCrop& crop : crops) {
    if (crop.width <= 0 || crop.height <= 0 ||
        crop.grey.size() != static_cast<size_t>(crop.width) * static_cast<size_t>(crop.height) ||
        crop.height != crops.front().height) {
      return Fail(
          Wrong(std::string("a crop of '") + crop.character + "' is not as high as the others",
                "cut all of them from lines of one size, with the baseline in one row"));
    }
    auto ink = InkOf(crop);
    if (!ink) return Fail(ink.error());
    const bool is_tall = std::isdigit(static_cast<unsigned char>(crop.character)) != 0 ||
                         std::isupper(static_cast<unsigned char>(crop.character)) != 0;
    // J and Q reach below the baseline in many fonts.
    if (is_tall && crop.character != 'J' && crop.character != 'Q') {
      Extent(*ink, &tops.emplace_back(), &bottoms.emplace_back());
    }
    characters[crop.character].push_back(std::move(*ink));
  }
  if (tops.empty()) {
    return Fail(
        Wrong("there is neither a digit nor a capital among the crops, so the cap height is "
              "not known"));
  }
  const float baseline = MedianOf(bottoms), cap_px = baseline - MedianOf(tops);
  if (cap_px < kLeastCapPx) {
    return Fail(Wrong("the cap height is less than 10 pixels", "take crops of a larger picture"));
  }
  const float cell_px = cap_px / kCapCells;
  std::vector<GlyphShape> shapes;
  for (const auto& [character, inks] : characters) {
    GlyphDrawing drawing;
    float width_px = 0;
    for (const Ink& ink : inks) {
      width_px += static_cast<float>(ink.crop->width) / static_cast<float>(inks.size());
    }
    for (int y = 0; y < GlyphDrawing::kHeight; ++y) {
      const float v = (static_cast<float>(y) + 0.5f) / GlyphDrawing::kDotsPerCell - kBaselineCells;
      for (int x = 0; x < GlyphDrawing::kWidth; ++x) {
        const float u = (static_cast<float>(x) + 0.5f) / GlyphDrawing::kDotsPerCell - kHalfWidth;
        float sum = 0;
        for (const Ink& ink : inks) {
          const float px = static_cast<float>(ink.crop->width) / 2 + u * cell_px;
          const float py = baseline + v * cell_px;
          const bool inside = px >= 0 && py >= 0 && px < static_cast<float>(ink.crop->width) &&
                              py < static_cast<float>(ink.crop->height);
          if (inside) sum += ink.Between(px, py);
        }
        drawing.Set(x, y, sum > static_cast<float>(inks.size()) / 2);
      }
    }
    shapes.push_back(drawing.ShapeOf(character, width_px / cell_px));
  }
  return Font::Create(std::move(name), std::move(licence), std::move(shapes));
}

}  // namespace veriline::text
