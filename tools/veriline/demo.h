// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace veriline::tools {

/// `veriline demo`: the simulated line in three processes (renderer, appliance, gate), its account
/// against the truth, and the hidden subcommands that its children run.
void AddDemoCommand(CLI::App& app, int& exit_code);

}  // namespace veriline::tools
