// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace veriline::rpc {

/// Threads "rpc-work" for what may wait for a disk, so that the threads of gRPC never do.
/// Queue: `capacity` jobs, written by handlers, read by the workers; when it is full Post refuses
/// and the caller says so to its client.
/// Thread: Post from any. The destructor runs what is queued, then joins.
/// Requires: jobs do not throw.
class WorkerPool {
 public:
  WorkerPool(size_t threads, size_t capacity);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  [[nodiscard]] bool Post(std::function<void()> job);

 private:
  void Work();

  const size_t capacity_;
  std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<std::function<void()>> jobs_;
  bool ending_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace veriline::rpc
