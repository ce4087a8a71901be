// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "vision/core/result.h"
#include "vision/text/font.h"

namespace veriline::text {

/// Files of fonts; the format is written down in font_format.md beside this. Any thread.

/// The text of a file.
std::string FormatFont(const Font& font);
/// Errors: what is wrong, with `file`, line and advice; a file of another version, cut short or
/// changed by hand is told as such.
Checked<Font> ParseFont(std::string_view text, const std::string& file);

/// Errors: as ParseFont, and a file that cannot be read or is larger than 1 MB.
Checked<Font> LoadFont(const std::string& file);
/// Writes beside `file` and renames, so that no reader sees half a file.
/// Errors: a place that cannot be written.
Checked<void> SaveFont(const Font& font, const std::string& file);

}  // namespace veriline::text
