// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sstream>
#include <string>
#include <string_view>

namespace veriline {

/// `text` with the whole of line `line` (1-based) replaced.
inline std::string ReplaceLine(std::string_view text, int line, std::string_view replacement) {
  std::istringstream in{std::string(text)};
  std::string out, row;
  for (int i = 1; std::getline(in, row); ++i) {
    out += (i == line ? std::string(replacement) : row) + "\n";
  }
  return out;
}

}  // namespace veriline
