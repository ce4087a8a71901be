// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vision/camera/camera_source.h"
#include "vision/camera/gige/gige_options.h"

namespace veriline::camera {

/// What a GigE camera knows of itself besides its counters, since Start.
struct GigeStatus {
  uint64_t reconnects = 0;
  uint64_t copied_frames = 0;   ///< the pool was empty when they began; the others are zero-copy
  uint64_t resent_packets = 0;  ///< of this connection: lost, asked for again, and received
  int64_t clock_spread_ns = 0;  ///< of the last frame: first packet − mapped exposure
  std::optional<int64_t> triggers;     ///< chunk data of the last frame
  std::optional<int64_t> line_status;  ///< likewise, one bit a line
  std::vector<std::string> advice;     ///< what was found at the start that will go wrong
};

/// A GigE Vision or (through the same driver, Aravis) USB3 Vision camera.
///
/// Buffers of the pool are what the driver fills: a frame is not copied. While the camera acquires,
/// it holds every free buffer of the pool; one that comes back is announced again with the next
/// frame. Exposure times are those of the camera's clock, mapped to ours (DeviceClock says how
/// well); what a camera stamps is the start of exposure, as GigE Vision asks for.
///
/// A frame with missing packets is delivered as kIncomplete, after the driver has asked for them in
/// vain (60 to 70 ms). A camera that owes a frame for frame_timeout_ms, that no longer answers (it
/// is asked each second), or that somebody else took, is an alarm; it is connected and set again,
/// as often as it takes, and frame ids go on. Without Aravis in the build Open fails and says so.
/// Thread: as CameraSource. Stop blocks for up to 3 s while a camera is just dying, the destructor
/// for up to 10 s.
class GigeCamera final : public CameraSource {
 public:
  explicit GigeCamera(GigeOptions options);
  ~GigeCamera() override;

  /// Errors: options that are not valid; the camera cannot be found or controlled; a feature is
  /// unknown or refused (the message names it, the advice the range).
  Checked<CameraInfo> Open() override;
  Checked<void> Start(const CameraContext& context) override;
  Checked<void> Stop() override;
  void Close() override;
  bool TriggerSoftware(int64_t due_ns) override;
  TriggerMode trigger_mode() const override;
  CameraCounters counters() const override;
  CameraHealth health() const override;

  /// Thread: any.
  GigeStatus status() const;

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace veriline::camera
