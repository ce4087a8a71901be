// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "vision/core/clock.h"
#include "vision/core/frame.h"
#include "vision/core/frame_pool.h"
#include "vision/core/result.h"

namespace veriline::camera {

/// Tells the belt position of a moment. Implemented by the line's trigger source.
/// Thread: any; must not block.
class EncoderReader {
 public:
  virtual ~EncoderReader() = default;
  /// Unwrapped encoder count at `steady_ns` (interpolated; the best that is known).
  virtual int64_t CountAt(int64_t steady_ns) const = 0;
};

/// What a camera counts since Start. Each exposure that the camera or the driver told of stands
/// in exactly one of the four.
struct CameraCounters {
  uint64_t delivered = 0;   ///< complete frames handed to the sink
  uint64_t incomplete = 0;  ///< damaged or undecodable frames, handed over with their status
  uint64_t lost = 0;        ///< gaps in the frame ids: never reached the host
  uint64_t overrun = 0;     ///< reached the host and dropped there: the pool was empty
  /// Triggers that the camera says it could not take, where it says so; no exposures.
  uint64_t ignored_triggers = 0;
};

/// How a camera is. An alarm names what is wrong now and what is done about it; it is over when
/// frames come again, without a restart.
struct CameraHealth {
  bool connected = true;
  std::string alarm;  ///< empty = nothing is wrong
};

/// What a camera saw of the line's encoder and of its own input lines at an exposure, where it
/// counts them (chunk data of GigE Vision).
struct LineSample {
  int64_t steady_ns = 0;      ///< of the exposure
  int64_t encoder_count = 0;  ///< of the camera's counter; the low 32 bits count, and wrap
  uint32_t line_status = 0;   ///< bit i = level of Line i
};

/// Takes such samples, in order. Called on the camera's thread; must not block.
class LineSampleSink {
 public:
  virtual ~LineSampleSink() = default;
  virtual void OnLineSample(const LineSample& sample) = 0;
};

/// Where frames go. Called on the camera's thread; must not block.
class FrameSink {
 public:
  virtual ~FrameSink() = default;
  /// Complete and damaged frames alike, each with its status.
  virtual void OnFrame(Frame&& frame) = 0;
  /// The host had no buffer for an exposure: its pixels are gone, its stamp is known.
  virtual void OnOverrun(const FrameStamp& stamp) = 0;
  /// Before the frame it came with is stamped, also when that is an overrun. Cameras without it
  /// never call.
  virtual void OnLineSample(const LineSample&) {}
  /// The source has no more frames (a folder that does not loop). Called once.
  virtual void OnEnd() {}
};

/// GenICam SFNC names where there is one.
enum class TriggerMode : uint8_t {
  kOff,       ///< free running at AcquisitionFrameRate
  kHardware,  ///< TriggerSource Line0 or the like: the camera exposes by itself
  kSoftware,  ///< one exposure for each TriggerSoftware()
};

struct CameraInfo {
  std::string model;
  int width_max = 0;   ///< px; frames may be smaller
  int height_max = 0;  ///< px
};

/// What a camera works with between Start and Stop. Everything is borrowed and must outlive it.
struct CameraContext {
  uint32_t camera_index = 0;
  FramePool* pool = nullptr;
  FrameSink* sink = nullptr;
  const Clock* clock = nullptr;
  const EncoderReader* encoder = nullptr;
};

/// A source of frames. Life cycle:
///
///     Closed --Open--> Ready --Start--> Acquiring --Stop--> Ready --Close--> Closed
///
/// A call in another state returns kWrongState and changes nothing. Stop returns when no further
/// call of the sink will come. The destructor stops and closes.
/// Thread: the life cycle from one thread; TriggerSoftware, counters and health from any; the sink
/// is called on a thread that the camera owns ("cam-N", or the one its driver receives on), never
/// on two at a time.
class CameraSource {
 public:
  virtual ~CameraSource() = default;

  /// Errors: the device or path cannot be opened, said with its name and advice.
  virtual Checked<CameraInfo> Open() = 0;
  virtual Checked<void> Start(const CameraContext& context) = 0;
  virtual Checked<void> Stop() = 0;
  virtual void Close() = 0;

  /// Asks for one exposure now; it was due at `due_ns` (steady clock, not later than now). A device
  /// exposes when it hears of it and stamps that moment; a source without a shutter (a folder, a
  /// simulation) shows the moment that was asked for, however late the caller came. Never blocks.
  /// False when the mode is not kSoftware, when the camera is not acquiring, or when it is still
  /// busy with the last one (it ignores the trigger, as cameras do).
  virtual bool TriggerSoftware(int64_t due_ns) = 0;

  virtual TriggerMode trigger_mode() const = 0;
  virtual CameraCounters counters() const = 0;
  /// Never blocks. A source that cannot lose its device has nothing to say.
  virtual CameraHealth health() const { return {}; }
};

}  // namespace veriline::camera
