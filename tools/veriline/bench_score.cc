// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/bench_score.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace veriline::tools {
namespace {

constexpr size_t kExamples = 5;
constexpr float kMostAreas = 3;

/// With separators to be seen.
std::string Visible(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c >= ' ' && c <= '~') {
      out += c;
    } else {
      out += fmt::format("<{:02x}>", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace

Reported AsReported(const Symbol& symbol) {
  return {std::string(symbol.identifier_view()), std::string(symbol.payload.view()),
          BoundsOf(symbol.quad)};
}

void Score(std::span<const linesim::ShownSymbol> shown, std::span<const Reported> reported,
           uint64_t frame, ReadScore* score) {
  std::vector<bool> taken(shown.size());
  for (const Reported& r : reported) {
    size_t i = 0;
    for (; i < shown.size(); ++i) {
      const linesim::ShownSymbol& s = shown[i];
      if (!taken[i] && s.text == r.text && (r.identifier.empty() || s.identifier == r.identifier) &&
          (r.box.Empty() || !Intersect(r.box, BoundsOf(s.quad)).Empty())) {
        break;
      }
    }
    if (i < shown.size()) {
      taken[i] = true;
      score->read += shown[i].whole;
      continue;
    }
    ++score->wrong;
    if (score->examples.size() < kExamples) {
      score->examples.push_back(fmt::format("frame {}: {} \"{}\" at {},{}", frame, r.identifier,
                                            Visible(r.text), r.box.x, r.box.y));
    }
  }
  score->codes += static_cast<uint64_t>(
      std::ranges::count_if(shown, [](const linesim::ShownSymbol& s) { return s.whole; }));
}

Quad OutlineOf(const locate::Region& region) {
  if (HasPattern(region)) return region.finding.quad;
  const auto x0 = static_cast<float>(region.box.x);
  const auto y0 = static_cast<float>(region.box.y);
  const auto x1 = x0 + static_cast<float>(region.box.width);
  const auto y1 = y0 + static_cast<float>(region.box.height);
  return {{Point{x0, y0}, Point{x1, y0}, Point{x1, y1}, Point{x0, y1}}};
}

bool HasPattern(const locate::Region& region) {
  return region.finding.finder != locate::Finder::kNone;
}

bool IsFound(const linesim::ShownSymbol& code, std::span<const locate::Region> regions) {
  const float most_px = kMostAreas * std::abs(code.quad.SignedArea());
  return std::ranges::any_of(regions, [&](const locate::Region& region) {
    const Quad outline = OutlineOf(region);
    if (std::abs(outline.SignedArea()) > most_px) return false;
    const Quad reach = linesim::Grown(outline, code.module_px / 2);
    return std::ranges::all_of(code.quad.corners, [&](Point p) { return reach.Contains(p); });
  });
}

}  // namespace veriline::tools
