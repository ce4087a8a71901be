// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/pdf417/cell_shapes.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "vision/symbology/pdf417/codeword_table.h"

namespace veriline::symbology::pdf417 {
namespace {

constexpr size_t kSamples = CellShapes::kSamples;
/// Blur of print and lens: a Gaussian of half a module, in steps of half a module.
constexpr std::array<float, 5> kBlur = {0.06f, 0.24f, 0.4f, 0.24f, 0.06f};
/// Correlation with the character that it is, and how much less with any other. Characters that
/// are most like each other differ by an edge moved over one module.
constexpr float kLeastLikeness = 0.8f;
constexpr float kLeastLead = 0.025f;
constexpr float kLeastContrast = 8;  ///< grey values, root of the mean square

struct Shapes {
  /// Sample by sample, so that all characters are compared in vectors.
  float darkness[kClusters][kSamples][kCodewords];
};

/// Of a character with what stands around it: a space before, the next one's bar behind.
std::array<float, kSamples> ShapeOf(int cluster, int value) {
  constexpr size_t kAround = kBlur.size() / 2;
  std::array<float, kSamples + 2 * kAround> print{};
  size_t at = kAround;
  bool dark = true;
  for (const uint8_t width : CodewordWidths(cluster, value)) {
    for (int i = 0; i < 2 * width && at < print.size(); ++i) print[at++] = dark ? 1.0f : 0.0f;
    dark = !dark;
  }
  std::fill(print.end() - kAround, print.end(), 1.0f);
  std::array<float, kSamples> shape{};
  float mean = 0;
  for (size_t i = 0; i < kSamples; ++i) {
    for (size_t k = 0; k < kBlur.size(); ++k) shape[i] += kBlur[k] * print[i + k];
    mean += shape[i] / kSamples;
  }
  float square = 0;
  for (float& v : shape) v -= mean, square += v * v;
  for (float& v : shape) v /= std::sqrt(square);
  return shape;
}

const Shapes& AllShapes() {
  static const std::unique_ptr<const Shapes> shapes = [] {
    auto made = std::make_unique<Shapes>();
    for (int cluster = 0; cluster < kClusters; ++cluster) {
      for (int value = 0; value < kCodewords; ++value) {
        const auto shape = ShapeOf(cluster, value);
        for (size_t i = 0; i < kSamples; ++i) made->darkness[cluster][i][value] = shape[i];
      }
    }
    return made;
  }();
  return *shapes;
}

}  // namespace

int CellShapes::Match(const std::array<float, kSamples>& values, int cluster) {
  float mean = 0;
  for (const float v : values) mean += v / kSamples;
  float square = 0;
  for (const float v : values) square += (v - mean) * (v - mean);
  const float norm = std::sqrt(square);
  if (norm < kLeastContrast * std::sqrt(static_cast<float>(kSamples))) return -1;
  scores_.assign(kCodewords, 0);
  float* scores = scores_.data();
  const auto& darkness = AllShapes().darkness[cluster];
  for (size_t i = 0; i < kSamples; ++i) {
    const float dark = (mean - values[i]) / norm;
    const float* shapes = darkness[i];
    for (size_t v = 0; v < kCodewords; ++v) scores[v] += dark * shapes[v];
  }
  const auto best = std::ranges::max_element(scores_);
  const float likeness = *best;
  *best = -std::numeric_limits<float>::max();
  const float second = *std::ranges::max_element(scores_);
  if (likeness < kLeastLikeness || likeness - second < kLeastLead) return -1;
  return static_cast<int>(best - scores_.begin());
}

}  // namespace veriline::symbology::pdf417
