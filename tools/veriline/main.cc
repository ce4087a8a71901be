// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "tools/veriline/batch.h"
#include "tools/veriline/bench.h"
#include "tools/veriline/decode_worker.h"
#include "tools/veriline/demo.h"
#include "tools/veriline/font.h"
#include "tools/veriline/grade.h"
#include "tools/veriline/read.h"
#include "tools/veriline/replay.h"
#include "tools/veriline/run.h"

namespace {

/// One line: which command, what is wrong, where to look.
std::string Complaint(const CLI::App& app, int argc, char** argv, const std::string& what) {
  std::string command = app.get_name();
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
    command += " " + at->get_name();
  }
  const bool unknown_command = at == &app && argc > 1 && argv[1][0] != '-';
  return command + ": " +
         (unknown_command ? "there is no subcommand \"" + std::string(argv[1]) + "\"" : what) +
         " (see " + command + " --help)\n";
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Veriline reads, verifies and accounts for track-and-trace codes.", "veriline");
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "Help of every subcommand");
  int exit_code = 0;
  veriline::tools::AddReadCommand(app, exit_code);
  veriline::tools::AddGradeCommand(app, exit_code);
  veriline::tools::AddRunCommand(app, exit_code);
  veriline::tools::AddReplayCommand(app, exit_code);
  veriline::tools::AddBatchCommand(app, exit_code);
  veriline::tools::AddFontCommand(app, exit_code);
  veriline::tools::AddDemoCommand(app, exit_code);
  veriline::tools::AddBenchCommand(app, exit_code);
  veriline::tools::AddDecodeWorkerCommand(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help and version are no errors; everything else is a bad command line.
    if (error.get_exit_code() == 0) return app.exit(error);
    std::fputs(Complaint(app, argc, argv, error.what()).c_str(), stderr);
    return 2;
  }
  return exit_code;
}
