// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace veriline {

/// Names the calling thread (at most 15 characters are kept).
void SetThreadName(const char* name);
/// Asks for SCHED_FIFO with the lowest real-time priority for the calling thread; false when the
/// process may not.
bool RaiseThreadPriority();
/// The cores that the calling thread may run on, in ascending order.
std::vector<int> AllowedCores();
/// Lets the calling thread run on that core alone; false when the system has no such core for it.
bool PinThread(int core);

}  // namespace veriline
