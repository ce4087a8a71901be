// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace veriline::line {

static_assert(std::endian::native == std::endian::little, "the files are little-endian");

/// Appends values to a string: little-endian integers and floats, strings behind their length.
class ByteWriter {
 public:
  template <class T>
  requires std::is_arithmetic_v<T>
  void Put(T value) {
    char raw[sizeof(T)];
    std::memcpy(raw, &value, sizeof(T));
    out_.append(raw, sizeof(T));
  }
  template <class E>
  requires std::is_enum_v<E>
  void Put(E value) { Put(static_cast<std::underlying_type_t<E>>(value)); }
  void Put(std::string_view text) {
    Put(static_cast<uint32_t>(text.size()));
    out_.append(text);
  }
  void Put(const std::string& text) { Put(std::string_view(text)); }

  std::string Take() { return std::move(out_); }

 private:
  std::string out_;
};

/// Reads them back. What is not there reads as zero or empty and makes ok() false for good.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : left_(bytes) {}

  template <class T>
  requires std::is_arithmetic_v<T>
  void Get(T* value) {
    if constexpr (std::is_same_v<T, bool>) {
      uint8_t byte = 0;
      Get(&byte);
      ok_ = ok_ && byte <= 1;
      *value = byte == 1;
    } else {
      *value = T{};
      if (ok_ = ok_ && left_.size() >= sizeof(T); !ok_) return;
      std::memcpy(value, left_.data(), sizeof(T));
      left_.remove_prefix(sizeof(T));
    }
  }
  /// An enumerator from 0 to `last`.
  template <class E>
  void Get(E* value, E last) {
    std::underlying_type_t<E> raw{};
    Get(&raw);
    ok_ = ok_ && raw <= static_cast<std::underlying_type_t<E>>(last);
    *value = ok_ ? static_cast<E>(raw) : E{};
  }
  /// Borrows from the bytes that are read.
  std::string_view View() {
    uint32_t size = 0;
    Get(&size);
    if (ok_ = ok_ && left_.size() >= size; !ok_) return {};
    const std::string_view text = left_.substr(0, size);
    left_.remove_prefix(size);
    return text;
  }
  void Get(std::string* text) { *text = View(); }

  /// What was read makes no sense.
  void Fail() { ok_ = false; }
  bool ok() const { return ok_; }
  std::string_view left() const { return left_; }

 private:
  std::string_view left_;
  bool ok_ = true;
};

}  // namespace veriline::line
