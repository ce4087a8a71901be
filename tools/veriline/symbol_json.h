// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "vision/core/symbol.h"

namespace veriline::tools {

/// What `read` says of one file.
struct FileReport {
  std::string file;
  int width = 0;
  int height = 0;
  int64_t elapsed_us = 0;
  std::string error;  ///< empty when the picture could be read
  std::span<const Symbol> symbols;
};

/// One line of JSON without the newline, in ASCII; fields in the order of the contract, absent ones
/// left out, bytes that are not UTF-8 (in file names) replaced.
std::string ToJson(const FileReport& report);

/// A readable listing, several lines.
std::string ToListing(const FileReport& report);

}  // namespace veriline::tools
