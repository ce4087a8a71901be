// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vision/core/result.h"

// The file of `veriline bench --json`, UTF-8 JSON:
//   {"format": "veriline-bench", "version": 1,
//    "machine": {"cpu": "model name", "cores": 2}, "seed": 1,
//    "symbologies": "all", "recipe" (that of the scene) or names with commas,
//    "scenes": [SCENE...], "line_scan"?: LINE_SCAN}
// SCENE: {"scene", "width", "height", "frames", "codes", "read", "wrong", "wrong_examples": [text],
//   "clutter_min_ratio",
//   "stages": {"locate": TIMES, "decode": TIMES, "whole": TIMES}, "grade"?: TIMES of one symbol
//   (best of three and single passes too), "mpix_per_s", "codes_per_s",
//   "found_ratio"?, "false_regions_per_10_mpix"?, "allocations_mean"?, "allocations_max"?,
//   "frames_per_s_one"?, "frames_per_s_two"?, "oracle_read"?, "peers": [PEER...], "error"?}
// TIMES: {"p50_us", "p99_us"?, "max_us"}. p50: best of three passes in CPU time per frame, the
//   median over frames; p99 and max: wall time of single passes, p99 left out below 100 frames.
// PEER: {"name", "version", "frames", "codes", "read", "wrong", "wrong_examples", "lost", "p50_us",
//   "max_us", "ours_p50_us"}: p50 as above, on the first frames of the scene (without those that it
//   died on), and ours on the same. "codes" are those of symbologies that it knows.
// "false_regions_per_10_mpix": those with the fixed pattern of a symbology, where there is no code.
// LINE_SCAN: {"lines_per_s", "kept": no block was lost, "seconds", "blocks", "lost_blocks",
//   "mpix_per_s", "codes_per_s", "different_codes", "codes", "read", "wrong", "wrong_examples",
//   "latency": TIMES, "feeder_cores", "consumer_cores", "other_cores", "cores", "alone_cpu_us",
//   "block_cpu_us", "pixel_gb_per_s", "memory_gb_per_s", "limit": in words}: of `bench
//   --line-scan`. Latency: a block's last line due to its codes read, wall time. "*_cores":
//   processor time by wall time.
// A question mark: left out where it was not measured. All times are in microseconds.
namespace veriline::tools {

struct BenchTimes {
  double p50_us = 0;
  std::optional<double> p99_us;
  double max_us = 0;
};

struct BenchPeer {
  std::string name;
  std::string version;
  uint64_t frames = 0;
  uint64_t codes = 0;
  uint64_t read = 0;
  uint64_t wrong = 0;
  std::vector<std::string> wrong_examples;
  uint64_t lost = 0;  ///< frames on which it died or was stopped, read by a second try or not
  double p50_us = 0;
  double max_us = 0;  ///< the slowest frame, CPU time
  double ours_p50_us = 0;
};

struct BenchResult {
  std::string scene;
  int width = 0;
  int height = 0;
  uint64_t frames = 0;
  uint64_t codes = 0;
  uint64_t read = 0;
  uint64_t wrong = 0;
  std::vector<std::string> wrong_examples;
  double clutter_min_ratio = 0;
  BenchTimes locate;
  BenchTimes decode;
  BenchTimes whole;
  std::optional<BenchTimes> grade;  ///< of one symbol that a grader covers
  double mpix_per_s = 0;
  double codes_per_s = 0;
  std::optional<double> found_ratio;
  std::optional<double> false_regions_per_10_mpix;
  std::optional<double> allocations_mean;
  std::optional<double> allocations_max;
  std::optional<double> frames_per_s_one;
  std::optional<double> frames_per_s_two;
  std::optional<uint64_t> oracle_read;
  std::vector<BenchPeer> peers;
  std::string error;  ///< why the scene could not be measured
};

/// The highest line rate that was kept, or the one that was asked for.
struct LineScanResult {
  double lines_per_s = 0;
  double seconds = 0;
  uint64_t blocks = 0;       ///< that were due
  uint64_t lost_blocks = 0;  ///< of these
  uint64_t different_codes = 0;
  uint64_t codes = 0;  ///< in the blocks that were not lost
  uint64_t read = 0;
  uint64_t wrong = 0;
  std::vector<std::string> wrong_examples;
  BenchTimes latency;
  double feeder_cores = 0;
  double consumer_cores = 0;
  double other_cores = 0;   ///< of all else on the machine
  int cores = 0;            ///< that all of this ran on
  double alone_cpu_us = 0;  ///< what a block costs that is read alone
  double block_cpu_us = 0;  ///< and at this rate
  double pixel_gb_per_s = 0;
  double memory_gb_per_s = 0;  ///< at which one core reads the blocks, doing nothing else
  std::string limit;

  bool kept() const { return lost_blocks == 0; }
};

struct BenchReport {
  std::string cpu;
  int cores = 0;
  uint64_t seed = 0;
  std::string symbologies = "all";  ///< that were looked for
  std::vector<BenchResult> scenes;
  std::optional<LineScanResult> line_scan;
};

/// The machine that this is.
BenchReport ReportOfThisMachine(uint64_t seed);

std::string ToJson(const BenchResult& result);
std::string ToJson(const BenchReport& report);
/// Requires what ToJson made.
BenchResult ResultFromJson(const std::string& json);
/// Errors: the file cannot be read, is no such report, or is of another version; names it.
Checked<BenchReport> LoadReport(const std::string& path);
Checked<void> SaveReport(const BenchReport& report, const std::string& path);

/// A figure that became worse.
struct Slower {
  std::string scene;
  std::string stage;
  double before_us = 0;
  double now_us = 0;
};
/// Errors: the two are of different machines, seeds or symbologies, in one sentence.
Checked<void> Comparable(const BenchReport& before, const BenchReport& now);
/// The p50 of each scene and stage, in both, that is more than 10 % higher than before (and more
/// than kNoiseUs, which is what such a time varies by when it is next to nothing).
std::vector<Slower> Compare(const BenchReport& before, const BenchReport& now);
inline constexpr double kSlowerRatio = 1.10;
inline constexpr double kNoiseUs = 2;

}  // namespace veriline::tools
