// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/grade_listing.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "grading/hints.h"
#include "tools/veriline/grade_words.h"

namespace veriline::tools {
namespace {

using grading::GradeReport;
using grading::Parameter;

std::string HeadOf(const GradeReport& report, const GradePlan& plan) {
  const bool formal = IsFormal(report, plan.aperture_stated);
  std::string out =
      fmt::format("{}  {} ±{:.1f}  {}, {}", FormalGrade(report), report.letter(),
                  report.uncertainty, formal ? "formal" : "estimate", StandardText(report.edition));
  if (report.overall < 4) out += ", limited by " + std::string(Title(report.limited_by));
  return out + "\n";
}

std::string TableOf(const GradeReport& report) {
  std::string out;
  for (const Parameter parameter : MeasuredOf(report)) {
    const grading::ParameterGrade& p = report.Of(parameter);
    const std::string grade =
        p.graded() ? fmt::format("{:.1f} {}", p.grade, LetterOrDash(p.grade)) : "-";
    std::string line = fmt::format("    {:<24}{:>8}  {:<6}{}", Title(parameter),
                                   ValueText(report, parameter), grade, Detail(report, parameter));
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

/// MOD in whole percent; "!" behind modules of the wrong colour.
std::string MapOf(const SymbolGrade& graded) {
  const SampledGrid& grid = graded.grid;
  std::string out = "    modulation of modules in percent, ! = wrong colour\n        ";
  for (int col = 0; col < grid.cols; ++col) out += fmt::format("{:>3} ", col);
  out.back() = '\n';
  for (int row = 0; row < grid.rows; ++row) {
    out += fmt::format("    {:>3} ", row);
    for (int col = 0; col < grid.cols; ++col) {
      const grading::Module& m = graded.modules.At(row, col);
      out += fmt::format("{:>3}{}", std::lround(m.modulation * 100), m.wrong ? '!' : ' ');
    }
    out.erase(out.find_last_not_of(' ') + 1);
    out += '\n';
  }
  for (size_t i = 0; i < grid.codewords.size(); ++i) {
    const SampledGrid::Codeword& c = grid.codewords[i];
    if (c.read == c.corrected) continue;
    out += fmt::format("    codeword {} of block {} was repaired: {} -> {}\n", i, c.block, c.read,
                       c.corrected);
  }
  return out;
}

/// A line a scan, every scan with the grade of each parameter.
std::string ScansOf(const SymbolGrade& graded) {
  if (graded.scans.empty()) return {};
  constexpr std::array<std::string_view, grading::kLinearParameters.size()> kShort = {
      "edge", "dec", "SC", "Rmin", "EC", "MOD", "DEF", "V", "QZ", "add"};
  std::string out = fmt::format("    {:<6}{:<7}", "scan", "grade");
  for (const std::string_view name : kShort) out += fmt::format("{:>5}", name);
  out += "  limited by\n";
  for (size_t i = 0; i < graded.scans.size(); ++i) {
    const grading::LinearScan& scan = graded.scans[i];
    out += fmt::format("    {:<6}{:<7.1f}", i + 1, scan.grade);
    for (const Parameter p : grading::kLinearParameters) {
      const grading::ParameterGrade& g = scan.Of(p);
      out += g.graded() ? fmt::format("{:>5.1f}", g.grade) : fmt::format("{:>5}", "-");
    }
    out += "  " + std::string(scan.grade < 4 ? Title(scan.limited_by) : "-") + "\n";
  }
  return out;
}

}  // namespace

std::string ToListing(const GradedPicture& picture, const GradeOutput& output) {
  std::string out = HeadLine(picture.file);
  for (const SymbolGrade& graded : picture.symbols) {
    out += SymbolLine(*graded.symbol);
    if (!graded.report) {
      out += "    not graded: " + graded.note + "\n";
      continue;
    }
    const GradeReport& report = *graded.report;
    out += "    " + HeadOf(report, *output.plan);
    out += fmt::format("    X {:.1f} px", report.x_px);
    if (report.x_mm > 0) out += fmt::format(" ({:.3f} mm)", report.x_mm);
    out += ", " + ApertureText(report) + "\n" + TableOf(report) + ScansOf(graded);
    for (const grading::Hint& hint : report.hints.all()) {
      out += "    * " + Describe(hint) + "\n";
    }
    for (const std::string& reason : Explained(Reasons(report, output.plan->aperture_stated))) {
      out += "    no formal grade: " + reason + "\n";
    }
    if (output.modules && graded.has_modules()) out += MapOf(graded);
  }
  if (!picture.overlay.empty()) out += fmt::format("  overlay {}\n", Printable(picture.overlay));
  if (!picture.overlay_error.empty()) {
    out += fmt::format("  no overlay: {}\n", Printable(picture.overlay_error));
  }
  return out;
}

std::string ToListing(std::span<const AverageGrade> averages, const GradePlan& plan) {
  std::string out;
  for (const AverageGrade& average : averages) {
    out += fmt::format("average of {}: {} {}\n  {}", average.reports.size(), average.symbology,
                       Printable(average.text), HeadOf(MeanReport(average.reports), plan));
  }
  return out;
}

}  // namespace veriline::tools
