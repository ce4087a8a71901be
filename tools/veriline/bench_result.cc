// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/bench_result.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>

namespace veriline::tools {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "veriline-bench";
constexpr int kVersion = 1;

template <typename T>
void Put(Json& json, const char* key, const std::optional<T>& value) {
  if (value) json[key] = *value;
}
template <typename T>
void Get(const Json& json, const char* key, std::optional<T>& value) {
  if (json.contains(key)) value = json.at(key).get<T>();
}

Json Of(const BenchTimes& times) {
  Json json{{"p50_us", times.p50_us}};
  Put(json, "p99_us", times.p99_us);
  json["max_us"] = times.max_us;
  return json;
}
BenchTimes TimesFrom(const Json& json) {
  BenchTimes times;
  times.p50_us = json.at("p50_us");
  Get(json, "p99_us", times.p99_us);
  times.max_us = json.at("max_us");
  return times;
}

Json Of(const BenchPeer& peer) {
  return {{"name", peer.name},
          {"version", peer.version},
          {"frames", peer.frames},
          {"codes", peer.codes},
          {"read", peer.read},
          {"wrong", peer.wrong},
          {"wrong_examples", peer.wrong_examples},
          {"lost", peer.lost},
          {"p50_us", peer.p50_us},
          {"max_us", peer.max_us},
          {"ours_p50_us", peer.ours_p50_us}};
}
BenchPeer PeerFrom(const Json& json) {
  return {.name = json.at("name"),
          .version = json.at("version"),
          .frames = json.at("frames"),
          .codes = json.at("codes"),
          .read = json.at("read"),
          .wrong = json.at("wrong"),
          .wrong_examples = json.at("wrong_examples"),
          .lost = json.at("lost"),
          .p50_us = json.at("p50_us"),
          .max_us = json.at("max_us"),
          .ours_p50_us = json.at("ours_p50_us")};
}

Json Of(const BenchResult& r) {
  Json json{
      {"scene", r.scene},
      {"width", r.width},
      {"height", r.height},
      {"frames", r.frames},
      {"codes", r.codes},
      {"read", r.read},
      {"wrong", r.wrong},
      {"wrong_examples", r.wrong_examples},
      {"clutter_min_ratio", r.clutter_min_ratio},
      {"stages", {{"locate", Of(r.locate)}, {"decode", Of(r.decode)}, {"whole", Of(r.whole)}}},
      {"mpix_per_s", r.mpix_per_s},
      {"codes_per_s", r.codes_per_s}};
  if (r.grade) json["grade"] = Of(*r.grade);
  Put(json, "found_ratio", r.found_ratio);
  Put(json, "false_regions_per_10_mpix", r.false_regions_per_10_mpix);
  Put(json, "allocations_mean", r.allocations_mean);
  Put(json, "allocations_max", r.allocations_max);
  Put(json, "frames_per_s_one", r.frames_per_s_one);
  Put(json, "frames_per_s_two", r.frames_per_s_two);
  Put(json, "oracle_read", r.oracle_read);
  json["peers"] = Json::array();
  for (const BenchPeer& peer : r.peers) json["peers"].push_back(Of(peer));
  if (!r.error.empty()) json["error"] = r.error;
  return json;
}
BenchResult ResultFrom(const Json& json) {
  BenchResult r;
  r.scene = json.at("scene");
  r.width = json.at("width");
  r.height = json.at("height");
  r.frames = json.at("frames");
  r.codes = json.at("codes");
  r.read = json.at("read");
  r.wrong = json.at("wrong");
  r.wrong_examples = json.at("wrong_examples").get<std::vector<std::string>>();
  r.clutter_min_ratio = json.at("clutter_min_ratio");
  const Json& stages = json.at("stages");
  r.locate = TimesFrom(stages.at("locate"));
  r.decode = TimesFrom(stages.at("decode"));
  r.whole = TimesFrom(stages.at("whole"));
  r.mpix_per_s = json.at("mpix_per_s");
  r.codes_per_s = json.at("codes_per_s");
  if (json.contains("grade")) r.grade = TimesFrom(json["grade"]);
  Get(json, "found_ratio", r.found_ratio);
  Get(json, "false_regions_per_10_mpix", r.false_regions_per_10_mpix);
  Get(json, "allocations_mean", r.allocations_mean);
  Get(json, "allocations_max", r.allocations_max);
  Get(json, "frames_per_s_one", r.frames_per_s_one);
  Get(json, "frames_per_s_two", r.frames_per_s_two);
  Get(json, "oracle_read", r.oracle_read);
  for (const Json& peer : json.at("peers")) r.peers.push_back(PeerFrom(peer));
  r.error = json.value("error", "");
  return r;
}

Json Of(const LineScanResult& r) {
  return {{"lines_per_s", r.lines_per_s},
          {"kept", r.kept()},
          {"seconds", r.seconds},
          {"blocks", r.blocks},
          {"lost_blocks", r.lost_blocks},
          {"mpix_per_s", r.pixel_gb_per_s * 1e3},
          {"codes_per_s", static_cast<double>(r.codes) / r.seconds},
          {"different_codes", r.different_codes},
          {"codes", r.codes},
          {"read", r.read},
          {"wrong", r.wrong},
          {"wrong_examples", r.wrong_examples},
          {"latency", Of(r.latency)},
          {"feeder_cores", r.feeder_cores},
          {"consumer_cores", r.consumer_cores},
          {"other_cores", r.other_cores},
          {"cores", r.cores},
          {"alone_cpu_us", r.alone_cpu_us},
          {"block_cpu_us", r.block_cpu_us},
          {"pixel_gb_per_s", r.pixel_gb_per_s},
          {"memory_gb_per_s", r.memory_gb_per_s},
          {"limit", r.limit}};
}

std::string CpuModel() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

tl::unexpected<Diagnostic> Unusable(const std::string& path, std::string what, std::string advice) {
  return Fail(Diagnostic{.message = std::move(what), .file = path, .advice = std::move(advice)});
}

}  // namespace

BenchReport ReportOfThisMachine(uint64_t seed) {
  return {.cpu = CpuModel(),
          .cores = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)),
          .seed = seed,
          .symbologies = "all",
          .scenes = {},
          .line_scan = {}};
}

std::string ToJson(const BenchResult& result) {
  return Of(result).dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::string ToJson(const BenchReport& report) {
  Json json{{"format", kFormat},
            {"version", kVersion},
            {"machine", {{"cpu", report.cpu}, {"cores", report.cores}}},
            {"seed", report.seed},
            {"symbologies", report.symbologies}};
  json["scenes"] = Json::array();
  for (const BenchResult& scene : report.scenes) json["scenes"].push_back(Of(scene));
  if (report.line_scan) json["line_scan"] = Of(*report.line_scan);
  return json.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

BenchResult ResultFromJson(const std::string& json) { return ResultFrom(Json::parse(json)); }

Checked<BenchReport> LoadReport(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad()) {
    return Unusable(path, "cannot be read", "give a file that `veriline bench --json` wrote");
  }
  try {
    const Json json = Json::parse(text);
    if (json.value("format", "") != kFormat) {
      return Unusable(path, "is no report of a bench", "write one with `veriline bench --json`");
    }
    if (json.at("version") != kVersion) {
      return Unusable(path, "is a report of another version",
                      "write a new one with `veriline bench --json`");
    }
    BenchReport report;
    report.cpu = json.at("machine").at("cpu");
    report.cores = json.at("machine").at("cores");
    report.seed = json.at("seed");
    report.symbologies = json.at("symbologies");
    for (const Json& scene : json.at("scenes")) report.scenes.push_back(ResultFrom(scene));
    return report;
  } catch (const Json::exception& error) {
    return Unusable(path, std::string("is a damaged report: ") + error.what(),
                    "write a new one with `veriline bench --json`");
  }
}

Checked<void> SaveReport(const BenchReport& report, const std::string& path) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << ToJson(report);
  file.close();
  if (!file) {
    return Unusable(path, "cannot be written", "is the folder there, and is the disk full?");
  }
  return {};
}

Checked<void> Comparable(const BenchReport& before, const BenchReport& now) {
  if (before.cpu != now.cpu || before.cores != now.cores) {
    return Fail(Diagnostic{.message = "the baseline is of another machine (" + before.cpu + ", " +
                                      std::to_string(before.cores) + " cores; this is " + now.cpu +
                                      ", " + std::to_string(now.cores) + " cores)",
                           .advice = "take one here with `veriline bench --json`"});
  }
  if (before.seed != now.seed) {
    const std::string seed = std::to_string(before.seed);
    return Fail(Diagnostic{.message = "the baseline is of other pictures (seed " + seed + ")",
                           .advice = "use --seed " + seed});
  }
  if (before.symbologies != now.symbologies) {
    return Fail(Diagnostic{
        .message = "the baseline is of other symbologies (" + before.symbologies + ")",
        .advice = before.symbologies == "all" ? "leave --symbologies out"
                                              : "use --symbologies " + before.symbologies});
  }
  return {};
}

std::vector<Slower> Compare(const BenchReport& before, const BenchReport& now) {
  std::vector<Slower> slower;
  for (const BenchResult& scene : now.scenes) {
    const auto old = std::ranges::find(before.scenes, scene.scene, &BenchResult::scene);
    if (old == before.scenes.end() || !old->error.empty() || !scene.error.empty()) continue;
    const auto look = [&](const char* stage, const BenchTimes& then, const BenchTimes& here) {
      if (here.p50_us > kSlowerRatio * then.p50_us && here.p50_us > then.p50_us + kNoiseUs) {
        slower.push_back({scene.scene, stage, then.p50_us, here.p50_us});
      }
    };
    look("locate", old->locate, scene.locate);
    look("decode", old->decode, scene.decode);
    look("whole", old->whole, scene.whole);
    if (old->grade && scene.grade) look("grade", *old->grade, *scene.grade);
  }
  return slower;
}

}  // namespace veriline::tools
