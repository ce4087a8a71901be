// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include "tools/veriline/batch.h"
#include "tools/veriline/demo.h"
#include "tools/veriline/read.h"
#include "tools/veriline/run.h"

int main(int argc, char** argv) {
  CLI::App app("Veriline reads, verifies and accounts for track-and-trace codes.", "veriline");
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "Help of every subcommand");
  int exit_code = 0;
  veriline::tools::AddReadCommand(app, exit_code);
  veriline::tools::AddRunCommand(app, exit_code);
  veriline::tools::AddBatchCommand(app, exit_code);
  veriline::tools::AddDemoCommand(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help and version are no errors; everything else is a bad command line.
    return app.exit(error) == 0 ? 0 : 2;
  }
  return exit_code;
}
