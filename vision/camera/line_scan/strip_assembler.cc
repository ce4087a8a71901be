// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/line_scan/strip_assembler.h"

#include <algorithm>
#include <cmath>

namespace veriline::camera {
namespace {

/// Beyond what a belt moves in its life; keeps every sum below exact.
constexpr int64_t kMostCounts = int64_t{1} << 50;

bool IsNonsense(int64_t count) { return count < -kMostCounts || count > kMostCounts; }

}  // namespace

StripAssembler::StripAssembler(const LineScanOptions& options)
    : counts_per_line_(options.counts_per_line),
      counts_per_strip_line_(options.counts_per_strip_line),
      // One more: both counts are rounded.
      most_step_counts_((options.max_gap_lines + 1) * options.counts_per_line + 1),
      builder_(options) {}

void StripAssembler::Start(const CameraContext& context) {
  sink_ = context.sink;
  builder_.Start(context);
}

int64_t StripAssembler::LineAt(double counts) const {
  return static_cast<int64_t>(std::floor(counts / counts_per_line_));
}

void StripAssembler::OnFrame(Frame&& strip) {
  const FrameView& pixels = strip.pixels;
  const int64_t count = strip.stamp.encoder_count;
  const int64_t count_end = strip.stamp.encoder_count_end;
  if (pixels.Empty() || (builder_.begun() && pixels.width != builder_.width_px()) ||
      IsNonsense(count) || IsNonsense(count_end)) {
    return;
  }
  // Positions are counts from the origin. `first` is that of the strip's first line, `step` from
  // line to line; the strip reaches from `low` to `high`, whichever way the belt moved.
  const double steps = pixels.height - 1;
  const double step = steps == 0 ? counts_per_line_  // a line alone stands for a line
                      : counts_per_strip_line_ > 0 ? counts_per_strip_line_
                                                   : static_cast<double>(count_end - count) / steps;
  const double span = step * steps;
  if (!builder_.begun()) {
    origin_ = count + std::min<int64_t>(0, std::llround(span));
    reached_ = 0;
    builder_.Begin(pixels.width, origin_);
  }
  const double first = static_cast<double>(count - origin_);
  const double low = std::min(first, first + span);
  const double high = std::max(first, first + span);
  const double half = std::abs(step) / 2;
  builder_.SetExposure(strip.stamp.exposure_ns);

  if (low - reached_ > most_step_counts_) builder_.Miss(-LineAt(half - low));
  if (std::abs(step) > most_step_counts_) {
    builder_.Miss(LineAt(high) + 1);  // it does not show what lies between its lines
  } else {
    const bool intact = strip.stamp.status == FrameStatus::kComplete;
    const int64_t last = LineAt(high + half);
    for (int64_t line = builder_.next_line(); line <= last; ++line) {
      const double position = static_cast<double>(line) * counts_per_line_;
      const double row = step != 0 ? std::round((position - first) / step) : 0;
      builder_.Write(pixels.Row(static_cast<int>(std::clamp(row, 0.0, steps))), intact);
    }
  }
  reached_ = std::max(reached_, high);
}

void StripAssembler::OnEnd() {
  builder_.Finish();
  sink_->OnEnd();
}

}  // namespace veriline::camera
