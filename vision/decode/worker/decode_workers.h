// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "vision/core/clock.h"
#include "vision/core/result.h"
#include "vision/decode/crop_decoder.h"
#include "vision/decode/worker/worker_decoder.h"

namespace veriline::decode::worker {

struct DecodeWorkersOptions {
  int count = 2;
  /// What becomes a worker by calling ServeDecodeWorker: the path of a program and its arguments,
  /// the first of which is its name.
  std::string program;
  std::vector<std::string> arguments;
  WorkerBudgets budgets;
  /// A process that dies this often within a minute is started again only each `backoff_ms`.
  int deaths_per_minute = 10;
  int backoff_ms = 1000;
  int start_limit_ms = 10'000;  ///< until a process must be ready
};

/// Keeps `count` decode workers alive: starts them, buries those that died, kills and starts anew
/// those that a WorkerDecoder condemned. Ends them all when destroyed; they end by themselves when
/// this process is gone.
///
///     absent ──start──▶ starting ──its word──▶ ready ──condemned, died──▶ absent
///                          └──died, start_limit_ms────────────────────────▲
///
/// Thread: one that constructs and destroys it; its own, `decode-watch`, starts the processes (the
/// kernel ends them with the thread that started them) and blocks on their life lines alone.
class DecodeWorkers {
 public:
  /// Returns when all are ready. `clock` (of deadlines) must outlive it.
  /// Errors: kUnavailable when one does not become ready within `start_limit_ms`, kExhausted.
  static Checked<std::unique_ptr<DecodeWorkers>> Start(DecodeWorkersOptions options,
                                                       const Clock& clock);
  ~DecodeWorkers();
  DecodeWorkers(const DecodeWorkers&) = delete;
  DecodeWorkers& operator=(const DecodeWorkers&) = delete;

  /// One for each process, at the same address as long as this object lives.
  std::vector<CropDecoder*> decoders();
  WorkerDecoder& decoder(size_t i);
  /// The process of this moment, if there is one: no number, for to signals -1 means every process
  /// there is. Thread: any.
  std::optional<pid_t> pid(size_t i) const;

 private:
  struct Worker;

  explicit DecodeWorkers(DecodeWorkersOptions options);
  void Run();
  /// Steady time at which something is due; 0 = nothing is.
  int64_t LookAfter(Worker& worker, int64_t now_ns);
  bool DiesOften(Worker& worker, int64_t now_ns) const;
  void StartProcess(Worker& worker, int64_t now_ns);
  void Bury(Worker& worker, int64_t now_ns);
  void Listen(Worker& worker, int64_t now_ns);

  const DecodeWorkersOptions options_;
  const SteadyClock clock_;
  int wake_fd_ = -1;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace veriline::decode::worker
