// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "vision/core/frame.h"

namespace veriline {

/// A fixed set of equal, page-aligned frame buffers, allocated once. A camera announces them to
/// its driver or takes one for each exposure; an empty pool is an overrun that the camera counts.
/// Must outlive every lease.
/// Thread: all members from any thread. Cost: one compare-and-swap, no allocation.
class FramePool {
 public:
  FramePool(size_t count, size_t buffer_bytes);
  ~FramePool();
  FramePool(const FramePool&) = delete;
  FramePool& operator=(const FramePool&) = delete;

  /// An empty lease when every buffer is out.
  FrameLease Acquire();

  size_t count() const { return count_; }
  size_t buffer_bytes() const { return buffer_bytes_; }
  /// Momentary.
  size_t free_count() const { return free_count_.load(std::memory_order_relaxed); }

 private:
  friend class FrameLease;
  /// A lease of the buffer has ended.
  void Release(uint32_t index);
  void Return(uint32_t index);

  const size_t count_;
  const size_t buffer_bytes_;
  const size_t pitch_bytes_;
  uint8_t* memory_;
  /// Free buffers as a stack of indices: head = tag << 32 | index + 1 (0 = empty). The tag grows
  /// with every change, so that a head seen before a pop and push of the same buffer is stale.
  std::atomic<uint64_t> free_head_{0};
  std::unique_ptr<std::atomic<uint32_t>[]> next_;
  std::unique_ptr<std::atomic<uint32_t>[]> leases_;  ///< of each buffer that is out
  std::atomic<size_t> free_count_{0};
};

}  // namespace veriline
