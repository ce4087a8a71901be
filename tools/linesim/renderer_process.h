// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "tools/linesim/frame_ring.h"
#include "vision/core/result.h"

namespace veriline::linesim {

/// The producer's work: attaches, draws every shot whose frame is delivered, in order, and
/// finishes. Returns when all are drawn or the ring was stopped. Errors: as Attach.
Result<void> RunRenderer(FrameRing* ring);

/// RunRenderer in a process of its own, forked from this one. It dies with the thread that
/// started it, and with this object.
class RendererProcess {
 public:
  RendererProcess() = default;
  RendererProcess(RendererProcess&& other) noexcept { *this = std::move(other); }
  RendererProcess& operator=(RendererProcess&& other) noexcept;
  ~RendererProcess();

  /// Requires: this process has one thread still (a forked child of a process with threads may
  /// find locked what another thread held; such a process starts a program that opens the ring by
  /// its descriptor and calls RunRenderer). `ring` must outlive the object.
  static Checked<RendererProcess> Start(FrameRing* ring);

  int pid() const { return pid_; }

 private:
  int pid_ = -1;
};

}  // namespace veriline::linesim
