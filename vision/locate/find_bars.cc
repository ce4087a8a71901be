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
/// Narrow elements so much wider than they were thought to be: the row may go on.
constexpr float kCutRatio = 1.1f;
constexpr int kLeastLines = 3;
constexpr int kMostLines = 64;

/// Edges [first, last) of a line that stand close.
struct Row {
  int line = 0;
  float narrow_px = 0;
  size_t first = 0;
  size_t last = 0;
  size_t size() const { return last - first; }
};

/// `row` with the longest stretch of edges that has no gap wider than an element.
Row LongestRow(std::span<const Edge> edges, Row row) {
  const float most_px = kMostElement * row.narrow_px;
  size_t begin = 0;
  for (size_t i = 1; i <= edges.size(); ++i) {
    if (i < edges.size() && edges[i].at - edges[i - 1].at <= most_px) continue;
    if (i - begin > row.size()) row.first = begin, row.last = i;
    begin = i;
  }
  return row;
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

/// Width of the narrow elements of a line: half of what nine of ten bars and the spaces behind them
/// reach.
float NarrowElement(std::span<const Edge> edges, std::vector<float>& pairs) {
  pairs.clear();
  for (size_t i = 0; i + 2 < edges.size(); ++i) pairs.push_back(edges[i + 2].at - edges[i].at);
  const auto nth = pairs.begin() + static_cast<ptrdiff_t>(pairs.size() / 10);
  std::ranges::nth_element(pairs, nth);
  return *nth / 2;
}

}  // namespace

std::optional<Finding> FindBars(Scan& scan, size_t least_edges, float known_px) {
  const LineSet& lines = scan.along_u;
  std::vector<float>& widths = scan.scratch;

  // Lines one after the other with the same bars.
  std::array<Row, kMostLines> rows;
  const int count = std::min(lines.lines(), kMostLines);
  int first = -1, last = -1, best_first = 0, best_last = -1;
  float ratio_sum = 0, shift_sum = 0, best_ratio = 0, best_slope = 0;
  const auto edges_of = [&](const Row& r) { return lines.Of(r.line).subspan(r.first, r.size()); };
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
  for (int line = 0; line < count; ++line) {
    const auto edges = lines.Of(line);
    Row& row = rows[static_cast<size_t>(line)];
    row = {line};
    if (edges.size() >= least_edges) {
      // Each line for itself: others may lie in the print above and below the bars. And once more
      // without the print before and behind them.
      row.narrow_px = known_px > 0 ? known_px : NarrowElement(edges, widths);
      row = LongestRow(edges, row);
      if (row.size() >= least_edges) {
        const float within_px = NarrowElement(edges_of(row), widths);
        const bool cut = within_px > kCutRatio * row.narrow_px;
        row.narrow_px = within_px;
        if (cut) row = LongestRow(edges, {line, within_px});
      }
      if (row.narrow_px < kLeastNarrowPx) row.last = row.first;
    }
    if (row.size() < least_edges) {
      close();
      continue;
    }
    if (first >= 0) {
      const Row& previous = rows[static_cast<size_t>(line - 1)];
      const float narrow_px = std::max(previous.narrow_px, row.narrow_px);
      const Match match =
          MatchEdges(edges_of(previous), edges_of(row), std::max(0.75f * narrow_px, 1.5f));
      if (match.ratio < kMatchRatio) {
        close();
      } else {
        last = line;
        ratio_sum += match.ratio;
        shift_sum += match.shift_px;
      }
    }
    if (first < 0) first = last = line;
  }
  close();
  if (best_last - best_first + 1 < kLeastLines) return std::nullopt;
  const std::span<const Row> found{rows.data() + best_first,
                                   static_cast<size_t>(best_last - best_first + 1)};

  const Row& middle = found[(found.size() - 1) / 2];
  const auto bars = edges_of(middle);
  // Bar and space together, which print growth leaves as they are.
  widths.clear();
  for (size_t i = 0; i + 2 < bars.size(); ++i) widths.push_back(bars[i + 2].at - bars[i].at);
  std::ranges::sort(widths);
  const bool varied = widths[widths.size() * 9 / 10] > kPairsRatio * widths[widths.size() / 10];
  if (!varied) return std::nullopt;
  widths.clear();
  for (const Row& row : found) widths.push_back(row.narrow_px);
  const auto median = widths.begin() + static_cast<ptrdiff_t>(widths.size() / 2);
  std::ranges::nth_element(widths, median);
  const float narrow_px = *median;

  // Where the lines meet the middle one's offset, going along the bars.
  float begin = bars.front().at, end = bars.back().at;
  const float middle_px = lines.OffsetOf(middle.line);
  for (const Row& row : found) {
    const float lean = best_slope * (lines.OffsetOf(row.line) - middle_px);
    begin = std::min(begin, lines.Of(row.line)[row.first].at - lean);
    end = std::max(end, lines.Of(row.line)[row.last - 1].at - lean);
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
