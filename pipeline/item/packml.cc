// SPDX-License-Identifier: Apache-2.0
#include "pipeline/item/packml.h"

namespace veriline::item {

using enum PackmlState;
using enum PackmlCommand;

std::string_view Name(PackmlState state) {
  switch (state) {
    case kStopped:
      return "Stopped";
    case kIdle:
      return "Idle";
    case kExecute:
      return "Execute";
    case kAborted:
      return "Aborted";
    case kHeld:
      return "Held";
    case kSuspended:
      return "Suspended";
  }
  return "?";
}

std::string_view Name(PackmlCommand command) {
  switch (command) {
    case kReset:
      return "Reset";
    case kStart:
      return "Start";
    case kStop:
      return "Stop";
    case kAbort:
      return "Abort";
    case kClear:
      return "Clear";
    case kHold:
      return "Hold";
    case kUnhold:
      return "Unhold";
    case kSuspend:
      return "Suspend";
    case kUnsuspend:
      return "Unsuspend";
  }
  return "?";
}

namespace {

struct Transition {
  PackmlState from;
  PackmlCommand command;
  PackmlState to;
};

constexpr Transition kTransitions[] = {
    {kStopped, kReset, kIdle},          {kIdle, kStart, kExecute},
    {kIdle, kStop, kStopped},           {kExecute, kStop, kStopped},
    {kHeld, kStop, kStopped},           {kSuspended, kStop, kStopped},
    {kAborted, kClear, kStopped},       {kExecute, kHold, kHeld},
    {kHeld, kUnhold, kExecute},         {kExecute, kSuspend, kSuspended},
    {kSuspended, kUnsuspend, kExecute},
};

}  // namespace

bool NextState(PackmlState state, PackmlCommand command, PackmlState* next) {
  if (command == kAbort && state != kAborted) {
    *next = kAborted;
    return true;
  }
  for (const Transition& t : kTransitions) {
    if (t.from != state || t.command != command) continue;
    *next = t.to;
    return true;
  }
  return false;
}

std::vector<PackmlCommand> AllowedCommands(PackmlState state) {
  std::vector<PackmlCommand> allowed;
  for (PackmlCommand command :
       {kReset, kStart, kStop, kAbort, kClear, kHold, kUnhold, kSuspend, kUnsuspend}) {
    PackmlState next;
    if (NextState(state, command, &next)) allowed.push_back(command);
  }
  return allowed;
}

}  // namespace veriline::item
