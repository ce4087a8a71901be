// SPDX-License-Identifier: Apache-2.0
#include "pipeline/store/embedded/commit_mark.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

namespace veriline::store {
namespace {

constexpr std::string_view kMagic = "VRLNMARK";
constexpr size_t kBytes = 64;
constexpr size_t kCommitsAt = 8;
constexpr size_t kIdAt = 16;
constexpr size_t kIdBytes = 36;
constexpr size_t kVersionAt = 52;
constexpr size_t kSumAt = 56;

std::string PathIn(const std::string& dir) { return dir + "/commit.mark"; }

uint64_t Fnv1a(std::string_view bytes) {
  uint64_t sum = 0xcbf29ce484222325;
  for (const unsigned char c : bytes) sum = (sum ^ c) * 0x100000001b3;
  return sum;
}

Diagnostic CannotOpen(const std::string& path) {
  return Diagnostic{
      .code = ErrorCode::kIo,
      .message = std::string("the store's mark cannot be opened: ") + std::strerror(errno),
      .file = path,
      .advice = "the store needs a directory that it may read and write"};
}

}  // namespace

CommitMark& CommitMark::operator=(CommitMark&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

CommitMark::~CommitMark() {
  if (fd_ >= 0) close(fd_);
}

Checked<CommitMark::Content> CommitMark::Read(const std::string& dir) {
  const std::string path = PathIn(dir);
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    if (errno == ENOENT) return Content{};
    return Fail(CannotOpen(path));
  }
  std::array<char, kBytes + 1> bytes{};
  const ssize_t n = pread(fd, bytes.data(), bytes.size(), 0);
  close(fd);
  if (n == 0) return Content{};  // made, and the power went before it was written
  const std::string_view all(bytes.data(), kBytes);
  uint64_t sum = 0;
  std::memcpy(&sum, bytes.data() + kSumAt, sizeof(sum));
  if (n != kBytes || all.substr(0, kMagic.size()) != kMagic ||
      sum != Fnv1a(all.substr(0, kSumAt))) {
    return Fail(
        Diagnostic{.code = ErrorCode::kIo,
                   .message = "the store's mark is damaged",
                   .file = path,
                   .advice = "when the database is known to be the newest, delete the mark"});
  }
  uint32_t version = 0;
  std::memcpy(&version, bytes.data() + kVersionAt, sizeof(version));
  if (version != kVersion) {
    return Fail(Diagnostic{.code = ErrorCode::kIo,
                           .message = "the store's mark has version " + std::to_string(version) +
                                      ", this program knows version " + std::to_string(kVersion),
                           .file = path,
                           .advice = "use the newer Veriline that wrote it"});
  }
  Content content{.present = true, .store_id = std::string(all.substr(kIdAt, kIdBytes))};
  std::memcpy(&content.commits, bytes.data() + kCommitsAt, sizeof(content.commits));
  return content;
}

Checked<CommitMark> CommitMark::Open(const std::string& dir) {
  const std::string path = PathIn(dir);
  CommitMark mark(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  if (mark.fd_ < 0) return Fail(CannotOpen(path));
  return mark;
}

void CommitMark::Write(const std::string& store_id, uint64_t commits) {
  std::array<char, kBytes> bytes{};
  std::memcpy(bytes.data(), kMagic.data(), kMagic.size());
  std::memcpy(bytes.data() + kCommitsAt, &commits, sizeof(commits));
  std::memcpy(bytes.data() + kIdAt, store_id.data(), std::min(store_id.size(), kIdBytes));
  std::memcpy(bytes.data() + kVersionAt, &kVersion, sizeof(kVersion));
  const uint64_t sum = Fnv1a({bytes.data(), kSumAt});
  std::memcpy(bytes.data() + kSumAt, &sum, sizeof(sum));
  // A mark that could not be written stays behind the database: the check gets weaker, not wrong.
  (void)!pwrite(fd_, bytes.data(), bytes.size(), 0);
}

}  // namespace veriline::store
