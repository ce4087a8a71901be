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

}  // namespace veriline
