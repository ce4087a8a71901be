// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace veriline::tools {

/// Registers the subcommand `font` with train. It runs while the command line is parsed and writes
/// its exit code: 0 done, 1 a font, crop or place to write could not be used, 2 bad command line.
void AddFontCommand(CLI::App& app, int& exit_code);

}  // namespace veriline::tools
