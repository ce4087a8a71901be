// SPDX-License-Identifier: Apache-2.0
#include "pipeline/item/recipe.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "pipeline/item/recipe_text.h"
#include "pipeline/item/value_rules.h"

namespace veriline::item {
namespace {

// What no conveyor line passes; a value beyond is a slip of unit or of a key.
constexpr double kMostCountsPerMm = 10'000;
constexpr double kMostSpeedMmS = 20'000;
constexpr double kMostDistanceMm = 100'000;
constexpr double kMostLengthMm = 10'000;
constexpr double kMostLeadMs = 10'000;
constexpr int kMostLanes = 256;
constexpr int kMostRows = 1000;
constexpr size_t kMostViews = 16;
constexpr size_t kMostCodes = 32;

/// The key that says how long an item can be.
const char* LongestKey(const Recipe& r) {
  return r.trigger == TriggerKind::kRow ? "trigger.length_mm" : "items.max_length_mm";
}

void CheckRows(const Recipe& r, ValueRules& rules) {
  const RowSpec& row = r.row;
  rules.Above("trigger.repeat_mm", row.repeat_mm, 0, kMostLengthMm);
  rules.Above("trigger.length_mm", row.length_mm, 0, kMostLengthMm);
  rules.Require(row.length_mm <= row.repeat_mm, "trigger.length_mm",
                fmt::format("trigger.length_mm ({}) is more than trigger.repeat_mm ({})",
                            row.length_mm, row.repeat_mm),
                "items of one lane must not overlap");
  rules.Require(
      r.Counts(row.length_mm) >= 1, "trigger.length_mm",
      fmt::format("trigger.length_mm ({}) is shorter than one encoder count", row.length_mm),
      "the encoder cannot measure it");
  rules.Within("trigger.rows", row.rows, 1, kMostRows);
  rules.Require(row.rows == 1 || row.source == RowSource::kMark, "trigger.rows",
                "trigger.rows is given and no mark begins them", "leave it out, or source: mark");
  rules.Within("trigger.offset_mm", row.offset_mm, 0, kMostDistanceMm);
}

void CheckBeltAndItems(const Recipe& r, ValueRules& rules) {
  rules.Above("belt.counts_per_mm", r.counts_per_mm, 0, kMostCountsPerMm);
  rules.Above("belt.top_speed_mm_s", r.top_speed_mm_s, 0, kMostSpeedMmS);
  rules.Within("belt.lanes", r.lanes, 1, kMostLanes);

  if (r.trigger == TriggerKind::kRow) {
    CheckRows(r, rules);
    return;
  }
  rules.Above("items.min_length_mm", r.min_length_mm, 0, kMostLengthMm);
  rules.Above("items.max_length_mm", r.max_length_mm, 0, kMostLengthMm);
  rules.Require(r.max_length_mm > r.min_length_mm, "items.max_length_mm",
                fmt::format("items.max_length_mm ({}) is not more than items.min_length_mm ({})",
                            r.max_length_mm, r.min_length_mm),
                "give the tolerance of the eye to both sides of the true length");
  rules.Require(
      r.Counts(r.min_length_mm) >= 1, "items.min_length_mm",
      fmt::format("items.min_length_mm ({}) is shorter than one encoder count", r.min_length_mm),
      "the encoder cannot measure it");
  // Also keeps the debounced end of an item ahead of its picture, see CheckView.
  rules.Within("items.debounce_mm", r.debounce_mm, 0, r.min_length_mm / 2);
  rules.Require(
      r.debounce_mm == 0 || r.Counts(r.debounce_mm) >= 1, "items.debounce_mm",
      fmt::format("items.debounce_mm ({}) is shorter than one encoder count", r.debounce_mm),
      fmt::format("0 for none, or at least {}", 1 / r.counts_per_mm));
}

void CheckViewLanes(const Recipe& r, const ViewSpec& view, const std::string& at,
                    ValueRules& rules) {
  rules.Require(!view.lanes.empty(), at + ".lanes", at + ".lanes is empty",
                "name the lanes that the picture shows");
  rules.Require(
      view.lanes.size() <= static_cast<size_t>(r.lanes), at + ".lanes",
      fmt::format("{}.lanes has {} entries, and belt.lanes is {}", at, view.lanes.size(), r.lanes),
      "name each lane once");
  if (!rules.ok()) return;
  for (size_t i = 0; i < view.lanes.size(); ++i) {
    const ViewLane& lane = view.lanes[i];
    const std::string place = fmt::format("{}.lanes[{}]", at, i);
    rules.Within(place + ".lane", lane.lane, 0, r.lanes - 1);
    rules.Within(place + ".from_ratio", lane.from_ratio, 0, 1);
    rules.Within(place + ".to_ratio", lane.to_ratio, 0, 1);
    rules.Require(lane.from_ratio < lane.to_ratio, place + ".to_ratio",
                  fmt::format("{}.to_ratio ({}) is not more than from_ratio ({})", place,
                              lane.to_ratio, lane.from_ratio),
                  "rows are counted from the top of the picture");
    for (size_t j = 0; j < i; ++j) {
      const ViewLane& other = view.lanes[j];
      rules.Require(lane.lane != other.lane, place + ".lane",
                    fmt::format("lane {} stands twice in {}", lane.lane, at),
                    "a view shows a lane in one band of rows");
      rules.Require(lane.from_ratio >= other.to_ratio || other.from_ratio >= lane.to_ratio, place,
                    fmt::format("lanes {} and {} overlap in {}", other.lane, lane.lane, at),
                    "a code there would belong to two items");
    }
  }
}

void CheckView(const Recipe& r, const ViewSpec& view, const std::string& at, ValueRules& rules) {
  rules.IsName(at + ".name", view.name);
  rules.IsName(at + ".camera", view.camera);
  rules.Above(at + ".distance_mm", view.distance_mm, 0, kMostDistanceMm);
  rules.Above(at + ".field_mm", view.field_mm, 0, kMostLengthMm);
  const bool upright = view.belt == BeltDirection::kUp || view.belt == BeltDirection::kDown;
  rules.Require(view.scan == ViewScan::kArea || upright, at + ".belt",
                fmt::format("{}.belt is across the lines of a line-scan camera", at),
                "up where later lines are further upstream, else down");
  rules.Require(view.scan == ViewScan::kArea || view.trigger == ViewTrigger::kHardware,
                at + ".trigger", fmt::format("{} is a line-scan view and has no exposures", at),
                "trigger: hardware");
  rules.Require(view.scan == ViewScan::kLine || view.field_mm >= r.max_length_mm, at + ".field_mm",
                fmt::format("{}.field_mm ({}) is less than {} ({})", at, view.field_mm,
                            LongestKey(r), r.max_length_mm),
                "the picture must show the longest item whole");
  rules.Require(view.distance_mm >= r.max_length_mm, at + ".distance_mm",
                fmt::format("{}.distance_mm ({}) is less than {} ({})", at, view.distance_mm,
                            LongestKey(r), r.max_length_mm),
                "the eye must have seen an item's end before the item is photographed; move the "
                "eye further ahead");
  CheckViewLanes(r, view, at, rules);
}

void CheckViews(const Recipe& r, ValueRules& rules) {
  rules.Require(!r.views.empty(), "views", "views is empty", "without a picture nothing passes");
  rules.Require(r.views.size() <= kMostViews, "views",
                fmt::format("there are more than {} views", kMostViews), "split the line");
  if (!rules.ok()) return;
  std::vector<bool> seen(static_cast<size_t>(r.lanes), false);
  for (size_t i = 0; i < r.views.size(); ++i) {
    const ViewSpec& view = r.views[i];
    const std::string at = fmt::format("views[{}]", i);
    CheckView(r, view, at, rules);
    if (!rules.ok()) return;
    for (size_t j = 0; j < i; ++j) {
      rules.Require(view.name != r.views[j].name, at + ".name",
                    fmt::format("two views are called {}", view.name), "give each its own name");
      rules.Require(view.camera != r.views[j].camera, at + ".camera",
                    fmt::format("the camera {} serves two views", view.camera),
                    "a camera's frame belongs to one view; put all its lanes there");
    }
    for (const ViewLane& lane : view.lanes) seen[static_cast<size_t>(lane.lane)] = true;
  }
  for (int lane = 0; lane < r.lanes; ++lane) {
    rules.Require(
        seen[static_cast<size_t>(lane)], "views", fmt::format("no view shows lane {}", lane),
        fmt::format("belt.lanes is {}: lanes 0 to {} each need a view", r.lanes, r.lanes - 1));
  }
}

void CheckGroups(const Recipe& r, ValueRules& rules) {
  std::vector<bool> grouped(r.views.size(), false);
  for (size_t i = 0; i < r.groups.size(); ++i) {
    const std::string at = fmt::format("groups[{}]", i);
    rules.Require(r.groups[i].views.size() >= 2, at, at + " has fewer than two views",
                  "any_of or same, with the names of two or more views");
    for (const size_t view : r.groups[i].views) {
      rules.Require(!grouped[view], at,
                    fmt::format("the view {} stands in two groups", r.views[view].name),
                    "put all its views into one group");
      grouped[view] = true;
      const auto lanes_of = [&](size_t v) {
        std::vector<int> lanes;
        for (const ViewLane& lane : r.views[v].lanes) lanes.push_back(lane.lane);
        std::ranges::sort(lanes);
        return lanes;
      };
      rules.Require(lanes_of(view) == lanes_of(r.groups[i].views[0]), at,
                    at + " has views that do not show the same lanes",
                    "make a group of each set of lanes");
    }
  }
}

/// The code character of ISO/IEC 15424 that readers give to the symbology; 0 where it is not one.
char IdentifierLetter(Symbology symbology) {
  switch (symbology) {
    case Symbology::kDataMatrix:
      return 'd';
    case Symbology::kQr:
    case Symbology::kMicroQr:
    case Symbology::kRmqr:
      return 'Q';
    case Symbology::kAztec:
      return 'z';
    case Symbology::kMaxiCode:
      return 'U';
    case Symbology::kPdf417:
    case Symbology::kMicroPdf417:
      return 'L';
    case Symbology::kCode128:
      return 'C';
    case Symbology::kCode39:
      return 'A';
    case Symbology::kCode93:
      return 'G';
    case Symbology::kCodabar:
      return 'F';
    case Symbology::kItf:
      return 'I';
    case Symbology::kEan13:
    case Symbology::kEan8:
    case Symbology::kUpcA:
    case Symbology::kUpcE:
      return 'E';
    case Symbology::kDataBarOmni:
    case Symbology::kDataBarStacked:
    case Symbology::kDataBarLimited:
    case Symbology::kDataBarExpanded:
    case Symbology::kDataBarExpandedStacked:
      return 'e';
    case Symbology::kTelepen:
      return 'B';
    case Symbology::kComposite:  // carries the identifier of its parts
    case Symbology::kDxFilmEdge:
    case Symbology::kUnknown:
      break;
  }
  return 0;
}

bool IdentifierFits(const CodeSpec& code) {
  for (int i = 1; i < kSymbologyCount; ++i) {
    const auto symbology = static_cast<Symbology>(i);
    if (!code.symbologies.Has(symbology)) continue;
    const char letter = IdentifierLetter(symbology);
    if (letter == 0 || letter == code.identifier[1]) return true;
  }
  return false;
}

/// Whether one symbol could match both.
bool Overlap(const CodeSpec& a, const CodeSpec& b) {
  if (!a.identifier.empty() && !b.identifier.empty() && a.identifier != b.identifier) return false;
  if (a.length != 0 && b.length != 0 && a.length != b.length) return false;
  for (int i = 1; i < kSymbologyCount; ++i) {
    const auto symbology = static_cast<Symbology>(i);
    if (a.symbologies.Has(symbology) && b.symbologies.Has(symbology)) return true;
  }
  return false;
}

/// Copies look like the identity, and there may be several.
bool MayOverlap(CodeRole a, CodeRole b) {
  return (a == CodeRole::kCopy && (b == CodeRole::kCopy || b == CodeRole::kIdentity)) ||
         (b == CodeRole::kCopy && a == CodeRole::kIdentity);
}

void CheckContent(const CodeSpec& code, const std::string& at, ValueRules& rules) {
  constexpr int kMostLengthOfCode = 8191;
  rules.Within(at + ".length", code.length, 0, kMostLengthOfCode);
  rules.Require(std::ranges::count(code.mask, '*') <= 1, at + ".mask",
                fmt::format("{}.mask has more than one *", at),
                "# digit, @ capital letter, ? one of both, * any characters, once");
  constexpr int kMostCorrected = 10'000;
  rules.Within(at + ".most_corrected", code.most_corrected, -1, kMostCorrected);
  rules.Require(code.content.source().empty() || code.role == CodeRole::kCopy, at + ".content",
                fmt::format("{}.content is given and the code is no copy", at),
                "role: copy is for what follows from the identity");
}

void CheckCodes(const Recipe& r, ValueRules& rules) {
  rules.Require(r.codes.size() <= kMostCodes, "codes",
                fmt::format("there are more than {} codes", kMostCodes), "split the item");
  if (!rules.ok()) return;
  int identities = 0;
  for (size_t i = 0; i < r.codes.size(); ++i) {
    const CodeSpec& code = r.codes[i];
    const std::string at = fmt::format("codes[{}]", i);
    rules.Require(code.role != CodeRole::kNone, at + ".role", at + ".role is not given",
                  "one of identity, product, copy, ignored");
    rules.Require(!code.symbologies.Empty(), at + ".symbologies", at + ".symbologies is empty",
                  "name at least one symbology");
    const std::string& id = code.identifier;
    if (!id.empty()) {
      const bool shape = id.size() == 3 && id[0] == ']' &&
                         std::isalpha(static_cast<unsigned char>(id[1])) != 0 &&
                         std::isalnum(static_cast<unsigned char>(id[2])) != 0;
      rules.Require(shape, at + ".identifier",
                    fmt::format("{}.identifier is no symbology identifier", at),
                    "] then a letter and a digit, as in \"]d2\"");
      if (shape) {
        rules.Require(IdentifierFits(code), at + ".identifier",
                      fmt::format("{} is the identifier of none of {}.symbologies", id, at),
                      "no symbol would ever match");
      }
    }
    CheckContent(code, at, rules);
    if (code.role == CodeRole::kIdentity && ++identities == 2) {
      rules.Require(false, at + ".role", "an item has one identity, and this is the second",
                    "a second print of it has the role copy");
    }
    for (size_t j = 0; j < i; ++j) {
      rules.Require(MayOverlap(code.role, r.codes[j].role) || !Overlap(code, r.codes[j]), at,
                    fmt::format("one symbol could be codes[{}] and {}", j, at),
                    "tell them apart by symbology or identifier, or by length");
    }
  }
  if (r.sequence.enabled()) {
    rules.Require(identities == 0, "sequence",
                  "items have a code and a number in sequence for their identity",
                  "leave one out; a number beside a code is a line of text");
    return;
  }
  rules.Require(identities > 0, "codes", "no code has the role identity",
                "one code of every item is its identity; or sequence: for numbers without a code");
}

void CheckDistances(const Recipe& r, ValueRules& rules) {
  rules.Above("decision.distance_mm", r.decision_distance_mm, 0, kMostDistanceMm);
  rules.Within("decision.lead_ms", r.decision_lead_ms, 0, kMostLeadMs);
  const double lead_mm = r.decision_lead_ms * r.top_speed_mm_s / 1000;
  for (size_t i = 0; i < r.views.size(); ++i) {
    // A block comes when its last line has; an item may begin in the block before it.
    const ViewSpec& view = r.views[i];
    const double view_end_mm =
        view.distance_mm +
        (view.scan == ViewScan::kLine ? view.field_mm + r.max_length_mm : view.field_mm / 2);
    rules.Require(r.decision_distance_mm > view_end_mm, "decision.distance_mm",
                  fmt::format("decision.distance_mm ({}) lies before the end of views[{}] ({})",
                              r.decision_distance_mm, i, view_end_mm),
                  "an item must have left every picture before it is decided");
    rules.Require(
        r.decision_distance_mm - lead_mm > view_end_mm, "decision.lead_ms",
        fmt::format("at top speed decision.lead_ms ({}) is {} mm, and verdicts would "
                    "close before the end of views[{}] ({} mm)",
                    r.decision_lead_ms, lead_mm, i, view_end_mm),
        fmt::format("less than {:.0f} ms, or a longer decision.distance_mm",
                    std::floor((r.decision_distance_mm - view_end_mm) * 1000 / r.top_speed_mm_s)));
  }
  switch (r.confirmation) {
    case ConfirmationKind::kGateway:
      rules.Above("confirmation.distance_mm", r.confirmation_distance_mm, 0, kMostDistanceMm);
      rules.Require(
          r.confirmation_distance_mm > r.decision_distance_mm, "confirmation.distance_mm",
          fmt::format("confirmation.distance_mm ({}) is not more than decision.distance_mm ({})",
                      r.confirmation_distance_mm, r.decision_distance_mm),
          "an item is confirmed behind the gate");
      break;
    case ConfirmationKind::kNone:
      rules.Require(r.confirmation_distance_mm == 0, "confirmation.distance_mm",
                    "confirmation.distance_mm is given and nobody confirms",
                    "leave it out, or kind: gateway");
      break;
  }
}

void CheckGrading(const GradeRules& g, ValueRules& rules) {
  if (const auto valid = g.spec.Validate(); !valid) {
    // In the words of the recipe.
    const std::string& key = valid.error().key;
    const std::string own = key == "aperture.mm"               ? "aperture_mil"
                            : key == "aperture.x_ratio"        ? "aperture_x"
                            : key == "linear_aperture.mm"      ? "linear_aperture_mil"
                            : key == "linear_aperture.x_ratio" ? "linear_aperture_x"
                            : key == "scans"                   ? "linear_scans"
                                                               : key;
    rules.Require(false, "grading." + own, "grading." + own + ": " + valid.error().message,
                  valid.error().advice);
  }
  rules.Within("grading.warn_below", g.warn_below, 0, 4);
  rules.Within("grading.reject_below", g.reject_below, 0, 4);
  rules.Require(g.reject_below <= g.warn_below, "grading.warn_below",
                fmt::format("grading.warn_below ({}) is less than grading.reject_below ({})",
                            g.warn_below, g.reject_below),
                "a warning comes before the reject");
  constexpr int kMostTrendCodes = 10'000;
  rules.Within("grading.trend_codes", g.trend_codes, 1, kMostTrendCodes);
  rules.Within("grading.trend_below", g.trend_below, 0, 4);
}

}  // namespace

Checked<void> Recipe::Validate() const {
  ValueRules rules;
  rules.IsName("name", name);
  CheckBeltAndItems(*this, rules);
  CheckViews(*this, rules);
  CheckGroups(*this, rules);
  CheckCodes(*this, rules);
  if (rules.ok()) CheckTexts(*this, rules);
  CheckGrading(grading, rules);
  rules.Within("stops.duplicates_in_a_row", stop_duplicates, 0, 1000);
  CheckDistances(*this, rules);
  return rules.result();
}

}  // namespace veriline::item
