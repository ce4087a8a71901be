// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "pipeline/batch/registry.h"
#include "pipeline/item/code_grade.h"
#include "pipeline/item/item_track.h"
#include "pipeline/item/verdict.h"
#include "vision/core/frame.h"
#include "vision/core/symbol.h"

namespace veriline::line {

/// What a frame shows where a line of the recipe, or a number in sequence, is printed.
struct FrameText {
  static constexpr uint16_t kNumber = UINT16_MAX;

  uint16_t line = 0;    ///< index in recipe.texts, or kNumber
  int32_t symbol = -1;  ///< index of the symbol that it stands beside; -1: in a region of the view
  int lane = -1;        ///< of the region
  item::TextState state = item::TextState::kUnreadable;
  PayloadBytes expected;  ///< as in TextResult
  PayloadBytes read;
  float margin_ratio = 0;
  Quad place;
};

/// What the inspection of one frame gave.
struct FrameResult {
  FrameStamp stamp;
  int width_px = 0;
  int height_px = 0;
  std::vector<Symbol> symbols;
  std::vector<item::CodeGrade> grades;  ///< of each symbol
  std::vector<FrameText> texts;
  /// Of each lane the number that was expected when they were read; empty without a sequence.
  std::vector<int64_t> expected_numbers;
  bool partial = false;  ///< the deadline cut the inspection short
  /// Decoders that should have been asked were not to be had: another time it may read more.
  bool rungs_skipped = false;
  int64_t done_ns = 0;
};

// What reaches the settler, from whichever thread.
struct ItemOpened {
  item::ItemTrack track;
};
struct ItemClosed {
  item::ItemTrack track;
};
struct ItemExpired {
  item::ItemTrack track;
};
struct ItemFinal {
  item::Verdict verdict;
};
/// A frame is on the host, intact or damaged; an intact one is followed by FrameDone.
struct FrameArrived {
  FrameStamp stamp;
};
/// The host had no room for a frame.
struct FrameDropped {
  FrameStamp stamp;
};
struct FrameDone {
  std::unique_ptr<FrameResult> result;
};
/// A claim is not on disk: the store failed, or the deadline came before the write.
struct ClaimNotWritten {
  int lane = 0;
  uint64_t item_seq = 0;
  bool store_failed = false;
  /// The store was written, and somebody who shares it had come before: who.
  std::optional<batch::ReserveAnswer> refused;
};

using Event =
    std::variant<std::monostate, ItemOpened, ItemClosed, ItemExpired, ItemFinal, FrameArrived,
                 FrameDropped, FrameDone, ClaimNotWritten, item::ItemConfirmation>;

}  // namespace veriline::line
