// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "grading/symbol_grader.h"
#include "pipeline/batch/registry.h"
#include "pipeline/line/recording/recording.h"
#include "vision/core/symbol.h"

namespace veriline::line {

/// Where the pixels of a recorded frame stand.
struct PicturePlace {
  uint32_t segment = 0;
  uint64_t offset = 0;
  FrameName name;
};
/// What a recorded picture shows.
struct PictureReading {
  int width_px = 0;
  int height_px = 0;
  std::vector<Symbol> symbols;
  std::vector<item::CodeGrade> grades;  ///< of each; empty: the recipe grades nothing
  std::vector<FrameText> texts;
  std::optional<Diagnostic> damage;  ///< then the rest is empty
};

/// Reads and grades the codes of recorded pictures on threads of its own ("replay-N"), without a
/// deadline. Thread: one that asks. The destructor ends after what was asked for.
class PictureReaders {
 public:
  /// `recording` and `issued` must outlive it.
  PictureReaders(const Recording& recording, SymbologySet symbologies,
                 const batch::Registry& issued, int threads);
  ~PictureReaders();

  /// `expected_numbers`: those of the recorded result, so that the same is tried first.
  std::future<PictureReading> Read(const PicturePlace& place,
                                   std::vector<int64_t> expected_numbers);

 private:
  struct Job {
    PicturePlace place;
    std::vector<int64_t> expected_numbers;
    std::promise<PictureReading> promise;
  };
  void Run(int number);
  void Grade(const FrameView& picture, size_t view, grading::SymbolGrader& grader,
             PictureReading* reading) const;

  const Recording& recording_;
  const SymbologySet symbologies_;
  const batch::Registry& issued_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Job> jobs_;
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace veriline::line
