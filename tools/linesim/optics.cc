// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/optics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "tools/linesim/random.h"

namespace veriline::linesim {
namespace {

constexpr int kNoiseCount = 1 << 16;
constexpr int kNoiseUnit = 4096;  // σ = 1; 8 σ still fit 16 bits
constexpr int kRadius = 3;        // of both kernels, px
using Kernel = std::array<uint16_t, 2 * kRadius + 1>;

/// Weights of a Gaussian convolved with a box of `box_px`, in 1/256, sum 256.
Kernel MakeKernel(double sigma_px, double box_px) {
  std::array<double, 2 * kRadius + 1> weight{};
  double sum = 0;
  constexpr int kSteps = 16;
  for (int i = -kRadius; i <= kRadius; ++i) {
    for (int k = 0; k < kSteps; ++k) {
      const double d = i + ((k + 0.5) / kSteps - 0.5) * box_px;
      weight[i + kRadius] += sigma_px > 0 ? std::exp(-d * d / (2 * sigma_px * sigma_px))
                                          : std::max(0.0, 1 - std::abs(d));
    }
    sum += weight[i + kRadius];
  }
  Kernel kernel{};
  int rest = 256;
  for (size_t i = 0; i < weight.size(); ++i) {
    kernel[i] = static_cast<uint16_t>(std::lround(256 * weight[i] / sum));
    rest -= kernel[i];
  }
  kernel[kRadius] = static_cast<uint16_t>(kernel[kRadius] + rest);
  return kernel;
}

/// out[x] = sum of kernel[i] * in[i][x], for `count` pixels of seven rows (or seven shifts).
void WeightedSum(const std::array<const uint8_t*, 2 * kRadius + 1>& in, const Kernel& kernel,
                 int count, uint8_t* out) {
  for (int x = 0; x < count; ++x) {
    uint16_t sum = 128;  // ≤ 255 * 256 + 128: no overflow
    for (int i = 0; i <= 2 * kRadius; ++i) sum = static_cast<uint16_t>(sum + kernel[i] * in[i][x]);
    out[x] = static_cast<uint8_t>(sum >> 8);
  }
}

}  // namespace

Optics::Optics(uint64_t seed, int width, int height, double falloff_ratio)
    : width_(width),
      height_(height),
      gain_(static_cast<size_t>(width) * height),
      noise_(kNoiseCount) {
  const double cx = width / 2.0;
  const double cy = height / 2.0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double r2 =
          ((x + 0.5 - cx) * (x + 0.5 - cx) + (y + 0.5 - cy) * (y + 0.5 - cy)) / (cx * cx + cy * cy);
      gain_[static_cast<size_t>(y) * width + x] =
          static_cast<uint8_t>(std::lround(255 * (1 - falloff_ratio * r2)));
    }
  }
  Random random(seed, Stream::kNoise, 0);
  for (int i = 0; i < kNoiseCount; i += 2) {  // Box and Muller
    const double r = kNoiseUnit * std::sqrt(-2 * std::log(1 - random.Uniform(0, 1)));
    const double a = random.Uniform(0, 2 * std::numbers::pi);
    noise_[i] = static_cast<int16_t>(std::lround(r * std::cos(a)));
    noise_[i + 1] = static_cast<int16_t>(std::lround(r * std::sin(a)));
  }
}

void Optics::Blur(uint8_t* pixels, ptrdiff_t stride, Rect where, const Exposure& exposure,
                  std::vector<uint8_t>* scratch) const {
  where = Intersect(where, {0, 0, width_, height_});
  if (where.Empty()) return;
  const Kernel along_x = MakeKernel(exposure.blur_sigma_px, exposure.motion_px);
  const Kernel along_y = MakeKernel(exposure.blur_sigma_px, 0);
  const int rows = where.height + 2 * kRadius;
  const int padded = where.width + 2 * kRadius;
  scratch->resize(static_cast<size_t>(rows) * where.width + padded);
  uint8_t* line = scratch->data() + static_cast<size_t>(rows) * where.width;
  std::array<const uint8_t*, 2 * kRadius + 1> in{};
  for (int r = 0; r < rows; ++r) {
    const int y = std::clamp(where.y + r - kRadius, 0, height_ - 1);
    const uint8_t* row = pixels + y * stride;
    const int x0 = where.x - kRadius;
    const int inside0 = std::max(x0, 0);
    const int inside1 = std::min(x0 + padded, width_);
    std::fill(line, line + (inside0 - x0), row[0]);
    std::copy(row + inside0, row + inside1, line + (inside0 - x0));
    std::fill(line + (inside1 - x0), line + padded, row[width_ - 1]);
    for (int i = 0; i <= 2 * kRadius; ++i) in[i] = line + i;
    WeightedSum(in, along_x, where.width, scratch->data() + static_cast<size_t>(r) * where.width);
  }
  for (int r = 0; r < where.height; ++r) {
    for (int i = 0; i <= 2 * kRadius; ++i) {
      in[i] = scratch->data() + static_cast<size_t>(r + i) * where.width;
    }
    WeightedSum(in, along_y, where.width, pixels + (where.y + r) * stride + where.x);
  }
}

void Optics::Illuminate(uint8_t* pixels, ptrdiff_t stride, Rect where) const {
  where = Intersect(where, {0, 0, width_, height_});
  for (int r = 0; r < where.height; ++r) {
    uint8_t* row = pixels + (where.y + r) * stride + where.x;
    const uint8_t* gain = gain_.data() + static_cast<size_t>(where.y + r) * width_ + where.x;
    for (int x = 0; x < where.width; ++x) {
      row[x] = static_cast<uint8_t>((row[x] * gain[x] + 255) >> 8);
    }
  }
}

void Optics::AddNoise(uint8_t* pixels, ptrdiff_t stride, Rect where,
                      const Exposure& exposure) const {
  where = Intersect(where, {0, 0, width_, height_});
  // 16-bit arithmetic throughout, so that eight pixels go at once.
  const auto scale = static_cast<int16_t>(std::lround(exposure.noise_sigma_grey * 128));
  for (int r = 0; r < where.height; ++r) {
    const int y = where.y + r;
    const uint64_t hash = Mix(exposure.noise_seed ^ (static_cast<uint64_t>(y) << 32));
    const int16_t* noise = noise_.data() + hash % (kNoiseCount - width_) + where.x;
    uint8_t* row = pixels + y * stride + where.x;
    for (int x = 0; x < where.width; ++x) {
      const auto eighths = static_cast<int16_t>((noise[x] * scale) >> 16);
      const auto grey = static_cast<int16_t>(row[x] + ((eighths + 4) >> 3));
      row[x] = static_cast<uint8_t>(std::clamp<int16_t>(grey, 0, 255));
    }
  }
}

}  // namespace veriline::linesim
