// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/camera_trigger_config.h"

#include <gtest/gtest.h>

#include "tests/support/packs_recipe.h"
#include "tests/support/replace_line.h"
#include "tests/support/scratch_folder.h"
#include "tools/veriline/config.h"

namespace veriline::tools {
namespace {

// The recipe is kPacks: two lanes, items of 40 to 100 mm, at most 1500 mm/s, cam0 with a hardware
// view of 128 mm.
constexpr std::string_view kConfig = R"(veriline_config: 1
line: {id: L1, recipe: packs.recipe.yaml, start: execute}
store: {path: ./store}
batch: trial
cameras:
  - name: cam0
    gige:
      device: 192.168.1.10
      trigger: off
      chunks: {encoder: ChunkE, counts_per_encoder_step: -0.5, line_status: ChunkL}
  - name: cam1
    folder: {path: /, trigger: software}
trigger:
  camera:
    name: cam0
    eye_lines: [3, 0]
    item_begins: falling
    top_speed_mm_s: 1600
    frame_gap_ms: 18
    loss_ms: 90
)";

class CameraTriggerConfigTest : public testing::Test {
 protected:
  void SetUp() override { folder_.Write("packs.recipe.yaml", item::kPacks); }
  Checked<AppConfig> Load(std::string_view yaml) {
    return LoadConfig(folder_.Write("app.yaml", yaml));
  }
  Checked<AppConfig> LoadWith(int line, std::string_view replacement) {
    return Load(ReplaceLine(kConfig, line, replacement));
  }
  ScratchFolder folder_;
};

TEST_F(CameraTriggerConfigTest, ReadsEveryValue) {
  const auto c = Load(kConfig);
  ASSERT_TRUE(c) << c.error().ToString();
  EXPECT_EQ(c->trigger_kind, TriggerKind::kCamera);
  ASSERT_NE(c->FindCamera("cam0"), nullptr);
  const auto trigger =
      MakeCameraTrigger(c->camera_trigger, c->recipe, *c->FindCamera("cam0")->gige);
  EXPECT_EQ(trigger.eye_lines, (std::vector<int>{3, 0})) << "in the order of the lanes";
  EXPECT_FALSE(trigger.rising_is_begin);
  EXPECT_EQ(trigger.counts_per_step, -0.5);
  EXPECT_EQ(trigger.most_counts_per_s, 16'000);
  EXPECT_EQ(trigger.sample_ns, 18'000'000);
  EXPECT_EQ(trigger.loss_ns, 90'000'000);
}

TEST_F(CameraTriggerConfigTest, WhatMayBeLeftOutHasDefaults) {
  std::string text(kConfig);
  text.resize(text.find("    loss_ms"));
  text.erase(text.find("    item_begins: falling\n"), 25);
  const auto c = Load(text);
  ASSERT_TRUE(c) << c.error().ToString();
  EXPECT_TRUE(c->camera_trigger.rising_is_begin);
  EXPECT_EQ(c->camera_trigger.loss_ms, 200);
}

TEST_F(CameraTriggerConfigTest, ACameraThatTheEncoderTriggersWillDo) {
  EXPECT_TRUE(LoadWith(9, "      trigger: hardware"));
}

TEST_F(CameraTriggerConfigTest, ACountedWebHasNoEye) {
  std::string recipe(item::kPacks);
  const size_t items = recipe.find("items:"), views = recipe.find("views:");
  recipe.replace(items, views - items,
                 "trigger: {kind: row, source: count, repeat_mm: 90, length_mm: 80}\n");
  folder_.Write("packs.recipe.yaml", recipe);
  const auto without = LoadWith(16, "");
  EXPECT_TRUE(without) << without.error().ToString();
  const auto with = Load(kConfig);
  ASSERT_FALSE(with);
  EXPECT_EQ(with.error().message, "eye_lines names 2 lines, the recipe packs needs 0");
}

struct Refused {
  const char* name;
  int line;
  const char* text;
  int at_line;
  int at_column;
  const char* message;
  const char* advice;
};
void PrintTo(const Refused& refused, std::ostream* out) { *out << refused.name; }
std::string NameOf(const testing::TestParamInfo<Refused>& info) { return info.param.name; }

class RefusedCameraTrigger : public CameraTriggerConfigTest,
                             public testing::WithParamInterface<Refused> {};

TEST_P(RefusedCameraTrigger, NamesPlaceAndAdvice) {
  const Refused& r = GetParam();
  const auto c = LoadWith(r.line, r.text);
  ASSERT_FALSE(c);
  EXPECT_EQ(c.error().line, r.at_line) << c.error().ToString();
  EXPECT_EQ(c.error().column, r.at_column) << c.error().ToString();
  EXPECT_EQ(c.error().message, r.message);
  EXPECT_NE(c.error().advice.find(r.advice), std::string::npos) << c.error().ToString();
}

constexpr Refused kCases[] = {
    {"Nobody", 15, "    name: cam7", 15, 11, "there is no camera cam7", "under cameras"},
    {"AFolder", 15, "    name: cam1", 15, 11,
     "the camera cam1 has no counter and no input lines that its frames tell of", "plc"},
    {"NoCounter", 10, "      chunks: {line_status: ChunkL}", 15, 11,
     "the frames of the camera cam0 do not tell of its encoder", "chunks.encoder"},
    {"NoLines", 10, "      chunks: {encoder: ChunkE}", 15, 11,
     "the frames of the camera cam0 do not tell of its input lines", "chunks.line_status"},
    {"NoChunks", 10, "", 15, 11, "the frames of the camera cam0 do not tell of its encoder",
     "chunks.encoder"},
    {"OneEye", 16, "    eye_lines: [3]", 16, 16,
     "eye_lines names 1 lines, the recipe packs needs 2", "each lane"},
    {"NoEyes", 16, "", 15, 5, "eye_lines names 0 lines, the recipe packs needs 2", "each lane"},
    {"NoSuchLine", 16, "    eye_lines: [3, 32]", 16, 20, "trigger.camera.eye_lines[1] is 32",
     "0 to 31"},
    {"LineByName", 16, "    eye_lines: [3, Line0]", 16, 20,
     "an entry of eye_lines must be a whole number, not \"Line0\"", "digits"},
    {"OneLine", 16, "    eye_lines: 3", 16, 16, "eye_lines must be a list, not \"3\"", "[1, 2]"},
    {"EdgeUnknown", 17, "    item_begins: up", 17, 18, "\"up\" is no value for item_begins",
     "rising, falling"},
    {"TooSlow", 18, "    top_speed_mm_s: 1400", 18, 21,
     "the recipe packs lets the belt run at 1500 mm/s", "fastest"},
    {"NoSpeed", 18, "    top_speed_mm_s: 0", 18, 21, "trigger.camera.top_speed_mm_s is 0",
     "more than 0"},
    {"NoGap", 19, "    frame_gap_ms: 0", 19, 19, "trigger.camera.frame_gap_ms is 0", "0.01"},
    {"Unseen", 19, "    frame_gap_ms: 30", 19, 19,
     "between two frames the belt goes 45 mm: items of 40 mm would pass unseen", "more frames"},
    {"NeverWhole", 19, "    frame_gap_ms: 20", 19, 19,
     "between two frames the belt goes 30 mm: some items of 100 mm would be whole in none of the "
     "pictures of 128 mm",
     "longer field"},
    {"LostAtOnce", 20, "    loss_ms: 35", 20, 14,
     "a camera with a frame each 18 ms would be taken for lost after 35 ms", "two"},
    {"Loss", 20, "    loss_ms: 20000", 20, 14, "trigger.camera.loss_ms is 20000", "5 to 10000"},
    {"UnknownKey", 20, "    lost_ms: 100", 20, 5, "the key \"lost_ms\" is not known here",
     "loss_ms"},
};
INSTANTIATE_TEST_SUITE_P(CameraTrigger, RefusedCameraTrigger, testing::ValuesIn(kCases), NameOf);

TEST_F(CameraTriggerConfigTest, OneThatTheLineTriggersWouldWaitForItself) {
  std::string recipe(item::kPacks);
  recipe.replace(recipe.find("trigger: hardware"), 17, "trigger: software");
  folder_.Write("packs.recipe.yaml", recipe);
  const auto c = LoadWith(9, "      trigger: software");
  ASSERT_FALSE(c);
  EXPECT_EQ(c.error().line, 15);
  EXPECT_EQ(c.error().message,
            "the camera cam0 waits for triggers that only its own frames could bring");
}

}  // namespace
}  // namespace veriline::tools
