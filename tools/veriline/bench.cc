// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/bench.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tools/veriline/bench_line_scan.h"
#include "tools/veriline/bench_measure.h"
#include "tools/veriline/bench_peers.h"
#include "tools/veriline/bench_result.h"
#include "tools/veriline/bench_scene.h"
#include "tools/veriline/symbology_list.h"
#include "tools/veriline/worker_pool.h"

namespace veriline::tools {
namespace {

struct BenchCommand {
  std::vector<std::string> scenes;
  uint64_t frames = 0;  ///< 0: as many as the scene says
  uint64_t codes = 0;
  uint64_t seed = 1;
  std::vector<std::string> symbologies;
  bool no_peers = false;
  std::string json;
  std::string baseline;
  bool line_scan = false;
  double seconds = 60;
  double rate_khz = 0;  ///< 0: the highest
};

int Complain(const std::string& text, int exit_code) {
  std::fprintf(stderr, "veriline bench: %s\n", text.c_str());
  return exit_code;
}

double Ratio(uint64_t part, uint64_t all) {
  return all == 0 ? 0 : static_cast<double>(part) / static_cast<double>(all);
}

void PrintTimes(const char* stage, const BenchTimes& times) {
  fmt::print("  {:8} p50 {:8.3f}", stage, times.p50_us / 1e3);
  if (times.p99_us) fmt::print("   p99 {:8.3f}", *times.p99_us / 1e3);
  fmt::print("   max {:8.3f} ms\n", times.max_us / 1e3);
}

void Print(const BenchResult& r) {
  fmt::print("{}: {} x {}, {} frames, {} codes, clutter at least {:.1f} %\n", r.scene, r.width,
             r.height, r.frames, r.codes, 100 * r.clutter_min_ratio);
  if (r.locate.max_us > 0) PrintTimes("locate", r.locate);
  if (r.decode.max_us > 0) PrintTimes("decode", r.decode);
  PrintTimes("whole", r.whole);
  if (r.grade) PrintTimes("grade", *r.grade);
  if (r.mpix_per_s > 0) {
    fmt::print("  {:.0f} MPix/s", r.mpix_per_s);
    if (r.codes > 0) fmt::print(", {:.0f} codes/s", r.codes_per_s);
    if (r.frames_per_s_one && r.frames_per_s_two) {
      fmt::print(", {:.1f} frames/s on one core, {:.1f} on two (x {:.2f})", *r.frames_per_s_one,
                 *r.frames_per_s_two, *r.frames_per_s_two / *r.frames_per_s_one);
    }
    fmt::print("\n");
  }
  fmt::print("  ");
  if (r.codes > 0) {
    fmt::print("read {} of {} ({:.2f} %), ", r.read, r.codes, 100 * Ratio(r.read, r.codes));
  }
  fmt::print("wrong {}", r.wrong);
  if (r.found_ratio) fmt::print(", found {:.2f} %", 100 * *r.found_ratio);
  if (r.false_regions_per_10_mpix) {
    fmt::print(", false regions per 10 MPix {:.2f}", *r.false_regions_per_10_mpix);
  }
  if (r.allocations_mean) {
    fmt::print(", allocations per frame {:.1f} (most {:.0f})", *r.allocations_mean,
               *r.allocations_max);
  }
  fmt::print("\n");
  if (r.oracle_read) {
    fmt::print("  oracle: {} of {} ({:.2f} %)\n", *r.oracle_read, r.codes,
               100 * Ratio(*r.oracle_read, r.codes));
  }
  for (const std::string& example : r.wrong_examples) fmt::print("  wrong: {}\n", example);
  for (const BenchPeer& peer : r.peers) {
    fmt::print("  {} {}: p50 {:.3f} ms ({:.1f} times ours), max {:.3f} ms, {} frames", peer.name,
               peer.version, peer.p50_us / 1e3, peer.p50_us / peer.ours_p50_us, peer.max_us / 1e3,
               peer.frames);
    if (peer.codes > 0) {
      fmt::print(", read {} of {} ({:.2f} %)", peer.read, peer.codes,
                 100 * Ratio(peer.read, peer.codes));
    }
    fmt::print(", wrong {}, died or stopped {}\n", peer.wrong, peer.lost);
    for (const std::string& example : peer.wrong_examples) fmt::print("    wrong: {}\n", example);
  }
  std::fflush(stdout);
}

/// Scenes are measured in a process each: what one leaves behind does not bear on the next, and a
/// decoder that kills its process costs one scene.
std::vector<BenchResult> Measure(const BenchCommand& command,
                                 const std::vector<const BenchScene*>& scenes,
                                 const SymbologySet& symbologies) {
  std::vector<BenchResult> results;
  uint64_t with_codes = 0;
  for (const BenchScene* scene : scenes) with_codes += scene->codes;
  const auto lost = [&](size_t job, const std::string& reason) {
    BenchResult result;
    result.scene = scenes[job]->name;
    result.error = "a decoder failed on it (" + reason + ")";
    std::fprintf(stderr, "veriline bench: %s: %s\n", result.scene.c_str(), result.error.c_str());
    results.push_back(std::move(result));
  };
  ForkedJobs jobs;
  jobs.count = scenes.size();
  jobs.run = [&](size_t job, int attempt) {
    if (attempt > 0) return std::string();  // it would fail again
    const BenchScene& scene = *scenes[job];
    const uint64_t frames = command.frames > 0 ? command.frames : scene.frames;
    const auto pictures = scene.make(command.seed);
    if (command.codes > 0 && scene.codes) {
      const uint64_t share = (command.codes + with_codes - 1) / with_codes;
      return ToJson(CountCodes(scene, *pictures, symbologies, share));
    }
    SceneMeasurement measured = MeasureScene(scene, *pictures, command.seed, symbologies, frames);
    for (const PeerDecoder& peer : PeerDecoders()) {
      if (command.no_peers || !peer.wanted(scene)) continue;
      measured.result.peers.push_back(MeasurePeer(peer, scene, *pictures, measured.whole_us));
    }
    return ToJson(measured.result);
  };
  jobs.done = [&](size_t job, const std::string& output) {
    if (output.empty()) return lost(job, "the process ended");
    results.push_back(ResultFromJson(output));
    Print(results.back());
  };
  jobs.lost = lost;
  if (!RunForked(jobs)) {
    for (size_t job = results.size(); job < scenes.size(); ++job) {
      lost(job, "no process could be started");
    }
  }
  return results;
}

int RunLineScan(const BenchCommand& command, const SymbologySet& symbologies, BenchReport report) {
  LineScanOptions options;
  options.seconds = command.seconds;
  options.lines_per_s = command.rate_khz * 1e3;
  if (command.codes > 0) options.codes = command.codes;
  options.seed = command.seed;
  if (command.symbologies.empty()) {
    report.symbologies = "recipe";
  } else {
    options.symbologies = symbologies;
  }
  const auto result = MeasureLineScan(options);
  if (!result) {
    return Complain(result.error().ToString(),
                    result.error().code == ErrorCode::kOutOfRange ? 2 : 1);
  }
  Print(*result);
  report.line_scan = *result;
  if (!command.json.empty()) {
    if (const auto saved = SaveReport(report, command.json); !saved) {
      return Complain(saved.error().ToString(), 1);
    }
  }
  return result->kept() ? 0 : 1;
}

int Run(const BenchCommand& command) {
  std::vector<const BenchScene*> scenes;
  for (const std::string& name : command.scenes) {
    const BenchScene* scene = BenchSceneFromName(name);
    if (scene == nullptr) {
      std::string known;
      for (const BenchScene& s : BenchScenes()) {
        known += known.empty() ? "" : ", ";
        known += s.name;
      }
      return Complain(fmt::format("--scene: there is no scene \"{}\" (use {})", name, known), 2);
    }
    scenes.push_back(scene);
  }
  if (scenes.empty()) {
    for (const BenchScene& scene : BenchScenes()) scenes.push_back(&scene);
  }
  const auto symbologies = SymbologiesFromNames(command.symbologies);
  if (!symbologies) return Complain(symbologies.error().ToString(), 2);
  BenchReport report = ReportOfThisMachine(command.seed);
  if (!command.symbologies.empty()) {
    report.symbologies = fmt::format("{}", fmt::join(command.symbologies, ","));
  }
  if (command.line_scan) return RunLineScan(command, *symbologies, std::move(report));
  std::optional<BenchReport> before;
  if (!command.baseline.empty()) {
    auto loaded = LoadReport(command.baseline);
    if (!loaded) return Complain(loaded.error().ToString(), 2);
    if (const auto comparable = Comparable(*loaded, report); !comparable) {
      return Complain(comparable.error().ToString(), 2);
    }
    before = std::move(*loaded);
  }
  cv::setNumThreads(1);
  fmt::print("{}, {} cores, seed {}, symbologies: {}\n", report.cpu, report.cores, report.seed,
             report.symbologies);
  report.scenes = Measure(command, scenes, *symbologies);

  int exit_code = 0;
  for (const BenchResult& scene : report.scenes) {
    if (!scene.error.empty()) exit_code = 1;
  }
  if (!command.json.empty()) {
    if (const auto saved = SaveReport(report, command.json); !saved) {
      exit_code = Complain(saved.error().ToString(), 1);
    }
  }
  if (before) {
    const std::vector<Slower> slower = Compare(*before, report);
    for (const Slower& s : slower) {
      fmt::print("slower: {} {} p50 {:.3f} ms, {:.3f} before (+{:.0f} %)\n", s.scene, s.stage,
                 s.now_us / 1e3, s.before_us / 1e3, 100 * (s.now_us / s.before_us - 1));
    }
    if (slower.empty()) fmt::print("nothing is more than 10 % slower than the baseline\n");
    if (!slower.empty()) exit_code = 1;
  }
  return exit_code;
}

}  // namespace

void AddBenchCommand(CLI::App& app, int& exit_code) {
  auto command = std::make_shared<BenchCommand>();
  CLI::App* bench =
      app.add_subcommand("bench", "How fast and how well drawn scenes are read on this machine");
  std::string names;
  for (const BenchScene& scene : BenchScenes()) {
    names += names.empty() ? "" : ", ";
    names += scene.name;
  }
  bench->add_option("--scene", command->scenes, "Only these: " + names)
      ->delimiter(',')
      ->allow_extra_args(false);
  auto* frames = bench->add_option("--frames", command->frames, "Pictures of each scene")
                     ->check(CLI::Range(1, 100'000));
  bench->add_option("--seed", command->seed, "Of the pictures")->capture_default_str();
  bench
      ->add_option("--codes", command->codes,
                   "Read until so many codes were seen in all scenes together, each picture once; "
                   "with --line-scan so many different ones come by (default 120000)")
      ->check(CLI::Range(1, 10'000'000))
      ->excludes(frames);
  bench
      ->add_option("--symbologies", command->symbologies,
                   "Look for these only, as a recipe may, e.g. datamatrix,qr,code128,ean13 "
                   "(default: all)")
      ->delimiter(',')
      ->allow_extra_args(false);
  bench->add_option("--json", command->json, "Write the results to this file");
  auto* baseline =
      bench->add_option("--baseline", command->baseline,
                        "Compare with a file written before; exit 1 when a median is more than "
                        "10 % higher");
  baseline->excludes("--codes");
  bench->add_flag("--no-peers", command->no_peers, "Without ZXing, libdmtx and ZBar");
  auto* line_scan =
      bench
          ->add_flag(
              "--line-scan", command->line_scan,
              "Instead of scenes: the highest rate of a line-scan camera of 8192 px at which "
              "no block of lines is lost, on two cores")
          ->excludes("--scene", "--frames", "--baseline");
  bench->add_option("--seconds", command->seconds, "How long that rate is to be kept")
      ->check(CLI::Range(0.1, 86'400.0))
      ->capture_default_str()
      ->needs(line_scan);
  bench->add_option("--rate", command->rate_khz, "Do not search: this line rate, in kHz")
      ->check(CLI::Range(0.1, 1000.0))
      ->needs(line_scan);
  bench->footer(
      "Example:\n"
      "  veriline bench --json before.json\n"
      "  veriline bench --scene packs,web --no-peers --baseline before.json\n"
      "  veriline bench --line-scan --seconds 60\n"
      "Times are those of one core: p50 in CPU time (best of three passes), p99 and max in wall "
      "time of single passes. Let nothing else run on the machine.\n"
      "Exit code: 0 done; 1 slower than the baseline, blocks were lost, or something could not be "
      "measured or written; 2 bad arguments or baseline.");
  bench->callback([command, &exit_code] { exit_code = Run(*command); });
}

}  // namespace veriline::tools
