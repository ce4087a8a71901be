// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace veriline::tools {

/// Registers the subcommand `run`: the appliance of a configuration, until SIGTERM or SIGINT.
/// Exit code: 0 ended cleanly, 1 something it needs is not to be had (a folder, an address, a
/// store that another process owns), 2 bad configuration, recipe or command line.
void AddRunCommand(CLI::App& app, int& exit_code);

}  // namespace veriline::tools
