// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tools/linesim/world.h"

namespace veriline::linesim {

/// Moves the gate and the exit so far behind the camera that 0.4 s are left to decide, however
/// fast the belt.
void PlaceGate(WorldConfig* config);

/// The recipe (YAML) of a line that inspects the packs of this world.
std::string PacksRecipe(const World& world);

}  // namespace veriline::linesim
