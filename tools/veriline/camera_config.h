// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "calibration/model/calibration.h"
#include "pipeline/item/recipe.h"
#include "pipeline/item/value_rules.h"
#include "pipeline/item/yaml_reader.h"
#include "vision/camera/camera_source.h"
#include "vision/camera/folder/folder_camera.h"
#include "vision/camera/gige/gige_options.h"
#include "vision/camera/line_scan/line_scan_options.h"
#include "vision/camera/video/video_camera.h"

namespace veriline::tools {

class PathReader;

/// `line_scan` of a camera: its frames are strips.
struct LineScanConfig {
  int block_lines = 2048;
  int overlap_lines = 256;
  double mm_per_px = 0;  ///< across the web; along it, too, when the blocks are made
  int max_gap_lines = 2;
  double line_pitch_mm = 0;  ///< from line to line of a strip; 0 = the source knows it

  camera::LineScanOptions Options(double counts_per_mm) const;
};

/// An entry of `cameras`.
struct CameraConfig {
  std::string name;  ///< as the recipe's views call it
  // The source, one of:
  std::optional<camera::FolderOptions> folder;
  std::optional<camera::VideoOptions> video;
  std::optional<camera::GigeOptions> gige;

  std::optional<LineScanConfig> line_scan;

  std::string calibration_path;  ///< empty: not calibrated
  std::shared_ptr<const calibration::Calibration> calibration;
};

/// Reads an entry. Its source may still be missing.
CameraConfig ReadCamera(item::YamlMap& map, const PathReader& paths);

/// Checks the values of the camera, whose entry is at the key `at` ("cameras[0]"), and its relation
/// to the recipe.
void CheckCamera(const CameraConfig& camera, const item::Recipe& recipe, const std::string& at,
                 item::ValueRules& rules);
/// Folders and files that are not there, found before anything starts.
void CheckCameraPaths(const CameraConfig& camera, const std::string& at, item::ValueRules& rules);
/// Reads its calibration, where it has one. Errors: as calibration::Load.
Checked<void> LoadCalibration(CameraConfig* camera);

/// Requires: checked.
std::unique_ptr<camera::CameraSource> MakeCamera(const CameraConfig& camera, double counts_per_mm);

}  // namespace veriline::tools
