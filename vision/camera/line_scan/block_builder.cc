// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/line_scan/block_builder.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace veriline::camera {

BlockBuilder::BlockBuilder(const LineScanOptions& options)
    : block_lines_(options.block_lines),
      overlap_lines_(options.overlap_lines),
      pitch_lines_(options.block_lines - options.overlap_lines),
      counts_per_line_(options.counts_per_line) {}

void BlockBuilder::Start(const CameraContext& context) {
  Drop();
  tally_.Start(context);
}

void BlockBuilder::Drop() {
  for (Block& block : begun_) block = {};
  begun_count_ = 0;
  width_px_ = 0;
  next_line_ = next_block_ = 0;
}

void BlockBuilder::Begin(int width_px, int64_t first_line_count) {
  width_px_ = width_px;
  first_line_count_ = first_line_count;
  const size_t bytes = static_cast<size_t>(width_px) * static_cast<size_t>(block_lines_);
  fits_ = bytes <= tally_.context().pool->buffer_bytes();
  if (!fits_) {
    spdlog::warn("camera {}: a block of {} x {} px does not fit a frame buffer of {} bytes",
                 tally_.context().camera_index, width_px, block_lines_,
                 tally_.context().pool->buffer_bytes());
  }
}

int64_t BlockBuilder::CountOf(double line) const {
  return first_line_count_ + std::llround(line * counts_per_line_);
}

void BlockBuilder::BeginBlock() {
  Block& block = begun_[begun_count_++];
  block.index = next_block_++;
  block.intact = true;
  block.lease = fits_ ? tally_.context().pool->Acquire() : FrameLease();
}

void BlockBuilder::Write(const uint8_t* row, bool intact) {
  if (StartOf(next_block_) == next_line_) BeginBlock();
  const auto row_bytes = static_cast<size_t>(width_px_);
  for (size_t i = 0; i < begun_count_; ++i) {
    Block& block = begun_[i];
    block.intact &= intact;
    if (!block.lease) continue;
    const auto y = static_cast<size_t>(next_line_ - StartOf(block.index));
    std::memcpy(block.lease.data() + y * row_bytes, row, row_bytes);
  }
  AdvanceTo(next_line_ + 1);
}

void BlockBuilder::Miss(int64_t line) {
  if (line <= next_line_) return;
  for (size_t i = 0; i < begun_count_; ++i) Blacken(begun_[i], next_line_, line);
  while (begun_count_ > 0 && EndOf(begun_[0].index) <= line) AdvanceTo(EndOf(begun_[0].index));
  // Of a block that begins and ends in the gap there is nothing to show: its id is passed over.
  if (EndOf(next_block_) <= line) next_block_ = (line - block_lines_) / pitch_lines_ + 1;
  while (StartOf(next_block_) < line) {
    BeginBlock();
    Block& block = begun_[begun_count_ - 1];
    Blacken(block, StartOf(block.index), line);
  }
  AdvanceTo(line);
}

void BlockBuilder::Blacken(Block& block, int64_t from, int64_t to) {
  const int64_t start = StartOf(block.index);
  from = std::max(from, start);
  to = std::min(to, EndOf(block.index));
  if (from >= to) return;
  block.intact = false;
  if (!block.lease) return;
  const auto row_bytes = static_cast<size_t>(width_px_);
  std::memset(block.lease.data() + static_cast<size_t>(from - start) * row_bytes, 0,
              static_cast<size_t>(to - from) * row_bytes);
}

void BlockBuilder::AdvanceTo(int64_t to) {
  for (size_t i = 0; i < begun_count_; ++i) {
    const int64_t middle = StartOf(begun_[i].index) + block_lines_ / 2;
    if (next_line_ <= middle && middle < to) begun_[i].exposure_ns = exposure_ns_;
  }
  next_line_ = to;
  if (begun_count_ > 0 && EndOf(begun_[0].index) == to) DeliverFirst();
}

void BlockBuilder::DeliverFirst() {
  Block block = std::exchange(begun_[0], std::move(begun_[1]));
  --begun_count_;
  const int64_t start = StartOf(block.index);
  Frame frame;
  frame.stamp = {.camera = tally_.context().camera_index,
                 .frame_id = static_cast<uint64_t>(block.index) + 1,
                 .exposure_ns = block.exposure_ns,
                 .arrival_ns = tally_.context().clock->NowNs(),
                 .encoder_count = CountOf(static_cast<double>(start) + (block_lines_ - 1) / 2.0),
                 .encoder_count_end = CountOf(static_cast<double>(start + block_lines_ - 1)),
                 .status = block.intact ? FrameStatus::kComplete : FrameStatus::kIncomplete};
  if (!fits_) {
    frame.stamp.status = FrameStatus::kBroken;
  } else if (!block.lease) {
    tally_.Overrun(frame.stamp);
    return;
  } else {
    frame.pixels = {block.lease.data(), width_px_, block_lines_, width_px_};
    frame.lease = std::move(block.lease);
  }
  tally_.Deliver(std::move(frame));
}

void BlockBuilder::Finish() {
  // What lies in the overlap with the block before was shown by it.
  if (begun_count_ > 0) {
    const Block& first = begun_[0];
    const int64_t shown = first.index > 0 ? overlap_lines_ : 0;
    if (next_line_ - StartOf(first.index) > shown) Miss(EndOf(first.index));
  }
  Drop();
}

}  // namespace veriline::camera
