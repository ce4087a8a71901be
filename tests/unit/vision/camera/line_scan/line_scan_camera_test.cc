// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/line_scan/line_scan_camera.h"

#include <functional>

#include "tests/support/camera_contract.h"
#include "tests/support/web_model.h"
#include "vision/camera/simulated/simulated_camera.h"

namespace veriline::camera {
namespace {

constexpr int64_t kPeriodNs = 3'600'000'000'000;  // an hour: no clock gets there by itself
constexpr int64_t kPeriodCounts = kPeriodNs / 1000;
constexpr int64_t kStartNs = 1'000'000'000;

/// A strip of `lines` each period without end, as the web lies under the camera.
class StripRenderer final : public FrameRenderer {
 public:
  explicit StripRenderer(int lines) : lines_(lines) {}
  bool Next(Exposure* exposure) override {
    if (exposure->exposure_ns == 0) {
      exposure->exposure_ns = next_ns_;
      next_ns_ += kPeriodNs;
    }
    if (lines_ > 1)
      exposure->last_line_ns = exposure->exposure_ns + kPeriodNs / lines_ * (lines_ - 1);
    exposure_ = *exposure;
    return true;
  }
  bool Draw(uint8_t* pixels, size_t size_bytes, FrameView* view) override {
    if (size_bytes < static_cast<size_t>(lines_) * WebModel::kWidth) return false;
    for (int y = 0; y < lines_; ++y) {
      WebModel::Draw(static_cast<double>(exposure_.exposure_ns + kPeriodNs / lines_ * y) / 1000,
                     pixels + y * WebModel::kWidth);
    }
    *view = {pixels, WebModel::kWidth, lines_, WebModel::kWidth};
    return true;
  }

 private:
  const int lines_;
  int64_t next_ns_ = kStartNs + kPeriodNs;
  Exposure exposure_;
};

std::unique_ptr<CameraSource> Strips(TriggerMode mode, int lines) {
  return std::make_unique<SimulatedCamera>(
      SimulatedOptions{.trigger_mode = mode, .width_max = WebModel::kWidth, .height_max = lines},
      std::make_unique<StripRenderer>(lines));
}

/// Three strips of a line make a block, whose middle line is a strip's own: its count is the one of
/// its exposure.
constexpr LineScanOptions kThreeLines{
    .block_lines = 3, .overlap_lines = 0, .counts_per_line = kPeriodCounts, .max_gap_lines = 0};

CameraRig HardwareRig() {
  return {std::make_unique<LineScanCamera>(kThreeLines, Strips(TriggerMode::kHardware, 1)),
          [](ManualClock& clock) {
            clock.Advance(3 * kPeriodNs);
            return true;
          }};
}

CameraRig SoftwareRig() {
  auto camera = std::make_unique<LineScanCamera>(kThreeLines, Strips(TriggerMode::kSoftware, 1));
  CameraSource* source = camera.get();
  return {std::move(camera), [source](ManualClock& clock) {
            for (int line = 0; line < 3; ++line) {
              clock.Advance(kPeriodNs);
              if (!TriggerWhenReady(*source, clock.NowNs())) return false;
            }
            return true;
          }};
}

INSTANTIATE_TEST_SUITE_P(LineScan, CameraContract,
                         testing::Values(CameraBackEnd{"Hardware", HardwareRig},
                                         CameraBackEnd{"Software", SoftwareRig}),
                         BackEndName);

TEST(LineScanCamera, StripsOfASourceBecomeBlocks) {
  constexpr int kLines = 8;
  const LineScanOptions options{
      .block_lines = 30, .overlap_lines = 10, .counts_per_line = kPeriodCounts / kLines};
  ManualClock clock(kStartNs);
  StraightEncoder encoder;
  FramePool pool(8, 30 * WebModel::kWidth);
  RecordingSink sink;
  sink.keep_frames = true;
  LineScanCamera camera(options, Strips(TriggerMode::kHardware, kLines));
  const auto info = camera.Open();
  ASSERT_TRUE(info);
  EXPECT_EQ(info->model, "simulated, line scan");
  EXPECT_EQ(info->width_max, WebModel::kWidth);
  EXPECT_EQ(info->height_max, 30);
  ASSERT_TRUE(camera.Start({.pool = &pool, .sink = &sink, .clock = &clock, .encoder = &encoder}));
  clock.Advance(8 * kPeriodNs);  // seven strips and the first line of the eighth
  ASSERT_TRUE(sink.WaitForCalls(2));
  ASSERT_TRUE(camera.Stop());
  ASSERT_EQ(sink.frames.size(), 2u);  // lines 0 … 29 and 20 … 49
  for (const Frame& block : sink.frames) {
    EXPECT_EQ(block.stamp.status, FrameStatus::kComplete);
    for (int y = 0; y < 30; ++y) {
      const auto line = 20 * (static_cast<int64_t>(block.stamp.frame_id) - 1) + y;
      const auto due =
          static_cast<double>((kStartNs + kPeriodNs) / 1000 + line * (kPeriodCounts / kLines));
      EXPECT_EQ(WebModel::PositionOf(block.pixels.Row(y)), due);
    }
  }
  sink.DropFrames();
  EXPECT_EQ(pool.free_count(), pool.count()) << "the block that was begun is given back";
}

TEST(LineScanCamera, ImpossibleOptionsAreRefused) {
  const auto opens = [](const std::function<void(LineScanOptions&)>& change) {
    LineScanOptions options{.counts_per_line = 1};
    change(options);
    return static_cast<bool>(LineScanCamera(options, Strips(TriggerMode::kHardware, 1)).Open());
  };
  EXPECT_TRUE(opens([](LineScanOptions&) {}));
  EXPECT_FALSE(opens([](LineScanOptions& o) { o.block_lines = 0; }));
  EXPECT_FALSE(opens([](LineScanOptions& o) { o.block_lines = 65536; }));
  EXPECT_FALSE(opens([](LineScanOptions& o) { o.overlap_lines = -1; }));
  EXPECT_TRUE(opens([](LineScanOptions& o) { o.overlap_lines = 1024; }));
  EXPECT_FALSE(opens([](LineScanOptions& o) { o.overlap_lines = 1025; }));
  EXPECT_FALSE(opens([](LineScanOptions& o) { o.counts_per_line = 0; }));
  EXPECT_FALSE(opens([](LineScanOptions& o) { o.counts_per_line = std::nan(""); }));
  EXPECT_FALSE(opens([](LineScanOptions& o) { o.counts_per_strip_line = -1; }));
  EXPECT_FALSE(opens([](LineScanOptions& o) { o.max_gap_lines = -1; }));
  EXPECT_FALSE(opens([](LineScanOptions& o) { o.max_gap_lines = 2048; }));
}

}  // namespace
}  // namespace veriline::camera
