// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace veriline::tools {

void AddLabelsCommand(CLI::App& batch, int& exit_code);

}  // namespace veriline::tools
