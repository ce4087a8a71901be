// SPDX-License-Identifier: Apache-2.0
#include "pipeline/item/inspection_record.h"

namespace veriline::item {

std::string_view Name(CodeRole role) {
  switch (role) {
    case CodeRole::kIdentity:
      return "identity";
    case CodeRole::kProduct:
      return "product";
    case CodeRole::kCopy:
      return "copy";
    case CodeRole::kIgnored:
      return "ignored";
    case CodeRole::kNone:
      break;
  }
  return "none";
}

std::string_view Name(TextState state) {
  switch (state) {
    case TextState::kMatch:
      return "match";
    case TextState::kMismatch:
      return "mismatch";
    case TextState::kMissing:
      return "missing";
    case TextState::kUnreadable:
      return "unreadable";
    case TextState::kNoValue:
      break;
  }
  return "no_value";
}

}  // namespace veriline::item
