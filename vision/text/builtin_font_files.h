// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace veriline::text {

/// A file of the folder `fonts`, as it stands there.
struct BuiltinFontFile {
  std::string_view name;
  std::string_view text;
};

/// All of them; written by CMake from the files.
std::span<const BuiltinFontFile> BuiltinFontFiles();

}  // namespace veriline::text
