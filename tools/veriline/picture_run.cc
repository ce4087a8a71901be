// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/picture_run.h"

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <opencv2/core.hpp>

#include "tools/veriline/worker_pool.h"
#include "vision/camera/folder/picture_decoder.h"
#include "vision/core/clock.h"
#include "vision/core/result.h"
#include "vision/decode/frame_reader.h"

namespace veriline::tools {
namespace {

/// What a usual picture takes is below a second; a file that takes longer than this is given up.
constexpr int kFileLimitMs = 60'000;

SymbologySet WithoutDataBar(const SymbologySet& all) {
  SymbologySet some;
  for (int i = 1; i < kSymbologyCount; ++i) {
    const auto s = static_cast<Symbology>(i);
    const bool databar = s >= Symbology::kDataBarOmni && s <= Symbology::kDataBarExpandedStacked;
    if (all.Has(s) && !databar) some.Add(s);
  }
  return some;
}

/// From a worker to its caller: whether it is good, the length of `shown`, then both texts.
std::string Pack(const FileOutput& output) {
  const uint64_t length = output.shown.size();
  std::string packed(1 + sizeof length, output.good ? '+' : '-');
  std::memcpy(packed.data() + 1, &length, sizeof length);
  return packed + output.shown + output.kept;
}
FileOutput Unpack(const std::string& packed) {
  uint64_t length = 0;
  std::memcpy(&length, packed.data() + 1, sizeof length);
  constexpr size_t kHead = 1 + sizeof length;
  return {packed[0] == '+', packed.substr(kHead, length), packed.substr(kHead + length)};
}

void Print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

}  // namespace

struct PictureReader::Impl {
  explicit Impl(const SymbologySet& all)
      : symbologies(all), reader(clock), decoder(camera::ExifOrientation::kIgnore) {}
  SymbologySet symbologies;
  SteadyClock clock;
  decode::FrameReader reader;
  camera::PictureDecoder decoder;
  decode::ReadOutcome outcome;
  FrameView picture;
};

PictureReader::PictureReader(const SymbologySet& symbologies)
    : impl_(std::make_unique<Impl>(symbologies)) {}
PictureReader::~PictureReader() = default;

const FrameView& PictureReader::picture() const { return impl_->picture; }

FileReport PictureReader::Read(const std::string& file, int attempt) {
  FileReport report{.file = file};
  impl_->picture = {};
  if (const auto picture = impl_->decoder.Decode(file)) {
    impl_->picture = *picture;
    report.width = picture->width;
    report.height = picture->height;
    decode::ReadOptions options;
    options.whole_picture = true;
    options.symbologies = attempt > 0 ? WithoutDataBar(impl_->symbologies) : impl_->symbologies;
    const int64_t start_ns = impl_->clock.NowNs();
    impl_->outcome = impl_->reader.Read(*picture, options);
    report.elapsed_us = (impl_->clock.NowNs() - start_ns) / 1000;
    report.symbols = impl_->outcome.symbols;
  } else {
    const Diagnostic& error = picture.error();
    report.error = error.message + " (" + error.advice + ")";
  }
  return report;
}

int RunPictures(const PictureRun& run) {
  cv::setNumThreads(1);
  int exit_code = 0;
  ForkedJobs jobs;
  jobs.count = run.files.size();
  jobs.workers = run.threads;
  jobs.time_limit_ms = kFileLimitMs;
  jobs.prepare = run.prepare;
  jobs.run = [&](size_t job, int attempt) { return Pack(run.run(job, attempt)); };
  jobs.done = [&](size_t job, const std::string& packed) {
    const FileOutput output = Unpack(packed);
    if (!output.good) exit_code = 1;
    Print(output.shown);
    if (run.keep) run.keep(job, output.kept);
  };
  jobs.lost = [&](size_t job, const std::string& reason) {
    exit_code = 1;
    FileReport report{.file = run.files[job]};
    report.error = "a decoder failed on it (" + reason + ")";
    Print(run.json ? ToJson(report) + "\n" : ToListing(report));
  };
  if (!RunForked(jobs)) {
    std::fprintf(stderr, "veriline %s: no worker process could be started\n", run.command);
    return 1;
  }
  if (run.after) Print(run.after());
  if (std::ferror(stdout) != 0) {
    std::fprintf(stderr, "veriline %s: the output could not be written (is the disk full?)\n",
                 run.command);
    return 1;
  }
  return exit_code;
}

}  // namespace veriline::tools
