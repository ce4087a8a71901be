// SPDX-License-Identifier: Apache-2.0
// A row of bars as linear symbologies have: parallel, of several widths, the same on all lines
// across them.
#include <algorithm>
#include <array>
#include <cmath>

#include "vision/locate/finder.h"

namespace veriline::locate {
namespace {

/// Widest bar or space within a symbol, in narrow ones: DataBar has eight, and a quiet zone ten.
constexpr float kMostElement = 9.0f;
constexpr long kLeastShared = 7;  ///< edges of two lines that are compared
constexpr float kLeastNarrowPx = 1.2f;
constexpr float kMatchRatio = 0.75f;  ///< edges that go on in the next line
/// Wide pairs of elements over narrow ones: 1 in ladders and hatching, 1.5 and more in codes.
constexpr float kPairsRatio = 1.4f;
constexpr int kLeastLines = 3;

/// Edges [first, last) of a line that stand close.
struct Row {
  int line = 0;
  size_t first = 0;
  size_t last = 0;
  size_t size() const { return last - first; }
};

/// The longest stretch of edges with no gap above `most_px`.
Row LongestRow(std::span<const Edge> edges, int line, float most_px) {
  Row best{line};
  size_t begin = 0;
  for (size_t i = 1; i <= edges.size(); ++i) {
    if (i < edges.size() && edges[i].at - edges[i - 1].at <= most_px) continue;
    if (i - begin > best.size()) best = {line, begin, i};
    begin = i;
  }
  return best;
}

/// How the edges of one line go on in the next.
struct Match {
  float ratio = 0;     ///< of the edges that do, where both lines cross bars
  float shift_px = 0;  ///< mean
};

Match MatchEdges(std::span<const Edge> a, std::span<const Edge> b, float tolerance_px) {
  // A line that leans leaves the bars before their row ends.
  const float begin = std::max(a.front().at, b.front().at) - tolerance_px;
  const float end = std::min(a.back().at, b.back().at) + tolerance_px;
  const auto within = [&](const Edge& edge) { return edge.at >= begin && edge.at <= end; };
  const auto of_a = std::ranges::count_if(a, within), of_b = std::ranges::count_if(b, within);
  if (std::min(of_a, of_b) < kLeastShared) return {};
  int matched = 0;
  size_t k = 0;
  float shift = 0;
  for (const Edge& edge : a) {
    while (k < b.size() && b[k].at < edge.at - tolerance_px) ++k;
    for (size_t i = k; i < b.size() && b[i].at <= edge.at + tolerance_px; ++i) {
      if (b[i].light != edge.light) continue;
      ++matched;
      shift += b[i].at - edge.at;
      break;
    }
  }
  if (matched == 0) return {};
  return {static_cast<float>(matched) / static_cast<float>(std::max(of_a, of_b)),
          shift / static_cast<float>(matched)};
}

/// Width of the narrow elements: half of what nine of ten bars and the spaces behind them reach, on
/// the middle one of some lines; single lines graze the ends of bars. 0 when too few cross bars.
float NarrowElement(Scan& scan, size_t least_edges) {
  constexpr int kLooks = 9;
  std::array<float, kLooks> narrow{};
  size_t count = 0;
  const LineSet& lines = scan.along_u;
  std::vector<float>& pairs = scan.scratch;
  for (int look = 0; look < kLooks; ++look) {
    const auto edges = lines.Of((2 * look + 1) * lines.lines() / (2 * kLooks));
    if (edges.size() < least_edges) continue;
    pairs.clear();
    for (size_t i = 0; i + 2 < edges.size(); ++i) pairs.push_back(edges[i + 2].at - edges[i].at);
    const auto nth = pairs.begin() + static_cast<ptrdiff_t>(pairs.size() / 10);
    std::ranges::nth_element(pairs, nth);
    narrow[count++] = *nth / 2;
  }
  if (count < 2) return 0;
  const auto middle = narrow.begin() + static_cast<ptrdiff_t>(count / 2);
  std::nth_element(narrow.begin(), middle, narrow.begin() + static_cast<ptrdiff_t>(count));
  return *middle;
}

}  // namespace

std::optional<Finding> FindBars(Scan& scan, size_t least_edges) {
  const LineSet& lines = scan.along_u;
  const float narrow_px = NarrowElement(scan, least_edges);
  if (narrow_px < kLeastNarrowPx) return std::nullopt;
  std::vector<float>& widths = scan.scratch;

  // Lines one after the other with the same bars.
  const float tolerance_px = std::max(0.75f * narrow_px, 1.5f);
  int first = -1, last = -1, best_first = 0, best_last = -1;
  float ratio_sum = 0, shift_sum = 0, best_ratio = 0, best_slope = 0;
  Row previous;
  const auto close = [&] {
    if (first >= 0 && last - first > best_last - best_first) {
      best_first = first;
      best_last = last;
      best_ratio = ratio_sum / static_cast<float>(last - first);
      best_slope = shift_sum / (static_cast<float>(last - first) * lines.spacing_px());
    }
    first = -1;
    ratio_sum = shift_sum = 0;
  };
  for (int line = 0; line < lines.lines(); ++line) {
    const Row row = LongestRow(lines.Of(line), line, kMostElement * narrow_px);
    if (row.size() < least_edges) {
      close();
      continue;
    }
    if (first >= 0) {
      const auto of = [&](const Row& r) { return lines.Of(r.line).subspan(r.first, r.size()); };
      const Match match = MatchEdges(of(previous), of(row), tolerance_px);
      if (match.ratio < kMatchRatio) {
        close();
      } else {
        last = line;
        ratio_sum += match.ratio;
        shift_sum += match.shift_px;
      }
    }
    if (first < 0) first = last = line;
    previous = row;
  }
  close();
  if (best_last - best_first + 1 < kLeastLines) return std::nullopt;

  const int middle = (best_first + best_last) / 2;
  const Row row = LongestRow(lines.Of(middle), middle, kMostElement * narrow_px);
  const auto bars = lines.Of(middle).subspan(row.first, row.size());
  // Bar and space together, which print growth leaves as they are.
  widths.clear();
  for (size_t i = 0; i + 2 < bars.size(); ++i) widths.push_back(bars[i + 2].at - bars[i].at);
  std::ranges::sort(widths);
  const bool varied = widths[widths.size() * 9 / 10] > kPairsRatio * widths[widths.size() / 10];
  if (!varied) return std::nullopt;

  // Where the lines meet the middle one's offset, going along the bars.
  float begin = bars.front().at, end = bars.back().at;
  const float middle_px = lines.OffsetOf(middle);
  for (int line = best_first; line <= best_last; ++line) {
    const Row r = LongestRow(lines.Of(line), line, kMostElement * narrow_px);
    const float lean = best_slope * (lines.OffsetOf(line) - middle_px);
    begin = std::min(begin, lines.Of(line)[r.first].at - lean);
    end = std::max(end, lines.Of(line)[r.last - 1].at - lean);
  }
  // They end somewhere before the next line.
  const float top = lines.OffsetOf(best_first) - lines.spacing_px();
  const float bottom = lines.OffsetOf(best_last) + lines.spacing_px();
  const auto corner = [&](float along, float offset) {
    return scan.aim.At(along + best_slope * (offset - middle_px), offset);
  };
  Finding finding;
  finding.finder = Finder::kBars;
  finding.quad = {
      {corner(begin, top), corner(end, top), corner(end, bottom), corner(begin, bottom)}};
  finding.module_px = narrow_px;
  finding.inverted = bars.front().light;
  finding.quality_ratio = best_ratio;
  return finding;
}

}  // namespace veriline::locate
