// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "vision/core/frame.h"
#include "vision/core/result.h"

namespace veriline::camera {

/// Whether a picture is turned as its EXIF orientation says, or left as its pixels are stored.
enum class ExifOrientation : uint8_t { kFollow, kIgnore };

/// Reads picture files (PNG, JPEG, PGM, TIFF, BMP, WebP) as 8-bit grey: colours by their luma, 16
/// bits by their upper eight, transparent pixels by the colour that is stored with them. Memory is
/// kept from picture to picture.
/// Thread: one Decode at a time per object.
class PictureDecoder {
 public:
  explicit PictureDecoder(ExifOrientation orientation = ExifOrientation::kFollow);
  ~PictureDecoder();
  PictureDecoder(const PictureDecoder&) = delete;
  PictureDecoder& operator=(const PictureDecoder&) = delete;

  /// The view holds until the next call. Errors: kIo when the file cannot be read, is no regular
  /// file or no picture that is known here; the diagnostic names the file.
  Checked<FrameView> Decode(const std::string& path);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace veriline::camera
