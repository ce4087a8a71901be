// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "vision/core/frame.h"
#include "vision/core/result.h"

namespace veriline::camera {

/// Reads picture files (PNG, JPEG, PGM, TIFF, BMP, WebP) as 8-bit grey, turned as their EXIF
/// orientation says. Memory is kept from picture to picture.
/// Thread: one Decode at a time per object.
class PictureDecoder {
 public:
  PictureDecoder();
  ~PictureDecoder();
  PictureDecoder(const PictureDecoder&) = delete;
  PictureDecoder& operator=(const PictureDecoder&) = delete;

  /// The view holds until the next call. Errors: kIo when the file cannot be read, or is no
  /// picture that is known here; the diagnostic names the file.
  Checked<FrameView> Decode(const std::string& path);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace veriline::camera
