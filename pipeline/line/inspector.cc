// SPDX-License-Identifier: Apache-2.0
#include "pipeline/line/inspector.h"

#include <tbb/global_control.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <exception>
#include <utility>

#include "vision/decode/frame_reader.h"

namespace veriline::line {

SymbologySet WantedSymbologies(const item::Recipe& recipe) {
  SymbologySet wanted;
  for (int i = 1; i < kSymbologyCount; ++i) {
    for (const item::CodeSpec& code : recipe.codes) {
      if (code.symbologies.Has(static_cast<Symbology>(i))) wanted.Add(static_cast<Symbology>(i));
    }
  }
  return wanted;
}

/// TBB starts one worker fewer than it is allowed, and the threads that enqueue never work here:
/// so N workers need a limit of N + 1 and an arena without a reserved slot.
struct Inspector::Arena {
  explicit Arena(int workers)
      : limit(tbb::global_control::max_allowed_parallelism, workers + 1), arena(workers, 0) {}
  tbb::global_control limit;
  tbb::task_arena arena;
};

struct Inspector::Job {
  std::atomic<bool> busy{false};
  Frame frame;
  int64_t deadline_ns = 0;
};

struct Inspector::Reader {
  Reader(const Clock& clock, decode::CropDecoder* the_decoder)
      : decoder(the_decoder != nullptr ? *the_decoder : in_process), reader(clock, decoder) {}
  std::atomic<bool> busy{false};
  decode::InProcessDecoder in_process;  ///< unused when another is given
  decode::CropDecoder& decoder;
  decode::FrameReader reader;
};

Inspector::Inspector(const InspectorConfig& config, const Clock& clock, Done done)
    : config_(config), clock_(clock), done_(std::move(done)) {
  for (int i = 0; i < config_.in_flight_frames; ++i) jobs_.push_back(std::make_unique<Job>());
  for (size_t i = 0; i < static_cast<size_t>(config_.workers); ++i) {
    readers_.push_back(std::make_unique<Reader>(
        clock, i < config_.decoders.size() ? config_.decoders[i] : nullptr));
  }
  arena_ = std::make_unique<Arena>(config_.workers);
}

Inspector::~Inspector() { Drain(); }

bool Inspector::Inspect(Frame&& frame, int64_t deadline_ns) {
  for (const std::unique_ptr<Job>& job : jobs_) {
    bool free = false;
    if (!job->busy.compare_exchange_strong(free, true, std::memory_order_acquire)) continue;
    job->frame = std::move(frame);
    job->deadline_ns = deadline_ns;
    arena_->arena.enqueue([this, j = job.get()] { Run(*j); });
    return true;
  }
  return false;
}

/// The arena runs no more tasks at once than there are readers, so one is free or about to be. A
/// task that waits for others of its own must do so isolated, or it would start a second frame
/// here.
Inspector::Reader& Inspector::TakeReader() {
  for (bool any = false;; any = true) {  // first one whose decoders are there
    for (const std::unique_ptr<Reader>& reader : readers_) {
      if (!any && !reader->decoder.ready()) continue;
      bool free = false;
      if (reader->busy.compare_exchange_strong(free, true, std::memory_order_acquire)) {
        return *reader;
      }
    }
  }
}

void Inspector::Run(Job& job) {
  const int64_t start = clock_.NowNs();
  wait_latency_.Record(start - job.frame.stamp.arrival_ns);
  auto result = std::make_unique<FrameResult>();
  result->stamp = job.frame.stamp;
  result->width_px = job.frame.pixels.width;
  result->height_px = job.frame.pixels.height;
  Reader& reader = TakeReader();
  try {
    const uint64_t skipped = reader.decoder.counters().skipped;
    decode::ReadOutcome outcome = reader.reader.Read(
        job.frame.pixels, {.symbologies = config_.symbologies, .deadline_ns = job.deadline_ns});
    result->symbols = std::move(outcome.symbols);
    result->partial = outcome.stats.partial;
    result->rungs_skipped = reader.decoder.counters().skipped != skipped;
  } catch (const std::exception&) {
    result->partial = true;  // out of memory at the most: readers catch their libraries
  }
  reader.busy.store(false, std::memory_order_release);
  result->done_ns = clock_.NowNs();
  inspect_latency_.Record(result->done_ns - start);
  frames_.fetch_add(1, std::memory_order_relaxed);
  codes_.fetch_add(result->symbols.size(), std::memory_order_relaxed);
  job.frame = Frame{};  // the buffer goes back before anyone acts on the result
  done_(std::move(result));
  job.busy.store(false, std::memory_order_release);
  job.busy.notify_all();
}

void Inspector::Drain() {
  for (const std::unique_ptr<Job>& job : jobs_) job->busy.wait(true, std::memory_order_acquire);
}

}  // namespace veriline::line
