// SPDX-License-Identifier: Apache-2.0
#include "pipeline/line/text_inspector.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "pipeline/item/policy.h"
#include "pipeline/line/sequence_board.h"
#include "vision/core/utf8.h"

namespace veriline::line {
namespace {

using item::TextState;

float Radians(double degrees) { return static_cast<float>(degrees * std::numbers::pi / 180); }

TextState StateOf(text::TextOutcome outcome) {
  switch (outcome) {
    case text::TextOutcome::kMatch:
      return TextState::kMatch;
    case text::TextOutcome::kMismatch:
      return TextState::kMismatch;
    case text::TextOutcome::kMissing:
      return TextState::kMissing;
    case text::TextOutcome::kUnreadable:
      break;
  }
  return TextState::kUnreadable;
}

void Take(const text::LineCheck& check, FrameText* out) {
  out->state = StateOf(check.outcome);
  out->read.Assign(check.read);
  out->place = check.place;
  out->margin_ratio = 0;
  for (size_t i = 0; i < check.characters.size(); ++i) {
    const float margin = check.characters[i].margin_ratio;
    if (i == 0 || margin < out->margin_ratio) out->margin_ratio = margin;
  }
}

/// Fills in what all lines of a print have in common; lengths in px of `unit_px`.
void SetPrint(const item::TextPrint& print, double unit_px, text::TextPlace* place) {
  place->cap_height_px = static_cast<float>(print.cap_height * unit_px);
  place->pitch_ratio = static_cast<float>(print.pitch / print.cap_height);
  place->ink = print.ink;
  place->along_slack_ratio = static_cast<float>(print.tolerance / print.cap_height);
  place->across_slack_ratio = place->along_slack_ratio;
  place->angle_slack_rad = Radians(print.turn_tolerance_deg);
}

/// Whether the picture shows the whole line, wherever it lies within its tolerance.
bool Shows(const FrameView& picture, const text::TextPlace& place, const text::Font& font,
           std::string_view text) {
  float cells = 0;
  for (const char c : text) {
    const int glyph = font.IndexOf(c);
    cells += place.pitch_ratio > 0 ? place.pitch_ratio * text::kCapCells
             : glyph >= 0          ? font.AdvanceCells(glyph)
                                   : font.blank_advance_cells();
  }
  const float cap = place.cap_height_px;
  const float slack = place.along_slack_ratio * cap;
  const Point along{std::cos(place.angle_rad), std::sin(place.angle_rad)};
  const Point up{along.y, -along.x};
  const float length = cells * cap / text::kCapCells;
  for (const float x : {-slack, length + slack}) {
    for (const float y : {-slack, cap + slack}) {
      const Point corner = place.start_px + along * x + up * y;
      if (corner.x < 0 || corner.y < 0 || corner.x > static_cast<float>(picture.width) ||
          corner.y > static_cast<float>(picture.height)) {
        return false;
      }
    }
  }
  return true;
}

/// Whether a reading may be that number: alike where it is clear.
bool MayBe(std::string_view read, std::string_view number) {
  if (read.size() != number.size()) return false;
  for (size_t i = 0; i < read.size(); ++i) {
    if (read[i] != '?' && read[i] != number[i]) return false;
  }
  return true;
}

}  // namespace

TextInspector::TextInspector(const item::Recipe& recipe, const batch::Registry* issued)
    : recipe_(recipe), issued_(issued), number_alphabet_(recipe.sequence.alphabet) {
  for (const char c : recipe.sequence.prefix) {
    if (number_alphabet_.find(c) == number_alphabet_.npos) number_alphabet_ += c;
  }
}

double TextInspector::PxPerMm(const FrameView& picture, size_t view) const {
  const item::ViewSpec& spec = recipe_.views[view];
  const bool upright =
      spec.belt == item::BeltDirection::kUp || spec.belt == item::BeltDirection::kDown;
  return (upright ? picture.height : picture.width) / spec.field_mm;
}

text::TextPlace TextInspector::PlaceOf(const item::TextPrint& print, const item::TextRegion& region,
                                       const Picture& picture) const {
  text::TextPlace place;
  place.start_px = {static_cast<float>(region.x_ratio * picture.pixels.width),
                    static_cast<float>(region.y_ratio * picture.pixels.height)};
  place.angle_rad = Radians(region.turn_deg);
  SetPrint(print, picture.px_per_mm, &place);
  return place;
}

/// False where the X of the symbol is not known.
bool TextInspector::PlaceBesideSymbol(const item::TextSpec& spec, const Symbol& symbol,
                                      const Picture& picture, text::TextPlace* place) const {
  const Quad& quad = symbol.quad;
  const float width = Distance(quad.corners[0], quad.corners[1]);
  const float height = Distance(quad.corners[0], quad.corners[3]);
  double unit_px = picture.px_per_mm;
  if (spec.print.unit == item::TextUnit::kX) {
    if (symbol.cols <= 0) return false;
    unit_px = static_cast<double>(width) / symbol.cols;
  }
  if (width <= 0 || height <= 0) return false;
  using Corner = item::TextSpec::Corner;
  const bool from_right = spec.corner == Corner::kTopRight || spec.corner == Corner::kBottomRight;
  const bool from_bottom =
      spec.corner == Corner::kBottomLeft || spec.corner == Corner::kBottomRight;
  const text::TextOffset offset{
      .start = {static_cast<float>(spec.right * unit_px) / width + (from_right ? 1.f : 0.f),
                static_cast<float>(spec.down * unit_px) / height + (from_bottom ? 1.f : 0.f)},
      .turn_rad = Radians(spec.turn_deg)};
  *place = text::PlaceBeside(quad, offset);
  SetPrint(spec.print, unit_px, place);
  return true;
}

const Symbol* TextInspector::IdentityNear(Point point, const Picture& picture) const {
  const Symbol* nearest = nullptr;
  for (const Symbol& symbol : picture.symbols) {
    const item::CodeSpec* spec =
        item::SpecOf(recipe_, symbol.symbology, symbol.identifier_view(), symbol.payload.view());
    if (spec == nullptr || spec->role != item::CodeRole::kIdentity) continue;
    if (nearest == nullptr ||
        Distance(symbol.quad.Center(), point) < Distance(nearest->quad.Center(), point)) {
      nearest = &symbol;
    }
  }
  return nearest;
}

/// Fills the template in; false, with the state kNoValue, when the identity lacks something of it.
bool TextInspector::Expect(const item::TextSpec& spec, const Symbol& identity, FrameText* out) {
  item::TextValues values{.code = identity.payload.view()};
  // A faulty one is told by the policy; its text is then held against nothing.
  constexpr auto kCheck = gs1::Associations::kCheck;
  const auto said = batch::ElementStringOf(identity.identifier_view(), values.code, kCheck, &said_);
  const bool faulty =
      !said || (*said && !gs1::ParseElementString(**said, kCheck, &parsed_).has_value());
  const bool has_elements = !faulty && said->has_value();
  if (has_elements) values.elements = parsed_.elements;
  auto lacking = spec.content.Expand(values, &expected_);
  if (lacking && issued_ != nullptr && !faulty) {
    batch::WriteKeyBytes(has_elements ? &parsed_ : nullptr, values.code, &key_);
    if (issued_->FindOpen(key_, &values_)) {
      values.gtin = values_.gtin;
      values.lot = values_.lot;
      values.expiry = values_.expiry;
      values.market = values_.market;
      lacking = spec.content.Expand(values, &expected_);
    }
  }
  if (lacking) {
    out->state = TextState::kNoValue;
    out->expected.Assign(lacking->view());
    return false;
  }
  // A blank at an end is no print. What no font has stays what it is for people.
  out->expected.Assign(IsUtf8(expected_) ? std::string_view(expected_) : "(not text)");
  return true;
}

void TextInspector::Verify(const item::TextSpec& spec, const Target& target, const Picture& picture,
                           std::vector<FrameText>* out) {
  const Symbol* identity = target.symbol >= 0 && spec.beside == item::CodeRole::kIdentity
                               ? &picture.symbols[static_cast<size_t>(target.symbol)]
                               : IdentityNear(target.place.start_px, picture);
  if (identity == nullptr) return;
  FrameText text{.line = target.line, .symbol = target.symbol, .lane = target.lane};
  text.place.corners.fill(target.place.start_px);
  if (Expect(spec, *identity, &text)) {
    if (expected_.find_first_not_of(' ') == std::string::npos) {
      text.state = TextState::kMatch;  // nothing is printed there
    } else {
      if (spec.print.font == nullptr) return;
      if (!Shows(picture.pixels, target.place, *spec.print.font, expected_)) return;
      Take(verifier_.Verify(picture.pixels, target.place, *spec.print.font, expected_), &text);
    }
  }
  out->push_back(std::move(text));
}

bool TextInspector::TryNumber(int64_t value, const text::TextPlace& place, const Picture& picture,
                              FrameText* out) {
  if (value < 0 || value >= recipe_.sequence.count()) return false;
  recipe_.sequence.Write(value, &expected_);
  const text::LineCheck& check =
      verifier_.Verify(picture.pixels, place, *recipe_.sequence.print.font, expected_);
  if (check.outcome != text::TextOutcome::kMatch) return false;
  Take(check, out);
  out->read.Assign(expected_);
  return true;
}

void TextInspector::ReadNumber(const item::SequenceSpec::Lane& lane, int64_t next,
                               const Picture& picture, std::vector<FrameText>* out) {
  const item::SequenceSpec& spec = recipe_.sequence;
  if (spec.print.font == nullptr) return;
  const text::TextPlace place = PlaceOf(spec.print, lane.place, picture);
  FrameText number{.line = FrameText::kNumber, .lane = lane.place.lane};
  number.place.corners.fill(place.start_px);
  const bool known = next >= 0;
  if (known && next < spec.count()) {
    spec.Write(next, &expected_);
    number.expected.Assign(expected_);
  }
  if (known && TryNumber(next, place, picture, &number)) {
    out->push_back(std::move(number));
    return;
  }
  const auto length = static_cast<int>(spec.prefix.size()) + spec.length;
  Take(reader_.Read(picture.pixels, place, *spec.print.font,
                    {.alphabet = number_alphabet_, .min_length = length, .max_length = length}),
       &number);
  const bool clear = number.state == TextState::kMatch;
  if (clear && !spec.ValueOf(number.read.view())) number.state = TextState::kUnreadable;
  if (clear || number.state == TextState::kMissing || !known) {
    out->push_back(std::move(number));
    return;
  }
  FrameText only;
  int matches = 0;
  const PayloadBytes read = number.read;
  for (int64_t k = -spec.window; k <= spec.window && matches < 2; ++k) {
    const int64_t value = next + k * lane.step;
    if (k == 0 || value < 0 || value >= spec.count()) continue;
    spec.Write(value, &expected_);
    if (!MayBe(read.view(), expected_)) continue;
    FrameText tried = number;
    if (!TryNumber(value, place, picture, &tried)) continue;
    only = std::move(tried);
    ++matches;
  }
  out->push_back(matches == 1 ? std::move(only) : std::move(number));
}

bool TextInspector::Inspect(const FrameView& pixels, size_t view, std::span<const Symbol> symbols,
                            std::span<const int64_t> next, const IsLate& late,
                            std::vector<FrameText>* out) {
  const Picture picture{pixels, view, symbols, PxPerMm(pixels, view)};
  for (size_t line = 0; line < recipe_.texts.size(); ++line) {
    const item::TextSpec& spec = recipe_.texts[line];
    const auto number = static_cast<uint16_t>(line);
    for (const item::TextRegion& region : spec.regions) {
      if (region.view != view) continue;
      if (late()) return false;
      Verify(spec,
             {.line = number, .lane = region.lane, .place = PlaceOf(spec.print, region, picture)},
             picture, out);
    }
    if (spec.beside == item::CodeRole::kNone) continue;
    const auto anchor = std::ranges::find(recipe_.codes, spec.beside, &item::CodeSpec::role);
    for (size_t i = 0; i < symbols.size(); ++i) {
      const Symbol& symbol = symbols[i];
      if (item::SpecOf(recipe_, symbol.symbology, symbol.identifier_view(),
                       symbol.payload.view()) != &*anchor) {
        continue;
      }
      if (late()) return false;
      Target target{.line = number, .symbol = static_cast<int32_t>(i)};
      if (PlaceBesideSymbol(spec, symbol, picture, &target.place)) {
        Verify(spec, target, picture, out);
      }
    }
  }
  for (const item::SequenceSpec::Lane& lane : recipe_.sequence.lanes) {
    if (lane.place.view != view) continue;
    if (late()) return false;
    const auto index = static_cast<size_t>(lane.place.lane);
    ReadNumber(lane, index < next.size() ? next[index] : SequenceBoard::kUnknown, picture, out);
  }
  return true;
}

}  // namespace veriline::line
