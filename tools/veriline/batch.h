// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace veriline::tools {

/// Registers the subcommand `batch` with import, open, close, status, verified and void. It runs
/// while the command line is parsed and writes its exit code: 0 done, 1 it could not be done (no
/// such batch, wrong state, store in use), 2 bad command line or code list.
void AddBatchCommand(CLI::App& app, int& exit_code);

}  // namespace veriline::tools
