// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace veriline::tools {

/// `veriline replay`: runs the line's decisions over a recording of `run` once more.
void AddReplayCommand(CLI::App& app, int& exit_code);

}  // namespace veriline::tools
