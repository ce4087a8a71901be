// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/linear_decode.h"

#include <algorithm>

namespace veriline::symbology::linear {

void LinearDecode::Clear() {
  symbology = Symbology::kUnknown;
  identifier = {};
  payload.Assign({});
  addon.Assign({});
  characters.clear();
  first_edge = last_edge = 0;
  x_width = wide_ratio = 0;
  linked = reversed = false;
}

void LinearDecode::Reverse(size_t edge_count) {
  const auto turned = [&](uint16_t edge) { return static_cast<uint16_t>(edge_count - 1 - edge); };
  for (LinearCharacter& c : characters) {
    c.first_edge = turned(static_cast<uint16_t>(c.first_edge + c.elements));
  }
  std::ranges::reverse(characters);
  const uint16_t first = first_edge;
  first_edge = turned(last_edge);
  last_edge = turned(first);
  reversed = !reversed;
}

void Reverse(std::span<const float> edges, std::vector<float>* out) {
  out->clear();
  for (size_t i = edges.size(); i-- > 0;) out->push_back(edges.back() - edges[i]);
}

bool MayHaveAddon(Symbology s) {
  return s == Symbology::kEan13 || s == Symbology::kUpcA || s == Symbology::kUpcE;
}

QuietZones QuietZonesOf(Symbology symbology, bool with_addon) {
  constexpr float kAddonRight = 5;
  switch (symbology) {
    case Symbology::kCode128:
    case Symbology::kCode39:
    case Symbology::kCode93:
    case Symbology::kCodabar:
    case Symbology::kItf:
      return {10, 10};
    case Symbology::kEan13:
      return {11, with_addon ? kAddonRight : 7};
    case Symbology::kEan8:
      return {7, with_addon ? kAddonRight : 7};
    case Symbology::kUpcA:
      return {9, with_addon ? kAddonRight : 9};
    case Symbology::kUpcE:
      return {9, with_addon ? kAddonRight : 7};
    default:
      return {};
  }
}

bool QuietEnough(std::span<const float> edges, const DecodeRules& rules,
                 const LinearDecode& decode) {
  const float least = rules.least_quiet_x * decode.x_width;
  const bool left =
      decode.first_edge == 0 || edges[decode.first_edge] - edges[decode.first_edge - 1u] >= least;
  const bool right = decode.last_edge + 1u >= edges.size() ||
                     edges[decode.last_edge + 1u] - edges[decode.last_edge] >= least;
  return left && right;
}

}  // namespace veriline::symbology::linear
