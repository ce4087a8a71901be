// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "vision/core/frame.h"
#include "vision/text/coarse_cells.h"
#include "vision/text/font.h"
#include "vision/text/line_strip.h"
#include "vision/text/row_finder.h"
#include "vision/text/slots.h"
#include "vision/text/text_place.h"

namespace veriline::text {

/// Finds a line of text about where it should be: its row by RowFinder, then shift and scale along
/// it, in cells twice as wide and high as those of the templates. Exact to about a cell.
/// Thread: one (scratch memory). No allocation once it has grown.
class LineSearch {
 public:
  /// Cuts what a line of so many (fine) cells can lie in, and finds its row. False where the place
  /// cannot be asked: too small or large, or it starts outside of the picture.
  bool Begin(const FrameView& picture, const TextPlace& place, const Font& font, float cells);

  /// A line whose text is known. The frame under which its characters fit best.
  LineFrame FindKnown(std::span<const Slot> slots);
  /// A line of unknown text: the most convincing chain of characters, each an advance behind the
  /// one before. Writes their `slots` and the frame; false where nothing looks like a character.
  bool FindUnknown(std::span<const int> alphabet, std::vector<Slot>* slots, LineFrame* frame);

  /// Whether there is no print here: neither changes of grey along a row nor anything dark or
  /// light in it.
  bool IsBlank() const;
  /// Where the line should lie, whether or not anything is there.
  LineFrame nominal() const;

 private:
  struct Peak {
    int glyph = -1;
    float squared = 0;  ///< correlation
    float total = 0;    ///< of the best chain that ends here
    int from = -1;      ///< index of the peak before; -1 = the chain begins here
  };
  static constexpr int kRanks = 4;  ///< characters kept for each place along

  LineFrame FrameAt(float x, float scale, bool light_ink) const;
  int RowAt(int x) const;
  void Score(std::span<const Slot> slots);
  void FindPeaks(std::span<const int> alphabet);
  int BestChain(bool light_ink);
  float Pitch(int glyph, int next) const;

  const TextPlace* place_ = nullptr;
  const Font* font_ = nullptr;
  float cells_ = 0;
  LineStrip strip_;
  CoarseCells cells_of_strip_;
  RowFinder row_finder_;
  TextRow row_;
  int reach_ = 0;  ///< most shift of a known character, coarse cells
  std::vector<int> drifts_;
  std::vector<float> scores_[2];  ///< of each slot at each shift; dark and light ink
  int first_ = 0, places_ = 0;    ///< unknown: middles of characters, coarse cells
  std::vector<Peak> peaks_[2];    ///< kRanks for each of them
};

}  // namespace veriline::text
