// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/camera_trigger_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace veriline::tools {
namespace {

using item::Presence;
using item::ValueRules;

constexpr double kMostSpeedMmS = 1e5;
constexpr double kLeastGapMs = 0.01;
constexpr double kMostGapMs = 1000;
constexpr double kMostLossMs = 10'000;
constexpr int kLines = 32;  ///< bits of LineStatusAll
constexpr std::array<std::string_view, 2> kEdgeNames = {"rising", "falling"};

int64_t Nanoseconds(double ms) { return static_cast<int64_t>(ms * 1e6); }

/// Edges that the recipe lives by.
size_t EyesOf(const item::Recipe& recipe) {
  if (recipe.trigger == item::TriggerKind::kEye) return static_cast<size_t>(recipe.lanes);
  return recipe.row.source == item::RowSource::kMark ? 1 : 0;
}

/// What the camera must be for its frames to tell of encoder and eyes.
void CheckSource(const CameraTriggerConfig& c, bool known, const camera::GigeOptions* gige,
                 ValueRules& rules) {
  const std::string at = "trigger.camera.name";
  rules.Require(known, at, fmt::format("there is no camera {}", c.camera),
                "name one of those under cameras");
  if (!rules.ok()) return;
  rules.Require(
      gige != nullptr, at,
      fmt::format("the camera {} has no counter and no input lines that its frames tell of",
                  c.camera),
      "a gige camera may have them; else take the trigger plc or paced");
  if (!rules.ok()) return;
  rules.Require(
      !gige->chunks.encoder.empty() && !gige->chunks.line_status.empty(), at,
      fmt::format("the frames of the camera {} do not tell of {}", c.camera,
                  gige->chunks.encoder.empty() ? "its encoder" : "its input lines"),
      "name chunks.encoder and chunks.line_status of the camera, as its features call them");
  rules.Require(
      gige->trigger_mode != camera::TriggerMode::kSoftware, at,
      fmt::format("the camera {} waits for triggers that only its own frames could bring",
                  c.camera),
      "let it run freely (trigger: off) or by the encoder (trigger: hardware), faster than items "
      "come");
}

void CheckEyes(const CameraTriggerConfig& c, const item::Recipe& r, ValueRules& rules) {
  const std::string at = "trigger.camera.eye_lines";
  const size_t eyes = EyesOf(r);
  rules.Require(c.eye_lines.size() == eyes, at,
                fmt::format("eye_lines names {} lines, the recipe {} needs {}", c.eye_lines.size(),
                            r.name, eyes),
                r.trigger == item::TriggerKind::kEye ? "one for each lane"
                                                     : "the one of the register sensor, if any");
  for (size_t i = 0; i < c.eye_lines.size(); ++i) {
    rules.Within(fmt::format("{}[{}]", at, i), c.eye_lines[i], 0, kLines - 1);
  }
}

/// What passes between two frames.
void CheckGap(const CameraTriggerConfig& c, const item::Recipe& r, ValueRules& rules) {
  const std::string at = "trigger.camera.frame_gap_ms";
  rules.Within(at, c.frame_gap_ms, kLeastGapMs, kMostGapMs);
  rules.Within("trigger.camera.loss_ms", c.loss_ms, 5, kMostLossMs);
  if (!rules.ok()) return;
  rules.Require(c.loss_ms >= 2 * c.frame_gap_ms, "trigger.camera.loss_ms",
                fmt::format("a camera with a frame each {:g} ms would be taken for lost after "
                            "{:g} ms",
                            c.frame_gap_ms, c.loss_ms),
                "at least two frame_gap_ms");
  const double gap_mm = r.top_speed_mm_s * c.frame_gap_ms / 1000;
  rules.Require(
      r.trigger != item::TriggerKind::kEye || gap_mm < r.min_length_mm, at,
      fmt::format("between two frames the belt goes {:g} mm: items of {:g} mm would pass unseen",
                  gap_mm, r.min_length_mm),
      "more frames a second");
  const auto view = std::find_if(r.views.begin(), r.views.end(),
                                 [&](const item::ViewSpec& v) { return v.camera == c.camera; });
  if (view == r.views.end() || view->scan == item::ViewScan::kLine) return;
  rules.Require(
      gap_mm + r.max_length_mm <= view->field_mm, at,
      fmt::format("between two frames the belt goes {:g} mm: some items of {:g} mm would be whole "
                  "in none of the pictures of {:g} mm",
                  gap_mm, r.max_length_mm, view->field_mm),
      "more frames a second, or a longer field");
}

}  // namespace

void ReadCameraTrigger(item::YamlMap& map, CameraTriggerConfig* config) {
  map.Text("name", &config->camera);
  map.Integers("eye_lines", &config->eye_lines, Presence::kOptional);
  size_t edge = config->rising_is_begin ? 0 : 1;
  map.Choice("item_begins", kEdgeNames, &edge, size_t{}, Presence::kOptional);
  config->rising_is_begin = edge == 0;
  map.Number("top_speed_mm_s", &config->top_speed_mm_s);
  map.Number("frame_gap_ms", &config->frame_gap_ms);
  map.Number("loss_ms", &config->loss_ms, Presence::kOptional);
}

void CheckCameraTrigger(const CameraTriggerConfig& config, const item::Recipe& recipe, bool known,
                        const camera::GigeOptions* gige, ValueRules& rules) {
  CheckSource(config, known, gige, rules);
  CheckEyes(config, recipe, rules);
  const std::string speed = "trigger.camera.top_speed_mm_s";
  rules.Above(speed, config.top_speed_mm_s, 0, kMostSpeedMmS);
  if (!rules.ok()) return;
  rules.Require(
      config.top_speed_mm_s >= recipe.top_speed_mm_s, speed,
      fmt::format("the recipe {} lets the belt run at {} mm/s", recipe.name, recipe.top_speed_mm_s),
      "give the fastest speed that the belt can have, whatever the recipe");
  CheckGap(config, recipe, rules);
}

reject::CameraTrigger::Config MakeCameraTrigger(const CameraTriggerConfig& config,
                                                const item::Recipe& recipe,
                                                const camera::GigeOptions& gige) {
  return {.eye_lines = config.eye_lines,
          .rising_is_begin = config.rising_is_begin,
          .counts_per_step = gige.counts_per_encoder_step,
          .most_counts_per_s = config.top_speed_mm_s * recipe.counts_per_mm,
          .sample_ns = Nanoseconds(config.frame_gap_ms),
          .loss_ns = Nanoseconds(config.loss_ms)};
}

}  // namespace veriline::tools
