// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace veriline::tools {

/// Counts what this thread allocates with operator new, from construction to Count. Only the calls
/// of our own code count: not those inside third-party libraries, and those inside the standard
/// library only when the function that called it is ours.
///
/// A program that links this has operator new replaced by one that asks whether somebody counts;
/// while nobody does that is a load and a branch beside the malloc that follows.
/// Thread: one at a time per thread.
class AllocationCount {
 public:
  AllocationCount();
  ~AllocationCount();
  AllocationCount(const AllocationCount&) = delete;
  AllocationCount& operator=(const AllocationCount&) = delete;

  /// Nothing in builds with a sanitizer, which has an operator new of its own.
  std::optional<uint64_t> Count() const;

 private:
  uint64_t own_ = 0;
};

}  // namespace veriline::tools
