// SPDX-License-Identifier: Apache-2.0
#include "calibration/model/calibration.h"

#include <algorithm>

namespace veriline::calibration {
namespace {

Diagnostic Bad(std::string key, std::string message, std::string advice = {}) {
  return {.message = std::move(message), .advice = std::move(advice), .key = std::move(key)};
}

bool IsOneLine(const std::string& text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20; }) &&
         (text.empty() || (text.front() != ' ' && text.back() != ' '));
}

}  // namespace

Checked<void> Calibration::Validate() const {
  if (id.empty()) {
    return Fail(Bad("id", "the calibration has no id", "name it, as in line1-cam2-2026-03"));
  }
  for (const auto& [key, text] :
       {std::pair{"id", &id}, std::pair{"camera", &camera}, std::pair{"target", &target},
        std::pair{"created", &created_utc}, std::pair{"lighting", &lighting}}) {
    if (!IsOneLine(*text)) {
      return Fail(Bad(key, "the text has control characters, or blanks at an end"));
    }
  }
  if (scale) {
    for (const double mm : {scale->x_mm_per_px, scale->y_mm_per_px}) {
      if (!(mm >= 1e-4 && mm <= 10)) {
        return Fail(Bad("mm_per_px", "a pixel shows no 0.0001 to 10 mm",
                        "give millimetres, not µm, for one pixel"));
      }
    }
  }
  if (wavelength_nm && *wavelength_nm != 0 && (*wavelength_nm < 200 || *wavelength_nm > 2000)) {
    return Fail(Bad("wavelength_nm", "the wavelength lies outside 200 to 2000 nm",
                    "give 0 for white light"));
  }
  if (system_response && !(*system_response > 0 && *system_response < 1e12)) {
    return Fail(Bad("system_response", "the system response is not above 0"));
  }
  if (noise_grey && !(*noise_grey >= 0 && *noise_grey <= 64)) {
    return Fail(Bad("noise_grey", "the noise lies outside 0 to 64 grey"));
  }
  return flat_field.Validate();
}

}  // namespace veriline::calibration
