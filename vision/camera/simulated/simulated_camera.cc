// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/simulated/simulated_camera.h"

#include <algorithm>
#include <utility>

namespace veriline::camera {

Checked<void> SimulatedOptions::Validate() const {
  constexpr int kMostPx = 65535;
  constexpr int64_t kMostReadoutNs = 10'000'000'000;
  const auto refuse = [](const char* message, const char* advice) {
    return Fail(Diagnostic{.code = ErrorCode::kOutOfRange, .message = message, .advice = advice});
  };
  if (width_max < 1 || width_max > kMostPx || height_max < 1 || height_max > kMostPx) {
    return refuse("the picture of a simulated camera has an impossible size",
                  "allowed: 1 to 65535 px each way");
  }
  if (readout_ns < 0 || readout_ns > kMostReadoutNs) {
    return refuse("the readout time of a simulated camera is impossible", "allowed: 0 to 10 s");
  }
  return {};
}

SimulatedCamera::SimulatedCamera(SimulatedOptions options, std::unique_ptr<FrameRenderer> renderer)
    : options_(std::move(options)), renderer_(std::move(renderer)) {}

Checked<CameraInfo> SimulatedCamera::Open() {
  if (auto closed = acquisition_.Require(Acquisition::State::kClosed, "Open"); !closed) {
    return Fail(closed.error());
  }
  if (auto valid = options_.Validate(); !valid) return Fail(valid.error());
  acquisition_.Opened();
  return CameraInfo{options_.model, options_.width_max, options_.height_max};
}

Checked<void> SimulatedCamera::Start(const CameraContext& context) {
  return acquisition_.Start(context, [this] { Run(); });
}

void SimulatedCamera::Run() {
  const bool ended =
      options_.trigger_mode == TriggerMode::kSoftware ? ExposeWhenTriggered() : ExposeByItself();
  if (ended) acquisition_.End();
}

bool SimulatedCamera::ExposeWhenTriggered() {
  Exposure exposure;
  while (acquisition_.WaitForTrigger(&exposure.exposure_ns)) {
    exposure.fate = ExposureFate::kComplete;
    if (!renderer_->Next(&exposure)) return true;
    if (!Expose(exposure)) return false;
  }
  return false;
}

bool SimulatedCamera::ExposeByItself() {
  for (;; pending_.reset()) {
    if (!pending_ && !renderer_->Next(&pending_.emplace())) {
      pending_.reset();
      return true;
    }
    if (pending_->exposure_ns < acquisition_.start_ns()) continue;
    if (!acquisition_.WaitUntilNs(pending_->exposure_ns) || !Expose(*pending_)) return false;
  }
}

bool SimulatedCamera::Expose(const Exposure& exposure) {
  if (exposure.fate == ExposureFate::kIgnored) return true;
  const int64_t exposed_ns = std::max(exposure.exposure_ns, exposure.last_line_ns);
  const int64_t readout_end_ns = exposed_ns + options_.readout_ns;
  if (!acquisition_.WaitUntilNs(exposed_ns)) return false;
  const bool lost = exposure.fate == ExposureFate::kLost;
  if (options_.line_sample && !lost) {
    // Before the stamp: an encoder that lives by these samples knows nothing of this exposure yet.
    acquisition_.context().sink->OnLineSample(options_.line_sample(exposure.exposure_ns));
  }
  Frame frame;
  frame.stamp = acquisition_.NextStamp(exposure.exposure_ns);
  frame.stamp.encoder_count_end = acquisition_.context().encoder->CountAt(exposed_ns);
  if (lost) return acquisition_.WaitUntilNs(readout_end_ns);

  frame.lease = acquisition_.context().pool->Acquire();
  if (!frame.lease) {
    acquisition_.Overrun(frame.stamp);
    return acquisition_.WaitUntilNs(readout_end_ns);
  }
  if (!renderer_->Draw(frame.lease.data(), frame.lease.size_bytes(), &frame.pixels)) {
    frame.pixels = {};
    frame.lease = {};
    frame.stamp.status = FrameStatus::kBroken;
  } else if (exposure.fate == ExposureFate::kIncomplete) {
    frame.stamp.status = FrameStatus::kIncomplete;
  }
  if (!acquisition_.WaitUntilNs(readout_end_ns)) return false;
  acquisition_.Deliver(std::move(frame));
  return true;
}

}  // namespace veriline::camera
