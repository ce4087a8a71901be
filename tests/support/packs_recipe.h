// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace veriline::item {

/// A valid recipe that uses every key: two lanes, two views, three codes.
inline constexpr std::string_view kPacks = R"(veriline_recipe: 1
name: packs
belt: {counts_per_mm: 10, top_speed_mm_s: 1500, lanes: 2}
items:
  min_length_mm: 40
  max_length_mm: 100
  debounce_mm: 2
views:
  - name: top
    camera: cam0
    distance_mm: 300
    field_mm: 128
    belt: left
    trigger: hardware
    lanes:
      - {lane: 0, from_ratio: 0, to_ratio: 0.5}
      - {lane: 1, from_ratio: 0.5, to_ratio: 1}
  - name: side
    camera: cam1
    distance_mm: 320
    field_mm: 130
    belt: right
    trigger: software
    lanes:
      - {lane: 0, from_ratio: 0, to_ratio: 1}
codes:
  - {role: identity, symbologies: [datamatrix], identifier: "]d2"}
  - {role: product, symbologies: [ean13, upca]}
  - {role: ignored, symbologies: [qr]}
decision: {distance_mm: 700, lead_ms: 20}
confirmation: {kind: gateway, distance_mm: 1500}
)";

}  // namespace veriline::item
