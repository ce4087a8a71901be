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
//    "symbologies": "all", or names with commas, "scenes": [SCENE...]}
// SCENE: {"scene", "width", "height", "frames", "codes", "read", "wrong", "wrong_examples": [text],
//   "clutter_min_ratio",
//   "stages": {"locate": TIMES, "decode": TIMES, "whole": TIMES}, "mpix_per_s", "codes_per_s",
//   "found_ratio"?, "false_regions_per_10_mpix"?, "allocations_mean"?, "allocations_max"?,
//   "frames_per_s_one"?, "frames_per_s_two"?, "oracle_read"?, "peers": [PEER...], "error"?}
// TIMES: {"p50_us", "p99_us"?, "max_us"}. p50: best of three passes in CPU time per frame, the
//   median over frames; p99 and max: wall time of single passes, p99 left out below 100 frames.
// PEER: {"name", "version", "frames", "codes", "read", "wrong", "wrong_examples", "lost", "p50_us",
//   "max_us", "ours_p50_us"}: p50 as above, on the first frames of the scene (without those that it
//   died on), and ours on the same. "codes" are those of symbologies that it knows.
// "false_regions_per_10_mpix": those with the fixed pattern of a symbology, where there is no code.
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

struct BenchReport {
  std::string cpu;
  int cores = 0;
  uint64_t seed = 0;
  std::string symbologies = "all";  ///< that were looked for
  std::vector<BenchResult> scenes;
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
