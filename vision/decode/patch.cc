// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/patch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace veriline::decode {
namespace {

/// OpenCV takes the pixels as mutable; those of views are only read.
cv::Mat Wrap(const FrameView& view) {
  return {view.height, view.width, CV_8UC1, const_cast<uint8_t*>(view.data),
          static_cast<size_t>(view.stride)};
}
cv::Mat Wrap(GreyImage& image) { return {image.height(), image.width(), CV_8UC1, image.Row(0)}; }

constexpr int kProfileSamples = 192;
using Profile = std::array<float, kProfileSamples>;

Profile Sample(const FrameView& picture, Point from, Point to) {
  Profile profile;
  for (int i = 0; i < kProfileSamples; ++i) {
    const float t = (static_cast<float>(i) + 0.5f) / kProfileSamples;
    profile[static_cast<size_t>(i)] = SampleAt(picture, from + (to - from) * t);
  }
  return profile;
}

float Correlation(const Profile& a, const Profile& b) {
  float mean_a = 0, mean_b = 0;
  for (size_t i = 0; i < a.size(); ++i) mean_a += a[i], mean_b += b[i];
  mean_a /= kProfileSamples, mean_b /= kProfileSamples;
  float ab = 0, aa = 1, bb = 1;
  for (size_t i = 0; i < a.size(); ++i) {
    const float da = a[i] - mean_a, db = b[i] - mean_b;
    ab += da * db, aa += da * da, bb += db * db;
  }
  return ab / std::sqrt(aa * bb);
}

/// The two ends of the last line, `down` steps of the normal away, that still look like the bars.
std::array<Point, 2> Follow(const FrameView& picture, Point left, Point right, Point normal) {
  constexpr float kSame = 0.75f;  // lines across one and the same bars stay above in photographs
  constexpr int kMaxMisses = 4;   // a scratch or a speck
  const Point along = (right - left) * (1.0f / std::max(1.0f, Distance(left, right)));
  Profile last = Sample(picture, left, right);
  std::array<Point, 2> end{left, right};
  int misses = 0;
  const int limit = std::max(picture.width, picture.height);
  for (int step = 0; step < limit && misses <= kMaxMisses; ++step) {
    left = left + normal, right = right + normal;
    const Point middle = (left + right) * 0.5f;
    if (middle.x < 0 || middle.y < 0 || middle.x >= static_cast<float>(picture.width) ||
        middle.y >= static_cast<float>(picture.height)) {
      break;
    }
    float best = -1;
    Point best_shift{0, 0};
    Profile best_profile{};
    for (const float shift : {0.0f, -1.0f, 1.0f}) {
      const Profile now = Sample(picture, left + along * shift, right + along * shift);
      const float c = Correlation(last, now);
      if (c > best + 0.002f) best = c, best_shift = along * shift, best_profile = now;
    }
    if (best < kSame) {
      ++misses;
      continue;
    }
    misses = 0;
    left = left + best_shift, right = right + best_shift;
    last = best_profile;
    end = {left, right};
  }
  return end;
}

}  // namespace

float SampleAt(const FrameView& picture, Point p) {
  const float x = std::clamp(p.x - 0.5f, 0.0f, static_cast<float>(picture.width - 1));
  const float y = std::clamp(p.y - 0.5f, 0.0f, static_cast<float>(picture.height - 1));
  const int x0 = static_cast<int>(x), y0 = static_cast<int>(y);
  const int x1 = std::min(x0 + 1, picture.width - 1);
  const int y1 = std::min(y0 + 1, picture.height - 1);
  const float fx = x - static_cast<float>(x0), fy = y - static_cast<float>(y0);
  const uint8_t* a = picture.Row(y0);
  const uint8_t* b = picture.Row(y1);
  const float top = static_cast<float>(a[x0]) * (1 - fx) + static_cast<float>(a[x1]) * fx;
  const float bottom = static_cast<float>(b[x0]) * (1 - fx) + static_cast<float>(b[x1]) * fx;
  return top * (1 - fy) + bottom * fy;
}

PatchCut CutAround(const Rect& box, float angle_rad, float scale) {
  const float c = std::abs(std::cos(angle_rad)), s = std::abs(std::sin(angle_rad));
  const auto w = static_cast<float>(box.width), h = static_cast<float>(box.height);
  return {{static_cast<float>(box.x) + w / 2, static_cast<float>(box.y) + h / 2},
          angle_rad,
          w * c + h * s,
          w * s + h * c,
          scale};
}

PatchFrame CutPatch(const FrameView& picture, const PatchCut& cut, GreyImage& out) {
  const int width = std::max(1, static_cast<int>(std::lround(cut.width_px * cut.scale)));
  const int height = std::max(1, static_cast<int>(std::lround(cut.height_px * cut.scale)));
  const float step = 1 / cut.scale;
  PatchFrame frame;
  frame.ex = {std::cos(cut.angle_rad) * step, std::sin(cut.angle_rad) * step};
  frame.ey = {-frame.ex.y, frame.ex.x};
  frame.origin = cut.center - frame.ex * (static_cast<float>(width) / 2) -
                 frame.ey * (static_cast<float>(height) / 2);
  out.Resize(width, height);
  cv::Mat target = Wrap(out);
  // What shrinks is turned with more pixels first and averaged then, so that nothing is skipped.
  const int finer = cut.scale > 0.6f ? 1 : static_cast<int>(std::lround(step));
  // Centres of pixels lie at 0.5 for us and at 0 for OpenCV.
  const float sub = 1 / static_cast<float>(finer);
  const Point zero = frame.ToPicture(Point{0.5f * sub, 0.5f * sub}) - Point{0.5f, 0.5f};
  const cv::Mat to_picture = (cv::Mat_<double>(2, 3) << frame.ex.x * sub, frame.ey.x * sub, zero.x,
                              frame.ex.y * sub, frame.ey.y * sub, zero.y);
  constexpr int kHow = cv::INTER_LINEAR | cv::WARP_INVERSE_MAP;
  if (finer == 1) {
    cv::warpAffine(Wrap(picture), target, to_picture, target.size(), kHow, cv::BORDER_REPLICATE);
  } else {
    cv::Mat turned;
    cv::warpAffine(Wrap(picture), turned, to_picture, {width * finer, height * finer}, kHow,
                   cv::BORDER_REPLICATE);
    cv::resize(turned, target, target.size(), 0, 0, cv::INTER_AREA);
  }
  return frame;
}

void InvertInto(const FrameView& from, GreyImage& out) {
  out.Resize(from.width, from.height);
  for (int y = 0; y < from.height; ++y) {
    const uint8_t* a = from.Row(y);
    uint8_t* b = out.Row(y);
    for (int x = 0; x < from.width; ++x) b[x] = static_cast<uint8_t>(255 - a[x]);
  }
}

PatchFrame MirrorInto(const FrameView& from, GreyImage& out) {
  out.Resize(from.width, from.height);
  for (int y = 0; y < from.height; ++y) {
    std::reverse_copy(from.Row(y), from.Row(y) + from.width, out.Row(y));
  }
  return {{static_cast<float>(from.width), 0}, {-1, 0}, {0, 1}};
}

void CopyInto(const FrameView& from, GreyImage& out) {
  out.Resize(from.width, from.height);
  for (int y = 0; y < from.height; ++y) {
    std::copy(from.Row(y), from.Row(y) + from.width, out.Row(y));
  }
}

void HalveInto(const FrameView& from, GreyImage& out) {
  out.Resize(std::max(1, from.width / 2), std::max(1, from.height / 2));
  const FrameView even = from.Crop({0, 0, 2 * out.width(), 2 * out.height()});
  cv::Mat target = Wrap(out);
  cv::resize(Wrap(even), target, target.size(), 0, 0, cv::INTER_AREA);
}

void DoubleInto(const FrameView& from, GreyImage& out) {
  out.Resize(2 * from.width, 2 * from.height);
  cv::Mat target = Wrap(out);
  cv::resize(Wrap(from), target, target.size(), 0, 0, cv::INTER_LINEAR);
}

void SmoothInto(const FrameView& from, GreyImage& out) {
  out.Resize(from.width, from.height);
  cv::Mat target = Wrap(out);
  cv::GaussianBlur(Wrap(from), target, {3, 3}, 0, 0, cv::BORDER_REPLICATE);
}

void PaintOver(GreyImage& picture, const Quad& quad, float grow_px) {
  const Point center = quad.Center();
  std::array<cv::Point, 4> corners;
  Quad grown;
  for (size_t i = 0; i < 4; ++i) {
    const Point arm = quad.corners[i] - center;
    const float length = std::max(1.0f, std::hypot(arm.x, arm.y));
    grown.corners[i] = quad.corners[i] + arm * (grow_px / length);
    corners[i] = {static_cast<int>(grown.corners[i].x), static_cast<int>(grown.corners[i].y)};
  }
  float sum = 0;
  constexpr int kSamplesPerSide = 16;
  for (size_t i = 0; i < 4; ++i) {
    for (int k = 0; k < kSamplesPerSide; ++k) {
      const float t = static_cast<float>(k) / kSamplesPerSide;
      sum += SampleAt(picture.view(), grown.corners[i] * (1 - t) + grown.corners[(i + 1) % 4] * t);
    }
  }
  cv::Mat target = Wrap(picture);
  cv::fillConvexPoly(target, corners.data(), 4, cv::Scalar(sum / (4 * kSamplesPerSide)));
}

Quad ExtendAlongBars(const FrameView& picture, const Quad& strip) {
  const Point left = (strip.corners[0] + strip.corners[3]) * 0.5f;
  const Point right = (strip.corners[1] + strip.corners[2]) * 0.5f;
  const float length = Distance(left, right);
  if (picture.Empty() || length < 8) return strip;
  const Point along = (right - left) * (1 / length);
  const Point normal{-along.y, along.x};
  const auto top = Follow(picture, left, right, normal * -1.0f);
  const auto bottom = Follow(picture, left, right, normal);
  return {{top[0], top[1], bottom[1], bottom[0]}};
}

}  // namespace veriline::decode
