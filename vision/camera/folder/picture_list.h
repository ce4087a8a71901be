// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vision/core/result.h"

namespace veriline::camera {

/// Natural order: runs of digits compare as numbers, so that "a9.png" stands before "a10.png".
bool NaturalLess(std::string_view a, std::string_view b);

/// The pictures of a folder (by their extension) in natural order, as paths.
/// Errors: kIo when the folder cannot be read or holds no picture.
Checked<std::vector<std::string>> ListPictures(const std::string& folder, bool recursive);

/// The pictures that a list file names, one a line, relative to `folder`; empty lines and lines
/// that begin with # are passed over. Whether they exist shows when they are read.
/// Errors: kIo when the list cannot be read or names none.
Checked<std::vector<std::string>> ReadPictureList(const std::string& list,
                                                  const std::string& folder);

}  // namespace veriline::camera
