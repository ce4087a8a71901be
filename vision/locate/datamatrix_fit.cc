// SPDX-License-Identifier: Apache-2.0
#include "vision/locate/datamatrix_fit.h"

#include <algorithm>
#include <cmath>

namespace veriline::locate {
namespace {

constexpr float kFullStep = 0.6f;  ///< of the patch's contrast
constexpr float kDifferent = 0.5f;
// In modules:
constexpr float kMiddle = 0.5f;
constexpr float kNear = 0.2f;  ///< of a border; dots reach to 0.16 of it or nearer
constexpr float kBeyond = 0.8f;
constexpr float kQuarter = 0.25f;

}  // namespace

DataMatrixFit::DataMatrixFit(const GreyPatch& patch, int modules, bool inverted)
    : patch_(patch),
      modules_(modules),
      module_(1 / static_cast<float>(modules)),
      sign_(inverted ? -1.0f : 1.0f),
      most_(kFullStep * patch.contrast()) {}

float DataMatrixFit::Step(Point dark, Point light) const {
  return std::clamp((patch_.At(light) - patch_.At(dark)) * sign_, -most_, most_) / most_;
}

float DataMatrixFit::Dip(Point before, Point here, Point after) const {
  const float dip = (patch_.At(before) + patch_.At(after) - 2 * patch_.At(here)) * sign_;
  return std::clamp(dip, -most_, most_) / most_;
}

DataMatrixFit::Sides DataMatrixFit::SidesOf(const Quad& q) const {
  const float in = kMiddle * module_;
  float left = 0, bottom = 0, top = 0, right = 0;
  for (int i = 0; i < modules_; ++i) {
    const float at = (static_cast<float>(i) + kMiddle) * module_;
    const float before = at - module_, after = at + module_;
    left += Step(q.At(in, at), q.At(-in, at));
    bottom += Step(q.At(at, 1 - in), q.At(at, 1 + in));
    const float sign = i % 2 == 0 ? 1.0f : -1.0f;
    top += sign * Dip(q.At(before, in), q.At(at, in), q.At(after, in));
    right += sign * Dip(q.At(1 - in, 1 - before), q.At(1 - in, 1 - at), q.At(1 - in, 1 - after));
  }
  return {(left + bottom + top + right) / 4 * module_,
          std::min({left, bottom, top, right}) * module_};
}

float DataMatrixFit::ClarityOf(const Quad& q) const {
  // The middles of modules may lie anywhere within them; places near the borders may not.
  const float in = kNear * module_;
  float sum = 0;
  for (int i = 0; i < modules_; ++i) {
    const float at = (static_cast<float>(i) + kMiddle) * module_;
    sum += Step(q.At(in, at), q.At(-in, at)) + Step(q.At(at, 1 - in), q.At(at, 1 + in));
    if (i % 2 != 0) continue;
    sum += Step(q.At(at, in), q.At(at, -in)) + Step(q.At(1 - in, 1 - at), q.At(1 + in, 1 - at));
  }
  return SidesOf(q).mean + sum * module_ / 3;
}

void DataMatrixFit::Refine(Quad* quad) const {
  const float module = std::sqrt(std::abs(quad->SignedArea())) * module_;
  float best = ClarityOf(*quad);
  for (float step = module / 2; step >= module / 9; step /= 2) {
    for (bool better = true; better;) {
      better = false;
      for (size_t corner = 0; corner < 4; ++corner) {
        for (const Point d : {Point{1, 0}, Point{-1, 0}, Point{0, 1}, Point{0, -1}}) {
          Quad moved = *quad;
          moved.corners[corner] = moved.corners[corner] + d * step;
          const float clarity = ClarityOf(moved);
          if (clarity <= best) continue;
          best = clarity;
          *quad = moved;
          better = true;
        }
      }
    }
  }
}

DataMatrixFit::Surface DataMatrixFit::SurfaceOf(const Quad& q) const {
  const float quarter = kQuarter * module_, in = kMiddle * module_, out = kBeyond * module_;
  float borders = 0, middles = 0;
  int different = 0, pairs = 0;
  for (int line = 1; line + 1 < modules_; ++line) {
    const float across = (static_cast<float>(line) + kMiddle) * module_;
    for (const bool down : {false, true}) {
      const auto at = [&](float along) {
        return patch_.At(down ? q.At(across, along) : q.At(along, across));
      };
      float before = 0;
      for (int k = 1; k + 1 < modules_; ++k) {
        const float border = static_cast<float>(k) * module_, middle = border + in;
        borders += std::abs(at(border + quarter) - at(border - quarter));
        middles += std::abs(at(middle + quarter) - at(middle - quarter));
        const float here = at(middle);
        if (k > 1) {
          ++pairs;
          different += std::abs(here - before) > kDifferent * patch_.contrast();
        }
        before = here;
      }
    }
  }
  int quiet = 0;
  for (int i = 0; i < modules_; ++i) {
    // Two modules of an alternating side: between them lies the threshold there.
    const float at = (static_cast<float>(i) + kMiddle) * module_;
    const float next = i + 1 < modules_ ? at + module_ : at - module_;
    const auto is_light = [&](Point a, Point b, Point beyond) {
      return (2 * patch_.At(beyond) - patch_.At(a) - patch_.At(b)) * sign_ > 0;
    };
    quiet += is_light(q.At(at, in), q.At(next, in), q.At(at, -out));
    quiet += is_light(q.At(1 - in, at), q.At(1 - in, next), q.At(1 + out, at));
  }
  return {borders / std::max(1.0f, middles),
          static_cast<float>(different) / static_cast<float>(std::max(1, pairs)),
          static_cast<float>(quiet) * module_ / 2};
}

}  // namespace veriline::locate
