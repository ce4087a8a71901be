// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace veriline::testing {

/// How libzint is to encode a Data Matrix.
struct ZintDataMatrix {
  int size = 0;      ///< libzint's number of it, 1 to 48; 0: the smallest that holds the text
  bool gs1 = false;  ///< the text has its AIs in square brackets
  int eci = 0;
  int append_index = 0;  ///< structured append, of append_count
  int append_count = 0;
};
inline constexpr int kZintDataMatrixSizes = 48;

struct ZintModules {
  int rows = 0;
  int cols = 0;
  std::vector<uint8_t> dark;
};

/// Bytes as they are, or UTF-8 to be converted with an ECI. Nothing when libzint refuses.
std::optional<ZintModules> EncodeWithZint(const std::string& text, const ZintDataMatrix& options);

}  // namespace veriline::testing
