// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tools/veriline/symbol_json.h"
#include "vision/core/frame.h"
#include "vision/core/symbol.h"

namespace veriline::tools {

/// Reads the codes of picture files one after another, as `read` and `grade` do. One for each
/// thread or process.
class PictureReader {
 public:
  explicit PictureReader(const SymbologySet& symbologies);
  ~PictureReader();

  /// On a second attempt DataBar is left out: comparing its results is what aborts in ZXing.
  /// The symbols of the report and picture() hold until the next call.
  FileReport Read(const std::string& file, int attempt);
  /// Empty when the file could not be read.
  const FrameView& picture() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// What a worker process gives of one file.
struct FileOutput {
  bool good = true;   ///< false: exit code 1
  std::string shown;  ///< goes to the standard output
  std::string kept;   ///< goes to PictureRun::keep
};

/// Files that are worked on in forked processes, so that a decoder that fails costs its own file.
struct PictureRun {
  const char* command = "";  ///< for messages: "read"
  std::vector<std::string> files;
  int threads = 1;
  bool json = false;
  /// Runs in a worker process before its first file and is not timed. May fail as a file may.
  std::function<void()> prepare;
  /// Runs in a worker process.
  std::function<FileOutput(size_t file, int attempt)> run;
  /// Runs in the calling process, files in their order; may be empty.
  std::function<void(size_t file, const std::string& kept)> keep;
  /// What follows behind the last file; may be empty.
  std::function<std::string()> after;
};

/// Prints what the files gave, in their order. Returns the exit code.
int RunPictures(const PictureRun& run);

}  // namespace veriline::tools
