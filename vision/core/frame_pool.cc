// SPDX-License-Identifier: Apache-2.0
#include "vision/core/frame_pool.h"

#include <cstdlib>
#include <new>

namespace veriline {
namespace {
constexpr size_t kPageBytes = 4096;
constexpr uint64_t kTagStep = uint64_t{1} << 32;
constexpr uint64_t kIndexMask = kTagStep - 1;
}  // namespace

FramePool::FramePool(size_t count, size_t buffer_bytes)
    : count_(count),
      buffer_bytes_(buffer_bytes),
      pitch_bytes_((buffer_bytes + kPageBytes - 1) / kPageBytes * kPageBytes),
      next_(std::make_unique<std::atomic<uint32_t>[]>(count)),
      leases_(std::make_unique<std::atomic<uint32_t>[]>(count)) {
  const size_t bytes = count_ * pitch_bytes_;
  void* memory = bytes == 0 ? nullptr : std::aligned_alloc(kPageBytes, bytes);
  if (bytes != 0 && memory == nullptr) throw std::bad_alloc();
  memory_ = static_cast<uint8_t*>(memory);
  for (uint32_t i = 0; i < count_; ++i) Return(i);
}

FramePool::~FramePool() { std::free(memory_); }

FrameLease FramePool::Acquire() {
  uint64_t head = free_head_.load(std::memory_order_acquire);
  for (;;) {
    if ((head & kIndexMask) == 0) return {};
    const auto index = static_cast<uint32_t>((head & kIndexMask) - 1);
    const uint64_t next = next_[index].load(std::memory_order_relaxed);
    const uint64_t tag = (head & ~kIndexMask) + kTagStep;
    if (free_head_.compare_exchange_weak(head, tag | next, std::memory_order_acq_rel,
                                         std::memory_order_acquire)) {
      free_count_.fetch_sub(1, std::memory_order_relaxed);
      leases_[index].store(1, std::memory_order_relaxed);
      return FrameLease(this, memory_ + index * pitch_bytes_, index);
    }
  }
}

void FramePool::Release(uint32_t index) {
  // What every holder did with the pixels comes before the next exposure writes them.
  if (leases_[index].fetch_sub(1, std::memory_order_acq_rel) == 1) Return(index);
}

void FramePool::Return(uint32_t index) {
  free_count_.fetch_add(1, std::memory_order_relaxed);
  uint64_t head = free_head_.load(std::memory_order_relaxed);
  uint64_t tag;
  do {
    next_[index].store(static_cast<uint32_t>(head & kIndexMask), std::memory_order_relaxed);
    tag = (head & ~kIndexMask) + kTagStep;
  } while (!free_head_.compare_exchange_weak(head, tag | (index + 1), std::memory_order_acq_rel,
                                             std::memory_order_relaxed));
}

size_t FrameLease::size_bytes() const { return pool_ == nullptr ? 0 : pool_->buffer_bytes(); }

FrameLease FrameLease::Share() const {
  if (pool_ == nullptr) return {};
  pool_->leases_[index_].fetch_add(1, std::memory_order_relaxed);
  return FrameLease(pool_, data_, index_);
}

void FrameLease::Release() {
  if (pool_ != nullptr) pool_->Release(index_);
  pool_ = nullptr;
  data_ = nullptr;
}

}  // namespace veriline
