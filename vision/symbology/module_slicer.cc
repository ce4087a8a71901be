// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/module_slicer.h"

#include <algorithm>
#include <cmath>

namespace veriline::symbology {
namespace {

/// Modules of a square around one whose range tells what is dark there.
constexpr int kReach = 3;
/// A module nearer to the limit than that share of the range is doubtful.
constexpr float kDoubt = 0.12f;
constexpr float kOverexposed = 250;

}  // namespace

template <class MiddleOf>
void ModuleSlicer::SampleAll(const FrameView& picture, float module_px, int rows, int cols,
                             bool inverted, const MiddleOf& middle_of) {
  rows_ = rows;
  cols_ = cols;
  const auto count = static_cast<size_t>((cols + 2) * (rows + 2));
  values_.resize(count);
  glare_.assign(static_cast<size_t>(rows * cols), 0);
  // Five pixels around the middle of a module.
  const float reach_px = module_px < 2.5f ? 0 : module_px / 5;
  const auto grey = [&picture](float x, float y) {
    const int px = std::clamp(static_cast<int>(x), 0, picture.width - 1);
    const int py = std::clamp(static_cast<int>(y), 0, picture.height - 1);
    return static_cast<float>(picture.Row(py)[px]);
  };
  const float sign = inverted ? -1.0f : 1.0f;
  size_t i = 0;
  for (int row = -1; row <= rows; ++row) {
    for (int col = -1; col <= cols; ++col) {
      const Point at = middle_of(row, col);
      float mean = grey(at.x, at.y);
      if (reach_px > 0) {
        mean = (mean + grey(at.x - reach_px, at.y) + grey(at.x + reach_px, at.y) +
                grey(at.x, at.y - reach_px) + grey(at.x, at.y + reach_px)) /
               5;
      }
      if (mean >= kOverexposed && row >= 0 && row < rows && col >= 0 && col < cols) {
        glare_[static_cast<size_t>(row * cols + col)] = 1;
      }
      values_[i++] = sign * mean;
    }
  }
}

void ModuleSlicer::Sample(const FrameView& picture, const Quad& quad, int rows, int cols,
                          bool inverted) {
  const float module_px = std::sqrt(std::abs(quad.SignedArea()) / static_cast<float>(rows * cols));
  SampleAll(picture, module_px, rows, cols, inverted, [&](int row, int col) {
    return quad.At((static_cast<float>(col) + 0.5f) / static_cast<float>(cols),
                   (static_cast<float>(row) + 0.5f) / static_cast<float>(rows));
  });
}

void ModuleSlicer::Sample(const FrameView& picture, std::span<const Point> middles, float module_px,
                          int rows, int cols, bool inverted) {
  SampleAll(picture, module_px, rows, cols, inverted, [&](int row, int col) {
    return middles[static_cast<size_t>((row + 1) * (cols + 2) + col + 1)];
  });
}

void ModuleSlicer::Slice(float sharpening) {
  const int rows = rows_, cols = cols_, pitch = cols + 2;
  const std::vector<float>* values = &values_;
  if (sharpening > 0) {
    sharp_ = values_;
    const auto row_pitch = static_cast<size_t>(pitch);
    for (int row = 1; row <= rows; ++row) {
      for (int col = 1; col <= cols; ++col) {
        const auto i = static_cast<size_t>(row * pitch + col);
        const float around =
            (values_[i - 1] + values_[i + 1] + values_[i - row_pitch] + values_[i + row_pitch]) / 4;
        sharp_[i] = values_[i] + sharpening * (values_[i] - around);
      }
    }
    values = &sharp_;
  }
  // Darkest and lightest of the square around each, first along rows.
  const auto cells = static_cast<size_t>(rows * cols);
  row_low_.resize(static_cast<size_t>((rows + 2) * cols));
  row_high_.resize(row_low_.size());
  low_.resize(cells);
  high_.resize(cells);
  for (int row = 0; row < rows + 2; ++row) {
    const float* in = values->data() + row * pitch;
    for (int col = 0; col < cols; ++col) {
      const int first = std::max(0, col + 1 - kReach), last = std::min(cols + 1, col + 1 + kReach);
      const auto [low, high] = std::minmax_element(in + first, in + last + 1);
      row_low_[static_cast<size_t>(row * cols + col)] = *low;
      row_high_[static_cast<size_t>(row * cols + col)] = *high;
    }
  }
  for (int row = 0; row < rows; ++row) {
    const int first = std::max(0, row + 1 - kReach), last = std::min(rows + 1, row + 1 + kReach);
    for (int col = 0; col < cols; ++col) {
      float low = row_low_[static_cast<size_t>(first * cols + col)];
      float high = row_high_[static_cast<size_t>(first * cols + col)];
      for (int r = first + 1; r <= last; ++r) {
        low = std::min(low, row_low_[static_cast<size_t>(r * cols + col)]);
        high = std::max(high, row_high_[static_cast<size_t>(r * cols + col)]);
      }
      low_[static_cast<size_t>(row * cols + col)] = low;
      high_[static_cast<size_t>(row * cols + col)] = high;
    }
  }
  dark_.resize(cells);
  doubtful_.resize(cells);
  for (int row = 0; row < rows; ++row) {
    for (int col = 0; col < cols; ++col) {
      const auto i = static_cast<size_t>(row * cols + col);
      const float value = (*values)[static_cast<size_t>((row + 1) * pitch + col + 1)];
      const float middle = (low_[i] + high_[i]) / 2;
      dark_[i] = value < middle;
      doubtful_[i] = glare_[i] != 0 || std::abs(value - middle) < kDoubt * (high_[i] - low_[i]);
    }
  }
}

}  // namespace veriline::symbology
