// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/read.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "tools/veriline/symbol_json.h"
#include "tools/veriline/symbology_list.h"
#include "tools/veriline/worker_pool.h"
#include "vision/camera/folder/picture_decoder.h"
#include "vision/core/clock.h"
#include "vision/core/result.h"
#include "vision/core/symbol.h"
#include "vision/decode/frame_reader.h"

namespace veriline::tools {
namespace {

struct ReadCommand {
  std::vector<std::string> files;
  std::vector<std::string> symbologies;
  int threads = 1;
  bool json = false;
};

/// What a usual picture takes is below a second; a file that takes longer than this is given up.
constexpr int kFileLimitMs = 60'000;

/// The first character of what a worker returns tells whether the file could be read.
constexpr char kGood = '+';
constexpr char kBad = '-';

class PictureReader {
 public:
  explicit PictureReader(const SymbologySet& symbologies)
      : reader_(clock_), decoder_(camera::ExifOrientation::kIgnore) {
    options_.symbologies = symbologies;
    options_.whole_picture = true;
  }

  /// On a second attempt DataBar is left out: comparing its results is what aborts in ZXing.
  std::string Read(const std::string& file, int attempt, bool json) {
    FileReport report{.file = file};
    decode::ReadOutcome outcome;
    if (const auto picture = decoder_.Decode(file)) {
      report.width = picture->width;
      report.height = picture->height;
      decode::ReadOptions options = options_;
      if (attempt > 0) options.symbologies = WithoutDataBar(options.symbologies);
      const int64_t start_ns = clock_.NowNs();
      outcome = reader_.Read(*picture, options);
      report.elapsed_us = (clock_.NowNs() - start_ns) / 1000;
      report.symbols = outcome.symbols;
    } else {
      const Diagnostic& error = picture.error();
      report.error = error.message + " (" + error.advice + ")";
    }
    return (report.error.empty() ? kGood : kBad) +
           (json ? ToJson(report) + "\n" : ToListing(report));
  }

 private:
  static SymbologySet WithoutDataBar(const SymbologySet& all) {
    SymbologySet some;
    for (int i = 1; i < kSymbologyCount; ++i) {
      const auto s = static_cast<Symbology>(i);
      const bool databar = s >= Symbology::kDataBarOmni && s <= Symbology::kDataBarExpandedStacked;
      if (all.Has(s) && !databar) some.Add(s);
    }
    return some;
  }

  SteadyClock clock_;
  decode::FrameReader reader_;
  camera::PictureDecoder decoder_;
  decode::ReadOptions options_;
};

int RunRead(const ReadCommand& command) {
  const auto symbologies = SymbologiesFromNames(command.symbologies);
  if (!symbologies) {
    std::fprintf(stderr, "veriline read: %s\n", symbologies.error().ToString().c_str());
    return 2;
  }
  cv::setNumThreads(1);
  int exit_code = 0;
  PictureReader reader(*symbologies);  // each worker has its copy
  ForkedJobs jobs;
  jobs.count = command.files.size();
  jobs.workers = command.threads;
  jobs.time_limit_ms = kFileLimitMs;
  jobs.prepare = [&] {
    // Untimed: caches, tables and scratch memory are warm afterwards. Without DataBar, so that it
    // does not die before its first job.
    reader.Read(command.files.front(), 1, true);
  };
  jobs.run = [&](size_t job, int attempt) {
    return reader.Read(command.files[job], attempt, command.json);
  };
  jobs.done = [&](size_t, std::string output) {
    if (output[0] == kBad) exit_code = 1;
    std::fwrite(output.data() + 1, 1, output.size() - 1, stdout);
    std::fflush(stdout);
  };
  jobs.lost = [&](size_t job, const std::string& reason) {
    exit_code = 1;
    FileReport report{.file = command.files[job]};
    report.error = "a decoder failed on it (" + reason + ")";
    const std::string text = command.json ? ToJson(report) + "\n" : ToListing(report);
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  };
  if (!RunForked(jobs)) {
    std::fprintf(stderr, "veriline read: no worker process could be started\n");
    return 1;
  }
  if (std::ferror(stdout) != 0) {
    std::fprintf(stderr, "veriline read: the output could not be written (is the disk full?)\n");
    return 1;
  }
  return exit_code;
}

}  // namespace

void AddReadCommand(CLI::App& app, int& exit_code) {
  auto command = std::make_shared<ReadCommand>();
  CLI::App* read = app.add_subcommand("read", "Reads every code in pictures");
  read->add_option("FILE", command->files, "Pictures: PNG, JPEG, PGM, TIFF, BMP or WebP")
      ->required();
  read->add_option("--symbologies", command->symbologies,
                   "Only these, e.g. datamatrix,qr (default: all)")
      ->delimiter(',')
      ->allow_extra_args(false);
  read->add_option("--threads", command->threads, "Pictures read at the same time")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  read->add_flag("--json", command->json, "One JSON object per file and line");
  read->footer(
      "Example:\n"
      "  veriline read --json --symbologies datamatrix label.png\n"
      "A file on which a decoder fails, or that takes longer than a minute, costs only itself.\n"
      "Exit code: 0 done, also when there is no code; 1 a file could not be read; 2 bad "
      "arguments.");
  read->callback([command, &exit_code] { exit_code = RunRead(*command); });
}

}  // namespace veriline::tools
