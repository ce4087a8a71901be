// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <dirent.h>

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <string>

namespace veriline::testing {

/// What this process holds of the machine when the object is made.
struct Held {
  size_t files = EntriesOf("/proc/self/fd");
  size_t threads = EntriesOf("/proc/self/task");
  size_t resident_kb = ResidentKb();

 private:
  static size_t EntriesOf(const char* folder) {
    size_t count = 0;
    DIR* dir = opendir(folder);
    while (readdir(dir) != nullptr) ++count;
    closedir(dir);
    return count;
  }
  static size_t ResidentKb() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
      if (word == "VmRSS:") break;
    }
    size_t kb = 0;
    status >> kb;
    return kb;
  }
};

/// False where the sanitizers keep freed memory; LeakSanitizer then says at the end what leaked.
inline constexpr bool kResidentTells =
#ifdef __SANITIZE_ADDRESS__
    false;
#else
    true;
#endif

/// How many cycles a test makes: `few`, or `all` where VERILINE_ALL_CYCLES is set.
inline int Cycles(int few, int all) {
  return std::getenv("VERILINE_ALL_CYCLES") != nullptr ? all : few;
}

}  // namespace veriline::testing
