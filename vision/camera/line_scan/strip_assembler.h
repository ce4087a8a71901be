// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "vision/camera/camera_source.h"
#include "vision/camera/line_scan/block_builder.h"
#include "vision/camera/line_scan/line_scan_options.h"

namespace veriline::camera {

/// Turns the strips of a line-scan camera into lines that lie evenly on the belt, and those into
/// blocks. The lines of a strip lie evenly between its two encoder counts (so the belt must move
/// evenly within one); a line of a block is the nearest of them, not a mean. It is off by at most
/// half a line of the strip or of the block, whichever is longer, and square whatever the speed and
/// the camera's lines per count. A strip of one line stands for a line of the block.
///
/// Nothing is shown twice: a line lies at its belt position, and only positions beyond all that
/// came before are taken. While the belt stands, slips back or reverses, nothing is added; when it
/// comes forward past the furthest position, the lines go on there. Where neighbouring lines of the
/// strips lie more than max_gap_lines apart (a lost strip, the belt slipped forward, it runs faster
/// than the camera), those between are missing.
///
/// A belt that stops in the middle of a block leaves it waiting for the belt. That costs no item
/// its verdict: deadlines are belt counts.
///
/// Trusts the counts: the encoder's owner unwraps them and keeps them from jumping. After one that
/// lies far ahead, the assembler is silent until the belt gets there, so nothing is released.
/// Thread: as FrameSink; Start and Drop while the source does not call it.
class StripAssembler final : public FrameSink {
 public:
  /// Requires: valid options.
  explicit StripAssembler(const LineScanOptions& options);

  /// `context` is that of the blocks.
  void Start(const CameraContext& context);
  /// Gives the begun blocks up.
  void Drop() { builder_.Drop(); }
  CameraCounters counters() const { return builder_.counters(); }

  /// A strip, copied in the call. One without pixels, of another width than the first, or with
  /// counts that no belt has, is missing; the lines of an incomplete one are shown, and their
  /// blocks are incomplete.
  void OnFrame(Frame&& strip) override;
  /// The strip is missing, as the next one shows.
  void OnOverrun(const FrameStamp&) override {}
  void OnLineSample(const LineSample& sample) override { sink_->OnLineSample(sample); }
  void OnEnd() override;

 private:
  /// Rounded down.
  int64_t LineAt(double counts) const;

  const double counts_per_line_;
  const double counts_per_strip_line_;
  /// Two neighbouring lines of the strips may lie so far apart.
  const double most_step_counts_;
  BlockBuilder builder_;
  FrameSink* sink_ = nullptr;
  int64_t origin_ = 0;  ///< encoder count of the first line
  double reached_ = 0;  ///< the furthest line of a strip, in counts from the origin
};

}  // namespace veriline::camera
