// SPDX-License-Identifier: Apache-2.0
// Preloaded before OpenCV (LD_PRELOAD): a decoder of pictures that has bugs. Files that begin with
// FAULT:abort, FAULT:crash or FAULT:hang do that; all others are decoded as ever. Timers run a
// hundred times as fast, so that a test need not wait as long as a user would.
#include <dlfcn.h>
#include <signal.h>
#include <sys/time.h>

#include <cstdlib>
#include <opencv2/imgcodecs.hpp>
#include <string_view>

namespace cv {

Mat imdecode(InputArray input, int flags) {
  const Mat bytes = input.getMat();
  const std::string_view text(bytes.ptr<char>(), bytes.total());
  if (text.starts_with("FAULT:abort")) abort();
  if (text.starts_with("FAULT:crash")) raise(SIGSEGV);
  while (text.starts_with("FAULT:hang")) {
  }
  using Decode = Mat (*)(const _InputArray&, int);
  static const auto next =
      reinterpret_cast<Decode>(dlsym(RTLD_NEXT, "_ZN2cv8imdecodeERKNS_11_InputArrayEi"));
  return next(input, flags);
}

}  // namespace cv

extern "C" int setitimer(__itimer_which_t which, const itimerval* now, itimerval* before) noexcept {
  using Set = int (*)(__itimer_which_t, const itimerval*, itimerval*);
  static const auto next = reinterpret_cast<Set>(dlsym(RTLD_NEXT, "setitimer"));
  const long us = (now->it_value.tv_sec * 1'000'000 + now->it_value.tv_usec) / 100;
  const itimerval faster{.it_interval = {}, .it_value = {us / 1'000'000, us % 1'000'000}};
  return next(which, &faster, before);
}
