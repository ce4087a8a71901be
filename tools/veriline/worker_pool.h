// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace veriline::tools {

/// Runs jobs in forked processes, so that an abort, a crash or an endless loop inside a library
/// costs its own job only. A worker that dies is replaced; the job that killed it is tried once
/// more (attempt 1) and then given up. A job past its time is given up at once.
struct ForkedJobs {
  size_t count = 0;
  int workers = 1;
  /// Wall time of one `run` or `prepare`; 0 = not bounded.
  int time_limit_ms = 0;
  /// Runs in each worker process before its first job; may be empty. When it kills its worker,
  /// workers started from then on do without, and no job counts it as an attempt.
  std::function<void()> prepare;
  /// Runs in a worker process; what it returns goes to `done`.
  std::function<std::string(size_t job, int attempt)> run;
  /// Runs in the calling process, jobs in ascending order, one call for each.
  std::function<void(size_t job, std::string output)> done;
  /// Runs in the calling process in place of `done` for a job that was given up.
  std::function<void(size_t job, const std::string& reason)> lost;
};

/// Returns false when a process could not be started; jobs told of by then stand, the others are
/// told of no more. No worker is left behind. Worker k of N takes the jobs k, k+N, ...
/// Thread: the calling process should have one thread (it forks).
bool RunForked(const ForkedJobs& jobs);

}  // namespace veriline::tools
