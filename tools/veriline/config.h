// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/item/recipe.h"
#include "pipeline/reject/paced_trigger.h"
#include "pipeline/reject/plc_trigger.h"
#include "rpc/server.h"
#include "tools/veriline/camera_config.h"
#include "tools/veriline/camera_trigger_config.h"
#include "vision/core/result.h"

namespace veriline::tools {

/// What the line does when the appliance is up.
enum class StartState : uint8_t {
  kExecute,  ///< goes through Reset and Start by itself
  kStopped,  ///< waits for the commands
};

/// Where encoder and eyes are.
enum class TriggerKind : uint8_t {
  kPaced,   ///< nowhere: a belt that moves by itself
  kPlc,     ///< at a PLC, which tells of them over RejectService.Feed
  kCamera,  ///< at a camera, whose frames tell of them
};

/// What is kept of a run, to be replayed.
struct RecorderConfig {
  std::string path;    ///< each run makes a folder of its own below it; empty = nothing is kept
  double max_gb = 10;  ///< of one run, in 10⁹ bytes; then the oldest goes
  bool frames = true;  ///< also the pixels
};

/// The configuration of `veriline run` (format: examples/folder.yaml, web.yaml, gige.yaml) with the
/// recipe it names. Relative paths of the file are already resolved against its folder.
struct AppConfig {
  static constexpr int kVersion = 1;

  std::string line_id;
  std::string recipe_path;
  item::Recipe recipe;
  StartState start = StartState::kStopped;
  std::string store_path;     ///< of the store of this machine, or empty
  std::string store_address;  ///< of one that lines share, or empty; with both a pool of its own
  const std::string& Store() const { return store_path.empty() ? store_address : store_path; }
  std::string batch;                  ///< opened at start
  std::string recipes_path;           ///< folder for LineService.SelectRecipe; empty = none
  std::vector<CameraConfig> cameras;  ///< in the order of the recipe's views, one for each
  TriggerKind trigger_kind = TriggerKind::kPaced;
  reject::PacedTrigger::Config paced;  ///< kPaced; lanes and counts_per_mm are the recipe's
  reject::PlcTrigger::Config plc;      ///< kPlc; lanes and counts are the recipe's
  double plc_top_speed_mm_s = 0;       ///< kPlc
  CameraTriggerConfig camera_trigger;  ///< kCamera
  rpc::RpcServerOptions rpc;
  int workers = 2;
  std::vector<int> pin_cores;  ///< one for each worker; empty = wherever the system lets them run
  int in_flight_frames = 8;
  int64_t max_frame_px = int64_t{1} << 24;  ///< larger pictures are broken frames
  RecorderConfig recorder;

  /// Checks every value and the relations between them and with the recipe (which must be valid
  /// itself). Diagnostic::key names the place; the cameras may stand in any order.
  Checked<void> Validate() const;
  /// Of each camera, in their order.
  std::vector<std::shared_ptr<const calibration::Calibration>> Calibrations() const;
  /// The camera of that name; null when there is none.
  const CameraConfig* FindCamera(const std::string& name) const;
};

/// Reads the configuration and the recipe. Unknown keys, wrong types, missing keys, folders that
/// do not exist and impossible values are refused with file, line, column and advice.
Checked<AppConfig> LoadConfig(const std::string& path);

}  // namespace veriline::tools
