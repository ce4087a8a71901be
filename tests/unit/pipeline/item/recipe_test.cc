// SPDX-License-Identifier: Apache-2.0
#include "pipeline/item/recipe.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include "tests/support/packs_recipe.h"
#include "tests/support/replace_line.h"

namespace veriline::item {
namespace {

/// kPacks with the whole of line `line` (1-based) replaced.
std::string WithLine(int line, std::string_view replacement) {
  return ReplaceLine(kPacks, line, replacement);
}

TEST(Recipe, ReadsEveryValue) {
  const auto recipe = ParseRecipe(kPacks, "packs.yaml");
  ASSERT_TRUE(recipe) << recipe.error().ToString();
  EXPECT_EQ(recipe->name, "packs");
  EXPECT_EQ(recipe->counts_per_mm, 10);
  EXPECT_EQ(recipe->top_speed_mm_s, 1500);
  EXPECT_EQ(recipe->lanes, 2);
  EXPECT_EQ(recipe->min_length_mm, 40);
  EXPECT_EQ(recipe->max_length_mm, 100);
  EXPECT_EQ(recipe->debounce_mm, 2);
  ASSERT_EQ(recipe->views.size(), 2u);
  const ViewSpec& top = recipe->views[0];
  EXPECT_EQ(top.name, "top");
  EXPECT_EQ(top.camera, "cam0");
  EXPECT_EQ(top.distance_mm, 300);
  EXPECT_EQ(top.field_mm, 128);
  EXPECT_EQ(top.belt, BeltDirection::kLeft);
  EXPECT_EQ(top.trigger, ViewTrigger::kHardware);
  ASSERT_EQ(top.lanes.size(), 2u);
  EXPECT_EQ(top.lanes[1].lane, 1);
  EXPECT_EQ(top.lanes[1].from_ratio, 0.5);
  EXPECT_EQ(top.lanes[1].to_ratio, 1);
  EXPECT_EQ(recipe->views[1].belt, BeltDirection::kRight);
  EXPECT_EQ(recipe->views[1].trigger, ViewTrigger::kSoftware);
  ASSERT_EQ(recipe->codes.size(), 3u);
  EXPECT_EQ(recipe->codes[0].role, CodeRole::kIdentity);
  EXPECT_EQ(recipe->codes[0].symbologies, SymbologySet().Add(Symbology::kDataMatrix));
  EXPECT_EQ(recipe->codes[0].identifier, "]d2");
  EXPECT_EQ(recipe->codes[1].role, CodeRole::kProduct);
  EXPECT_EQ(recipe->codes[1].symbologies,
            SymbologySet().Add(Symbology::kEan13).Add(Symbology::kUpcA));
  EXPECT_EQ(recipe->codes[1].identifier, "");
  EXPECT_EQ(recipe->codes[2].role, CodeRole::kIgnored);
  EXPECT_EQ(recipe->decision_distance_mm, 700);
  EXPECT_EQ(recipe->decision_lead_ms, 20);
  EXPECT_EQ(recipe->confirmation, ConfirmationKind::kGateway);
  EXPECT_EQ(recipe->confirmation_distance_mm, 1500);
}

TEST(Recipe, HashIsTheSha256OfTheBytes) {
  // sha256sum of the same bytes: the FIPS 180-4 function, not our own.
  const std::string path = testing::TempDir() + "hash.recipe.yaml";
  std::ofstream(path, std::ios::binary) << kPacks;
  const auto recipe = LoadRecipe(path);
  ASSERT_TRUE(recipe) << recipe.error().ToString();
  std::filesystem::remove(path);
  EXPECT_EQ(recipe->hash, "46d002762d9123ecaf052f037a6d266c6636cec5c19a74bef987eeafbb7e01af");
  const auto other = ParseRecipe(std::string(kPacks) + "# a comment\n", "packs.yaml");
  ASSERT_TRUE(other);
  EXPECT_NE(other->hash, recipe->hash);
}

constexpr std::string_view kWeb = R"(veriline_recipe: 1
name: web
belt: {counts_per_mm: 20, top_speed_mm_s: 2000, lanes: 2}
trigger: {kind: row, source: mark, repeat_mm: 50.8, rows: 4, offset_mm: 3, length_mm: 48}
views:
  - {name: blocks, camera: cam0, scan: line, belt: up, trigger: hardware, distance_mm: 300,
     field_mm: 160, lanes: [{lane: 0, from_ratio: 0, to_ratio: 0.5},
                            {lane: 1, from_ratio: 0.5, to_ratio: 1}]}
  - {name: light_a, camera: cam1, belt: left, trigger: hardware, distance_mm: 300, field_mm: 60,
     lanes: [{lane: 0, from_ratio: 0, to_ratio: 1}]}
  - {name: light_b, camera: cam2, belt: left, trigger: hardware, distance_mm: 300, field_mm: 60,
     lanes: [{lane: 0, from_ratio: 0, to_ratio: 1}]}
groups:
  - {any_of: [light_a, light_b]}
codes:
  - {role: identity, symbologies: [qr]}
decision: {distance_mm: 900, lead_ms: 20}
confirmation: {kind: none}
)";

std::string Replaced(std::string_view from, std::string_view to) {
  std::string text(kWeb);
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Recipe, WebsHaveRowsBlocksAndGroups) {
  const auto recipe = ParseRecipe(kWeb, "web.yaml");
  ASSERT_TRUE(recipe) << recipe.error().ToString();
  EXPECT_EQ(recipe->trigger, TriggerKind::kRow);
  EXPECT_EQ(recipe->row.source, RowSource::kMark);
  EXPECT_EQ(recipe->row.repeat_mm, 50.8);
  EXPECT_EQ(recipe->row.rows, 4);
  EXPECT_EQ(recipe->row.offset_mm, 3);
  EXPECT_EQ(recipe->max_length_mm, 48);
  EXPECT_EQ(recipe->views[0].scan, ViewScan::kLine);
  EXPECT_EQ(recipe->views[0].belt, BeltDirection::kUp);
  EXPECT_EQ(recipe->views[1].scan, ViewScan::kArea);
  ASSERT_EQ(recipe->groups.size(), 1u);
  EXPECT_EQ(recipe->groups[0].kind, ViewGroup::Kind::kAnyOf);
  EXPECT_EQ(recipe->groups[0].views, (std::vector<size_t>{1, 2}));
}

TEST(Recipe, WhatARowOrGroupCannotBeIsRefused) {
  const std::pair<std::string, std::string_view> kCases[] = {
      {Replaced("length_mm: 48", "length_mm: 51"), "trigger.length_mm (51) is more than"},
      {Replaced("source: mark", "source: count"), "no mark begins them"},
      {Replaced("scan: line, belt: up", "scan: line, belt: left"), "across the lines"},
      {Replaced("light_b]}", "blocks, light_c]}"), "light_c"},
      {Replaced("[light_a, light_b]", "[light_a]"), "fewer than two views"},
      {Replaced("light_b]}", "light_b]}\n  - {same: [light_b, blocks]}"), "stands in two groups"},
      {Replaced("{any_of: [light_a, light_b]}", "{same: [light_a, blocks]}"), "the same lanes"},
      {Replaced("distance_mm: 900", "distance_mm: 500"), "lies before the end of views[0]"},
      {Replaced("repeat_mm: 50.8", "repeat_mm: 0"), "trigger.repeat_mm"},
  };
  for (const auto& [text, message] : kCases) {
    const auto recipe = ParseRecipe(text, "web.yaml");
    ASSERT_FALSE(recipe) << message;
    EXPECT_NE(recipe.error().message.find(message), std::string::npos) << recipe.error().ToString();
    EXPECT_GT(recipe.error().line, 0) << recipe.error().ToString();
  }
}

TEST(Recipe, GradesByDefaultAndAsItSays) {
  const auto plain = ParseRecipe(kPacks, "packs.yaml");
  ASSERT_TRUE(plain);
  EXPECT_TRUE(plain->grading.enabled);
  EXPECT_EQ(plain->grading.spec.edition, grading::Edition::k15415_2024);
  EXPECT_EQ(plain->grading.warn_below, 2.0);
  EXPECT_EQ(plain->grading.reject_below, 1.5);
  EXPECT_FALSE(plain->grading.reject_estimates);

  const auto recipe = ParseRecipe(
      WithLine(30,
               "grading: {edition: \"15415:2011\", aperture_mil: 8, wavelength_nm: 660, lighting: "
               "30Q, warn_below: 3, reject_below: 2.5, reject_estimates: true, trend_codes: 50, "
               "trend_below: 3.1, linear_edition: \"15416:2000\", linear_aperture_mil: 6, "
               "linear_scans: 20}\ndecision: {distance_mm: 700, lead_ms: 20}"),
      "packs.yaml");
  ASSERT_TRUE(recipe) << recipe.error().ToString();
  const GradeRules& g = recipe->grading;
  EXPECT_TRUE(g.enabled);
  EXPECT_EQ(g.spec.edition, grading::Edition::k15415_2011);
  EXPECT_DOUBLE_EQ(g.spec.aperture.mm, 0.2032);
  EXPECT_EQ(g.spec.linear_edition, grading::Edition::k15416_2000);
  EXPECT_DOUBLE_EQ(g.spec.linear_aperture.mm, 0.1524);
  EXPECT_EQ(g.spec.scans, 20);
  EXPECT_EQ(plain->grading.spec.linear_edition, grading::Edition::k15416_2016);
  EXPECT_EQ(plain->grading.spec.linear_aperture.x_ratio, 0);
  EXPECT_EQ(g.spec.wavelength_nm, 660);
  EXPECT_EQ(std::string(g.spec.lighting.data()), "30Q");
  EXPECT_EQ(g.warn_below, 3);
  EXPECT_EQ(g.reject_below, 2.5);
  EXPECT_TRUE(g.reject_estimates);
  EXPECT_EQ(g.trend_codes, 50);
  EXPECT_EQ(g.trend_below, 3.1);

  const auto none = ParseRecipe(
      WithLine(30, "grading: {edition: none}\ndecision: {distance_mm: 700, lead_ms: 20}"),
      "packs.yaml");
  ASSERT_TRUE(none) << none.error().ToString();
  EXPECT_FALSE(none->grading.enabled);
}

TEST(Recipe, NobodyConfirmsWithoutADistance) {
  const auto recipe = ParseRecipe(WithLine(31, "confirmation: {kind: none}"), "packs.yaml");
  ASSERT_TRUE(recipe) << recipe.error().ToString();
  EXPECT_EQ(recipe->confirmation, ConfirmationKind::kNone);
}

TEST(Recipe, AMissingFileIsNamed) {
  const auto recipe = LoadRecipe("/nonexistent/packs.yaml");
  ASSERT_FALSE(recipe);
  EXPECT_EQ(recipe.error().code, ErrorCode::kIo);
  EXPECT_EQ(recipe.error().file, "/nonexistent/packs.yaml");
  EXPECT_NE(recipe.error().message.find("No such file"), std::string::npos);
  EXPECT_FALSE(LoadRecipe(testing::TempDir()));  // a directory
}

/// One wrong line and what is said of it.
struct Refused {
  const char* name;
  int line;  ///< replaced in kPacks
  const char* text;
  int at_line;
  int at_column;
  const char* message;
  const char* advice;  ///< part of it
};

void PrintTo(const Refused& r, std::ostream* out) { *out << r.name; }

std::string CaseName(const testing::TestParamInfo<Refused>& info) { return info.param.name; }

class RefusedRecipe : public testing::TestWithParam<Refused> {};

TEST_P(RefusedRecipe, NamesPlaceAndAdvice) {
  const Refused& r = GetParam();
  const auto recipe = ParseRecipe(WithLine(r.line, r.text), "packs.yaml");
  ASSERT_FALSE(recipe);
  const Diagnostic& d = recipe.error();
  EXPECT_EQ(d.file, "packs.yaml");
  EXPECT_EQ(d.line, r.at_line) << d.ToString();
  EXPECT_EQ(d.column, r.at_column) << d.ToString();
  EXPECT_EQ(d.message, r.message);
  EXPECT_NE(d.advice.find(r.advice), std::string::npos) << d.ToString();
}

constexpr Refused kStructure[] = {
    {"VersionMissing", 1, "", 2, 1, "the file does not begin with its version",
     "veriline_recipe: 1"},
    {"VersionUnknown", 1, "veriline_recipe: 2", 1, 18, "version 2 of this file is not known here",
     "veriline_recipe: 1"},
    {"VersionNoNumber", 1, "veriline_recipe: one", 1, 18,
     "veriline_recipe must be a whole number, not \"one\"", "digits"},
    {"UnknownKey", 3, "belt: {counts_per_mm: 10, top_sped_mm_s: 1500, lanes: 2}", 3, 27,
     "the key \"top_sped_mm_s\" is not known here", "did you mean top_speed_mm_s?"},
    {"StrangeKey", 3, "belt: {counts_per_mm: 10, top_speed_mm_s: 1500, lanes: 2, xyzzy: 0}", 3, 59,
     "the key \"xyzzy\" is not known here", "keys here: counts_per_mm, top_speed_mm_s, lanes"},
    {"MissingKey", 3, "belt: {counts_per_mm: 10, lanes: 2}", 3, 7,
     "the key top_speed_mm_s is missing here", "counts_per_mm, top_speed_mm_s, lanes"},
    {"MissingSection", 30, "", 1, 1, "the key decision is missing here", "keys here:"},
    {"DoubledKey", 3, "belt: {counts_per_mm: 10, counts_per_mm: 1500, lanes: 2}", 3, 27,
     "the key counts_per_mm stands twice in one map", "line 3"},
    {"DoubledSection", 30, "name: again", 30, 1, "the key name stands twice in one map", "line 2"},
    {"TextForNumber", 5, "  min_length_mm: forty", 5, 18,
     "min_length_mm must be a number, not \"forty\"", "decimal point"},
    {"UnitInNumber", 5, "  min_length_mm: 40 mm", 5, 18,
     "min_length_mm must be a number, not \"40 mm\"", "unit"},
    {"QuotedNumber", 5, "  min_length_mm: \"40\"", 5, 18,
     "min_length_mm must be a number, not \"40\"", "without quotes"},
    {"NotANumber", 5, "  min_length_mm: .nan", 5, 18,
     "min_length_mm must be a number, not \".nan\"", ""},
    {"BareNan", 5, "  min_length_mm: nan", 5, 18, "min_length_mm must be a number, not \"nan\"",
     ""},
    {"Infinite", 5, "  min_length_mm: inf", 5, 18, "min_length_mm must be a number, not \"inf\"",
     ""},
    {"TooLargeForADouble", 5, "  min_length_mm: 1e999", 5, 18,
     "min_length_mm must be a number, not \"1e999\"", ""},
    {"Nothing", 5, "  min_length_mm:", 5, 3, "min_length_mm must be a number, but nothing is there",
     "min_length_mm: VALUE"},
    {"ListForNumber", 5, "  min_length_mm: [40]", 5, 18,
     "min_length_mm must be a number, but a list is there", ""},
    {"FractionOfLanes", 3, "belt: {counts_per_mm: 10, top_speed_mm_s: 1500, lanes: 1.5}", 3, 56,
     "lanes must be a whole number, not \"1.5\"", ""},
    {"MapForText", 2, "name: {a: b}", 2, 7, "name must be a text, but a map is there", ""},
    {"NumberForMap", 3, "belt: 10", 3, 7, "belt must be a map, not \"10\"", "belt: {"},
    {"NumberForList", 28, "  - 5", 28, 5, "an entry of codes must be a map, not \"5\"", "- {"},
    {"UnknownWord", 13, "    belt: lft", 13, 11, "\"lft\" is no value for belt",
     "did you mean left?"},
    {"StrangeWord", 13, "    belt: upwards", 13, 11, "\"upwards\" is no value for belt",
     "one of left, right"},
    {"UnknownSymbology", 27, "  - {role: identity, symbologies: [datamatrx], identifier: \"]d2\"}",
     27, 36, "\"datamatrx\" is no value for symbologies", "did you mean datamatrix?"},
    {"DoubledSymbology", 28, "  - {role: product, symbologies: [ean13, ean13]}", 28, 42,
     "\"ean13\" stands twice in symbologies", "once"},
    {"ScalarForList", 28, "  - {role: product, symbologies: ean13}", 28, 34,
     "symbologies must be a list, not \"ean13\"", "symbologies: [A, B]"},
    {"Anchor", 2, "name: &n packs", 2, 7, "an anchor (&) stands here", ""},
    {"Alias", 2, "name: *n", 2, 7, "not valid YAML: the referenced anchor is not defined", ""},
    {"Tag", 2, "name: !!str packs", 2, 7, "the tag tag:yaml.org,2002:str stands here", ""},
    {"SecondDocument", 31, "---\nname: b", 32, 1, "a second document begins here", "---"},
    {"NotYaml", 3, "belt: {counts_per_mm: 10", 4, 6, "not valid YAML: end of map flow not found",
     ""},
    {"ControlByte", 2, "name: pa\x01zz", 2, 9, "the byte 1 is not text", "UTF-8"},
    {"EmptyName", 2, "name: \"\"", 2, 7, "name is no name", "1 to 64"},
    {"EscapedControlInName", 2, "name: \"a\\0b\"", 2, 7, "name is no name", ""},
};
INSTANTIATE_TEST_SUITE_P(Structure, RefusedRecipe, testing::ValuesIn(kStructure), CaseName);

constexpr Refused kValues[] = {
    {"NoCounts", 3, "belt: {counts_per_mm: 0, top_speed_mm_s: 1500, lanes: 2}", 3, 23,
     "belt.counts_per_mm is 0", "more than 0, at most 10000"},
    {"NegativeSpeed", 3, "belt: {counts_per_mm: 10, top_speed_mm_s: -1, lanes: 2}", 3, 43,
     "belt.top_speed_mm_s is -1", "more than 0, at most 20000"},
    {"NoLane", 3, "belt: {counts_per_mm: 10, top_speed_mm_s: 1500, lanes: 0}", 3, 56,
     "belt.lanes is 0", "1 to 256"},
    {"HugeLanes", 3, "belt: {counts_per_mm: 10, top_speed_mm_s: 1500, lanes: 9999999999}", 3, 56,
     "belt.lanes is 2147483647", "1 to 256"},
    {"LengthsSwapped", 5, "  min_length_mm: 100", 6, 18,
     "items.max_length_mm (100) is not more than items.min_length_mm (100)", ""},
    {"ShorterThanACount", 5, "  min_length_mm: 0.04", 5, 18,
     "items.min_length_mm (0.04) is shorter than one encoder count", ""},
    {"LongDebounce", 7, "  debounce_mm: 21", 7, 16, "items.debounce_mm is 21", "0 to 20"},
    {"FineDebounce", 7, "  debounce_mm: 0.01", 7, 16,
     "items.debounce_mm (0.01) is shorter than one encoder count", "at least 0.1"},
    {"ViewTooNear", 11, "    distance_mm: 99", 11, 18,
     "views[0].distance_mm (99) is less than items.max_length_mm (100)",
     "must have seen an item's end before"},
    {"FieldTooSmall", 12, "    field_mm: 99", 12, 15,
     "views[0].field_mm (99) is less than items.max_length_mm (100)", "longest item"},
    {"ViewTooFar", 11, "    distance_mm: 1e9", 11, 18, "views[0].distance_mm is 1000000000",
     "at most 100000"},
    {"ViewNameTwice", 18, "  - name: top", 18, 11, "two views are called top", ""},
    {"CameraTwice", 19, "    camera: cam0", 19, 13, "the camera cam0 serves two views", ""},
    {"LaneOutside", 17, "      - {lane: 2, from_ratio: 0.5, to_ratio: 1}", 17, 16,
     "views[0].lanes[1].lane is 2", "0 to 1"},
    {"LaneUnseen", 17, "", 9, 3, "no view shows lane 1", "lanes 0 to 1 each need a view"},
    {"LaneTwice", 17, "      - {lane: 0, from_ratio: 0.5, to_ratio: 1}", 17, 16,
     "lane 0 stands twice in views[0]", ""},
    {"LanesOverlap", 17, "      - {lane: 1, from_ratio: 0.4, to_ratio: 1}", 17, 9,
     "lanes 0 and 1 overlap in views[0]", "two items"},
    {"RatioNegative", 16, "      - {lane: 0, from_ratio: -0.1, to_ratio: 0.5}", 16, 31,
     "views[0].lanes[0].from_ratio is -0.1", "0 to 1"},
    {"RatioAboveOne", 17, "      - {lane: 1, from_ratio: 0.5, to_ratio: 1.1}", 17, 46,
     "views[0].lanes[1].to_ratio is 1.1", "0 to 1"},
    {"RatiosSwapped", 17, "      - {lane: 1, from_ratio: 0.9, to_ratio: 0.6}", 17, 46,
     "views[0].lanes[1].to_ratio (0.6) is not more than from_ratio (0.9)", ""},
    {"TooManyBands", 17,
     "      - {lane: 1, from_ratio: 0.5, to_ratio: 0.6}\n"
     "      - {lane: 1, from_ratio: 0.7, to_ratio: 1}",
     16, 7, "views[0].lanes has 3 entries, and belt.lanes is 2", "once"},
    {"NoIdentity", 27, "  - {role: copy, symbologies: [datamatrix]}", 27, 3,
     "no code has the role identity", ""},
    {"TwoIdentities", 28, "  - {role: identity, symbologies: [ean13]}", 28, 12,
     "an item has one identity, and this is the second", "copy"},
    {"NoSymbology", 28, "  - {role: product, symbologies: []}", 28, 34,
     "codes[1].symbologies is empty", ""},
    {"IdentifierShape", 27, "  - {role: identity, symbologies: [datamatrix], identifier: d2}", 27,
     61, "codes[0].identifier is no symbology identifier", "]d2"},
    {"IdentifierOfAnother", 27,
     "  - {role: identity, symbologies: [datamatrix], identifier: \"]Q3\"}", 27, 61,
     "]Q3 is the identifier of none of codes[0].symbologies", "ever match"},
    {"Ambiguous", 29, "  - {role: ignored, symbologies: [qr, datamatrix]}", 29, 5,
     "one symbol could be codes[0] and codes[2]", "symbology or identifier"},
    {"DecisionInAView", 30, "decision: {distance_mm: 385, lead_ms: 0}", 30, 25,
     "decision.distance_mm (385) lies before the end of views[1] (385)", "left every picture"},
    {"LeadTooLong", 30, "decision: {distance_mm: 700, lead_ms: 210}", 30, 39,
     "at top speed decision.lead_ms (210) is 315 mm, and verdicts would close before the end of "
     "views[1] (385 mm)",
     "less than 210 ms"},
    {"NegativeLead", 30, "decision: {distance_mm: 700, lead_ms: -1}", 30, 39,
     "decision.lead_ms is -1", "0 to 10000"},
    {"ConfirmedBeforeDecision", 31, "confirmation: {kind: gateway, distance_mm: 700}", 31, 44,
     "confirmation.distance_mm (700) is not more than decision.distance_mm (700)", "behind"},
    {"ConfirmedNowhere", 31, "confirmation: {kind: gateway}", 31, 15,
     "the key distance_mm is missing here", ""},
    {"GradeEditionUnknown", 30,
     "grading: {edition: \"15415:2020\"}\ndecision: {distance_mm: 700, lead_ms: 20}", 30, 20,
     "\"15415:2020\" is no value for edition", "15415:2024"},
    {"GradeLimitsSwapped", 30,
     "grading: {edition: \"15415:2024\", warn_below: 1, reject_below: 1.5}\ndecision: "
     "{distance_mm: 700, lead_ms: 20}",
     30, 46, "grading.warn_below (1) is less than grading.reject_below (1.5)", "before the reject"},
    {"GradeLimitBeyond", 30,
     "grading: {edition: \"15415:2024\", warn_below: 5}\ndecision: {distance_mm: 700, lead_ms: 20}",
     30, 46, "grading.warn_below is 5", "0 to 4"},
    {"GradeAperture", 30,
     "grading: {edition: \"15415:2024\", aperture_x: 9}\ndecision: {distance_mm: 700, lead_ms: 20}",
     30, 46, "grading.aperture_x: the aperture lies outside 0 to 4 X", "0.8"},
    {"GradeLighting", 30,
     "grading: {edition: \"15415:2024\", lighting: 46Q}\ndecision: {distance_mm: 700, lead_ms: 20}",
     30, 44, "grading.lighting: the lighting code is not known", ""},
    {"DistanceForNobody", 31, "confirmation: {kind: none, distance_mm: 1500}", 31, 41,
     "confirmation.distance_mm is given and nobody confirms", "leave it out"},
};
INSTANTIATE_TEST_SUITE_P(Values, RefusedRecipe, testing::ValuesIn(kValues), CaseName);

TEST(Recipe, TheFirstWrongPlaceIsTold) {
  std::string text = WithLine(5, "  min_length_mm: forty");
  text += "nonsense: 1\n";
  const auto recipe = ParseRecipe(text, "packs.yaml");
  ASSERT_FALSE(recipe);
  EXPECT_EQ(recipe.error().line, 5);
}

TEST(Recipe, NoViewsAndEmptyFilesAreRefused) {
  EXPECT_FALSE(ParseRecipe("", "packs.yaml"));
  EXPECT_FALSE(ParseRecipe("# only a comment\n", "packs.yaml"));
  EXPECT_FALSE(ParseRecipe("[]", "packs.yaml"));
  EXPECT_FALSE(ParseRecipe(std::string(2 << 20, ' '), "packs.yaml"));
  EXPECT_FALSE(ParseRecipe(std::string(100000, '['), "packs.yaml"));
  auto recipe = ParseRecipe(kPacks, "packs.yaml");
  ASSERT_TRUE(recipe);
  recipe->views.clear();
  const auto valid = recipe->Validate();
  ASSERT_FALSE(valid);
  EXPECT_EQ(valid.error().message, "views is empty");
  EXPECT_EQ(valid.error().key, "views");
}

TEST(Recipe, ValidateRefusesNanAndInfinityEverywhere) {
  const auto good = ParseRecipe(kPacks, "packs.yaml");
  ASSERT_TRUE(good);
  const auto refuses = [&](auto change) {
    for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
      Recipe recipe = *good;
      change(recipe, bad);
      if (recipe.Validate()) return false;
    }
    return true;
  };
  EXPECT_TRUE(refuses([](Recipe& r, double v) { r.counts_per_mm = v; }));
  EXPECT_TRUE(refuses([](Recipe& r, double v) { r.top_speed_mm_s = v; }));
  EXPECT_TRUE(refuses([](Recipe& r, double v) { r.min_length_mm = v; }));
  EXPECT_TRUE(refuses([](Recipe& r, double v) { r.max_length_mm = v; }));
  EXPECT_TRUE(refuses([](Recipe& r, double v) { r.debounce_mm = v; }));
  EXPECT_TRUE(refuses([](Recipe& r, double v) { r.views[1].distance_mm = v; }));
  EXPECT_TRUE(refuses([](Recipe& r, double v) { r.views[1].field_mm = v; }));
  EXPECT_TRUE(refuses([](Recipe& r, double v) { r.views[0].lanes[1].from_ratio = v; }));
  EXPECT_TRUE(refuses([](Recipe& r, double v) { r.views[0].lanes[1].to_ratio = v; }));
  EXPECT_TRUE(refuses([](Recipe& r, double v) { r.decision_distance_mm = v; }));
  EXPECT_TRUE(refuses([](Recipe& r, double v) { r.decision_lead_ms = v; }));
  EXPECT_TRUE(refuses([](Recipe& r, double v) { r.confirmation_distance_mm = v; }));
}

TEST(Recipe, SeveralCopiesOfTheIdentityAreAllowed) {
  const std::string copies =
      "  - {role: copy, symbologies: [datamatrix], identifier: \"]d2\"}\n"
      "  - {role: copy, symbologies: [datamatrix], identifier: \"]d2\"}";
  const auto recipe = ParseRecipe(WithLine(29, copies), "packs.yaml");
  ASSERT_TRUE(recipe) << recipe.error().ToString();
  EXPECT_EQ(recipe->codes.size(), 4u);
}

}  // namespace
}  // namespace veriline::item
