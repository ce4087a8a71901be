// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/bench_block_reader.h"

#include <pthread.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include "tools/linesim/scene_recipe.h"
#include "tools/veriline/bench_measure.h"
#include "tools/veriline/decode_worker.h"

namespace veriline::tools {
namespace {

using linesim::BlockFeed;

constexpr size_t kCores = 2;

double CpuUsOf(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_nsec) / 1e3;
}

}  // namespace

std::vector<int> UseTwoCores() {
  cpu_set_t all, some;
  CPU_ZERO(&all);
  CPU_ZERO(&some);
  sched_getaffinity(0, sizeof all, &all);
  std::vector<int> cores;
  for (int core = 0; core < CPU_SETSIZE && cores.size() < kCores; ++core) {
    if (!CPU_ISSET(core, &all)) continue;
    CPU_SET(core, &some);
    cores.push_back(core);
  }
  sched_setaffinity(0, sizeof some, &some);
  return cores;
}

double BusyUs(const std::vector<int>& cores) {
  std::ifstream file("/proc/stat");
  double ticks = 0;
  for (std::string line; std::getline(file, line) && line.starts_with("cpu");) {
    std::istringstream words(line.substr(3));
    int core = -1;
    const bool one = line[3] != ' ' && words >> core;  // the first line is their sum
    if (!one || std::ranges::find(cores, core) == cores.end()) continue;
    double of_kind = 0;
    for (int kind = 0; kind < 8 && words >> of_kind; ++kind) {
      const bool idle = kind == 3 || kind == 4;  // the latter waits for a disk
      if (!idle) ticks += of_kind;
    }
  }
  return ticks * 1e6 / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::vector<double> BlockRun::LatenciesUs() const {
  std::vector<double> us;
  for (const auto& r : results) {
    us.push_back(static_cast<double>(r->done_ns - r->stamp.exposure_ns) / 1e3);
  }
  return us;
}

Checked<std::unique_ptr<BlockReader>> BlockReader::Start(BlockFeed* feed,
                                                         const std::vector<int>& cores,
                                                         const SymbologySet& symbologies) {
  std::unique_ptr<BlockReader> reader(new BlockReader(feed, cores));
  const auto workers = static_cast<int>(cores.size());
  auto options = DecodeWorkersOfThisProgram();
  options.count = workers;
  auto decoders = decode::worker::DecodeWorkers::Start(std::move(options), reader->clock_);
  if (!decoders) return Fail(decoders.error());
  reader->decoders_ = std::move(*decoders);
  line::InspectorConfig config;
  config.workers = workers;
  // How many may wait is the feeder's matter; a job is free a moment after its block is.
  config.in_flight_frames = BlockFeed::kWaiting + workers;
  config.symbologies = symbologies;
  config.decoders = reader->decoders_->decoders();
  reader->inspector_ = std::make_unique<line::Inspector>(
      config, reader->clock_, [r = reader.get()](std::unique_ptr<line::FrameResult> result) {
        r->Take(std::move(result));
      });
  return reader;
}

Checked<BlockRun> BlockReader::Read(const BlockFeed::Order& order) {
  BlockRun run;
  results_.clear();
  results_.reserve(order.blocks);
  const double busy_us = BusyUs(cores_);
  const double cpu_us = CpuUs();
  const int64_t start_ns = clock_.NowNs();
  if (auto begun = feed_.Begin(order); !begun) return Fail(begun.error());
  while (true) {
    const auto message = feed_.Next();
    if (!message) return Fail(message.error());
    if (message->kind == BlockFeed::Message::Kind::kEnd) {
      run.blocks = message->due;
      run.lost += message->lost;
      run.feeder_cpu_us = message->cpu_us;
      break;
    }
    Frame frame;
    frame.stamp.frame_id = message->block;
    frame.stamp.exposure_ns = message->due_ns;
    frame.stamp.arrival_ns = clock_.NowNs();
    frame.pixels = feed_.PixelsOf(message->block);
    if (inspector_->Inspect(std::move(frame), 0)) continue;
    ++run.lost;
    feed_.Return(message->block);
  }
  inspector_->Drain();
  run.seconds = static_cast<double>(clock_.NowNs() - start_ns) / 1e9;
  run.consumer_cpu_us = CpuUs() - cpu_us;
  run.other_cpu_us = BusyUs(cores_) - busy_us - run.consumer_cpu_us - run.feeder_cpu_us;
  run.results = std::exchange(results_, {});
  return run;
}

Checked<BlockRun> BlockReader::ReadAlone() {
  constexpr uint64_t kBlocks = 8;
  // The first make libraries load and scratch memory grow.
  auto first = Read({.lines_per_s = 2 * linesim::kBlockLines, .blocks = 2});
  if (!first) return first;
  const double us = Percentile(first->LatenciesUs(), 0.5);
  return Read({.lines_per_s = linesim::kBlockLines * 1e6 / (3 * us), .blocks = kBlocks});
}

void BlockReader::Take(std::unique_ptr<line::FrameResult> result) {
  feed_.Return(result->stamp.frame_id);
  const std::lock_guard lock(mutex_);
  results_.push_back(std::move(result));
}

double BlockReader::CpuUs() const {
  double us = CpuUsOf(CLOCK_PROCESS_CPUTIME_ID);
  for (size_t i = 0; i < cores_.size(); ++i) {
    clockid_t clock;
    const auto pid = decoders_->pid(i);
    if (pid && clock_getcpuclockid(*pid, &clock) == 0) us += CpuUsOf(clock);
  }
  return us;
}

}  // namespace veriline::tools
