// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace veriline {

/// Bounded lock-free queue for any number of writers and readers (a ring of sequenced cells,
/// after D. Vyukov's bounded MPMC queue). When it is full TryPush returns false and counts; what
/// that means is the owner's policy and stands beside each use.
/// "Full" may be said a moment early while a reader is still taking out the oldest entry.
/// Thread: all members from any thread. Cost: one compare-and-swap an operation, no allocation.
/// Requires: T default-constructible and movable without throwing.
template <class T>
class BoundedQueue {
 public:
  /// Capacity is rounded up to a power of two, at least 2.
  explicit BoundedQueue(size_t capacity)
      : mask_(std::bit_ceil(capacity < 2 ? size_t{2} : capacity) - 1),
        cells_(std::make_unique<Cell[]>(mask_ + 1)) {
    for (size_t i = 0; i <= mask_; ++i) cells_[i].sequence.store(i, std::memory_order_relaxed);
  }
  BoundedQueue(const BoundedQueue&) = delete;
  BoundedQueue& operator=(const BoundedQueue&) = delete;

  /// Returns false, leaves `value` as it was and counts when full.
  bool TryPush(T&& value) {
    size_t at = tail_.load(std::memory_order_relaxed);
    for (;;) {
      Cell& cell = cells_[at & mask_];
      const size_t sequence = cell.sequence.load(std::memory_order_acquire);
      const auto ahead = static_cast<std::ptrdiff_t>(sequence - at);
      if (ahead == 0) {
        if (tail_.compare_exchange_weak(at, at + 1, std::memory_order_relaxed)) {
          cell.value = std::move(value);
          cell.sequence.store(at + 1, std::memory_order_release);
          NotePeak(at + 1);
          return true;
        }
      } else if (ahead < 0) {
        full_count_.fetch_add(1, std::memory_order_relaxed);
        return false;
      } else {
        at = tail_.load(std::memory_order_relaxed);
      }
    }
  }

  bool TryPop(T& value) {
    size_t at = head_.load(std::memory_order_relaxed);
    for (;;) {
      Cell& cell = cells_[at & mask_];
      const size_t sequence = cell.sequence.load(std::memory_order_acquire);
      const auto ahead = static_cast<std::ptrdiff_t>(sequence - (at + 1));
      if (ahead == 0) {
        if (head_.compare_exchange_weak(at, at + 1, std::memory_order_relaxed)) {
          value = std::move(cell.value);
          cell.value = T{};
          cell.sequence.store(at + mask_ + 1, std::memory_order_release);
          return true;
        }
      } else if (ahead < 0) {
        return false;
      } else {
        at = head_.load(std::memory_order_relaxed);
      }
    }
  }

  size_t capacity() const { return mask_ + 1; }
  /// Momentary; exact only when nobody writes or reads.
  size_t size() const {
    const size_t head = head_.load(std::memory_order_relaxed);
    const size_t tail = tail_.load(std::memory_order_relaxed);
    return tail > head ? tail - head : 0;
  }
  /// How often a push found the queue full.
  uint64_t full_count() const { return full_count_.load(std::memory_order_relaxed); }
  /// The most entries that were ever in it (an upper bound under contention).
  size_t peak() const { return peak_.load(std::memory_order_relaxed); }

 private:
  struct Cell {
    std::atomic<size_t> sequence{0};
    T value{};
  };

  void NotePeak(size_t tail) {
    const size_t head = head_.load(std::memory_order_relaxed);
    const size_t now = tail > head ? tail - head : 0;
    size_t peak = peak_.load(std::memory_order_relaxed);
    while (now > peak && !peak_.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
    }
  }

  const size_t mask_;
  std::unique_ptr<Cell[]> cells_;
  alignas(64) std::atomic<size_t> head_{0};
  alignas(64) std::atomic<size_t> tail_{0};
  alignas(64) std::atomic<uint64_t> full_count_{0};
  std::atomic<size_t> peak_{0};
};

}  // namespace veriline
