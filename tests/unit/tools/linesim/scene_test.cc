// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/scene.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "pipeline/item/recipe.h"
#include "tools/linesim/carton_label.h"
#include "tools/linesim/codes.h"
#include "tools/linesim/foil_renderer.h"
#include "tools/linesim/scene_recipe.h"
#include "tools/linesim/sheet_layout.h"
#include "tools/linesim/web_label.h"
#include "tools/linesim/world.h"

namespace veriline::linesim {
namespace {

WorldConfig Config(SceneKind kind, uint64_t feeds, double fault_ratio = 0.1) {
  WorldConfig config;
  config.scene = kind;
  config.seed = 11;
  config.items = feeds * static_cast<uint64_t>(TraitsOf(kind).feed_items());
  config.items_per_min = 600 * TraitsOf(kind).feed_items();
  config.fault_ratio = fault_ratio;
  return config;
}

std::string NameOf(const ::testing::TestParamInfo<SceneKind>& scene) {
  std::string name(TraitsOf(scene.param).name);
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
}
const auto kWithCodes =
    ::testing::Values(SceneKind::kPacks, SceneKind::kWeb, SceneKind::kSheet, SceneKind::kCartons,
                      SceneKind::kFoil, SceneKind::kLabelsPair, SceneKind::kLabelsEan,
                      SceneKind::kLabelsText, SceneKind::kLabelsNumber);

class Scenes : public ::testing::TestWithParam<SceneKind> {};
INSTANTIATE_TEST_SUITE_P(All, Scenes, kWithCodes, NameOf);
INSTANTIATE_TEST_SUITE_P(Empty, Scenes, ::testing::Values(SceneKind::kEmpty), NameOf);

/// Those whose items may be without a fault.
class ScenesWithCodes : public Scenes {};
INSTANTIATE_TEST_SUITE_P(All, ScenesWithCodes, kWithCodes, NameOf);

TEST_P(Scenes, StandInTheirPlaceAndKnowTheirName) {
  EXPECT_EQ(TraitsOf(GetParam()).kind, GetParam());
  EXPECT_EQ(SceneKindFromName(TraitsOf(GetParam()).name), GetParam());
}

TEST_P(Scenes, KeepTheWindowsOfALaneApart) {
  const World world(Config(GetParam(), 200));
  std::map<int, int64_t> ends;
  int64_t last = 0;
  for (uint64_t item = 0; item < world.items(); ++item) {
    const ItemTruth truth = world.OutlineOf(item);
    ASSERT_GE(truth.leading_count, last);  // the gate takes them in this order
    last = truth.leading_count;
    ASSERT_GT(truth.trailing_count, truth.leading_count);
    const auto before = ends.find(truth.lane);
    if (before != ends.end()) {
      ASSERT_GE(truth.leading_count - before->second, 16) << item;
    }
    ends[truth.lane] = truth.trailing_count;
  }
  EXPECT_EQ(static_cast<int>(ends.size()), world.scene().lanes);
}

TEST_P(ScenesWithCodes, PlantEveryKindTheyKnowAndNoOther) {
  const World world(Config(GetParam(), GetParam() == SceneKind::kSheet ? 60 : 2700));
  std::map<FaultKind, int> planted;
  for (uint64_t item = 0; item < world.items(); ++item) ++planted[world.FaultOf(item)];
  const uint64_t known = world.scene().item_faults | world.scene().feed_faults;
  for (const FaultTruth& row : kFaultTable) {
    if (row.kind == FaultKind::kNone) continue;
    if (known & BitOf(row.kind)) {
      EXPECT_GE(planted[row.kind], 15) << row.name;
    } else {
      EXPECT_EQ(planted[row.kind], 0) << row.name;
    }
  }
}

TEST_P(ScenesWithCodes, HaveNoFaultWhenNoneIsAskedFor) {
  const World world(Config(GetParam(), 100, 0));
  for (uint64_t item = 0; item < world.items(); ++item) {
    ASSERT_EQ(world.FaultOf(item), FaultKind::kNone);
  }
}

TEST_P(Scenes, RepeatACodeOnlyWhereADuplicateIsPlanted) {
  const World world(Config(GetParam(), GetParam() == SceneKind::kSheet ? 40 : 1000));
  const CodeLists lists = world.Codes();
  const std::unordered_set<std::string> issued(lists.issued.begin(), lists.issued.end());
  EXPECT_EQ(issued.size(), lists.issued.size());
  std::unordered_map<std::string, uint64_t> carrier;
  for (uint64_t item = 0; item < world.items(); ++item) {
    const ItemTruth truth = world.OutlineOf(item);
    const std::string code = world.CodeOn(item);
    if (truth.duplicate_of) {
      const uint64_t original = *truth.duplicate_of;
      EXPECT_EQ(world.FaultOf(original), FaultKind::kNone);
      EXPECT_EQ(code, world.CodeOn(original));
      if (truth.fault == FaultKind::kDuplicate) {
        // The order of verdicts is that of the items within a lane only.
        EXPECT_EQ(world.LaneOf(original), truth.lane);
        EXPECT_LT(world.LeadingCount(original), truth.leading_count);
      } else {
        EXPECT_EQ(truth.fault, FaultKind::kSwapped);
        EXPECT_EQ(world.LeadingCount(original), truth.leading_count);
        EXPECT_EQ(truth.twin, original);
        EXPECT_EQ(world.OutlineOf(original).twin, item);
      }
      continue;
    }
    if (truth.fault == FaultKind::kNumberDigit || truth.fault == FaultKind::kNumberSwapped) {
      EXPECT_NE(code, world.OwnCodeOf(item));  // whose it is does not matter
      continue;
    }
    EXPECT_TRUE(carrier.emplace(code, item).second) << item;
    const bool foreign =
        truth.fault == FaultKind::kUnknown || truth.fault == FaultKind::kWrongBatch;
    if (truth.expected().reason != item::RejectReason::kMalformed) {
      EXPECT_EQ(issued.contains(code), !foreign) << Name(truth.fault);
    }
  }
}

TEST_P(Scenes, MakeARecipeThatIsOne) {
  WorldConfig config = Config(GetParam(), 100);
  PlaceGate(&config);
  ASSERT_TRUE(config.Validate());
  const World world(config);
  const auto recipe = item::ParseRecipe(SceneRecipe(world), "scene");
  ASSERT_TRUE(recipe) << recipe.error().ToString();
  EXPECT_EQ(recipe->lanes, world.scene().lanes);
  EXPECT_EQ(static_cast<int>(recipe->views.size()), world.scene().cameras);
  if (recipe->trigger == item::TriggerKind::kRow) {
    // The line's windows are the world's.
    const item::RowSpec& row = recipe->row;
    const int64_t mark = world.MarkCount(3);
    for (int r = 0; r < world.scene().rows; ++r) {
      const uint64_t item =
          static_cast<uint64_t>(3 * world.scene().feed_items() + r * world.scene().lanes);
      EXPECT_EQ(mark + recipe->Counts(row.offset_mm + r * row.repeat_mm), world.LeadingCount(item));
      EXPECT_EQ(recipe->Counts(row.length_mm), world.scene().item_counts);
    }
  }
}

TEST(WorldConfig, KnowsWhatComesAtOnce) {
  WorldConfig config = Config(SceneKind::kSheet, 3);
  EXPECT_TRUE(config.Validate());
  config.items += 1;
  EXPECT_FALSE(config.Validate());
}

TEST(Web, ASpliceTakesARowAndMovesAllThatFollows) {
  const World world(Config(SceneKind::kWeb, 2500));
  int splices = 0;
  for (uint64_t row = 0; row + 1 < world.feeds(); ++row) {
    const int64_t pitch = world.MarkCount(row + 1) - world.MarkCount(row);
    if (world.FeedFaultOf(row) == FaultKind::kSplice) {
      ++splices;
      EXPECT_GT(pitch, 994);
      EXPECT_LE(pitch, 1306);
      for (uint64_t item = row * 8; item < row * 8 + 8; ++item) {
        EXPECT_EQ(world.FaultOf(item), FaultKind::kSplice);
      }
    } else {
      EXPECT_GE(pitch, 994);
      EXPECT_LE(pitch, 1006);
    }
  }
  EXPECT_EQ(splices, 25);
}

TEST(Web, LaysLabelsWithinTheirCellAndCodesWithinTheirWindow) {
  const World world(Config(SceneKind::kWeb, 300));
  std::set<int> qr;
  for (uint64_t item = 0; item < world.items(); ++item) {
    const WebLabel label = LayOutWebLabel(world, item);
    if (!label.there) continue;
    EXPECT_LE(std::abs(label.stock.pose.angle_rad), 3.001 * 3.14159265 / 180);
    for (const PrintedSymbol& symbol : label.symbols) {
      ASSERT_GT(symbol.grid.rows, 0);
      EXPECT_GE(symbol.module_px, symbol.linear() ? 3 : 4);
      if (symbol.symbology == Symbology::kQr) qr.insert(symbol.grid.rows);
      const Quad quad = QuadOf(symbol, kWebLabelWidthPx, kWebLabelHeightPx, label.stock.pose);
      for (const Point corner : quad.corners) {
        EXPECT_GT(corner.x, 20);
        EXPECT_LT(corner.x, kWebLanePx - 20);
        EXPECT_GT(corner.y, 40);
        EXPECT_LT(corner.y, 960);
      }
    }
  }
  EXPECT_EQ(qr, (std::set<int>{25, 29}));  // versions 2 and 3
}

TEST(Sheet, HasMatricesOf16To22ModulesEachInItsWindowAndLane) {
  const World world(Config(SceneKind::kSheet, 40));
  const SceneTraits& scene = world.scene();
  std::set<int> sizes;
  for (uint64_t item = 0; item < world.items(); ++item) {
    const SheetPosition position = LayOutSheetPosition(world, item);
    if (position.symbol.print == Print::kNone) continue;
    sizes.insert(position.symbol.grid.rows);
    const Point centre =
        QuadOf(position.symbol, kPositionWidthPx, kPositionHeightPx, position.pose).Center();
    const uint64_t sheet = world.FeedOf(item);
    const double at = static_cast<double>(world.FeedCenterCount(sheet)) -
                      scene.picture_width / 2.0 + static_cast<double>(centre.x);
    const double lane = static_cast<double>(centre.y) / scene.picture_height * scene.lanes;
    EXPECT_EQ(static_cast<int>(lane), world.LaneOf(item)) << item;
    if (world.FeedFaultOf(sheet) == FaultKind::kNone) {
      EXPECT_GE(at, static_cast<double>(world.LeadingCount(item)) + 60) << item;
      EXPECT_LE(at, static_cast<double>(world.TrailingCount(item)) - 60) << item;
      continue;
    }
    // In no window at all, with room for the reader's error.
    for (uint64_t other = sheet * 96; other < sheet * 96 + 96; other += 8) {
      const bool inside = at > static_cast<double>(world.LeadingCount(other)) - 4 &&
                          at < static_cast<double>(world.TrailingCount(other)) + 4;
      EXPECT_FALSE(inside) << "position " << item << " in the window of " << other;
    }
  }
  EXPECT_EQ(sizes, (std::set<int>{16, 18, 20, 22}));
}

TEST(Cartons, CarryTheirCodesInTheRolesThatTheFaultSays) {
  const World world(Config(SceneKind::kCartons, 2000));
  for (uint64_t item = 0; item < world.items(); ++item) {
    const FaultKind fault = world.FaultOf(item);
    const CartonLabel label = LayOutCartonLabel(world, item);
    ASSERT_EQ(label.there, fault != FaultKind::kNoLabel);
    std::map<Symbology, std::string> texts;
    for (const PrintedSymbol& symbol : label.symbols) {
      texts[symbol.symbology] = symbol.text;
      const Quad quad = QuadOf(symbol, kCartonLabelWidthPx, kCartonLabelHeightPx, label.pose);
      for (const Point corner : quad.corners) {  // whole on a carton of 1800 × 1500 px
        EXPECT_GT(corner.x, 324);
        EXPECT_LT(corner.x, 2124);
        EXPECT_GT(corner.y, 274);
        EXPECT_LT(corner.y, 1774);
      }
    }
    if (!label.there) continue;
    EXPECT_EQ(texts.contains(Symbology::kCode128), fault != FaultKind::kCopyMissing);
    EXPECT_EQ(texts.contains(Symbology::kEan13), fault != FaultKind::kProductMissing);
    EXPECT_EQ(texts[Symbology::kDataMatrix], world.CodeOn(item));
    if (fault != FaultKind::kCopyMissing) {
      EXPECT_EQ(texts[Symbology::kCode128] == texts[Symbology::kDataMatrix],
                fault != FaultKind::kCopyDiffers);
    }
    if (fault != FaultKind::kProductMissing) {
      EXPECT_EQ("0" + texts[Symbology::kEan13] == MakeGtin(11), fault != FaultKind::kWrongProduct);
    }
  }
}

TEST(Foil, HasGlareOverTheCodeInOneLightOftenAndInBothOnlyWhereItIsPlanted) {
  const World world(Config(SceneKind::kFoil, 3000));
  std::map<uint32_t, int> seen;
  for (uint64_t item = 0; item < world.items(); ++item) {
    const uint32_t glare = GlareOf(world, item);
    EXPECT_EQ(glare == 3, world.FaultOf(item) == FaultKind::kGlare);
    ++seen[glare];
  }
  EXPECT_GT(seen[1], 300);
  EXPECT_GT(seen[2], 300);
  EXPECT_GT(seen[0], 1500);
}

}  // namespace
}  // namespace veriline::linesim
