// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/bench_line_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pipeline/item/recipe.h"
#include "pipeline/line/inspector.h"
#include "tools/linesim/block_feed.h"
#include "tools/linesim/scene_recipe.h"
#include "tools/veriline/bench_block_reader.h"
#include "tools/veriline/bench_measure.h"
#include "tools/veriline/bench_score.h"
#include "vision/core/clock.h"

namespace veriline::tools {
namespace {

using linesim::BlockFeed;

constexpr double kLinesPerBlock = linesim::kBlockLines;
/// A trial is as long as it takes that blocks which wait do not count for much.
constexpr double kTrialS = 3;
constexpr uint64_t kTrialBlocks = 160;
/// With fewer that may wait than in the end: what is kept then holds for longer.
constexpr uint32_t kTrialWaiting = BlockFeed::kWaiting / 2;
constexpr double kRateStep = 1.03;
/// No rate is that much higher than expected.
constexpr double kSurprise = 1.3;
constexpr int kFullRuns = 8;
/// Other programs may take as much of the cores; else a lost block says nothing about the rate, and
/// the run is repeated, when they are done.
constexpr double kOtherCores = 0.05;
constexpr int kRepeated = 20;
constexpr int kPatienceS = 300;  ///< in all
constexpr size_t kLeastForP99 = 100;

BlockFeed::Order OrderOf(double lines_per_s, double seconds, uint32_t waiting) {
  const auto blocks = static_cast<uint64_t>(std::ceil(lines_per_s * seconds / kLinesPerBlock));
  return {.lines_per_s = lines_per_s, .blocks = std::max<uint64_t>(blocks, 1), .waiting = waiting};
}

/// One core reads all blocks and does nothing with them.
double MemoryGbPerS(const BlockFeed& feed) {
  const SteadyClock clock;
  double best = 0;
  for (int pass = 0; pass < 3; ++pass) {
    uint64_t sum = 0, bytes = 0;
    const int64_t start_ns = clock.NowNs();
    for (int block = 0; block < feed.blocks(); ++block) {
      const FrameView pixels = feed.PixelsOf(static_cast<uint64_t>(block));
      const auto size = static_cast<size_t>(pixels.width) * static_cast<size_t>(pixels.height);
      // A byte of every line of the cache.
      for (size_t i = 0; i < size; i += 64) sum += pixels.data[i];
      bytes += size;
    }
    const int64_t ns = clock.NowNs() - start_ns;
    if (sum > 0) best = std::max(best, static_cast<double>(bytes) / static_cast<double>(ns));
  }
  return best;
}

std::string Limit(const LineScanResult& r) {
  const double busy = (r.feeder_cores + r.consumer_cores + r.other_cores) / r.cores;
  if (busy < 0.85) {
    return r.kept() ? "nothing at this rate: the cores have time left"
                    : "blocks came faster than they were taken, with time left on the cores";
  }
  std::string text = "the cores";
  if (r.block_cpu_us > 1.15 * r.alone_cpu_us) {
    text += r.pixel_gb_per_s > r.memory_gb_per_s / 4
                ? ", which wait for memory"
                : ", which hinder one another (caches, clock, a shared core)";
  }
  if (r.other_cores > kOtherCores) text += "; other programs took part of them";
  return text;
}

class LineScanBench {
 public:
  LineScanBench(const LineScanOptions& options, BlockFeed* feed, BlockReader* reader,
                const std::vector<int>& cores)
      : options_(options), feed_(*feed), reader_(*reader), cores_(cores) {}

  Checked<LineScanResult> Run() {
    memory_gb_per_s_ = MemoryGbPerS(feed_);
    const auto alone = reader_.ReadAlone();
    if (!alone) return Fail(alone.error());
    alone_cpu_us_ = alone->block_cpu_us();
    fmt::print("a block read alone takes {:.2f} ms of processor time\n", alone_cpu_us_ / 1e3);
    if (options_.lines_per_s > 0) {
      const auto run = Read(FullOrder(options_.lines_per_s));
      if (!run) return Fail(run.error());
      return ResultOf(options_.lines_per_s, *run);
    }
    auto rate = Seek();
    if (!rate) return Fail(rate.error());
    // Down from there until a rate is kept, or up until one is not.
    std::optional<LineScanResult> kept;
    for (int i = 1;; ++i) {
      auto order = FullOrder(*rate);
      order.until_lost = i < kFullRuns;
      const auto run = Try(order);
      if (!run) return Fail(run.error());
      const bool went_down = i > 1 && !kept;
      if (run->lost == 0) {
        kept = ResultOf(*rate, *run);
        if (went_down || i == kFullRuns) return *kept;
        *rate *= kRateStep;
      } else {
        if (kept) return *kept;
        if (i == kFullRuns) return ResultOf(*rate, *run);
        *rate /= kRateStep;
      }
    }
  }

 private:
  /// The highest rate of short trials.
  Checked<double> Seek() {
    // What the cores could do if nothing else cost any time, and no block more than one alone.
    const double expected =
        static_cast<double>(cores_.size()) * kLinesPerBlock * 1e6 / alone_cpu_us_;
    double low = 0;
    double high = kSurprise * expected;
    while (high > low * kRateStep) {
      const double rate = low > 0 ? std::sqrt(low * high) : high / kSurprise;
      auto order = OrderOf(rate, kTrialS, kTrialWaiting);
      order.blocks = std::max(order.blocks, kTrialBlocks);
      order.until_lost = true;
      const auto run = Try(order);
      if (!run) return Fail(run.error());
      (run->lost == 0 ? low : high) = rate;
      if (high < 1) {
        return Fail(Diagnostic{.code = ErrorCode::kUnavailable,
                               .message = "blocks are lost at any rate",
                               .advice = "let nothing else run on the machine"});
      }
    }
    return low;
  }

  BlockFeed::Order FullOrder(double rate) const {
    return OrderOf(rate, options_.seconds, BlockFeed::kWaiting);
  }

  /// Until it says something about the rate.
  Checked<BlockRun> Try(const BlockFeed::Order& order) {
    while (true) {
      WaitForQuiet();
      auto run = Read(order);
      if (!run || run->lost == 0 || run->other_cores() <= kOtherCores || repeated_ == kRepeated) {
        return run;
      }
      ++repeated_;
    }
  }

  Checked<BlockRun> Read(const BlockFeed::Order& order) {
    auto run = reader_.Read(order);
    if (!run) return run;
    fmt::print("{:8.2f} kHz: {} of {} blocks lost in {:.1f} s, other programs took {:.2f} cores\n",
               order.lines_per_s / 1e3, run->lost, run->blocks, run->seconds, run->other_cores());
    std::fflush(stdout);
    return run;
  }

  void WaitForQuiet() {
    const SteadyClock clock;
    for (bool told = false; waited_s_ < kPatienceS; told = true, ++waited_s_) {
      const double before_us = BusyUs(cores_);
      SleepUntilNs(clock.NowNs() + 1'000'000'000);
      if (BusyUs(cores_) - before_us <= kOtherCores * 1e6) return;
      if (told) continue;
      fmt::print("waiting for other programs to be done\n");
      std::fflush(stdout);
    }
  }

  LineScanResult ResultOf(double rate, const BlockRun& run) const {
    LineScanResult result;
    result.lines_per_s = rate;
    result.seconds = run.seconds;
    result.blocks = run.blocks;
    result.lost_blocks = run.lost;
    ReadScore score;
    std::set<std::string> texts;
    for (const auto& r : run.results) {
      const auto shown = feed_.ShownIn(r->stamp.frame_id);
      for (const linesim::ShownSymbol& symbol : shown) {
        if (symbol.whole) texts.insert(symbol.text);
      }
      std::vector<Reported> reported;
      for (const Symbol& symbol : r->symbols) reported.push_back(AsReported(symbol));
      Score(shown, reported, r->stamp.frame_id, &score);
    }
    result.different_codes = texts.size();
    result.codes = score.codes;
    result.read = score.read;
    result.wrong = score.wrong;
    result.wrong_examples = score.examples;
    if (const auto us = run.LatenciesUs(); !us.empty()) {
      result.latency.p50_us = Percentile(us, 0.5);
      if (us.size() >= kLeastForP99) result.latency.p99_us = Percentile(us, 0.99);
      result.latency.max_us = Percentile(us, 1);
    }
    result.feeder_cores = run.feeder_cpu_us / 1e6 / run.seconds;
    result.consumer_cores = run.consumer_cpu_us / 1e6 / run.seconds;
    result.other_cores = run.other_cores();
    result.cores = static_cast<int>(cores_.size());
    result.alone_cpu_us = alone_cpu_us_;
    result.block_cpu_us = run.block_cpu_us();
    const FrameView block = feed_.PixelsOf(0);
    result.pixel_gb_per_s =
        static_cast<double>(run.results.size()) * block.width * block.height / run.seconds / 1e9;
    result.memory_gb_per_s = memory_gb_per_s_;
    result.limit = Limit(result);
    return result;
  }

  const LineScanOptions& options_;
  BlockFeed& feed_;
  BlockReader& reader_;
  const std::vector<int> cores_;
  double memory_gb_per_s_ = 0;
  double alone_cpu_us_ = 0;
  int repeated_ = 0;
  int waited_s_ = 0;
};

}  // namespace

Checked<LineScanResult> MeasureLineScan(const LineScanOptions& options) {
  const std::vector<int> cores = UseTwoCores();
  SymbologySet symbologies = options.symbologies;
  if (symbologies.Empty()) {
    const linesim::World world(linesim::FaultlessWorld(linesim::SceneKind::kWeb, options.seed));
    const auto recipe = item::ParseRecipe(linesim::SceneRecipe(world), "web");
    if (!recipe) return Fail(recipe.error());
    symbologies = line::WantedSymbologies(*recipe);
  }
  fmt::print(
      "drawing {} codes, which takes {:.0f} s or more\n", options.codes,
      std::ceil(static_cast<double>(options.codes) / 1e3 / static_cast<double>(cores.size())));
  std::fflush(stdout);
  auto feed = BlockFeed::Start({.seed = options.seed, .codes = options.codes});
  if (!feed) return Fail(feed.error());
  auto reader = BlockReader::Start(feed->get(), cores, symbologies);
  if (!reader) return Fail(reader.error());
  return LineScanBench(options, feed->get(), reader->get(), cores).Run();
}

void Print(const LineScanResult& r) {
  if (r.kept()) {
    fmt::print("line scan: {:.2f} kHz for {:.0f} s, no block lost\n", r.lines_per_s / 1e3,
               r.seconds);
  } else {
    fmt::print("line scan: {:.2f} kHz was not kept: {} of {} blocks lost in {:.0f} s\n",
               r.lines_per_s / 1e3, r.lost_blocks, r.blocks, r.seconds);
  }
  fmt::print("  {} blocks of 8192 x {}, {:.0f} MPix/s, {:.0f} codes/s\n", r.blocks - r.lost_blocks,
             linesim::kBlockLines, r.pixel_gb_per_s * 1e3,
             static_cast<double>(r.codes) / r.seconds);
  fmt::print("  read {} of {} ({:.3f} %), missed {}, wrong {}; {} different codes\n", r.read,
             r.codes,
             r.codes == 0 ? 0 : 100 * static_cast<double>(r.read) / static_cast<double>(r.codes),
             r.codes - r.read, r.wrong, r.different_codes);
  for (const std::string& example : r.wrong_examples) fmt::print("  wrong: {}\n", example);
  fmt::print("  block to read: p50 {:.1f}", r.latency.p50_us / 1e3);
  if (r.latency.p99_us) fmt::print(", p99 {:.1f}", *r.latency.p99_us / 1e3);
  fmt::print(", max {:.1f} ms\n", r.latency.max_us / 1e3);
  fmt::print("  of {} cores the consumer takes {:.2f}, the feeder {:.3f}, other programs {:.2f}\n",
             r.cores, r.consumer_cores, r.feeder_cores, r.other_cores);
  fmt::print(
      "  a block takes {:.2f} ms of processor time, read alone {:.2f}; pixels come at {:.2f} GB/s, "
      "one core reads them at {:.1f}\n",
      r.block_cpu_us / 1e3, r.alone_cpu_us / 1e3, r.pixel_gb_per_s, r.memory_gb_per_s);
  fmt::print("  limit: {}\n", r.limit);
  std::fflush(stdout);
}

}  // namespace veriline::tools
