// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tools/veriline/batch_desk.h"

namespace veriline::tools {

/// A label was made of it, and no item showed it.
inline bool IsUnseen(const batch::ListedCode& code) {
  return code.printed && code.state == batch::CodeState::kIssued;
}

/// What becomes of codes that nobody used, when their batch is closed.
struct UnusedOrder {
  std::string returned;    ///< they are voided here, and listed in this file for who issued them
  bool destroyed = false;  ///< they are destroyed
  std::string user;
};

/// Does so, page by page; nothing without an order, and where the batch does not balance. Codes of
/// labels that nobody saw become rejected: they are on the rejects that nobody could read. Broken
/// off, the file lists what was voided up to then. Errors: the file; a code that a line holds.
Checked<void> RetireUnused(BatchDesk& desk, const std::string& batch, const UnusedOrder& order);

}  // namespace veriline::tools
