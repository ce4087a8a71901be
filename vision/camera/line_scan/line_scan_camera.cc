// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/line_scan/line_scan_camera.h"

#include <algorithm>
#include <new>
#include <utility>

namespace veriline::camera {
namespace {

/// A strip is held while it is copied; the others are for a source that delivers ahead.
constexpr size_t kStripBuffers = 16;

}  // namespace

Checked<void> LineScanOptions::Validate() const {
  constexpr int kMostLines = 65535;
  constexpr double kLeastCounts = 0.001;
  constexpr double kMostCounts = 1e10;
  const auto refuse = [](const char* message, const char* advice) {
    return Fail(Diagnostic{.code = ErrorCode::kOutOfRange, .message = message, .advice = advice});
  };
  if (block_lines < 1 || block_lines > kMostLines) {
    return refuse("a block of a line-scan camera has an impossible height", "1 to 65535 lines");
  }
  if (overlap_lines < 0 || overlap_lines > block_lines / 2) {
    return refuse("the overlap of a line-scan camera's blocks is impossible",
                  "0 to half of the block's lines");
  }
  if (!(counts_per_line >= kLeastCounts && counts_per_line <= kMostCounts)) {
    return refuse("the lines of a line-scan camera's blocks lie impossibly on the belt",
                  "at least 0.001 counts from line to line");
  }
  if (counts_per_strip_line != 0 &&
      !(counts_per_strip_line >= kLeastCounts && counts_per_strip_line <= kMostCounts)) {
    return refuse("the lines of a line-scan camera's strips lie impossibly on the belt",
                  "0 (the source says it), or at least 0.001 counts from line to line");
  }
  if (max_gap_lines < 0 || max_gap_lines >= block_lines) {
    return refuse("the gap that a line-scan camera may leave is impossible",
                  "0 to less than a block's lines");
  }
  return {};
}

LineScanCamera::LineScanCamera(LineScanOptions options, std::unique_ptr<CameraSource> strips)
    : options_(options), assembler_(options), strips_(std::move(strips)) {}

Checked<CameraInfo> LineScanCamera::Open() {
  if (auto valid = options_.Validate(); !valid) return Fail(valid.error());
  auto info = strips_->Open();
  if (!info) return info;
  strip_info_ = *info;
  return CameraInfo{info->model + ", line scan", info->width_max, options_.block_lines};
}

Checked<void> LineScanCamera::Start(const CameraContext& context) {
  CameraContext strips = context;
  strips.pool = nullptr;  // with a context that is not complete, the source refuses it
  strips.sink = nullptr;
  if (!acquiring_ && context.pool != nullptr && context.sink != nullptr) {
    // A strip that is larger than a block's buffer would be no strip.
    const size_t bytes = std::min(
        static_cast<size_t>(strip_info_.width_max) * static_cast<size_t>(strip_info_.height_max),
        context.pool->buffer_bytes());
    try {
      strip_pool_.reset();
      strip_pool_.emplace(kStripBuffers, bytes);
    } catch (const std::bad_alloc&) {
      return Fail(Diagnostic{.code = ErrorCode::kExhausted,
                             .message = "there is no memory for the strips of a line-scan camera",
                             .advice = "lower max_frame_px, or the height of the strips"});
    }
    assembler_.Start(context);
    strips.pool = &*strip_pool_;
    strips.sink = &assembler_;
  }
  auto started = strips_->Start(strips);
  if (started) acquiring_ = true;
  return started;
}

Checked<void> LineScanCamera::Stop() {
  auto stopped = strips_->Stop();
  if (stopped) {
    assembler_.Drop();
    acquiring_ = false;
  }
  return stopped;
}

void LineScanCamera::Close() {
  strips_->Close();
  assembler_.Drop();
  acquiring_ = false;
}

CameraCounters LineScanCamera::counters() const {
  CameraCounters counters = assembler_.counters();
  counters.ignored_triggers = strips_->counters().ignored_triggers;
  return counters;
}

}  // namespace veriline::camera
