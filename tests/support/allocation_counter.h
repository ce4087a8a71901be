// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace veriline {

/// How often this thread has called operator new, in programs that link allocation_counter.
size_t AllocationsOfThisThread();

}  // namespace veriline
