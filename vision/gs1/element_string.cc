// SPDX-License-Identifier: Apache-2.0
#include "vision/gs1/element_string.h"

#include <algorithm>

namespace veriline::gs1 {
namespace {

using Parsed = Result<void, SyntaxError>;

SyntaxError MakeError(ErrorKind kind, std::string_view ai, size_t offset, const char* text) {
  return {kind, Ai(ai), static_cast<uint32_t>(offset), text};
}

tl::unexpected<SyntaxError> Refuse(ErrorKind kind, std::string_view ai, size_t offset,
                                   const char* text) {
  return tl::unexpected<SyntaxError>(MakeError(kind, ai, offset, text));
}

/// Appends the element; a repetition becomes a warning. Returns the error of a contradiction.
std::optional<SyntaxError> Append(ElementString& out, const Element& element) {
  const Element* earlier = out.Find(element.ai.view());
  if (earlier == nullptr) {
    out.elements.push_back(element);
    return std::nullopt;
  }
  if (earlier->value != element.value) {
    return SyntaxError{ErrorKind::kDuplicateAi, element.ai, element.offset,
                       "stands twice with different values"};
  }
  out.warnings.push_back(
      {ErrorKind::kDuplicateAi, element.ai, element.offset, "stands twice with the same value"});
  return std::nullopt;
}

Parsed ParseFields(std::string_view bytes, bool name_missing_separators, ElementString& out);

/// Where within a field that is too long a further element string starts, so that a lost separator
/// explains it. `run` is everything up to the next separator. Nothing when no place does.
std::optional<size_t> FindLostSeparator(const AiInfo& info, std::string_view run) {
  ElementString further;
  for (size_t size = info.min_size(); size <= info.max_size() && size < run.size(); ++size) {
    if (!CheckField(info, run.substr(0, size)) && ParseFields(run.substr(size), false, further)) {
      return size;
    }
  }
  return std::nullopt;
}

/// The elements by their syntax alone.
Parsed ParseFields(std::string_view bytes, bool name_missing_separators, ElementString& out) {
  out.elements.clear();
  out.warnings.clear();
  out.elements.reserve(8);
  size_t at = 0;
  while (at < bytes.size()) {
    if (bytes[at] == kSeparator) {
      return Refuse(ErrorKind::kSuperfluousSeparator, {}, at,
                    at == 0 ? "A separator stands in front of the first AI"
                            : "Two separators follow each other");
    }
    const std::string_view rest = bytes.substr(at);
    const AiInfo* info = FindAi(rest);
    if (info == nullptr) {
      return Refuse(ErrorKind::kUnknownAi, {}, at, "No assigned application identifier starts");
    }
    const std::string_view ai = rest.substr(0, static_cast<size_t>(info->digits));
    const size_t start = at + ai.size();
    const size_t separator = std::min(bytes.find(kSeparator, start), bytes.size());
    std::string_view value = bytes.substr(start, separator - start);
    if (info->predefined_length()) value = value.substr(0, info->max_size());
    if (const auto fault = CheckField(*info, value)) {
      if (fault->kind == ErrorKind::kTooLong && name_missing_separators) {
        if (const auto size = FindLostSeparator(*info, value)) {
          return Refuse(ErrorKind::kMissingSeparator, ai, start + *size,
                        "has lost the separator behind it: further AIs run into its field");
        }
      }
      return Refuse(fault->kind, ai, start + fault->offset, fault->text);
    }
    if (auto error = Append(out, {Ai(ai), value, static_cast<uint32_t>(at)})) {
      return tl::unexpected<SyntaxError>(*error);
    }
    at = start + value.size();
    if (at == separator && at < bytes.size()) {
      if (info->predefined_length() || at + 1 == bytes.size()) {
        out.warnings.push_back(MakeError(ErrorKind::kSuperfluousSeparator, ai, at,
                                         "has a separator behind it that it does not need"));
      }
      ++at;
    }
  }
  return {};
}

}  // namespace

Ai::Ai(std::string_view digits)
    : size_(static_cast<uint8_t>(std::min(digits.size(), digits_.size()))) {
  std::copy_n(digits.begin(), size_, digits_.begin());
}

const Element* ElementString::Find(std::string_view ai) const {
  const auto it =
      std::find_if(elements.begin(), elements.end(), [&](const Element& e) { return e.ai == ai; });
  return it == elements.end() ? nullptr : &*it;
}

std::string_view Name(ErrorKind kind) {
  constexpr std::array<std::string_view, 15> kNames = {"",
                                                       "empty",
                                                       "unknown_ai",
                                                       "too_short",
                                                       "too_long",
                                                       "bad_character",
                                                       "bad_check_digit",
                                                       "bad_date",
                                                       "bad_value",
                                                       "missing_separator",
                                                       "superfluous_separator",
                                                       "duplicate_ai",
                                                       "missing_association",
                                                       "excluded_association",
                                                       "bad_bracket"};
  return kNames[static_cast<size_t>(kind)];
}

std::string Describe(const SyntaxError& error) {
  std::string out;
  if (!error.ai.view().empty()) out.append("AI ").append(error.ai.view()).append(" ");
  out += error.text;
  return out + " at byte " + std::to_string(error.offset) + ".";
}

Result<void, SyntaxError> ParseElementString(std::string_view bytes, Associations associations,
                                             ElementString* out) {
  if (bytes.empty()) return Refuse(ErrorKind::kEmpty, {}, 0, "There is nothing");
  if (bytes.size() > kMaxElementStringBytes) {
    return Refuse(ErrorKind::kTooLong, {}, kMaxElementStringBytes,
                  "The element string is longer than any symbol can carry");
  }
  if (const Parsed parsed = ParseFields(bytes, true, *out); !parsed) return parsed;
  if (associations == Associations::kCheck) {
    if (auto error = CheckAssociations(out->elements)) {
      return tl::unexpected<SyntaxError>(*error);
    }
  }
  return {};
}

Result<ElementString, SyntaxError> ParseElementString(std::string_view bytes,
                                                      Associations associations) {
  ElementString out;
  if (auto parsed = ParseElementString(bytes, associations, &out); !parsed) {
    return tl::unexpected<SyntaxError>(parsed.error());
  }
  return out;
}

std::string ToElementString(std::span<const Element> elements) {
  std::string out;
  for (size_t i = 0; i < elements.size(); ++i) {
    out.append(elements[i].ai.view()).append(elements[i].value);
    const AiInfo* info = FindAi(elements[i].ai.view());
    const bool predefined = info != nullptr && info->predefined_length();
    if (!predefined && i + 1 < elements.size()) out += kSeparator;
  }
  return out;
}

std::string Hri(std::span<const Element> elements) {
  std::string out;
  for (const Element& element : elements) {
    out.append("(").append(element.ai.view()).append(")").append(element.value);
  }
  return out;
}

}  // namespace veriline::gs1
