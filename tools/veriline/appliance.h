// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/item/interfaces.h"
#include "pipeline/line/line.h"
#include "pipeline/store/store.h"
#include "rpc/server.h"
#include "tools/veriline/line_host.h"
#include "vision/camera/camera_source.h"
#include "vision/core/clock.h"
#include "vision/decode/worker/decode_workers.h"

namespace veriline::tools {

/// One line with everything that makes it an appliance: store, line, gRPC server.
/// Thread: one; what it gives out says its own rules.
class Appliance {
 public:
  struct Options {
    line::LineConfig line;
    rpc::RpcServerOptions rpc;
    std::optional<LineHost::Recipes> recipes;
    item::TriggerFeed* feed = nullptr;  ///< the trigger, when a PLC feeds it
    /// The trigger, when it lives by the samples of the camera `line_camera`.
    camera::LineSampleSink* line_samples = nullptr;
    std::string line_camera;
    line::Tap* tap = nullptr;  ///< borrowed; outlives the appliance
    /// Third-party decoders in processes of their own, as many as the line has workers.
    decode::worker::DecodeWorkersOptions decode_workers;
  };

  /// Takes the opened store (the batch in it is open), the cameras in the order of the recipe's
  /// views, and the trigger. Serves when it returns; the line is Stopped.
  /// Errors: what RpcServer::Start and DecodeWorkers::Start say.
  static Checked<std::unique_ptr<Appliance>> Start(
      Options options, std::unique_ptr<store::Store> store,
      std::vector<std::unique_ptr<camera::CameraSource>> cameras,
      std::unique_ptr<item::TriggerSource> trigger);
  /// Ends the streams, stops the line, writes what waits.
  ~Appliance();

  LineHost& line() { return *line_; }
  store::Store& store() { return *store_; }
  const std::vector<std::string>& addresses() const { return server_->addresses(); }

 private:
  Appliance() = default;

  SteadyClock clock_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<decode::worker::DecodeWorkers> decode_workers_;
  std::unique_ptr<rpc::RpcServer> server_;
  std::unique_ptr<LineHost> line_;
};

}  // namespace veriline::tools
