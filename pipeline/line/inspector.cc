// SPDX-License-Identifier: Apache-2.0
#include "pipeline/line/inspector.h"

#include <tbb/global_control.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>
#include <tbb/task_scheduler_observer.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <functional>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "grading/symbol_grader.h"
#include "pipeline/line/text_inspector.h"
#include "vision/core/thread.h"
#include "vision/decode/frame_reader.h"

namespace veriline::line {

SymbologySet WantedSymbologies(const item::Recipe& recipe) {
  SymbologySet wanted;
  for (int i = 1; i < kSymbologyCount; ++i) {
    for (const item::CodeSpec& code : recipe.codes) {
      if (code.symbologies.Has(static_cast<Symbology>(i))) wanted.Add(static_cast<Symbology>(i));
    }
  }
  // A composite of which only the linear part can be read is told from none.
  return WithLinearComponents(wanted);
}

int64_t CountsToFirstItem(const item::Recipe& recipe, const item::ViewSpec& view) {
  // A block's first item may begin in the block before it; a picture of rows shows whole ones; else
  // the item in the middle counts, whose leading edge lies half an item ahead of the axis.
  if (view.scan == item::ViewScan::kLine) {
    return recipe.Counts(view.field_mm / 2 + recipe.max_length_mm);
  }
  if (recipe.trigger == item::TriggerKind::kRow) return recipe.Counts(view.field_mm / 2);
  return recipe.Counts(recipe.max_length_mm / 2);
}

int UsefulFramesInFlight(const item::Recipe& recipe, int workers) {
  const double lead_mm = recipe.decision_lead_ms / 1000 * recipe.top_speed_mm_s;
  double frames = workers;
  for (const item::ViewSpec& view : recipe.views) {
    const bool line = view.scan == item::ViewScan::kLine;
    const double first_mm =
        static_cast<double>(CountsToFirstItem(recipe, view)) / recipe.counts_per_mm;
    // The last line of a block is exposed half a block after its centre.
    const double way_mm = recipe.decision_distance_mm - view.distance_mm - first_mm -
                          (line ? view.field_mm / 2 : 0) - lead_mm;
    const bool rows = recipe.trigger == item::TriggerKind::kRow;
    const double step_mm = line   ? view.field_mm / 2
                           : rows ? recipe.row.repeat_mm
                                  : recipe.min_length_mm + recipe.debounce_mm;
    if (way_mm > 0) frames += std::ceil(way_mm / step_mm);
  }
  constexpr double kMost = 1 << 20;  // a belt of kilometres; the configuration's limit is lower
  return static_cast<int>(std::min(frames, kMost));
}

/// TBB starts one worker fewer than it is allowed, and the threads that enqueue never work here:
/// so N workers need a limit of N + 1 and an arena without a reserved slot.
struct Inspector::Arena {
  explicit Arena(const InspectorConfig& config)
      : limit(tbb::global_control::max_allowed_parallelism, config.workers + 1),
        arena(config.workers, 0),
        namer(arena, config.pin_cores) {}

  /// Names a worker by its place in the arena and pins it as it comes in. It stays pinned when it
  /// leaves, for it works nowhere else.
  class Namer final : public tbb::task_scheduler_observer {
   public:
    Namer(tbb::task_arena& arena, const std::vector<int>& cores)
        : task_scheduler_observer(arena), cores_(cores) {
      observe(true);
    }
    ~Namer() override { observe(false); }
    void on_scheduler_entry(bool) override {
      const int place = tbb::this_task_arena::current_thread_index();
      if (place < 0) return;
      SetThreadName(("inspect-" + std::to_string(place)).c_str());
      if (!cores_.empty()) PinThread(cores_[static_cast<size_t>(place) % cores_.size()]);
    }

   private:
    const std::vector<int>& cores_;
  };

  tbb::global_control limit;
  tbb::task_arena arena;
  Namer namer;
};

struct Inspector::Job {
  enum class Stage : uint8_t { kFree, kFilling, kWaiting, kRunning };
  std::atomic<Stage> stage{Stage::kFree};
  std::atomic<int64_t> arrival_ns{0};  ///< the frame's; others look at it while it waits
  Frame frame;
  int64_t deadline_ns = 0;
};

struct Inspector::Reader {
  Reader(const Clock& clock, decode::CropDecoder* the_decoder, decode::FrameReader::Share share)
      : decoder(the_decoder != nullptr ? *the_decoder : in_process),
        reader(clock, decoder, std::move(share)) {}
  /// True: it is the caller's until he sets `busy` to false.
  bool TryTake();

  std::atomic<bool> busy{false};
  decode::InProcessDecoder in_process;  ///< unused when another is given
  decode::CropDecoder& decoder;
  decode::FrameReader reader;
  grading::SymbolGrader grader;
  std::optional<TextInspector> texts;  ///< where the recipe has lines of text or numbers
  decode::ReadOutcome outcome;         ///< keeps its memory from frame to frame
  std::vector<FrameText> seen_texts;   ///< likewise
};

Inspector::Inspector(const InspectorConfig& config, const Clock& clock, Done done)
    : config_(config), clock_(clock), done_(std::move(done)) {
  for (int i = 0; i < config_.in_flight_frames; ++i) jobs_.push_back(std::make_unique<Job>());
  for (size_t i = 0; i < static_cast<size_t>(config_.workers); ++i) {
    decode::FrameReader::Share share;
    if (config_.workers > 1) {
      share = [this, i](const decode::FrameReader::Part& part) {
        Share(*readers_[i], [&part](Reader& by) { part(by.reader); });
      };
    }
    readers_.push_back(std::make_unique<Reader>(
        clock, i < config_.decoders.size() ? config_.decoders[i] : nullptr, std::move(share)));
    if (config_.recipe == nullptr) continue;
    if (TextInspector texts(*config_.recipe, config_.issued); !texts.idle()) {
      readers_.back()->texts.emplace(std::move(texts));
    }
  }
  arena_ = std::make_unique<Arena>(config_);
}

Inspector::~Inspector() { Drain(); }

bool Inspector::Inspect(Frame&& frame, int64_t deadline_ns) {
  for (const std::unique_ptr<Job>& job : jobs_) {
    auto free = Job::Stage::kFree;
    if (!job->stage.compare_exchange_strong(free, Job::Stage::kFilling,
                                            std::memory_order_acquire)) {
      continue;
    }
    job->arrival_ns.store(frame.stamp.arrival_ns, std::memory_order_relaxed);
    job->frame = std::move(frame);
    job->deadline_ns = deadline_ns;
    job->stage.store(Job::Stage::kWaiting, std::memory_order_release);
    arena_->arena.enqueue([this] { RunOldest(); });
    return true;
  }
  return false;
}

/// TBB does not promise the order of what is enqueued, and frames of several cameras come in any.
/// Of jobs that wait there are at least as many as of tasks that have not begun, so there is one.
void Inspector::RunOldest() {
  for (;;) {
    Job* oldest = nullptr;
    int64_t oldest_ns = std::numeric_limits<int64_t>::max();
    for (const std::unique_ptr<Job>& job : jobs_) {
      if (job->stage.load(std::memory_order_acquire) != Job::Stage::kWaiting) continue;
      const int64_t arrival_ns = job->arrival_ns.load(std::memory_order_relaxed);
      if (oldest != nullptr && arrival_ns >= oldest_ns) continue;
      oldest = job.get();
      oldest_ns = arrival_ns;
    }
    auto waiting = Job::Stage::kWaiting;
    if (oldest != nullptr && oldest->stage.compare_exchange_strong(waiting, Job::Stage::kRunning,
                                                                   std::memory_order_acquire)) {
      return Run(*oldest);
    }
  }
}

bool Inspector::Reader::TryTake() {
  bool free = false;
  return busy.compare_exchange_strong(free, true, std::memory_order_acquire);
}

/// The arena runs no more tasks at once than there are readers, and each has one at the most, so
/// one is free or about to be.
Inspector::Reader& Inspector::TakeReader() {
  for (bool any = false;; any = true) {  // first one whose decoders are there
    for (const std::unique_ptr<Reader>& reader : readers_) {
      if ((any || reader->decoder.ready()) && reader->TryTake()) return *reader;
    }
  }
}

/// Isolated: while it waits for others, this thread must not start a second frame. What nobody took
/// up in time ends up in this thread, and must not take a reader that a frame is about to.
void Inspector::Share(Reader& own, const std::function<void(Reader&)>& part) {
  tbb::this_task_arena::isolate([&] {
    std::atomic<bool> over{false};
    tbb::task_group helpers;
    for (int i = 1; i < config_.workers; ++i) {
      helpers.run([&] {
        if (over.load(std::memory_order_relaxed)) return;
        for (const std::unique_ptr<Reader>& reader : readers_) {
          if (!reader->decoder.ready() || !reader->TryTake()) continue;
          part(*reader);
          reader->busy.store(false, std::memory_order_release);
          return;
        }
      });
    }
    part(own);
    over.store(true, std::memory_order_relaxed);
    helpers.wait();
  });
}

void Inspector::GradeOne(Reader& by, const Job& job, size_t symbol, FrameResult* result) const {
  const size_t view = job.frame.stamp.camera;
  const calibration::Calibration* calibration =
      view < config_.calibrations.size() ? config_.calibrations[view].get() : nullptr;
  const auto report =
      by.grader.Grade(job.frame.pixels, calibration, result->symbols[symbol], config_.grading.spec);
  if (report) result->grades[symbol] = item::Summarise(*report);
}

/// What the deadline leaves ungraded makes the result partial.
void Inspector::GradeSymbols(Reader& own, const Job& job, FrameResult* result) {
  const int64_t start = clock_.NowNs();
  result->grades.resize(result->symbols.size());
  std::atomic<size_t> next{0};
  std::atomic<bool> late{false};
  const auto part = [&](Reader& by) {
    for (size_t i = next++; i < result->symbols.size(); i = next++) {
      if (!grading::SymbolGrader::Covers(result->symbols[i].symbology)) continue;
      if (job.deadline_ns != 0 && clock_.NowNs() >= job.deadline_ns) {
        late.store(true, std::memory_order_relaxed);
        return;
      }
      GradeOne(by, job, i, result);
    }
  };
  constexpr size_t kWorthSharing = 4;
  if (config_.workers > 1 && result->symbols.size() >= kWorthSharing) {
    Share(own, std::cref(part));  // by reference: a copy would be allocated
  } else {
    part(own);
  }
  result->partial = result->partial || late.load(std::memory_order_relaxed);
  grade_latency_.Record(clock_.NowNs() - start);
}

/// What the deadline leaves unseen makes the result partial.
void Inspector::LookAtText(Reader& own, const Job& job, FrameResult* result) {
  const int64_t start = clock_.NowNs();
  if (config_.board != nullptr && config_.recipe->sequence.enabled()) {
    config_.board->Read(&result->expected_numbers);
  }
  const auto late = [&] { return job.deadline_ns != 0 && clock_.NowNs() >= job.deadline_ns; };
  own.seen_texts.clear();
  const bool all = own.texts->Inspect(job.frame.pixels, job.frame.stamp.camera, result->symbols,
                                      result->expected_numbers, std::cref(late), &own.seen_texts);
  result->texts.assign(std::make_move_iterator(own.seen_texts.begin()),
                       std::make_move_iterator(own.seen_texts.end()));
  result->partial = result->partial || !all;
  text_latency_.Record(clock_.NowNs() - start);
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
    decode::ReadOutcome& outcome = reader.outcome;
    if (!config_.symbologies.Empty()) {  // numbers alone have no codes beside them
      reader.reader.Read(job.frame.pixels,
                         {.symbologies = config_.symbologies, .deadline_ns = job.deadline_ns},
                         &outcome);
      result->symbols.assign(std::make_move_iterator(outcome.symbols.begin()),
                             std::make_move_iterator(outcome.symbols.end()));
      result->partial = outcome.stats.partial;
      result->rungs_skipped = outcome.stats.rungs_skipped;
    }
    if (config_.grading.enabled) GradeSymbols(reader, job, result.get());
    if (reader.texts) LookAtText(reader, job, result.get());
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
  job.stage.store(Job::Stage::kFree, std::memory_order_release);
  job.stage.notify_all();
}

void Inspector::Drain() {
  for (const std::unique_ptr<Job>& job : jobs_) {
    for (auto stage = job->stage.load(std::memory_order_acquire); stage != Job::Stage::kFree;
         stage = job->stage.load(std::memory_order_acquire)) {
      job->stage.wait(stage, std::memory_order_acquire);
    }
  }
}

}  // namespace veriline::line
