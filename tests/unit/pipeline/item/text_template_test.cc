// SPDX-License-Identifier: Apache-2.0
#include "pipeline/item/text_template.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

namespace veriline::item {
namespace {

constexpr int kYear = 2026;

/// What `source` gives for an element string; "?" and the AI where a value is missing.
std::string Expanded(std::string_view source, std::string_view element_string,
                     TextValues values = {}) {
  const auto parsed = TextTemplate::Parse(source, kYear);
  EXPECT_TRUE(parsed) << source << ": " << (parsed ? "" : parsed.error().ToString());
  const auto elements = gs1::ParseElementString(element_string, gs1::Associations::kIgnore);
  if (!parsed || !elements) return "no element string";
  values.elements = elements->elements;
  values.code = element_string;
  std::string text = "what was there before";
  const auto lacking = parsed->Expand(values, &text);
  EXPECT_TRUE(lacking || parsed->most_bytes() == 0 || text.size() <= parsed->most_bytes())
      << source;
  return lacking ? "?" + std::string(lacking->view()) : text;
}

// 31 December 2027, lot L4711, serial 1234567890ABC.
constexpr std::string_view kCode =
    "0109506000134352172712311"
    "0L4711\x1d"
    "211234567890ABC";

TEST(TextTemplate, FillsFieldsIn) {
  EXPECT_EQ(Expanded("EXP {17:MM.YYYY}", kCode), "EXP 12.2027");
  EXPECT_EQ(Expanded("{10}", kCode), "L4711");
  EXPECT_EQ(Expanded("(21) {21}", kCode), "(21) 1234567890ABC");
  EXPECT_EQ(Expanded("{17:DD MMM YYYY:de}", kCode), "31 DEZ 2027");
  EXPECT_EQ(Expanded("{17:DD Mmm YYYY}", kCode), "31 Dec 2027");
  EXPECT_EQ(Expanded("{17:YYYY-MM-DD}", kCode), "2027-12-31");
  EXPECT_EQ(Expanded("{17:DDMMYY}/{10}", kCode), "311227/L4711");
  EXPECT_EQ(Expanded("{17}", kCode), "271231");
  EXPECT_EQ(Expanded("NUR FUER DE", kCode), "NUR FUER DE");
  EXPECT_EQ(Expanded("\\{{10}\\}\\\\", kCode), "{L4711}\\");
  EXPECT_EQ(Expanded("{17:MMM YY:I,II,III,IV,V,VI,VII,VIII,IX,X,XI,XII}", kCode), "XII 27");
}

TEST(TextTemplate, SplitsAFieldOverLines) {
  EXPECT_EQ(Expanded("{21:1-10}", kCode), "1234567890");
  EXPECT_EQ(Expanded("{21:11-}", kCode), "ABC");
  EXPECT_EQ(Expanded("{21:13-20}", kCode), "C");
  EXPECT_EQ(Expanded("{21:14-}", kCode), "") << "nothing is printed there";
  EXPECT_EQ(Expanded("{01:2-14}", kCode), "9506000134352") << "the digits of the EAN-13";
  EXPECT_EQ(Expanded("{code:1-4}", kCode), "0109");
}

TEST(TextTemplate, DayZeroIsTheLastOfTheMonthOrLeftOut) {
  const auto expires = [](std::string_view date, std::string_view source) {
    return Expanded(source, "010950600013435217" + std::string(date) + "211");
  };
  EXPECT_EQ(expires("271200", "{17:DD.MM.YYYY}"), "31.12.2027");
  EXPECT_EQ(expires("270200", "{17:DD.MM.YYYY}"), "28.02.2027");
  EXPECT_EQ(expires("280200", "{17:DD.MM.YYYY}"), "29.02.2028") << "a leap year";
  EXPECT_EQ(expires("270400", "{17:YYYY-MM-DD}"), "2027-04-30");
  EXPECT_EQ(expires("271200", "{17:MM.YYYY}"), "12.2027");
  EXPECT_EQ(expires("271200", "{17:[DD.]MM.YYYY}"), "12.2027");
  EXPECT_EQ(expires("271215", "{17:[DD.]MM.YYYY}"), "15.12.2027");
  EXPECT_EQ(expires("271200", "{17:YYYY-MM[-DD]}"), "2027-12");
  EXPECT_EQ(expires("271200", "{17}"), "271200") << "a value without a form is what the code says";
}

TEST(TextTemplate, TwoDigitsMeanTheNearestYear) {
  EXPECT_EQ(YearOf(26, 2026), 2026);
  EXPECT_EQ(YearOf(76, 2026), 2076);
  EXPECT_EQ(YearOf(77, 2026), 1977);
  EXPECT_EQ(YearOf(99, 2026), 1999);
  EXPECT_EQ(YearOf(0, 2026), 2000);
  EXPECT_EQ(YearOf(10, 2060), 2110);
  EXPECT_EQ(YearOf(11, 2060), 2011);
  EXPECT_EQ(YearOf(0, 2060), 2100);
}

TEST(TextTemplate, EveryLanguageHasTwelveNames) {
  for (const char* language :
       {"en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "nb", "fi"}) {
    std::set<std::string> names;
    for (int month = 1; month <= 12; ++month) {
      const std::string date = (month < 10 ? "270" : "27") + std::to_string(month) + "15";
      names.insert(
          Expanded(std::string("{17:MMM:") + language + "}", "010950600013435217" + date + "211"));
    }
    EXPECT_EQ(names.size(), 12u) << language;
    for (const std::string& name : names) EXPECT_EQ(name.size(), 3u) << language << " " << name;
  }
}

TEST(TextTemplate, WhatTheCodeDoesNotSayIsTakenFromWhatWasIssuedOrNamed) {
  constexpr std::string_view kShort =
      "010950600013435221"
      "77";
  EXPECT_EQ(Expanded("LOT {10}", kShort), "?10");
  EXPECT_EQ(Expanded("{17:MM.YYYY}", kShort), "?17");
  EXPECT_EQ(Expanded("LOT {10}", kShort, {.lot = "L9"}), "LOT L9");
  EXPECT_EQ(Expanded("{17:MM.YYYY}", kShort, {.expiry = "290500"}), "05.2029");
  EXPECT_EQ(Expanded("{17:MM.YYYY}", kShort, {.expiry = "291300"}), "?17") << "no date";
  EXPECT_EQ(Expanded("LOT {10}", kCode, {.lot = "L9"}), "LOT L4711") << "the code goes first";
}

TEST(TextTemplate, SaysWhatStandsInItself) {
  const auto parsed = TextTemplate::Parse("EXP {17:MM/YYYY}", kYear);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->FixedCharacters(), " /EPX");
  EXPECT_EQ(parsed->most_bytes(), 11u);
  EXPECT_TRUE(parsed->Needs("17"));
  EXPECT_FALSE(parsed->Needs("10"));
  EXPECT_EQ(TextTemplate::Parse("{code}", kYear)->most_bytes(), 0u) << "no limit";
  EXPECT_EQ(TextTemplate::Parse("{21:11-}", kYear)->most_bytes(), 10u);
}

TEST(TextTemplate, MistakesAreNamedWithTheirPlace) {
  struct Case {
    std::string_view source;
    int column;
    std::string_view message;
  };
  constexpr Case kCases[] = {
      {"", 1, "empty"},
      {"EXP {17:MM.YYYY", 5, "not closed"},
      {"EXP {17:MM{10}}", 5, "not closed"},
      {"EXP 17}", 7, "closes no field"},
      {"a\nb", 2, "control character"},
      {"a\\n", 2, "backslash"},
      {"{}", 2, "no name"},
      {"{9999}", 2, "9999 is no application identifier"},
      {"{310}", 2, "310 is no application identifier"},
      {"{lot}", 2, "lot is no application identifier"},
      {"{21:MM}", 5, "AI 21 is no date"},
      {"{21:}", 5, "AI 21 is no date"},
      {"{17:}", 5, "empty"},
      {"{17:MM.YYY}", 8, "begins with no part of a date"},
      {"{17:mm.YYYY}", 5, "begins with no part of a date"},
      {"{17:[DD.MM}", 11, "not closed"},
      {"{17:DD]}", 7, "do not belong together"},
      {"{17:MMM:xx}", 9, "not known"},
      {"{17:MMM:a,b}", 9, "not twelve names"},
      {"{17:MMM:a,,c,d,e,f,g,h,i,j,k,l}", 9, "not twelve names"},
      {"{21:0-3}", 5, "no range"},
      {"{21:5-2}", 5, "no range"},
      {"{21:5}", 5, "no range"},
      {"{21:1-x}", 5, "no range"},
      {"{21:99999-}", 5, "no range"},
      {"{21:21-}", 5, "at most 20 characters"},
  };
  for (const Case& c : kCases) {
    const auto parsed = TextTemplate::Parse(c.source, kYear);
    ASSERT_FALSE(parsed) << c.source;
    EXPECT_NE(parsed.error().message.find(c.message), std::string::npos)
        << c.source << ": " << parsed.error().message;
    EXPECT_EQ(parsed.error().column, c.column) << c.source;
    EXPECT_FALSE(parsed.error().advice.empty()) << c.source;
  }
}

}  // namespace
}  // namespace veriline::item
