// SPDX-License-Identifier: Apache-2.0
#include "vision/gs1/element_string.h"

namespace veriline::gs1 {
namespace {

/// The known AI in brackets that `text` starts with; empty when there is none.
std::string_view BracketedAi(std::string_view text) {
  if (text.empty() || text[0] != '(') return {};
  const AiInfo* info = FindAi(text.substr(1));
  if (info == nullptr) return {};
  const auto digits = static_cast<size_t>(info->digits);
  if (text.size() < digits + 2 || text[digits + 1] != ')') return {};
  return text.substr(1, digits);
}

/// A value without its escapes, and where in the bracketed text each of its bytes stood.
struct Value {
  std::string bytes;
  std::vector<uint32_t> places;
};

Value TakeValue(std::string_view text, size_t& at) {
  Value value;
  while (at < text.size() && BracketedAi(text.substr(at)).empty()) {
    if (text.substr(at, 2) == "\\(") ++at;
    value.places.push_back(static_cast<uint32_t>(at));
    value.bytes += text[at++];
  }
  value.places.push_back(static_cast<uint32_t>(at));
  return value;
}

}  // namespace

Result<std::string, SyntaxError> FromBracketed(std::string_view text, Associations associations) {
  const auto refuse = [](ErrorKind kind, std::string_view ai, size_t offset, const char* what) {
    return tl::unexpected<SyntaxError>(
        SyntaxError{kind, Ai(ai), static_cast<uint32_t>(offset), what});
  };
  if (text.empty()) return refuse(ErrorKind::kEmpty, {}, 0, "There is nothing");
  if (text.size() > kMaxElementStringBytes) {
    return refuse(ErrorKind::kTooLong, {}, kMaxElementStringBytes,
                  "The element string is longer than any symbol can carry");
  }
  if (text[0] != '(') return refuse(ErrorKind::kBadBracket, {}, 0, "No opening bracket stands");

  std::string bytes;
  std::vector<uint32_t> places;  // of each AI by its offset in `bytes`
  bool separate = false;
  for (size_t at = 0; at < text.size();) {
    const std::string_view ai = BracketedAi(text.substr(at));
    if (ai.empty()) {
      return refuse(ErrorKind::kUnknownAi, {}, at,
                    "No assigned application identifier in brackets stands");
    }
    const size_t opening = at;
    at += ai.size() + 2;
    const Value value = TakeValue(text, at);
    const AiInfo& info = *FindAi(ai);
    if (const auto fault = CheckField(info, value.bytes)) {
      return refuse(fault->kind, ai, value.places[fault->offset], fault->text);
    }
    if (separate) bytes += kSeparator;
    places.resize(bytes.size() + 1, static_cast<uint32_t>(opening));
    places.back() = static_cast<uint32_t>(opening);
    bytes.append(ai).append(value.bytes);
    separate = !info.predefined_length();
  }
  const auto parsed = ParseElementString(bytes, associations);
  if (!parsed) {  // fields are valid, so it is an AI as a whole: its offset is that of an AI
    SyntaxError error = parsed.error();
    error.offset = places[error.offset];
    return tl::unexpected<SyntaxError>(error);
  }
  return bytes;
}

}  // namespace veriline::gs1
