// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "vision/core/result.h"
#include "vision/text/font.h"

namespace veriline::text {

/// What a font is made with unless told otherwise.
inline constexpr std::string_view kUsualCharacters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-.,/:()+";

/// Makes a font of a font file (TrueType, OpenType and what else FreeType reads), through its
/// outlines, without hints. Characters that the file lacks are left out. The cap height is that of
/// 'H', or of '0' where there is no H.
/// Errors: a file that cannot be read, is not scalable or has none of the characters.
/// Thread: any. Cost: about half a second.
Checked<Font> FontFromOutlines(const std::string& file, std::string name, std::string licence,
                               std::string_view characters = kUsualCharacters);

}  // namespace veriline::text
