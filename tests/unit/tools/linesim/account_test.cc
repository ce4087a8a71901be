// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/account.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

namespace veriline::linesim {
namespace {

using item::RejectReason;

WorldConfig Config(SceneKind kind) {
  WorldConfig config;
  config.scene = kind;
  config.items = 96 * 20;
  config.fault_ratio = 0.2;
  return config;
}

/// What a perfect line and gate report.
GateReport Perfect(const World& world, uint64_t item) {
  const ItemTruth truth = world.OutlineOf(item);
  GateReport report{.item = item, .told = true, .heard_ns = 3000, .trigger_ns = 1000};
  report.passed = truth.expected().accepted;
  report.released = report.passed;
  report.reason = truth.expected().reason;
  return report;
}

std::unique_ptr<Account> AccountOf(const World& world,
                                   const std::function<void(GateReport&)>& spoil) {
  auto account = std::make_unique<Account>(world);
  for (uint64_t item = 0; item < world.items(); ++item) {
    GateReport report = Perfect(world, item);
    spoil(report);
    account->Add(report);
  }
  return account;
}

uint64_t FirstWith(const World& world, FaultKind fault) {
  for (uint64_t item = 0; item < world.items(); ++item) {
    if (world.FaultOf(item) == fault) return item;
  }
  ADD_FAILURE() << "no " << Name(fault);
  return 0;
}

TEST(Account, OfAPerfectLineIsClean) {
  for (const SceneTraits& scene : kScenes) {
    const World world(Config(scene.kind));
    const auto account = AccountOf(world, [](GateReport&) {});
    EXPECT_TRUE(account->clean()) << scene.name << account->Table(0, 0);
    EXPECT_EQ(account->items, world.items());
  }
}

TEST(Account, CountsEachWayToBeWrong) {
  const World world(Config(SceneKind::kSheet));
  // A good item whose code stands on no other.
  std::set<uint64_t> repeated;
  for (uint64_t item = 0; item < world.items(); ++item) {
    if (const auto original = world.OutlineOf(item).duplicate_of) repeated.insert(*original);
  }
  uint64_t good = 0;
  while (world.FaultOf(good) != FaultKind::kNone || repeated.contains(good)) ++good;
  const uint64_t bad = FirstWith(world, FaultKind::kUnknown);
  const auto with = [&](uint64_t item, auto change) {
    return AccountOf(world, [&](GateReport& r) {
      if (r.item == item) change(r);
    });
  };
  const auto reject = [](RejectReason reason) {
    return [reason](GateReport& r) { r.passed = false, r.reason = reason; };
  };
  EXPECT_EQ(with(good, reject(RejectReason::kNoRead))->good_rejected, 1u);
  EXPECT_EQ(with(bad, [](GateReport& r) { r.passed = true; })->bad_on_good_lane, 1u);
  EXPECT_EQ(with(bad, reject(RejectReason::kNoRead))->wrong_verdict_reason, 1u);
  EXPECT_EQ(with(bad, [](GateReport& r) { r.told = false; })->without_verdict, 1u);
  const auto again = with(good, [](GateReport& r) { r.told_again = true; });
  EXPECT_EQ(again->told_again, 1u);
  EXPECT_FALSE(again->clean());
}

TEST(Account, TakesADuplicateForGoodWhenItsOriginalDidNotPass) {
  const World world(Config(SceneKind::kWeb));
  const uint64_t duplicate = FirstWith(world, FaultKind::kDuplicate);
  const uint64_t original = *world.OutlineOf(duplicate).duplicate_of;
  const auto account = AccountOf(world, [&](GateReport& r) {
    if (r.item == original) r.passed = false, r.reason = RejectReason::kLate;
    if (r.item == duplicate) r.passed = true;
  });
  EXPECT_EQ(account->bad_on_good_lane, 0u);
  EXPECT_EQ(account->good_rejected, 1u);  // the original
}

TEST(Account, LetsExactlyOneOfTwinsPassWhicheverItIs) {
  const World world(Config(SceneKind::kWeb));
  int before = 0, after = 0;
  for (uint64_t item = 0; item < world.items(); ++item) {
    if (world.FaultOf(item) != FaultKind::kSwapped) continue;
    const uint64_t twin = *world.OutlineOf(item).twin;
    ++(twin < item ? before : after);
    const auto both = [&](bool item_passes, bool twin_passes) {
      return AccountOf(world, [&](GateReport& r) {
        if (r.item != item && r.item != twin) return;
        r.passed = r.item == item ? item_passes : twin_passes;
        r.reason = r.passed ? RejectReason::kNone : RejectReason::kDuplicate;
      });
    };
    EXPECT_TRUE(both(true, false)->clean());
    EXPECT_TRUE(both(false, true)->clean());
    EXPECT_EQ(both(true, true)->bad_on_good_lane, 1u);
    EXPECT_EQ(both(false, false)->good_rejected, 1u);
    if (before > 1 && after > 1) break;
  }
  EXPECT_GT(before, 0);
  EXPECT_GT(after, 0);
}

TEST(Account, NamesAMisplacedSheet) {
  const World world(Config(SceneKind::kSheet));
  uint64_t sheet = 0;
  while (world.FeedFaultOf(sheet) != FaultKind::kMisplaced) ++sheet;
  const auto account = AccountOf(world, [](GateReport&) {});
  ASSERT_TRUE(account->feed_faults.contains(sheet));
  EXPECT_EQ(account->feed_faults.at(sheet).rejected, 96);
  EXPECT_NE(account->Table(0, 0).find("sheet " + std::to_string(sheet) +
                                      " (misplaced): 96 of 96 positions rejected"),
            std::string::npos);
}

TEST(Account, KeepsTheKeysOfTheCommandLine) {
  const World world(Config(SceneKind::kCartons));
  const auto json = nlohmann::json::parse(AccountOf(world, [](GateReport&) {})->Json(1, 2));
  for (const char* key : {"items", "accepted", "rejected", "bad_on_good_lane", "good_rejected",
                          "without_verdict", "wrong_verdict_reason", "codes_per_s", "frames_per_s",
                          "from_pixels_us", "from_trigger_us", "from_exposure_us"}) {
    EXPECT_TRUE(json.contains(key)) << key;
  }
  EXPECT_EQ(json.size(), 12u);
}

}  // namespace
}  // namespace veriline::linesim
