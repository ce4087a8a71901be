// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
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

// Pieces of these, for commands that say more of a file.

/// What ToJson writes; without the symbols; and one of these.
nlohmann::ordered_json ToJsonValue(const FileReport& report);
nlohmann::ordered_json HeadOf(const FileReport& report);
nlohmann::ordered_json ToJsonValue(const Symbol& symbol);
/// One line of ASCII without the newline.
std::string Dump(const nlohmann::ordered_json& value);
/// The lines of a listing: that of the file (or its error), that of a symbol.
std::string HeadLine(const FileReport& report);
std::string SymbolLine(const Symbol& symbol);
/// Control characters as \xNN, so that a text stays one line and sends a terminal no commands.
std::string Printable(std::string_view text);

}  // namespace veriline::tools
