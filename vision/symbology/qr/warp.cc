// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/qr/warp.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace veriline::symbology::qr {
namespace {

constexpr float kPatternMiddle = 3.5f;
/// Half a side, in modules, of the square whose mean grey is the limit in its middle.
constexpr int kMeanReach = 3;
/// How much modules of fixed patterns count, whose colour is known: as many others.
constexpr float kFixedWeight = 2;
/// Of modules whose colour is not known so many are looked at for the plane.
constexpr int kMostLooks = 1500;
/// Modules between nodes, about.
constexpr float kPitch = 7;

float GreyAt(const FrameView& picture, Point p) {
  const float x = std::clamp(p.x - 0.5f, 0.0f, static_cast<float>(picture.width - 1));
  const float y = std::clamp(p.y - 0.5f, 0.0f, static_cast<float>(picture.height - 1));
  const int x0 = static_cast<int>(x), y0 = static_cast<int>(y);
  const int x1 = std::min(x0 + 1, picture.width - 1), y1 = std::min(y0 + 1, picture.height - 1);
  const float fx = x - static_cast<float>(x0), fy = y - static_cast<float>(y0);
  const uint8_t *a = picture.Row(y0), *b = picture.Row(y1);
  const float upper = static_cast<float>(a[x0]) * (1 - fx) + static_cast<float>(a[x1]) * fx;
  const float lower = static_cast<float>(b[x0]) * (1 - fx) + static_cast<float>(b[x1]) * fx;
  return upper * (1 - fy) + lower * fy;
}

}  // namespace

std::array<float, 2> Sight::Modules() const {
  // A line that leans away is seen as x = p·u / (1 + q·u): between two places lie as many modules
  // as the geometric mean of their lengths there goes into the distance.
  return {Distance(middles[0], middles[1]) / std::sqrt(right_px[0] * right_px[1]),
          Distance(middles[0], middles[2]) / std::sqrt(down_px[0] * down_px[1])};
}

std::optional<Perspective> Perspective::Of(const std::array<Point, 3>& middles, Nearness nearness,
                                           float modules) {
  const auto [w1, w2] = nearness;
  constexpr float kLeast = 0.2f, kMost = 5;
  if (!(w1 > kLeast && w1 < kMost && w2 > kLeast && w2 < kMost && w1 + w2 - 1 > kLeast)) {
    return std::nullopt;
  }
  const auto& [tl, tr, bl] = middles;
  Perspective plane;
  plane.origin_ = tl;
  plane.a_ = (tr * w1 - tl) * (1 / modules);
  plane.b_ = (bl * w2 - tl) * (1 / modules);
  plane.g_ = (w1 - 1) / modules;
  plane.h_ = (w2 - 1) / modules;
  return plane;
}

std::optional<Perspective> Perspective::OfSquare(const std::array<Point, 4>& corners,
                                                 float modules) {
  const auto& [tl, tr, br, bl] = corners;
  // BR·(w1 + w2 - 1) = TR·w1 + BL·w2 - TL.
  const Point p = br - tr, q = br - bl, r = br - tl;
  const float det = Cross(p, q);
  if (!(std::abs(det) > 1e-3f)) return std::nullopt;
  return Of({tl, tr, bl}, {Cross(r, q) / det, Cross(p, r) / det}, modules);
}

bool Warp::Draw(const FrameView& picture, const Sight& sight, Point fourth, const Layout& layout,
                Bow bow) {
  layout_ = &layout;
  size_ = layout.size;
  inverted_ = sight.inverted;
  bow_ = bow;
  middles_ = sight.middles;
  const auto plane = Perspective::OfSquare({middles_[0], middles_[1], fourth, middles_[2]},
                                           static_cast<float>(size_ - 7));
  if (!plane) return false;
  plane_ = *plane;
  // Of large symbols not all modules: those of fixed patterns, and of the others as many.
  looked_at_.clear();
  const int each = std::max(1, size_ * size_ / kMostLooks);
  int others = 0;
  for (int i = 0; i < size_ * size_; ++i) {
    const bool fixed = (layout.segments[static_cast<size_t>(i)] & kFixedPattern) != 0;
    if (fixed || others++ % each == 0) looked_at_.push_back(static_cast<uint16_t>(i));
  }
  side_ = (size_ + 2 * kMargin) * kModulePx;
  pixels_.resize(static_cast<size_t>(side_ * side_));
  const float module_px = std::max(std::max(sight.right_px[0], sight.right_px[1]),
                                   std::max(sight.down_px[0], sight.down_px[1]));
  const int finer = std::clamp(static_cast<int>(std::lround(module_px / kModulePx)), 1, 4);
  const float step = 1 / static_cast<float>(kModulePx * finer);
  for (int y = 0; y < side_; ++y) {
    for (int x = 0; x < side_; ++x) {
      float sum = 0;
      for (int i = 0; i < finer * finer; ++i) {
        const float col = (static_cast<float>(x * finer + i % finer) + 0.5f) * step;
        const float row = (static_cast<float>(y * finer + i / finer) + 0.5f) * step;
        sum += GreyAt(picture,
                      plane_.At(col - kMargin - kPatternMiddle, row - kMargin - kPatternMiddle));
      }
      pixels_[static_cast<size_t>(y * side_ + x)] =
          static_cast<uint8_t>(sum / static_cast<float>(finer * finer) + 0.5f);
    }
  }
  Flatten();
  nodes_ =
      std::min(kMostNodes, static_cast<int>(std::lround(static_cast<float>(size_) / kPitch)) + 1);
  pitch_ = static_cast<float>(size_) / static_cast<float>(nodes_ - 1);
  shifts_.fill({});
  return true;
}

void Warp::Flatten() {
  const int reach = kMeanReach * kModulePx;
  const auto side = static_cast<size_t>(side_);
  above_.resize(side * side);
  sums_.assign(side, 0);
  double sum_of_all = 0;
  for (int y = -reach; y < side_; ++y) {
    if (y + reach < side_) {
      const uint8_t* row = pixels_.data() + static_cast<size_t>(y + reach) * side;
      for (size_t x = 0; x < side; ++x) sums_[x] += row[x];
    }
    if (y - reach - 1 >= 0) {
      const uint8_t* row = pixels_.data() + static_cast<size_t>(y - reach - 1) * side;
      for (size_t x = 0; x < side; ++x) sums_[x] -= row[x];
    }
    if (y < 0) continue;
    const int rows = std::min(side_ - 1, y + reach) - std::max(0, y - reach) + 1;
    uint32_t sum = 0;
    const uint8_t* in = pixels_.data() + static_cast<size_t>(y) * side;
    int16_t* out = above_.data() + static_cast<size_t>(y) * side;
    for (int x = -reach; x < side_; ++x) {
      if (x + reach < side_) sum += sums_[static_cast<size_t>(x + reach)];
      if (x - reach - 1 >= 0) sum -= sums_[static_cast<size_t>(x - reach - 1)];
      if (x < 0) continue;
      const int cols = std::min(side_ - 1, x + reach) - std::max(0, x - reach) + 1;
      const int above = 8 * in[x] - static_cast<int>(8 * sum / static_cast<uint32_t>(rows * cols));
      out[x] = static_cast<int16_t>(inverted_ ? -above : above);
      sum_of_all += std::abs(above);
    }
  }
  contrast_ = static_cast<float>(sum_of_all / static_cast<double>(side * side));
}

float Warp::Above(Point p) const {
  const int x = std::clamp(static_cast<int>(p.x), 0, side_ - 1);
  const int y = std::clamp(static_cast<int>(p.y), 0, side_ - 1);
  return above_[static_cast<size_t>(y * side_ + x)];
}

float Warp::ClarityOf(int row, int col, Point at) const {
  const float most = 2 * contrast_;
  const float above = std::clamp(Above(at), -most, most);
  const auto i = static_cast<size_t>(row * size_ + col);
  if ((layout_->segments[i] & kFixedPattern) == 0) return std::abs(above);
  return kFixedWeight * (layout_->is_dark[i] != 0 ? -above : above);
}

Point Warp::Shift(float col, float row) const {
  const float x = std::clamp(col / pitch_, 0.0f, static_cast<float>(nodes_ - 1) - 0.001f);
  const float y = std::clamp(row / pitch_, 0.0f, static_cast<float>(nodes_ - 1) - 0.001f);
  const int x0 = static_cast<int>(x), y0 = static_cast<int>(y);
  const float fx = x - static_cast<float>(x0), fy = y - static_cast<float>(y0);
  const Point* a = &shifts_[static_cast<size_t>(y0 * nodes_ + x0)];
  const Point* b = a + nodes_;
  const Point mesh = (a[0] * (1 - fx) + a[1] * fx) * (1 - fy) + (b[0] * (1 - fx) + b[1] * fx) * fy;
  const float reach = static_cast<float>(size_ - 7);
  const float s = (col - kPatternMiddle) / reach, t = (row - kPatternMiddle) / reach;
  constexpr float kPx = kModulePx;
  const Point bow{bow_.left * 4 * t * (1 - t) * kPx, bow_.upper * 4 * s * (1 - s) * kPx};
  return mesh + bow;
}

Point Warp::At(int row, int col) const {
  const float x = static_cast<float>(col) + 0.5f, y = static_cast<float>(row) + 0.5f;
  const Point plain{(x + kMargin) * kModulePx, (y + kMargin) * kModulePx};
  return plain + Shift(x, y);
}

Point Warp::InPicture(float col, float row) const {
  const Point shift = Shift(col, row) * (1.0f / kModulePx);
  return plane_.At(col + shift.x - kPatternMiddle, row + shift.y - kPatternMiddle);
}

Point Warp::FitFourth(float reach, float step) const {
  float best = -1e9f;
  Point best_shift;
  const int steps = static_cast<int>(reach / step);
  const float modules = static_cast<float>(size_ - 7);
  const std::array<Point, 4> square = {Point{0, 0}, {modules, 0}, {modules, modules}, {0, modules}};
  for (int i = -steps; i <= steps; ++i) {
    for (int k = -steps; k <= steps; ++k) {
      const Point shift = Point{static_cast<float>(k), static_cast<float>(i)} * step;
      std::array<Point, 4> moved = square;
      moved[2] = moved[2] + shift;
      const auto plane = Perspective::OfSquare(moved, modules);
      if (!plane) continue;
      float sum = 0;
      for (const uint16_t module : looked_at_) {
        const int row = module / size_, col = module % size_;
        const float x = static_cast<float>(col) + 0.5f, y = static_cast<float>(row) + 0.5f;
        const float s = (x - kPatternMiddle) / modules, t = (y - kPatternMiddle) / modules;
        const Point at = plane->At(x - kPatternMiddle, y - kPatternMiddle) +
                         Point{bow_.left * 4 * t * (1 - t), bow_.upper * 4 * s * (1 - s)};
        constexpr float kToCorner = kPatternMiddle + kMargin;
        sum += ClarityOf(row, col, (at + Point{kToCorner, kToCorner}) * kModulePx);
      }
      // Of two that are as clear the nearer one.
      constexpr float kPull = 0.01f;
      sum *= 1 - kPull * std::hypot(shift.x, shift.y) / reach;
      if (sum > best) best = sum, best_shift = shift;
    }
  }
  return plane_.At(modules + best_shift.x, modules + best_shift.y);
}

float Warp::ClarityAround(int node_row, int node_col) const {
  const auto from = [&](int node) {
    return std::max(0, static_cast<int>(pitch_ * static_cast<float>(node - 1)));
  };
  const auto to = [&](int node) {
    return std::min(size_, static_cast<int>(std::ceil(pitch_ * static_cast<float>(node + 1))));
  };
  float sum = 0;
  for (int row = from(node_row); row < to(node_row); ++row) {
    for (int col = from(node_col); col < to(node_col); ++col) {
      sum += ClarityOf(row, col, At(row, col));
    }
  }
  return sum;
}

/// How far a node is shifted otherwise than those around it, modules squared.
float Warp::Roughness(int node_row, int node_col) const {
  const Point here = shifts_[static_cast<size_t>(node_row * nodes_ + node_col)];
  float sum = 0;
  const auto add = [&](int row, int col) {
    if (row < 0 || col < 0 || row >= nodes_ || col >= nodes_) return;
    const Point off = shifts_[static_cast<size_t>(row * nodes_ + col)] - here;
    sum += Dot(off, off);
  };
  add(node_row - 1, node_col);
  add(node_row + 1, node_col);
  add(node_row, node_col - 1);
  add(node_row, node_col + 1);
  return sum / (kModulePx * kModulePx);
}

void Warp::Bend() {
  // A node that is a module off its four neighbours costs as much as a seventh of its modules.
  const float stiffness = contrast_ * 4 * pitch_ * pitch_ / 4 * 0.15f;
  for (const float step : {2.0f, 1.0f, 2.0f, 1.0f, 1.0f}) {
    bool moved = false;
    for (int row = 0; row < nodes_; ++row) {
      for (int col = 0; col < nodes_; ++col) {
        Point& shift = shifts_[static_cast<size_t>(row * nodes_ + col)];
        const auto score = [&] {
          return ClarityAround(row, col) - stiffness * Roughness(row, col);
        };
        const Point before = shift;
        Point best = before;
        float best_score = score();
        for (const Point way : {Point{1, 0}, Point{-1, 0}, Point{0, 1}, Point{0, -1}, Point{1, 1},
                                Point{-1, 1}, Point{1, -1}, Point{-1, -1}}) {
          shift = before + way * step;
          const float now = score();
          if (now > best_score) best_score = now, best = shift;
        }
        shift = best;
        moved = moved || best != before;
      }
    }
    if (!moved && step == 1.0f) break;
  }
}

}  // namespace veriline::symbology::qr
