// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <string>

#include "vision/core/result.h"

namespace veriline::tools {

/// A file with codes in it that is being written: beside its final name, mode 0600, gone unless it
/// is finished. Thread: one.
class NewFile {
 public:
  /// Errors: there is a file of that name with something in it; the disk.
  static Checked<NewFile> Make(const std::string& path);
  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile();

  std::FILE* file() { return file_; }
  /// Its name until it is finished.
  const std::string& partial() const { return partial_; }
  /// Gives the file its name; what was written is on the disk then.
  Checked<void> Finish();

 private:
  explicit NewFile(std::string path) : path_(std::move(path)), partial_(path_ + ".partial") {}

  std::string path_, partial_;
  std::FILE* file_ = nullptr;
};

}  // namespace veriline::tools
