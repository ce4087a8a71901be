// SPDX-License-Identifier: Apache-2.0
#include "rpc/waker.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <system_error>

#include "vision/core/clock.h"

namespace veriline::rpc {

Waker::Waker() : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Waker::~Waker() { close(fd_); }

void Waker::Wake() {
  if (awake_.exchange(true, std::memory_order_acq_rel)) return;
  const uint64_t one = 1;
  // The counter cannot overflow (one write for each read), so the write cannot fail.
  [[maybe_unused]] const ssize_t written = write(fd_, &one, sizeof one);
}

void Waker::WaitUntil(int64_t deadline_ns) {
  pollfd waiting{fd_, POLLIN, 0};
  timespec timeout{};
  if (deadline_ns != kNever) {
    const int64_t left_ns = deadline_ns - SteadyClock().NowNs();
    if (left_ns > 0) timeout = {left_ns / 1'000'000'000, left_ns % 1'000'000'000};
  }
  if (ppoll(&waiting, 1, deadline_ns == kNever ? nullptr : &timeout, nullptr) > 0) {
    uint64_t count = 0;
    [[maybe_unused]] const ssize_t taken = read(fd_, &count, sizeof count);
    // Only now: a Wake from here on writes again, so nothing announced later is slept over.
    awake_.exchange(false, std::memory_order_acq_rel);
  }
}

}  // namespace veriline::rpc
