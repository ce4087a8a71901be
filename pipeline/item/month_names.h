// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace veriline::item {

using MonthNames = std::array<std::string, 12>;  ///< from January

/// Whether the names of months are known in that language ("en", "de", ...).
bool IsMonthLanguage(std::string_view language);
/// All of them, for a message: "en, de, fr, ...,".
std::string MonthLanguages();
/// The names in a language, three letters each, in capitals or with one; or those that are listed,
/// twelve separated by commas, as they are spelled. Nothing for anything else.
std::optional<MonthNames> MonthNamesOf(std::string_view language_or_list, bool capitals);

}  // namespace veriline::item
