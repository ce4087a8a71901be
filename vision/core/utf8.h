// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace veriline {

/// Whether the bytes are well-formed UTF-8 (no overlong forms, no surrogates, at most U+10FFFF).
/// Thread: any. Cost: linear, no allocation. Source: The Unicode Standard, table 3-7.
bool IsUtf8(std::string_view bytes);

}  // namespace veriline
