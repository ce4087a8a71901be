// SPDX-License-Identifier: Apache-2.0
#include "pipeline/line/recording/segment_writer.h"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "pipeline/line/recording/bytes.h"
#include "pipeline/line/recording/session.h"
#include "vision/core/crc32c.h"

namespace veriline::line {
namespace {
constexpr uint64_t kSegmentsInRing = 8;
constexpr size_t kFrameHeaderBytes = 28;

uint64_t PixelBytes(const FrameView& view) {
  return static_cast<uint64_t>(view.width) * static_cast<uint64_t>(view.height);
}
}  // namespace

SegmentWriter::SegmentWriter(std::string folder, uint64_t max_bytes)
    : folder_(std::move(folder)),
      max_bytes_(max_bytes),
      segment_bytes_(max_bytes / kSegmentsInRing) {}

uint64_t SegmentWriter::BytesOfEntry(std::string_view entry) {
  return kBlockHeaderBytes + entry.size();
}

uint64_t SegmentWriter::BytesOfPixels(const Frame& frame) {
  return kBlockHeaderBytes + kFrameHeaderBytes + PixelBytes(frame.pixels);
}

bool SegmentWriter::HasRoom(uint64_t bytes) const {
  return events_bytes_ + frames_bytes_ + bytes <= segment_bytes_;
}

Result<void> SegmentWriter::Write(std::FILE* file, std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size()) return {};
  return Fail(ErrorCode::kIo, "a file of the recording cannot be written (errno)", errno);
}

Result<SegmentWriter::File> SegmentWriter::Create(std::string_view kind, std::string_view magic) {
  const std::string path = folder_ + "/" + SegmentFile(kind, next_segment_);
  File file(std::fopen(path.c_str(), "wbx"));
  if (!file) return Fail(ErrorCode::kIo, "a file of the recording cannot be made (errno)", errno);
  if (auto done = Write(file.get(), FileHeader(magic, next_segment_)); !done) {
    return Fail(done.error().code, done.error().text, done.error().a);
  }
  return file;
}

Result<void> SegmentWriter::Begin() {
  if (events_) {
    if (auto flushed = Flush(); !flushed) return flushed;
    kept_.push_back({next_segment_ - 1, events_bytes_ + frames_bytes_});
    kept_bytes_ += kept_.back().bytes;
    events_bytes_ = frames_bytes_ = 0;
  }
  while (!kept_.empty() && kept_bytes_ + segment_bytes_ > max_bytes_) {
    std::error_code ignored;  // what is gone already takes no room
    const Kept& oldest = kept_.front();
    // The events first: frames without their events are never looked at.
    for (const char* kind : {"events", "frames"}) {
      std::filesystem::remove(folder_ + "/" + SegmentFile(kind, oldest.segment), ignored);
    }
    kept_bytes_ -= oldest.bytes;
    kept_.pop_front();
  }
  auto frames = Create("frames", kFramesMagic);
  if (!frames) return Fail(frames.error().code, frames.error().text, frames.error().a);
  auto events = Create("events", kEventsMagic);
  if (!events) return Fail(events.error().code, events.error().text, events.error().a);
  frames_ = std::move(*frames);
  events_ = std::move(*events);
  events_bytes_ = frames_bytes_ = kFileHeaderBytes;
  ++next_segment_;
  return {};
}

Result<void> SegmentWriter::WriteEntry(std::string_view entry) {
  const std::string header = BlockHeader(static_cast<uint32_t>(entry.size()), Crc32c(entry));
  if (auto done = Write(events_.get(), header); !done) return done;
  if (auto done = Write(events_.get(), entry); !done) return done;
  events_bytes_ += BytesOfEntry(entry);
  return {};
}

Result<uint64_t> SegmentWriter::WritePixels(const Frame& frame) {
  const FrameView& view = frame.pixels;
  ByteWriter w;
  w.Put(frame.stamp.camera);
  w.Put(frame.stamp.frame_id);
  w.Put(frame.stamp.arrival_ns);
  w.Put(static_cast<int32_t>(view.width));
  w.Put(static_cast<int32_t>(view.height));
  const std::string fields = w.Take();
  const size_t size = PixelBytes(view);
  std::string_view pixels(reinterpret_cast<const char*>(view.data), size);
  if (view.stride != view.width) {
    pixels_.clear();
    for (int y = 0; y < view.height; ++y) {
      pixels_.append(reinterpret_cast<const char*>(view.Row(y)), static_cast<size_t>(view.width));
    }
    pixels = pixels_;
  }
  const uint64_t offset = frames_bytes_;
  const std::string header =
      BlockHeader(static_cast<uint32_t>(fields.size() + size), Crc32c(pixels, Crc32c(fields)));
  for (const std::string_view part : {std::string_view(header), std::string_view(fields), pixels}) {
    if (auto done = Write(frames_.get(), part); !done) {
      return Fail(done.error().code, done.error().text, done.error().a);
    }
  }
  frames_bytes_ += BytesOfPixels(frame);
  return offset;
}

Result<void> SegmentWriter::Flush() {
  // Pixels first, so that events never name some that are not there.
  for (std::FILE* file : {frames_.get(), events_.get()}) {
    if (file != nullptr && std::fflush(file) != 0) {
      return Fail(ErrorCode::kIo, "a file of the recording cannot be written (errno)", errno);
    }
  }
  return {};
}

}  // namespace veriline::line
