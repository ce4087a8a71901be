// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "vision/core/result.h"

namespace veriline::tools {

/// This program again, with other arguments, as a child process. Killed when destroyed.
/// Thread: one.
class Child {
 public:
  /// `fds` are inherited under their own numbers. Standard output and error are ours.
  static Checked<Child> Start(const std::vector<std::string>& arguments,
                              const std::vector<int>& fds);
  Child() = default;
  Child(Child&& other) noexcept { *this = std::move(other); }
  Child& operator=(Child&& other) noexcept;
  ~Child();

  /// Waits for its end; the exit code, or 128 + signal.
  int Wait();

 private:
  explicit Child(pid_t pid) : pid_(pid) {}
  pid_t pid_ = -1;
};

}  // namespace veriline::tools
