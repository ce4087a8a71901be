// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/video/video_camera.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace veriline::camera {
namespace {

constexpr double kMostFrameRateHz = 10'000;
constexpr int kMostPx = 65535;
constexpr double kNsPerS = 1e9;

}  // namespace

Checked<void> VideoOptions::Validate() const {
  const auto refuse = [&](const char* message, const char* advice) {
    return Fail(Diagnostic{.code = ErrorCode::kOutOfRange,
                           .message = message,
                           .file = device.empty() ? path : device,
                           .advice = advice});
  };
  if (path.empty() == device.empty()) {
    return refuse("a video camera needs a file or a device", "name one of the two");
  }
  if (trigger_mode == TriggerMode::kHardware) {
    return refuse("a video has no wire for a hardware trigger", "off or software");
  }
  if (!(acquisition_frame_rate_hz >= 0 && acquisition_frame_rate_hz <= kMostFrameRateHz)) {
    return refuse("the frame rate of a video is impossible", "0 (the file's own) to 10000 Hz");
  }
  if (!device.empty() && (loop || acquisition_frame_rate_hz != 0)) {
    return refuse("a video device has its own pace and no end", "loop and frame rate are a file's");
  }
  if (width_max < 1 || width_max > kMostPx || height_max < 1 || height_max > kMostPx) {
    return refuse("the largest frame of a video has an impossible size", "1 to 65535 px each way");
  }
  return {};
}

VideoCamera::VideoCamera(VideoOptions options) : options_(std::move(options)) {}

Checked<CameraInfo> VideoCamera::Open() {
  if (auto closed = acquisition_.Require(Acquisition::State::kClosed, "Open"); !closed) {
    return Fail(closed.error());
  }
  if (auto valid = options_.Validate(); !valid) return Fail(valid.error());
  if (auto opened = reader_.Open(Name()); !opened) return Fail(opened.error());
  const auto refuse = [&](const char* message, const char* advice) {
    reader_.Close();
    return Fail(
        Diagnostic{.code = ErrorCode::kIo, .message = message, .file = Name(), .advice = advice});
  };
  if (!reader_.Read()) return refuse("the video has no frame", "play it with another program");
  frame_rate_hz_ = options_.acquisition_frame_rate_hz > 0 ? options_.acquisition_frame_rate_hz
                                                          : reader_.frame_rate_hz();
  if (options_.device.empty() && !triggered() && frame_rate_hz_ == 0) {
    return refuse("the video does not say its frame rate", "give one");
  }
  acquisition_.Opened();
  return CameraInfo{"video " + Name(), reader_.width(), reader_.height()};
}

Checked<void> VideoCamera::Start(const CameraContext& context) {
  return acquisition_.Start(context, [this] { options_.device.empty() ? RunFile() : RunDevice(); });
}

void VideoCamera::Close() {
  acquisition_.Close();
  reader_.Close();
}

void VideoCamera::RunFile() {
  int64_t due_ns = acquisition_.start_ns();
  bool any = true;
  for (bool first = true; any && (first || options_.loop); first = false) {
    any = false;
    if (const auto opened = reader_.Open(Name()); !opened) {
      spdlog::warn("camera {}: {}", acquisition_.context().camera_index, opened.error().ToString());
    } else if (!ShowFile(&due_ns, &any)) {
      return;
    }
  }
  acquisition_.End();
}

bool VideoCamera::ShowFile(int64_t* due_ns, bool* any) {
  const Clock& clock = *acquisition_.context().clock;
  const int64_t period_ns = triggered() ? 0 : static_cast<int64_t>(kNsPerS / frame_rate_hz_);
  while (reader_.Read()) {
    int64_t exposure_ns = 0;
    if (triggered()) {
      if (!acquisition_.WaitForTrigger(&exposure_ns)) return false;
    } else {
      *due_ns += period_ns;
      if (!acquisition_.WaitUntilNs(*due_ns)) return false;
      exposure_ns = clock.NowNs();
      *due_ns = std::max(*due_ns, exposure_ns - period_ns);
    }
    Expose(exposure_ns);
    *any = true;
  }
  return true;
}

void VideoCamera::RunDevice() {
  const Clock& clock = *acquisition_.context().clock;
  for (;;) {
    // Its frames are taken whether wanted or not, so that none waits and gets old.
    if (triggered()) acquisition_.Arm();
    int64_t due_ns = 0;
    const auto woken = acquisition_.WaitForTriggerUntil(0, &due_ns);
    if (woken == Acquisition::Woken::kStop) return;
    const bool wanted = !triggered() || woken == Acquisition::Woken::kTrigger;
    if (wanted ? !reader_.Read() : !reader_.Skip()) break;
    if (wanted) Expose(clock.NowNs());
  }
  acquisition_.Disarm();
  spdlog::warn("camera {}: {} gives no more frames", acquisition_.context().camera_index, Name());
  acquisition_.End();
}

void VideoCamera::Expose(int64_t exposure_ns) {
  Frame frame;
  frame.stamp = acquisition_.NextStamp(exposure_ns);
  const int width = reader_.width();
  const int height = reader_.height();
  const size_t bytes = static_cast<size_t>(width) * static_cast<size_t>(height);
  if (width > options_.width_max || height > options_.height_max ||
      bytes > acquisition_.context().pool->buffer_bytes()) {
    spdlog::warn("camera {}: a frame of {} x {} px of {} is too large",
                 acquisition_.context().camera_index, width, height, Name());
    frame.stamp.status = FrameStatus::kBroken;
    acquisition_.Deliver(std::move(frame));
    return;
  }
  frame.lease = acquisition_.context().pool->Acquire();
  if (!frame.lease) {
    acquisition_.Overrun(frame.stamp);
    return;
  }
  if (reader_.WriteGrey(frame.lease.data())) {
    frame.pixels = {frame.lease.data(), width, height, width};
  } else {
    frame.lease = {};
    frame.stamp.status = FrameStatus::kBroken;
  }
  acquisition_.Deliver(std::move(frame));
}

}  // namespace veriline::camera
