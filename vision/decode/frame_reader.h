// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "vision/core/clock.h"
#include "vision/core/frame.h"
#include "vision/core/symbol.h"
#include "vision/decode/crop_decoder.h"

namespace veriline::decode {

struct ReadOptions {
  SymbologySet symbologies = SymbologySet::All();
  /// Steady time past which no further region or rung is started; what was read until then is
  /// the result and `partial` is set. 0 = no deadline.
  int64_t deadline_ns = 0;
  /// Look for QR Codes all over the picture (PhotoQr), and try the whole of it where the regions
  /// gave nothing. Never on the line: its time is
  /// unbounded by the size of a region.
  bool whole_picture = false;
  /// Stop after that many symbols; 0 = no limit.
  int max_symbols = 0;
};

struct ReadStats {
  int regions = 0;       ///< that the locator gave
  bool partial = false;  ///< the deadline cut the work short
  /// A decoder that should have been asked was not to be had: another time it may read more.
  bool rungs_skipped = false;
  int64_t locate_ns = 0;
  int64_t decode_ns = 0;
};

struct ReadOutcome {
  std::vector<Symbol> symbols;
  ReadStats stats;
};

/// Finds and reads every code of a picture: locate → regions with a fixed pattern, each by its
/// quick way → where nothing was read, where a symbology without a finder test is asked for and
/// with `whole_picture` the other regions, by a ladder of decoders. No exception leaves it; a
/// region whose decoder failed costs only that region. Overlapping results of the same code are
/// merged to one. Thread: one Read at a time per object (it owns scratch memory); make one per
/// worker.
class FrameReader {
 public:
  /// Reads regions of a frame until none is left to take. Thread: several at once, each with a
  /// reader that does nothing else meanwhile.
  using Part = std::function<void(FrameReader& by)>;
  /// Calls a part with the reader whose frame it is, in the thread that asks, and with others that
  /// are free, in threads of their own; returns when none of these calls is left.
  using Share = std::function<void(const Part& part)>;

  /// Third-party decoders run through `decoder`, which serves this reader alone. It, the clock and
  /// whom `share` calls must outlive the reader. Symbols and their order do not depend on `share`,
  /// which is asked for frames with many regions.
  FrameReader(const Clock& clock, CropDecoder& decoder, Share share = nullptr);
  /// With third-party decoders in the calling thread.
  explicit FrameReader(const Clock& clock, Share share = nullptr);
  ~FrameReader();
  FrameReader(const FrameReader&) = delete;
  FrameReader& operator=(const FrameReader&) = delete;

  /// Shape: any width and height, 8-bit grey. Never fails: an empty view gives no symbols.
  /// What `outcome` held is lost, its memory used again: with it, nothing is allocated here once
  /// all has grown.
  void Read(const FrameView& picture, const ReadOptions& options, ReadOutcome* outcome);
  ReadOutcome Read(const FrameView& picture, const ReadOptions& options);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace veriline::decode
