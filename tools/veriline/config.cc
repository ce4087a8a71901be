// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "pipeline/item/value_rules.h"
#include "pipeline/item/yaml_reader.h"
#include "rpc/listen_rule.h"
#include "tools/veriline/path_reader.h"
#include "vision/core/thread.h"

namespace veriline::tools {
namespace {

using item::Presence;
using item::ValueRules;
using item::YamlMap;

constexpr int kMostWorkers = 256;
constexpr int kMostInFlight = 1024;
constexpr int64_t kMostFramePx = int64_t{1} << 28;  // a line-scan strip of 16384 × 16384
constexpr int64_t kMostBufferBytes = int64_t{1} << 35;
constexpr double kMostItemsPerS = 1000;
constexpr double kMostSpeedMmS = 1e5;
constexpr int kMostPictureSidePx = 65535;
constexpr double kLeastRecorderGb = 0.01;
constexpr double kMostRecorderGb = 1e6;

// In the order of their enumerators.
constexpr std::array<std::string_view, 2> kStartNames = {"execute", "stopped"};
constexpr std::array<std::string_view, 2> kFramesNames = {"none", "all"};

/// Any number of milliseconds, also one that no int64_t holds: the rules refuse it afterwards.
int64_t Nanoseconds(double ms) { return static_cast<int64_t>(std::clamp(ms, -1e9, 1e9) * 1e6); }

void ReadTrigger(YamlMap& root, AppConfig* c) {
  root.Map("trigger", [&](YamlMap& m) {
    // The first that is there; a second one is then a key that is not known here.
    if (m.Has("plc")) {
      c->trigger_kind = TriggerKind::kPlc;
      m.Map("plc", [&](YamlMap& p) {
        double loss_ms = static_cast<double>(c->plc.loss_ns) / 1e6;
        double delivery_ms = static_cast<double>(c->plc.delivery_ns) / 1e6;
        p.Number("top_speed_mm_s", &c->plc_top_speed_mm_s);
        p.Number("loss_ms", &loss_ms, Presence::kOptional);
        p.Number("delivery_ms", &delivery_ms, Presence::kOptional);
        c->plc.loss_ns = Nanoseconds(loss_ms);
        c->plc.delivery_ns = Nanoseconds(delivery_ms);
      });
      return;
    }
    if (m.Has("camera")) {
      c->trigger_kind = TriggerKind::kCamera;
      m.Map("camera", [&](YamlMap& t) { ReadCameraTrigger(t, &c->camera_trigger); });
      return;
    }
    m.Map("paced", [&](YamlMap& p) {
      p.Number("items_per_s", &c->paced.items_per_s);
      p.Number("speed_mm_s", &c->paced.speed_mm_s);
      p.Number("item_length_mm", &c->paced.item_length_mm);
    });
  });
}

/// Each core once, of those that this process may use.
void ReadPinCores(YamlMap& m, AppConfig* c) {
  if (!m.Has("pin_cores")) return;
  const std::vector<int> allowed = AllowedCores();
  std::vector<std::string> names;
  for (const int core : allowed) names.push_back(std::to_string(core));
  const std::vector<std::string_view> views(names.begin(), names.end());
  std::vector<size_t> chosen;
  m.Choices("pin_cores", views, &chosen);
  for (const size_t i : chosen) c->pin_cores.push_back(allowed[i]);
}

void ReadFields(YamlMap& root, const PathReader& paths, AppConfig* c) {
  root.Map("line", [&](YamlMap& m) {
    m.Text("id", &c->line_id);
    paths.Read(m, "recipe", &c->recipe_path);
    m.Choice("start", kStartNames, &c->start);
  });
  paths.Read(root, "recipes", &c->recipes_path, Presence::kOptional);
  root.Map("store", [&](YamlMap& m) {
    paths.Read(m, "path", &c->store_path, item::Presence::kOptional);
    m.Text("address", &c->store_address, item::Presence::kOptional);
  });
  root.Text("batch", &c->batch);
  root.Maps("cameras", [&](YamlMap& m) { c->cameras.push_back(ReadCamera(m, paths)); });
  ReadTrigger(root, c);
  root.Map(
      "rpc",
      [&](YamlMap& m) {
        m.Text("listen", &c->rpc.listen.front());
        m.Map(
            "tls",
            [&](YamlMap& tls) {
              paths.Read(tls, "cert", &c->rpc.tls_cert_file);
              paths.Read(tls, "key", &c->rpc.tls_key_file);
              paths.Read(tls, "client_ca", &c->rpc.tls_client_ca_file);
            },
            Presence::kOptional);
      },
      Presence::kOptional);
  root.Map(
      "pipeline",
      [&](YamlMap& m) {
        m.Integer("workers", &c->workers, Presence::kOptional);
        ReadPinCores(m, c);
        m.Integer("in_flight_frames", &c->in_flight_frames, Presence::kOptional);
        m.Integer("max_frame_px", &c->max_frame_px, Presence::kOptional);
      },
      Presence::kOptional);
  root.Map(
      "recorder",
      [&](YamlMap& m) {
        paths.Read(m, "path", &c->recorder.path);
        m.Number("max_gb", &c->recorder.max_gb, Presence::kOptional);
        size_t frames = 1;
        m.Choice("frames", kFramesNames, &frames, size_t{}, Presence::kOptional);
        c->recorder.frames = frames == 1;
      },
      Presence::kOptional);
}

void CheckPlc(const AppConfig& c, ValueRules& rules) {
  rules.Above("trigger.plc.top_speed_mm_s", c.plc_top_speed_mm_s, 0, kMostSpeedMmS);
  rules.Within("trigger.plc.loss_ms", static_cast<double>(c.plc.loss_ns) / 1e6, 5, 10'000);
  rules.Within("trigger.plc.delivery_ms", static_cast<double>(c.plc.delivery_ns) / 1e6, 0.1, 1000);
  if (!rules.ok()) return;
  rules.Require(c.plc_top_speed_mm_s >= c.recipe.top_speed_mm_s, "trigger.plc.top_speed_mm_s",
                fmt::format("the recipe {} lets the belt run at {} mm/s", c.recipe.name,
                            c.recipe.top_speed_mm_s),
                "give the fastest speed that the belt can have, whatever the recipe");
}

void CheckTrigger(const AppConfig& c, ValueRules& rules) {
  if (c.trigger_kind == TriggerKind::kPlc) return CheckPlc(c, rules);
  if (c.trigger_kind == TriggerKind::kCamera) {
    const CameraConfig* camera = c.FindCamera(c.camera_trigger.camera);
    return CheckCameraTrigger(c.camera_trigger, c.recipe, camera != nullptr,
                              camera != nullptr && camera->gige ? &*camera->gige : nullptr, rules);
  }
  const auto& t = c.paced;
  const item::Recipe& r = c.recipe;
  rules.Above("trigger.paced.items_per_s", t.items_per_s, 0, kMostItemsPerS);
  rules.Above("trigger.paced.speed_mm_s", t.speed_mm_s, 0, r.top_speed_mm_s);
  if (r.trigger == item::TriggerKind::kEye) {
    rules.Within("trigger.paced.item_length_mm", t.item_length_mm, r.min_length_mm,
                 r.max_length_mm);
  } else {  // what passes the eye are register marks
    rules.Above("trigger.paced.item_length_mm", t.item_length_mm, 0, r.row.repeat_mm * r.row.rows);
  }
  if (!rules.ok()) return;
  const double gap_mm = t.speed_mm_s / t.items_per_s - t.item_length_mm;
  rules.Require(gap_mm > 0 && gap_mm > r.debounce_mm, "trigger.paced.items_per_s",
                fmt::format("{} items a second at {} mm/s leave {:.3g} mm between items",
                            t.items_per_s, t.speed_mm_s, gap_mm),
                fmt::format("more than items.debounce_mm of the recipe ({}) is needed: fewer than "
                            "{:.3g} items a second",
                            r.debounce_mm, t.speed_mm_s / (t.item_length_mm + r.debounce_mm)));
}

void CheckPipeline(const AppConfig& c, ValueRules& rules) {
  rules.Within("pipeline.workers", c.workers, 1, kMostWorkers);
  rules.Require(c.pin_cores.empty() || c.pin_cores.size() == static_cast<size_t>(c.workers),
                "pipeline.pin_cores",
                fmt::format("pipeline.pin_cores names {} cores for {} workers", c.pin_cores.size(),
                            c.workers),
                "name one core for each worker");
  rules.Within("pipeline.in_flight_frames", c.in_flight_frames, 1, kMostInFlight);
  rules.Within("pipeline.max_frame_px", static_cast<double>(c.max_frame_px), 1,
               static_cast<double>(kMostFramePx));
  if (!rules.ok()) return;
  const int64_t bytes =
      static_cast<int64_t>(c.cameras.size()) * c.in_flight_frames * c.max_frame_px;
  rules.Require(bytes <= kMostBufferBytes, "pipeline",
                fmt::format("the frame buffers of {} cameras would take {} GiB", c.cameras.size(),
                            bytes >> 30),
                "lower in_flight_frames or max_frame_px");
}

/// Puts the cameras into the order of the recipe's views.
void OrderCameras(AppConfig* c) {
  const auto view_of = [c](const CameraConfig& camera) {
    return std::find_if(c->recipe.views.begin(), c->recipe.views.end(),
                        [&](const item::ViewSpec& v) { return v.camera == camera.name; });
  };
  std::sort(c->cameras.begin(), c->cameras.end(),
            [&](const CameraConfig& a, const CameraConfig& b) { return view_of(a) < view_of(b); });
}

}  // namespace

Checked<void> AppConfig::Validate() const {
  ValueRules rules;
  rules.IsName("line.id", line_id);
  rules.Require(!store_path.empty() || !store_address.empty(), "store",
                "store needs a path or an address",
                "path: a folder of this machine; address: postgres://host/database, which lines "
                "share; both: a pool of the line's own");
  rules.Require(store_address.empty() || store_address.starts_with("postgres://") ||
                    store_address.starts_with("postgresql://"),
                "store.address", "this is no address of a store", "begin it with postgres://");
  rules.IsName("batch", batch);
  for (size_t i = 0; i < cameras.size(); ++i) {
    const std::string at = fmt::format("cameras[{}]", i);
    for (size_t j = 0; j < i; ++j) {
      rules.Require(cameras[i].name != cameras[j].name, at + ".name",
                    fmt::format("two cameras are called {}", cameras[i].name),
                    "give each its own name");
    }
    CheckCamera(cameras[i], recipe, at, rules);
  }
  for (const item::ViewSpec& view : recipe.views) {
    rules.Require(
        FindCamera(view.camera) != nullptr, "cameras",
        fmt::format("the view {} of the recipe needs a camera {}", view.name, view.camera),
        "add it here");
  }
  CheckTrigger(*this, rules);
  CheckPipeline(*this, rules);
  rules.Within("recorder.max_gb", recorder.max_gb, kLeastRecorderGb, kMostRecorderGb);
  if (auto listen = rpc::CheckListenRule(rpc); !listen) {
    rules.Require(false, "rpc.listen", listen.error().message, listen.error().advice);
  }
  return rules.result();
}

std::vector<std::shared_ptr<const calibration::Calibration>> AppConfig::Calibrations() const {
  std::vector<std::shared_ptr<const calibration::Calibration>> all;
  for (const CameraConfig& camera : cameras) all.push_back(camera.calibration);
  return all;
}

const CameraConfig* AppConfig::FindCamera(const std::string& name) const {
  const auto found = std::find_if(cameras.begin(), cameras.end(),
                                  [&](const CameraConfig& camera) { return camera.name == name; });
  return found == cameras.end() ? nullptr : &*found;
}

Checked<AppConfig> LoadConfig(const std::string& path) {
  const auto bytes = item::ReadYamlFile(path);
  if (!bytes) return Fail(bytes.error());
  AppConfig config;
  item::YamlReader reader(*bytes, path);
  reader.Read("veriline_config", AppConfig::kVersion,
              [&](YamlMap& root) { ReadFields(root, PathReader(path), &config); });
  if (reader.error()) return Fail(*reader.error());

  auto recipe = item::LoadRecipe(config.recipe_path);
  if (!recipe) {
    Diagnostic error = std::move(recipe.error());
    if (error.line > 0) return Fail(std::move(error));  // what is wrong stands in the recipe
    error.message = "the recipe " + config.recipe_path + ": " + error.message;
    error.key = "line.recipe";
    return Fail(reader.Locate(std::move(error)));
  }
  config.recipe = std::move(*recipe);
  config.paced.lanes = config.plc.lanes = config.recipe.lanes;
  config.paced.counts_per_mm = config.recipe.counts_per_mm;
  config.plc.most_counts_per_s = config.plc_top_speed_mm_s * config.recipe.counts_per_mm;
  // The area is limited by the frame buffers; a side only by what a picture can have.
  const int side_px =
      static_cast<int>(std::clamp<int64_t>(config.max_frame_px, 1, kMostPictureSidePx));
  for (CameraConfig& camera : config.cameras) {
    if (camera.folder) camera.folder->width_max = camera.folder->height_max = side_px;
    if (camera.video) camera.video->width_max = camera.video->height_max = side_px;
  }
  for (CameraConfig& camera : config.cameras) {
    if (auto loaded = LoadCalibration(&camera); !loaded) return Fail(loaded.error());
  }
  if (auto valid = config.Validate(); !valid) return Fail(reader.Locate(valid.error()));
  ValueRules rules;
  std::error_code ignored;
  rules.Require(
      config.recipes_path.empty() || std::filesystem::is_directory(config.recipes_path, ignored),
      "recipes", fmt::format("there is no folder {}", config.recipes_path),
      "paths are relative to the configuration");
  for (size_t i = 0; i < config.cameras.size(); ++i) {
    CheckCameraPaths(config.cameras[i], fmt::format("cameras[{}]", i), rules);
  }
  if (auto there = rules.result(); !there) return Fail(reader.Locate(there.error()));
  OrderCameras(&config);
  return config;
}

}  // namespace veriline::tools
