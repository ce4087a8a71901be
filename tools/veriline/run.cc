// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/run.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstring>
#include <ctime>
#include <iostream>
#include <memory>

#include "pipeline/item/yaml_reader.h"
#include "pipeline/line/recording/recorder.h"
#include "pipeline/reject/camera_trigger.h"
#include "pipeline/reject/paced_trigger.h"
#include "pipeline/reject/plc_trigger.h"
#include "pipeline/store/embedded/embedded_store.h"
#include "pipeline/store/postgres/pool_sync.h"
#include "pipeline/store/store.h"
#include "tools/veriline/appliance.h"
#include "tools/veriline/config.h"
#include "tools/veriline/decode_worker.h"
#include "vision/camera/folder/picture_list.h"

namespace veriline::tools {
namespace {

int Complain(const Diagnostic& diagnostic, int exit_code) {
  std::cerr << "veriline run: " << diagnostic.ToString() << "\n";
  return exit_code;
}

Checked<std::unique_ptr<store::Store>> OpenStore(const AppConfig& config,
                                                 std::unique_ptr<store::PoolSync>* sync) {
  std::unique_ptr<store::Store> store;
  if (!config.store_path.empty() && !config.store_address.empty()) {
    auto own = store::EmbeddedStore::Open(config.store_path);
    if (!own) return Fail(own.error());
    *sync = std::make_unique<store::PoolSync>(
        **own, store::PoolSync::Options{config.store_address, config.line_id});
    // Out of reach: the line starts with what it has.
    if (const auto done = (*sync)->Round(); !done) {
      spdlog::warn("the shared store: {}", done.error().ToString());
    }
    store = std::move(*own);
  } else {
    auto one = store::OpenStore(config.Store(), {config.line_id});
    if (!one) return one;
    store = std::move(*one);
  }
  const auto status = store->Status(config.batch);
  if (!status) return Fail(status.error());
  if (status->state == batch::BatchState::kClosed) {
    return Fail(Diagnostic{
        .code = ErrorCode::kWrongState,
        .message = "batch " + config.batch + " is closed",
        .advice =
            "open it with: veriline batch open " + config.batch + " --store " +
            (config.store_path.empty() ? "and the address of its store" : config.store_path)});
  }
  if (status->state == batch::BatchState::kLoaded) {
    if (const auto opened = store->OpenBatch(config.batch); !opened) {
      return Fail(opened.error());
    }
  }
  return store;
}

// Folders that end: as many items as the longest of them has pictures. 0 = without end.
Checked<uint64_t> ItemsOf(const AppConfig& config) {
  uint64_t items = 0;
  for (const CameraConfig& camera : config.cameras) {
    // Pictures are items only where each shows one.
    if (!camera.folder || camera.line_scan || camera.folder->loop) return 0;
    const camera::FolderOptions& folder = *camera.folder;
    const auto pictures = folder.list.empty() ? camera::ListPictures(folder.path, folder.recursive)
                                              : camera::ReadPictureList(folder.list, folder.path);
    if (!pictures) return Fail(pictures.error());
    items = std::max<uint64_t>(items, pictures->size());
  }
  return items;
}

/// Begins the recording of this run in a folder named after line and time.
Checked<std::unique_ptr<line::Recorder>> StartRecorder(const AppConfig& config,
                                                       const Clock& clock) {
  auto recipe_text = item::ReadYamlFile(config.recipe_path);
  if (!recipe_text) return Fail(recipe_text.error());
  auto recipe = item::ParseRecipe(*recipe_text, config.recipe_path);
  if (!recipe) return Fail(recipe.error());
  if (recipe->hash != config.recipe.hash) {
    return Fail(Diagnostic{.code = ErrorCode::kUnavailable,
                           .message = "the recipe changed while the line started",
                           .file = config.recipe_path,
                           .advice = "start again"});
  }
  line::RecorderOptions options;
  options.session = {.line_id = config.line_id,
                     .batch = config.batch,
                     .recipe_text = std::move(*recipe_text),
                     .recipe = std::move(*recipe),
                     .calibrations = config.Calibrations(),
                     .software = "veriline " VERILINE_VERSION,
                     .started_utc_ns = UtcNowNs(),
                     .started_steady_ns = clock.NowNs()};
  const int64_t utc_ns = options.session.started_utc_ns;
  const std::time_t seconds = utc_ns / 1'000'000'000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char stamp[32];
  std::strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%S", &utc);
  options.folder = fmt::format("{}/{}-{}.{:03}Z", config.recorder.path, config.line_id, stamp,
                               utc_ns / 1'000'000 % 1000);
  options.max_bytes = static_cast<uint64_t>(config.recorder.max_gb * 1e9);
  options.frames = config.recorder.frames;
  spdlog::info("recording to {}", options.folder);
  return line::Recorder::Create(std::move(options));
}

/// Says, once, that a recording has ended early.
void WatchRecorder(const line::Recorder* recorder, bool* told) {
  if (recorder == nullptr || *told) return;
  const line::Recorder::Stats stats = recorder->stats();
  if (stats.error == nullptr) return;
  *told = true;
  spdlog::warn("the recording has ended: {}: {}", stats.error,
               std::strerror(static_cast<int>(stats.error_number)));
}

void TellRecorder(const line::Recorder& recorder) {
  const line::Recorder::Stats s = recorder.stats();
  spdlog::info(
      "recorded {} entries and {} pictures, {:.1f} MB kept; {} pictures and {} entries "
      "not kept, the disk was too slow",
      s.entries, s.frames, static_cast<double>(s.bytes) / 1e6, s.frames_not_kept, s.entries_lost);
}

/// What tells of encoder and eyes; `options` learns who feeds it. `items`: see ItemsOf.
std::unique_ptr<item::TriggerSource> MakeTrigger(const AppConfig& config, uint64_t items,
                                                 const Clock& clock, Appliance::Options* options) {
  switch (config.trigger_kind) {
    case TriggerKind::kPlc: {
      auto plc = std::make_unique<reject::PlcTrigger>(config.plc, clock);
      options->feed = plc.get();
      return plc;
    }
    case TriggerKind::kCamera: {
      const std::string& name = config.camera_trigger.camera;
      auto trigger = std::make_unique<reject::CameraTrigger>(
          MakeCameraTrigger(config.camera_trigger, config.recipe, *config.FindCamera(name)->gige),
          clock);
      options->line_samples = trigger.get();
      options->line_camera = name;
      return trigger;
    }
    case TriggerKind::kPaced:
      break;
  }
  reject::PacedTrigger::Config paced = config.paced;
  paced.items = items;
  return std::make_unique<reject::PacedTrigger>(paced, clock);
}

void WatchSync(const store::PoolSync::Status& status, bool* in_step) {
  if (status.in_step == *in_step) return;
  *in_step = status.in_step;
  if (status.in_step) {
    spdlog::info("the shared store is in step again");
  } else {
    spdlog::warn("the shared store is not in step, the line goes on with its pool: {}",
                 status.problem);
  }
}

// Logs what changes until a signal asks for the end.
void WatchUntilSignal(LineHost& line, const line::Recorder* recorder, const store::PoolSync* sync,
                      const sigset_t& signals) {
  bool recorder_told = false;
  bool in_step = true;
  std::string alarm, warning;
  item::PackmlState state = line.Status().state;
  std::string recipe = line.Status().recipe_hash;
  bool ended = false;
  constexpr timespec kSecond{1, 0};
  for (;;) {
    const int signal = sigtimedwait(&signals, nullptr, &kSecond);
    if (signal > 0) {
      spdlog::info("{}: stopping", signal == SIGTERM ? "SIGTERM" : "SIGINT");
      return;
    }
    WatchRecorder(recorder, &recorder_told);
    if (sync != nullptr) WatchSync(sync->status(), &in_step);
    const item::LineStatus status = line.Status();
    if (status.state != state) spdlog::info("line is {}", Name(status.state));
    state = status.state;
    if (status.recipe_hash != recipe) {
      spdlog::info("the line follows the recipe {} ({})", status.recipe_name, status.recipe_hash);
      if (recorder != nullptr) spdlog::warn("the recording has ended: it is of one recipe");
      recipe = status.recipe_hash;
      ended = false;
    }
    if (status.alarm != alarm) {
      if (status.alarm.empty()) {
        spdlog::info("alarm is over");
      } else {
        spdlog::warn("alarm: {}", status.alarm);
      }
      alarm = status.alarm;
    }
    if (status.warning.empty() != warning.empty()) {
      if (status.warning.empty()) {
        spdlog::info("print quality is good again");
      } else {
        spdlog::warn("{}", status.warning);
      }
      warning = status.warning;
    }
    if (!ended && line.cameras_ended() && line.idle()) {
      ended = true;
      spdlog::info("every picture was shown: {} items, {} accepted; waiting for SIGTERM",
                   status.items, status.accepted);
    }
  }
}

int Run(const std::string& path) {
  // Signals are taken here and nowhere else: blocked before the first thread starts.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // A file that may not grow is an error of that write, like a full disk, and not the end.
  std::signal(SIGXFSZ, SIG_IGN);
  spdlog::set_default_logger(std::make_shared<spdlog::logger>(
      "veriline", std::make_shared<spdlog::sinks::stderr_sink_mt>()));

  auto config = LoadConfig(path);
  if (!config) return Complain(config.error(), 2);
  auto items = ItemsOf(*config);
  if (!items) return Complain(items.error(), 1);
  std::unique_ptr<store::PoolSync> sync;  // ends before the store, which the appliance has
  auto store = OpenStore(*config, &sync);
  if (!store) return Complain(store.error(), 1);

  static const SteadyClock clock;
  std::unique_ptr<line::Recorder> recorder;
  if (!config->recorder.path.empty()) {
    auto started = StartRecorder(*config, clock);
    if (!started) return Complain(started.error(), 1);
    recorder = std::move(*started);
  }
  std::vector<std::unique_ptr<camera::CameraSource>> cameras;
  for (const CameraConfig& camera : config->cameras) {
    cameras.push_back(MakeCamera(camera, config->recipe.counts_per_mm));
  }
  Appliance::Options options;
  options.line = {.line_id = config->line_id,
                  .recipe = config->recipe,
                  .batch = config->batch,
                  .workers = config->workers,
                  .pin_cores = config->pin_cores,
                  .in_flight_frames = config->in_flight_frames,
                  .max_frame_bytes = static_cast<size_t>(config->max_frame_px),
                  .calibrations = config->Calibrations()};
  options.tap = recorder.get();
  options.decode_workers = DecodeWorkersOfThisProgram();
  options.rpc = config->rpc;
  // Who comes second to a store of this machine works through its owner; a shared one takes all.
  if (!config->store_path.empty()) {
    options.rpc.unix_socket = store::OwnerSocketPath(config->store_path);
  }
  auto trigger = MakeTrigger(*config, *items, clock, &options);
  if (!config->recipes_path.empty()) {
    options.recipes = {config->recipes_path, [config = *config](const item::Recipe& recipe) {
                         AppConfig with = config;
                         with.recipe = recipe;
                         return with.Validate();
                       }};
  }
  auto appliance = Appliance::Start(std::move(options), std::move(*store), std::move(cameras),
                                    std::move(trigger));
  if (!appliance) return Complain(appliance.error(), 1);
  for (const std::string& address : (*appliance)->addresses()) {
    spdlog::info("line {} serves on {}", config->line_id, address);
  }
  LineHost& line = (*appliance)->line();
  if (config->start == StartState::kExecute) {
    for (item::PackmlCommand command : {item::PackmlCommand::kReset, item::PackmlCommand::kStart}) {
      if (const auto state = line.Command(command); !state) return Complain(state.error(), 1);
    }
  }
  spdlog::info("line is {}", Name(line.Status().state));
  if (sync != nullptr) sync->Start();
  WatchUntilSignal(line, recorder.get(), sync.get(), signals);
  static_cast<void>(line.Command(item::PackmlCommand::kStop));
  sync.reset();
  appliance->reset();
  if (recorder) TellRecorder(*recorder);
  return 0;
}

}  // namespace

void AddRunCommand(CLI::App& app, int& exit_code) {
  auto path = std::make_shared<std::string>();
  CLI::App* command =
      app.add_subcommand("run",
                         "The appliance: runs the line of a configuration until SIGTERM.\n"
                         "Example: veriline run tools/veriline/examples/folder.yaml");
  command->add_option("CONFIG", *path, "Configuration file (YAML)")->required();
  command->callback([path, &exit_code] { exit_code = Run(*path); });
}

}  // namespace veriline::tools
