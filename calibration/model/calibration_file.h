// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "calibration/model/calibration.h"
#include "vision/core/result.h"

namespace veriline::calibration {

/// Files of calibrations; the format is written down in format.md beside this. Any thread.

/// The text of a file. Requires: a valid calibration.
std::string Format(const Calibration& calibration);
/// Errors: what is wrong, with `file`, line and advice; a file of another version, cut short or
/// changed by hand is told as such.
Checked<Calibration> Parse(std::string_view text, const std::string& file);

/// Errors: as Parse, and a file that cannot be read or is larger than 4 MB.
Checked<std::shared_ptr<const Calibration>> Load(const std::string& file);
/// Writes beside `file` and renames, so that no reader sees half a file.
/// Errors: an invalid calibration; a place that cannot be written.
Checked<void> Save(const Calibration& calibration, const std::string& file);

}  // namespace veriline::calibration
