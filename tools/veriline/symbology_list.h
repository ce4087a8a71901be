// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "vision/core/result.h"
#include "vision/core/symbol.h"

namespace veriline::tools {

/// The value of an option --symbologies; all of them when there are no names.
/// Errors: the first name that is none, with those that are.
Checked<SymbologySet> SymbologiesFromNames(const std::vector<std::string>& names);

}  // namespace veriline::tools
