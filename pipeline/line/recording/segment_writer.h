// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "vision/core/frame.h"
#include "vision/core/result.h"

namespace veriline::line {

/// Writes the files of a recording: segments of an eighth of `max_bytes`, each with its events and
/// its frames. When the next one would go past `max_bytes`, the oldest is deleted: a ring.
/// Thread: one at a time.
class SegmentWriter {
 public:
  /// `folder` must be there.
  SegmentWriter(std::string folder, uint64_t max_bytes);

  /// Begins the next segment. Errors: kIo with the system's errno.
  Result<void> Begin();
  /// Whether the segment that was begun has room for so many bytes more.
  bool HasRoom(uint64_t bytes) const;
  /// Appends a block to the events.
  Result<void> WriteEntry(std::string_view entry);
  /// Appends the pixels to the frames; returns where they stand there.
  Result<uint64_t> WritePixels(const Frame& frame);
  /// Hands what was written to the system.
  Result<void> Flush();

  /// Of the files that are kept.
  uint64_t bytes() const { return kept_bytes_ + events_bytes_ + frames_bytes_; }
  static uint64_t BytesOfEntry(std::string_view entry);
  static uint64_t BytesOfPixels(const Frame& frame);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  using File = std::unique_ptr<std::FILE, Close>;
  struct Kept {
    uint32_t segment = 0;
    uint64_t bytes = 0;
  };
  Result<File> Create(std::string_view kind, std::string_view magic);
  static Result<void> Write(std::FILE* file, std::string_view bytes);

  const std::string folder_;
  const uint64_t max_bytes_;
  const uint64_t segment_bytes_;
  std::deque<Kept> kept_;  ///< the segments before this one
  uint64_t kept_bytes_ = 0;
  uint32_t next_segment_ = 0;
  uint64_t events_bytes_ = 0;  ///< of this segment
  uint64_t frames_bytes_ = 0;
  File events_;
  File frames_;
  std::string pixels_;  ///< scratch, for pictures whose rows lie apart
};

}  // namespace veriline::line
