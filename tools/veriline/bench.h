// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace veriline::tools {

/// `veriline bench`: how fast and how well drawn scenes are read, beside other decoders and beside
/// a run before.
void AddBenchCommand(CLI::App& app, int& exit_code);

}  // namespace veriline::tools
