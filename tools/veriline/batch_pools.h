// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace veriline::tools {

/// `batch allot`, `batch pools` and `batch sync`: of stores that lines share.
void AddPoolCommands(CLI::App& batch, int& exit_code);

}  // namespace veriline::tools
