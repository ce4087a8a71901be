// SPDX-License-Identifier: Apache-2.0
#include <openssl/evp.h>

#include <array>
#include <filesystem>

#include "pipeline/item/recipe.h"
#include "pipeline/item/recipe_text.h"
#include "pipeline/item/yaml_reader.h"
#include "vision/text/font_file.h"

namespace veriline::item {
namespace {

// In the order of their enumerators.
constexpr std::array<std::string_view, 4> kBeltNames = {"left", "right", "up", "down"};
constexpr std::array<std::string_view, 2> kScanNames = {"area", "line"};
constexpr std::array<std::string_view, 2> kItemTriggerNames = {"eye", "row"};
constexpr std::array<std::string_view, 2> kRowSourceNames = {"mark", "count"};
constexpr std::array<std::string_view, 2> kTriggerNames = {"hardware", "software"};
constexpr std::array<std::string_view, 4> kRoleNames = {"identity", "product", "copy", "ignored"};
constexpr std::array<std::string_view, 2> kConfirmationNames = {"none", "gateway"};
constexpr std::array<std::string_view, 5> kEditionNames = {"none", "15415:2011", "15415:2024",
                                                           "29158:2011", "29158:2020"};
constexpr std::array<std::string_view, 2> kLinearEditionNames = {"15416:2000", "15416:2016"};
constexpr int kFirstSymbology = 1;

std::array<std::string_view, kSymbologyCount - kFirstSymbology> SymbologyNames() {
  std::array<std::string_view, kSymbologyCount - kFirstSymbology> names;
  for (size_t i = 0; i < names.size(); ++i) {
    names[i] = Name(static_cast<Symbology>(i + kFirstSymbology));
  }
  return names;
}

ViewSpec ReadView(YamlMap& m) {
  ViewSpec view;
  m.Text("name", &view.name);
  m.Text("camera", &view.camera);
  m.Number("distance_mm", &view.distance_mm);
  m.Number("field_mm", &view.field_mm);
  m.Choice("belt", kBeltNames, &view.belt);
  m.Choice("scan", kScanNames, &view.scan, ViewScan::kArea, Presence::kOptional);
  m.Choice("trigger", kTriggerNames, &view.trigger);
  m.Maps("lanes", [&](YamlMap& lane) {
    ViewLane& band = view.lanes.emplace_back();
    lane.Integer("lane", &band.lane);
    lane.Number("from_ratio", &band.from_ratio);
    lane.Number("to_ratio", &band.to_ratio);
  });
  return view;
}

/// `any_of` or `same`, a list of names of views.
void ReadGroup(YamlMap& m, Recipe* r) {
  ViewGroup& group = r->groups.emplace_back();
  std::vector<std::string_view> names;
  for (const ViewSpec& view : r->views) names.push_back(view.name);
  if (m.Has("same")) {
    group.kind = ViewGroup::Kind::kSame;
    m.Choices("same", names, &group.views);
  } else {
    m.Choices("any_of", names, &group.views);
  }
}

CodeSpec ReadCode(YamlMap& m) {
  CodeSpec code;
  m.Choice("role", kRoleNames, &code.role, CodeRole::kIdentity);
  std::vector<size_t> symbologies;
  m.Choices("symbologies", SymbologyNames(), &symbologies);
  for (const size_t i : symbologies) {
    code.symbologies.Add(static_cast<Symbology>(i + kFirstSymbology));
  }
  m.Text("identifier", &code.identifier, Presence::kOptional);
  m.Integer("length", &code.length, Presence::kOptional);
  m.Text("mask", &code.mask, Presence::kOptional);
  m.Integer("most_corrected", &code.most_corrected, Presence::kOptional);
  ReadTemplate(m, "content", &code.content, Presence::kOptional);
  return code;
}

void ReadGrading(YamlMap& m, GradeRules* rules) {
  size_t edition = 0;
  m.Choice("edition", kEditionNames, &edition);
  rules->enabled = edition != 0;
  if (edition != 0) rules->spec.edition = static_cast<grading::Edition>(edition - 1);
  m.Number("aperture_x", &rules->spec.aperture.x_ratio, Presence::kOptional);
  double aperture_mil = 0;
  m.Number("aperture_mil", &aperture_mil, Presence::kOptional);
  rules->spec.aperture.mm = aperture_mil * grading::kMmPerMil;
  m.Choice("linear_edition", kLinearEditionNames, &rules->spec.linear_edition,
           grading::Edition::k15416_2000, Presence::kOptional);
  m.Number("linear_aperture_x", &rules->spec.linear_aperture.x_ratio, Presence::kOptional);
  double linear_aperture_mil = 0;
  m.Number("linear_aperture_mil", &linear_aperture_mil, Presence::kOptional);
  rules->spec.linear_aperture.mm = linear_aperture_mil * grading::kMmPerMil;
  m.Integer("linear_scans", &rules->spec.scans, Presence::kOptional);
  int wavelength_nm = -1;
  m.Integer("wavelength_nm", &wavelength_nm, Presence::kOptional);
  if (m.Has("wavelength_nm")) rules->spec.wavelength_nm = wavelength_nm;
  std::string lighting;
  m.Text("lighting", &lighting, Presence::kOptional);
  lighting.copy(rules->spec.lighting.data(), rules->spec.lighting.size());
  m.Number("warn_below", &rules->warn_below, Presence::kOptional);
  m.Number("reject_below", &rules->reject_below, Presence::kOptional);
  m.Flag("reject_estimates", &rules->reject_estimates, Presence::kOptional);
  m.Integer("trend_codes", &rules->trend_codes, Presence::kOptional);
  m.Number("trend_below", &rules->trend_below, Presence::kOptional);
}

void ReadFields(YamlMap& root, const FontSource& fonts, Recipe* r) {
  root.Text("name", &r->name);
  root.Map("belt", [&](YamlMap& m) {
    m.Number("counts_per_mm", &r->counts_per_mm);
    m.Number("top_speed_mm_s", &r->top_speed_mm_s);
    m.Integer("lanes", &r->lanes);
  });
  root.Map(
      "trigger",
      [&](YamlMap& m) {
        m.Choice("kind", kItemTriggerNames, &r->trigger);
        if (r->trigger == TriggerKind::kEye) return;
        m.Choice("source", kRowSourceNames, &r->row.source);
        m.Number("repeat_mm", &r->row.repeat_mm);
        m.Integer("rows", &r->row.rows, Presence::kOptional);
        m.Number("offset_mm", &r->row.offset_mm, Presence::kOptional);
        m.Number("length_mm", &r->row.length_mm);
        r->min_length_mm = r->max_length_mm = r->row.length_mm;
      },
      Presence::kOptional);
  if (r->trigger == TriggerKind::kEye) {
    root.Map("items", [&](YamlMap& m) {
      m.Number("min_length_mm", &r->min_length_mm);
      m.Number("max_length_mm", &r->max_length_mm);
      m.Number("debounce_mm", &r->debounce_mm);
    });
  }
  root.Maps("views", [&](YamlMap& m) { r->views.push_back(ReadView(m)); });
  root.Maps(
      "groups", [&](YamlMap& m) { ReadGroup(m, r); }, Presence::kOptional);
  root.Maps(
      "codes", [&](YamlMap& m) { r->codes.push_back(ReadCode(m)); },
      root.Has("sequence") ? Presence::kOptional : Presence::kRequired);
  ReadTexts(root, fonts, r);
  root.Map(
      "grading", [&](YamlMap& m) { ReadGrading(m, &r->grading); }, Presence::kOptional);
  root.Map(
      "stops",
      [&](YamlMap& m) {
        m.Integer("duplicates_in_a_row", &r->stop_duplicates, Presence::kOptional);
        m.Flag("store_failed", &r->stop_store_failed, Presence::kOptional);
      },
      Presence::kOptional);
  root.Map("decision", [&](YamlMap& m) {
    m.Number("distance_mm", &r->decision_distance_mm);
    m.Number("lead_ms", &r->decision_lead_ms);
  });
  root.Map("confirmation", [&](YamlMap& m) {
    m.Choice("kind", kConfirmationNames, &r->confirmation);
    const bool needed = r->confirmation == ConfirmationKind::kGateway;
    m.Number("distance_mm", &r->confirmation_distance_mm,
             needed ? Presence::kRequired : Presence::kOptional);
  });
}

/// Empty when OpenSSL refuses, as it may where SHA-256 is not approved.
std::string Sha256Hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    return {};
  }
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += kHex[digest[i] >> 4];
    hex += kHex[digest[i] & 15];
  }
  return hex;
}

/// The name and the text of a font each end with a zero byte, which neither has within.
std::string HashOf(std::string_view yaml, const FontTexts& fonts) {
  if (fonts.empty()) return Sha256Hex(yaml);
  std::string all(yaml);
  all += '\0';
  for (const auto& [name, text] : fonts)
    all.append(name).append(1, '\0').append(text).append(1, '\0');
  return Sha256Hex(all);
}

}  // namespace

FontTexts FontsOf(const Recipe& recipe) {
  FontTexts fonts;
  const auto take = [&](const TextPrint& print) {
    if (print.own_font) fonts.emplace(print.font_name, text::FormatFont(*print.own_font));
  };
  for (const TextSpec& text : recipe.texts) take(text.print);
  take(recipe.sequence.print);
  return fonts;
}

Checked<Recipe> ParseRecipe(std::string_view yaml, const std::string& name,
                            const FontTexts* fonts) {
  Recipe recipe;
  YamlReader reader(yaml, name);
  const std::string folder = std::filesystem::path(name).parent_path().string();
  reader.Read("veriline_recipe", Recipe::kVersion, [&](YamlMap& root) {
    ReadFields(root, {folder, fonts}, &recipe);
  });
  if (reader.error()) return Fail(*reader.error());
  if (const auto valid = recipe.Validate(); !valid) return Fail(reader.Locate(valid.error()));
  recipe.hash = HashOf(yaml, FontsOf(recipe));
  if (recipe.hash.empty()) {
    return Fail(Diagnostic{.code = ErrorCode::kInternal,
                           .message = "the SHA-256 of the recipe cannot be computed",
                           .file = name,
                           .advice = "check the OpenSSL configuration of this machine"});
  }
  return recipe;
}

Checked<Recipe> LoadRecipe(const std::string& path) {
  const auto bytes = ReadYamlFile(path);
  if (!bytes) return Fail(bytes.error());
  return ParseRecipe(*bytes, path);
}

}  // namespace veriline::item
