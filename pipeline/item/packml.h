// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace veriline::item {

/// States of a line after ISA-TR88.00.02 (PackML); the waiting states only, transitions are
/// immediate here.
///
///     Stopped --Reset--> Idle --Start--> Execute --Stop--> Stopped
///        ▲                                │  ▲ ▲ │
///        │                           Hold │  │ │ │ Suspend (Stop from both, too)
///        │                     Unhold ▼   │ Unsuspend ▼
///        │                       Held ────┘     └─── Suspended
///        └──Clear── Aborted ◀────Abort──── any
///
/// Only Execute opens items and releases. Held (a cause of our own) and Suspended (one outside)
/// interrupt it: cameras go on, items on the belt keep their place and their verdicts are withheld
/// until Execute is back; what reaches its decision point before is rejected. What passes the eye
/// meanwhile is no item, and the gate rejects what it hears no release for.
enum class PackmlState : uint8_t {
  kStopped = 1,
  kIdle = 2,
  kExecute = 3,
  kAborted = 4,
  kHeld = 5,
  kSuspended = 6
};
enum class PackmlCommand : uint8_t {
  kReset = 1,
  kStart = 2,
  kStop = 3,
  kAbort = 4,
  kClear = 5,
  kHold = 6,
  kUnhold = 7,
  kSuspend = 8,
  kUnsuspend = 9
};

/// The line runs: in Execute, Held or Suspended.
constexpr bool IsRunning(PackmlState state) {
  return state == PackmlState::kExecute || state == PackmlState::kHeld ||
         state == PackmlState::kSuspended;
}

std::string_view Name(PackmlState state);
std::string_view Name(PackmlCommand command);

/// The commands that `state` obeys.
std::vector<PackmlCommand> AllowedCommands(PackmlState state);
/// Where `command` leads from `state`; false when it is not allowed there.
bool NextState(PackmlState state, PackmlCommand command, PackmlState* next);

}  // namespace veriline::item
