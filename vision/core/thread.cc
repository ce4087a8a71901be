// SPDX-License-Identifier: Apache-2.0
#include "vision/core/thread.h"

#include <pthread.h>
#include <sched.h>

#include <string>

namespace veriline {

void SetThreadName(const char* name) {
  pthread_setname_np(pthread_self(), std::string(name).substr(0, 15).c_str());
}

bool RaiseThreadPriority() {
  sched_param param{};
  param.sched_priority = sched_get_priority_min(SCHED_FIFO);
  return pthread_setschedparam(pthread_self(), SCHED_FIFO, &param) == 0;
}

}  // namespace veriline
