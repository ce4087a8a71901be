// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/item/inspection_record.h"
#include "pipeline/item/text_template.h"
#include "vision/text/font.h"
#include "vision/text/text_place.h"

namespace veriline::item {

/// A place in the picture of a view where a line of text begins: on the baseline, where the first
/// character does.
struct TextRegion {
  size_t view = 0;  ///< index
  int lane = 0;     ///< whose items carry the line
  double x_ratio = 0;
  double y_ratio = 0;
  double turn_deg = 0;  ///< direction of writing: 0 to the right, clockwise
};

enum class TextUnit : uint8_t {
  kMm,  ///< by the field of the view
  kX,   ///< X dimensions (modules) of the code beside which the line stands
};

/// How a line is printed, and how far it may lie from its place.
struct TextPrint {
  std::string font_name;                       ///< of a built-in font, or a file that ends in .font
  const text::Font* font = nullptr;            ///< null: there is none of that name
  std::shared_ptr<const text::Font> own_font;  ///< keeps the one of a file
  text::Ink ink = text::Ink::kDark;
  TextUnit unit = TextUnit::kMm;  ///< of the lengths here and of the line's place
  double cap_height = 0;
  double pitch = 0;  ///< from one character to the next; 0 = what the font says
  double tolerance = 0;
  double turn_tolerance_deg = 2.3;
};

/// A line of text that every item carries, beside one of its codes or in regions of views.
struct TextSpec {
  /// The corner of the code that its place is counted from. In the order of Quad.
  enum class Corner : uint8_t { kTopLeft, kTopRight, kBottomRight, kBottomLeft };

  std::string name;
  TextTemplate content;
  TextPrint print;
  CodeRole beside = CodeRole::kNone;  ///< the first code of that role; kNone: `regions`
  Corner corner = Corner::kTopLeft;
  double right = 0;  ///< from the corner, along the code's top edge
  double down = 0;   ///< and along its left edge
  double turn_deg = 0;
  std::vector<TextRegion> regions;  ///< each with a view and lane of its own
};

/// Numbers in sequence that are the identity of items without any code. A number is a prefix and
/// `length` digits of an alphabet, which count as in any positional system.
struct SequenceSpec {
  struct Lane {
    TextRegion place;
    int64_t step = 1;   ///< from item to item; negative: it counts down
    std::string first;  ///< number of the first item of a run; empty: any
  };
  TextPrint print;
  std::string alphabet = "0123456789";
  std::string prefix;
  int length = 0;
  int window = 0;  ///< so many steps ahead of, or behind, the expected number are in sequence
  std::vector<Lane> lanes;

  bool enabled() const { return !lanes.empty(); }
  /// Numbers below this have `length` digits.
  int64_t count() const;
  /// The number that the whole text (with prefix) says; nothing when it is not one.
  std::optional<int64_t> ValueOf(std::string_view text) const;
  /// The text of a number in [0, count()), in `out`.
  void Write(int64_t value, std::string* out) const;
  const Lane* LaneOf(int lane) const;
};

/// Whether a text fits a mask: # a digit, @ a capital letter, ? one of both, * any characters or
/// none (once at the most), \ makes the next character stand for itself, as all others do.
bool FitsMask(std::string_view text, std::string_view mask);

}  // namespace veriline::item
