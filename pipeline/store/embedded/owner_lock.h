// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "vision/core/result.h"

namespace veriline::store {

/// The right to be the one process that has a store open: an flock on DIR/owner.lock, which the
/// kernel takes back when the process ends in whatever way, so that a lock never outlives its
/// owner. The file holds the owner's pid for messages only.
class OwnerLock {
 public:
  OwnerLock() = default;
  OwnerLock(OwnerLock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  OwnerLock& operator=(OwnerLock&& other) noexcept;
  ~OwnerLock();

  /// Does not wait. Errors: kUnavailable naming the owner's pid; kIo.
  static Checked<OwnerLock> Take(const std::string& dir);

 private:
  explicit OwnerLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace veriline::store
