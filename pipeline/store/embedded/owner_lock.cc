// SPDX-License-Identifier: Apache-2.0
#include "pipeline/store/embedded/owner_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace veriline::store {

OwnerLock& OwnerLock::operator=(OwnerLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

OwnerLock::~OwnerLock() {
  if (fd_ >= 0) close(fd_);
}

Checked<OwnerLock> OwnerLock::Take(const std::string& dir) {
  const std::string path = dir + "/owner.lock";
  OwnerLock lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.fd_ < 0) {
    return Fail(Diagnostic{
        .code = ErrorCode::kIo,
        .message = std::string("the store's lock cannot be opened: ") + std::strerror(errno),
        .file = path,
        .advice = "the store needs a directory that it may read and write"});
  }
  if (flock(lock.fd_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return Fail(
          Diagnostic{.code = ErrorCode::kIo,
                     .message = std::string("the store cannot be locked: ") + std::strerror(errno),
                     .file = path,
                     .advice = "put the store on a local file system"});
    }
    char pid[32] = {};
    const ssize_t n = pread(lock.fd_, pid, sizeof(pid) - 1, 0);
    const std::string owner = n > 0 ? std::string(pid, strcspn(pid, "\n")) : "unknown";
    return Fail(Diagnostic{.code = ErrorCode::kUnavailable,
                           .message = "the store is in use by process " + owner,
                           .file = dir,
                           .advice = "ask that process, or stop it first"});
  }
  const std::string pid = std::to_string(getpid()) + "\n";
  // For messages only: a full disk must not keep the owner out.
  if (ftruncate(lock.fd_, 0) == 0) (void)!pwrite(lock.fd_, pid.data(), pid.size(), 0);
  return lock;
}

}  // namespace veriline::store
