// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/line/recording/entry.h"
#include "pipeline/line/recording/session.h"
#include "vision/core/frame.h"
#include "vision/core/result.h"

namespace veriline::line {

/// The picture of a recorded frame, with its pixels.
struct RecordedPicture {
  FrameName name;
  int width = 0;
  int height = 0;
  std::string bytes;  ///< of the whole block; the pixels are its last width × height
  FrameView view() const {
    const size_t size = static_cast<size_t>(width) * static_cast<size_t>(height);
    return {reinterpret_cast<const uint8_t*>(bytes.data()) + bytes.size() - size, width, height,
            width};
  }
};

/// Reads a recording (format.md). Everything is checked before it is given out; what stands before
/// a damaged place is given, what stands behind it is not.
/// Thread: one, but ReadPicture from any.
class Recording {
 public:
  /// Errors: no recording there, session.json is damaged, another version.
  static Checked<Recording> Open(const std::string& folder);

  const Session& session() const { return session_; }
  /// False when the ring has deleted the beginning.
  bool from_start() const { return segments_.front() == 0; }

  enum class Got : uint8_t {
    kEntry,
    kEnd,       ///< the recording ended of its own will, or early for want of disk
    kCutShort,  ///< the last file ends inside an entry, or without an end: the recorder was killed
  };
  /// The next entry, in order. Errors: damage, with file, place in bytes and what is wrong; every
  /// later call says the same.
  Checked<Got> Next(Entry* entry);
  /// Segment of the entry that Next gave last: that of the pixels it tells of.
  uint32_t segment() const { return segments_[at_]; }
  /// Begins anew.
  void Rewind();

  /// The picture at `offset` of the frames of `segment`. Errors: damage, or it is another frame's.
  Checked<RecordedPicture> ReadPicture(uint32_t segment, uint64_t offset,
                                       const FrameName& name) const;

 private:
  Recording(std::string folder, Session session, std::vector<uint32_t> segments);
  std::string PathOf(std::string_view kind, uint32_t segment) const {
    return folder_ + "/" + SegmentFile(kind, segment);
  }
  Checked<Got> NextOf(Entry* entry);

  std::string folder_;
  Session session_;
  std::vector<uint32_t> segments_;  ///< in order, without gaps
  size_t at_ = 0;
  uint64_t offset_ = 0;  ///< of the next entry in the events of segments_[at_]
  std::string events_;   ///< the bytes of that file; read when offset_ is 0
  std::optional<Diagnostic> damage_;
};

}  // namespace veriline::line
