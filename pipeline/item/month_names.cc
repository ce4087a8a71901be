// SPDX-License-Identifier: Apache-2.0
#include "pipeline/item/month_names.h"

#include <algorithm>

namespace veriline::item {
namespace {

struct Language {
  std::string_view code;
  std::string_view names;  ///< as printers of expiry dates have them: without accents
};
constexpr std::array<Language, 12> kLanguages = {{
    {"en", "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"},
    {"de", "JANFEBMRZAPRMAIJUNJULAUGSEPOKTNOVDEZ"},
    {"fr", "JANFEVMARAVRMAIJUNJULAOUSEPOCTNOVDEC"},
    {"es", "ENEFEBMARABRMAYJUNJULAGOSEPOCTNOVDIC"},
    {"it", "GENFEBMARAPRMAGGIULUGAGOSETOTTNOVDIC"},
    {"pt", "JANFEVMARABRMAIJUNJULAGOSETOUTNOVDEZ"},
    {"nl", "JANFEBMRTAPRMEIJUNJULAUGSEPOKTNOVDEC"},
    {"pl", "STYLUTMARKWIMAJCZELIPSIEWRZPAZLISGRU"},
    {"sv", "JANFEBMARAPRMAJJUNJULAUGSEPOKTNOVDEC"},
    {"da", "JANFEBMARAPRMAJJUNJULAUGSEPOKTNOVDEC"},
    {"nb", "JANFEBMARAPRMAIJUNJULAUGSEPOKTNOVDES"},
    {"fi", "TAMHELMAAHUHTOUKESHEIELOSYYLOKMARJOU"},
}};

std::optional<MonthNames> Listed(std::string_view list) {
  if (std::ranges::count(list, ',') != 11) return std::nullopt;
  MonthNames names;
  for (std::string& name : names) {
    const size_t comma = std::min(list.find(','), list.size());
    if (comma == 0) return std::nullopt;
    name = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return names;
}

}  // namespace

bool IsMonthLanguage(std::string_view language) {
  return std::ranges::find(kLanguages, language, &Language::code) != kLanguages.end();
}

std::string MonthLanguages() {
  std::string all;
  for (const Language& language : kLanguages) all += std::string(language.code) + ", ";
  all.pop_back();
  return all;
}

std::optional<MonthNames> MonthNamesOf(std::string_view language_or_list, bool capitals) {
  const auto known = std::ranges::find(kLanguages, language_or_list, &Language::code);
  if (known == kLanguages.end()) return Listed(language_or_list);
  MonthNames names;
  for (size_t i = 0; i < names.size(); ++i) {
    names[i] = known->names.substr(3 * i, 3);
    for (size_t k = 1; k < 3 && !capitals; ++k) {
      names[i][k] = static_cast<char>(names[i][k] - 'A' + 'a');
    }
  }
  return names;
}

}  // namespace veriline::item
