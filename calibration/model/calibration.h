// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "calibration/model/flat_field.h"
#include "calibration/model/reflectance.h"
#include "vision/core/result.h"

namespace veriline::calibration {

/// Millimetres on the product that a pixel shows, along the picture's axes.
struct Scale {
  double x_mm_per_px = 0;
  double y_mm_per_px = 0;
  friend bool operator==(const Scale&, const Scale&) = default;
};

/// What is known of a camera, its light and its place when it was calibrated; what is not known is
/// absent, and grades that need it are estimates. Never changed once made: the line holds it as
/// shared_ptr<const Calibration>. Any thread.
struct Calibration {
  std::string id;           ///< named in every grade; as printed on the report
  std::string camera;       ///< serial number or configured name
  std::string target;       ///< the traceable target and its certificate
  std::string created_utc;  ///< ISO 8601
  std::optional<ReflectanceCurve> reflectance;
  std::optional<Scale> scale;
  std::optional<int> wavelength_nm;  ///< peak; 0 = white (W)
  std::string
      lighting;  ///< code of ISO/IEC 15415 and 29158: 45Q, 30T, 90, D ...; empty = not known
  /// ISO/IEC 29158: response of the system (exposure × gain) for which `reflectance` holds.
  std::optional<double> system_response;
  std::optional<double> noise_grey;  ///< standard deviation of a pixel on an even surface
  FlatField flat_field;

  /// Errors: an empty id, line ends in a text, numbers out of range; `key` names the field.
  Checked<void> Validate() const;
  friend bool operator==(const Calibration&, const Calibration&) = default;
};

}  // namespace veriline::calibration
