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
  }
  return "?";
}

bool NextState(PackmlState state, PackmlCommand command, PackmlState* next) {
  if (command == kAbort && state != kAborted) {
    *next = kAborted;
    return true;
  }
  if (command == kStop && (state == kIdle || state == kExecute)) {
    *next = kStopped;
    return true;
  }
  if (command == kReset && state == kStopped) {
    *next = kIdle;
    return true;
  }
  if (command == kStart && state == kIdle) {
    *next = kExecute;
    return true;
  }
  if (command == kClear && state == kAborted) {
    *next = kStopped;
    return true;
  }
  return false;
}

std::vector<PackmlCommand> AllowedCommands(PackmlState state) {
  std::vector<PackmlCommand> allowed;
  for (PackmlCommand command : {kReset, kStart, kStop, kAbort, kClear}) {
    PackmlState next;
    if (NextState(state, command, &next)) allowed.push_back(command);
  }
  return allowed;
}

}  // namespace veriline::item
