// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "pipeline/item/reasons.h"
#include "tools/linesim/world.h"

namespace veriline::linesim {

/// What the gate saw of one item of the world; travels through a pipe.
struct GateReport {
  uint64_t item = 0;
  bool passed = false;      ///< it left on the good lane
  bool told = false;        ///< a verdict for its window was heard until the exit
  bool told_again = false;  ///< and more than one
  bool released = false;
  item::RejectReason reason = item::RejectReason::kNone;
  int64_t heard_ns = 0;       ///< steady time at which the message was in the gate's hands
  int64_t trigger_ns = 0;     ///< from the message: photo-eye edge
  int64_t exposure_ns = 0;    ///< from the message: start of exposure; 0 = no frame
  int64_t last_pixel_ns = 0;  ///< from the message: last pixel in memory; 0 = no frame
};

struct GateOptions {
  WorldConfig world;
  std::string address;  ///< of the line's RejectService
  int report_fd = -1;   ///< one GateReport for each item, in order, at the exit
};

/// A reject gate with its own eye, one for each lane: a client of RejectService, meant to run as a
/// process of its own. A gate stands closed; it opens for an object whose both edges, as its own
/// eye sees them, lie in a window of its lane that it holds a release for, while the heartbeat is
/// fresh and the line in Execute. Where the belt goes back, what has passed the gate has passed it.
/// What passed is confirmed at the exit. Returns the process's exit code.
int RunGate(const GateOptions& options);

}  // namespace veriline::linesim
