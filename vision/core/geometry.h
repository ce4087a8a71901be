// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>

namespace veriline {

/// Picture coordinates: x right, y down, the centre of pixel (0,0) lies at 0.5,0.5.
struct Point {
  float x = 0;
  float y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};

inline Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
inline Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
inline Point operator*(Point a, float k) { return {a.x * k, a.y * k}; }
inline float Dot(Point a, Point b) { return a.x * b.x + a.y * b.y; }
inline float Cross(Point a, Point b) { return a.x * b.y - a.y * b.x; }
inline float Distance(Point a, Point b) { return std::hypot(a.x - b.x, a.y - b.y); }

/// Corners TL, TR, BR, BL of a symbol: clockwise in the picture unless it is mirrored.
struct Quad {
  std::array<Point, 4> corners{};

  Point Center() const { return (corners[0] + corners[1] + corners[2] + corners[3]) * 0.25f; }
  /// The place `s` of the way from left to right and `t` from top to bottom, each 0 to 1, along
  /// straight lines between the sides.
  Point At(float s, float t) const {
    const Point top = corners[0] + (corners[1] - corners[0]) * s;
    const Point bottom = corners[3] + (corners[2] - corners[3]) * s;
    return top + (bottom - top) * t;
  }
  /// Signed area in px²; positive when the corners run clockwise in the picture.
  float SignedArea() const {
    float twice = 0;
    for (int i = 0; i < 4; ++i) twice += Cross(corners[i], corners[(i + 1) % 4]);
    return twice / 2;
  }
  /// True when `p` lies inside (or on the border of) this convex quadrilateral, either winding.
  bool Contains(Point p) const {
    int sign = 0;
    for (int i = 0; i < 4; ++i) {
      const float c = Cross(corners[(i + 1) % 4] - corners[i], p - corners[i]);
      if (c == 0) continue;
      const int s = c > 0 ? 1 : -1;
      if (sign != 0 && s != sign) return false;
      sign = s;
    }
    return true;
  }
  friend bool operator==(const Quad&, const Quad&) = default;
};

/// Half-open pixel rectangle [x, x+width) × [y, y+height).
struct Rect {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;

  bool Empty() const { return width <= 0 || height <= 0; }
  friend bool operator==(const Rect&, const Rect&) = default;
};

inline Rect Intersect(const Rect& a, const Rect& b) {
  const int x0 = a.x > b.x ? a.x : b.x;
  const int y0 = a.y > b.y ? a.y : b.y;
  const int x1 = a.x + a.width < b.x + b.width ? a.x + a.width : b.x + b.width;
  const int y1 = a.y + a.height < b.y + b.height ? a.y + a.height : b.y + b.height;
  return x1 > x0 && y1 > y0 ? Rect{x0, y0, x1 - x0, y1 - y0} : Rect{x0, y0, 0, 0};
}

inline float Area(const Rect& r) {
  return static_cast<float>(r.width) * static_cast<float>(r.height);
}

/// With so many pixels more on each side.
inline Rect Grown(const Rect& r, int by_px) {
  return {r.x - by_px, r.y - by_px, r.width + 2 * by_px, r.height + 2 * by_px};
}

/// The smallest upright rectangle around the quad, with so many pixels more on each side.
inline Rect BoundsOf(const Quad& quad, float grown_px = 0) {
  float x0 = quad.corners[0].x, x1 = x0, y0 = quad.corners[0].y, y1 = y0;
  for (const Point& p : quad.corners) {
    x0 = p.x < x0 ? p.x : x0, x1 = p.x > x1 ? p.x : x1;
    y0 = p.y < y0 ? p.y : y0, y1 = p.y > y1 ? p.y : y1;
  }
  const auto below = [grown_px](float v) { return static_cast<int>(std::floor(v - grown_px)); };
  const auto above = [grown_px](float v) { return static_cast<int>(std::ceil(v + grown_px)); };
  return {below(x0), below(y0), above(x1) - below(x0), above(y1) - below(y0)};
}

}  // namespace veriline
