// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace veriline::tools {

/// Runs jobs in forked processes, so that an abort or crash inside a library costs its own job
/// only. A worker that dies is replaced; the job that killed it is tried once more (attempt 1) and
/// then given up.
struct ForkedJobs {
  size_t count = 0;
  int workers = 1;
  /// Runs in each worker process before its first job.
  std::function<void()> prepare;
  /// Runs in a worker process; what it returns goes to `done`.
  std::function<std::string(size_t job, int attempt)> run;
  /// Runs in the calling process, jobs in ascending order, one call for each.
  std::function<void(size_t job, std::string output)> done;
  /// Runs in the calling process in place of `done` for a job that killed its worker twice.
  std::function<void(size_t job, const std::string& reason)> lost;
};

/// Returns false when no process could be started. Worker k of N takes the jobs k, k+N, ...
/// Thread: the calling process should have one thread (it forks).
bool RunForked(const ForkedJobs& jobs);

}  // namespace veriline::tools
