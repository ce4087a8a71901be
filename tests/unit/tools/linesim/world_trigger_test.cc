// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/world_trigger.h"

#include <gtest/gtest.h>

#include "tests/support/trigger_contract.h"

namespace veriline::item {
namespace {

TriggerRig MakeWorld(const ManualClock& clock) {
  linesim::WorldConfig config;
  config.items_per_min = 300;
  config.items = 200;
  config.fault_ratio = 0;
  config.t0_ns = EvenBelt::kStartNs - 374'000'000;  // the first item comes 26 ms later
  auto world = std::make_shared<const linesim::World>(config);
  TriggerRig rig;
  rig.belt.counts_per_s = 300.0 / 60 * linesim::kPitchCounts;
  rig.belt.zero_ns = config.t0_ns;
  for (uint64_t i = 0; i < config.items; ++i) {
    const linesim::ItemTruth truth = world->TruthOf(i);
    for (const int64_t count : {truth.leading_count, truth.trailing_count}) {
      rig.belt.edges.push_back(
          {0, count == truth.leading_count, count, rig.belt.TimeOf(count), {}});
    }
  }
  // The world lives as long as its trigger.
  struct Owner {
    std::shared_ptr<const linesim::World> world;
    linesim::WorldTrigger* trigger;
  };
  auto trigger = std::make_unique<linesim::WorldTrigger>(*world, clock);
  rig.plug = [owner = Owner{world, trigger.get()}](bool plugged) { owner.trigger->Plug(plugged); };
  rig.source = std::move(trigger);
  return rig;
}

const TriggerBackEnd kWorld{"World", MakeWorld};
INSTANTIATE_TEST_SUITE_P(WorldTrigger, TriggerContract, testing::Values(kWorld), TriggerName);
INSTANTIATE_TEST_SUITE_P(WorldTrigger, TriggerLossContract, testing::Values(kWorld), TriggerName);

}  // namespace
}  // namespace veriline::item
