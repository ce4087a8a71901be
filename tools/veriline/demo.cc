// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/demo.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>

#include "pipeline/batch/code_key.h"
#include "pipeline/batch/code_list.h"
#include "pipeline/store/embedded/embedded_store.h"
#include "pipeline/store/store.h"
#include "tools/linesim/account.h"
#include "tools/linesim/gate.h"
#include "tools/linesim/scene_recipe.h"
#include "tools/linesim/world_trigger.h"
#include "tools/veriline/appliance.h"
#include "tools/veriline/child.h"
#include "tools/veriline/decode_worker.h"
#include "tools/veriline/demo_gige.h"
#include "tools/veriline/demo_scene.h"

namespace veriline::tools {
namespace {

using linesim::World;
using linesim::WorldConfig;

struct DemoOptions {
  std::string scene = "packs";
  double seconds = 60;
  double items_per_min = 0;  ///< 0 = the scene's
  bool fastest = false;      ///< as many as this machine sustains
  uint64_t items = 0;        ///< 0 = what passes in `seconds`
  uint32_t stops = 0;
  uint32_t reversals = 0;
  double fault_ratio = 0.03;
  uint64_t seed = 1;
  std::string camera = "simulated";
  bool pooled = false;
  bool headless = false;
  bool json = false;
  std::string store;  ///< kept when named; else a temporary one
  std::string codes;  ///< list of the codes on the packs; their batch is in the store already
  std::string batch;
};

constexpr const char* kLineId = "demo";
constexpr int64_t kStartUpNs = 3'000'000'000;  ///< until the first item reaches the eye
constexpr int64_t kImportNs = 100'000;         ///< and so long for each code of the batch

/// What a small machine does with ease.
double UsualItemsPerMin(linesim::SceneKind scene) {
  switch (scene) {
    case linesim::SceneKind::kWeb:
      return 2400;  // 5000 lines a second
    case linesim::SceneKind::kSheet:
      return 96 * 120;
    case linesim::SceneKind::kCartons:
      return 300;
    case linesim::SceneKind::kLabelsNumber:
      return 4 * 600;
    default:
      return 600;
  }
}

int Complain(const Diagnostic& diagnostic) {
  std::cerr << "veriline demo: " << diagnostic.ToString() << "\n";
  return 2;
}

std::string ListOf(const std::vector<std::string>& codes) {
  std::string csv = "code\n";
  for (const std::string& code : codes) csv += code + "\n";
  return csv;
}

Checked<std::unique_ptr<store::Store>> OpenStore(const std::string& where, const World& world,
                                                 const std::string& batch) {
  auto opened = store::OpenStore(where, {kLineId});
  if (!opened) return opened;
  store::Store& store = **opened;
  if (world.config().codes_path[0] != 0) {
    const auto status = store.Status(batch);
    if (!status) return Fail(status.error());
    if (status->state == batch::BatchState::kOpen) return opened;
    if (auto done = store.OpenBatch(batch); !done) return Fail(done.error());
    return opened;
  }
  const linesim::CodeLists lists = world.Codes();
  const auto import = [&store](const std::string& name, const std::vector<std::string>& codes) {
    std::istringstream csv(ListOf(codes));
    return store.ImportBatch(name, csv, name);
  };
  if (auto done = import(world.BatchName(), lists.issued); !done) return Fail(done.error());
  if (auto done = import(world.OtherBatchName(), lists.other); !done && !lists.other.empty()) {
    return Fail(done.error());
  }
  if (auto done = store.OpenBatch(world.BatchName()); !done) return Fail(done.error());
  std::vector<batch::CodeKey> voided;
  for (const std::string& code : lists.voided) {
    const auto scan = batch::ScanElementString(code);
    voided.push_back(scan ? scan->key : batch::CodeKey::Plain(code));
  }
  if (auto done = store.Move(world.BatchName(), voided, {}); !done) return Fail(done.error());
  return opened;
}

void ShowProgress(const linesim::Account& account, uint64_t items) {
  fmt::print(stderr, "\r  {} of {} items, {} accepted, {} rejected, {} errors ", account.items,
             items, account.accepted, account.items - account.accepted, account.errors.size());
  std::fflush(stderr);
}

/// Reads the gate's reports until it ends.
void Follow(int fd, const DemoOptions& options, uint64_t items, linesim::Account& account) {
  linesim::GateReport report;
  size_t have = 0;
  for (;;) {
    const ssize_t n = read(fd, reinterpret_cast<char*>(&report) + have, sizeof report - have);
    if (n <= 0) break;
    have += static_cast<size_t>(n);
    if (have < sizeof report) continue;
    have = 0;
    account.Add(report);
    if (!options.headless && account.items % 5 == 0) ShowProgress(account, items);
  }
  if (!options.headless) {
    ShowProgress(account, items);
    fmt::print(stderr, "\n");
  }
}

std::vector<std::string> ViewNames(const item::Recipe& recipe) {
  std::vector<std::string> names;
  for (const item::ViewSpec& view : recipe.views) names.push_back(view.name);
  return names;
}

std::string StageTable(const item::LineStatus& status) {
  std::string out = "stages inside the appliance, in microseconds\n";
  for (const item::StageStatus& stage : status.stages) {
    const auto& l = stage.latency;
    out += fmt::format("  {:<20} p50 {:>9.0f}   p99 {:>9.0f}   max {:>9.0f}   ({})\n", stage.name,
                       l.p50_us, l.p99_us, l.max_us, l.count);
  }
  return out;
}

/// Only where something is to be told: they are no matter of the reader's as long as they live.
std::string DecodeWorkerTable(const item::LineStatus& status) {
  const item::DecodeWorkerStatus& w = status.decode_workers;
  if (w.restarts == 0 && w.skipped == 0) return "";
  return fmt::format("decode workers\n  {:<20} {} restarts, {} of {} calls skipped\n", w.count,
                     w.restarts, w.skipped, w.calls);
}

std::string CameraTable(const item::LineStatus& status) {
  std::string out = "cameras\n";
  for (const item::CameraStatus& camera : status.cameras) {
    const auto& c = camera.counters;
    out += fmt::format(
        "  {:<20} delivered {}, incomplete {}, lost {}, overrun {}, ignored triggers {}\n",
        camera.name, c.delivered, c.incomplete, c.lost, c.overrun, c.ignored_triggers);
  }
  return out;
}

int RunDemo(const DemoOptions& options) {
  const linesim::RenderMode mode =
      options.pooled ? linesim::RenderMode::kPooled : linesim::RenderMode::kFresh;
  const auto scene = linesim::SceneKindFromName(options.scene);
  if (!scene) {
    return Complain({.message = "there is no scene " + options.scene,
                     .advice =
                         "packs, web, sheet, cartons, foil, empty, labels-c128-qr, labels-ean-dm, "
                         "labels-gs1-text or labels-number"});
  }
  WorldConfig config;
  config.scene = *scene;
  config.seed = options.seed;
  config.items_per_min =
      options.items_per_min != 0 ? options.items_per_min : UsualItemsPerMin(*scene);
  config.fault_ratio = options.codes.empty() ? options.fault_ratio : 0;
  if (!options.codes.empty()) {
    const std::string path = std::filesystem::absolute(options.codes).string();
    if (path.size() >= config.codes_path.size() || options.store.empty() || options.batch.empty()) {
      return Complain({.message = "--codes needs --store and --batch, and a shorter path",
                       .advice = "import the list first: veriline batch import"});
    }
    std::ifstream in(path, std::ios::binary);
    const auto list = batch::ParseCodeList(in, path);
    if (!list) return Complain(list.error());
    if (options.items == 0 || list->codes.size() < options.items) {
      return Complain({.message = fmt::format("the list has {} codes", list->codes.size()),
                       .file = path,
                       .advice = "give --items, as many at the most"});
    }
    path.copy(config.codes_path.data(), path.size());
  }
  config.stops = options.stops;
  config.reversals = options.reversals;
  config.items = uint64_t{20} * static_cast<uint64_t>(config.traits().feed_items());  // to measure
  if (options.fastest) config.items_per_min = SustainedItemsPerMin(config, mode);
  // Whole feeds, one at least.
  const auto at_once = static_cast<uint64_t>(config.traits().feed_items());
  config.items = options.items != 0
                     ? options.items
                     : static_cast<uint64_t>(options.seconds * config.items_per_min / 60);
  config.items = std::max<uint64_t>(1, config.items / at_once) * at_once;
  linesim::PlaceGate(&config);
  if (const auto valid = config.Validate(); !valid) return Complain(valid.error());
  const bool over_gige = options.camera == "gige";
  if (over_gige && *scene != linesim::SceneKind::kPacks) {
    return Complain({.message = "the scene " + options.scene + " has no GigE camera",
                     .advice = "--camera gige goes with --scene packs"});
  }
  if (over_gige && config.items_per_min > DemoGige::kMostItemsPerMin) {
    return Complain({.message = fmt::format("{} pictures a minute do not go through 1 Gbit/s",
                                            config.items_per_min),
                     .advice = fmt::format("at most {} items a minute with --camera gige",
                                           DemoGige::kMostItemsPerMin)});
  }

  // From here on the world runs: every process computes it from the same config. The renderer is
  // forked off first, while this process has one thread.
  config.t0_ns =
      SteadyClock().NowNs() + kStartUpNs + static_cast<int64_t>(config.items) * kImportNs;
  const World world(config);
  auto pictures = ScenePictures::Start(world, mode);
  if (!pictures) return Complain(pictures.error());
  if (!options.headless || !options.json) std::cerr << DescribePace(world) << "\n";

  std::string dir = options.store;
  if (dir.empty()) {
    std::string name = (std::filesystem::temp_directory_path() / "veriline-demo-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
      return Complain({.message = "no temporary folder can be made", .advice = "set TMPDIR"});
    }
    dir = name;
  }
  const std::string batch = options.codes.empty() ? world.BatchName() : options.batch;
  auto store = OpenStore(dir, world, batch);
  if (!store) return Complain(store.error());

  auto recipe = item::ParseRecipe(linesim::SceneRecipe(world), "recipe of the scene");
  if (!recipe) return Complain(recipe.error());
  Appliance::Options appliance_options;
  appliance_options.line = {.line_id = kLineId,
                            .recipe = *recipe,
                            .batch = batch,
                            .max_frame_bytes = FrameBytes(world),
                            .calibrations = SceneCalibrations(world.scene())};
  if (over_gige) appliance_options.line.max_frame_bytes += DemoGige::kChunkBytes;
  appliance_options.decode_workers = DecodeWorkersOfThisProgram();
  appliance_options.rpc.listen = {"127.0.0.1:0"};
  if (!store::IsAddress(dir)) {
    appliance_options.rpc.unix_socket = store::OwnerSocketPath(dir);
  }
  std::vector<std::unique_ptr<camera::CameraSource>> cameras;
  std::optional<DemoGige> gige;
  if (over_gige) {
    auto started = DemoGige::Start((*pictures)->world_fd());
    if (!started) return Complain(started.error());
    cameras.push_back(gige.emplace(std::move(*started)).MakeCamera());
  } else {
    cameras = (*pictures)->MakeCameras();
  }
  static const SteadyClock clock;
  auto appliance =
      Appliance::Start(std::move(appliance_options), std::move(*store), std::move(cameras),
                       std::make_unique<linesim::WorldTrigger>(world, clock));
  if (!appliance) return Complain(appliance.error());

  int pipe_fds[2];
  if (pipe2(pipe_fds, O_CLOEXEC) != 0) return Complain({.message = "no pipe can be made"});
  auto gate = Child::Start(
      {"linesim-gate", "--address", (*appliance)->addresses().at(0), "--report",
       std::to_string(pipe_fds[1]), "--world", std::to_string((*pictures)->world_fd())},
      {pipe_fds[1], (*pictures)->world_fd()});
  close(pipe_fds[1]);
  if (!gate) return Complain(gate.error());

  LineHost& line = (*appliance)->line();
  for (item::PackmlCommand command : {item::PackmlCommand::kReset, item::PackmlCommand::kStart}) {
    if (const auto state = line.Command(command); !state) return Complain(state.error());
  }

  linesim::Account account(world);
  Follow(pipe_fds[0], options, config.items, account);
  close(pipe_fds[0]);
  const int64_t last_count = world.MarkCount(world.feeds() - 1) + world.scene().feed_pitch_counts;
  const double seconds =
      static_cast<double>(world.TimeOfCount(last_count) - world.TimeOfCount(world.MarkCount(0))) *
      1e-9;
  const item::LineStatus status = line.Status();
  const double codes_per_s = static_cast<double>(status.codes) / seconds;
  const double frames_per_s = static_cast<double>(status.frames) / seconds;
  const int gate_exit = gate->Wait();
  appliance->reset();  // writes the last records
  std::optional<ReadRates> rates;
  if (*scene != linesim::SceneKind::kPacks) {
    const auto written = store::OpenStore(dir, {});
    if (!written) return Complain(written.error());
    rates = CountReads(world, **written, kLineId, recipe->views.size());
  }
  if (options.store.empty()) std::filesystem::remove_all(dir);
  if (gate_exit != 0 || account.items != config.items) {
    std::cerr << "veriline demo: the gate ended early (exit code " << gate_exit << ")\n";
    return 1;
  }
  if (options.json) {
    std::cout << account.Json(codes_per_s, frames_per_s) << "\n";
  } else {
    std::cout << account.Table(codes_per_s, frames_per_s);
    if (rates) std::cout << rates->Table(ViewNames(*recipe));
    std::cout << CameraTable(status) << DecodeWorkerTable(status) << StageTable(status);
  }
  return account.clean() && (!rates || rates->wrong == 0) ? 0 : 1;
}

struct ChildOptions {
  int world_fd = -1;  ///< of the ring, which carries the world's config
  int report_fd = -1;
  std::string address;
};

}  // namespace

void AddDemoCommand(CLI::App& app, int& exit_code) {
  auto demo = std::make_shared<DemoOptions>();
  CLI::App* command = app.add_subcommand(
      "demo",
      "The simulated line: draws what it makes, plants faults, inspects, and accounts for every\n"
      "item. Scenes: packs, web (eight lanes of labels, line scan), sheet (96 codes), cartons "
      "(three\n"
      "codes), foil (two lights), empty (no code), labels-c128-qr, labels-ean-dm, labels-gs1-text\n"
      "(labels whose parts must agree), labels-number (four lanes of numbers in sequence).\n"
      "Example: veriline demo --scene web --seconds 20");
  command->add_option("--scene", demo->scene, "What the line makes")->capture_default_str();
  command->add_option("--seconds", demo->seconds, "How long items pass")
      ->check(CLI::Range(1.0, 86400.0))
      ->capture_default_str();
  command->add_option("--items-per-min", demo->items_per_min, "Items a minute; default the scene's")
      ->check(CLI::Range(1.0, 600000.0));
  command->add_flag("--fastest", demo->fastest,
                    "As many as this machine sustains (measured first)");
  command->add_option("--stops", demo->stops, "How often the belt stops")
      ->check(CLI::Range(0, 100));
  command->add_option("--reversals", demo->reversals, "How often the belt goes a little back")
      ->check(CLI::Range(0, 100));
  command->add_option("--items", demo->items, "Exactly so many items, instead of --seconds");
  command->add_option("--fault-ratio", demo->fault_ratio, "Share of items with a planted fault")
      ->check(CLI::Range(0.0, 0.25))
      ->capture_default_str();
  command->add_option("--seed", demo->seed, "Seed of the world")->capture_default_str();
  command->add_option(
      "--store", demo->store,
      "Folder or postgres:// address of the store (kept); default a temporary folder");
  command->add_option("--codes", demo->codes,
                      "Code list whose codes the packs carry, of a batch of the store");
  command->add_option("--batch", demo->batch, "That batch");
  command
      ->add_option("--camera", demo->camera,
                   "simulated, or gige: a GigE Vision camera in a process of its own, at 1 Gbit/s")
      ->check(CLI::IsMember({"simulated", "gige"}))
      ->capture_default_str();
  command->add_flag("--pooled", demo->pooled, "Draw labels on pooled backgrounds (faster)");
  command->add_flag("--headless", demo->headless, "No progress line");
  command->add_flag("--json", demo->json, "Print the result as one line of JSON");
  command->callback([demo, &exit_code] { exit_code = RunDemo(*demo); });

  AddDemoCameraCommand(app, exit_code);
  auto child = std::make_shared<ChildOptions>();
  CLI::App* gate = app.add_subcommand("linesim-gate")->group("");
  gate->add_option("--address", child->address)->required();
  gate->add_option("--report", child->report_fd)->required();
  gate->add_option("--world", child->world_fd)->required();
  gate->callback([child, &exit_code] {
    linesim::GateOptions options;
    options.address = child->address;
    options.report_fd = child->report_fd;
    const auto ring = linesim::FrameRing::Open(child->world_fd);
    if (ring) options.world = ring->config();
    exit_code = ring ? linesim::RunGate(options) : 1;
  });
}

}  // namespace veriline::tools
