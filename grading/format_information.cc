// SPDX-License-Identifier: Apache-2.0
#include "grading/format_information.h"

#include <algorithm>
#include <cmath>

#include "vision/symbology/qr/format.h"
#include "vision/symbology/qr/layout.h"

namespace veriline::grading {
namespace {

namespace qr = symbology::qr;

void AddCopy(const ModuleMap& map, const SegmentRule& rule, qr::Version version, int bits,
             qr::Module (*module_of)(qr::Version, int, int), InformationGrade* out) {
  SegmentCount count(rule);
  for (int bit = 0; bit < bits; ++bit) {
    const qr::Module at = module_of(version, out->copies, bit);
    count.Add(map.At(at.row, at.col));
  }
  const auto copy = static_cast<size_t>(out->copies++);
  out->wrong[copy] = count.wrong();
  out->of_copy[copy] = count.GradeOfNumber(kFormatDamageTable);
}

void Combine(const SegmentRule& rule, InformationGrade* out) {
  if (out->copies < 2) {
    out->grade = out->of_copy[0];
    return;
  }
  using CopyRule = Switches::CopyRule;
  CopyRule copies = rule.switches->copies;
  const bool whole = rule.levels.scale == Scale::kWhole;
  if (copies == CopyRule::kByEdition) copies = whole ? CopyRule::kMeanRoundedUp : CopyRule::kMean;
  out->grade = (out->of_copy[0] + out->of_copy[1]) / 2;
  if (copies == CopyRule::kMeanRoundedUp) out->grade = std::ceil(out->grade - 1e-9);
  if (copies == CopyRule::kLower) out->grade = std::min(out->of_copy[0], out->of_copy[1]);
}

}  // namespace

InformationGrade GradeFormatInformation(const ModuleMap& map, const SampledGrid& grid,
                                        const SegmentRule& rule) {
  InformationGrade out;
  const auto version = qr::Version::OfSize(grid.rows);
  if (!version) return out;
  for (int copy = 0; copy < qr::FormatCopies(*version); ++copy) {
    AddCopy(map, rule, *version, qr::kFormatBits, qr::FormatModule, &out);
  }
  Combine(rule, &out);
  return out;
}

InformationGrade GradeVersionInformation(const ModuleMap& map, const SampledGrid& grid,
                                         const SegmentRule& rule) {
  constexpr int kCopies = 2;
  InformationGrade out;
  const auto version = qr::Version::OfSize(grid.rows);
  if (!version || !qr::HasVersionInformation(*version)) return out;
  for (int copy = 0; copy < kCopies; ++copy) {
    AddCopy(map, rule, *version, qr::kVersionBits, qr::VersionModule, &out);
  }
  Combine(rule, &out);
  return out;
}

}  // namespace veriline::grading
