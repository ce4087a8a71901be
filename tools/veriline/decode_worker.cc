// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/decode_worker.h"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "vision/decode/crop_decoder.h"
#include "vision/decode/worker/serve.h"

namespace veriline::tools {
namespace {

constexpr const char* kName = "decode-worker";

int Serve() {
  decode::InProcessDecoder decoder;
  // Returns only when this is no worker.
  const Checked<void> served = decode::worker::ServeDecodeWorker(decoder);
  std::fprintf(stderr,
               "veriline %s: %s (it is started by `run` and `demo` for themselves and does "
               "nothing when it is started by hand)\n",
               kName, served.error().ToString().c_str());
  return 2;
}

}  // namespace

void AddDecodeWorkerCommand(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand(
      kName,
      "Internal: runs third-party decoders for `run` and `demo`, which start it for themselves.\n"
      "Example: none, it does nothing when it is started by hand");
  command->group("");  // not listed
  command->callback([&exit_code] { exit_code = Serve(); });
}

decode::worker::DecodeWorkersOptions DecodeWorkersOfThisProgram() {
  decode::worker::DecodeWorkersOptions options;
  options.program = "/proc/self/exe";
  options.arguments = {"veriline", kName};
  return options;
}

}  // namespace veriline::tools
