// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/grade_options.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <utility>

#include "calibration/model/calibration_file.h"

namespace veriline::tools {
namespace {

struct KnownEdition {
  std::string_view name;
  GradeStandard standard;
  grading::Edition edition;
};
constexpr std::array<KnownEdition, 6> kEditions = {{
    {"15415:2011", GradeStandard::k15415, grading::Edition::k15415_2011},
    {"15415:2024", GradeStandard::k15415, grading::Edition::k15415_2024},
    {"15416:2000", GradeStandard::k15416, grading::Edition::k15416_2000},
    {"15416:2016", GradeStandard::k15416, grading::Edition::k15416_2016},
    {"29158:2011", GradeStandard::k29158, grading::Edition::k29158_2011},
    {"29158:2020", GradeStandard::k29158, grading::Edition::k29158_2020},
}};

tl::unexpected<Diagnostic> Bad(std::string message, std::string advice) {
  return Fail(Diagnostic{.message = std::move(message), .advice = std::move(advice)});
}

std::string KnownEditions() {
  std::string known = "known are ";
  for (const KnownEdition& e : kEditions) {
    known += e.name == kEditions.front().name ? "" : ", ";
    known += e.name;
  }
  return known;
}

std::optional<double> Number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Checked<GradeStandard> StandardOf(const std::string& name) {
  for (const GradeStandard s : {GradeStandard::kAuto, GradeStandard::k15415, GradeStandard::k15416,
                                GradeStandard::k29158}) {
    if (name == Name(s)) return s;
  }
  return Bad("--standard: there is no standard \"" + name + "\"",
             "use auto, 15415, 15416 or 29158");
}

/// The editions of matrix and linear symbols, of what is listed and else the latest.
Checked<void> SetEditions(const GradeOptions& options, GradeStandard standard,
                          grading::GradingSpec* spec) {
  const GradeStandard matrix =
      standard == GradeStandard::k29158 ? GradeStandard::k29158 : GradeStandard::k15415;
  spec->edition = matrix == GradeStandard::k29158 ? grading::Edition::k29158_2020
                                                  : grading::Edition::k15415_2024;
  spec->linear_edition = grading::Edition::k15416_2016;
  std::vector<GradeStandard> told;
  for (const std::string& item : options.editions) {
    std::string name = item;
    if (name.find(':') == name.npos) {
      if (standard == GradeStandard::kAuto) {
        return Bad("--edition: of which standard is \"" + item + "\"?",
                   "write it as in 15415:2011, or name the --standard");
      }
      name = std::string(Name(standard)) + ":" + name;
    }
    const auto* known = std::find_if(kEditions.begin(), kEditions.end(),
                                     [&](const KnownEdition& e) { return e.name == name; });
    if (known == kEditions.end()) {
      return Bad("--edition: there is no edition \"" + name + "\"", KnownEditions());
    }
    if (std::find(told.begin(), told.end(), known->standard) != told.end()) {
      return Bad("--edition: \"" + name + "\" is a second edition of the same standard",
                 "name each standard once");
    }
    told.push_back(known->standard);
    if (known->standard == matrix) spec->edition = known->edition;
    if (known->standard == GradeStandard::k15416) spec->linear_edition = known->edition;
  }
  return {};
}

Checked<void> SetReflectance(const std::string& text, calibration::Calibration* calibration) {
  const size_t comma = text.find(',');
  const auto black = Number(std::string_view(text).substr(0, comma));
  const auto white =
      comma == text.npos ? std::nullopt : Number(std::string_view(text).substr(comma + 1));
  if (!black || !white || !(*black >= 0) || !(*white <= 255) || !(*white - *black >= 1)) {
    return Bad("--reflectance: \"" + text + "\" is not BLACK,WHITE",
               "two greys from 0 to 255, that of 0 % and the higher one of 100 %, as in 12,231");
  }
  const calibration::ReflectancePoint points[] = {{*black, 0}, {*white, 1}};
  auto curve = calibration::ReflectanceCurve::Through(points);
  if (!curve) {
    return Bad("--reflectance: " + curve.error().message, curve.error().advice);
  }
  calibration->reflectance = std::move(*curve);
  return {};
}

/// The calibration of the file with the fields that options override; null where nothing is known.
Checked<std::shared_ptr<const calibration::Calibration>> CalibrationOf(
    const GradeOptions& options) {
  std::shared_ptr<const calibration::Calibration> file;
  if (!options.calibration.empty()) {
    auto loaded = calibration::Load(options.calibration);
    if (!loaded) return Fail(std::move(loaded.error()));
    file = std::move(*loaded);
  }
  if (options.reflectance.empty() && !options.mm_per_px) return file;
  calibration::Calibration c = file ? *file : calibration::Calibration{};
  c.id = file ? file->id + " and options" : "options";
  if (options.mm_per_px) {
    c.scale = calibration::Scale{*options.mm_per_px, *options.mm_per_px};
    if (const auto valid = c.Validate(); !valid) {
      return Bad("--mm-per-px: " + valid.error().message, valid.error().advice);
    }
  }
  if (!options.reflectance.empty()) {
    if (auto set = SetReflectance(options.reflectance, &c); !set) {
      return Fail(std::move(set.error()));
    }
  }
  return std::make_shared<const calibration::Calibration>(std::move(c));
}

Checked<void> SetAperture(const GradeOptions& options, bool has_scale, grading::GradingSpec* spec) {
  if (options.aperture_mil && options.aperture_x) {
    return Bad("--aperture-mil and --aperture-x contradict each other", "give one of them");
  }
  if (options.aperture_mil) {
    if (!has_scale) {
      return Bad("--aperture-mil: without a scale an aperture in mil has no size in the picture",
                 "add --mm-per-px or a --calibration with a scale, or use --aperture-x 0.8");
    }
    constexpr double kMostMil = 390;
    if (!(*options.aperture_mil >= 1 && *options.aperture_mil <= kMostMil)) {
      return Bad("--aperture-mil: the aperture lies outside 1 to 390 mil",
                 "its diameter in thousandths of an inch, as in 8");
    }
    spec->aperture.mm = spec->linear_aperture.mm = *options.aperture_mil * grading::kMmPerMil;
  } else if (options.aperture_x) {
    if (!(*options.aperture_x > 0 && *options.aperture_x <= 4)) {
      return Bad("--aperture-x: the aperture lies outside 0 to 4 X",
                 "its diameter as a share of a module; 0.8 is usual");
    }
    spec->aperture.x_ratio = spec->linear_aperture.x_ratio = *options.aperture_x;
  }
  return {};
}

Checked<void> SetLight(const GradeOptions& options, grading::GradingSpec* spec) {
  if (options.wavelength == "W" || options.wavelength == "w") {
    spec->wavelength_nm = 0;
  } else if (!options.wavelength.empty()) {
    const auto nm = Number(options.wavelength);
    if (!nm || !(*nm >= 200 && *nm <= 2000) || *nm != static_cast<int>(*nm)) {
      return Bad("--wavelength: \"" + options.wavelength + "\" is no wavelength",
                 "give 200 to 2000 nm, as in 660, or W for white light");
    }
    spec->wavelength_nm = static_cast<int>(*nm);
  }
  if (options.angle.empty()) return {};
  std::string code = options.angle;
  for (char& c : code) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (!grading::IsLightingCode(code)) {
    return Bad("--angle: there is no light \"" + options.angle + "\"",
               "use 45 (or 45Q), 30Q, 30T, 30S, 90, D or TCL");
  }
  if (code == "45") code = "45Q";
  std::copy(code.begin(), code.end(), spec->lighting.begin());
  return {};
}

}  // namespace

std::string_view Name(GradeStandard standard) {
  constexpr std::array<std::string_view, 4> kNames = {"auto", "15415", "15416", "29158"};
  return kNames[static_cast<size_t>(standard)];
}

bool IsLinear(Symbology s) {
  return (s >= Symbology::kCode128 && s <= Symbology::kDataBarExpandedStacked) ||
         s == Symbology::kTelepen || s == Symbology::kDxFilmEdge;
}

GradeStandard GradePlan::StandardFor(Symbology symbology) const {
  if (standard != GradeStandard::kAuto) return standard;
  return IsLinear(symbology) ? GradeStandard::k15416 : GradeStandard::k15415;
}

Checked<GradePlan> PlanGrades(const GradeOptions& options) {
  GradePlan plan;
  const auto standard = StandardOf(options.standard);
  if (!standard) return Fail(standard.error());
  plan.standard = *standard;
  if (auto set = SetEditions(options, plan.standard, &plan.spec); !set) return Fail(set.error());
  auto calibration = CalibrationOf(options);
  if (!calibration) return Fail(calibration.error());
  plan.calibration = std::move(*calibration);
  const bool has_scale = plan.calibration != nullptr && plan.calibration->scale.has_value();
  if (auto set = SetAperture(options, has_scale, &plan.spec); !set) return Fail(set.error());
  if (auto set = SetLight(options, &plan.spec); !set) return Fail(set.error());
  if (const auto valid = plan.spec.Validate(); !valid) return Fail(valid.error());
  plan.aperture_stated = options.aperture_mil.has_value() || options.aperture_x.has_value() ||
                         grading::IsDirectPartMark(plan.spec.edition);
  return plan;
}

}  // namespace veriline::tools
