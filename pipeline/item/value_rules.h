// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "vision/core/result.h"

namespace veriline::item {

/// Collects what is wrong with the values of a recipe or configuration; keeps the first. `key` is
/// the path of the value, as in "views[0].field_mm".
/// Thread: one.
class ValueRules {
 public:
  void Require(bool holds, const std::string& key, std::string message, std::string advice);
  /// above < value ≤ most; NaN is refused.
  void Above(const std::string& key, double value, double above, double most);
  /// least ≤ value ≤ most; NaN is refused.
  void Within(const std::string& key, double value, double least, double most);
  /// What people and records call a thing: 1–64 bytes of UTF-8 without control characters, and no
  /// space at either end.
  void IsName(const std::string& key, std::string_view name);

  bool ok() const { return !first_; }
  Checked<void> result() const;

 private:
  std::optional<Diagnostic> first_;
};

}  // namespace veriline::item
