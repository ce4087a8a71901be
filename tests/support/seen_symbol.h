// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/support/drawn_symbol.h"

namespace veriline::testing {

/// How a camera with a pinhole sees a symbol, flat or on a cylinder whose axis is upright.
struct View {
  float module_px = 4;  ///< where the axis of the camera meets it
  float roll_rad = 0;   ///< around that axis
  float pan_rad = 0;    ///< the right side leans away
  float tilt_rad = 0;   ///< the upper side leans away
  float distance = 60;  ///< of the camera, modules: less is more perspective
  float radius = 0;     ///< of the cylinder, modules; 0: flat
  float dark = 40, light = 210;
  float light_at_left = 1;  ///< share of the light at the left border of the picture
  float blur_px = 0;        ///< σ
};

/// A symbol in the middle of a picture, seen so. The place of modules from its middle (right, down)
/// in the picture: `ToPicture`.
class SeenSymbol {
 public:
  SeenSymbol(Modules modules, const View& view, int side)
      : modules_(std::move(modules)), view_(view), side_(side) {}

  Point ToPicture(float right, float down) const {
    float x = right, y = down, z = 0;
    if (view_.radius > 0) {
      x = view_.radius * std::sin(right / view_.radius);
      z = view_.radius * (1 - std::cos(right / view_.radius));
    }
    const float xp = x * std::cos(view_.pan_rad) - z * std::sin(view_.pan_rad);
    const float zp = x * std::sin(view_.pan_rad) + z * std::cos(view_.pan_rad);
    const float yt = y * std::cos(view_.tilt_rad) + zp * std::sin(view_.tilt_rad);
    const float zt = zp * std::cos(view_.tilt_rad) - y * std::sin(view_.tilt_rad);
    const float scale = view_.module_px * view_.distance / (view_.distance + zt);
    const float c = std::cos(view_.roll_rad), s = std::sin(view_.roll_rad);
    const auto middle = static_cast<float>(side_) / 2;
    return {middle + scale * (xp * c - yt * s), middle + scale * (xp * s + yt * c)};
  }
  /// The place in modules from the corner of the symbol.
  Point Place(float col, float row) const {
    return ToPicture(col - modules_.width() / 2, row - modules_.height() / 2);
  }

  /// Draws it with a quiet zone of four modules on a surface of `around` grey.
  Canvas Draw(uint8_t around) const {
    // Small parts of the surface are thrown upon the pixels, many for each.
    constexpr float kQuiet = 4;
    constexpr int kParts = 24;  // of a module, each way
    const auto size = static_cast<size_t>(side_ * side_);
    std::vector<float> sum(size, 0), count(size, 0);
    const int across = static_cast<int>((modules_.width() + 2 * kQuiet) * kParts);
    const int down = static_cast<int>((modules_.height() + 2 * kQuiet) * kParts);
    for (int i = 0; i < down; ++i) {
      const float row = (static_cast<float>(i) + 0.5f) / kParts - kQuiet;
      for (int k = 0; k < across; ++k) {
        const float col = (static_cast<float>(k) + 0.5f) / kParts - kQuiet;
        const Point at = Place(col, row);
        if (at.x < 0 || at.y < 0 || at.x >= static_cast<float>(side_) ||
            at.y >= static_cast<float>(side_)) {
          continue;
        }
        const bool within =
            col >= 0 && row >= 0 && col < modules_.width() && row < modules_.height();
        const bool is_dark = within && modules_.At(static_cast<int>(row), static_cast<int>(col));
        const auto p = static_cast<size_t>(static_cast<int>(at.y) * side_ + static_cast<int>(at.x));
        sum[p] += is_dark ? view_.dark : view_.light;
        count[p] += 1;
      }
    }
    std::vector<float> grey(size);
    for (size_t p = 0; p < size; ++p) grey[p] = count[p] > 0 ? sum[p] / count[p] : around;
    if (view_.blur_px > 0) {
      Blur(&grey, 1);
      Blur(&grey, side_);
    }
    Canvas canvas(side_, side_, around);
    for (int y = 0; y < side_; ++y) {
      for (int x = 0; x < side_; ++x) {
        const float part = static_cast<float>(x) / static_cast<float>(side_);
        const float lit = view_.light_at_left + (1 - view_.light_at_left) * part;
        canvas.Row(y)[x] =
            static_cast<uint8_t>(grey[static_cast<size_t>(y * side_ + x)] * lit + 0.5f);
      }
    }
    return canvas;
  }

 private:
  void Blur(std::vector<float>* grey, int step) const {
    const int reach = static_cast<int>(3 * view_.blur_px) + 1;
    const std::vector<float> in = *grey;
    for (int i = 0; i < side_; ++i) {
      for (int k = 0; k < side_; ++k) {
        const int first = step == 1 ? i * side_ : i;
        float sum = 0, weights = 0;
        for (int d = -reach; d <= reach; ++d) {
          const int at = std::clamp(k + d, 0, side_ - 1);
          const auto off = static_cast<float>(d) / view_.blur_px;
          const float weight = std::exp(-off * off / 2);
          sum += weight * in[static_cast<size_t>(first + at * step)];
          weights += weight;
        }
        (*grey)[static_cast<size_t>(first + k * step)] = sum / weights;
      }
    }
  }

  Modules modules_;
  View view_;
  int side_;
};

}  // namespace veriline::testing
