// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "vision/camera/camera_source.h"
#include "vision/camera/line_scan/line_scan_options.h"
#include "vision/camera/line_scan/strip_assembler.h"

namespace veriline::camera {

/// A line-scan camera as a source of blocks: in front of any source whose frames are strips of a
/// web, of any number of lines. What becomes of the strips: StripAssembler; what the blocks are:
/// BlockBuilder. Belt positions grow downward in a block.
///
/// The strips have buffers of their own; those of the context are for the blocks. Two blocks are
/// begun at a time where they overlap, so the pool has two buffers less for the others.
/// Frame ids and counters are those of the blocks (ignored triggers and health the source's). When
/// the source ends, what was seen of the last block is delivered as incomplete. Thread: as
/// CameraSource; has none of its own, the sink is called on the thread of the strips.
class LineScanCamera final : public CameraSource {
 public:
  /// Options that are not valid make Open fail.
  LineScanCamera(LineScanOptions options, std::unique_ptr<CameraSource> strips);

  Checked<CameraInfo> Open() override;
  Checked<void> Start(const CameraContext& context) override;
  Checked<void> Stop() override;
  void Close() override;
  /// Asks the source for a strip.
  bool TriggerSoftware(int64_t due_ns) override { return strips_->TriggerSoftware(due_ns); }
  TriggerMode trigger_mode() const override { return strips_->trigger_mode(); }
  CameraCounters counters() const override;
  CameraHealth health() const override { return strips_->health(); }

 private:
  const LineScanOptions options_;
  CameraInfo strip_info_;
  bool acquiring_ = false;
  StripAssembler assembler_;
  std::optional<FramePool> strip_pool_;
  const std::unique_ptr<CameraSource> strips_;  ///< last: its thread ends first
};

}  // namespace veriline::camera
