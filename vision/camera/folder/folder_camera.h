// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "vision/camera/acquisition.h"
#include "vision/camera/folder/picture_decoder.h"

namespace veriline::camera {

struct FolderOptions {
  std::string path;  ///< folder of the pictures
  std::string list;  ///< file that names pictures of the folder; empty = all, in natural order
  bool recursive = false;
  bool loop = false;
  /// kSoftware: a picture for each TriggerSoftware. kOff: by itself, at the frame rate.
  TriggerMode trigger_mode = TriggerMode::kOff;
  double acquisition_frame_rate_hz = 0;  ///< for kOff; 0 = as fast as pictures are decoded
  /// Pictures are strips of a line-scan camera without a pause between them: the lines of each are
  /// exposed evenly over a period of the frame rate, which must be given.
  bool strips = false;
  int width_max = 4096;   ///< px; larger pictures are broken ones
  int height_max = 4096;  ///< px

  Checked<void> Validate() const;
};

/// A folder of pictures as a camera: each exposure delivers the next one as 8-bit grey. A picture
/// that cannot be decoded, or is larger than the maxima or than a buffer of the pool, is delivered
/// as a broken frame, logged by name, and kept in last_error. The next picture is decoded before
/// its exposure, so that a trigger is answered at the price of a copy; while that goes on the
/// camera is busy. Each Start begins with the first picture.
/// Thread: as CameraSource; last_error from any.
class FolderCamera final : public CameraSource {
 public:
  explicit FolderCamera(FolderOptions options);

  /// Errors: options that are not valid, and those of ListPictures and ReadPictureList.
  Checked<CameraInfo> Open() override;
  Checked<void> Start(const CameraContext& context) override;
  Checked<void> Stop() override { return acquisition_.Stop(); }
  void Close() override { acquisition_.Close(); }
  bool TriggerSoftware(int64_t due_ns) override { return acquisition_.TriggerSoftware(due_ns); }
  TriggerMode trigger_mode() const override { return options_.trigger_mode; }
  CameraCounters counters() const override { return acquisition_.counters(); }

  /// The last broken picture, by name, and what was wrong with it; empty when there was none.
  std::string last_error() const;

 private:
  void Run();
  /// The decoded picture; empty when it is broken.
  FrameView Load(const std::string& path);
  void Expose(const FrameView& picture, int64_t exposure_ns, int64_t strip_ns);

  const FolderOptions options_;
  std::vector<std::string> pictures_;
  PictureDecoder decoder_;
  mutable std::mutex error_mutex_;
  std::string last_error_;
  Acquisition acquisition_;
};

}  // namespace veriline::camera
