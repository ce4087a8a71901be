// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace veriline::line {

/// What number each lane expects next, from the settler, who knows it, to the inspector, who tries
/// it first. A hint: it never decides which clear number wins.
/// Thread: Publish from one, the rest from any. No locks.
class SequenceBoard {
 public:
  static constexpr int64_t kUnknown = -1;

  explicit SequenceBoard(size_t lanes)
      : size_(lanes), next_(std::make_unique<std::atomic<int64_t>[]>(lanes)) {
    for (size_t i = 0; i < size_; ++i) next_[i].store(kUnknown, std::memory_order_relaxed);
  }
  void Publish(size_t lane, int64_t next) { next_[lane].store(next, std::memory_order_relaxed); }
  /// Of all lanes; `out` keeps its memory.
  void Read(std::vector<int64_t>* out) const {
    out->resize(size_);
    for (size_t i = 0; i < size_; ++i) (*out)[i] = next_[i].load(std::memory_order_relaxed);
  }

 private:
  const size_t size_;
  const std::unique_ptr<std::atomic<int64_t>[]> next_;
};

}  // namespace veriline::line
