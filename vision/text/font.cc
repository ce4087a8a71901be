// SPDX-License-Identifier: Apache-2.0
#include "vision/text/font.h"

#include <algorithm>
#include <cmath>

#include "vision/text/glyph_match.h"

namespace veriline::text {
namespace {

constexpr std::array<float, Font::kGrowths> kGrowthCells = {-0.6f, -0.3f, 0, 0.3f, 0.6f};
constexpr std::array<float, Font::kBlurs> kBlurCells = {0.7f, 1.1f, 1.7f};
constexpr int kOutlineLevel = 32;
constexpr float kLevelsPerCell = 10;

using Cells = std::array<float, kGlyphCells>;

/// Share of each cell that ink covers when the outline has moved outward by so much.
Cells Coverage(const GlyphShape& shape, float growth_cells) {
  Cells cells;
  for (size_t i = 0; i < cells.size(); ++i) {
    const float depth = static_cast<float>(shape.levels[i] - kOutlineLevel) / kLevelsPerCell;
    cells[i] = std::clamp(0.5f + depth + growth_cells, 0.0f, 1.0f);
  }
  return cells;
}

/// Gaussian, one direction: `step` apart lie the cells of a line, there is nothing outside.
void BlurLine(float* line, int count, int step, float sigma) {
  std::array<float, kGlyphHeight> in{};
  for (int i = 0; i < count; ++i) in[static_cast<size_t>(i)] = line[i * step];
  const int reach = static_cast<int>(std::ceil(3 * sigma));
  std::array<float, 8> weights{};
  float total = 0;
  for (int k = 0; k <= reach; ++k) {
    const float w = std::exp(-static_cast<float>(k * k) / (2 * sigma * sigma));
    weights[static_cast<size_t>(k)] = w;
    total += k == 0 ? w : 2 * w;
  }
  for (int i = 0; i < count; ++i) {
    float sum = 0;
    for (int k = std::max(-reach, -i); k <= std::min(reach, count - 1 - i); ++k) {
      sum += weights[static_cast<size_t>(std::abs(k))] * in[static_cast<size_t>(i + k)];
    }
    line[i * step] = sum / total;
  }
}

void Blur(Cells& cells, float sigma) {
  for (int row = 0; row < kGlyphHeight; ++row) {
    BlurLine(&cells[static_cast<size_t>(row * kGlyphWidth)], kGlyphWidth, 1, sigma);
  }
  for (int col = 0; col < kGlyphWidth; ++col) {
    BlurLine(&cells[static_cast<size_t>(col)], kGlyphHeight, kGlyphWidth, sigma);
  }
}

std::array<uint8_t, kGlyphCells> Bytes(const int16_t* ink) {
  std::array<uint8_t, kGlyphCells> bytes;
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(ink[i]);
  return bytes;
}

Diagnostic Wrong(const std::string& font, std::string what) {
  return {.message = "font \"" + font + "\": " + std::move(what)};
}

}  // namespace

Checked<Font> Font::Create(std::string name, std::string licence, std::vector<GlyphShape> shapes) {
  if (name.empty()) return Fail(Wrong(name, "it has no name"));
  if (shapes.empty()) return Fail(Wrong(name, "it has no characters"));
  Font font;
  font.index_.fill(-1);
  for (size_t i = 0; i < shapes.size(); ++i) {
    const GlyphShape& shape = shapes[i];
    if (shape.character <= ' ' || shape.character > '~') {
      return Fail(Wrong(name, "character " + std::to_string(static_cast<uint8_t>(shape.character)) +
                                  " is not printable ASCII"));
    }
    const std::string quoted = std::string("'") + shape.character + "'";
    int8_t& index = font.index_[static_cast<uint8_t>(shape.character)];
    if (index >= 0) return Fail(Wrong(name, quoted + " stands twice"));
    if (!(shape.advance_cells >= 2 && shape.advance_cells <= 4 * kGlyphWidth)) {
      return Fail(Wrong(name, quoted + " has no usable advance"));
    }
    if (std::none_of(shape.levels.begin(), shape.levels.end(),
                     [](uint8_t level) { return level > kOutlineLevel; })) {
      return Fail(Wrong(name, quoted + " has no ink"));
    }
    index = static_cast<int8_t>(i);
  }
  font.name_ = std::move(name);
  font.licence_ = std::move(licence);
  font.shapes_ = std::move(shapes);
  float digits = 0, all = 0;
  int digit_count = 0;
  for (const GlyphShape& shape : font.shapes_) {
    all += shape.advance_cells;
    if (shape.character < '0' || shape.character > '9') continue;
    digits += shape.advance_cells;
    ++digit_count;
  }
  font.blank_advance_ = digit_count > 0 ? digits / static_cast<float>(digit_count)
                                        : all / static_cast<float>(font.shapes_.size());
  font.DrawTemplates();
  font.Compare();
  return font;
}

bool Font::Covers(std::string_view text) const {
  return std::all_of(text.begin(), text.end(),
                     [this](char c) { return c == ' ' || IndexOf(c) >= 0; });
}

int Font::HalfWindow(int glyph) const {
  return std::clamp(static_cast<int>(std::lround(AdvanceCells(glyph) / 2)), 4, kHalfWidth);
}

void Font::DrawTemplates() {
  const auto count = static_cast<size_t>(glyph_count());
  templates_.resize(kVariants * count * kGlyphCells);
  moments_.resize(kVariants * count * kHalfWidth);
  coarse_.resize(count * kCoarseCells);
  coarse_energies_.resize(count);
  Patch patch;
  for (size_t variant = 0; variant < kVariants; ++variant) {
    for (size_t glyph = 0; glyph < count; ++glyph) {
      Cells cells = Coverage(shapes_[glyph], kGrowthCells[variant / kBlurs]);
      Blur(cells, kBlurCells[variant % kBlurs]);
      int16_t* to = &templates_[(variant * count + glyph) * kGlyphCells];
      for (size_t i = 0; i < cells.size(); ++i) {
        to[i] = static_cast<int16_t>(std::lround(255 * cells[i]));
      }
      const auto bytes = Bytes(to);
      for (int half = 1; half <= kHalfWidth; ++half) {
        TakePatch(bytes.data(), kGlyphWidth, half, &patch);
        moments_[(variant * count + glyph) * kHalfWidth + static_cast<size_t>(half - 1)] =
            patch.moments;
      }
    }
  }
  for (int glyph = 0; glyph < glyph_count(); ++glyph) DrawCoarse(glyph);
}

void Font::DrawCoarse(int glyph) {
  const int16_t* fine = Template(kMiddleVariant, glyph);
  const int from = kCoarseMiddle - CoarseHalfWindow(glyph);
  const int to = kCoarseMiddle + CoarseHalfWindow(glyph);
  std::array<float, kCoarseCells> means{};
  float sum = 0;
  for (int row = 0; row < kCoarseHeight; ++row) {
    for (int col = from; col < to; ++col) {
      const int16_t* four = fine + 2 * row * kGlyphWidth + 2 * col;
      const int total = four[0] + four[1] + four[kGlyphWidth] + four[kGlyphWidth + 1];
      means[static_cast<size_t>(row * kCoarseWidth + col)] = static_cast<float>(total) / 4;
      sum += static_cast<float>(total) / 4;
    }
  }
  const float mean = sum / static_cast<float>((to - from) * kCoarseHeight);
  float energy = 0;
  for (int row = 0; row < kCoarseHeight; ++row) {
    for (int col = from; col < to; ++col) {
      const auto i = static_cast<size_t>(row * kCoarseWidth + col);
      const float ink = means[i] - mean;
      coarse_[static_cast<size_t>(glyph) * kCoarseCells + i] =
          static_cast<int16_t>(std::lround(ink));
      energy += ink * ink;
    }
  }
  coarse_energies_[static_cast<size_t>(glyph)] = energy;
}

void Font::Compare() {
  const int count = glyph_count();
  likeness_.assign(static_cast<size_t>(count * count), 1.0f);
  by_shift_.assign(likeness_.size(), 0.0f);
  constexpr int kReach = 2, kStride = kGlyphWidth + 2 * kReach;
  std::array<uint8_t, static_cast<size_t>(kStride * (kGlyphHeight + 2 * kReach))> canvas{};
  PatchSet patches;
  for (int glyph = 0; glyph < count; ++glyph) {
    const int16_t* ink = Template(kMiddleVariant, glyph);
    uint8_t* middle = canvas.data() + kReach * kStride + kReach;
    for (int i = 0; i < kGlyphCells; ++i) {
      middle[i / kGlyphWidth * kStride + i % kGlyphWidth] = static_cast<uint8_t>(ink[i]);
    }
    patches.Begin(middle, kStride, HalfWindow(glyph), kReach);
    for (int other = 0; other < count; ++other) {
      if (other == glyph) continue;
      const auto i = static_cast<size_t>(glyph * count + other);
      const auto squared = [](float fit) { return fit > 0 ? fit * fit : 0; };
      likeness_[i] = squared(BestFit(patches, *this, kMiddleVariant, other, 0, 0).correlation);
      by_shift_[i] = likeness_[i] - squared(Correlate(patches.At(0, 0), *this, kMiddleVariant,
                                                      other, HalfWindow(glyph)));
    }
  }
}

}  // namespace veriline::text
