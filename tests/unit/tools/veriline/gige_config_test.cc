// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/packs_recipe.h"
#include "tests/support/replace_line.h"
#include "tests/support/scratch_folder.h"
#include "tools/veriline/config.h"

namespace veriline::tools {
namespace {

// The recipe is kPacks: cam0 with a hardware view, cam1 with a software view.
constexpr std::string_view kConfig = R"(veriline_config: 1
line: {id: L1, recipe: packs.recipe.yaml, start: execute}
store: {path: ./store}
batch: trial
cameras:
  - name: cam0
    gige:
      device: 192.168.1.10
      trigger: hardware
      features: {TriggerSource: Line0, ExposureTime: 200.5, Width: 1280, ReverseX: true}
      chunks: {encoder: ChunkEncoderValue, counts_per_encoder_step: -0.5, triggers: ChunkT}
      packet_size_bytes: 9000
      socket_buffer_bytes: 8000000
      expected_frame_rate_hz: 12.5
      frame_timeout_ms: 90
  - name: cam1
    gige: {device: "21438821", trigger: software}
trigger:
  paced: {items_per_s: 5, speed_mm_s: 500, item_length_mm: 90}
)";

class GigeConfig : public testing::Test {
 protected:
  void SetUp() override { folder_.Write("packs.recipe.yaml", item::kPacks); }
  Checked<AppConfig> Load(std::string_view yaml) {
    return LoadConfig(folder_.Write("app.yaml", yaml));
  }
  ScratchFolder folder_;
};

TEST_F(GigeConfig, ReadsEveryValue) {
  const auto c = Load(kConfig);
  ASSERT_TRUE(c) << c.error().ToString();
  ASSERT_TRUE(c->cameras[0].gige);
  const camera::GigeOptions& gige = *c->cameras[0].gige;
  EXPECT_EQ(gige.device, "192.168.1.10");
  EXPECT_EQ(gige.trigger_mode, camera::TriggerMode::kHardware);
  const std::vector<std::pair<std::string, std::string>> features = {{"TriggerSource", "Line0"},
                                                                     {"ExposureTime", "200.5"},
                                                                     {"Width", "1280"},
                                                                     {"ReverseX", "true"}};
  EXPECT_EQ(gige.features, features) << "in their order";
  EXPECT_EQ(gige.chunks.encoder, "ChunkEncoderValue");
  EXPECT_EQ(gige.counts_per_encoder_step, -0.5);
  EXPECT_EQ(gige.chunks.triggers, "ChunkT");
  EXPECT_EQ(gige.packet_size_bytes, 9000);
  EXPECT_EQ(gige.socket_buffer_bytes, 8'000'000);
  EXPECT_EQ(gige.expected_frame_rate_hz, 12.5);
  EXPECT_EQ(gige.frame_timeout_ms, 90);
  ASSERT_TRUE(c->cameras[1].gige);
  EXPECT_EQ(c->cameras[1].gige->device, "21438821");
  EXPECT_EQ(c->cameras[1].gige->trigger_mode, camera::TriggerMode::kSoftware);
  EXPECT_TRUE(c->cameras[1].gige->Validate());
}

struct Refused {
  const char* name;
  int line;
  const char* text;
  int at_column;
  const char* message;
  const char* advice;
};
void PrintTo(const Refused& refused, std::ostream* out) { *out << refused.name; }
std::string NameOf(const testing::TestParamInfo<Refused>& info) { return info.param.name; }

class RefusedGigeConfig : public GigeConfig, public testing::WithParamInterface<Refused> {};

TEST_P(RefusedGigeConfig, NamesPlaceAndAdvice) {
  const Refused& r = GetParam();
  const auto c = Load(ReplaceLine(kConfig, r.line, r.text));
  ASSERT_FALSE(c);
  EXPECT_EQ(c.error().line, r.line) << c.error().ToString();
  EXPECT_EQ(c.error().column, r.at_column) << c.error().ToString();
  EXPECT_EQ(c.error().message, r.message);
  EXPECT_NE(c.error().advice.find(r.advice), std::string::npos) << c.error().ToString();
}

constexpr Refused kCases[] = {
    {"NoDevice", 8, "      device: \"\"", 15, "the device of a camera is not given", "address"},
    {"TriggerUnknown", 9, "      trigger: wired", 16, "\"wired\" is no value for trigger",
     "off, hardware, software"},
    {"TriggerOfTheView", 9, "      trigger: software", 16,
     "the camera cam0 has the trigger software, but the view top has hardware", "the same"},
    {"FeatureList", 10, "      features: [Width]", 17, "features must be a map, not a list",
     "name: value"},
    {"FeatureOfFeatures", 10, "      features: {Width: {Max: 5}}", 25,
     "Width must have one value, not a map", "Width: VALUE"},
    {"FeatureTwice", 10, "      features: {Width: 5, Width: 6}", 28,
     "the key Width stands twice in one map", ""},
    {"UnknownKey", 12, "      packet_size: 9000", 7, "the key \"packet_size\" is not known here",
     "packet_size_bytes"},
    {"PacketSize", 12, "      packet_size_bytes: 100", 26,
     "the packet size of a camera is impossible", "220 to 16404"},
    {"NoEncoderStep", 11, "      chunks: {encoder: E, counts_per_encoder_step: 0}", 53,
     "an encoder step of a camera has no counts", "any number but 0"},
    {"Timeout", 15, "      frame_timeout_ms: 5", 25, "the frame timeout of a camera is impossible",
     "20 to 60000"},
};
INSTANTIATE_TEST_SUITE_P(GigeConfig, RefusedGigeConfig, testing::ValuesIn(kCases), NameOf);

}  // namespace
}  // namespace veriline::tools
