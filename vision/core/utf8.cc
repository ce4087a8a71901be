// SPDX-License-Identifier: Apache-2.0
#include "vision/core/utf8.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace veriline {

bool IsUtf8(std::string_view bytes) {
  for (size_t i = 0; i < bytes.size();) {
    // ASCII, eight at a time.
    uint64_t eight = 0;
    if (i + sizeof(eight) <= bytes.size()) {
      std::memcpy(&eight, bytes.data() + i, sizeof(eight));
      if ((eight & 0x8080808080808080) == 0) {
        i += sizeof(eight);
        continue;
      }
    }
    const auto lead = static_cast<uint8_t>(bytes[i++]);
    if (lead < 0x80) continue;
    if (lead < 0xC2 || lead > 0xF4) return false;
    // The second byte excludes overlong forms, surrogates and what lies past U+10FFFF.
    const int low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const int high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    const int more = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    for (int k = 0; k < more; ++k, ++i) {
      if (i >= bytes.size()) return false;
      const auto byte = static_cast<uint8_t>(bytes[i]);
      if (byte < (k == 0 ? low : 0x80) || byte > (k == 0 ? high : 0xBF)) return false;
    }
  }
  return true;
}

}  // namespace veriline
