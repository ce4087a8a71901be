// SPDX-License-Identifier: Apache-2.0
#include "tests/support/camera_contract.h"
#include "tests/support/gige_process.h"
#include "vision/camera/gige/gige_camera.h"

namespace veriline::camera {
namespace {

/// A small picture, so that the suite's buffers of 64 kB hold it.
std::shared_ptr<GigeProcess> SmallCamera() {
  return std::make_shared<GigeProcess>(NextLoopbackAddress(),
                                       std::vector<std::string>{"--width", "64", "--height", "48"});
}

CameraRig HardwareRig() {
  auto process = SmallCamera();
  GigeOptions options{.device = process->address(), .trigger_mode = TriggerMode::kHardware};
  options.features = {{"TriggerSource", "Line0"}};
  return {std::make_unique<GigeCamera>(options),
          [process](ManualClock&) { return process->Tell("pulse 1") == "done"; }};
}

CameraRig SoftwareRig() {
  auto process = SmallCamera();
  auto camera = std::make_unique<GigeCamera>(
      GigeOptions{.device = process->address(), .trigger_mode = TriggerMode::kSoftware});
  CameraSource* source = camera.get();
  return {std::move(camera), [process, source](ManualClock& clock) {
            return TriggerWhenReady(*source, clock.NowNs());
          }};
}

INSTANTIATE_TEST_SUITE_P(Gige, CameraContract,
                         testing::Values(CameraBackEnd{"Hardware", HardwareRig},
                                         CameraBackEnd{"Software", SoftwareRig}),
                         BackEndName);

}  // namespace
}  // namespace veriline::camera
