// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arv.h>

#include <string>

#include "vision/core/result.h"

namespace veriline::camera {

/// The name under which the device has an SFNC feature: cameras of SFNC 1 call some of them
/// otherwise (ExposureTimeAbs). Empty when it has none.
std::string FeatureOf(ArvDevice* device, const std::string& name);

/// Sets a feature from text, by its kind (a command is executed), and reads it back.
/// Errors: the feature is unknown, cannot be written now, or does not take the value; the message
/// names it, the advice what is allowed.
Checked<void> SetFeature(ArvDevice* device, const std::string& name, const std::string& value);

}  // namespace veriline::camera
