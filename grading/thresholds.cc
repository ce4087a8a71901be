// SPDX-License-Identifier: Apache-2.0
#include "grading/thresholds.h"

#include <cmath>

namespace veriline::grading {

std::string_view Name(Edition edition) {
  switch (edition) {
    case Edition::k15415_2011:
      return "15415:2011";
    case Edition::k15415_2024:
      return "15415:2024";
    case Edition::k29158_2011:
      return "29158:2011";
    case Edition::k29158_2020:
      return "29158:2020";
    case Edition::k15416_2000:
      return "15416:2000";
    case Edition::k15416_2016:
      return "15416:2016";
  }
  return "";
}

double GradeOf(const ThresholdTable& table, double value, Scale scale, bool tails) {
  if (std::isnan(value)) return 0;
  // Turned so that more is better.
  const double sign = table.HigherIsBetter() ? 1 : -1;
  const double v = sign * value;
  const auto at = [&](int i) { return sign * table.at[static_cast<size_t>(i)]; };
  if (scale == Scale::kWhole) {
    const double slack = table.exclusive ? -kBoundaryTolerance : kBoundaryTolerance;
    for (int i = 0; i < 4; ++i) {
      if (v >= at(i) - slack) return 4 - i;
    }
    return 0;
  }
  if (v >= at(0) - kBoundaryTolerance) return 4;
  for (int i = 1; i < 4; ++i) {
    if (v >= at(i)) return (4 - i) + (v - at(i)) / (at(i - 1) - at(i));
  }
  if (v >= at(3) - kBoundaryTolerance) return 1;
  if (!tails || std::isnan(table.zero_at)) return 0;
  const double zero = sign * table.zero_at;
  return v > zero ? (v - zero) / (at(3) - zero) : 0;
}

double RoundToTenth(double grade) {
  constexpr double kRounding = 1e-7;  // 2.25 is a half even where it was computed as 2.2499999999
  return std::floor(grade * 10 + 0.5 + kRounding) / 10;
}

char LetterOf(double grade) {
  constexpr double kSlack = 1e-6;
  if (grade >= 3.5 - kSlack) return 'A';
  if (grade >= 2.5 - kSlack) return 'B';
  if (grade >= 1.5 - kSlack) return 'C';
  if (grade >= 0.5 - kSlack) return 'D';
  return 'F';
}

}  // namespace veriline::grading
