// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "vision/core/geometry.h"
#include "vision/decode/patch.h"
#include "vision/locate/finder.h"
#include "vision/locate/probe.h"

namespace veriline::decode {

/// The modules of a matrix symbol, row by row from its top.
struct ModuleImage {
  int rows = 0;
  int cols = 0;
  std::vector<uint8_t> dark;  ///< 1 = dark, of an inverted symbol 1 = light

  uint8_t At(int row, int col) const { return dark[static_cast<size_t>(row * cols + col)]; }
};

/// Draws modules black on white with a border, as a decoder reads them without looking for them.
void DrawModules(const ModuleImage& modules, GreyImage* out);

/// Reads the modules of a symbol whose outline and size are known: the mean of five pixels around
/// the middle of each against the limits of the light there.
/// Thread: any. Cost: five looks a module; no allocation once `out` has grown.
void SampleModules(const locate::Probe& probe, const locate::Finding& finding, ModuleImage* out);

/// Moves the corner across from the L, and the sides with it, to where the alternating modules fit
/// best. Returns the share of the modules of its fixed pattern that are right there.
float RefineDataMatrix(const locate::Probe& probe, locate::Finding* finding, ModuleImage* scratch);

}  // namespace veriline::decode
