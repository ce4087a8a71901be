// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "vision/core/result.h"
#include "vision/gs1/element_string.h"

namespace veriline::batch {

/// What makes two codes the same code. Of a GS1 element string or Digital Link the GTIN with the
/// serial number (AI 01 + 21) or the SSCC (AI 00); of anything else, and of an element string
/// without them, the payload bytes. Keys of the two kinds are never equal, whatever their text.
/// A value: copyable, ordered by its bytes, hashable. A default one equals no key of a code.
class CodeKey {
 public:
  CodeKey() = default;
  /// Requires: a valid GTIN-14 and a serial number of AI 21.
  static CodeKey Gs1(std::string_view gtin14, std::string_view serial);
  /// Requires: a valid SSCC of 18 digits.
  static CodeKey Sscc(std::string_view sscc);
  /// A leading FNC1 and trailing separators (0x1D) are no part of the key.
  static CodeKey Plain(std::string_view payload);
  /// The key of bytes() as they were stored; nothing when they are not those of a key.
  static std::optional<CodeKey> FromBytes(std::string_view bytes);

  /// Canonical bytes, the same in every version: 'g' and the element string, or 'p' and the
  /// payload.
  const std::string& bytes() const { return bytes_; }
  bool is_gs1() const { return bytes_.starts_with('g'); }
  bool empty() const { return bytes_.empty(); }

  friend bool operator==(const CodeKey&, const CodeKey&) = default;
  friend std::strong_ordering operator<=>(const CodeKey&, const CodeKey&) = default;

 private:
  explicit CodeKey(std::string bytes) : bytes_(std::move(bytes)) {}

  std::string bytes_;
};

/// What a code says, parsed once.
struct ScannedCode {
  CodeKey key;
  bool is_gs1 = false;                ///< its symbol said by FNC1 that it is a GS1 element string
  std::optional<std::string> gtin14;  ///< AI 01, or the number of an EAN, UPC-A or ITF-14 symbol
  std::optional<std::string> serial;  ///< AI 21
  std::optional<std::string> lot;     ///< AI 10
  std::optional<std::string> expiry_yymmdd;  ///< AI 17; day 00 = day not told
  std::optional<std::string> market;         ///< AI 4307 (ISO 3166-1 alpha-2)
  std::string elements;  ///< bytes of the element string that it says; empty when it says none
  std::string hri;       ///< "(01)...(21)..."; empty like `elements`
};

/// The bytes of the key (CodeKey::bytes) of a code that is parsed already; `parsed` null: it is no
/// element string. No allocation once `out` has grown.
void WriteKeyBytes(const gs1::ElementString* parsed, std::string_view payload, std::string* out);

/// Whether the ISO/IEC 15424 symbology identifier says that the payload is a GS1 element string:
/// ]C1, ]d2, ]d5, ]d8, ]dB, ]e0, ]Q3, ]Q4, ]J1. Source: GS1 General Specifications 5.1.2, for the
/// rectangular extension (]d8, ]dB) ISO/IEC 21471.
bool SaysGs1(std::string_view symbology_identifier);

/// The element string that a payload says: of a GS1 symbol the payload itself, of a Digital Link
/// its elements, which stand in `scratch` then; nothing when it says none. Valid as long as both.
/// Errors: as gs1::FromDigitalLink. An element string is not looked at.
Result<std::optional<std::string_view>, gs1::SyntaxError> ElementStringOf(
    std::string_view symbology_identifier, std::string_view payload, gs1::Associations associations,
    std::string* scratch);

/// Reads a payload by its symbology identifier. Separators stand as 0x1D in the payload; a leading
/// FNC1 is left out by the reader. A Digital Link says its elements in any symbol.
/// Errors: a GS1 payload that is not a valid element string, a Digital Link that is not valid
/// (malformed).
/// Thread: any. Cost: two to three microseconds; allocates the strings.
Result<ScannedCode, gs1::SyntaxError> ScanCode(
    std::string_view symbology_identifier, std::string_view payload,
    gs1::Associations associations = gs1::Associations::kCheck);

/// A payload that is known to be an element string; as ScanCode.
Result<ScannedCode, gs1::SyntaxError> ScanElementString(
    std::string_view bytes, gs1::Associations associations = gs1::Associations::kCheck);

}  // namespace veriline::batch

template <>
struct std::hash<veriline::batch::CodeKey> {
  size_t operator()(const veriline::batch::CodeKey& key) const noexcept {
    return std::hash<std::string>()(key.bytes());
  }
};
