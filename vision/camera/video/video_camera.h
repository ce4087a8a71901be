// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "vision/camera/acquisition.h"
#include "vision/camera/video/video_reader.h"

namespace veriline::camera {

struct VideoOptions {
  // One of the two:
  std::string path;    ///< a video file
  std::string device;  ///< a V4L2 device, as in "/dev/video0"

  bool loop = false;  ///< of a file: begins again after the last frame
  /// kSoftware: a frame for each TriggerSoftware. kOff: by itself; a file at the frame rate.
  TriggerMode trigger_mode = TriggerMode::kOff;
  double acquisition_frame_rate_hz = 0;  ///< of a file, for kOff; 0 = the file's own
  int width_max = 4096;                  ///< px; larger frames are broken ones
  int height_max = 4096;                 ///< px

  Checked<void> Validate() const;
};

/// A video file, or a webcam (V4L2), as a camera: for trials and demos. Neither has an exposure
/// time that can be known: a file shows the moment that was asked for, or that its rate makes due;
/// a device's frame is stamped when it has come, which is an exposure, a transfer and a decoding
/// late, and so far its codes lie from where they are said to be.
///
/// A file's next frame is decoded before its exposure; while that goes on the camera is busy. A
/// device runs by itself; on a software trigger the next frame that it begins is delivered. When
/// the file ends, or the device is gone, the source ends. A frame that is larger than the maxima or
/// than a buffer of the pool is delivered as broken and logged. Each Start begins a file anew.
/// Thread: as CameraSource. Stop waits for the frame that a device is at, for up to 10 s when it is
/// dead.
class VideoCamera final : public CameraSource {
 public:
  explicit VideoCamera(VideoOptions options);

  /// Errors: options that are not valid; the video cannot be opened, has no frame, or no frame rate
  /// when one is needed.
  Checked<CameraInfo> Open() override;
  Checked<void> Start(const CameraContext& context) override;
  Checked<void> Stop() override { return acquisition_.Stop(); }
  void Close() override;
  bool TriggerSoftware(int64_t due_ns) override { return acquisition_.TriggerSoftware(due_ns); }
  TriggerMode trigger_mode() const override { return options_.trigger_mode; }
  CameraCounters counters() const override { return acquisition_.counters(); }

 private:
  const std::string& Name() const {
    return options_.device.empty() ? options_.path : options_.device;
  }
  bool triggered() const { return options_.trigger_mode == TriggerMode::kSoftware; }
  // The bodies of the camera's thread.
  void RunFile();
  void RunDevice();
  /// One frame after the other, each at its moment; false when the camera stops.
  bool ShowFile(int64_t* due_ns, bool* any);
  /// Delivers the frame that was read last.
  void Expose(int64_t exposure_ns);

  const VideoOptions options_;
  VideoReader reader_;
  double frame_rate_hz_ = 0;
  Acquisition acquisition_;
};

}  // namespace veriline::camera
