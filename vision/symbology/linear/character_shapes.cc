// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/character_shapes.h"

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
  ShapeWriter stop(-1);
  for (const ElementPlace width : {linear::kWide, kNarrow, kNarrow}) stop.Add(width);
  shapes.stop = stop.shape();
  shapes.stop_width = stop.width();
  return shapes;
}

}  // namespace

const SymbologyShapes& ShapesOf(Symbology symbology) {
  static const SymbologyShapes code128 = MakeCode128();
  static const SymbologyShapes code39 = MakeCode39();
  static const SymbologyShapes itf = MakeItf();
  return symbology == Symbology::kCode128  ? code128
         : symbology == Symbology::kCode39 ? code39
                                           : itf;
}

}  // namespace veriline::symbology::linear
