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
///        ▲                                  │
///        └──Clear── Aborted ◀────Abort──── any
///
/// Only Execute opens items and releases.
enum class PackmlState : uint8_t { kStopped = 1, kIdle = 2, kExecute = 3, kAborted = 4 };
enum class PackmlCommand : uint8_t { kReset = 1, kStart = 2, kStop = 3, kAbort = 4, kClear = 5 };

std::string_view Name(PackmlState state);
std::string_view Name(PackmlCommand command);

/// The commands that `state` obeys.
std::vector<PackmlCommand> AllowedCommands(PackmlState state);
/// Where `command` leads from `state`; false when it is not allowed there.
bool NextState(PackmlState state, PackmlCommand command, PackmlState* next);

}  // namespace veriline::item
