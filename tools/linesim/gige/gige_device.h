// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tools/linesim/gige/frame_sender.h"
#include "tools/linesim/gige/frame_truth.h"
#include "tools/linesim/gige/registers.h"
#include "vision/core/clock.h"
#include "vision/core/result.h"

namespace veriline::linesim {

struct GigeDeviceOptions {
  std::string address = "127.0.0.1";  ///< its own; any of 127.0.0.0/8 needs no set-up
  std::string serial = "SIM1";
  int sensor_width = 1280;
  int sensor_height = 1024;
  double line_rate_hz = 0;      ///< pulses on Line0; 0 = only those of PulseLine
  double link_bps = 1e9;        ///< frames are paced to it; 0 = each leaves as one burst
  uint16_t first_block_id = 1;  ///< of each acquisition; others than 1 make the id wrap soon
  int64_t clock_offset_ns = 0;  ///< its clock minus CLOCK_MONOTONIC at the start
  double clock_ppm = 0;         ///< how much faster its clock runs
};

/// What is wired to it, as functions of CLOCK_MONOTONIC (they are called on the thread of Poll).
struct GigeInputs {
  /// Encoder count at a time; its counter has the low 32 bits of it.
  std::function<int64_t(int64_t)> encoder = [](int64_t steady_ns) { return steady_ns / 1000; };
  /// Levels of its input lines, one bit each.
  std::function<uint32_t(int64_t)> line_status = [](int64_t) { return 0b101u; };
};

/// A GigE Vision camera, spoken to over the real protocol: GVCP on port 3956, GVSP for frames. It
/// takes the features of DescribeGigeCamera, exposes by itself, by software trigger or by pulses
/// of a line, ignores triggers while it still sends a frame, resends packets, adds chunks, and has
/// a clock of its own. Frames carry their truth (FrameTruth).
/// Source: GigE Vision 1.2 (GVCP, GVSP, bootstrap registers).
/// Thread: one: Poll does all the work.
class GigeDevice {
 public:
  /// Draws the frame of `truth` into pixels (Mono8, rows `width` apart); the first row is
  /// overwritten by the truth.
  using Draw = std::function<void(const FrameTruth& truth, uint8_t* pixels, int width, int height)>;

  /// Errors: the port of the address is taken or is none of this machine's.
  static Checked<std::unique_ptr<GigeDevice>> Open(GigeDeviceOptions options, Draw draw = {},
                                                   GigeInputs inputs = {});
  ~GigeDevice();

  /// Waits until something is due, a command comes, `wake_fd` (when not negative) is readable, or
  /// it is `until_ns`; does what is due. Returns true when wake_fd is readable.
  bool Poll(int wake_fd, int64_t until_ns = FrameSender::kNever);

  // What goes wrong, or happens on its inputs.

  void PulseLine() { PulseLine(clock_.NowNs()); }
  /// That was due at `at_ns`, not later than now: the exposure begins there.
  void PulseLine(int64_t at_ns) { OnTrigger(/*line=*/true, at_ns); }
  void SetLineRate(double hz);
  /// The next `count` triggers are not seen.
  void IgnoreTriggers(int count) { ignore_ = count; }
  /// Neither answers nor sends, as if the cable were pulled.
  void SetMute(bool mute) { mute_ = mute; }
  FrameSender& sender() { return sender_; }

  bool acquiring() const { return acquiring_; }
  uint32_t exposures() const { return index_; }

 private:
  GigeDevice(GigeDeviceOptions options, Draw draw, GigeInputs inputs);
  Checked<void> Bind();

  // GVCP.
  void Receive();
  void Handle(const sockaddr_in& from, const uint8_t* packet, size_t size);
  bool HasControl(const sockaddr_in& from) const;
  uint16_t ReadRegisters(const uint8_t* in, size_t size, std::vector<uint8_t>* out);
  uint16_t WriteRegisters(const sockaddr_in& from, const uint8_t* in, size_t size);
  uint16_t ReadMemory(const uint8_t* in, size_t size, std::vector<uint8_t>* out);
  uint16_t WriteMemory(const sockaddr_in& from, const uint8_t* in, size_t size);
  void OnWritten(const sockaddr_in& from, uint32_t address);
  void Release();

  // Exposures.
  void Acquire(bool on);
  void OnTrigger(bool line, int64_t at_ns);
  void Expose(int64_t exposure_ns);
  void DoWhatIsDue();
  int64_t NextDueNs() const;
  bool FreeRunning() const;
  uint64_t DeviceTime(int64_t steady_ns) const;
  std::vector<uint8_t> Chunks(const FrameTruth& truth) const;
  uint32_t PayloadBytes() const;

  const GigeDeviceOptions options_;
  const Draw draw_;
  const GigeInputs inputs_;
  const SteadyClock clock_;
  const int64_t made_ns_;
  GigeRegisters registers_;
  FrameSender sender_;
  int control_fd_ = -1;
  bool mute_ = false;

  sockaddr_in controller_{};  ///< port 0: nobody
  int64_t heard_ns_ = 0;      ///< of the controller

  bool acquiring_ = false;
  int64_t next_frame_ns_ = 0;  ///< free running
  double line_rate_hz_ = 0;
  int64_t next_pulse_ns_ = 0;
  uint32_t index_ = 0;
  uint16_t block_id_ = 0;
  uint32_t triggers_ = 0;
  uint32_t ignored_ = 0;
  int ignore_ = 0;
};

}  // namespace veriline::linesim
