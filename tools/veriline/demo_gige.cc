// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/demo_gige.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>

#include "tools/linesim/gige/world_camera.h"
#include "vision/camera/gige/gige_camera.h"

namespace veriline::tools {
namespace {

constexpr double kLinkBps = 1e9;
constexpr int kPacketBytes = 9000;  // what cards and switches of cameras carry

/// An address of the loopback that no other process has: process ids are below 2^22.
std::string OwnAddress() {
  const auto pid = static_cast<unsigned>(getpid());
  return fmt::format("127.{}.{}.{}", 128 + (pid >> 16 & 63), pid >> 8 & 255, pid & 255);
}

}  // namespace

Checked<DemoGige> DemoGige::Start(int world_fd) {
  int ready[2];
  if (pipe2(ready, O_CLOEXEC) != 0) return Fail(Diagnostic{.message = "no pipe can be made"});
  const std::string address = OwnAddress();
  auto process = Child::Start({"linesim-camera", "--world", std::to_string(world_fd), "--address",
                               address, "--ready", std::to_string(ready[1])},
                              {world_fd, ready[1]});
  close(ready[1]);
  char byte = 0;
  ssize_t got = 0;
  while (process && (got = read(ready[0], &byte, 1)) < 0 && errno == EINTR) {
  }
  close(ready[0]);
  if (!process) return Fail(process.error());
  if (got != 1) {
    return Fail(Diagnostic{.code = ErrorCode::kUnavailable,
                           .message = "the camera's process did not start",
                           .advice = "it has said why"});
  }
  return DemoGige(std::move(*process), address);
}

std::unique_ptr<camera::CameraSource> DemoGige::MakeCamera() const {
  return std::make_unique<camera::GigeCamera>(
      camera::GigeOptions{.device = address_,
                          .trigger_mode = camera::TriggerMode::kHardware,
                          .features = {{"TriggerSource", "Line0"}, {"ExposureTime", "200"}},
                          .chunks = {.encoder = "ChunkEncoderValue",
                                     .triggers = "ChunkTriggerCounter",
                                     .ignored_triggers = "ChunkIgnoredTriggers"},
                          .packet_size_bytes = kPacketBytes});
}

void AddDemoCameraCommand(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<linesim::WorldCameraOptions>();
  options->link_bps = kLinkBps;
  CLI::App* camera = app.add_subcommand("linesim-camera")->group("");
  camera->add_option("--address", options->address)->required();
  camera->add_option("--ready", options->ready_fd)->required();
  camera->add_option("--world", options->ring_fd)->required();
  camera->callback([options, &exit_code] { exit_code = linesim::RunWorldCamera(*options); });
}

}  // namespace veriline::tools
