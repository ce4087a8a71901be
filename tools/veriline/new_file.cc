// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/new_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace veriline::tools {
namespace {

Diagnostic CannotWrite(const std::string& path) {
  return Diagnostic{.code = ErrorCode::kIo,
                    .message = std::string("cannot be written: ") + std::strerror(errno),
                    .file = path,
                    .advice = "is there such a directory, and room in it?"};
}

}  // namespace

Checked<NewFile> NewFile::Make(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored) && !(std::filesystem::is_regular_file(path, ignored) &&
                                                  std::filesystem::file_size(path, ignored) == 0)) {
    return Fail(Diagnostic{.code = ErrorCode::kIo,
                           .message = "there is a file already",
                           .file = path,
                           .advice = "codes are never overwritten: give another name"});
  }
  NewFile out(path);
  unlink(out.partial_.c_str());
  const int fd = open(out.partial_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return Fail(CannotWrite(path));
  out.file_ = fdopen(fd, "w");
  return out;
}

NewFile::NewFile(NewFile&& other) noexcept
    : path_(other.path_), partial_(other.partial_), file_(std::exchange(other.file_, nullptr)) {}

NewFile::~NewFile() {
  if (file_ == nullptr) return;
  std::fclose(file_);
  unlink(partial_.c_str());
}

Checked<void> NewFile::Finish() {
  const bool good = std::fflush(file_) == 0 && std::ferror(file_) == 0 &&
                    fsync(fileno(file_)) == 0 && rename(partial_.c_str(), path_.c_str()) == 0;
  if (!good) return Fail(CannotWrite(path_));
  std::fclose(std::exchange(file_, nullptr));
  return {};
}

}  // namespace veriline::tools
