// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/scene_recipe.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <string_view>
#include <utility>

#include "tools/linesim/codes.h"
#include "tools/linesim/part_label.h"

namespace veriline::linesim {
namespace {

constexpr double kLeadMs = 15;
constexpr int64_t kGateMarginCounts = 100;  // a release is heard until so far before the gate

/// From the last pixel of an item to its gate.
double SecondsToDecide(SceneKind scene) {
  switch (scene) {
    case SceneKind::kWeb:
    case SceneKind::kSheet:
      return 1.5;
    case SceneKind::kCartons:
    case SceneKind::kFoil:  // half of it is for the second light
      return 0.8;
    default:
      return 0.4;
  }
}

std::string TriggerText(const World& world) {
  const SceneTraits& s = world.scene();
  const auto mm = [&s](int64_t counts) { return static_cast<double>(counts) / s.counts_per_mm; };
  if (s.kind == SceneKind::kWeb || s.kind == SceneKind::kSheet ||
      s.kind == SceneKind::kLabelsNumber) {
    return fmt::format(
        "trigger: {{kind: row, source: mark, repeat_mm: {}, rows: {}, offset_mm: {}, "
        "length_mm: {}}}\n",
        mm(s.row_pitch_counts), s.rows, mm(s.row_offset_counts), mm(s.item_counts));
  }
  return fmt::format("items: {{min_length_mm: {}, max_length_mm: {}, debounce_mm: 1}}\n",
                     mm(s.item_counts) / 2, mm(s.item_counts) * 1.2);
}

std::string ViewText(const World& world, int camera, std::string_view name) {
  const SceneTraits& s = world.scene();
  const auto mm = [&s](int64_t counts) { return static_cast<double>(counts) / s.counts_per_mm; };
  const bool line = s.line_scan;
  std::string lanes;
  for (int lane = 0; lane < s.lanes; ++lane) {
    lanes +=
        fmt::format("{}{{lane: {}, from_ratio: {}, to_ratio: {}}}", lane == 0 ? "" : ", ", lane,
                    static_cast<double>(lane) / s.lanes, static_cast<double>(lane + 1) / s.lanes);
  }
  return fmt::format(
      "  - {{name: {}, camera: cam{}, distance_mm: {}, field_mm: {}, belt: {}, scan: {},\n"
      "     trigger: hardware, lanes: [{}]}}\n",
      name, camera, mm(world.config().camera_distance_counts + camera * kSecondCameraCounts),
      mm(line ? kBlockLines : s.picture_width), line ? "up" : "left", line ? "line" : "area",
      lanes);
}

std::string_view CodesText(SceneKind scene) {
  switch (scene) {
    case SceneKind::kWeb:
      return "  - {role: identity, symbologies: [qr, datamatrix]}\n"
             "  - {role: copy, symbologies: [code128], identifier: \"]C1\"}\n";
    case SceneKind::kSheet:
      return "  - {role: identity, symbologies: [datamatrix], identifier: \"]d1\"}\n";
    case SceneKind::kCartons:
      return "  - {role: identity, symbologies: [datamatrix], identifier: \"]d2\"}\n"
             "  - {role: copy, symbologies: [code128], identifier: \"]C1\"}\n"
             "  - {role: product, symbologies: [ean13]}\n";
    case SceneKind::kLabelsPair:
      return "  - {role: identity, symbologies: [code128], identifier: \"]C0\", length: 22}\n"
             "  - {role: copy, symbologies: [qr], content: \"HTTPS://EXAMPLE.COM/{code}\"}\n";
    case SceneKind::kLabelsEan:
      return "  - {role: identity, symbologies: [datamatrix], identifier: \"]d2\"}\n"
             "  - {role: product, symbologies: [ean13]}\n";
    case SceneKind::kLabelsText:
      return "  - {role: identity, symbologies: [datamatrix], identifier: \"]d2\"}\n"
             "  - {role: copy, symbologies: [code128], identifier: \"]C1\", mask: \"01*\"}\n";
    default:
      return "  - {role: identity, symbologies: [datamatrix], identifier: \"]d2\"}\n";
  }
}

std::string TextsText(const World& world) {
  if (world.scene().kind == SceneKind::kLabelsText) {
    constexpr std::pair<std::string_view, std::string_view> kLines[] = {
        {"expiry", "EXP {17:MM.YYYY}"}, {"lot", "LOT {10}"}, {"serial", "SN {21}"}};
    std::string text = "text:\n";
    for (size_t i = 0; i < std::size(kLines); ++i) {
      text += fmt::format(
          "  - {{name: {}, template: \"{}\", beside: identity, from: top_right,\n"
          "     at_mm: {{right: {}, down: {}}}, font: dejavu-sans-mono, cap_height_mm: {},\n"
          "     tolerance_mm: {}, turn_tolerance_deg: 2}}\n",
          kLines[i].first, kLines[i].second, kTextRightMm, kTextDownMm[i], kTextCapMm,
          2 * kTextJitterMm);
    }
    return text;
  }
  if (world.scene().kind != SceneKind::kLabelsNumber) return "";
  const SceneTraits& s = world.scene();
  std::string text = fmt::format(
      "sequence:\n"
      "  font: dejavu-sans-mono\n"
      "  cap_height_mm: {}\n"
      "  tolerance_mm: {}\n"
      "  turn_tolerance_deg: 2\n"
      "  length: 8\n"
      "  window: 2\n"
      "  lanes:\n",
      kNumberCapMm, 3 * kNumberJitterMm);
  const double left = (s.picture_width - kNumberLabelWidthPx) / 2.0;
  const double lane_px = static_cast<double>(s.picture_height) / s.lanes;
  for (int lane = 0; lane < s.lanes; ++lane) {
    const double top = (lane + 0.5) * lane_px - kNumberLabelHeightPx / 2.0;
    text += fmt::format("    - {{lane: {}, view: top, x_ratio: {}, y_ratio: {}, first: \"{}\"}}\n",
                        lane, (left + static_cast<double>(kNumberAt.x)) / s.picture_width,
                        (top + static_cast<double>(kNumberAt.y)) / s.picture_height,
                        MakeNumber(world.config().seed, lane, 0));
  }
  return text;
}

}  // namespace

void PlaceGate(WorldConfig* config) {
  const SceneTraits& s = config->traits();
  const double counts_per_s = World(*config).counts_per_s();
  int64_t seen = config->camera_distance_counts + s.mark_counts / 2;
  if (s.cameras > 1) seen += kSecondCameraCounts;
  // The block that holds the end of an item ends a block later at the most.
  if (s.line_scan) {
    seen = config->camera_distance_counts + s.row_offset_counts + s.item_counts + kBlockLines;
  }
  const auto way = std::llround(SecondsToDecide(s.kind) * counts_per_s);
  config->gate_distance_counts = seen + way;
  config->exit_distance_counts = config->gate_distance_counts + way;
}

std::string SceneRecipe(const World& world) {
  const WorldConfig& c = world.config();
  const SceneTraits& s = world.scene();
  const auto mm = [&s](int64_t counts) { return static_cast<double>(counts) / s.counts_per_mm; };
  std::string views = ViewText(world, 0, s.cameras > 1 ? "light_a" : "top");
  if (s.cameras > 1)
    views += ViewText(world, 1, "light_b") + "groups: [{any_of: [light_a, light_b]}]\n";
  return fmt::format(
      "veriline_recipe: 1\n"
      "name: {}\n"
      "belt: {{counts_per_mm: {}, top_speed_mm_s: {:.1f}, lanes: {}}}\n"
      "{}"
      "views:\n{}"
      "{}{}"
      "decision: {{distance_mm: {}, lead_ms: {}}}\n"
      "confirmation: {{kind: gateway, distance_mm: {}}}\n",
      s.name, s.counts_per_mm, world.counts_per_s() / s.counts_per_mm * 1.02, s.lanes,
      TriggerText(world), views,
      s.kind == SceneKind::kLabelsNumber ? "" : fmt::format("codes:\n{}", CodesText(s.kind)),
      TextsText(world), mm(c.gate_distance_counts - kGateMarginCounts), kLeadMs,
      mm(2 * c.exit_distance_counts));
}

}  // namespace veriline::linesim
