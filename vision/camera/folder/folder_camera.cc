// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/folder/folder_camera.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "vision/camera/folder/picture_list.h"

namespace veriline::camera {
namespace {

constexpr double kMostFrameRateHz = 10'000;
constexpr int kMostPx = 65535;
constexpr double kNsPerS = 1e9;

}  // namespace

Checked<void> FolderOptions::Validate() const {
  const auto refuse = [&](const char* message, const char* advice) {
    return Fail(Diagnostic{
        .code = ErrorCode::kOutOfRange, .message = message, .file = path, .advice = advice});
  };
  if (path.empty()) return refuse("the folder of a camera is not given", "name a folder");
  if (trigger_mode == TriggerMode::kHardware) {
    return refuse("a folder has no wire for a hardware trigger", "off or software");
  }
  if (!(acquisition_frame_rate_hz >= 0 && acquisition_frame_rate_hz <= kMostFrameRateHz)) {
    return refuse("the frame rate of a folder is impossible",
                  "0 (as fast as possible) to 10000 Hz");
  }
  if (strips && !(trigger_mode == TriggerMode::kOff && acquisition_frame_rate_hz > 0)) {
    return refuse("a folder of line-scan strips has no frame rate",
                  "trigger off, and the strips in a second as the frame rate");
  }
  if (width_max < 1 || width_max > kMostPx || height_max < 1 || height_max > kMostPx) {
    return refuse("the largest picture of a folder has an impossible size",
                  "1 to 65535 px each way");
  }
  return {};
}

FolderCamera::FolderCamera(FolderOptions options) : options_(std::move(options)) {}

Checked<CameraInfo> FolderCamera::Open() {
  if (auto closed = acquisition_.Require(Acquisition::State::kClosed, "Open"); !closed) {
    return Fail(closed.error());
  }
  if (auto valid = options_.Validate(); !valid) return Fail(valid.error());
  auto pictures = options_.list.empty() ? ListPictures(options_.path, options_.recursive)
                                        : ReadPictureList(options_.list, options_.path);
  if (!pictures) return Fail(pictures.error());
  pictures_ = std::move(*pictures);
  acquisition_.Opened();
  return CameraInfo{"folder " + options_.path, options_.width_max, options_.height_max};
}

Checked<void> FolderCamera::Start(const CameraContext& context) {
  return acquisition_.Start(context, [this] { Run(); });
}

std::string FolderCamera::last_error() const {
  const std::lock_guard lock(error_mutex_);
  return last_error_;
}

void FolderCamera::Run() {
  const Clock& clock = *acquisition_.context().clock;
  const bool software = options_.trigger_mode == TriggerMode::kSoftware;
  const double rate_hz = options_.acquisition_frame_rate_hz;
  const int64_t period_ns = rate_hz > 0 ? static_cast<int64_t>(kNsPerS / rate_hz) : 0;
  int64_t due_ns = acquisition_.start_ns() + period_ns;
  do {
    for (const std::string& path : pictures_) {
      const FrameView picture = Load(path);
      int64_t exposure_ns = 0;
      if (software) {
        if (!acquisition_.WaitForTrigger(&exposure_ns)) return;
      } else {
        if (!acquisition_.WaitUntilNs(due_ns)) return;
        const int64_t now_ns = clock.NowNs();
        // Strips follow on each other, however late they are noticed; one is there when its last
        // line is.
        exposure_ns = options_.strips ? due_ns - period_ns : now_ns;
        due_ns = std::max(due_ns + period_ns, now_ns);
      }
      Expose(picture, exposure_ns, options_.strips ? period_ns : 0);
    }
  } while (options_.loop);
  acquisition_.End();
}

FrameView FolderCamera::Load(const std::string& path) {
  auto picture = decoder_.Decode(path);
  if (picture) {
    const size_t buffer_bytes = acquisition_.context().pool->buffer_bytes();
    const size_t bytes = static_cast<size_t>(picture->width) * static_cast<size_t>(picture->height);
    if (picture->width <= options_.width_max && picture->height <= options_.height_max &&
        bytes <= buffer_bytes) {
      return *picture;
    }
    picture = Fail(Diagnostic{
        .message = fmt::format(
            "the picture of {} x {} px is too large for this camera ({} x {} px, "
            "at most {} px in all)",
            picture->width, picture->height, options_.width_max, options_.height_max, buffer_bytes),
        .file = path,
        .advice = "scale it down or allow more"});
  }
  const std::string error = picture.error().ToString();
  spdlog::warn("camera {}: {}", acquisition_.context().camera_index, error);
  const std::lock_guard lock(error_mutex_);
  last_error_ = error;
  return {};
}

void FolderCamera::Expose(const FrameView& picture, int64_t exposure_ns, int64_t strip_ns) {
  Frame frame;
  frame.stamp = acquisition_.NextStamp(exposure_ns);
  if (!picture.Empty()) {
    const int64_t last_line_ns = exposure_ns + strip_ns / picture.height * (picture.height - 1);
    frame.stamp.encoder_count_end = acquisition_.context().encoder->CountAt(last_line_ns);
  }
  if (picture.Empty()) {
    frame.stamp.status = FrameStatus::kBroken;
    acquisition_.Deliver(std::move(frame));
    return;
  }
  frame.lease = acquisition_.context().pool->Acquire();
  if (!frame.lease) {
    acquisition_.Overrun(frame.stamp);
    return;
  }
  const auto row_bytes = static_cast<size_t>(picture.width);
  for (int y = 0; y < picture.height; ++y) {
    std::memcpy(frame.lease.data() + y * row_bytes, picture.Row(y), row_bytes);
  }
  frame.pixels = {frame.lease.data(), picture.width, picture.height, picture.width};
  acquisition_.Deliver(std::move(frame));
}

}  // namespace veriline::camera
