// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arv.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vision/camera/gige/gige_options.h"
#include "vision/camera/gige/glib_ptr.h"
#include "vision/camera/gige/gvcp_probe.h"
#include "vision/camera/gige/stream_receiver.h"
#include "vision/camera/gige/transport_check.h"

namespace veriline::camera {

/// One connection to a camera, from being found to being lost: the device, set as the options say,
/// and its stream while it sends.
/// Thread: one at a time. Calls of a camera that died a moment ago block for up to 2.5 s each, the
/// destructor for up to 10 s.
class Session {
 public:
  /// Finds the camera, takes control (waiting up to `patience_ns` for another's to end) and sets
  /// it. Errors: not found, controlled by somebody else, a feature refused: named, with advice.
  static Checked<std::unique_ptr<Session>> Connect(const GigeOptions& options, int64_t patience_ns);
  ~Session();

  const CameraInfo& info() const { return info_; }
  /// What the camera calls the first frame of an acquisition.
  uint64_t first_frame_id() const { return network_ ? 1 : 0; }
  /// Period of the frames that come by themselves; 0 = none, or not known.
  int64_t frame_period_ns() const { return frame_period_ns_; }

  /// Makes the stream, announces the buffers of the context and lets the camera send. `gauges`,
  /// `ids` and `watch` must outlive StopStream.
  /// Errors: buffers too small, no stream, no start.
  Checked<void> StartStream(Acquisition& acquisition, FrameIds& ids, DueWatch& watch,
                            ReceiverGauges& gauges);
  /// What the start found that will go wrong; empty = nothing.
  const std::vector<std::string>& advice() const { return advice_; }
  /// No call of the sink comes after it; every buffer is back in the pool. Does not block for a
  /// camera that is gone unless `tell_camera`.
  void StopStream(bool tell_camera);

  Checked<void> TriggerSoftware();
  /// False when the camera does not answer, or is no longer ours. Blocks for at most 0.2 s.
  bool Alive();
  /// Reads the camera's clock, if it can be read, for the frames to come.
  void LatchClock(const Clock& clock);
  uint64_t resent_packets() const;

 private:
  /// What the driver's threads hold: outlives the receiver, which they must not reach then.
  struct Gate {
    std::atomic<StreamReceiver*> receiver{nullptr};
  };

  explicit Session(const GigeOptions& options) : options_(options) {}
  Checked<void> OpenAddress(const in_addr& address);
  Checked<void> OpenByName();
  Checked<void> Open();
  Checked<void> TakeControl(int64_t patience_ns);
  Checked<void> SetTrigger();
  Checked<void> Set();
  Checked<size_t> PayloadBytes();
  TransportFacts Facts(size_t payload_bytes) const;
  ArvDevice* device() const { return arv_camera_get_device(camera_.get()); }
  bool Has(const char* feature) const;
  double NumberOf(const char* feature) const;
  void FindClock();

  const GigeOptions options_;
  GPtr<ArvCamera> camera_;
  bool network_ = false;
  std::optional<GvcpProbe> probe_;  ///< network only
  CameraInfo info_;
  int64_t frame_period_ns_ = 0;
  const char* latch_command_ = nullptr;  ///< null: the clock cannot be read
  const char* latch_value_ = nullptr;
  double ns_per_tick_ = 1;
  int64_t socket_buffer_bytes_ = 0;  ///< granted
  std::vector<std::string> advice_;

  Gate* gate_ = nullptr;  ///< owned by the stream
  GPtr<ArvStream> stream_;
  std::unique_ptr<StreamReceiver> receiver_;
};

}  // namespace veriline::camera
