// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>

#include "pipeline/item/verdicts.h"

namespace veriline::item {

// The part of the policy (policy.h) that is about print.

/// Every line of the recipe must have been seen and say what it should. Of several sightings one
/// that clearly says something else counts most, then one that matches. `identified`: an identity
/// was read; otherwise there was nothing to hold the lines against, and that is told already.
void CheckTexts(const Recipe& recipe, std::span<const TextResult> texts, bool identified,
                Verdicts& verdicts);

/// The number in sequence that the item carries; nothing, with its reason, when it carries none,
/// several, or one that is out of sequence.
std::optional<std::string> CheckNumber(const Recipe& recipe, std::span<const TextResult> texts,
                                       const SequenceTrack* track, Verdicts& verdicts);

/// The clear number among the sightings; nothing when there is none, or there are several.
std::optional<std::string> NumberIn(std::span<const TextResult> texts);

}  // namespace veriline::item
