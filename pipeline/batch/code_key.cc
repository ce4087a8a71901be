// SPDX-License-Identifier: Apache-2.0
#include "pipeline/batch/code_key.h"

#include <algorithm>
#include <array>

#include "vision/gs1/check_digit.h"
#include "vision/gs1/digital_link.h"

namespace veriline::batch {
namespace {

constexpr char kGs1Tag = 'g';
constexpr char kPlainTag = 'p';

std::optional<std::string> ValueOf(const gs1::ElementString& parsed, std::string_view ai) {
  const gs1::Element* element = parsed.Find(ai);
  if (element == nullptr) return std::nullopt;
  return std::string(element->value);
}

/// The GTIN-14 of a symbol that carries nothing but a GTIN; nothing for any other.
std::optional<std::string> GtinOfSymbol(std::string_view identifier, std::string_view payload) {
  const size_t size = payload.size();
  if (identifier == "]E0" && (size == 12 || size == 13)) return gs1::NormalizeGtin(payload);
  if (identifier == "]E3" && size >= 15) {  // with an add-on of two or five digits
    const size_t addon = size == 15 || size == 18 ? 13 : 12;
    return gs1::NormalizeGtin(payload.substr(0, addon));
  }
  if (identifier == "]E4" && size == 8) return gs1::NormalizeGtin(payload);
  if (identifier.starts_with("]I") && size == 14) return gs1::NormalizeGtin(payload);
  return std::nullopt;
}

}  // namespace

void WriteKeyBytes(const gs1::ElementString* parsed, std::string_view payload, std::string* out) {
  const auto value = [&](std::string_view ai) {
    const gs1::Element* element = parsed == nullptr ? nullptr : parsed->Find(ai);
    return element == nullptr ? std::string_view() : element->value;
  };
  out->clear();
  if (const auto gtin = value("01"), serial = value("21"); !gtin.empty() && !serial.empty()) {
    *out += kGs1Tag;
    out->append("01").append(gtin).append("21").append(serial);
  } else if (const auto sscc = value("00"); !sscc.empty()) {
    *out += kGs1Tag;
    out->append("00").append(sscc);
  } else {
    if (payload.starts_with(gs1::kSeparator)) payload.remove_prefix(1);
    while (payload.ends_with(gs1::kSeparator)) payload.remove_suffix(1);
    *out += kPlainTag;
    out->append(payload);
  }
}

CodeKey CodeKey::Gs1(std::string_view gtin14, std::string_view serial) {
  std::string bytes;
  bytes.reserve(5 + gtin14.size() + serial.size());
  bytes += kGs1Tag;
  bytes.append("01").append(gtin14).append("21").append(serial);
  return CodeKey(std::move(bytes));
}

CodeKey CodeKey::Sscc(std::string_view sscc) {
  return CodeKey(std::string(1, kGs1Tag).append("00").append(sscc));
}

CodeKey CodeKey::Plain(std::string_view payload) {
  std::string bytes;
  WriteKeyBytes(nullptr, payload, &bytes);
  return CodeKey(std::move(bytes));
}

std::optional<CodeKey> CodeKey::FromBytes(std::string_view bytes) {
  if (!bytes.starts_with(kGs1Tag) && !bytes.starts_with(kPlainTag)) return std::nullopt;
  return CodeKey(std::string(bytes));
}

bool SaysGs1(std::string_view symbology_identifier) {
  // "]L3": MicroPDF417 in place of a GS1-128.
  constexpr std::array<std::string_view, 10> kGs1 = {"]C1", "]d2", "]d5", "]d8", "]dB",
                                                     "]e0", "]Q3", "]Q4", "]J1", "]L3"};
  return std::find(kGs1.begin(), kGs1.end(), symbology_identifier) != kGs1.end();
}

Result<ScannedCode, gs1::SyntaxError> ScanElementString(std::string_view bytes,
                                                        gs1::Associations associations) {
  const auto parsed = gs1::ParseElementString(bytes, associations);
  if (!parsed) return tl::unexpected<gs1::SyntaxError>(parsed.error());
  ScannedCode code;
  code.is_gs1 = true;
  code.gtin14 = ValueOf(*parsed, "01");
  code.serial = ValueOf(*parsed, "21");
  code.lot = ValueOf(*parsed, "10");
  code.expiry_yymmdd = ValueOf(*parsed, "17");
  code.market = ValueOf(*parsed, "4307");
  code.elements = bytes;
  code.hri = gs1::Hri(parsed->elements);
  std::string key;
  WriteKeyBytes(&*parsed, bytes, &key);
  code.key = *CodeKey::FromBytes(key);
  return code;
}

Result<std::optional<std::string_view>, gs1::SyntaxError> ElementStringOf(
    std::string_view symbology_identifier, std::string_view payload, gs1::Associations associations,
    std::string* scratch) {
  if (SaysGs1(symbology_identifier)) return payload;
  if (!gs1::IsDigitalLink(payload)) return std::nullopt;
  auto bytes = gs1::FromDigitalLink(payload, associations);
  if (!bytes) return tl::unexpected<gs1::SyntaxError>(bytes.error());
  *scratch = std::move(*bytes);
  return *scratch;
}

Result<ScannedCode, gs1::SyntaxError> ScanCode(std::string_view symbology_identifier,
                                               std::string_view payload,
                                               gs1::Associations associations) {
  std::string scratch;
  const auto elements = ElementStringOf(symbology_identifier, payload, associations, &scratch);
  if (!elements) return tl::unexpected<gs1::SyntaxError>(elements.error());
  if (*elements) {
    auto code = ScanElementString(**elements, associations);
    if (!code) return code;
    code->is_gs1 = SaysGs1(symbology_identifier);
    // A key of the payload is that of the URI as it stands.
    if (!code->is_gs1 && !code->key.is_gs1()) code->key = CodeKey::Plain(payload);
    return code;
  }
  ScannedCode code;
  code.key = CodeKey::Plain(payload);
  code.gtin14 = GtinOfSymbol(symbology_identifier, payload);
  return code;
}

}  // namespace veriline::batch
