// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/worker/shared_slot.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <new>
#include <string>

namespace veriline::decode::worker {
namespace {

constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

void* Map(int fd) { return mmap(nullptr, sizeof(Slot), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0); }

}  // namespace

Checked<SharedSlot> SharedSlot::Create() {
  const int fd = memfd_create("veriline-decode", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  void* memory = MAP_FAILED;
  if (fd >= 0 && ftruncate(fd, sizeof(Slot)) == 0 && fcntl(fd, F_ADD_SEALS, kSeals) == 0) {
    memory = Map(fd);
  }
  if (memory == MAP_FAILED) {
    const int error = errno;
    if (fd >= 0) close(fd);
    return Fail(Diagnostic{
        .code = ErrorCode::kExhausted,
        .message = std::string("no memory to share with a decode worker: ") + std::strerror(error),
        .advice = "check the limits of memory and of open files"});
  }
  // Default-initialized: the pixels stay untouched pages.
  return SharedSlot(fd, new (memory) Slot);
}

Checked<SharedSlot> SharedSlot::Attach(int fd) {
  struct stat info {};
  const bool is_slot = fstat(fd, &info) == 0 && info.st_size == static_cast<off_t>(sizeof(Slot)) &&
                       fcntl(fd, F_GET_SEALS) == kSeals;
  void* memory = is_slot ? Map(fd) : MAP_FAILED;
  if (memory != MAP_FAILED) {
    auto* slot = static_cast<Slot*>(memory);
    if (slot->magic == kSlotMagic) return SharedSlot(fd, slot);
    munmap(memory, sizeof(Slot));
  }
  return Fail(Diagnostic{.message = "descriptor " + std::to_string(fd) +
                                    " is not the memory that a decode worker shares"});
}

SharedSlot::~SharedSlot() {
  if (slot_ == nullptr) return;
  munmap(slot_, sizeof(Slot));
  close(fd_);
}

void SleepWhile(const std::atomic<uint32_t>& word, uint32_t value, int64_t deadline_ns) {
  const timespec until{deadline_ns / 1'000'000'000, deadline_ns % 1'000'000'000};
  // The variant with a bit set takes absolute time.
  syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, value, deadline_ns == 0 ? nullptr : &until, nullptr,
          FUTEX_BITSET_MATCH_ANY);
}

void WakeSleeper(std::atomic<uint32_t>& word) {
  syscall(SYS_futex, &word, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

}  // namespace veriline::decode::worker
