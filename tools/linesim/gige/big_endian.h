// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace veriline::linesim {

/// Integers in network order, as GVCP, GVSP and chunk data carry them.
template <class T>
void PutBigEndian(uint8_t* out, T value) {
  auto bits = static_cast<std::make_unsigned_t<T>>(value);
  for (size_t i = sizeof(T); i-- > 0; bits >>= 8 * (sizeof(T) > 1)) {
    out[i] = static_cast<uint8_t>(bits);
  }
}

template <class T>
T GetBigEndian(const uint8_t* in) {
  uint64_t bits = 0;
  for (size_t i = 0; i < sizeof(T); ++i) bits = bits << 8 | in[i];
  return static_cast<T>(bits);
}

}  // namespace veriline::linesim
