// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/picture_grader.h"

#include <fmt/format.h>

#include <cstdint>

namespace veriline::tools {
namespace {

std::string Text(const Error& error) {
  if (error.a == 0 && error.b == 0) return error.text;
  return fmt::format("{} ({}, {})", error.text, error.a, error.b);
}

}  // namespace

PictureGrader::PictureGrader(const SymbologySet& symbologies, const GradePlan& plan,
                             bool keep_modules)
    : plan_(plan), keep_modules_(keep_modules), reader_(symbologies) {}

GradedPicture PictureGrader::Grade(const std::string& file, int attempt) {
  GradedPicture out;
  out.file = reader_.Read(file, attempt);
  out.pixels = reader_.picture();
  const int64_t start_ns = clock_.NowNs();
  for (const Symbol& symbol : out.file.symbols) out.symbols.push_back(GradeSymbol(symbol));
  out.file.elapsed_us += (clock_.NowNs() - start_ns) / 1000;
  return out;
}

SymbolGrade PictureGrader::GradeSymbol(const Symbol& symbol) {
  SymbolGrade out;
  out.symbol = &symbol;
  const std::string name(Name(symbol.symbology));
  const GradeStandard standard = plan_.StandardFor(symbol.symbology);
  if (standard == GradeStandard::k15416 && !IsLinear(symbol.symbology)) {
    out.note = "ISO/IEC 15416 is for linear symbols: no grade for " + name;
    return out;
  }
  if (standard != GradeStandard::k15416 && IsLinear(symbol.symbology)) {
    out.note = fmt::format("ISO/IEC {} is for matrix and multi-row symbols: no grade for {}",
                           Name(standard), name);
    return out;
  }
  if (!grading::SymbolGrader::Covers(symbol.symbology)) {
    out.note = name + " is not graded yet";
    return out;
  }
  const auto report = grader_.Grade(reader_.picture(), plan_.calibration.get(), symbol, plan_.spec);
  if (!report) {
    out.note = Text(report.error());
    return out;
  }
  out.report = *report;
  if (keep_modules_ && grader_.grid().rows > 0) {
    out.grid = grader_.grid();
    out.modules = grader_.modules();
  }
  out.scans.assign(grader_.scans().begin(), grader_.scans().end());
  return out;
}

}  // namespace veriline::tools
