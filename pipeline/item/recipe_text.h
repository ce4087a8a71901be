// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "pipeline/item/recipe.h"
#include "pipeline/item/value_rules.h"
#include "pipeline/item/yaml_reader.h"

namespace veriline::item {

// What a recipe says of printed text: the keys `text` and `sequence`, and the template of a code's
// content.

/// Where the files of fonts are that a recipe names. Borrows both.
struct FontSource {
  const std::string& folder;
  const FontTexts* texts = nullptr;  ///< what they say; null: they lie in `folder`
};

/// The views of `recipe` must have been read.
void ReadTexts(YamlMap& root, const FontSource& fonts, Recipe* recipe);
/// The template under `key`; a mistake in it is refused where it stands.
void ReadTemplate(YamlMap& m, std::string_view key, TextTemplate* out,
                  Presence presence = Presence::kRequired);

/// Checks the values of `text` and `sequence` and how they go with views and codes.
void CheckTexts(const Recipe& recipe, ValueRules& rules);

}  // namespace veriline::item
