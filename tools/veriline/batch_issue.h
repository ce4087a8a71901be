// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace veriline::tools {

/// `batch issue`, `batch check` and `batch key`.
void AddIssueCommands(CLI::App& batch, int& exit_code);

}  // namespace veriline::tools
