// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace veriline::house {

/// A source file of the project: its path from the root, and its text.
struct SourceFile {
  std::string path;
  std::string text;
};

/// All .h, .cc, .proto, .py and .sh files of the rooms, in order of their paths.
/// Requires: the working directory is the root of the project.
std::vector<SourceFile> ProjectSources();

/// The room of a path, as in "vision/camera" of "vision/camera/folder/x.h"; empty when it lies in
/// none.
std::string_view RoomOf(std::string_view path);

/// What is wrong with the includes of a file, one sentence each, beginning with "path:line: ".
std::vector<std::string> IncludeViolations(const SourceFile& file);

/// What is wrong with its form: licence line, include guard, length.
std::vector<std::string> FormViolations(const SourceFile& file);

}  // namespace veriline::house
