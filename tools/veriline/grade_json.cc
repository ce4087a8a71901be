// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/grade_json.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "grading/hints.h"
#include "tools/veriline/grade_words.h"

namespace veriline::tools {
namespace {

using grading::GradeReport;
using grading::Parameter;
using Json = nlohmann::ordered_json;

/// Four digits behind the point are more than a camera knows of a ratio.
Json Number(double value, double digits = 1e4) {
  if (!std::isfinite(value)) return nullptr;
  const double rounded = std::round(value * digits) / digits;
  return rounded == 0 ? 0.0 : rounded;  // no -0
}
Json Tenths(double grade) { return Number(grade, 10); }

Json SegmentsOf(const grading::FixedPatternDamage& damage) {
  Json out = Json::array();
  for (const grading::Segment& s : damage.segments()) {
    Json segment;
    segment["name"] = Name(s.name);
    segment["grade"] = Tenths(s.grade);
    segment["modules"] = s.modules;
    segment["wrong"] = s.wrong;
    if (s.name == grading::SegmentName::kCtsa) {
      segment["transition_ratio"] = Number(s.transition_ratio);
    }
    out.push_back(std::move(segment));
  }
  return out;
}

Json CopiesOf(const grading::InformationGrade& information) {
  Json out = Json::array();
  for (size_t i = 0; i < static_cast<size_t>(information.copies); ++i) {
    out.push_back({{"wrong", information.wrong[i]}, {"grade", Tenths(information.of_copy[i])}});
  }
  return out;
}

void AddParts(const GradeReport& report, Parameter parameter, Json* out) {
  const grading::Levels& levels = report.levels;
  switch (parameter) {
    case Parameter::kDecode:
      if (report.reference_failed_at != symbology::ReferenceStep::kNone) {
        (*out)["failed_at"] = Name(report.reference_failed_at);
      }
      break;
    case Parameter::kSymbolContrast:
      (*out)["rmax"] = Number(levels.rmax);
      (*out)["rmin"] = Number(levels.rmin);
      (*out)["threshold"] = Number(levels.threshold);
      break;
    case Parameter::kCellContrast:
      (*out)["mean_light"] = Number(levels.rmax);
      (*out)["mean_dark"] = Number(levels.rmin);
      (*out)["threshold"] = Number(levels.threshold);
      break;
    case Parameter::kContrastUniformity:
      if (report.uniformity_row >= 0) {
        (*out)["location"] = {report.uniformity_row, report.uniformity_col};
      }
      break;
    case Parameter::kFixedPatternDamage:
      (*out)["average_grade"] = Number(report.fixed_patterns.average_grade, 100);
      (*out)["segments"] = SegmentsOf(report.fixed_patterns);
      break;
    case Parameter::kGridNonuniformity:
      (*out)["location"] = {report.grid_row, report.grid_col};
      (*out)["least_squares"] = Number(report.grid_least_squares);
      break;
    case Parameter::kFormatInformation:
      (*out)["copies"] = CopiesOf(report.format);
      break;
    case Parameter::kVersionInformation:
      (*out)["copies"] = CopiesOf(report.version);
      break;
    case Parameter::kQuietZone:
      (*out)["left_x"] = Number(report.quiet_left_x, 100);
      (*out)["right_x"] = Number(report.quiet_right_x, 100);
      break;
    case Parameter::kPrintGrowth:
      (*out)["x"] = Number(report.growth.x);
      if (report.scans == 0) (*out)["y"] = Number(report.growth.y);
      (*out)["sharpness"] = Number(report.growth.sharpness);
      break;
    default:
      break;
  }
}

Json ParametersOf(const GradeReport& report) {
  Json out = Json::object();
  for (const Parameter parameter : MeasuredOf(report)) {
    const grading::ParameterGrade& p = report.Of(parameter);
    Json entry;
    entry["value"] = Number(p.value);
    entry["grade"] = Tenths(p.grade);
    if (p.graded()) entry["letter"] = std::string(1, LetterOrDash(p.grade));
    AddParts(report, parameter, &entry);
    out[std::string(Name(parameter))] = std::move(entry);
  }
  return out;
}

/// What an average has too.
Json HeadOf(const GradeReport& report, const GradePlan& plan) {
  const std::string edition(Name(report.edition));
  const auto reasons = Reasons(report, plan.aperture_stated);
  Json out;
  out["standard"] = edition.substr(0, edition.find(':'));
  out["edition"] = edition;
  out["formal"] = nullptr;
  out["estimate"] = nullptr;
  out[IsFormal(report, plan.aperture_stated) ? "formal" : "estimate"] = FormalGrade(report);
  out["overall"] = Tenths(report.overall);
  out["letter"] = std::string(1, report.letter());
  out["uncertainty"] = Tenths(report.uncertainty);
  out["indicative"] = reasons;
  out["limited_by"] = Name(report.limited_by);
  return out;
}

Json HintsOf(const GradeReport& report) {
  Json out = Json::array();
  for (const grading::Hint& hint : report.hints.all()) {
    Json h;
    h["kind"] = Name(hint.kind);
    h["text"] = Describe(hint);
    h["axis"] = hint.along_x ? "x" : "y";
    if (hint.index >= 0) h["index"] = hint.index;
    if (hint.row >= 0) h["location"] = {hint.row, hint.col};
    h["amount"] = Number(hint.amount);
    if (hint.amount_um > 0) h["amount_um"] = Number(hint.amount_um, 10);
    out.push_back(std::move(h));
  }
  return out;
}

Json SwitchesOf(const grading::Switches& switches, bool all) {
  Json out = Json::array();
  for (const grading::NamedSwitch& s : grading::Listed(switches)) {
    if (s.is_default && !all) continue;
    out.push_back({{"name", s.name}, {"value", s.value}, {"section", s.section}});
  }
  return out;
}

/// rows × cols of what `of` gives.
template <class Of>
Json Rows(const SampledGrid& grid, const Of& of) {
  Json out = Json::array();
  for (int row = 0; row < grid.rows; ++row) {
    Json line = Json::array();
    for (int col = 0; col < grid.cols; ++col) line.push_back(of(row, col));
    out.push_back(std::move(line));
  }
  return out;
}

Json ModulesOf(const SymbolGrade& graded) {
  const SampledGrid& grid = graded.grid;
  const grading::ModuleMap& map = graded.modules;
  Json out;
  out["rows"] = grid.rows;
  out["cols"] = grid.cols;
  const auto of = [&](const auto& field) {
    return Rows(grid, [&](int row, int col) { return field(map.At(row, col)); });
  };
  out["reflectance"] = of([](const grading::Module& m) { return Number(m.reflectance); });
  out["modulation"] = of([](const grading::Module& m) { return Number(m.modulation); });
  out["margin"] = of([](const grading::Module& m) { return Number(m.margin); });
  out["dark"] = of([](const grading::Module& m) { return Json(m.dark ? 1 : 0); });
  out["wrong"] = of([](const grading::Module& m) { return Json(m.wrong ? 1 : 0); });
  out["codeword"] = Rows(grid, [&](int row, int col) { return Json(grid.CodewordOf(row, col)); });
  out["centers"] = Rows(grid, [&](int row, int col) {
    const Point p = grid.Center(row, col);
    return Json{Number(p.x, 100), Number(p.y, 100)};
  });
  Json codewords = Json::array();
  for (const SampledGrid::Codeword& c : grid.codewords) {
    Json codeword{{"read", c.read}, {"corrected", c.corrected}, {"block", c.block}};
    if (c.read != c.corrected) codeword["repaired"] = true;
    if (c.erased) codeword["erased"] = true;
    codewords.push_back(std::move(codeword));
  }
  out["codewords"] = std::move(codewords);
  return out;
}

/// One object a scan; with `profiles` its reflectances and edges as well.
Json ScansOf(const SymbolGrade& graded, bool profiles) {
  Json out = Json::array();
  for (const grading::LinearScan& scan : graded.scans) {
    Json entry;
    entry["height"] = Number(static_cast<double>(scan.height_ratio), 1000);
    if (scan.row > 0) entry["row"] = scan.row;
    entry["grade"] = Tenths(scan.grade);
    entry["limited_by"] = Name(scan.limited_by);
    for (const Parameter p : grading::kLinearParameters) {
      const grading::ParameterGrade& g = scan.Of(p);
      if (!g.measured()) continue;
      Json parameter{{"value", Number(g.value)}, {"grade", Tenths(g.grade)}};
      if (p == Parameter::kEdgeContrastMin) parameter["edge"] = scan.edge_contrast.edge;
      if (p == Parameter::kDefects) parameter["element"] = scan.defects.element;
      if (p == Parameter::kDecodability) parameter["character"] = scan.character;
      entry[std::string(Name(p))] = std::move(parameter);
    }
    entry["rmax"] = Number(scan.levels.rmax);
    entry["threshold"] = Number(scan.levels.threshold);
    entry["edges"] = scan.profile.edges.size();
    entry["bar_width_gain"] = Number(scan.gain_x);
    if (profiles) {
      const grading::LinearScan& s = scan;
      const Point from = s.profile.At(0);
      entry["profile"]["from"] = {Number(from.x, 100), Number(from.y, 100)};
      entry["profile"]["step"] = {Number(s.profile.step.x), Number(s.profile.step.y)};
      Json values = Json::array(), edges = Json::array();
      for (const float v : s.profile.values) values.push_back(Number(static_cast<double>(v)));
      for (const float e : s.profile.edges) edges.push_back(Number(static_cast<double>(e), 100));
      entry["profile"]["reflectance"] = std::move(values);
      entry["profile"]["edges"] = std::move(edges);
    }
    out.push_back(std::move(entry));
  }
  return out;
}

Json GradeOf(const SymbolGrade& graded, const GradeOutput& output) {
  const GradeReport& report = *graded.report;
  const GradePlan& plan = *output.plan;
  Json out = HeadOf(report, plan);
  out["parameters"] = ParametersOf(report);
  out["x_px"] = Number(report.x_px, 1000);
  if (report.x_mm > 0) out["x_mm"] = Number(report.x_mm);
  Json aperture{{"x_ratio", Number(report.aperture_x_ratio)}};
  if (report.aperture_mm > 0) {
    aperture["mm"] = Number(report.aperture_mm);
    aperture["mil"] = Number(report.aperture_mm / grading::kMmPerMil, 100);
  }
  out["aperture"] = std::move(aperture);
  if (report.wavelength_nm) out["wavelength_nm"] = *report.wavelength_nm;
  if (report.lighting[0] != 0) out["angle"] = report.lighting.data();
  if (plan.calibration) out["calibration"] = plan.calibration->id;
  if (report.extreme_reflectance) out["extreme_reflectance"] = true;
  out["hints"] = HintsOf(report);
  Json switches = SwitchesOf(plan.spec.switches, output.modules);
  if (!switches.empty()) out["switches"] = std::move(switches);
  if (output.modules && graded.has_modules()) out["modules"] = ModulesOf(graded);
  if (!graded.scans.empty()) {
    out["worst_scan"] = report.worst_scan;
    out["scans"] = ScansOf(graded, output.modules);
  }
  return out;
}

}  // namespace

std::string ToJson(const GradedPicture& picture, const GradeOutput& output) {
  Json out = HeadOf(picture.file);
  if (!picture.overlay.empty()) out["overlay"] = picture.overlay;
  if (!picture.overlay_error.empty()) out["overlay_error"] = picture.overlay_error;
  out["symbols"] = Json::array();
  for (const SymbolGrade& graded : picture.symbols) {
    Json symbol = ToJsonValue(*graded.symbol);
    symbol["grade"] = graded.report ? GradeOf(graded, output) : Json(nullptr);
    if (!graded.report) symbol["grade_note"] = graded.note;
    out["symbols"].push_back(std::move(symbol));
  }
  return Dump(out);
}

std::string ToJson(std::span<const AverageGrade> averages, const GradePlan& plan) {
  Json list = Json::array();
  for (const AverageGrade& average : averages) {
    Json images = Json::array();
    for (size_t i = 0; i < average.reports.size(); ++i) {
      images.push_back(
          {{"file", average.files[i]}, {"overall", Tenths(average.reports[i].overall)}});
    }
    Json entry;
    entry["symbology"] = average.symbology;
    entry["text"] = average.text;
    entry["images"] = std::move(images);
    entry["grade"] = HeadOf(MeanReport(average.reports), plan);
    list.push_back(std::move(entry));
  }
  return Dump(Json{{"average", std::move(list)}});
}

GradeReport MeanReport(std::span<const GradeReport> reports) {
  GradeReport mean = reports.front();
  const grading::MeanGrade grade = grading::MeanOf(reports);
  mean.overall = grade.grade;
  mean.extreme_reflectance = grade.extreme_reflectance;
  mean.limited_by = grade.limited_by;
  double aperture_mm = 0;
  for (const GradeReport& report : reports) {
    mean.indications |= report.indications;
    mean.uncertainty = std::max(mean.uncertainty, report.uncertainty);
    aperture_mm += report.aperture_mm / static_cast<double>(reports.size());
  }
  mean.aperture_mm = aperture_mm;
  return mean;
}

}  // namespace veriline::tools
