// SPDX-License-Identifier: Apache-2.0
#include "pipeline/item/value_rules.h"

#include <fmt/format.h>

#include <algorithm>

namespace veriline::item {

void ValueRules::Require(bool holds, const std::string& key, std::string message,
                         std::string advice) {
  if (holds || first_) return;
  first_ = Diagnostic{.code = ErrorCode::kOutOfRange,
                      .message = std::move(message),
                      .advice = std::move(advice),
                      .key = key};
}

void ValueRules::Above(const std::string& key, double value, double above, double most) {
  Require(value > above && value <= most, key, fmt::format("{} is {}", key, value),
          fmt::format("allowed: more than {}, at most {}", above, most));
}

void ValueRules::Within(const std::string& key, double value, double least, double most) {
  Require(value >= least && value <= most, key, fmt::format("{} is {}", key, value),
          fmt::format("allowed: {} to {}", least, most));
}

void ValueRules::IsName(const std::string& key, std::string_view name) {
  constexpr size_t kLongestName = 64;
  const bool printable = std::none_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  Require(!name.empty() && name.size() <= kLongestName && printable && name.front() != ' ' &&
              name.back() != ' ',
          key, fmt::format("{} is no name", key),
          "1 to 64 letters or digits, without line breaks or a space at the ends");
}

Checked<void> ValueRules::result() const {
  if (first_) return Fail(*first_);
  return {};
}

}  // namespace veriline::item
