// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "vision/camera/camera_source.h"

namespace veriline::camera {

/// Names of the chunk features (GenICam) that carry what we can use; empty = not asked for. Vendors
/// name some of them differently; `arv-tool-0.8 features` lists those of a camera.
struct GigeChunkNames {
  std::string encoder;           ///< as in ChunkEncoderValue: the count at the exposure
  std::string triggers;          ///< triggers that the camera has seen
  std::string ignored_triggers;  ///< triggers that it saw and could not take
  std::string line_status;       ///< as in ChunkLineStatusAll

  bool Empty() const {
    return encoder.empty() && triggers.empty() && ignored_triggers.empty() && line_status.empty();
  }
};

/// A GigE Vision or USB3 Vision camera and how it is set.
struct GigeOptions {
  /// IPv4 address, or what the camera calls itself: serial number, user-defined name, or the id
  /// that `arv-tool-0.8` prints.
  std::string device;
  /// kOff: free running. kSoftware: TriggerSource Software. kHardware: the TriggerSource that
  /// `features` names, or the one that is set in the camera.
  TriggerMode trigger_mode = TriggerMode::kOff;
  /// SFNC feature → value, set in this order after the trigger; each is read back.
  std::vector<std::pair<std::string, std::string>> features;
  GigeChunkNames chunks;
  /// Encoder counts of the line in one count of the camera's encoder chunk.
  double counts_per_encoder_step = 1;

  /// With IP, UDP and GVSP headers; 0 = the largest that gets through.
  int packet_size_bytes = 0;
  /// Asked of the kernel, which grants net.core.rmem_max at the most (as root: all of it).
  int socket_buffer_bytes = 32 << 20;

  /// Frames that must come without being asked for: the alarm is raised when they do not. 0 = what
  /// AcquisitionFrameRate says when free running, none when triggered by hardware.
  double expected_frame_rate_hz = 0;
  /// From the moment a frame was due (a software trigger, or a period after the last frame) to the
  /// alarm that it did not come. More than exposure and transfer take.
  int frame_timeout_ms = 150;

  Checked<void> Validate() const;
};

}  // namespace veriline::camera
