// SPDX-License-Identifier: Apache-2.0
#include "vision/core/result.h"

namespace veriline {

std::string Diagnostic::ToString() const {
  std::string out;
  if (!file.empty()) {
    out += file;
    if (line > 0) out += ":" + std::to_string(line);
    if (line > 0 && column > 0) out += ":" + std::to_string(column);
    out += ": ";
  } else if (line > 0) {
    out += "line " + std::to_string(line) + ": ";
  }
  out += message;
  if (!advice.empty()) out += " (" + advice + ")";
  return out;
}

}  // namespace veriline
