// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace veriline::item {

/// Two codes, and lines of text in every way they can be placed.
inline constexpr std::string_view kLabels = R"(veriline_recipe: 1
name: labels
belt: {counts_per_mm: 10, top_speed_mm_s: 1500, lanes: 1}
items: {min_length_mm: 40, max_length_mm: 100, debounce_mm: 2}
views:
  - {name: top, camera: cam0, distance_mm: 300, field_mm: 128, belt: left, trigger: hardware,
     lanes: [{lane: 0, from_ratio: 0, to_ratio: 1}]}
codes:
  - {role: identity, symbologies: [datamatrix], identifier: "]d2", most_corrected: 5}
  - {role: copy, symbologies: [code128], length: 12, mask: "@##*", content: "N{21}"}
text:
  - name: expiry
    template: "EXP {17:MM.YYYY}"
    beside: identity
    from: top_right
    at_x: {right: 4, down: 5.5}
    font: ocr-b
    cap_height_x: 6
    tolerance_x: 2
  - {name: serial, template: "{21}", beside: copy, at_mm: {right: 0, down: 12}, font: din,
     cap_height_mm: 2.5, pitch_mm: 2, tolerance_mm: 1, turn_tolerance_deg: 3, ink: either}
  - name: lot
    template: "LOT {10}"
    regions: [{view: top, lane: 0, x_ratio: 0.2, y_ratio: 0.75, turn_deg: 90}]
    font: dejavu-sans-mono
    cap_height_mm: 3
    tolerance_mm: 2
decision: {distance_mm: 700, lead_ms: 20}
confirmation: {kind: none}
)";

/// Two lanes of numbers in sequence, without any code.
inline constexpr std::string_view kNumbers = R"(veriline_recipe: 1
name: numbers
belt: {counts_per_mm: 10, top_speed_mm_s: 1500, lanes: 2}
items: {min_length_mm: 40, max_length_mm: 100, debounce_mm: 2}
views:
  - {name: top, camera: cam0, distance_mm: 300, field_mm: 128, belt: left, trigger: hardware,
     lanes: [{lane: 0, from_ratio: 0, to_ratio: 0.5}, {lane: 1, from_ratio: 0.5, to_ratio: 1}]}
sequence:
  font: ocr-b
  cap_height_mm: 3
  tolerance_mm: 2
  alphabet: "0123456789"
  prefix: A
  length: 6
  window: 3
  lanes:
    - {lane: 0, view: top, x_ratio: 0.3, y_ratio: 0.25, first: A000100, step: 2}
    - {lane: 1, view: top, x_ratio: 0.3, y_ratio: 0.75, step: -1}
decision: {distance_mm: 700, lead_ms: 20}
confirmation: {kind: none}
)";

}  // namespace veriline::item
