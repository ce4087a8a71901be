// SPDX-License-Identifier: Apache-2.0
// What a second worker brings: the time of a frame that is alone, and frames per second of many.
#include "pipeline/line/inspector.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tools/veriline/bench_scene.h"
#include "vision/core/clock.h"

namespace veriline::line {
namespace {

constexpr size_t kPictures = 4;
constexpr int kRounds = 3;

struct Measured {
  std::vector<double> alone_us;  ///< one frame in flight
  double frames_per_s = 0;       ///< as many in flight as there may be
};

class Inspection {
 public:
  Inspection(const tools::BenchScene& scene, int workers, int frames)
      : frames_(frames),
        inspector_({.workers = workers,
                    .in_flight_frames = 8,
                    .symbologies = SymbologySet()
                                       .Add(Symbology::kDataMatrix)
                                       .Add(Symbology::kCode128)
                                       .Add(Symbology::kEan13)},
                   clock_, [this](std::unique_ptr<FrameResult> r) { done_ns_ = r->done_ns; }) {
    const std::unique_ptr<linesim::FrameSet> set = scene.make(1);
    for (size_t i = 0; i < kPictures; ++i) {
      const FrameView view = set->Draw(i);
      pictures_.emplace_back(view.data, view.data + view.stride * (view.height - 1) + view.width);
      view_ = view;
    }
    for (int i = 0; i < 2 * static_cast<int>(kPictures); ++i) Give(i);
    inspector_.Drain();
  }

  void Alone(Measured* m) {
    for (int i = 0; i < frames_; ++i) {
      const int64_t start_ns = clock_.NowNs();
      Give(i);
      inspector_.Drain();
      m->alone_us.push_back(static_cast<double>(done_ns_ - start_ns) / 1e3);
    }
  }
  void Many(Measured* m) {
    const int64_t start_ns = clock_.NowNs();
    for (int i = 0; i < frames_; ++i) Give(i);
    inspector_.Drain();
    m->frames_per_s =
        std::max(m->frames_per_s, frames_ * 1e9 / static_cast<double>(clock_.NowNs() - start_ns));
  }

 private:
  void Give(int i) {
    for (;;) {
      Frame frame;
      frame.pixels = view_;
      frame.pixels.data = pictures_[static_cast<size_t>(i) % kPictures].data();
      frame.stamp.arrival_ns = clock_.NowNs();
      if (inspector_.Inspect(std::move(frame), 0)) return;
      std::this_thread::yield();
    }
  }

  const int frames_;
  const SteadyClock clock_;
  std::atomic<int64_t> done_ns_{0};
  std::vector<std::vector<uint8_t>> pictures_;
  FrameView view_;
  Inspector inspector_;
};

double At(std::vector<double> values, double ratio) {
  std::ranges::sort(values);
  return values[static_cast<size_t>(ratio * static_cast<double>(values.size() - 1))];
}

class SecondWorker : public ::testing::TestWithParam<std::string_view> {};

// Tells what is measured and holds nothing to it: how much comes of it is the machine's matter,
// too.
TEST_P(SecondWorker, IsMeasured) {
  const tools::BenchScene* scene = tools::BenchSceneFromName(GetParam());
  ASSERT_NE(scene, nullptr);
  const int frames = scene->width > 2000 ? 40 : 200;
  Measured measured[2];
  // Not at once: TBB keeps to the smallest number of threads that is asked for.
  for (int workers = 1; workers <= 2; ++workers) {
    Inspection inspection(*scene, workers, frames);
    for (int round = 0; round < kRounds; ++round) {
      inspection.Alone(&measured[workers - 1]);
      inspection.Many(&measured[workers - 1]);
    }
  }
  for (int workers = 1; workers <= 2; ++workers) {
    const Measured& m = measured[workers - 1];
    std::printf("%-8s %d workers: a frame alone p50 %.0f p99 %.0f us, many %.1f frames/s\n",
                std::string(GetParam()).c_str(), workers, At(m.alone_us, 0.5), At(m.alone_us, 0.99),
                m.frames_per_s);
  }
  std::printf("%-8s a frame alone %.2f, many %.2f times as fast\n", std::string(GetParam()).c_str(),
              At(measured[0].alone_us, 0.5) / At(measured[1].alone_us, 0.5),
              measured[1].frames_per_s / measured[0].frames_per_s);
}

INSTANTIATE_TEST_SUITE_P(Scenes, SecondWorker,
                         ::testing::Values("packs", "cartons", "web", "sheet"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace veriline::line
