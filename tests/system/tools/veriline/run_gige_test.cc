// SPDX-License-Identifier: Apache-2.0
// The appliance with a GigE camera as its only input: encoder and eye come with the frames. The
// camera is a process of its own, spoken to over the real protocol.
#ifdef VERILINE_GIGE_CAMERA

#include <cmath>
#include <functional>
#include <string>

#include "tests/support/gige_process.h"
#include "tests/support/run_fixture.h"
#include "tests/support/veriline_command.h"

namespace veriline::testing {
namespace {

// The belt runs at 400 mm/s; the camera's counter makes a step for two counts of 0.1 mm, wraps
// some 3 s after it came up, and has its eye on Line2.
constexpr double kStepsPerS = 2000;
constexpr int64_t kStart = 4'294'961'000;
constexpr int64_t kPitchSteps = 650;
constexpr int64_t kItemSteps = 400;
constexpr int64_t kCountsPerStep = 2;

constexpr std::string_view kRecipe = R"(veriline_recipe: 1
name: by_camera
belt: {counts_per_mm: 10, top_speed_mm_s: 500, lanes: 1}
items: {min_length_mm: 50, max_length_mm: 110, debounce_mm: 1}
views:
  - {name: top, camera: cam0, distance_mm: 120, field_mm: 130, belt: left, trigger: hardware,
     lanes: [{lane: 0, from_ratio: 0, to_ratio: 1}]}
codes:
  - {role: identity, symbologies: [datamatrix]}
decision: {distance_mm: 400, lead_ms: 20}
confirmation: {kind: none}
)";

std::string ConfigFor(const std::string& device, const std::string& start,
                      const std::string& line_status = "ChunkLineStatusAll") {
  return R"(veriline_config: 1
line: {id: L1, recipe: by_camera.yaml, start: )" +
         start + R"(}
store: {path: store}
batch: trial
cameras:
  - name: cam0
    gige:
      device: )" +
         device + R"(
      trigger: off
      features: {AcquisitionFrameRate: 100}
      chunks:
        encoder: ChunkEncoderValue
        counts_per_encoder_step: 2
        line_status: )" +
         line_status + R"(
trigger:
  camera: {name: cam0, eye_lines: [2], top_speed_mm_s: 600, frame_gap_ms: 20, loss_ms: 300}
rpc: {listen: "127.0.0.1:0"}
pipeline: {max_frame_px: 4096}
)";
}

class RunGigeTest : public RunFixture {
 protected:
  RunGigeTest() { folder_.Write("by_camera.yaml", kRecipe); }

  /// Which item of the belt it is, by where the camera's own encoder says it begins; the test
  /// fails when that is between two.
  int64_t ItemOf(const v1::ItemVerdict& verdict) {
    // The low 32 bits are the camera's.
    const int64_t steps =
        kStart +
        static_cast<int32_t>(static_cast<uint32_t>(verdict.window().from_count() / kCountsPerStep) -
                             static_cast<uint32_t>(kStart));
    const int64_t item = std::llround(static_cast<double>(steps) / kPitchSteps);
    EXPECT_NEAR(static_cast<double>(steps), static_cast<double>(item * kPitchSteps), kMostSteps);
    EXPECT_NEAR(static_cast<double>(verdict.window().to_count() - verdict.window().from_count()),
                static_cast<double>(kItemSteps * kCountsPerStep), 2 * kMostSteps * kCountsPerStep);
    return item;
  }
  /// Half of the way between two frames that come 50 ms apart (a busy machine; 10 ms is asked for).
  static constexpr double kMostSteps = kStepsPerS * 0.05 / 2;

  /// `count` items that follow one another on the belt.
  void ExpectItems(Verdicts& verdicts, int count) {
    int64_t item = 0;
    for (int i = 0; i < count; ++i) {
      const v1::ItemVerdict verdict = NextVerdict(verdicts);
      ASSERT_FALSE(HasFailure());
      const int64_t next = ItemOf(verdict);
      if (i > 0) {
        EXPECT_EQ(next, item + 1) << "none is missed or told twice";
      }
      item = next;
      // A picture was found for it, at its place by the camera's counter: blank, and not lost.
      EXPECT_EQ(verdict.primary(), v1::REJECT_REASON_NO_READ) << i;
      EXPECT_FALSE(verdict.released());
    }
  }
  bool WaitUntil(const std::function<bool(const v1::LineStatus&)>& wanted) {
    for (int i = 0; i < 10'000; ++i) {
      if (wanted(Status())) return true;
      SleepUntilNs(SteadyClock().NowNs() + 1'000'000);
    }
    return false;
  }
  void Start() {
    ASSERT_NO_FATAL_FAILURE(Command(v1::PACKML_COMMAND_RESET));
    ASSERT_NO_FATAL_FAILURE(Command(v1::PACKML_COMMAND_START));
  }

  GigeProcess camera_{
      NextLoopbackAddress(),
      {"--width", "64", "--height", "48", "--belt-counts-per-s", std::to_string(kStepsPerS),
       "--belt-start", std::to_string(kStart), "--belt-pitch", std::to_string(kPitchSteps),
       "--belt-item", std::to_string(kItemSteps), "--belt-eye-line", "2"}};
};

TEST_F(RunGigeTest, ACameraTellsOfEncoderAndEyeAndSeesTheItems) {
  ASSERT_NO_FATAL_FAILURE(Launch(ConfigFor(camera_.address(), "stopped")));
  Verdicts verdicts;
  ASSERT_NO_FATAL_FAILURE(Open(*reject_, &verdicts));
  ASSERT_NO_FATAL_FAILURE(Start());
  EXPECT_TRUE(WaitForAlarm(false)) << Status().alarm();
  // Its counter wraps on the way.
  ASSERT_NO_FATAL_FAILURE(ExpectItems(verdicts, 12));

  // Without the camera nobody knows where the belt is. When it is back its counter has begun anew:
  // what is on the belt has lost its place, until the line starts anew.
  camera_.Kill();
  const std::string lost = "encoder or eye lost: no item is released";
  ASSERT_TRUE(WaitUntil([&](const v1::LineStatus& s) { return s.alarm() == lost; }));
  camera_.Launch();
  const uint64_t delivered = Status().cameras(0).delivered();
  ASSERT_TRUE(WaitUntil(
      [&](const v1::LineStatus& s) { return s.cameras(0).delivered() >= delivered + 30; }));
  EXPECT_EQ(Status().alarm(), lost);
  ASSERT_NO_FATAL_FAILURE(Command(v1::PACKML_COMMAND_STOP));
  ASSERT_NO_FATAL_FAILURE(Start());
  ASSERT_TRUE(WaitForAlarm(false)) << Status().alarm();
  Verdicts after;
  ASSERT_NO_FATAL_FAILURE(Open(*reject_, &after));
  ASSERT_NO_FATAL_FAILURE(ExpectItems(after, 3));
}

TEST_F(RunGigeTest, ACameraWithoutInputLinesIsRefusedByName) {
  const std::string config =
      WriteConfig(ConfigFor(camera_.address(), "execute", "ChunkLineStatusNone"));
  const Ran ran = RunVeriline("run " + config);
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_NE(ran.err.find("camera " + camera_.address() +
                         ": the camera adds no ChunkLineStatusNone to its frames"),
            std::string::npos)
      << ran.err;
}

}  // namespace
}  // namespace veriline::testing

#endif  // VERILINE_GIGE_CAMERA
