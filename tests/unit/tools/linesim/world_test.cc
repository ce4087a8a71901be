// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "tools/linesim/ecc200.h"
#include "vision/gs1/element_string.h"

namespace veriline::linesim {
namespace {

constexpr uint64_t kSeeds[] = {1, 2, 77, 0xFFFFFFFFFFFFFFFFu};

WorldConfig Accelerated(uint64_t seed) {
  WorldConfig config;
  config.seed = seed;
  config.items = 20000;
  config.items_per_min = 6000;
  config.fault_ratio = 0.045;
  return config;
}

/// AI 01 + AI 21, what the registry tells codes apart by.
std::string KeyOf(const std::string& code) {
  const auto parsed = gs1::ParseElementString(code);
  if (!parsed) return "malformed: " + code;
  return std::string(parsed->Find("01")->value) + "/" + std::string(parsed->Find("21")->value);
}

bool SameTruth(const ItemTruth& a, const ItemTruth& b) {
  if (a.fault != b.fault || a.leading_count != b.leading_count ||
      a.trailing_count != b.trailing_count || a.exposure_count != b.exposure_count ||
      a.duplicate_of != b.duplicate_of || a.labels.size() != b.labels.size()) {
    return false;
  }
  for (size_t i = 0; i < a.labels.size(); ++i) {
    if (a.labels[i].text != b.labels[i].text || a.labels[i].quad != b.labels[i].quad ||
        a.labels[i].matrix.dark != b.labels[i].matrix.dark) {
      return false;
    }
  }
  return true;
}

TEST(World, IsTheSameInAnyOrderAndInAnyProcess) {
  const World forward(Accelerated(5));
  const World backward(Accelerated(5));
  std::vector<ItemTruth> truths;
  for (uint64_t i = 0; i < 300; ++i) truths.push_back(forward.TruthOf(i));
  for (uint64_t i = 300; i-- > 0;) EXPECT_TRUE(SameTruth(backward.TruthOf(i), truths[i])) << i;
}

TEST(World, ChangesWithTheSeed) {
  const World a(Accelerated(5));
  const World b(Accelerated(6));
  int same_code = 0;
  int same_place = 0;
  for (uint64_t i = 0; i < 100; ++i) {
    const ItemTruth ta = a.TruthOf(i);
    const ItemTruth tb = b.TruthOf(i);
    same_place += ta.leading_count == tb.leading_count;
    if (!ta.labels.empty() && !tb.labels.empty()) {
      same_code += ta.labels[0].text == tb.labels[0].text;
    }
  }
  EXPECT_EQ(same_code, 0);
  EXPECT_LT(same_place, 20);  // one place in 81 agrees by chance
}

TEST(World, WindowsFollowEachOtherAndNeverOverlap) {
  for (const uint64_t seed : kSeeds) {
    const World world(Accelerated(seed));
    for (uint64_t i = 0; i + 1 < world.items(); ++i) {
      const int64_t gap = world.LeadingCount(i + 1) - world.TrailingCount(i);
      EXPECT_GE(gap, world.ShowsInPictureBefore(i + 1) ? kMinGapCounts : 6 * kMinGapCounts) << i;
      EXPECT_LE(gap, 2 * kPitchCounts - kItemLengthCounts) << i;
    }
  }
}

TEST(World, PlantsEveryKindFiftyTimesInTwentyThousandItems) {
  for (const uint64_t seed : kSeeds) {
    const World world(Accelerated(seed));
    std::array<int, kFaultKindCount> planted{};
    for (uint64_t i = 0; i < world.items(); ++i) ++planted[static_cast<int>(world.FaultOf(i))];
    for (int kind = 1; kind < kFaultKindCount; ++kind) {
      const bool known = world.scene().item_faults >> kind & 1;
      EXPECT_GE(planted[kind], known ? 50 : 0) << kFaultTable[kind].name;
      if (!known) {
        EXPECT_EQ(planted[kind], 0) << kFaultTable[kind].name;
      }
    }
    EXPECT_EQ(planted[0], 20000 - 900);
  }
}

TEST(World, PlantsTheShareItIsAskedFor) {
  for (const double ratio : {0.0, 0.03, 0.1, 0.25}) {
    WorldConfig config = Accelerated(3);
    config.fault_ratio = ratio;
    const World world(config);
    int faults = 0;
    for (uint64_t i = 0; i < world.items(); ++i) faults += world.FaultOf(i) != FaultKind::kNone;
    EXPECT_NEAR(faults, ratio * 20000, 1) << ratio;  // the last part of a stratum stays good
  }
}

TEST(World, PlantsOnlyTheKindsItIsAskedFor) {
  WorldConfig config = Accelerated(3);
  config.fault_kinds = 1u << static_cast<int>(FaultKind::kLostFrame);
  const World world(config);
  for (uint64_t i = 0; i < world.items(); ++i) {
    const FaultKind kind = world.FaultOf(i);
    EXPECT_TRUE(kind == FaultKind::kNone || kind == FaultKind::kLostFrame);
  }
}

TEST(World, ADuplicateRepeatsTheCodeOfAnEarlierGoodItem) {
  for (const uint64_t seed : kSeeds) {
    WorldConfig config = Accelerated(seed);
    config.fault_ratio = 0.25;  // the crowded case
    config.items = 4000;
    const World world(config);
    int duplicates = 0;
    for (uint64_t i = 0; i < world.items(); ++i) {
      if (world.FaultOf(i) != FaultKind::kDuplicate) continue;
      ++duplicates;
      const ItemTruth truth = world.TruthOf(i);
      ASSERT_TRUE(truth.duplicate_of.has_value());
      EXPECT_LT(*truth.duplicate_of, i);
      EXPECT_GE(*truth.duplicate_of + 40, i);
      EXPECT_EQ(world.FaultOf(*truth.duplicate_of), FaultKind::kNone);
      EXPECT_EQ(truth.labels.at(0).text, world.TruthOf(*truth.duplicate_of).labels.at(0).text);
    }
    EXPECT_GT(duplicates, 50);
  }
}

TEST(World, AnUnlabelledItemsNeighbourIsGoodAndShowsItsSymbolWhole) {
  int cases = 0;
  for (const uint64_t seed : kSeeds) {
    const World world(Accelerated(seed));
    for (uint64_t i = 0; i < world.items(); ++i) {
      if (world.FaultOf(i) != FaultKind::kNeighbour) continue;
      ++cases;
      for (const Label& label : world.TruthOf(i).labels) EXPECT_EQ(label.print, Print::kNone);
      ASSERT_LT(i + 1, world.items());
      const ItemTruth next = world.TruthOf(i + 1);
      ASSERT_EQ(next.fault, FaultKind::kNone);
      ASSERT_EQ(next.labels.size(), 1u);
      const Label& label = next.labels[0];
      const auto shift = static_cast<float>(world.CenterCount(i + 1) - world.CenterCount(i));
      const float quiet_px = 2 * label.module_px;
      for (const Point corner : label.quad.corners) {
        // Whole in this item's picture, and whole on the neighbour.
        EXPECT_LE(corner.x + shift + quiet_px, kPictureWidth);
        EXPECT_GE(corner.x - quiet_px, (kPictureWidth - kItemLengthCounts) / 2);
      }
    }
  }
  EXPECT_GE(cases, 200);
}

TEST(World, OtherSymbolsStayOutOfTheNeighboursPictures) {
  for (const uint64_t seed : kSeeds) {
    const World world(Accelerated(seed));
    for (uint64_t i = 1; i + 1 < 2000; ++i) {
      const ItemTruth truth = world.TruthOf(i);
      for (const uint64_t other : {i - 1, i + 1}) {
        if (world.FaultOf(other) == FaultKind::kNeighbour) continue;
        const auto shift = static_cast<float>(world.CenterCount(i) - world.CenterCount(other));
        for (const Label& label : truth.labels) {
          const float x = label.quad.Center().x + shift;
          EXPECT_TRUE(x < 0 || x > kPictureWidth) << "item " << i << " in picture " << other;
        }
      }
    }
  }
}

TEST(World, LaysSymbolsWholeOnTheirItemWithinTheLimits) {
  std::set<int> sizes;
  for (const uint64_t seed : kSeeds) {
    const World world(Accelerated(seed));
    for (uint64_t i = 0; i < 2000; ++i) {
      for (const Label& label : world.TruthOf(i).labels) {
        if (label.print == Print::kNone) continue;
        sizes.insert(label.matrix.modules);
        EXPECT_GE(label.module_px, 4);
        EXPECT_LE(label.module_px, 6);
        if (label.print == Print::kLowContrast) {
          EXPECT_NEAR((label.light_grey - label.dark_grey) / 255.0, 0.25, 0.002);
        } else {
          EXPECT_GE((label.light_grey - label.dark_grey) / 255.0, 0.6);  // 10 % go by the light
        }
        const float side = label.module_px * static_cast<float>(label.matrix.modules);
        EXPECT_NEAR(label.quad.SignedArea(), side * side, 0.01 * side * side);
        for (const Point corner : label.quad.corners) {
          EXPECT_GE(corner.x - 2 * label.module_px, (kPictureWidth - kItemLengthCounts) / 2);
          EXPECT_LE(corner.x + 2 * label.module_px, (kPictureWidth + kItemLengthCounts) / 2);
          EXPECT_GE(corner.y, 172 + 2 * label.module_px);  // the lowest pack is 680 px high
          EXPECT_LE(corner.y, 852 - 2 * label.module_px);
        }
      }
    }
  }
  EXPECT_EQ(sizes, (std::set<int>{18, 20, 22, 24, 26}));
}

TEST(World, TheEncoderReachesEachCountAtItsTime) {
  for (const double items_per_min : {600.0, 601.7, 6000.0}) {
    WorldConfig config = Accelerated(1);
    config.t0_ns = 123'456'789'012'345;
    config.items_per_min = items_per_min;
    const World world(config);
    for (int64_t count : {int64_t{0}, int64_t{1}, int64_t{2999}, int64_t{20'000'123}}) {
      const int64_t time_ns = world.TimeOfCount(count);
      EXPECT_EQ(world.CountAt(time_ns), count);
      EXPECT_LT(world.CountAt(time_ns - 2), count);
    }
  }
}

TEST(World, ItsCodesStandInTheListsThatTheTruthSays) {
  const World world(Accelerated(9));
  const CodeLists lists = world.Codes();
  std::unordered_set<std::string> issued, voided, other;
  for (const auto& [list, set] :
       {std::pair{&lists.issued, &issued}, std::pair{&lists.voided, &voided},
        std::pair{&lists.other, &other}}) {
    for (const std::string& code : *list) {
      ASSERT_TRUE(gs1::ParseElementString(code)) << code;
      EXPECT_TRUE(set->insert(KeyOf(code)).second) << "twice: " << code;
    }
  }
  for (const std::string& key : voided) EXPECT_TRUE(issued.contains(key));
  for (const std::string& key : other) EXPECT_FALSE(issued.contains(key));

  std::unordered_set<std::string> used;
  for (uint64_t i = 0; i < world.items(); ++i) {
    const ItemTruth truth = world.TruthOf(i);
    for (const Label& label : truth.labels) {
      if (label.print == Print::kNone) continue;
      const bool well_formed = gs1::ParseElementString(label.text).has_value();
      EXPECT_EQ(well_formed, truth.expected().reason != item::RejectReason::kMalformed)
          << label.text;
      if (!well_formed) continue;
      const std::string key = KeyOf(label.text);
      const FaultKind fault = truth.fault;
      EXPECT_EQ(issued.contains(key),
                fault != FaultKind::kWrongBatch && fault != FaultKind::kUnknown);
      EXPECT_EQ(other.contains(key), fault == FaultKind::kWrongBatch);
      EXPECT_EQ(voided.contains(key), fault == FaultKind::kVoided);
      EXPECT_EQ(used.insert(key).second, fault != FaultKind::kDuplicate) << i;
    }
    if (truth.fault == FaultKind::kTwoCodes) {
      ASSERT_EQ(truth.labels.size(), 2u);
      EXPECT_NE(KeyOf(truth.labels[0].text), KeyOf(truth.labels[1].text));
    }
  }
}

TEST(Label, DamageDestroysTheFinderAndMoreThanCanBeCorrected) {
  // Codewords that the error correction of each size can correct: half of the check codewords
  // (ISO/IEC 16022:2006 table 7).
  const std::map<int, int> capacity = {{18, 7}, {20, 9}, {22, 10}, {24, 12}, {26, 14}};
  std::set<int> seen;
  const World world(Accelerated(4));
  for (uint64_t item = 0; item < 200; ++item) {
    const ItemTruth truth = world.TruthOf(item);
    if (truth.labels.empty() || truth.labels[0].print != Print::kGood) continue;
    Label label = truth.labels[0];
    label.print = Print::kDamaged;
    const int n = label.matrix.modules;
    seen.insert(n);
    std::vector<uint8_t> destroyed;
    const std::vector<uint8_t> cells = PrintedCells(label, &destroyed);
    EXPECT_GE(std::count(destroyed.begin(), destroyed.end(), 1), 0.55 * n * n);
    int wrong = 0;  // modules inside the borders that look like the opposite
    for (int row = 0; row < n; ++row) {
      EXPECT_TRUE(destroyed[row * n]);
      EXPECT_TRUE(destroyed[(n - 1) * n + row]);
      for (int column = 0; column < n; ++column) {
        if (row == 0 || column == 0 || row == n - 1 || column == n - 1) continue;
        int sum = 0;  // of the module's four cells
        for (int k = 0; k < 4; ++k) sum += cells[(2 * row + k / 2) * 2 * n + 2 * column + k % 2];
        wrong += (sum > 2 * 255) != (label.matrix.dark[row * n + column] != 0);
      }
    }
    // However they fall, they hit more codewords (of eight modules) than can be corrected.
    EXPECT_GT(wrong, 8 * capacity.at(n)) << n << " modules";
  }
  EXPECT_EQ(seen.size(), capacity.size());
}

/// The first labels of a world without faults, printed so.
std::vector<Label> PrintedLabels(Print print) {
  std::vector<Label> labels;
  const World world(Accelerated(4));
  for (uint64_t item = 0; item < 200; ++item) {
    const ItemTruth truth = world.TruthOf(item);
    if (truth.labels.empty() || truth.labels[0].print != Print::kGood) continue;
    labels.push_back(truth.labels[0]);
    labels.back().print = print;
  }
  return labels;
}

TEST(Label, FlecksTakeSoManyCodewordsThatTheRestIsBelowAQuarterAndCanBeCorrected) {
  for (const Label& label : PrintedLabels(Print::kFlecks)) {
    ModuleMatrix printed = label.matrix;
    const std::vector<uint8_t> cells = PrintedCells(label);
    const int n = printed.modules;
    for (int row = 0; row < n; ++row) {
      for (int column = 0; column < n; ++column) {
        printed.dark[row * n + column] = cells[2 * row * 2 * n + 2 * column] > 127;
      }
    }
    const std::vector<uint8_t> sent = CodewordsOf(label.matrix), seen = CodewordsOf(printed);
    int wrong = 0;
    for (size_t i = 0; i < sent.size(); ++i) wrong += sent[i] != seen[i];
    const int check = Ecc200SizeOf(n)->ecc;
    EXPECT_LT(1 - 2.0 * wrong / check, 0.25) << n;
    EXPECT_LT(wrong, check / 2) << n << ": one more could be corrected";
  }
}

TEST(Label, SpreadInkIsAQuarterOfAModuleWiderOnEachSide) {
  for (const Label& label : PrintedLabels(Print::kInkSpread)) {
    const std::vector<uint8_t> cells = PrintedCells(label);
    const int n = label.matrix.modules;
    ASSERT_EQ(cells.size(), 16u * n * n);
    // The clock track at the top: dark modules of four cells have become six, light ones two.
    int dark = 0;
    for (int column = 0; column < 4 * n; ++column) dark += cells[column] > 127;
    EXPECT_EQ(dark, 6 * (n / 2) - 1) << "but for the L, which has paper on its left only outside";
    for (int row = 0; row < 4; ++row) EXPECT_EQ(cells[4 * n * row], 255) << "nothing grows down";
  }
}

TEST(Label, FadingInkIsLessThanHalfAtTheRight) {
  const Label label = PrintedLabels(Print::kFading).at(0);
  const std::vector<uint8_t> cells = PrintedCells(label);
  const int n = label.matrix.modules;
  const uint8_t* bottom = cells.data() + static_cast<size_t>(2 * n - 1) * 2 * n;  // the solid side
  EXPECT_GT(bottom[0], 0.95 * 255);
  EXPECT_LT(bottom[2 * n - 1], 0.5 * 255);
  for (int i = 1; i < 2 * n; ++i) EXPECT_LE(bottom[i], bottom[i - 1]);
}

TEST(WorldConfig, NamesWhatMakesNoWorld) {
  EXPECT_TRUE(WorldConfig{}.Validate());
  const auto message = [](auto change) {
    WorldConfig config;
    change(config);
    const auto checked = config.Validate();
    return checked ? std::string() : checked.error().message;
  };
  EXPECT_NE(message([](WorldConfig& c) { c.items = 0; }).find("items"), std::string::npos);
  EXPECT_NE(message([](WorldConfig& c) { c.items_per_min = 0; }).find("items_per_min"),
            std::string::npos);
  EXPECT_NE(message([](WorldConfig& c) { c.fault_ratio = 0.5; }).find("fault_ratio"),
            std::string::npos);
  EXPECT_NE(message([](WorldConfig& c) { c.fault_kinds = 0; }).find("fault_kinds"),
            std::string::npos);
  EXPECT_NE(message([](WorldConfig& c) { c.gate_distance_counts = 10; }).find("distances"),
            std::string::npos);
}

}  // namespace
}  // namespace veriline::linesim
