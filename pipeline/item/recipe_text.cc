// SPDX-License-Identifier: Apache-2.0
#include "pipeline/item/recipe_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <limits>
#include <numbers>
#include <utility>

#include "vision/core/clock.h"
#include "vision/text/font_file.h"
#include "vision/text/line_check.h"

namespace veriline::item {
namespace {

constexpr size_t kMostTexts = 32;
constexpr std::string_view kFontFileEnd = ".font";
constexpr double kMostLength = 1000;  // mm or X
constexpr int kMostWindow = 1000;
constexpr int64_t kMostStep = 1'000'000;

// In the order of their enumerators.
constexpr std::array<std::string_view, 4> kCornerNames = {"top_left", "top_right", "bottom_right",
                                                          "bottom_left"};
constexpr std::array<std::string_view, 3> kInkNames = {"dark", "light", "either"};
constexpr std::array<std::string_view, 3> kBesideNames = {"identity", "product", "copy"};

int CurrentYear() {
  const std::time_t seconds = UtcNowNs() / 1'000'000'000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return utc.tm_year + 1900;
}

/// Lengths have their unit in the key: cap_height_mm, cap_height_x.
void Length(YamlMap& m, const std::string& key, const TextPrint& print, double* out,
            Presence presence = Presence::kRequired) {
  m.Number(key + (print.unit == TextUnit::kX ? "_x" : "_mm"), out, presence);
}

Checked<text::Font> LoadFrom(const FontSource& fonts, const std::string& name) {
  if (fonts.texts == nullptr) {
    return text::LoadFont((std::filesystem::path(fonts.folder) / name).string());
  }
  const auto found = fonts.texts->find(name);
  if (found == fonts.texts->end()) {
    return Fail(Diagnostic{.message = "it is not there", .file = name});
  }
  return text::ParseFont(found->second, name);
}

void ReadFont(YamlMap& m, const FontSource& fonts, TextPrint* print) {
  m.Text("font", &print->font_name);
  if (!print->font_name.ends_with(kFontFileEnd)) {
    print->font = text::BuiltinFont(print->font_name);
    return;
  }
  auto font = LoadFrom(fonts, print->font_name);
  if (font) {
    print->own_font = std::make_shared<const text::Font>(std::move(*font));
    print->font = print->own_font.get();
  } else {
    m.Refuse("font", 1, "font: " + font.error().ToString(),
             "a font that veriline font train made, beside the recipe");
  }
}

void ReadPrint(YamlMap& m, const FontSource& fonts, TextPrint* print) {
  ReadFont(m, fonts, print);
  m.Choice("ink", kInkNames, &print->ink, text::Ink::kDark, Presence::kOptional);
  Length(m, "cap_height", *print, &print->cap_height);
  Length(m, "pitch", *print, &print->pitch, Presence::kOptional);
  Length(m, "tolerance", *print, &print->tolerance);
  m.Number("turn_tolerance_deg", &print->turn_tolerance_deg, Presence::kOptional);
}

void ReadRegion(YamlMap& m, const Recipe& recipe, TextRegion* region) {
  std::vector<std::string_view> names;
  for (const ViewSpec& view : recipe.views) names.push_back(view.name);
  m.Choice("view", names, &region->view);
  m.Integer("lane", &region->lane);
  m.Number("x_ratio", &region->x_ratio);
  m.Number("y_ratio", &region->y_ratio);
  m.Number("turn_deg", &region->turn_deg, Presence::kOptional);
}

void ReadText(YamlMap& m, const FontSource& fonts, Recipe* recipe) {
  TextSpec& spec = recipe->texts.emplace_back();
  m.Text("name", &spec.name);
  ReadTemplate(m, "template", &spec.content);
  if (m.Has("regions")) {
    m.Maps("regions",
           [&](YamlMap& region) { ReadRegion(region, *recipe, &spec.regions.emplace_back()); });
  } else {
    m.Choice("beside", kBesideNames, &spec.beside, CodeRole::kIdentity);
    m.Choice("from", kCornerNames, &spec.corner, TextSpec::Corner::kTopLeft, Presence::kOptional);
    spec.print.unit = m.Has("at_x") ? TextUnit::kX : TextUnit::kMm;
    m.Map(spec.print.unit == TextUnit::kX ? "at_x" : "at_mm", [&](YamlMap& at) {
      at.Number("right", &spec.right);
      at.Number("down", &spec.down);
    });
    m.Number("turn_deg", &spec.turn_deg, Presence::kOptional);
  }
  ReadPrint(m, fonts, &spec.print);
}

void ReadSequence(YamlMap& m, const FontSource& fonts, Recipe* recipe) {
  SequenceSpec& sequence = recipe->sequence;
  ReadPrint(m, fonts, &sequence.print);
  m.Text("alphabet", &sequence.alphabet, Presence::kOptional);
  m.Text("prefix", &sequence.prefix, Presence::kOptional);
  m.Integer("length", &sequence.length);
  m.Integer("window", &sequence.window);
  m.Maps("lanes", [&](YamlMap& lane) {
    SequenceSpec::Lane& own = sequence.lanes.emplace_back();
    ReadRegion(lane, *recipe, &own.place);
    lane.Integer("step", &own.step, Presence::kOptional);
    lane.Text("first", &own.first, Presence::kOptional);
  });
}

void CheckPrint(const TextPrint& print, const std::string& at, std::string_view characters,
                ValueRules& rules) {
  const std::string unit = print.unit == TextUnit::kX ? "_x" : "_mm";
  std::string fonts;
  for (const std::string_view name : text::BuiltinFontNames()) {
    fonts += (fonts.empty() ? "" : ", ") + std::string(name);
  }
  rules.Require(print.font != nullptr, at + ".font",
                fmt::format("there is no font {}", print.font_name),
                "one of " + fonts + ", or a file that ends in .font");
  rules.Above(at + ".cap_height" + unit, print.cap_height, 0, kMostLength);
  rules.Within(at + ".pitch" + unit, print.pitch, 0, kMostLength);
  rules.Within(at + ".tolerance" + unit, print.tolerance, 0, kMostLength);
  rules.Within(at + ".turn_tolerance_deg", print.turn_tolerance_deg, 0, 10);
  if (!rules.ok()) return;
  for (const char c : characters) {
    if (print.font->Covers({&c, 1})) continue;
    const bool shown = c > 0x20 && c < 0x7f;
    rules.Require(false, at + ".font",
                  shown ? fmt::format("the font {} has no {}", print.font_name, c)
                        : fmt::format("the font {} has no letters with accents", print.font_name),
                  "another font, or other words in the template");
  }
}

void CheckRegion(const Recipe& r, const TextRegion& region, const std::string& at,
                 ValueRules& rules) {
  const ViewSpec& view = r.views[region.view];
  rules.Require(view.scan == ViewScan::kArea, at + ".view",
                fmt::format("{} is a line-scan view: items lie anywhere in its blocks", view.name),
                "let the line stand beside a code");
  const auto band = std::ranges::find(view.lanes, region.lane, &ViewLane::lane);
  rules.Require(band != view.lanes.end(), at + ".lane",
                fmt::format("{} does not show lane {}", view.name, region.lane),
                "one of the lanes of the view");
  rules.Within(at + ".x_ratio", region.x_ratio, 0, 1);
  rules.Within(at + ".y_ratio", region.y_ratio, 0, 1);
  rules.Within(at + ".turn_deg", region.turn_deg, -360, 360);
  if (!rules.ok()) return;
  const bool upright = view.belt == BeltDirection::kUp || view.belt == BeltDirection::kDown;
  const double across = upright ? region.x_ratio : region.y_ratio;
  rules.Require(band->from_ratio <= across && across < band->to_ratio, at,
                fmt::format("the line begins outside of lane {} ({} to {})", region.lane,
                            band->from_ratio, band->to_ratio),
                "a place within the lane's band");
}

/// A view shows a lane's line in one place.
template <class Regions, class Place>
void CheckRegions(const Recipe& r, const Regions& regions, const std::string& at,
                  const Place& place_of, ValueRules& rules) {
  for (size_t i = 0; i < regions.size(); ++i) {
    const std::string own = fmt::format("{}[{}]", at, i);
    CheckRegion(r, place_of(regions[i]), own, rules);
    for (size_t j = 0; j < i; ++j) {
      rules.Require(place_of(regions[j]).view != place_of(regions[i]).view ||
                        place_of(regions[j]).lane != place_of(regions[i]).lane,
                    own, fmt::format("{} has that lane of that view twice", at),
                    "one place for each lane of a view");
    }
  }
}

void CheckText(const Recipe& r, const TextSpec& spec, const std::string& at, ValueRules& rules) {
  rules.IsName(at + ".name", spec.name);
  CheckPrint(spec.print, at, spec.content.FixedCharacters(), rules);
  rules.Require(spec.content.most_bytes() <= text::kMostCharacters, at + ".template",
                fmt::format("the line can have {} characters", spec.content.most_bytes()),
                fmt::format("at most {}; print a part of the field, as in {{21:1-10}}",
                            text::kMostCharacters));
  if (!rules.ok()) return;
  if (spec.beside == CodeRole::kNone) {
    rules.Require(!spec.regions.empty(), at + ".regions", at + ".regions is empty",
                  "a place for each lane");
    CheckRegions(
        r, spec.regions, at + ".regions",
        [](const TextRegion& region) -> const TextRegion& { return region; }, rules);
    return;
  }
  const auto code = std::ranges::find(r.codes, spec.beside, &CodeSpec::role);
  rules.Require(code != r.codes.end(), at + ".beside",
                fmt::format("there is no {} code to stand beside", Name(spec.beside)),
                "name the role of one of codes");
  rules.Within(at + ".turn_deg", spec.turn_deg, -360, 360);
  const std::string place = at + (spec.print.unit == TextUnit::kX ? ".at_x" : ".at_mm");
  rules.Within(place + ".right", spec.right, -kMostLength, kMostLength);
  rules.Within(place + ".down", spec.down, -kMostLength, kMostLength);
  if (!rules.ok() || spec.print.unit == TextUnit::kMm) return;
  for (int i = 1; i < kSymbologyCount; ++i) {
    const auto symbology = static_cast<Symbology>(i);
    if (!code->symbologies.Has(symbology)) continue;
    const bool matrix = symbology == Symbology::kDataMatrix || symbology == Symbology::kQr ||
                        symbology == Symbology::kMicroQr;
    rules.Require(matrix, place, fmt::format("the X of {} is not measured", Name(symbology)),
                  "at_mm, cap_height_mm and tolerance_mm");
  }
}

void CheckSequence(const Recipe& r, ValueRules& rules) {
  const SequenceSpec& s = r.sequence;
  const std::string at = "sequence";
  std::string letters = s.alphabet;
  std::ranges::sort(letters);
  rules.Require(letters.size() >= 2 && std::ranges::adjacent_find(letters) == letters.end() &&
                    letters.find(' ') == letters.npos,
                at + ".alphabet", "the alphabet is not two or more different characters",
                "in the order in which they count, as in \"0123456789\"");
  rules.Within(at + ".length", s.length, 1, 18);
  if (!rules.ok()) return;
  const double values = std::pow(static_cast<double>(s.alphabet.size()), s.length);
  rules.Require(
      values < 1e18, at + ".length",
      fmt::format("{} digits of {} characters count too far", s.length, s.alphabet.size()),
      "fewer digits, or more of them in the prefix");
  rules.Require(s.prefix.size() + static_cast<size_t>(s.length) <= text::kMostCharacters &&
                    s.prefix.find(' ') == s.prefix.npos,
                at + ".prefix", "the prefix is too long or has a blank", "one word");
  rules.Within(at + ".window", s.window, 0, kMostWindow);
  CheckPrint(s.print, at, s.alphabet + s.prefix, rules);
  rules.Require(!s.lanes.empty(), at + ".lanes", at + ".lanes is empty",
                "where each lane's number is printed");
  if (!rules.ok()) return;
  CheckRegions(
      r, s.lanes, at + ".lanes",
      [](const SequenceSpec::Lane& lane) -> const TextRegion& { return lane.place; }, rules);
  for (int lane = 0; lane < r.lanes; ++lane) {
    rules.Require(s.LaneOf(lane) != nullptr, at + ".lanes",
                  fmt::format("no number is read on lane {}", lane),
                  "its items would have no identity");
  }
  for (size_t i = 0; i < s.lanes.size(); ++i) {
    const SequenceSpec::Lane& lane = s.lanes[i];
    const std::string own = fmt::format("{}.lanes[{}]", at, i);
    rules.Require(lane.step != 0, own + ".step", own + ".step is 0",
                  "each item has a number of its own");
    rules.Within(own + ".step", static_cast<double>(lane.step), -static_cast<double>(kMostStep),
                 static_cast<double>(kMostStep));
    rules.Require(lane.first.empty() || s.ValueOf(lane.first).has_value(), own + ".first",
                  fmt::format("{} is none of the numbers", lane.first),
                  "prefix and digits as they are printed");
    for (size_t j = 0; j < i; ++j) {
      rules.Require(s.lanes[j].place.lane != lane.place.lane ||
                        (s.lanes[j].step == lane.step && s.lanes[j].first == lane.first),
                    own, fmt::format("lane {} counts in two ways", lane.place.lane),
                    "the same step and first in all its views");
    }
  }
}

}  // namespace

void ReadTemplate(YamlMap& m, std::string_view key, TextTemplate* out, Presence presence) {
  std::string source;
  m.Text(key, &source, presence);
  if (!m.Has(key)) return;
  auto parsed = TextTemplate::Parse(source, CurrentYear());
  if (parsed) {
    *out = std::move(*parsed);
  } else {
    m.Refuse(key, parsed.error().column, std::string(key) + ": " + parsed.error().message,
             parsed.error().advice);
  }
}

void ReadTexts(YamlMap& root, const FontSource& fonts, Recipe* recipe) {
  root.Maps(
      "text", [&](YamlMap& m) { ReadText(m, fonts, recipe); }, Presence::kOptional);
  root.Map(
      "sequence", [&](YamlMap& m) { ReadSequence(m, fonts, recipe); }, Presence::kOptional);
}

void CheckTexts(const Recipe& r, ValueRules& rules) {
  rules.Require(r.texts.size() <= kMostTexts, "text",
                fmt::format("there are more than {} lines of text", kMostTexts), "split the item");
  if (!rules.ok()) return;
  for (size_t i = 0; i < r.texts.size(); ++i) {
    const std::string at = fmt::format("text[{}]", i);
    CheckText(r, r.texts[i], at, rules);
    if (!rules.ok()) return;
    for (size_t j = 0; j < i; ++j) {
      rules.Require(r.texts[i].name != r.texts[j].name, at + ".name",
                    fmt::format("two lines of text are called {}", r.texts[i].name),
                    "give each its own name");
    }
  }
  if (r.sequence.enabled()) CheckSequence(r, rules);
}

}  // namespace veriline::item
