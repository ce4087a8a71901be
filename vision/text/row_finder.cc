// SPDX-License-Identifier: Apache-2.0
#include "vision/text/row_finder.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace veriline::text {

TextRow RowFinder::Find(const LineStrip& strip, int from, int to, int cap, float across,
                        float slope) {
  const int blocks = std::max(1, (to - from) / kBlock);
  const int rows = strip.height();
  const int above = strip.extent().above;
  profiles_.assign(static_cast<size_t>(blocks * rows), 0.0f);
  for (int block = 0; block < blocks; ++block) {
    const int left = std::max(from + block * kBlock, 1 - strip.extent().left);
    const int right =
        std::min(block + 1 == blocks ? to : from + (block + 1) * kBlock, strip.extent().right - 1);
    for (int row = 0; row < rows; ++row) {
      const uint8_t* at = strip.At(0, row - above);
      int sum = 0;
      for (int x = left; x < right; ++x) sum += std::abs(at[x + 1] - at[x - 1]);
      profiles_[static_cast<size_t>(block * rows + row)] = static_cast<float>(sum);
    }
  }
  // Slopes so close that the far end moves by one cell from one to the next.
  const int steps = static_cast<int>(std::ceil(slope * static_cast<float>(to)));
  constexpr int kRim = 3;  // rows above and below that should be even
  TextRow best;
  float best_score = -1e30f;
  total_.resize(static_cast<size_t>(rows + 1));
  for (int step = -steps; step <= steps; ++step) {
    const float tried =
        steps == 0 ? 0 : slope * static_cast<float>(step) / static_cast<float>(steps);
    std::fill(total_.begin(), total_.end(), 0.0f);
    for (int block = 0; block < blocks; ++block) {
      const float x = static_cast<float>(from) + (static_cast<float>(block) + 0.5f) * kBlock;
      const float drop = tried * x;
      const int whole = static_cast<int>(std::floor(drop));
      const float part = drop - static_cast<float>(whole);
      const float* profile = &profiles_[static_cast<size_t>(block * rows)];
      for (int row = std::max(0, -whole); row + whole + 1 < rows && row < rows; ++row) {
        total_[static_cast<size_t>(row + 1)] +=
            profile[row + whole] * (1 - part) + profile[row + whole + 1] * part;
      }
    }
    for (size_t i = 1; i < total_.size(); ++i) total_[i] += total_[i - 1];
    const auto sum_below = [&](float y) {  // of all rows above that place
      const float row = std::clamp(y + static_cast<float>(above), 0.0f, static_cast<float>(rows));
      const auto whole = std::min(static_cast<size_t>(row), total_.size() - 2);
      return total_[whole] +
             (row - static_cast<float>(whole)) * (total_[whole + 1] - total_[whole]);
    };
    for (float y = -across; y <= across + 0.01f; y += 0.5f) {
      const float top = y - static_cast<float>(cap);
      const float inside = sum_below(y) - sum_below(top);
      const float around =
          sum_below(top) - sum_below(top - kRim) + sum_below(y + kRim) - sum_below(y);
      const float score = inside - around * static_cast<float>(cap) / (2 * kRim);
      if (score <= best_score) continue;
      best_score = score;
      best.y = y;
      best.slope = tried;
      best.around = around / static_cast<float>(std::max(1, to - from) * 2 * kRim);
    }
  }
  best.clarity = best_score / static_cast<float>(std::max(1, to - from) * cap);
  return best;
}

}  // namespace veriline::text
