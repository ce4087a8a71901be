// SPDX-License-Identifier: Apache-2.0
#include "grading/report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace veriline::grading {

std::string_view Name(Parameter parameter) {
  constexpr std::array<std::string_view, kParameterCount> kNames = {"decode",
                                                                    "symbol_contrast",
                                                                    "modulation",
                                                                    "reflectance_margin",
                                                                    "contrast_uniformity",
                                                                    "fixed_pattern_damage",
                                                                    "axial_nonuniformity",
                                                                    "grid_nonuniformity",
                                                                    "unused_error_correction",
                                                                    "format_information",
                                                                    "version_information",
                                                                    "print_growth",
                                                                    "cell_contrast",
                                                                    "cell_modulation",
                                                                    "minimum_reflectance",
                                                                    "edge_determination",
                                                                    "r_min",
                                                                    "edge_contrast_min",
                                                                    "defects",
                                                                    "decodability",
                                                                    "quiet_zone",
                                                                    "additional",
                                                                    "codeword_yield"};
  return kNames[static_cast<size_t>(parameter)];
}

std::string_view Name(Indication indication) {
  constexpr std::array<std::string_view, kIndicationCount> kNames = {
      "no_reflectance",       "no_scale",           "no_wavelength",
      "no_lighting",          "few_pixels",         "quiet_zone_unseen",
      "margin_unseen",        "saturated",          "reader_only",
      "patterns_not_covered", "no_system_response", "scans_disagree",
      "scans_overlap"};
  return kNames[static_cast<size_t>(indication)];
}

bool IsLightingCode(std::string_view code) {
  constexpr std::array<std::string_view, 8> kCodes = {"45Q", "45", "30Q", "30T",
                                                      "30S", "90", "D",   "TCL"};
  return std::find(kCodes.begin(), kCodes.end(), code) != kCodes.end();
}

Checked<void> GradingSpec::Validate() const {
  const auto bad = [](const char* key, const char* message, const char* advice) {
    return Fail(Diagnostic{.message = message, .advice = advice, .key = key});
  };
  if (!(aperture.mm >= 0 && aperture.mm <= 10)) {
    return bad("aperture.mm", "the aperture lies outside 0 to 10 mm", "12 mil are 0.305 mm");
  }
  if (aperture.mm == 0 && !(aperture.x_ratio > 0 && aperture.x_ratio <= 4)) {
    return bad("aperture.x_ratio", "the aperture lies outside 0 to 4 X", "0.8 is usual");
  }
  if (IsOfScans(edition) || !IsOfScans(linear_edition)) {
    return bad("edition", "the edition is of another kind of symbol",
               "ISO/IEC 15416 is for linear symbols, 15415 and 29158 are for others");
  }
  if (!(linear_aperture.mm >= 0 && linear_aperture.mm <= 10)) {
    return bad("linear_aperture.mm", "the aperture lies outside 0 to 10 mm", "10 mil are 0.254 mm");
  }
  if (!(linear_aperture.x_ratio >= 0 && linear_aperture.x_ratio <= 4)) {
    return bad("linear_aperture.x_ratio", "the aperture lies outside 0 to 4 X",
               "0: by the standard's table");
  }
  if (scans < 10 || scans > 100) {
    return bad("scans", "the number of scans lies outside 10 to 100", "10 is usual");
  }
  if (wavelength_nm && *wavelength_nm != 0 && (*wavelength_nm < 200 || *wavelength_nm > 2000)) {
    return bad("wavelength_nm", "the wavelength lies outside 200 to 2000 nm",
               "give 0 for white light");
  }
  if (lighting.back() != 0) {
    return bad("lighting", "the lighting code is too long", "use 45Q, 30Q, 30T, 30S, 90, D or TCL");
  }
  if (lighting[0] != 0 && !IsLightingCode(lighting.data())) {
    return bad("lighting", "the lighting code is not known",
               "use 45Q, 30Q, 30T, 30S, 90, D or TCL");
  }
  if (system_response && !(*system_response > 0 && *system_response < 1e12)) {
    return bad("system_response", "the system response is not above 0", "exposure × gain");
  }
  if (switches.quiet_strip_extra_modules < 0 || switches.quiet_strip_extra_modules > 2) {
    return bad("quiet_strip_extra_modules", "a quiet zone strip is 0 to 2 modules longer", "1");
  }
  return {};
}

void StateConditions(const calibration::Calibration* c, const GradingSpec& spec,
                     GradeReport* report) {
  if (c == nullptr || !c->reflectance) report->Add(Indication::kNoReflectance);
  if (c == nullptr || !c->scale) report->Add(Indication::kNoScale);
  report->wavelength_nm = spec.wavelength_nm;
  if (!report->wavelength_nm && c != nullptr) report->wavelength_nm = c->wavelength_nm;
  if (!report->wavelength_nm) report->Add(Indication::kNoWavelength);
  report->lighting = spec.lighting;
  if (report->lighting[0] == 0 && c != nullptr) {
    const size_t length = std::min(c->lighting.size(), report->lighting.size() - 1);
    std::copy_n(c->lighting.begin(), length, report->lighting.begin());
  }
  if (report->lighting[0] == 0) report->Add(Indication::kNoLighting);
  constexpr double kLeastPx = 5;
  if (report->x_px < kLeastPx) report->Add(Indication::kFewPixels);
}

std::string FormalGrade(const GradeReport& report, double grade) {
  std::array<char, 48> text{};
  const std::string_view lighting = report.lighting.data();
  std::snprintf(text.data(), text.size(), "%s%.1f%s/",
                IsDirectPartMark(report.edition) ? "DPM" : "", grade,
                report.extreme_reflectance ? "*" : "");
  std::string out = text.data();
  if (report.aperture_mm > 0) {
    std::snprintf(text.data(), text.size(), "%02d",
                  static_cast<int>(std::lround(report.aperture_mm / kMmPerMil)));
    out += text.data();
  } else {
    out += '-';
  }
  out += '/';
  if (!report.wavelength_nm) {
    out += '-';
  } else if (*report.wavelength_nm == 0) {
    out += 'W';
  } else {
    out += std::to_string(*report.wavelength_nm);
  }
  // 45Q goes without saying on labels; direct part marks always tell their light.
  const bool usual = lighting.empty() || lighting == "45" || lighting == "45Q";
  if (IsDirectPartMark(report.edition)) {
    out += '/';
    out += lighting.empty() ? std::string_view("-") : lighting;
  } else if (!usual) {
    out += '/';
    out += lighting;
  }
  return out;
}

std::string FormalGrade(const GradeReport& report) { return FormalGrade(report, report.overall); }

MeanGrade MeanOf(std::span<const GradeReport> images) {
  MeanGrade out;
  double sum = 0;
  const GradeReport* worst = nullptr;
  for (const GradeReport& r : images) {
    sum += r.overall;
    out.extreme_reflectance = out.extreme_reflectance || r.extreme_reflectance;
    if (worst == nullptr || r.overall < worst->overall) worst = &r;
  }
  if (worst == nullptr) return out;
  out.limited_by = worst->limited_by;
  out.grade = RoundToTenth(sum / static_cast<double>(images.size()));
  return out;
}

}  // namespace veriline::grading
