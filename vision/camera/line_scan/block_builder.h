// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "vision/camera/camera_source.h"
#include "vision/camera/frame_tally.h"
#include "vision/camera/line_scan/line_scan_options.h"

namespace veriline::camera {

/// Lays the lines of a web, in order, into overlapping blocks and delivers each when it is full.
/// Line n lies n × counts_per_line behind the first. Block k (frame id k + 1) shows the lines from
/// k × (block − overlap) on. A line is copied straight into the pool buffers of its blocks: one,
/// or two where they overlap.
///
/// A block's stamp: encoder_count of its centre, encoder_count_end of its last line, exposure_ns of
/// the strip that its middle line came with. A block with missing lines (they are black) is
/// incomplete; one of which no line was seen counts as lost. A block for which the pool had no
/// buffer when it began is an overrun, told when it would have been full. One that does not fit a
/// buffer is delivered as broken.
/// Thread: one, which calls the sink; counters from any. Cost of a line: its copies; no allocation.
class BlockBuilder {
 public:
  /// Requires: valid options.
  explicit BlockBuilder(const LineScanOptions& options);

  /// Forgets everything; blocks begin again with the first.
  void Start(const CameraContext& context);
  /// Tells what the lines are, before the first of them.
  void Begin(int width_px, int64_t first_line_count);
  bool begun() const { return width_px_ != 0; }
  int width_px() const { return width_px_; }

  /// The line that Write writes.
  int64_t next_line() const { return next_line_; }
  /// The exposure of what comes now.
  void SetExposure(int64_t exposure_ns) { exposure_ns_ = exposure_ns; }
  /// The next line; `intact` false: its pixels must not be trusted.
  void Write(const uint8_t* row, bool intact);
  /// The lines from next_line to before `line` were not seen. Cost: that of the blocks that are
  /// begun at either side, however long the gap.
  void Miss(int64_t line);
  /// Nothing more comes: what no delivered block showed is delivered as an incomplete one.
  void Finish();
  /// Gives up what is begun.
  void Drop();

  CameraCounters counters() const { return tally_.counters(); }

 private:
  struct Block {
    int64_t index = 0;
    FrameLease lease;  ///< empty: an overrun, or too large for a buffer
    bool intact = true;
    int64_t exposure_ns = 0;
  };

  int64_t StartOf(int64_t block) const { return block * pitch_lines_; }
  int64_t EndOf(int64_t block) const { return StartOf(block) + block_lines_; }
  int64_t CountOf(double line) const;
  void BeginBlock();
  void Blacken(Block& block, int64_t from, int64_t to);
  /// Lines up to before `to` are done.
  void AdvanceTo(int64_t to);
  void DeliverFirst();

  const int block_lines_;
  const int overlap_lines_;
  const int pitch_lines_;  ///< from block to block
  const double counts_per_line_;
  FrameTally tally_;
  int width_px_ = 0;
  bool fits_ = false;
  int64_t first_line_count_ = 0;
  int64_t exposure_ns_ = 0;
  int64_t next_line_ = 0;
  int64_t next_block_ = 0;  ///< the next to begin
  std::array<Block, 2> begun_;
  size_t begun_count_ = 0;
};

}  // namespace veriline::camera
