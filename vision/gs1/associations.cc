// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "vision/gs1/element_string.h"

namespace veriline::gs1 {
namespace {

/// Takes the part of `list` up to `delimiter` off its front.
std::string_view TakeUntil(std::string_view& list, char delimiter) {
  const size_t end = list.find(delimiter);
  const std::string_view head = list.substr(0, end);
  list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
  return head;
}

/// Whether the AI is one of the pattern, in which 'n' stands for any digit.
bool Matches(std::string_view ai, std::string_view pattern) {
  return ai.size() == pattern.size() &&
         std::equal(ai.begin(), ai.end(), pattern.begin(),
                    [](char digit, char p) { return p == 'n' || p == digit; });
}

bool Has(std::span<const Element> elements, std::string_view pattern) {
  return std::any_of(elements.begin(), elements.end(),
                     [&](const Element& e) { return Matches(e.ai.view(), pattern); });
}

bool HasAlternative(std::span<const Element> elements, std::string_view clause) {
  while (!clause.empty()) {
    std::string_view alternative = TakeUntil(clause, ',');
    bool all = true;
    while (all && !alternative.empty()) all = Has(elements, TakeUntil(alternative, '+'));
    if (all) return true;
  }
  return false;
}

bool HasFamilyMember(std::span<const Element> elements, const Element& of) {
  return std::any_of(elements.begin(), elements.end(), [&](const Element& other) {
    return !(other.ai == of.ai) && other.ai.view().size() == 4 &&
           other.ai.view().substr(0, 3) == of.ai.view().substr(0, 3);
  });
}

}  // namespace

std::optional<SyntaxError> CheckAssociations(std::span<const Element> elements) {
  for (const Element& element : elements) {
    const AiInfo* info = FindAi(element.ai.view());
    if (info == nullptr) continue;
    for (std::string_view excluded = info->excludes; !excluded.empty();) {
      if (Has(elements, TakeUntil(excluded, ','))) {
        return SyntaxError{ErrorKind::kExcludedAssociation, element.ai, element.offset,
                           "stands beside an AI that excludes it"};
      }
    }
    if (info->alone_in_family && HasFamilyMember(elements, element)) {
      return SyntaxError{ErrorKind::kExcludedAssociation, element.ai, element.offset,
                         "stands beside the same quantity with another decimal point"};
    }
    for (std::string_view clauses = info->needs; !clauses.empty();) {
      if (!HasAlternative(elements, TakeUntil(clauses, ';'))) {
        return SyntaxError{ErrorKind::kMissingAssociation, element.ai, element.offset,
                           "stands without the AI that it belongs to"};
      }
    }
  }
  return std::nullopt;
}

}  // namespace veriline::gs1
