// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace veriline {

/// Names the calling thread (at most 15 characters are kept).
void SetThreadName(const char* name);
/// Asks for SCHED_FIFO with the lowest real-time priority for the calling thread; false when the
/// process may not.
bool RaiseThreadPriority();

}  // namespace veriline
