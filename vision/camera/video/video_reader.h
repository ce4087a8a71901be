// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "vision/core/result.h"

namespace veriline::camera {

/// Frames of a video file or of a V4L2 device, one after the other.
/// Thread: one call at a time. Blocks for a device's next frame; for seconds when it is dead.
class VideoReader {
 public:
  VideoReader();
  ~VideoReader();
  VideoReader(const VideoReader&) = delete;
  VideoReader& operator=(const VideoReader&) = delete;

  /// Opens from the beginning. Errors: kIo with the path; what is there is no video.
  Checked<void> Open(const std::string& path);
  void Close();
  /// As the file or device says; 0 = it does not.
  double frame_rate_hz() const;

  /// Passes a frame over; false when there is none any more.
  bool Skip();
  /// The next frame; false when there is none any more.
  bool Read();

  // Of the frame that was read last.
  int width() const;
  int height() const;
  /// Writes it as 8-bit grey, rows `width` apart.
  /// Requires: room for width × height. False when the library cannot.
  bool WriteGrey(uint8_t* out) const;

 private:
  struct Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace veriline::camera
