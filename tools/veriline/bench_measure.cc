// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/bench_measure.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <ctime>
#include <functional>
#include <memory>
#include <span>
#include <thread>

#include "grading/symbol_grader.h"
#include "tools/linesim/clutter.h"
#include "tools/veriline/bench_allocations.h"
#include "tools/veriline/bench_score.h"
#include "vision/core/clock.h"
#include "vision/decode/frame_reader.h"
#include "vision/decode/region_reader.h"
#include "vision/locate/locator.h"

namespace veriline::tools {
namespace {

using linesim::ShownSymbol;

constexpr int kPasses = 3;
constexpr size_t kLeastForP99 = 100;
/// Pictures of the throughput measurement, which must all be there at once.
constexpr size_t kThroughputBytes = 100'000'000;
constexpr double kThroughputUs = 150'000;     ///< that one thread takes, about
constexpr double kThroughputAllUs = 600'000;  ///< no round is begun after that
constexpr int kThroughputRounds = 3;

/// The reader of a line, without a deadline.
class LineReader {
 public:
  explicit LineReader(const SymbologySet& symbologies) : options_{.symbologies = symbologies} {}
  /// Valid until the next call.
  const decode::ReadOutcome& Read(const FrameView& picture) {
    reader_.Read(picture, options_, &outcome_);
    return outcome_;
  }
  int64_t NowNs() const { return clock_.NowNs(); }

 private:
  SteadyClock clock_;
  decode::FrameReader reader_{clock_};
  decode::ReadOptions options_;
  decode::ReadOutcome outcome_;
};

BenchTimes TimesOf(const std::vector<double>& cpu_us, const std::vector<double>& wall_us) {
  BenchTimes times;
  times.p50_us = Percentile(cpu_us, 0.5);
  if (wall_us.size() >= kLeastForP99) times.p99_us = Percentile(wall_us, 0.99);
  times.max_us = Percentile(wall_us, 1);
  return times;
}

std::vector<Reported> AllReported(const decode::ReadOutcome& outcome) {
  std::vector<Reported> reported;
  for (const Symbol& symbol : outcome.symbols) reported.push_back(AsReported(symbol));
  return reported;
}

/// Readings per second of `total` readings that as many threads as there are readers share.
double ReadingsPerS(const std::vector<std::vector<uint8_t>>& pictures, const BenchScene& scene,
                    std::span<const std::unique_ptr<LineReader>> readers, uint64_t total) {
  std::atomic<uint64_t> next{0};
  const auto work = [&](LineReader& reader) {
    for (uint64_t i = next++; i < total; i = next++) {
      reader.Read({pictures[i % pictures.size()].data(), scene.width, scene.height, scene.width});
    }
  };
  const int64_t start_ns = readers.front()->NowNs();
  std::vector<std::thread> threads;
  for (const auto& reader : readers.subspan(1)) threads.emplace_back(work, std::ref(*reader));
  work(*readers.front());
  for (std::thread& thread : threads) thread.join();
  return static_cast<double>(total) * 1e9 /
         static_cast<double>(readers.front()->NowNs() - start_ns);
}

void MeasureThroughput(const BenchScene& scene, linesim::FrameSet& frames,
                       const SymbologySet& symbologies, uint64_t count, BenchResult* result) {
  if (std::thread::hardware_concurrency() < 2) return;
  const size_t bytes = static_cast<size_t>(scene.width) * static_cast<size_t>(scene.height);
  // An even number, so that two threads end together.
  const auto fitting = static_cast<uint64_t>(kThroughputUs / result->whole.p50_us);
  std::vector<std::vector<uint8_t>> pictures(
      std::clamp<uint64_t>(std::min(fitting, kThroughputBytes / bytes), 2, count + count % 2) / 2 *
      2);
  for (size_t i = 0; i < pictures.size(); ++i) {
    const FrameView view = frames.Draw(i);
    pictures[i].assign(view.data, view.data + bytes);
  }
  std::vector<std::unique_ptr<LineReader>> readers;
  for (int i = 0; i < 2; ++i) {
    readers.push_back(std::make_unique<LineReader>(symbologies));
    readers.back()->Read({pictures[0].data(), scene.width, scene.height, scene.width});
  }
  // Every picture as often as every other.
  const uint64_t total = std::max<uint64_t>(1, fitting / pictures.size()) * pictures.size();
  double one = 0, two = 0;
  const double start_us = static_cast<double>(readers.front()->NowNs()) / 1e3;
  for (int round = 0; round < kThroughputRounds; ++round) {
    one = std::max(one, ReadingsPerS(pictures, scene, {readers.data(), 1}, total));
    two = std::max(two, ReadingsPerS(pictures, scene, readers, total));
    if (static_cast<double>(readers.front()->NowNs()) / 1e3 - start_us > kThroughputAllUs) break;
  }
  result->frames_per_s_one = one;
  result->frames_per_s_two = two;
}

/// Grades what was read, each symbol kPasses times.
class GradeTimer {
 public:
  void Grade(const FrameView& picture, const decode::ReadOutcome& outcome) {
    for (const Symbol& symbol : outcome.symbols) {
      if (!grading::SymbolGrader::Covers(symbol.symbology)) continue;
      double best_us = 0;
      for (int pass = 0; pass < kPasses; ++pass) {
        const int64_t start_ns = clock_.NowNs();
        const double start_us = ThreadCpuUs();
        static_cast<void>(grader_.Grade(picture, nullptr, symbol, spec_));
        const double us = ThreadCpuUs() - start_us;
        best_us = pass == 0 ? us : std::min(best_us, us);
        if (pass == 0) wall_us_.push_back(static_cast<double>(clock_.NowNs() - start_ns) / 1e3);
      }
      cpu_us_.push_back(best_us);
    }
  }
  std::optional<BenchTimes> Times() const {
    if (cpu_us_.empty()) return std::nullopt;
    return TimesOf(cpu_us_, wall_us_);
  }

 private:
  SteadyClock clock_;
  grading::SymbolGrader grader_;
  const grading::GradingSpec spec_;
  std::vector<double> cpu_us_, wall_us_;
};

void Fill(const BenchScene& scene, const ReadScore& score, BenchResult* result) {
  result->scene = scene.name;
  result->width = scene.width;
  result->height = scene.height;
  result->codes = score.codes;
  result->read = score.read;
  result->wrong = score.wrong;
  result->wrong_examples = score.examples;
}

}  // namespace

double ThreadCpuUs() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

double Percentile(std::vector<double> values, double ratio) {
  std::ranges::sort(values);
  const auto rank = std::ceil(ratio * static_cast<double>(values.size()));
  return values[std::max<size_t>(1, static_cast<size_t>(rank)) - 1];
}

SceneMeasurement MeasureScene(const BenchScene& scene, linesim::FrameSet& pictures, uint64_t seed,
                              const SymbologySet& symbologies, uint64_t frames) {
  frames = std::min(frames, pictures.size());
  LineReader reader(symbologies);
  const locate::LocateOptions locate_options = decode::FinderTestsFor(symbologies);
  locate::Locator locator;
  ReadScore score;
  SceneMeasurement measured;
  BenchResult& result = measured.result;
  result.clutter_min_ratio = 1;
  std::vector<double> locate_us, decode_us, locate_wall_us, decode_wall_us, whole_wall_us;
  std::vector<double> allocations;
  GradeTimer grades;
  uint64_t found = 0, false_regions = 0;
  for (uint64_t i = 0; i < frames; ++i) {
    const FrameView picture = pictures.Draw(i);
    const std::vector<ShownSymbol> shown = pictures.ShownIn(i);
    if (i == 0) reader.Read(picture);  // makes libraries load and scratch memory grow
    // The first pass is the single one: the picture was written a moment ago, as by a camera.
    double best_us = 0, best_locate_us = 0;
    for (int pass = 0; pass < kPasses; ++pass) {
      const int64_t start_ns = reader.NowNs();
      const double start_us = ThreadCpuUs();
      const decode::ReadOutcome& outcome = reader.Read(picture);
      const double us = ThreadCpuUs() - start_us;
      const int64_t wall_ns = reader.NowNs() - start_ns;
      best_us = pass == 0 ? us : std::min(best_us, us);
      if (pass != 0) continue;
      whole_wall_us.push_back(static_cast<double>(wall_ns) / 1e3);
      locate_wall_us.push_back(static_cast<double>(outcome.stats.locate_ns) / 1e3);
      decode_wall_us.push_back(static_cast<double>(outcome.stats.decode_ns) / 1e3);
      Score(shown, AllReported(outcome), i, &score);
      grades.Grade(picture, outcome);
    }
    std::span<const locate::Region> candidates;
    for (int pass = 0; pass < kPasses; ++pass) {
      const double start_us = ThreadCpuUs();
      candidates = locator.Locate(picture, locate_options);
      const double us = ThreadCpuUs() - start_us;
      best_locate_us = pass == 0 ? us : std::min(best_locate_us, us);
    }
    false_regions += static_cast<uint64_t>(std::ranges::count_if(candidates, HasPattern));
    std::vector<Quad> codes;
    for (const ShownSymbol& symbol : shown) {
      codes.push_back(symbol.quad);
      found += symbol.whole && IsFound(symbol, candidates);
    }
    if (scene.readable != nullptr) {
      result.oracle_read = result.oracle_read.value_or(0) + scene.readable(picture, seed, i);
    }
    measured.whole_us.push_back(best_us);
    locate_us.push_back(best_locate_us);
    decode_us.push_back(std::max(0.0, best_us - best_locate_us));
    {
      const AllocationCount counting;
      reader.Read(picture);
      if (const auto count = counting.Count()) allocations.push_back(static_cast<double>(*count));
    }
    result.clutter_min_ratio =
        std::min(result.clutter_min_ratio, linesim::ClutterRatio(picture, codes));
  }
  Fill(scene, score, &result);
  result.frames = frames;
  result.locate = TimesOf(locate_us, locate_wall_us);
  result.decode = TimesOf(decode_us, decode_wall_us);
  result.whole = TimesOf(measured.whole_us, whole_wall_us);
  result.grade = grades.Times();
  const double mpix = static_cast<double>(scene.width) * scene.height / 1e6;
  result.mpix_per_s = mpix / result.whole.p50_us * 1e6;
  result.codes_per_s =
      static_cast<double>(score.codes) / static_cast<double>(frames) / result.whole.p50_us * 1e6;
  if (score.codes > 0) {
    result.found_ratio = static_cast<double>(found) / static_cast<double>(score.codes);
  }
  if (!scene.codes) {
    result.false_regions_per_10_mpix =
        static_cast<double>(false_regions) / (mpix * static_cast<double>(frames)) * 10;
  }
  if (!allocations.empty()) {
    double sum = 0;
    for (const double count : allocations) sum += count;
    result.allocations_mean = sum / static_cast<double>(allocations.size());
    result.allocations_max = Percentile(allocations, 1);
  }
  MeasureThroughput(scene, pictures, symbologies, frames, &result);
  return measured;
}

BenchResult CountCodes(const BenchScene& scene, linesim::FrameSet& pictures,
                       const SymbologySet& symbologies, uint64_t codes) {
  LineReader reader(symbologies);
  ReadScore score;
  BenchResult result;
  std::vector<double> cpu_us, wall_us;
  result.clutter_min_ratio = 1;
  for (uint64_t i = 0; i < pictures.size() && score.codes < codes; ++i) {
    const FrameView picture = pictures.Draw(i);
    const std::vector<ShownSymbol> shown = pictures.ShownIn(i);
    const int64_t start_ns = reader.NowNs();
    const double start_us = ThreadCpuUs();
    const decode::ReadOutcome& outcome = reader.Read(picture);
    cpu_us.push_back(ThreadCpuUs() - start_us);
    wall_us.push_back(static_cast<double>(reader.NowNs() - start_ns) / 1e3);
    Score(shown, AllReported(outcome), i, &score);
    std::vector<Quad> quads;
    for (const ShownSymbol& symbol : shown) quads.push_back(symbol.quad);
    result.clutter_min_ratio =
        std::min(result.clutter_min_ratio, linesim::ClutterRatio(picture, quads));
  }
  Fill(scene, score, &result);
  result.frames = cpu_us.size();
  if (!cpu_us.empty()) result.whole = TimesOf(cpu_us, wall_us);
  return result;
}

}  // namespace veriline::tools
