// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "pipeline/line/inspector.h"
#include "tools/linesim/block_feed.h"
#include "vision/core/clock.h"
#include "vision/core/result.h"
#include "vision/core/symbol.h"
#include "vision/decode/worker/decode_workers.h"

namespace veriline::tools {

/// Two cores for this process and all that it starts from now on, fewer where there are not so
/// many.
std::vector<int> UseTwoCores();
/// Time of these cores that any program took since the machine started, or that a hypervisor did
/// not give; to a hundredth of a second.
double BusyUs(const std::vector<int>& cores);

/// What became of one order of blocks.
struct BlockRun {
  uint64_t blocks = 0;  ///< that were due
  uint64_t lost = 0;
  std::vector<std::unique_ptr<line::FrameResult>> results;  ///< frame_id: the block
  double seconds = 0;
  double feeder_cpu_us = 0;
  double consumer_cpu_us = 0;
  double other_cpu_us = 0;  ///< of all else on these cores

  double other_cores() const { return std::max(0.0, other_cpu_us / 1e6 / seconds); }
  double block_cpu_us() const {
    return results.empty() ? 0 : consumer_cpu_us / static_cast<double>(results.size());
  }
  /// From a block's last line due to its codes read.
  std::vector<double> LatenciesUs() const;
};

/// The inspector of a line, with decode workers, that reads the blocks of a feed where they lie.
/// Thread: one, which is the camera's.
class BlockReader {
 public:
  /// With a worker for each of the cores. `feed` must outlive it. Errors: those of DecodeWorkers.
  static Checked<std::unique_ptr<BlockReader>> Start(linesim::BlockFeed* feed,
                                                     const std::vector<int>& cores,
                                                     const SymbologySet& symbologies);
  BlockReader(const BlockReader&) = delete;
  BlockReader& operator=(const BlockReader&) = delete;

  /// Errors: the feeder died.
  Checked<BlockRun> Read(const linesim::BlockFeed::Order& order);
  /// Some blocks, with time to read each before the next comes.
  Checked<BlockRun> ReadAlone();

 private:
  BlockReader(linesim::BlockFeed* feed, const std::vector<int>& cores)
      : feed_(*feed), cores_(cores) {}
  /// On the inspector's threads.
  void Take(std::unique_ptr<line::FrameResult> result);
  /// Of this process and its decode workers.
  double CpuUs() const;

  const SteadyClock clock_;
  linesim::BlockFeed& feed_;
  const std::vector<int> cores_;
  std::unique_ptr<decode::worker::DecodeWorkers> decoders_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<line::FrameResult>> results_;
  std::unique_ptr<line::Inspector> inspector_;  ///< last: its threads end first
};

}  // namespace veriline::tools
