// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "tools/veriline/child.h"
#include "vision/camera/camera_source.h"
#include "vision/core/result.h"

namespace CLI {
class App;
}

namespace veriline::tools {

/// The demo's camera as a GigE Vision camera on the loopback, in a process of its own, paced to
/// 1 Gbit/s. Must outlive the camera that it makes.
class DemoGige {
 public:
  /// So much the frame buffers must hold beyond the pixels: chunk data.
  static constexpr size_t kChunkBytes = 64;
  /// A picture takes 10.7 ms on the wire.
  static constexpr double kMostItemsPerMin = 5000;

  /// `world_fd`: the ring of the pictures, nobody else takes them. Returns when the camera can be
  /// opened.
  static Checked<DemoGige> Start(int world_fd);
  /// Triggered by its wire.
  std::unique_ptr<camera::CameraSource> MakeCamera() const;

 private:
  DemoGige(Child process, std::string address)
      : process_(std::move(process)), address_(std::move(address)) {}

  Child process_;
  std::string address_;
};

/// The hidden subcommand that is the camera's process.
void AddDemoCameraCommand(CLI::App& app, int& exit_code);

}  // namespace veriline::tools
