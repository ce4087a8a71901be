// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace veriline::gs1 {

/// Whether ISO 3166-1 assigns the two upper-case letters to a country or territory. Pure.
bool IsCountryAlpha2(std::string_view code);

/// Whether ISO 3166-1 assigns the three digits to a country or territory. Pure.
bool IsCountryNumeric(std::string_view digits);

}  // namespace veriline::gs1
