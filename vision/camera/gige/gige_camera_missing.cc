// SPDX-License-Identifier: Apache-2.0
// Stands for gige_camera.cc in a build without Aravis.
#include <utility>

#include "vision/camera/gige/gige_camera.h"

namespace veriline::camera {

class GigeCamera::Impl {
 public:
  GigeOptions options;
};

namespace {

Diagnostic Missing() {
  return Diagnostic{.code = ErrorCode::kUnavailable,
                    .message = "this build has no GigE Vision and USB3 Vision cameras",
                    .advice =
                        "install libaravis-dev and libusb-1.0-0-dev (tools/setup.sh), then "
                        "build again"};
}

}  // namespace

GigeCamera::GigeCamera(GigeOptions options) : impl_(new Impl{std::move(options)}) {}
GigeCamera::~GigeCamera() = default;
Checked<CameraInfo> GigeCamera::Open() { return Fail(Missing()); }
Checked<void> GigeCamera::Start(const CameraContext&) { return Fail(Missing()); }
Checked<void> GigeCamera::Stop() { return Fail(Missing()); }
void GigeCamera::Close() {}
bool GigeCamera::TriggerSoftware(int64_t) { return false; }
TriggerMode GigeCamera::trigger_mode() const { return impl_->options.trigger_mode; }
CameraCounters GigeCamera::counters() const { return {}; }
CameraHealth GigeCamera::health() const { return {}; }
GigeStatus GigeCamera::status() const { return {}; }

}  // namespace veriline::camera
