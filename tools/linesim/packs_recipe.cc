// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/packs_recipe.h"

#include <fmt/format.h>

#include <cmath>

namespace veriline::linesim {
namespace {
constexpr double kSecondsToDecide = 0.4;
constexpr double kLeadMs = 15;
constexpr int64_t kGateMarginCounts = 100;  // a release is heard until 10 mm before the gate
}  // namespace

void PlaceGate(WorldConfig* config) {
  const double counts_per_s = config->items_per_min / 60 * kPitchCounts;
  const int64_t seen = config->camera_distance_counts + kItemLengthCounts / 2;
  config->gate_distance_counts = seen + std::llround(kSecondsToDecide * counts_per_s);
  config->exit_distance_counts =
      config->gate_distance_counts + std::llround(kSecondsToDecide * counts_per_s);
}

std::string PacksRecipe(const World& world) {
  const WorldConfig& c = world.config();
  const auto mm = [](int64_t counts) { return static_cast<double>(counts) / kCountsPerMm; };
  return fmt::format(
      R"(veriline_recipe: 1
name: packs
belt: {{counts_per_mm: {}, top_speed_mm_s: {:.1f}, lanes: 1}}
items: {{min_length_mm: {}, max_length_mm: {}, debounce_mm: 1}}
views:
  - {{name: top, camera: cam0, distance_mm: {}, field_mm: {}, belt: left, trigger: hardware,
     lanes: [{{lane: 0, from_ratio: 0, to_ratio: 1}}]}}
codes:
  - {{role: identity, symbologies: [datamatrix], identifier: "]d2"}}
decision: {{distance_mm: {}, lead_ms: {}}}
confirmation: {{kind: gateway, distance_mm: {}}}
)",
      kCountsPerMm, world.counts_per_s() / kCountsPerMm * 1.02, mm(kItemLengthCounts) / 2,
      mm(kItemLengthCounts) * 1.2, mm(c.camera_distance_counts), mm(kPictureWidth),
      mm(c.gate_distance_counts - kGateMarginCounts), kLeadMs, mm(2 * c.exit_distance_counts));
}

}  // namespace veriline::linesim
