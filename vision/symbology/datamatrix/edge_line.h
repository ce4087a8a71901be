// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vision/core/binary_view.h"
#include "vision/core/geometry.h"

// Straight borders between dark and light on a two-level picture: where a reference decode finds
// the sides of a symbol. Places are those of the view; "dark" is what is dark in a symbol that is
// not inverted.
namespace veriline::symbology::datamatrix {

struct Line {
  Point at;
  Point along;  ///< of length 1
  Point On(float distance) const { return at + along * distance; }
  Line Moved(Point by) const { return {at + by, along}; }
};
inline Point Unit(Point p) {
  const float length = std::hypot(p.x, p.y);
  return length > 0 ? p * (1 / length) : Point{1, 0};
}
inline Line Through(Point a, Point b) { return {a, Unit(b - a)}; }
/// False where they are parallel. `*on_a`: how far along `a` they cross.
bool Cross(const Line& a, const Line& b, float* on_a);
bool Cross(const Line& a, const Line& b, Point* where);

/// A two-level picture with one meaning of dark. Thread: any. Requires: at least 2 × 2 px.
class TwoLevels {
 public:
  TwoLevels() = default;
  TwoLevels(const BinaryView& view, bool inverted) : view_(view), inverted_(inverted) {}

  /// Of the pixel that holds `p`; light outside.
  bool Dark(Point p) const {
    if (!(p.x >= 0 && p.y >= 0 && p.x < static_cast<float>(view_.width) &&
          p.y < static_cast<float>(view_.height))) {
      return false;
    }
    return view_.Dark(static_cast<int>(p.x), static_cast<int>(p.y)) != inverted_;
  }
  /// How far beyond the threshold, on a line between pixels: above 0 is dark. Beside the picture
  /// its border goes on. Without values: from -1 to 1.
  float Level(Point p) const;

  /// Pixels along a straight way; as Dark at each place, in whole numbers.
  class Walk {
   public:
    /// Requires: places within some pictures' size of this one.
    Walk(const TwoLevels& picture, Point from, Point step)
        : view_(picture.view_),
          inverted_(picture.inverted_),
          x_(Fixed(from.x)),
          y_(Fixed(from.y)),
          dx_(Fixed(step.x)),
          dy_(Fixed(step.y)) {}
    bool NextIsDark() {
      const auto x = static_cast<uint32_t>(x_ >> kBits), y = static_cast<uint32_t>(y_ >> kBits);
      x_ += dx_;
      y_ += dy_;
      if (x >= static_cast<uint32_t>(view_.width) || y >= static_cast<uint32_t>(view_.height)) {
        return false;
      }
      return view_.Dark(static_cast<int>(x), static_cast<int>(y)) != inverted_;
    }

   private:
    static constexpr int kBits = 20;
    static int64_t Fixed(float v) { return static_cast<int64_t>(v * (1 << kBits)); }
    const BinaryView& view_;
    bool inverted_;
    int64_t x_, y_, dx_, dy_;
  };

 private:
  float At(int x, int y) const;

  BinaryView view_;
  bool inverted_ = false;
};

/// A border along a base line: `depth` px inward of it at its beginning, and so much more a px.
struct Border {
  float depth = 0;
  float slope = 0;
  int support = 0;  ///< points that lie on it; of Fit: twice those, less those against it
  float At(float along) const { return depth + slope * along; }
};

/// Places where a border was seen, along a base line and inward of it, and lines through many of
/// them. Memory is kept.
class BorderPoints {
 public:
  void Clear() { along_.clear(), depth_.clear(), places_ = 0; }
  /// Looks from `reach` outside the base to `reach` inside for places where it becomes dark and
  /// stays so for `least_dark`; on `scans` lines across it. Units: px.
  void Scan(const TwoLevels& picture, const Line& base, float length, Point inward, float reach,
            float least_dark, int scans);
  /// The border from light to dark that is nearest to the place `along` the base, not farther off
  /// than `reach`; between two pixels.
  void Look(const TwoLevels& picture, const Line& base, Point inward, float along, float reach);

  /// From now on `along` counts from there.
  void MoveOrigin(float along) {
    for (float& a : along_) a -= along;
  }

  /// Of what is sought: points outside of a side count against it, for beyond a side it is light;
  /// corners that are round only lie inside. Of a track only every other module meets its side.
  enum class Sought { kOutermost, kTrack, kAny };
  /// Lines that lie within `tolerance` of most points, the best first; two of them are nowhere less
  /// than 2 × tolerance apart at both ends. One that has `enough` of all places is the only one.
  /// Returns how many there are.
  size_t Fit(float length, float tolerance, float steepest, Sought sought, float enough,
             std::span<Border> best) const;
  /// How many points lie on it.
  int CountAt(const Border& border, float tolerance) const;
  /// Least squares over the points within `tolerance` of `border`.
  Border Refined(const Border& border, float tolerance) const;
  /// The longest way along the base from one supporting point to the next.
  float LongestGap(const Border& border, float tolerance) const;

  int places() const { return places_; }  ///< that were looked at
  size_t size() const { return along_.size(); }

 private:
  /// The point that lies farthest out among those that a track's side has within two modules.
  size_t OutermostNear(size_t point) const;
  int Support(float depth, float slope, float tolerance, Sought sought) const;

  std::vector<float> along_, depth_;  // rising along
  int places_ = 0;
  float spacing_ = 0;  ///< of scans
};

}  // namespace veriline::symbology::datamatrix
