// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vision/decode/worker/decode_workers.h"

namespace CLI {
class App;
}

namespace veriline::tools {

/// `veriline decode-worker`: what this program starts itself as, to run third-party decoders in a
/// process that may die. Not in the help, for people have no use for it.
void AddDecodeWorkerCommand(CLI::App& app, int& exit_code);

/// Decode workers that are this program.
decode::worker::DecodeWorkersOptions DecodeWorkersOfThisProgram();

}  // namespace veriline::tools
