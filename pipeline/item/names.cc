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

}  // namespace veriline::item
