// SPDX-License-Identifier: Apache-2.0
// A line that asks a GigE camera for its pictures, and loses it for a while.
#include "pipeline/line/line.h"

#include "pipeline/reject/paced_trigger.h"
#include "tests/support/belt.h"
#include "tests/support/gige_rig.h"
#include "tests/support/memory_store.h"

namespace veriline::line {
namespace {

uint64_t Rejected(const item::LineStatus& status, item::RejectReason reason) {
  return status.rejected[static_cast<size_t>(reason)];
}

TEST(GigeLine, TellsThatItsCameraIsGoneAndGoesOnWhenItIsBack) {
  const SteadyClock clock;
  GigeProcess process(NextLoopbackAddress(), {"--width", "320", "--height", "240"});
  veriline::testing::MemoryStore store;
  LineConfig config;
  config.line_id = "L1";
  config.recipe = veriline::testing::PackRecipe();
  config.recipe.views[0].trigger = item::ViewTrigger::kSoftware;
  config.batch = "trial";
  config.max_frame_bytes = 320 * 240;
  Line::Parts parts;
  parts.cameras.push_back(std::make_unique<camera::GigeCamera>(camera::GigeOptions{
      .device = process.address(), .trigger_mode = camera::TriggerMode::kSoftware}));
  parts.trigger = std::make_unique<reject::PacedTrigger>(
      reject::PacedTrigger::Config{
          .counts_per_mm = 10, .speed_mm_s = 1000, .items_per_s = 8, .item_length_mm = 80},
      clock);
  parts.registry = &store;
  parts.store = &store;
  parts.clock = &clock;
  Line line(std::move(config), std::move(parts));

  const auto wait_until = [&](const std::function<bool(const item::LineStatus&)>& wanted) {
    const int64_t give_up_ns = clock.NowNs() + 1'000'000'000 * camera::kPatience.count();
    while (!wanted(line.Status())) {
      if (clock.NowNs() > give_up_ns) return false;
      SleepUntilNs(clock.NowNs() + 1'000'000);
    }
    return true;
  };
  for (const auto command : {item::PackmlCommand::kReset, item::PackmlCommand::kStart}) {
    const auto state = line.Command(command);
    ASSERT_TRUE(state) << state.error().ToString();
  }
  // Blank pictures: looked at in time, and nothing read.
  ASSERT_TRUE(wait_until(
      [](const item::LineStatus& s) { return Rejected(s, item::RejectReason::kNoRead) >= 8; }));
  item::LineStatus status = line.Status();
  EXPECT_EQ(status.alarm, "");
  EXPECT_EQ(Rejected(status, item::RejectReason::kFrameLost), 0u);
  EXPECT_GE(status.cameras[0].counters.delivered, 8u);

  process.Kill();
  ASSERT_TRUE(wait_until([](const item::LineStatus& s) { return !s.alarm.empty(); }));
  status = line.Status();
  EXPECT_EQ(status.alarm, "camera cam0: " + status.cameras[0].alarm);
  EXPECT_EQ(status.state, item::PackmlState::kExecute);
  ASSERT_TRUE(wait_until([](const item::LineStatus& s) {
    return Rejected(s, item::RejectReason::kFrameLost) >= 8;
  })) << "its items are rejected meanwhile";

  process.Launch();
  ASSERT_TRUE(wait_until([](const item::LineStatus& s) { return s.alarm.empty(); }));
  const uint64_t seen = Rejected(line.Status(), item::RejectReason::kNoRead);
  ASSERT_TRUE(wait_until([&](const item::LineStatus& s) {
    return Rejected(s, item::RejectReason::kNoRead) >= seen + 8;
  })) << "without a restart";
  ASSERT_TRUE(line.Command(item::PackmlCommand::kStop));
}

}  // namespace
}  // namespace veriline::line
