// SPDX-License-Identifier: Apache-2.0
#include "pipeline/line/recording/picture_readers.h"

#include <exception>
#include <string>
#include <utility>

#include "grading/symbol_grader.h"
#include "pipeline/line/text_inspector.h"
#include "vision/core/clock.h"
#include "vision/core/thread.h"
#include "vision/decode/frame_reader.h"

namespace veriline::line {

PictureReaders::PictureReaders(const Recording& recording, SymbologySet symbologies,
                               const batch::Registry& issued, int threads)
    : recording_(recording), symbologies_(symbologies), issued_(issued) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this, i] { Run(i); });
  }
}

PictureReaders::~PictureReaders() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  ready_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

std::future<PictureReading> PictureReaders::Read(const PicturePlace& place,
                                                 std::vector<int64_t> expected_numbers) {
  Job job{place, std::move(expected_numbers), {}};
  std::future<PictureReading> reading = job.promise.get_future();
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  ready_.notify_one();
  return reading;
}

void PictureReaders::Grade(const FrameView& picture, size_t view, grading::SymbolGrader& grader,
                           PictureReading* reading) const {
  const Session& session = recording_.session();
  const item::GradeRules& rules = session.recipe.grading;
  if (!rules.enabled) return;
  const calibration::Calibration* calibration =
      view < session.calibrations.size() ? session.calibrations[view].get() : nullptr;
  for (const Symbol& symbol : reading->symbols) {
    item::CodeGrade& grade = reading->grades.emplace_back();
    if (!grading::SymbolGrader::Covers(symbol.symbology)) continue;
    const auto report = grader.Grade(picture, calibration, symbol, rules.spec);
    if (report) grade = item::Summarise(*report);
  }
}

void PictureReaders::Run(int number) {
  SetThreadName(("replay-" + std::to_string(number)).c_str());
  const ManualClock clock;
  decode::FrameReader reader(clock);
  grading::SymbolGrader grader;
  TextInspector texts(recording_.session().recipe, &issued_);
  for (;;) {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [this] { return stop_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    PictureReading reading;
    try {
      const auto picture =
          recording_.ReadPicture(job.place.segment, job.place.offset, job.place.name);
      if (picture) {
        reading.width_px = picture->width;
        reading.height_px = picture->height;
        if (!symbologies_.Empty()) {
          reading.symbols = reader.Read(picture->view(), {.symbologies = symbologies_}).symbols;
        }
        Grade(picture->view(), job.place.name.camera, grader, &reading);
        texts.Inspect(
            picture->view(), job.place.name.camera, reading.symbols, job.expected_numbers,
            [] { return false; }, &reading.texts);
      } else {
        reading.damage = picture.error();
      }
    } catch (const std::exception& e) {  // out of memory at the most
      reading.damage = Diagnostic{.code = ErrorCode::kExhausted,
                                  .message = std::string("a picture cannot be read: ") + e.what(),
                                  .advice = "replay with fewer threads"};
    }
    job.promise.set_value(std::move(reading));
  }
}

}  // namespace veriline::line
