// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace veriline::test {

/// A number from [low, high]; the source of chance of the generators below.
using Draw = std::function<int(int low, int high)>;

/// One application identifier with a valid value, as a printer of labels would fill it.
struct Gs1Field {
  std::string ai;
  std::string value;
  bool check_digit = false;       ///< every single wrong digit must be noticed
  bool all_digits = false;        ///< every character that is not a digit must be noticed
  bool separator_needed = false;  ///< when another field follows
};

/// The AIs that the generator knows; its formats are written down apart from the parser's table.
std::vector<std::string_view> KnownAis();
/// AIs that may stand beside AI 01 (and 21) without another.
std::vector<std::string_view> TradeItemAis();

/// A valid field of that AI. Values hold no opening bracket.
Gs1Field DrawField(std::string_view ai, const Draw& draw);

/// The bytes of an element string of these fields.
std::string Join(const std::vector<Gs1Field>& fields);

/// `digits` with its check digit behind it.
std::string WithCheckDigit(std::string digits);

}  // namespace veriline::test
