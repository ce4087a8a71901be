// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "vision/core/result.h"
#include "vision/decode/worker/slot.h"

namespace veriline::decode::worker {

/// A Slot in memory of the kernel (memfd) that can neither grow nor shrink, so that nobody who
/// holds its descriptor can take pages away under the other. Owner: this object, of mapping and
/// descriptor. Move-only.
class SharedSlot {
 public:
  /// A new one. Errors: kExhausted.
  static Checked<SharedSlot> Create();
  /// Maps the one behind a descriptor and takes the descriptor over.
  /// Errors: kInvalidArgument when that is something else, and the descriptor stays open.
  static Checked<SharedSlot> Attach(int fd);

  SharedSlot(SharedSlot&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), slot_(std::exchange(other.slot_, nullptr)) {}
  SharedSlot& operator=(SharedSlot&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(slot_, other.slot_);
    return *this;
  }
  ~SharedSlot();

  int fd() const { return fd_; }
  Slot& operator*() const { return *slot_; }
  Slot* operator->() const { return slot_; }

 private:
  SharedSlot(int fd, Slot* slot) : fd_(fd), slot_(slot) {}

  int fd_ = -1;
  Slot* slot_ = nullptr;
};

/// Sleeps while the word is `value`, until woken or `deadline_ns` of CLOCK_MONOTONIC (0: without
/// end). May return early: look again. Works across processes.
void SleepWhile(const std::atomic<uint32_t>& word, uint32_t value, int64_t deadline_ns);
/// Wakes who sleeps on the word.
void WakeSleeper(std::atomic<uint32_t>& word);

}  // namespace veriline::decode::worker
