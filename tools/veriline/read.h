// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace veriline::tools {

/// Registers the subcommand `read`. It runs while the command line is parsed and writes its exit
/// code: 0 done (also when no symbol was found), 1 a picture could not be read, 2 bad command line.
void AddReadCommand(CLI::App& app, int& exit_code);

}  // namespace veriline::tools
