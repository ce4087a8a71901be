// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tools/linesim/world.h"

namespace veriline::linesim {

/// A line-scan camera's lines come in blocks of that many, with so many in common.
inline constexpr int kBlockLines = 2048;
inline constexpr int kBlockOverlapLines = 256;

/// Moves the gate and the exit so far behind the camera that the line has the scene's time to
/// decide once an item was seen, however fast the belt.
void PlaceGate(WorldConfig* config);

/// The recipe (YAML) of a line that inspects this world.
std::string SceneRecipe(const World& world);

}  // namespace veriline::linesim
