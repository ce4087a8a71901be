// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace veriline::tools {

/// Adds `veriline grade`. Its callback sets `exit_code`: 0 done, 1 a picture could not be read or
/// an overlay not be written, 2 bad arguments or calibration file.
void AddGradeCommand(CLI::App& app, int& exit_code);

}  // namespace veriline::tools
