// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/folder/picture_decoder.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <opencv2/core/mat.hpp>
#include <opencv2/imgcodecs.hpp>
#include <string_view>
#include <system_error>
#include <vector>

namespace veriline::camera {

namespace {
constexpr std::streamoff kMostFileBytes = std::streamoff{1} << 30;

/// Decoders fill what is missing of a JPEG with grey and call it good. Whole ones have an end of
/// image behind their last start of scan (ISO/IEC 10918-1, B.1.1.3); within a scan the bytes of a
/// marker cannot occur.
bool IsCutJpeg(std::string_view bytes) {
  constexpr std::string_view kStartOfImage = "\xff\xd8", kStartOfScan = "\xff\xda",
                             kEndOfImage = "\xff\xd9";
  if (!bytes.starts_with(kStartOfImage)) return false;
  const size_t scan = bytes.rfind(kStartOfScan), end = bytes.rfind(kEndOfImage);
  return scan == bytes.npos || end == bytes.npos || end < scan;
}
}  // namespace

struct PictureDecoder::Impl {
  int how = cv::IMREAD_GRAYSCALE;
  std::vector<char> bytes;
  cv::Mat pixels;
};

PictureDecoder::PictureDecoder(ExifOrientation orientation) : impl_(std::make_unique<Impl>()) {
  if (orientation == ExifOrientation::kIgnore) impl_->how |= cv::IMREAD_IGNORE_ORIENTATION;
}
PictureDecoder::~PictureDecoder() = default;

Checked<FrameView> PictureDecoder::Decode(const std::string& path) {
  const auto fail = [&](std::string message, const char* advice) {
    return Fail(Diagnostic{
        .code = ErrorCode::kIo, .message = std::move(message), .file = path, .advice = advice});
  };
  // Whatever is not a regular file may block for ever or never end.
  std::error_code ignored;
  const auto status = std::filesystem::status(path, ignored);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    return fail(std::filesystem::is_directory(status) ? "it is a folder" : "it is no regular file",
                "name a picture file");
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = file.tellg();
  try {
    if (size > kMostFileBytes) return fail("the file is larger than 1 GiB", "is it a picture?");
    if (file && size > 0) {
      impl_->bytes.resize(static_cast<size_t>(size));
      file.seekg(0);
      file.read(impl_->bytes.data(), size);
    }
    if (!file) {
      return fail(std::string("the picture cannot be read: ") +
                      (errno != 0 ? std::strerror(errno) : "input/output error"),
                  "check the path and its permissions");
    }
    if (size == 0) return fail("the picture is empty", "copy it again");
    if (IsCutJpeg({impl_->bytes.data(), impl_->bytes.size()})) {
      return fail("the picture is cut off", "copy it again");
    }
    const cv::Mat encoded(1, static_cast<int>(size), CV_8UC1, impl_->bytes.data());
    impl_->pixels = cv::imdecode(encoded, impl_->how);
  } catch (const std::exception&) {  // OpenCV's own, and a size that no memory holds
    impl_->pixels.release();
  }
  const cv::Mat& pixels = impl_->pixels;
  if (pixels.empty() || pixels.type() != CV_8UC1) {
    return fail("the picture cannot be decoded", "PNG, JPEG, PGM, TIFF, BMP and WebP are known");
  }
  return FrameView{pixels.data, pixels.cols, pixels.rows, static_cast<ptrdiff_t>(pixels.step[0])};
}

}  // namespace veriline::camera
