// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "vision/core/frame.h"
#include "vision/core/symbol.h"
#include "vision/decode/dmtx/dmtx_reader.h"
#include "vision/decode/zxing/zxing_reader.h"

namespace veriline::decode {

/// Third-party decoders as the ladder asks them: one crop, at most one symbol. Where they run is
/// the implementation's matter; nothing read and not tried are the same answer, and the counters
/// tell them apart.
/// Thread: one call at a time per object; counters from any thread.
class CropDecoder {
 public:
  struct Counters {
    uint64_t calls = 0;     ///< that a decoder was asked
    uint64_t skipped = 0;   ///< of these, without an answer: no decoder there, or given up
    uint64_t restarts = 0;  ///< decoders started in place of one that died or was killed
  };

  virtual ~CropDecoder() = default;

  /// As ReadWithZxing.
  virtual std::optional<Symbol> Zxing(const FrameView& crop, const ZxingOptions& options) = 0;
  /// As ReadWithDmtx.
  virtual std::optional<Symbol> Dmtx(const FrameView& crop, const DmtxOptions& options) = 0;
  /// Steady time past which the caller has no use for an answer; 0 = none. Holds until it is set
  /// anew. An implementation that cannot end a call early may pass it.
  virtual void SetDeadline(int64_t deadline_ns) { static_cast<void>(deadline_ns); }

  virtual Counters counters() const = 0;
  /// False while every call would be skipped. Thread: any.
  virtual bool ready() const { return true; }
  /// True while decoders die so often that most calls are skipped. Thread: any.
  virtual bool failing() const { return false; }
};

/// The decoders in the calling thread. An assertion within a library ends the process: for tools
/// that may die, and for tests.
class InProcessDecoder final : public CropDecoder {
 public:
  std::optional<Symbol> Zxing(const FrameView& crop, const ZxingOptions& options) override;
  std::optional<Symbol> Dmtx(const FrameView& crop, const DmtxOptions& options) override;
  Counters counters() const override;

 private:
  std::atomic<uint64_t> calls_{0};
};

}  // namespace veriline::decode
