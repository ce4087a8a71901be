// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "vision/camera/acquisition.h"
#include "vision/camera/simulated/frame_renderer.h"

namespace veriline::camera {

struct SimulatedOptions {
  std::string model = "simulated";
  /// kSoftware, or kHardware: exposes when the renderer says. kOff is taken as kHardware.
  TriggerMode trigger_mode = TriggerMode::kHardware;
  int width_max = 1280;   ///< px, largest picture that the renderer draws
  int height_max = 1024;  ///< px
  /// Start of exposure → last pixel in memory (11 ms for 1280 × 1024 over 1 GbE).
  int64_t readout_ns = 0;
  /// What it sees of encoder and lines at an exposure; empty = it has no such inputs.
  std::function<LineSample(int64_t exposure_ns)> line_sample{};

  Checked<void> Validate() const;
};

/// A camera that delivers what a FrameRenderer draws. Exposures that lie before Start are passed
/// over, as a real camera does not see them; one that the camera is late for comes late.
/// Thread: as CameraSource.
class SimulatedCamera final : public CameraSource {
 public:
  /// Options that are not valid make Open fail.
  SimulatedCamera(SimulatedOptions options, std::unique_ptr<FrameRenderer> renderer);

  Checked<CameraInfo> Open() override;
  Checked<void> Start(const CameraContext& context) override;
  Checked<void> Stop() override { return acquisition_.Stop(); }
  void Close() override { acquisition_.Close(); }
  bool TriggerSoftware(int64_t due_ns) override { return acquisition_.TriggerSoftware(due_ns); }
  TriggerMode trigger_mode() const override { return options_.trigger_mode; }
  CameraCounters counters() const override { return acquisition_.counters(); }

 private:
  void Run();
  /// Both return true when the renderer has no more, false when the camera stops.
  bool ExposeWhenTriggered();
  bool ExposeByItself();
  /// Draws and delivers; false when the camera stops.
  bool Expose(const Exposure& exposure);

  const SimulatedOptions options_;
  const std::unique_ptr<FrameRenderer> renderer_;
  std::optional<Exposure> pending_;  ///< told by the renderer and not yet due; outlives a Stop
  Acquisition acquisition_;
};

}  // namespace veriline::camera
