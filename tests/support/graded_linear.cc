// SPDX-License-Identifier: Apache-2.0
#include "tests/support/graded_linear.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <stdexcept>

#include "tests/support/databar_encoder.h"
#include "tests/support/ean_encoder.h"
#include "tests/support/linear_encoder.h"

namespace veriline::testing {

namespace {

/// The first edge within the character that begins with element `first`, behind a narrow element.
size_t InnerEdge(const std::vector<double>& widths, size_t first, size_t elements) {
  for (size_t edge = first + 1; edge < first + elements; ++edge) {
    if (widths[edge - 1] == 1) return edge;
  }
  throw std::logic_error("no narrow element");
}

/// (01)95012345678903(10)12345678
std::vector<int> ExpandedCharacters() {
  return DataBarBits()
      .Bits("1")
      .Length()
      .Number(9, 4)
      .Gtin("501234567890")
      .General("1012345678")
      .Characters();
}

}  // namespace

LinearSample LinearSample::Code128(const std::string& text) {
  LinearSample s{.name = "code128", .symbology = Symbology::kCode128, .payload = text};
  s.widths = ShortestCode128(text).Widths();
  s.edge = InnerEdge(s.widths, 3 * 6, 6);               // behind start and two characters
  s.grown = [](double g) { return 1 - 3 * g / 1.75; };  // three bars
  s.moved = [](double d) { return 1 - 2 * d; };         // of half a module
  return s;
}

LinearSample LinearSample::Code39(const std::string& text, double ratio) {
  LinearSample s{.name = "code39", .symbology = Symbology::kCode39, .payload = text};
  s.widths = Code39Widths(text, {.ratio = ratio});
  s.edge = InnerEdge(s.widths, 2 * 10, 9);
  s.grown = [ratio](double g) { return 1 - 2 * g / (ratio - 1); };
  s.moved = s.grown;
  return s;
}

LinearSample LinearSample::Itf(const std::string& digits, double ratio) {
  LinearSample s{.name = "itf", .symbology = Symbology::kItf, .payload = digits};
  s.widths = ItfWidths(digits, ratio);
  s.edge = InnerEdge(s.widths, 4 + 10, 10);
  // Bars are held to bars and spaces to spaces, so that growth is nothing; and what is moved takes
  // its part in the mean of the narrow ones.
  s.grown = [](double) { return 1.0; };
  double narrow = 0;
  for (size_t i = (s.edge - 1) % 2; i < s.widths.size(); i += 2) narrow += s.widths[i] == 1;
  s.moved = [ratio, narrow](double d) {
    const double z = 1 + d / narrow;
    return ((ratio + z) / 2 - (1 + d)) / ((ratio - z) / 2);
  };
  return s;
}

LinearSample LinearSample::Ean(Symbology symbology, const std::string& digits, bool thirteenth) {
  LinearSample s{.name = std::string(Name(symbology)), .symbology = symbology, .payload = digits};
  s.widths = EanWidths(symbology, digits, {}, {.thirteenth = thirteenth});
  // A digit that is told by edges to similar edges alone.
  size_t digit = symbology == Symbology::kEan13 || symbology == Symbology::kUpcE ? 1 : 0;
  const size_t left = digit;
  while (std::string_view("1278").find(digits[digit]) != std::string_view::npos) ++digit;
  s.edge = 3 + 4 * (digit - left) + 1;
  // Digits 1, 2, 7 and 8 have 15/13 modules between them, less what two bars grow by.
  const bool summed = digits.find_first_of("1278", left) != std::string::npos;
  const double apart = thirteenth ? 15.0 / 13 : 1;
  s.grown = [=](double g) { return summed ? std::min(1.0, 13.0 / 15 * (apart - 2 * g)) : 1; };
  s.moved = [](double d) { return 1 - 2 * d; };
  return s;
}

LinearSample LinearSample::DataBar(Symbology symbology, const std::string& digits) {
  LinearSample s{.name = std::string(Name(symbology)),
                 .symbology = symbology,
                 .payload = "01" + digits + EanCheckDigit(digits)};
  s.widths = symbology == Symbology::kDataBarLimited ? DataBarLimitedRows(digits).front()
                                                     : DataBarOmniRows(digits).front();
  s.edge = 1 + 3;                        // a bar of the guard, then a data character
  s.grown = [](double) { return 1.0; };  // from edges to similar edges
  s.moved = [](double d) { return 1 - 2 * d; };
  return s;
}

LinearSample LinearSample::DataBarStacked() {
  LinearSample s{.name = "databar-stacked",
                 .symbology = Symbology::kDataBarStacked,
                 .payload = "0109501101530003"};
  s.rows = DataBarOmniRows("0950110153000", false, true);
  return s;
}

LinearSample LinearSample::DataBarExpanded() {
  LinearSample s = DataBarExpandedStacked();
  s.name = "databar-expanded";
  s.symbology = Symbology::kDataBarExpanded;
  s.widths = DataBarExpandedRows(ExpandedCharacters()).front();
  s.rows.clear();
  s.edge = 1 + 3;
  s.grown = [](double) { return 1.0; };
  s.moved = [](double d) { return 1 - 2 * d; };
  return s;
}

LinearSample LinearSample::DataBarExpandedStacked() {
  LinearSample s{.name = "databar-expanded-stacked",
                 .symbology = Symbology::kDataBarExpandedStacked,
                 .payload = "01950123456789031012345678"};
  s.rows = DataBarExpandedRows(ExpandedCharacters(), 2);
  return s;
}

std::vector<LinearSample> LinearSample::All() {
  return {Code128(),
          Code39(),
          Itf(),
          Ean(Symbology::kEan13, "5012345678900"),
          Ean(Symbology::kEan8, "40170725"),
          Ean(Symbology::kUpcA, "712345012340"),
          Ean(Symbology::kUpcE, "04252614"),
          DataBar(Symbology::kDataBarOmni),
          DataBar(Symbology::kDataBarLimited),
          DataBarExpanded()};
}

size_t LinearSample::Widest(bool bar) const {
  size_t widest = bar ? 0 : 1;
  for (size_t i = widest; i < widths.size(); i += 2) {
    if (widths[i] > widths[widest]) widest = i;
  }
  return widest;
}

double LinearSample::Begin(size_t element) const {
  return std::accumulate(widths.begin(), widths.begin() + static_cast<ptrdiff_t>(element), 0.0);
}

calibration::Calibration LinearCalibration() {
  calibration::Calibration c;
  c.id = "drawing";
  const std::array<calibration::ReflectancePoint, 2> points = {{{20, 0}, {220, 1}}};
  c.reflectance = *calibration::ReflectanceCurve::Through(points);
  return c;
}

LinearPicture Draw(const LinearSample& sample, const LinearCase& how) {
  LinearRow row = PrintRow(sample.widths, how.ink);
  if (how.damage) how.damage(sample, &row);
  return DrawLinear({&row, 1}, how.shot);
}

Symbol SymbolOf(const LinearSample& sample, const LinearPicture& picture, bool turned) {
  Symbol symbol;
  symbol.symbology = sample.symbology;
  symbol.payload.Assign(sample.payload);
  symbol.decoder = Decoder::kOwn;
  symbol.quad = picture.outline;
  if (turned) {
    const auto& c = picture.outline.corners;
    symbol.quad.corners = {c[2], c[3], c[0], c[1]};
  }
  return symbol;
}

}  // namespace veriline::testing
