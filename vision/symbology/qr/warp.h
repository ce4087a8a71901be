// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "vision/core/frame.h"
#include "vision/core/geometry.h"
#include "vision/symbology/qr/layout.h"

namespace veriline::symbology::qr {

/// What the three position patterns of a symbol tell, seen from any side.
struct Sight {
  /// Of the patterns TL, TR, BL of the symbol as if it were not mirrored; px.
  std::array<Point, 3> middles;
  /// A module along the upper side, at TL and at TR, and along the left one, at TL and at BL; px.
  std::array<float, 2> right_px{}, down_px{};
  bool inverted = false;  ///< light on dark

  /// Modules between the middles, as each side tells it.
  std::array<float, 2> Modules() const;
  /// A module on the mean.
  float ModulePx() const { return (right_px[0] + right_px[1] + down_px[0] + down_px[1]) / 4; }
};

/// A plane seen from any side: modules from the middle of the first position pattern → pixels.
class Perspective {
 public:
  /// How near the middles TR and BL are to the camera, where TL is 1: a module there has w² of the
  /// length that it has at TL, along the line between the two.
  struct Nearness {
    float tr = 1, bl = 1;
  };

  /// Of three middles that are so many modules apart. Nothing when no camera sees a plane so.
  static std::optional<Perspective> Of(const std::array<Point, 3>& middles, Nearness nearness,
                                       float modules);
  /// Of four corners of a square: TL TR BR BL.
  static std::optional<Perspective> OfSquare(const std::array<Point, 4>& corners, float modules);

  Point At(float right, float down) const {
    const float w = 1 / (1 + g_ * right + h_ * down);
    return (origin_ + a_ * right + b_ * down) * w;
  }

 private:
  Point origin_, a_, b_;
  float g_ = 0, h_ = 0;
};

/// How far the upper and the left side bend in their middle, modules, down and to the right.
struct Bow {
  float upper = 0;
  float left = 0;
};

/// Where the modules of a symbol lie, fitted to how clearly they show: first its plane, then small
/// shifts that differ from place to place, as on a bent surface. Works on a part of the picture
/// drawn upright at kModulePx.
/// Thread: one (it owns scratch memory).
class Warp {
 public:
  static constexpr int kModulePx = 4;
  static constexpr int kMargin = 5;  ///< modules around the symbol

  /// Draws the part upright. `fourth`: the middle of a pattern as it would lie at BR, px. False
  /// when no camera sees a plane so.
  bool Draw(const FrameView& picture, const Sight& sight, Point fourth, const Layout& layout,
            Bow bow);
  /// Where modules show most clearly with the fourth middle within `reach` modules, in steps of
  /// `step`; px of the picture.
  Point FitFourth(float reach, float step) const;
  /// Shifts modules to where they show most clearly, those beside each other alike.
  void Bend();

  bool inverted() const { return inverted_; }
  FrameView drawn() const { return {pixels_.data(), side_, side_, side_}; }
  /// The middle of a module (also of the quiet zone) in what is drawn.
  Point At(int row, int col) const;
  /// A place in modules from the corner of the symbol, in the picture.
  Point InPicture(float col, float row) const;

 private:
  static constexpr int kMostNodes = 27;  ///< a side

  void Flatten();
  float Above(Point p) const;
  float ClarityOf(int row, int col, Point at) const;
  Point Shift(float col, float row) const;
  float ClarityAround(int node_row, int node_col) const;
  float Roughness(int node_row, int node_col) const;

  const Layout* layout_ = nullptr;
  int size_ = 0;
  bool inverted_ = false;
  Bow bow_;
  Perspective plane_;
  std::array<Point, 3> middles_;
  int side_ = 0;
  std::vector<uint8_t> pixels_;
  std::vector<int16_t> above_;
  std::vector<uint32_t> sums_;
  std::vector<uint16_t> looked_at_;                    ///< modules
  float contrast_ = 0;                                 ///< mean of above_ without its sign
  Point fourth_shift_;                                 ///< px of what is drawn
  int nodes_ = 0;                                      ///< a side
  float pitch_ = 0;                                    ///< modules between nodes
  std::array<Point, kMostNodes * kMostNodes> shifts_;  ///< px of what is drawn
};

}  // namespace veriline::symbology::qr
