// SPDX-License-Identifier: Apache-2.0
#include "tests/support/trigger_contract.h"

#include <gtest/gtest.h>

#include <cmath>

#include "pipeline/reject/camera_trigger.h"
#include "pipeline/reject/paced_trigger.h"
#include "pipeline/reject/plc_trigger.h"
#include "tests/support/plc_belt.h"

namespace veriline::item {
namespace {

TriggerRig MakePaced(const ManualClock& clock) {
  TriggerRig rig;
  rig.belt.lanes = 2;
  // Items of 80 mm each 100 mm at 500 mm/s and 10 counts/mm; the first is a pitch away.
  rig.belt.PlaceItems(1000, 1000, 800, 100);
  rig.source =
      std::make_unique<reject::PacedTrigger>(reject::PacedTrigger::Config{.lanes = 2,
                                                                          .counts_per_mm = 10,
                                                                          .speed_mm_s = 500,
                                                                          .items_per_s = 5,
                                                                          .item_length_mm = 80},
                                             clock);
  rig.moves_when_stopped = false;
  return rig;
}

std::function<TriggerRig(const ManualClock&)> MakePlc(PlcBelt::Config plc, int64_t delivery_ns) {
  return [plc, delivery_ns](const ManualClock& clock) {
    TriggerRig rig;
    rig.belt.lanes = 2;
    rig.belt.PlaceItems(130, 1000, 800, 100);
    auto source = std::make_unique<reject::PlcTrigger>(
        reject::PlcTrigger::Config{
            .lanes = 2, .most_counts_per_s = 15'000, .delivery_ns = delivery_ns},
        clock);
    auto belt = std::make_shared<PlcBelt>(plc, rig.belt, clock, *source);
    rig.loss_ns = 200'000'000;
    rig.latency_ns = delivery_ns;
    rig.feed = [belt] { belt->Run(); };
    rig.plug = [belt](bool plugged) { belt->Plug(plugged); };
    rig.source = std::move(source);
    return rig;
  };
}

/// A camera that runs freely at 200 Hz, with a counter that counts down from near its wrap and two
/// eyes on Line 1 and 3; a frame is heard of 7 ms after its exposure.
TriggerRig MakeCamera(const ManualClock& clock) {
  constexpr int64_t kFrameNs = 5'000'000;
  constexpr int64_t kDelayNs = 7'000'000;
  TriggerRig rig;
  rig.belt.lanes = 2;
  rig.belt.PlaceItems(130, 1000, 800, 100);
  auto source = std::make_unique<reject::CameraTrigger>(
      reject::CameraTrigger::Config{.eye_lines = {1, 3},
                                    .counts_per_step = -0.5,
                                    .most_counts_per_s = 15'000,
                                    .sample_ns = 2 * kFrameNs},
      clock);
  struct Camera {
    int64_t next_ns = EvenBelt::kStartNs;
    bool plugged = true;
  };
  auto camera = std::make_shared<Camera>();
  rig.feed = [&clock, camera, belt = rig.belt, trigger = source.get()] {
    for (; camera->next_ns + kDelayNs <= clock.NowNs(); camera->next_ns += kFrameNs) {
      if (!camera->plugged) continue;
      const double count = belt.ExactCount(camera->next_ns);
      camera::LineSample sample{camera->next_ns, 0, 0};
      // 32 bits of a counter of two steps a count.
      sample.encoder_count = static_cast<uint32_t>(-static_cast<int64_t>(std::floor(2 * count)));
      for (const EyeEdge& edge : belt.edges) {
        if (static_cast<double>(edge.count) > count) break;
        const uint32_t bit = edge.lane == 0 ? 1u << 1 : 1u << 3;
        sample.line_status = edge.rising ? sample.line_status | bit : sample.line_status & ~bit;
      }
      trigger->OnLineSample(sample);
    }
  };
  rig.plug = [camera](bool plugged) { camera->plugged = plugged; };
  rig.loss_ns = 200'000'000;
  rig.latency_ns = kFrameNs + kDelayNs;
  rig.source = std::move(source);
  return rig;
}

const TriggerBackEnd kCamera{"Camera", MakeCamera};
const TriggerBackEnd kPaced{"Paced", MakePaced};
const TriggerBackEnd kPlcWithClock{
    "PlcWithClock", MakePlc({.most_delay_ns = 3'000'000, .has_clock = true}, 4'000'000)};
// Without a clock of its own every delay is an error of time.
const TriggerBackEnd kPlcWithoutClock{
    "PlcWithoutClock", MakePlc({.most_delay_ns = 8'000'000, .has_clock = false}, 10'000'000)};

INSTANTIATE_TEST_SUITE_P(Trigger, TriggerContract,
                         testing::Values(kPaced, kPlcWithClock, kPlcWithoutClock, kCamera),
                         TriggerName);
INSTANTIATE_TEST_SUITE_P(Trigger, TriggerLossContract,
                         testing::Values(kPlcWithClock, kPlcWithoutClock, kCamera), TriggerName);

}  // namespace
}  // namespace veriline::item
