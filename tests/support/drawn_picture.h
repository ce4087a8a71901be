// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <vector>

#include "vision/core/frame.h"

namespace veriline::testing {

/// Pixels as OpenCV's, shared with `view`, which are only read.
inline cv::Mat MatOf(const FrameView& view) {
  return {view.height, view.width, CV_8UC1, const_cast<uint8_t*>(view.data),
          static_cast<size_t>(view.stride)};
}

/// The bytes of a picture file; `extension` as in ".png".
inline std::string EncodePicture(const cv::Mat& picture, const std::string& extension,
                                 const std::vector<int>& parameters = {}) {
  std::vector<uint8_t> bytes;
  cv::imencode(extension, picture, bytes, parameters);
  return {bytes.begin(), bytes.end()};
}

/// The JPEG with an Exif segment that holds its orientation (1–8) and nothing else.
/// Source: Exif 2.3, 4.5 and 4.6; the segment stands behind the start of image.
inline std::string WithExifOrientation(const std::string& jpeg, int orientation) {
  const std::string tiff =
      std::string("II*\0\x08\0\0\0", 8) +                  // header, first IFD
      std::string("\x01\0\x12\x01\x03\0\x01\0\0\0", 10) +  // one SHORT, tag 0x112
      static_cast<char>(orientation) + std::string(7, '\0');
  const std::string body = std::string("Exif\0\0", 6) + tiff;
  const size_t size = body.size() + 2;
  return jpeg.substr(0, 2) + "\xff\xe1" + static_cast<char>(size >> 8) +
         static_cast<char>(size & 0xff) + body + jpeg.substr(2);
}

}  // namespace veriline::testing
