// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/appliance.h"

#include <opencv2/core.hpp>
#include <utility>

namespace veriline::tools {
namespace {
constexpr int64_t kShutdownMs = 2000;
}

Checked<std::unique_ptr<Appliance>> Appliance::Start(
    Options options, std::unique_ptr<store::Store> store,
    std::vector<std::unique_ptr<camera::CameraSource>> cameras,
    std::unique_ptr<item::TriggerSource> trigger) {
  cv::setNumThreads(1);  // it would share TBB's threads with the inspector
  std::unique_ptr<Appliance> appliance(new Appliance);
  appliance->store_ = std::move(store);
  appliance->server_ = std::make_unique<rpc::RpcServer>(std::move(options.rpc));
  options.decode_workers.count = options.line.workers;
  auto decode_workers =
      decode::worker::DecodeWorkers::Start(std::move(options.decode_workers), appliance->clock_);
  if (!decode_workers) return Fail(decode_workers.error());
  appliance->decode_workers_ = std::move(*decode_workers);
  const double counts_per_mm = options.line.recipe.counts_per_mm;
  const int lanes = options.line.recipe.lanes;

  line::Line::Parts parts;
  parts.cameras = std::move(cameras);
  parts.trigger = std::move(trigger);
  parts.line_samples = options.line_samples;
  parts.line_camera = std::move(options.line_camera);
  parts.registry = appliance->store_.get();
  parts.store = appliance->store_.get();
  parts.clock = &appliance->clock_;
  parts.gateways = {appliance->server_->gateway()};
  parts.sinks = {appliance->server_->sink()};
  parts.tap = options.tap;
  parts.decoders = appliance->decode_workers_->decoders();
  const bool may_change = options.recipes.has_value();
  appliance->line_ = std::make_unique<LineHost>(std::move(options.line), std::move(parts),
                                                std::move(options.recipes));

  const Checked<void> serving =
      appliance->server_->Start({.line = appliance->line_.get(),
                                 .records = appliance->store_.get(),
                                 .registry = appliance->store_.get(),
                                 .counts_per_mm = counts_per_mm,
                                 .lanes = lanes,
                                 .feed = options.feed,
                                 .recipes = may_change ? appliance->line_.get() : nullptr});
  if (!serving) return Fail(serving.error());
  return appliance;
}

Appliance::~Appliance() {
  // The last verdicts still reach the clients: the line ends before the streams do.
  if (line_) static_cast<void>(line_->Command(item::PackmlCommand::kStop));
  if (server_) server_->Shutdown(kShutdownMs);
  line_.reset();
}

}  // namespace veriline::tools
