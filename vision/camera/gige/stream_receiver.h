// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arv.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "vision/camera/acquisition.h"
#include "vision/camera/gige/chunk_encoder.h"
#include "vision/camera/gige/chunks.h"
#include "vision/camera/gige/device_clock.h"
#include "vision/camera/gige/due_watch.h"
#include "vision/camera/gige/frame_ids.h"
#include "vision/camera/gige/glib_ptr.h"
#include "vision/core/bounded_queue.h"
#include "vision/core/clock.h"

namespace veriline::camera {

/// What a receiver leaves behind for others to see, over all connections of an acquisition.
struct ReceiverGauges {
  std::atomic<uint64_t> copied{0};            ///< frames that were not zero-copy
  std::atomic<uint64_t> ignored_triggers{0};  ///< as the chunks say
  std::atomic<int64_t> triggers{-1};          ///< -1: no such chunk yet
  std::atomic<int64_t> line_status{-1};
  std::atomic<int64_t> clock_spread_ns{0};  ///< first packet − mapped exposure, of the last frame

  void Reset() {
    copied = ignored_triggers = 0;
    triggers = line_status = -1;
    clock_spread_ns = 0;
  }
};

/// The end of one stream: gives the driver the buffers of the pool to fill, and hands each frame
/// to the sink in the buffer that the driver filled. Whenever the pool has nothing left to give,
/// the driver gets a spare buffer of our own, so that the exposure is known as an overrun (or is
/// copied, when a buffer has come back meanwhile).
/// Thread: Announce before the camera sends; OnStream on the driver's receiving thread; Latched on
/// the camera's. Must outlive the receiving thread. No allocation of ours for a frame.
class StreamReceiver {
 public:
  struct Config {
    size_t payload_bytes = 0;
    int width = 0;  ///< of a frame whose leader was lost
    int height = 0;
    double counts_per_encoder_step = 1;
    /// null: no chunks.
    std::unique_ptr<ChunkReader> chunks;
  };

  StreamReceiver(Config config, Acquisition& acquisition, FrameIds& ids, DueWatch& watch,
                 ReceiverGauges& gauges);

  /// Announces the buffers to the stream that calls OnStream.
  void Announce(ArvStream* stream);
  void OnStream(ArvStreamCallbackType type);

  /// The device's clock said `device_ns` at `heard_ns` of ours.
  void Latched(int64_t device_ns, int64_t heard_ns);

 private:
  /// A buffer of ours as the driver knows it. While the driver has it, one of the pool holds its
  /// lease, and a spare one the lease of the buffer that it would be copied to, if there is any.
  struct Slot {
    GPtr<ArvBuffer> buffer;
    uint8_t* data = nullptr;
    FrameLease lease;
    bool spare = false;
    bool announced = false;
  };
  /// The first packet of a frame.
  struct Begun {
    int64_t ns = 0;
    uint64_t underruns = 0;  ///< of the stream, until then
  };
  struct Latch {
    int64_t device_ns = 0;
    int64_t heard_ns = 0;
  };

  Slot& AddSlot(uint8_t* data, bool spare);
  void Push(Slot& slot);
  /// Everything that the pool can give, but for the spare buffers' leases.
  void AnnouncePool();
  /// A spare buffer when the driver has none to begin the next frame with.
  void AnnounceSpareWhenLow();
  void OnBegin();
  void OnDone();
  void Take(ArvBuffer* buffer, Slot& slot, const Begun& begun);
  /// Frames before `next_id` that the driver had no buffer for.
  void TellUnderruns(uint64_t underruns, uint64_t next_id, int64_t next_exposure_ns);
  int64_t ExposureNs(ArvBuffer* buffer, int64_t began_ns);
  FrameView PixelsOf(ArvBuffer* buffer, uint8_t* data, FrameStatus* status) const;
  void TakeChunks(const ChunkValues& values, FrameStamp* stamp);

  const Config config_;
  Acquisition& acquisition_;
  FrameIds& ids_;
  DueWatch& watch_;
  ReceiverGauges& gauges_;
  const SteadyClock steady_;
  ArvStream* stream_ = nullptr;

  std::vector<uint8_t> spare_memory_;
  std::vector<std::unique_ptr<Slot>> slots_;
  DeviceClock clock_;
  BoundedQueue<Latch> latches_;  ///< camera's thread → receiving thread; when full the oldest goes
  ChunkEncoder encoder_;
  std::optional<int64_t> last_ignored_;
  uint64_t underruns_ = 0;
  uint64_t last_id_ = 0;
  int64_t last_exposure_ns_ = 0;
  /// The frames that are not done yet: they end in the order in which they began.
  std::array<Begun, 64> begun_{};
  uint64_t begun_in_ = 0;
  uint64_t begun_out_ = 0;
};

}  // namespace veriline::camera
