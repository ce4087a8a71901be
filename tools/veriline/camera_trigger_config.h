// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "pipeline/item/recipe.h"
#include "pipeline/item/value_rules.h"
#include "pipeline/item/yaml_reader.h"
#include "pipeline/reject/camera_trigger.h"
#include "vision/camera/gige/gige_options.h"

namespace veriline::tools {

/// The section trigger.camera: the camera whose counter and input lines are the line's encoder and
/// eyes (format: examples/gige_eye.yaml).
struct CameraTriggerConfig {
  std::string camera;  ///< its name in the configuration
  /// Number of the input line of each lane's eye; of the register sensor, where the recipe has
  /// marks; none, where it counts rows.
  std::vector<int> eye_lines;
  bool rising_is_begin = true;
  double top_speed_mm_s = 0;  ///< of the belt, whatever the recipe
  double frame_gap_ms = 0;    ///< longest time between two of its frames
  double loss_ms = 200;
};

void ReadCameraTrigger(item::YamlMap& map, CameraTriggerConfig* config);

/// `gige` is the camera that the section names, null when that is none of GigE Vision; whether it
/// stands in the configuration at all is `known`.
void CheckCameraTrigger(const CameraTriggerConfig& config, const item::Recipe& recipe, bool known,
                        const camera::GigeOptions* gige, item::ValueRules& rules);

/// Requires: both were checked.
reject::CameraTrigger::Config MakeCameraTrigger(const CameraTriggerConfig& config,
                                                const item::Recipe& recipe,
                                                const camera::GigeOptions& gige);

}  // namespace veriline::tools
