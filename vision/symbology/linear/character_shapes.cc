// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/character_shapes.h"

#include <algorithm>
#include <initializer_list>

#include "vision/symbology/linear/code128_table.h"
#include "vision/symbology/linear/code39.h"
#include "vision/symbology/linear/itf.h"

namespace veriline::symbology::linear {
namespace {

constexpr ElementPlace kNarrow{1, 0};
constexpr ElementPlace kWide{0, 1};

/// Adds one element after the other.
class ShapeWriter {
 public:
  explicit ShapeWriter(int value) { shape_.value = static_cast<int16_t>(value); }

  void Add(ElementPlace width) {
    const bool bar = element_++ % 2 == 0;
    if (bar) shape_.places[shape_.edges++] = at_;
    at_ = at_ + width;
    if (bar) shape_.places[shape_.edges++] = at_;
  }
  const CharacterShape& shape() const { return shape_; }
  /// Without a bar of no width that stands for a space at the begin.
  CharacterShape ShapeOfBars() const {
    CharacterShape shape = shape_;
    if (shape.places[1] != ElementPlace{}) return shape;
    std::copy(shape.places.begin() + 2, shape.places.end(), shape.places.begin());
    shape.edges = static_cast<uint8_t>(shape.edges - 2);
    return shape;
  }
  ElementPlace width() const { return at_; }

 private:
  CharacterShape shape_;
  ElementPlace at_;
  int element_ = 0;
};

ElementPlace Modules(int count) { return {static_cast<uint8_t>(count), 0}; }

SymbologyShapes MakeCode128() {
  using namespace code128;
  SymbologyShapes shapes;
  shapes.symbology = Symbology::kCode128;
  shapes.wide_ratios = {1};
  for (int value = 0; value < kStop; ++value) {
    ShapeWriter character(value);
    for (int i = 0; i < kElements; ++i) character.Add(Modules(WidthOf(value, i)));
    shapes.characters.push_back(character.shape());
  }
  shapes.character_width = Modules(kModules);
  shapes.of_first = {kStartA, kStop};
  shapes.of_others = {0, kStartA};
  ShapeWriter lead(-1);  // all starts: bars of 2 and 1, a space of 2 at least
  for (const int width : {2, 1, 1}) lead.Add(Modules(width));
  shapes.lead = lead.shape();
  shapes.lead_width = Modules(5);
  ShapeWriter stop(kStop);
  for (int i = 0; i < kElements; ++i) stop.Add(Modules(WidthOf(kStop, i)));
  stop.Add(Modules(kStopBarModules));
  shapes.stop = stop.shape();
  shapes.stop_width = stop.width();
  shapes.least_characters = 3;  // start, data, check
  return shapes;
}

SymbologyShapes MakeCode39() {
  using namespace code39;
  SymbologyShapes shapes;
  shapes.symbology = Symbology::kCode39;
  shapes.wide_ratios = {2, 2.5, 3};
  const auto write = [](int value, unsigned pattern) {
    ShapeWriter writer(value);
    for (int i = 0; i < linear::code39::kElements; ++i) {
      const bool wide = (pattern >> (linear::code39::kElements - 1 - i) & 1) != 0;
      writer.Add(wide ? linear::kWide : kNarrow);
    }
    return writer;
  };
  for (size_t value = 0; value < code39::kWide.size(); ++value) {
    shapes.characters.push_back(write(static_cast<int>(value), code39::kWide[value]).shape());
  }
  const ShapeWriter asterisk = write(-1, kStartStop);
  shapes.lead = shapes.stop = asterisk.shape();
  shapes.lead_width = shapes.stop_width = asterisk.width();
  shapes.first = shapes.character_width = asterisk.width() + kNarrow;
  shapes.bar_behind_lead = true;
  shapes.of_first = shapes.of_others = {0, static_cast<int>(shapes.characters.size())};
  return shapes;
}

SymbologyShapes MakeItf() {
  using namespace itf;
  SymbologyShapes shapes;
  shapes.symbology = Symbology::kItf;
  shapes.wide_ratios = {2, 2.5, 3};
  for (int pair = 0; pair < 100; ++pair) {
    ShapeWriter writer(pair);
    for (int i = 0; i < kPairElements; ++i) {
      const auto digit = static_cast<size_t>(i % 2 == 0 ? pair / 10 : pair % 10);
      const bool wide = (itf::kWide[digit] >> (kPairElements / 2 - 1 - i / 2) & 1) != 0;
      writer.Add(wide ? linear::kWide : kNarrow);
    }
    shapes.characters.push_back(writer.shape());
  }
  shapes.character_width = {6, 4};
  ShapeWriter start(-1);
  for (int i = 0; i < kStartElements; ++i) start.Add(kNarrow);
  shapes.lead = start.shape();
  shapes.lead_width = shapes.first = start.width();
  shapes.bar_behind_lead = true;
  shapes.of_first = shapes.of_others = {0, static_cast<int>(shapes.characters.size())};
  ShapeWriter stop(-1);
  for (const ElementPlace width : {linear::kWide, kNarrow, kNarrow}) stop.Add(width);
  shapes.stop = stop.shape();
  shapes.stop_width = stop.width();
  return shapes;
}

/// The digits of number sets A and B, which begin with a space, or of C, which begins with a bar.
/// Source: ISO/IEC 15420, table 1. B is C from the other side, and C is A with bars for spaces.
enum class NumberSet { kA, kB, kC };
CharacterShape EanDigitShape(int digit, NumberSet set) {
  constexpr std::array<std::array<uint8_t, 4>, 10> kSetA = {{{3, 2, 1, 1},
                                                             {2, 2, 2, 1},
                                                             {2, 1, 2, 2},
                                                             {1, 4, 1, 1},
                                                             {1, 1, 3, 2},
                                                             {1, 2, 3, 1},
                                                             {1, 1, 1, 4},
                                                             {1, 3, 1, 2},
                                                             {1, 2, 1, 3},
                                                             {3, 1, 1, 2}}};
  ShapeWriter writer(digit);
  if (set != NumberSet::kC) writer.Add({});
  for (size_t i = 0; i < 4; ++i) {
    writer.Add(Modules(kSetA[static_cast<size_t>(digit)][set == NumberSet::kB ? 3 - i : i]));
  }
  return writer.ShapeOfBars();
}

/// A pattern of elements, the first a bar, which may have no width.
ShapeWriter Guard(std::initializer_list<int> widths) {
  ShapeWriter writer(-1);
  for (const int width : widths) writer.Add(Modules(width));
  return writer;
}

SymbologyShapes MakeEan(Symbology symbology) {
  SymbologyShapes shapes;
  shapes.symbology = symbology;
  shapes.wide_ratios = {1};
  for (const NumberSet set : {NumberSet::kA, NumberSet::kB, NumberSet::kC}) {
    for (int digit = 0; digit < 10; ++digit) {
      shapes.characters.push_back(EanDigitShape(digit, set));
    }
  }
  shapes.character_width = Modules(7);
  const ShapeWriter guard = Guard({1, 1, 1});
  shapes.lead = shapes.stop = guard.shape();
  shapes.lead_width = shapes.stop_width = shapes.first = guard.width();
  const bool ean13 = symbology == Symbology::kEan13, upc_e = symbology == Symbology::kUpcE;
  shapes.of_first = {0, upc_e ? 20 : 10, true};
  shapes.of_others = {0, ean13 || upc_e ? 20 : 10, true};
  shapes.behind_middle = {20, 30, false};
  shapes.least_characters = shapes.most_characters = ean13 ? 12 : upc_e ? 6 : 8;
  if (upc_e) {
    const ShapeWriter stop = Guard({0, 1, 1, 1, 1, 1, 1});
    shapes.stop = stop.ShapeOfBars();
    shapes.stop_width = stop.width();
    shapes.bar_before_stop = true;
    return shapes;
  }
  const ShapeWriter middle = Guard({0, 1, 1, 1, 1, 1});
  shapes.middle = middle.ShapeOfBars();
  shapes.middle_width = middle.width();
  shapes.middle_at = ean13 ? 6 : 4;
  return shapes;
}

}  // namespace

const SymbologyShapes* ShapesOf(Symbology symbology) {
  static const std::array<SymbologyShapes, 6> all = {MakeCode128(),
                                                     MakeCode39(),
                                                     MakeItf(),
                                                     MakeEan(Symbology::kEan13),
                                                     MakeEan(Symbology::kEan8),
                                                     MakeEan(Symbology::kUpcE)};
  if (symbology == Symbology::kUpcA) symbology = Symbology::kEan13;
  for (const SymbologyShapes& shapes : all) {
    if (shapes.symbology == symbology) return &shapes;
  }
  return nullptr;
}

}  // namespace veriline::symbology::linear
