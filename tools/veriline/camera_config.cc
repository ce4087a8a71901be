// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/camera_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <system_error>
#include <utility>

#include "calibration/model/calibration_file.h"
#include "tools/veriline/path_reader.h"
#include "vision/camera/gige/gige_camera.h"
#include "vision/camera/line_scan/line_scan_camera.h"

namespace veriline::tools {
namespace {

namespace fs = std::filesystem;
using item::Presence;
using item::ValueRules;
using item::YamlMap;

constexpr double kMostFrameRateHz = 10'000;
constexpr double kMostMmPerPx = 10;
constexpr int kMostBlockLines = 65535;
/// No code is shorter.
constexpr int kLeastOverlapLines = 16;

// In the order of their enumerators.
constexpr std::array<std::string_view, 3> kDeviceTriggerNames = {"off", "hardware", "software"};
// What sources without a shutter can do of it.
constexpr std::array<std::string_view, 2> kTriggerNames = {"off", "software"};
constexpr std::array<camera::TriggerMode, 2> kTriggers = {camera::TriggerMode::kOff,
                                                          camera::TriggerMode::kSoftware};

void ReadTrigger(YamlMap& m, camera::TriggerMode* mode) {
  size_t trigger = 0;
  m.Choice("trigger", kTriggerNames, &trigger);
  *mode = kTriggers[trigger];
}

void ReadFolder(YamlMap& m, const PathReader& paths, camera::FolderOptions* folder) {
  paths.Read(m, "path", &folder->path);
  paths.Read(m, "list", &folder->list, Presence::kOptional);
  m.Flag("recursive", &folder->recursive, Presence::kOptional);
  m.Flag("loop", &folder->loop, Presence::kOptional);
  ReadTrigger(m, &folder->trigger_mode);
  m.Number("frame_rate_hz", &folder->acquisition_frame_rate_hz, Presence::kOptional);
}

void ReadVideo(YamlMap& m, const PathReader& paths, camera::VideoOptions* video) {
  if (m.Has("device")) {
    m.Text("device", &video->device);
  } else {
    paths.Read(m, "path", &video->path);
    m.Flag("loop", &video->loop, Presence::kOptional);
    m.Number("frame_rate_hz", &video->acquisition_frame_rate_hz, Presence::kOptional);
  }
  ReadTrigger(m, &video->trigger_mode);
}

void ReadGige(YamlMap& m, camera::GigeOptions* gige) {
  m.Text("device", &gige->device);
  m.Choice("trigger", kDeviceTriggerNames, &gige->trigger_mode);
  m.Entries("features", &gige->features, Presence::kOptional);
  m.Map(
      "chunks",
      [&](YamlMap& c) {
        c.Text("encoder", &gige->chunks.encoder, Presence::kOptional);
        c.Number("counts_per_encoder_step", &gige->counts_per_encoder_step, Presence::kOptional);
        c.Text("triggers", &gige->chunks.triggers, Presence::kOptional);
        c.Text("ignored_triggers", &gige->chunks.ignored_triggers, Presence::kOptional);
        c.Text("line_status", &gige->chunks.line_status, Presence::kOptional);
      },
      Presence::kOptional);
  m.Integer("packet_size_bytes", &gige->packet_size_bytes, Presence::kOptional);
  m.Integer("socket_buffer_bytes", &gige->socket_buffer_bytes, Presence::kOptional);
  m.Number("expected_frame_rate_hz", &gige->expected_frame_rate_hz, Presence::kOptional);
  m.Integer("frame_timeout_ms", &gige->frame_timeout_ms, Presence::kOptional);
}

void ReadLineScan(YamlMap& m, LineScanConfig* scan) {
  m.Integer("block_lines", &scan->block_lines, Presence::kOptional);
  m.Integer("overlap_lines", &scan->overlap_lines, Presence::kOptional);
  m.Number("mm_per_px", &scan->mm_per_px);
  m.Integer("max_gap_lines", &scan->max_gap_lines, Presence::kOptional);
  m.Number("line_pitch_mm", &scan->line_pitch_mm, Presence::kOptional);
}

void CheckLineScan(const CameraConfig& camera, const item::ViewSpec& view, const std::string& at,
                   ValueRules& rules) {
  const LineScanConfig& scan = *camera.line_scan;
  const std::string here = at + ".line_scan";
  rules.Within(here + ".block_lines", scan.block_lines, 2 * kLeastOverlapLines, kMostBlockLines);
  rules.Within(here + ".overlap_lines", scan.overlap_lines, kLeastOverlapLines,
               scan.block_lines / 2);
  rules.Above(here + ".mm_per_px", scan.mm_per_px, 0, kMostMmPerPx);
  rules.Within(here + ".max_gap_lines", scan.max_gap_lines, 0, scan.overlap_lines);
  rules.Within(here + ".line_pitch_mm", scan.line_pitch_mm, 0, kMostMmPerPx);
  rules.Require(
      camera.folder || scan.line_pitch_mm > 0, here,
      fmt::format("the source of {} does not say how far its lines lie apart", camera.name),
      "give line_pitch_mm, the belt from line to line");
  if (camera.folder) {
    rules.Require(camera.folder->acquisition_frame_rate_hz > 0, at + ".folder",
                  "a folder of line-scan strips has no frame rate",
                  "frame_rate_hz: the strips in a second");
  }
  const double block_mm = scan.block_lines * scan.mm_per_px;
  rules.Require(std::abs(view.field_mm - block_mm) <= scan.mm_per_px / 2, here,
                fmt::format("a block of {} lines is {:.6g} mm of belt, but {}.field_mm is {:.6g}",
                            scan.block_lines, block_mm, view.name, view.field_mm),
                "field_mm of the view is block_lines × mm_per_px");
  rules.Require(view.belt == item::BeltDirection::kUp, here,
                fmt::format("later lines stand below in a block, but {}.belt is not up", view.name),
                "belt: up in the view");
}

/// The trigger of the source, and the key where it stands.
std::pair<camera::TriggerMode, std::string> TriggerOf(const CameraConfig& camera,
                                                      const std::string& at) {
  if (camera.folder) return {camera.folder->trigger_mode, at + ".folder.trigger"};
  if (camera.video) return {camera.video->trigger_mode, at + ".video.trigger"};
  return {camera.gige->trigger_mode, at + ".gige.trigger"};
}

}  // namespace

camera::LineScanOptions LineScanConfig::Options(double counts_per_mm) const {
  return {.block_lines = block_lines,
          .overlap_lines = overlap_lines,
          .counts_per_line = mm_per_px * counts_per_mm,
          .max_gap_lines = max_gap_lines,
          .counts_per_strip_line = line_pitch_mm * counts_per_mm};
}

CameraConfig ReadCamera(YamlMap& m, const PathReader& paths) {
  CameraConfig camera;
  m.Text("name", &camera.name);
  m.Map(
      "folder", [&](YamlMap& f) { ReadFolder(f, paths, &camera.folder.emplace()); },
      Presence::kOptional);
  m.Map(
      "video", [&](YamlMap& v) { ReadVideo(v, paths, &camera.video.emplace()); },
      Presence::kOptional);
  m.Map(
      "gige", [&](YamlMap& g) { ReadGige(g, &camera.gige.emplace()); }, Presence::kOptional);
  m.Map(
      "line_scan", [&](YamlMap& l) { ReadLineScan(l, &camera.line_scan.emplace()); },
      Presence::kOptional);
  paths.Read(m, "calibration", &camera.calibration_path, Presence::kOptional);
  if (camera.folder) camera.folder->strips = camera.line_scan.has_value();
  return camera;
}

void CheckCamera(const CameraConfig& camera, const item::Recipe& recipe, const std::string& at,
                 ValueRules& rules) {
  rules.IsName(at + ".name", camera.name);
  const int sources =
      camera.folder.has_value() + camera.video.has_value() + camera.gige.has_value();
  rules.Require(sources == 1, at, fmt::format("the camera {} needs one source", camera.name),
                "one of folder, video, gige");
  if (!rules.ok()) return;
  if (camera.folder) {
    rules.Require(!camera.folder->path.empty(), at + ".folder.path", "the folder's path is empty",
                  "name the folder of the pictures");
    rules.Within(at + ".folder.frame_rate_hz", camera.folder->acquisition_frame_rate_hz, 0,
                 kMostFrameRateHz);
  } else if (camera.video) {
    rules.Require(!camera.video->path.empty() || !camera.video->device.empty(), at + ".video",
                  "the video's path is empty", "name a file, or a device like /dev/video0");
    rules.Within(at + ".video.frame_rate_hz", camera.video->acquisition_frame_rate_hz, 0,
                 kMostFrameRateHz);
  } else if (const auto valid = camera.gige->Validate(); !valid) {
    rules.Require(false, at + ".gige." + valid.error().key, valid.error().message,
                  valid.error().advice);
  }
  const auto view = std::find_if(recipe.views.begin(), recipe.views.end(),
                                 [&](const item::ViewSpec& v) { return v.camera == camera.name; });
  rules.Require(
      view != recipe.views.end(), at + ".name",
      fmt::format("no view of the recipe {} uses the camera {}", recipe.name, camera.name),
      "name it in a view, or leave the camera out");
  if (!rules.ok()) return;
  const auto [mode, key] = TriggerOf(camera, at);
  const bool software = mode == camera::TriggerMode::kSoftware;
  const bool wanted = view->trigger == item::ViewTrigger::kSoftware;
  rules.Require(software == wanted, key,
                fmt::format("the camera {} has the trigger {}, but the view {} has {}", camera.name,
                            kDeviceTriggerNames[static_cast<size_t>(mode)], view->name,
                            wanted ? "software" : "hardware"),
                camera.gige
                    ? "give both the same; off goes with a view of hardware"
                    : "a folder or video stands for a view with the trigger software; off lets it "
                      "run by itself, as if wired");
  const bool line = view->scan == item::ViewScan::kLine;
  rules.Require(line == camera.line_scan.has_value(), at,
                line ? fmt::format("the view {} is of a line-scan camera, and {} has no line_scan",
                                   view->name, camera.name)
                     : fmt::format("the camera {} has line_scan, but the view {} is scan: area",
                                   camera.name, view->name),
                "scan: line in the recipe goes with line_scan here");
  rules.Require(!recipe.grading.enabled || recipe.grading.spec.aperture.mm == 0 ||
                    (camera.calibration != nullptr && camera.calibration->scale),
                at,
                fmt::format("the recipe {} grades with an aperture in mil, and the scale of {} is "
                            "not known",
                            recipe.name, camera.name),
                "give a calibration with mm per px, or aperture_x in the recipe");
  if (camera.line_scan && rules.ok()) CheckLineScan(camera, *view, at, rules);
}

Checked<void> LoadCalibration(CameraConfig* camera) {
  if (camera->calibration_path.empty()) return {};
  auto loaded = calibration::Load(camera->calibration_path);
  if (!loaded) return Fail(loaded.error());
  camera->calibration = std::move(*loaded);
  return {};
}

void CheckCameraPaths(const CameraConfig& camera, const std::string& at, ValueRules& rules) {
  constexpr const char* kAdvice = "paths are relative to the configuration";
  std::error_code ignored;
  if (camera.folder) {
    const camera::FolderOptions& folder = *camera.folder;
    rules.Require(fs::is_directory(folder.path, ignored), at + ".folder.path",
                  fmt::format("there is no folder {}", folder.path), kAdvice);
    rules.Require(folder.list.empty() || fs::is_regular_file(folder.list, ignored),
                  at + ".folder.list", fmt::format("there is no file {}", folder.list), kAdvice);
  } else if (camera.video && !camera.video->path.empty()) {
    rules.Require(fs::is_regular_file(camera.video->path, ignored), at + ".video.path",
                  fmt::format("there is no file {}", camera.video->path), kAdvice);
  }
}

std::unique_ptr<camera::CameraSource> MakeCamera(const CameraConfig& camera, double counts_per_mm) {
  std::unique_ptr<camera::CameraSource> source;
  if (camera.folder) {
    source = std::make_unique<camera::FolderCamera>(*camera.folder);
  } else if (camera.video) {
    source = std::make_unique<camera::VideoCamera>(*camera.video);
  } else {
    source = std::make_unique<camera::GigeCamera>(*camera.gige);
  }
  if (!camera.line_scan) return source;
  return std::make_unique<camera::LineScanCamera>(camera.line_scan->Options(counts_per_mm),
                                                  std::move(source));
}

}  // namespace veriline::tools
