// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/folder/folder_camera.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <vector>

#include "tests/support/camera_contract.h"
#include "tests/support/scratch_folder.h"

namespace veriline::camera {
namespace {

constexpr double kSlowHz = 1.0 / 3600;  // an hour: no clock gets there by itself
constexpr int64_t kSlowPeriodNs = 3'600'000'000'000;

/// A binary PGM (Netpbm) of one grey.
std::string Pgm(int width, int height, uint8_t grey) {
  return "P5\n" + std::to_string(width) + " " + std::to_string(height) + "\n255\n" +
         std::string(static_cast<size_t>(width) * static_cast<size_t>(height),
                     static_cast<char>(grey));
}

/// A looping folder of one picture, and the camera on it.
struct FolderRig {
  explicit FolderRig(TriggerMode mode) {
    folder.Write("1.pgm", Pgm(20, 10, 100));
    options.path = folder.path();
    options.loop = true;
    options.trigger_mode = mode;
    options.acquisition_frame_rate_hz = kSlowHz;
  }
  ScratchFolder folder;
  FolderOptions options;
};

CameraRig FreeRunningRig() {
  auto rig = std::make_shared<FolderRig>(TriggerMode::kOff);
  return {std::make_unique<FolderCamera>(rig->options), [rig](ManualClock& clock) {
            clock.Advance(kSlowPeriodNs);
            return true;
          }};
}

CameraRig SoftwareRig() {
  auto rig = std::make_shared<FolderRig>(TriggerMode::kSoftware);
  auto camera = std::make_unique<FolderCamera>(rig->options);
  CameraSource* source = camera.get();
  return {std::move(camera),
          [rig, source](ManualClock& clock) { return TriggerWhenReady(*source, clock.NowNs()); }};
}

INSTANTIATE_TEST_SUITE_P(Folder, CameraContract,
                         testing::Values(CameraBackEnd{"FreeRunning", FreeRunningRig},
                                         CameraBackEnd{"Software", SoftwareRig}),
                         BackEndName);

class FolderCameraTest : public testing::Test {
 protected:
  FolderOptions Options() { return {.path = folder_.path()}; }
  /// Runs the camera to its end.
  void RunAll(FolderCamera& camera, size_t calls) {
    sink_.keep_frames = true;
    const auto opened = camera.Open();
    ASSERT_TRUE(opened) << opened.error().ToString();
    ASSERT_TRUE(
        camera.Start({.pool = &pool_, .sink = &sink_, .clock = &clock_, .encoder = &encoder_}));
    ASSERT_TRUE(sink_.WaitForCalls(calls));
    ASSERT_TRUE(camera.Stop());
    EXPECT_EQ(sink_.calls(), calls);
  }
  std::vector<int> Greys() const {
    std::vector<int> greys;
    for (const Frame& f : sink_.frames) greys.push_back(f.pixels.Empty() ? -1 : *f.pixels.data);
    return greys;
  }
  ScratchFolder folder_;
  SteadyClock clock_;
  StraightEncoder encoder_;
  FramePool pool_{16, 1 << 16};
  RecordingSink sink_;
};

TEST_F(FolderCameraTest, PicturesComeInNaturalOrderAndEnd) {
  folder_.Write("p10.pgm", Pgm(7, 5, 10));
  folder_.Write("p9.PGM", Pgm(9, 3, 9));
  folder_.Write("p01.pgm", Pgm(2, 2, 1));
  folder_.Write("notes.txt", "no picture");
  FolderCamera camera(Options());
  ASSERT_NO_FATAL_FAILURE(RunAll(camera, 4));
  EXPECT_EQ(Greys(), (std::vector<int>{1, 9, 10}));
  EXPECT_EQ(sink_.ends, 1);
  EXPECT_EQ(sink_.frames[1].pixels.width, 9);
  EXPECT_EQ(sink_.frames[1].pixels.height, 3);
  EXPECT_EQ(camera.last_error(), "");
}

TEST_F(FolderCameraTest, SubfoldersOnlyWhenAsked) {
  folder_.Write("a/2.pgm", Pgm(2, 2, 2));
  folder_.Write("1.pgm", Pgm(2, 2, 1));
  FolderOptions options = Options();
  FolderCamera flat(options);
  ASSERT_NO_FATAL_FAILURE(RunAll(flat, 2));
  EXPECT_EQ(Greys(), (std::vector<int>{1}));
  options.recursive = true;
  sink_.frames.clear();
  FolderCamera deep(options);
  ASSERT_TRUE(deep.Open());
  ASSERT_TRUE(deep.Start({.pool = &pool_, .sink = &sink_, .clock = &clock_, .encoder = &encoder_}));
  ASSERT_TRUE(sink_.WaitForCalls(5));
  ASSERT_TRUE(deep.Stop());
  EXPECT_EQ(Greys(), (std::vector<int>{1, 2}));
}

TEST_F(FolderCameraTest, AListNamesPicturesInItsOwnOrder) {
  for (int i = 1; i <= 3; ++i) {
    folder_.Write(std::to_string(i) + ".pgm", Pgm(2, 2, static_cast<uint8_t>(i)));
  }
  folder_.Write("list.txt", "# order of the shift\r\n3.pgm\r\n\n1.pgm\n3.pgm");
  FolderOptions options = Options();
  options.list = folder_.path() + "/list.txt";
  FolderCamera camera(options);
  ASSERT_NO_FATAL_FAILURE(RunAll(camera, 4));
  EXPECT_EQ(Greys(), (std::vector<int>{3, 1, 3}));
}

TEST_F(FolderCameraTest, BrokenPicturesAreDeliveredCountedAndNamed) {
  folder_.Write("1.pgm", Pgm(2, 2, 1));
  folder_.Write("2.png", "this is no picture");
  folder_.Write("3.jpg", "");
  folder_.Write("4.pgm", Pgm(300, 300, 4));  // more than a buffer holds
  folder_.Write("5.pgm", Pgm(40, 1, 5));     // wider than allowed
  folder_.Write("6.pgm", Pgm(2, 2, 6));
  FolderOptions options = Options();
  options.width_max = 39;
  FolderCamera wide(options);
  ASSERT_NO_FATAL_FAILURE(RunAll(wide, 7));
  EXPECT_EQ(Greys(), (std::vector<int>{1, -1, -1, -1, -1, 6}));
  for (int i = 1; i <= 4; ++i) {
    EXPECT_EQ(sink_.stamps[i].status, FrameStatus::kBroken);
    EXPECT_EQ(sink_.stamps[i].frame_id, static_cast<uint64_t>(i) + 1);
  }
  EXPECT_EQ(wide.counters().delivered, 2u);
  EXPECT_EQ(wide.counters().incomplete, 4u);
  EXPECT_NE(wide.last_error().find("5.pgm"), std::string::npos) << wide.last_error();
}

TEST_F(FolderCameraTest, AListedPictureThatIsNotThereIsBroken) {
  folder_.Write("list.txt", "gone.png\n");
  FolderOptions options = Options();
  options.list = folder_.path() + "/list.txt";
  FolderCamera camera(options);
  ASSERT_NO_FATAL_FAILURE(RunAll(camera, 2));
  EXPECT_EQ(Greys(), (std::vector<int>{-1}));
  EXPECT_NE(camera.last_error().find("gone.png"), std::string::npos);
  EXPECT_NE(camera.last_error().find("No such file"), std::string::npos) << camera.last_error();
}

TEST_F(FolderCameraTest, WhatCannotBeOpenedIsSaid) {
  FolderCamera none({.path = "/nonexistent/pictures"});
  auto opened = none.Open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().file, "/nonexistent/pictures");
  FolderCamera empty(Options());
  opened = empty.Open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message, "the folder holds no picture");
  FolderOptions options = Options();
  options.list = "/nonexistent/list.txt";
  FolderCamera listed(options);
  opened = listed.Open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().file, "/nonexistent/list.txt");
  folder_.Write("list.txt", "# nothing\n");
  options.list = folder_.path() + "/list.txt";
  EXPECT_FALSE(FolderCamera(options).Open());
}

TEST_F(FolderCameraTest, ImpossibleOptionsAreRefused) {
  folder_.Write("1.pgm", Pgm(2, 2, 1));
  EXPECT_TRUE(FolderCamera(Options()).Open());
  const auto refused = [&](const std::function<void(FolderOptions&)>& change) {
    FolderOptions options = Options();
    change(options);
    return !FolderCamera(options).Open();
  };
  EXPECT_TRUE(refused([](FolderOptions& o) { o.path = ""; }));
  EXPECT_TRUE(refused([](FolderOptions& o) { o.trigger_mode = TriggerMode::kHardware; }));
  EXPECT_TRUE(refused([](FolderOptions& o) { o.acquisition_frame_rate_hz = -1; }));
  EXPECT_TRUE(refused([](FolderOptions& o) { o.acquisition_frame_rate_hz = std::nan(""); }));
  EXPECT_TRUE(refused([](FolderOptions& o) { o.width_max = 0; }));
  EXPECT_TRUE(refused([](FolderOptions& o) { o.height_max = 65536; }));
  EXPECT_TRUE(refused([](FolderOptions& o) { o.strips = true; }));
  EXPECT_FALSE(refused([](FolderOptions& o) {
    o.strips = true;
    o.acquisition_frame_rate_hz = 5;
  }));
}

TEST_F(FolderCameraTest, StripsFollowOnEachOther) {
  for (int i = 1; i <= 3; ++i) folder_.Write(std::to_string(i) + ".pgm", Pgm(20, 10, 1));
  FolderOptions options = Options();
  options.strips = true;
  options.acquisition_frame_rate_hz = 1;
  FolderCamera camera(options);
  ManualClock clock(5'000'000);
  ASSERT_TRUE(camera.Open());
  ASSERT_TRUE(
      camera.Start({.pool = &pool_, .sink = &sink_, .clock = &clock, .encoder = &encoder_}));
  clock.Advance(1'200'000'000);  // the first is noticed late
  ASSERT_TRUE(sink_.WaitForCalls(1));
  clock.Advance(800'000'000);
  ASSERT_TRUE(sink_.WaitForCalls(2));
  clock.Advance(1'000'000'000);
  ASSERT_TRUE(sink_.WaitForCalls(3));
  ASSERT_TRUE(camera.Stop());
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(sink_.stamps[i].exposure_ns, 5'000'000 + i * 1'000'000'000);
    EXPECT_EQ(sink_.stamps[i].encoder_count, 5'000 + i * 1'000'000);
    EXPECT_EQ(sink_.stamps[i].encoder_count_end, 905'000 + i * 1'000'000);
  }
}

TEST_F(FolderCameraTest, ASoftwareTriggerExposesAtItsMoment) {
  folder_.Write("1.pgm", Pgm(2, 2, 1));
  FolderOptions options = Options();
  options.trigger_mode = TriggerMode::kSoftware;
  FolderCamera camera(options);
  ManualClock clock(5'000);
  ASSERT_TRUE(camera.Open());
  ASSERT_TRUE(
      camera.Start({.pool = &pool_, .sink = &sink_, .clock = &clock, .encoder = &encoder_}));
  clock.Set(43'000);  // the caller comes late
  ASSERT_TRUE(TriggerWhenReady(camera, 42'000));
  ASSERT_TRUE(sink_.WaitForCalls(2));
  EXPECT_FALSE(camera.TriggerSoftware(43'000)) << "no picture is left";
  EXPECT_EQ(sink_.stamps[0].exposure_ns, 42'000);
  EXPECT_EQ(sink_.stamps[0].encoder_count, 42);
  EXPECT_EQ(sink_.ends, 1);
}

}  // namespace
}  // namespace veriline::camera
