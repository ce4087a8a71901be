// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace veriline::item {

/// The name that a PLC gave an item, carried back with its verdict; empty = none. Fixed size: it
/// travels through rings and is copied on the scheduler's thread.
class PartId {
 public:
  static constexpr size_t kMostBytes = 47;

  PartId() = default;
  /// Nothing when `text` is longer than kMostBytes.
  static std::optional<PartId> From(std::string_view text) {
    if (text.size() > kMostBytes) return std::nullopt;
    PartId id;
    id.size_ = static_cast<uint8_t>(text.size());
    if (!text.empty()) std::memcpy(id.bytes_.data(), text.data(), text.size());
    return id;
  }
  std::string_view view() const { return {bytes_.data(), size_}; }
  bool empty() const { return size_ == 0; }
  friend bool operator==(const PartId& a, const PartId& b) { return a.view() == b.view(); }

 private:
  std::array<char, kMostBytes> bytes_{};
  uint8_t size_ = 0;
};

}  // namespace veriline::item
