// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/video/video_reader.h"

#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <opencv2/core/mat.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>
#include <string_view>

namespace veriline::camera {
namespace {

/// A word of the library's "unknown", and what no camera does.
constexpr double kMostFrameRateHz = 10'000;

bool IsDevice(std::string_view path) { return path.starts_with("/dev/"); }

}  // namespace

struct VideoReader::Impl {
  cv::VideoCapture capture;
  cv::Mat frame;
};

VideoReader::VideoReader() : impl_(std::make_unique<Impl>()) {}
VideoReader::~VideoReader() { Close(); }

Checked<void> VideoReader::Open(const std::string& path) {
  const auto fail = [&](std::string message, const char* advice) {
    return Fail(Diagnostic{
        .code = ErrorCode::kIo, .message = std::move(message), .file = path, .advice = advice});
  };
  errno = 0;
  if (!std::ifstream(path, std::ios::binary)) {
    return fail(std::string("the video cannot be opened: ") +
                    (errno != 0 ? std::strerror(errno) : "input/output error"),
                "check the path and its permissions");
  }
  try {
    if (impl_->capture.open(path, IsDevice(path) ? cv::CAP_V4L2 : cv::CAP_FFMPEG)) return {};
  } catch (const std::exception&) {  // OpenCV's own, and those of what it loads
  }
  return IsDevice(path)
             ? fail("the device cannot be used",
                    "is it a camera (v4l2-ctl --list-devices), and nobody else's?")
             : fail("the video cannot be decoded", "AVI, MP4, MKV and what else FFmpeg reads");
}

void VideoReader::Close() {
  try {
    impl_->capture.release();
  } catch (const std::exception&) {
  }
}

double VideoReader::frame_rate_hz() const {
  const double rate_hz = impl_->capture.get(cv::CAP_PROP_FPS);
  return std::isfinite(rate_hz) && rate_hz > 0 && rate_hz <= kMostFrameRateHz ? rate_hz : 0;
}

bool VideoReader::Skip() {
  try {
    return impl_->capture.grab();
  } catch (const std::exception&) {
    return false;
  }
}

bool VideoReader::Read() {
  try {
    return impl_->capture.read(impl_->frame) && impl_->frame.depth() == CV_8U;
  } catch (const std::exception&) {
    return false;
  }
}

int VideoReader::width() const { return impl_->frame.cols; }
int VideoReader::height() const { return impl_->frame.rows; }

bool VideoReader::WriteGrey(uint8_t* out) const {
  const cv::Mat& frame = impl_->frame;
  cv::Mat grey(frame.rows, frame.cols, CV_8UC1, out);
  try {
    switch (frame.channels()) {
      case 1:
        frame.copyTo(grey);
        break;
      case 3:
        cv::cvtColor(frame, grey, cv::COLOR_BGR2GRAY);
        break;
      case 4:
        cv::cvtColor(frame, grey, cv::COLOR_BGRA2GRAY);
        break;
      default:
        return false;
    }
  } catch (const std::exception&) {
    return false;
  }
  return grey.data == out;
}

}  // namespace veriline::camera
