// SPDX-License-Identifier: Apache-2.0
#include "grading/format_information.h"

#include <algorithm>
#include <cmath>

#include "grading/qr_patterns.h"

namespace veriline::grading {
namespace {

template <class PlaceOf>
void AddCopy(const ModuleMap& map, const SegmentRule& rule, int bits, const PlaceOf& place_of,
             InformationGrade* out) {
  SegmentCount count(rule);
  for (int bit = 0; bit < bits; ++bit) {
    const ModulePlace place = place_of(bit);
    count.Add(map.At(place.row, place.col));
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
  constexpr int kBits = 15;
  InformationGrade out;
  if (grid.symbology == Symbology::kMicroQr) {
    AddCopy(map, rule, kBits, MicroFormatModule, &out);
  } else {
    for (const int copy : {0, 1}) {
      AddCopy(
          map, rule, kBits, [&](int bit) { return FormatModule(grid.rows, copy, bit); }, &out);
    }
  }
  Combine(rule, &out);
  return out;
}

InformationGrade GradeVersionInformation(const ModuleMap& map, const SampledGrid& grid,
                                         const SegmentRule& rule) {
  constexpr int kBits = 18, kLeastSize = 17 + 4 * 7;
  InformationGrade out;
  if (grid.symbology != Symbology::kQr || grid.rows < kLeastSize) return out;
  for (const int copy : {0, 1}) {
    AddCopy(
        map, rule, kBits, [&](int bit) { return VersionModule(grid.rows, copy, bit); }, &out);
  }
  Combine(rule, &out);
  return out;
}

}  // namespace veriline::grading
