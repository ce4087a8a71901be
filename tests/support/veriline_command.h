// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/wait.h>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/scratch_folder.h"

namespace veriline::testing {

struct Ran {
  int exit_code = -1;  ///< -1 when a signal ended it
  std::string out;
  std::string err;
};

/// Runs `veriline ARGUMENTS` by the shell to its end; `before` stands before it on the line.
/// The target defines VERILINE_BINARY.
inline Ran RunVeriline(const std::string& arguments, const std::string& before = "") {
  const ScratchFolder folder;
  const std::string err = folder.path() + "/stderr";
  const std::string line = before + " " VERILINE_BINARY " " + arguments + " 2>" + err;
  FILE* pipe = popen(line.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + line);
  Ran ran;
  char buffer[4096];
  for (size_t n = 0; (n = fread(buffer, 1, sizeof(buffer), pipe)) > 0;) ran.out.append(buffer, n);
  const int status = pclose(pipe);
  ran.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  std::ifstream file(err);
  ran.err.assign(std::istreambuf_iterator<char>(file), {});
  return ran;
}

/// One value for each line.
inline std::vector<nlohmann::json> JsonLines(const std::string& text) {
  std::vector<nlohmann::json> values;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    values.push_back(nlohmann::json::parse(line));
  }
  return values;
}

}  // namespace veriline::testing
