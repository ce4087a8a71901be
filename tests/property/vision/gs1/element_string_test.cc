// SPDX-License-Identifier: Apache-2.0
#include "vision/gs1/element_string.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "tests/support/gs1_strings.h"

namespace veriline::gs1 {
namespace {

int DrawByRapidCheck(int low, int high) { return *rc::gen::inRange(low, high + 1); }

/// Up to `most` fields of different AIs out of `ais`.
std::vector<test::Gs1Field> DrawFields(std::vector<std::string_view> ais, int least, int most) {
  std::vector<test::Gs1Field> fields;
  const int count = DrawByRapidCheck(least, most);
  for (int i = 0; i < count; ++i) {
    const auto pick = static_cast<size_t>(DrawByRapidCheck(0, static_cast<int>(ais.size()) - 1));
    fields.push_back(test::DrawField(ais[pick], DrawByRapidCheck));
    ais.erase(ais.begin() + static_cast<std::ptrdiff_t>(pick));
  }
  return fields;
}

void CheckGivesBack(const std::vector<test::Gs1Field>& fields, Associations associations) {
  const std::string bytes = test::Join(fields);
  const auto parsed = ParseElementString(bytes, associations);
  if (!parsed) RC_FAIL(Describe(parsed.error()));
  RC_ASSERT(parsed->warnings.empty());
  RC_ASSERT(parsed->elements.size() == fields.size());
  std::string hri;
  for (size_t i = 0; i < fields.size(); ++i) {
    RC_ASSERT(parsed->elements[i].ai == std::string_view(fields[i].ai));
    RC_ASSERT(parsed->elements[i].value == fields[i].value);
    RC_ASSERT(bytes.substr(parsed->elements[i].offset, fields[i].ai.size()) == fields[i].ai);
    hri += "(" + fields[i].ai + ")" + fields[i].value;
  }
  RC_ASSERT(ToElementString(parsed->elements) == bytes);
  RC_ASSERT(Hri(parsed->elements) == hri);
  const auto back = FromBracketed(hri, associations);
  if (!back) RC_FAIL(Describe(back.error()));
  RC_ASSERT(*back == bytes);
}

RC_GTEST_PROP(ElementString, GivesBackWhatWasJoined, ()) {
  CheckGivesBack(DrawFields(test::KnownAis(), 1, 8), Associations::kIgnore);
}

RC_GTEST_PROP(ElementString, GivesBackATradeItemWithItsAttributes, ()) {
  auto fields = DrawFields(test::TradeItemAis(), 0, 6);
  fields.insert(fields.begin() + DrawByRapidCheck(0, static_cast<int>(fields.size())),
                test::DrawField("01", DrawByRapidCheck));
  CheckGivesBack(fields, Associations::kCheck);
}

RC_GTEST_PROP(ElementString, NoticesEveryWrongDigitUnderACheckDigit, ()) {
  auto fields = DrawFields(test::KnownAis(), 0, 4);
  const std::string_view ai = *rc::gen::elementOf(
      std::vector<std::string_view>{"00", "01", "02", "253", "255", "402", "410", "417", "8017"});
  std::erase_if(fields, [&](const auto& field) { return field.ai == ai; });
  test::Gs1Field damaged = test::DrawField(ai, DrawByRapidCheck);
  const size_t protected_digits = ai == "253" || ai == "255" ? 13 : damaged.value.size();
  const auto place =
      static_cast<size_t>(DrawByRapidCheck(0, static_cast<int>(protected_digits) - 1));
  damaged.value[place] =
      static_cast<char>('0' + (damaged.value[place] - '0' + DrawByRapidCheck(1, 9)) % 10);
  const size_t offset = fields.empty() ? 0 : test::Join(fields).size() + 1;
  fields.push_back(damaged);
  const auto parsed = ParseElementString(test::Join(fields), Associations::kIgnore);
  RC_ASSERT(!parsed);
  RC_ASSERT(parsed.error().kind == ErrorKind::kBadCheckDigit);
  RC_ASSERT(parsed.error().ai == ai);
  RC_ASSERT(parsed.error().offset + 1 >=
            offset);  // within the last field, give or take a separator
}

RC_GTEST_PROP(ElementString, NamesTheByteThatIsNotADigit, ()) {
  test::Gs1Field field = test::DrawField(*rc::gen::elementOf(test::KnownAis()), DrawByRapidCheck);
  RC_PRE(field.all_digits);
  const auto place =
      static_cast<size_t>(DrawByRapidCheck(0, static_cast<int>(field.value.size()) - 1));
  field.value[place] = *rc::gen::elementOf(std::string("ABZaz-. "));
  const auto parsed = ParseElementString(test::Join({field}), Associations::kIgnore);
  RC_ASSERT(!parsed);
  RC_ASSERT(parsed.error().kind == ErrorKind::kBadCharacter);
  RC_ASSERT(parsed.error().offset == field.ai.size() + place);
}

RC_GTEST_PROP(ElementString, TakesAnyBytesAndWhatItAcceptsIsCanonical, (std::string bytes)) {
  for (char& c : bytes) {  // mostly characters that mean something here
    if (DrawByRapidCheck(0, 3) != 0) c = "0123456789\x1D(A"[static_cast<unsigned char>(c) % 13];
  }
  const auto parsed = ParseElementString(bytes, Associations::kIgnore);
  if (!parsed) {
    RC_ASSERT(parsed.error().offset <= bytes.size());
    RC_ASSERT(!Describe(parsed.error()).empty());
    return;
  }
  const std::string canonical = ToElementString(parsed->elements);
  const auto again = ParseElementString(canonical, Associations::kIgnore);
  RC_ASSERT(static_cast<bool>(again));
  RC_ASSERT(again->warnings.empty());
  RC_ASSERT(ToElementString(again->elements) == canonical);
}

}  // namespace
}  // namespace veriline::gs1
