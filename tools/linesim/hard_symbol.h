// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tools/linesim/label.h"
#include "vision/core/geometry.h"

namespace veriline::linesim {

/// What makes a code hard to read.
enum class Hardship : uint8_t {
  kBlur,      ///< Gaussian, σ 2 px at 4 px per module
  kDamage,    ///< 5 to 15 % of the symbol's area
  kDotPeen,   ///< round dots that do not touch; 30 % of them light on dark
  kGlare,     ///< a highlight that saturates a part of the symbol
  kContrast,  ///< 15 to 30 % of full scale
  kLight,     ///< three to five times brighter at one side of the symbol than at the other
};
inline constexpr int kHardshipCount = 6;

/// A scratch or a stain on a symbol, in modules from its upper left corner.
struct Damage {
  Point from;
  Point to;  ///< a stain: the same
  float radius = 0;
  uint8_t grey = 0;
};

/// One Data Matrix and everything that befell it.
struct HardSymbol {
  std::string text;  ///< GS1 element string
  ModuleMatrix matrix;
  Quad quad;  ///< true corners in the picture
  float module_px = 0;
  float angle_rad = 0;
  std::vector<Hardship> hardships;

  // The print.
  uint8_t ground_grey = 0;  ///< paper or metal; the darker one where `inverted`
  uint8_t mark_grey = 0;
  bool inverted = false;  ///< light marks on dark ground
  float dot_radius = 0;   ///< modules; 0: square modules
  std::vector<Damage> damage;
  // The light.
  float light_ratio = 1;  ///< brightest over darkest across the symbol
  float light_angle_rad = 0;
  Point glare_center;
  float glare_radius_x = 0;  ///< px, where it saturates; 0: none
  float glare_radius_y = 0;
  float glare_angle_rad = 0;
  // The lens and the sensor.
  float blur_sigma_px = 0;
  float noise_sigma_grey = 0;
  uint64_t noise_seed = 0;

  bool Has(Hardship hardship) const;
};

/// Symbol `index` of the hard scene: a function of (seed, index) alone. Even ones have one
/// hardship, odd ones two; each kind and each pair comes equally often.
HardSymbol LayOutHardSymbol(uint64_t seed, uint64_t index);

/// The share of the symbol's area that its damage covers.
double DamageRatio(const HardSymbol& symbol);

/// The rectangle that the symbol's ground covers, quiet zone included.
Rect GroundOf(const HardSymbol& symbol);

/// Draws the symbol on its ground into a picture that is there, with its light, glare, blur and
/// noise, which reach some way beyond the ground. Cost: about 10 ms.
void DrawHardSymbol(const HardSymbol& symbol, uint8_t* pixels, int width, int height,
                    ptrdiff_t stride);

}  // namespace veriline::linesim
