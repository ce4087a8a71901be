// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "vision/core/frame.h"
#include "vision/core/result.h"
#include "vision/text/font.h"

namespace veriline::text {

/// A picture of one character of known print.
struct LabelledCrop {
  char character = ' ';
  int width = 0, height = 0;
  std::vector<uint8_t> grey;
};

/// Makes a font of crops of a print. All are cut alike: as wide as the way to the next character,
/// all of the same height with the baseline in the same row (as slices of upright lines are), ink
/// dark on light or light on dark. Where cap height and baseline lie is taken from digits and
/// capitals. Several crops of a character are averaged.
/// Errors: no crops; other heights; no digit and no capital; less than 10 pixels of cap height; a
/// character without contrast.
/// Thread: any.
Checked<Font> FontFromCrops(std::span<const LabelledCrop> crops, std::string name,
                            std::string licence);

}  // namespace veriline::text
