// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/grade_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "grading/linear_scan.h"

namespace veriline::tools {

using grading::GradeReport;
using grading::Indication;
using grading::Parameter;

namespace {

constexpr std::string_view kNoAperture = "no_aperture";

std::string Percent(double ratio) { return fmt::format("{:.0f} %", ratio * 100); }

/// With its sign, but none before what is shown as zero.
std::string Signed(double value) {
  const double shown = std::round(value * 100) / 100;
  return shown == 0 ? "0.00" : fmt::format("{:+.2f}", shown);
}

std::string Copies(const grading::InformationGrade& information) {
  std::string out;
  for (int i = 0; i < information.copies && i < 2; ++i) {
    const auto at = static_cast<size_t>(i);
    out += fmt::format("{}copy {}: {} wrong", i == 0 ? "" : ", ", i + 1, information.wrong[at]);
  }
  return out;
}

}  // namespace

std::vector<Parameter> MeasuredOf(const GradeReport& report) {
  std::vector<Parameter> all;
  if (report.scans > 0) {
    all.assign(grading::kLinearParameters.begin(), grading::kLinearParameters.end());
    all.push_back(Parameter::kCodewordYield);
    all.push_back(Parameter::kUnusedErrorCorrection);
    all.push_back(Parameter::kPrintGrowth);
  } else {
    for (size_t i = 0; i < grading::kParameterCount; ++i) all.push_back(static_cast<Parameter>(i));
  }
  std::erase_if(all, [&](Parameter p) { return !report.Of(p).measured(); });
  return all;
}

std::string_view Title(Parameter parameter) {
  constexpr std::array<std::string_view, grading::kParameterCount> kTitles = {
      "Decode",
      "Symbol contrast",
      "Modulation",
      "Reflectance margin",
      "Contrast uniformity",
      "Fixed pattern damage",
      "Axial nonuniformity",
      "Grid nonuniformity",
      "Unused error correction",
      "Format information",
      "Version information",
      "Print growth",
      "Cell contrast",
      "Cell modulation",
      "Minimum reflectance",
      "Edge determination",
      "Lowest reflectance",
      "Minimum edge contrast",
      "Defects",
      "Decodability",
      "Quiet zones",
      "Additional",
      "Codeword yield"};
  return kTitles[static_cast<size_t>(parameter)];
}

std::string ValueText(const GradeReport& report, Parameter parameter) {
  const double value = report.Of(parameter).value;
  if (std::isnan(value)) return {};
  switch (parameter) {
    case Parameter::kDecode:
    case Parameter::kEdgeDetermination:
      if (value > 0 && value < 1)
        return fmt::format("{:.0f} of {}", value * report.scans, report.scans);
      return value > 0 ? "passed" : "failed";
    case Parameter::kAdditional:
      return fmt::format("1 : {:.2f}", value);
    case Parameter::kAxialNonuniformity:
      return fmt::format("{:.1f} %", value * 100);
    case Parameter::kGridNonuniformity:
      return fmt::format("{:.2f} X", value);
    case Parameter::kPrintGrowth:
      return Signed(value) + " X";
    case Parameter::kFixedPatternDamage:
    case Parameter::kFormatInformation:
    case Parameter::kVersionInformation:
      return fmt::format("{:.1f}", value);
    default:
      return Percent(value);
  }
}

std::string Detail(const GradeReport& report, Parameter parameter) {
  const grading::Levels& levels = report.levels;
  switch (parameter) {
    case Parameter::kDecode:
      if (report.reference_failed_at == symbology::ReferenceStep::kNone) return {};
      return "the reference decode failed at: " + std::string(Name(report.reference_failed_at));
    case Parameter::kSymbolContrast:
      return fmt::format("Rmax {}, Rmin {}, threshold {}", Percent(levels.rmax),
                         Percent(levels.rmin), Percent(levels.threshold));
    case Parameter::kCellContrast:
      return fmt::format("light {}, dark {}, threshold {}", Percent(levels.rmax),
                         Percent(levels.rmin), Percent(levels.threshold));
    case Parameter::kModulation:
    case Parameter::kReflectanceMargin:
    case Parameter::kCellModulation:
      if (report.scans > 0 || !(report.Of(parameter).grade < 4)) return {};
      return "error correction left if every codeword below 4.0 failed";
    case Parameter::kContrastUniformity:
      if (report.uniformity_row < 0) return {};
      return fmt::format("lowest at row {}, column {}", report.uniformity_row,
                         report.uniformity_col);
    case Parameter::kGridNonuniformity:
      return fmt::format("most at row {}, column {}", report.grid_row, report.grid_col);
    case Parameter::kFixedPatternDamage: {
      std::string out;
      for (const grading::Segment& s : report.fixed_patterns.segments()) {
        out += fmt::format("{}{} {:.1f}", out.empty() ? "" : ", ", Name(s.name), s.grade);
        if (s.wrong > 0) out += fmt::format(" ({} wrong)", s.wrong);
      }
      return out;
    }
    case Parameter::kFormatInformation:
      return Copies(report.format);
    case Parameter::kVersionInformation:
      return Copies(report.version);
    case Parameter::kRMin:
      return "at most half of Rmax";
    case Parameter::kQuietZone:
      return fmt::format("left {:.1f} X, right {:.1f} X seen", report.quiet_left_x,
                         report.quiet_right_x);
    case Parameter::kAdditional:
      return "narrow to wide elements";
    case Parameter::kPrintGrowth:
      if (report.scans > 0) return "bar width gain";
      return "across " + Signed(report.growth.x) + ", down " + Signed(report.growth.y);
    default:
      return {};
  }
}

char LetterOrDash(double grade) { return std::isnan(grade) ? '-' : grading::LetterOf(grade); }

bool IsFormal(const GradeReport& report, bool aperture_stated) {
  return report.formal() && aperture_stated;
}

std::vector<std::string_view> Reasons(const GradeReport& report, bool aperture_stated) {
  std::vector<std::string_view> reasons;
  for (size_t i = 0; i < grading::kIndicationCount; ++i) {
    const auto indication = static_cast<Indication>(i);
    if (report.Has(indication)) reasons.push_back(Name(indication));
  }
  if (!aperture_stated) reasons.push_back(kNoAperture);
  return reasons;
}

std::string_view Explain(std::string_view reason) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kTexts = {{
      {"no_reflectance", "grey is not calibrated (--reflectance or --calibration)"},
      {"no_scale", "the scale is not known (--mm-per-px or --calibration)"},
      {"no_wavelength", "the light's wavelength is not known (--wavelength)"},
      {"no_lighting", "the light's angle is not known (--angle)"},
      {"no_aperture", "the aperture was not chosen (--aperture-mil or --aperture-x)"},
      {"few_pixels", "fewer than 5 pixels a module"},
      {"quiet_zone_unseen", "the quiet zone lies partly outside the picture"},
      {"margin_unseen", "the 20 X around lie partly outside the picture"},
      {"saturated", "the lightest place is overexposed"},
      {"reader_only", "the reference decode failed; the other parameters are informative"},
      {"patterns_not_covered", "fixed patterns of this symbology are not graded"},
      {"scans_disagree", "scans of the symbol decode to different data"},
      {"scans_overlap", "the bars are too low for scans that are an aperture apart"},
      {"no_system_response", "minimum reflectance was not measured (system response)"},
  }};
  for (const auto& [name, text] : kTexts) {
    if (name == reason) return text;
  }
  return reason;
}

std::vector<std::string> Explained(const std::vector<std::string_view>& reasons) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kStatements = {{
      {"no_reflectance", "reflectance"},
      {"no_scale", "scale"},
      {kNoAperture, "aperture"},
      {"no_wavelength", "wavelength"},
      {"no_lighting", "angle"},
  }};
  const auto has = [&](std::string_view name) {
    return std::find(reasons.begin(), reasons.end(), name) != reasons.end();
  };
  std::string unstated;
  for (const auto& [reason, what] : kStatements) {
    if (has(reason)) unstated += (unstated.empty() ? "" : ", ") + std::string(what);
  }
  std::vector<std::string> out;
  if (!unstated.empty()) out.push_back("nobody stated: " + unstated);
  for (const std::string_view reason : reasons) {
    const bool statement = std::any_of(kStatements.begin(), kStatements.end(),
                                       [&](const auto& s) { return s.first == reason; });
    if (!statement) out.emplace_back(Explain(reason));
  }
  return out;
}

std::string StandardText(grading::Edition edition) {
  return "ISO/IEC " + std::string(Name(edition));
}

std::string ApertureText(const GradeReport& report) {
  std::string out = fmt::format("aperture {:.2f} X", report.aperture_x_ratio);
  if (report.aperture_mm > 0) {
    out += fmt::format(" ({:.3f} mm, {:.0f} mil)", report.aperture_mm,
                       report.aperture_mm / grading::kMmPerMil);
  }
  return out;
}

}  // namespace veriline::tools
