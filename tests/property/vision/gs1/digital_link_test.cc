// SPDX-License-Identifier: Apache-2.0
#include "vision/gs1/digital_link.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>

#include "tests/support/gs1_strings.h"

namespace veriline::gs1 {
namespace {

int DrawByRapidCheck(int low, int high) { return *rc::gen::inRange(low, high + 1); }

/// A trade item with its attributes in any order.
std::vector<test::Gs1Field> DrawTradeItem() {
  std::vector<std::string_view> ais = test::TradeItemAis();
  std::vector<test::Gs1Field> fields = {test::DrawField("01", DrawByRapidCheck)};
  for (int i = DrawByRapidCheck(0, 5); i > 0 && !ais.empty(); --i) {
    const auto pick = static_cast<size_t>(DrawByRapidCheck(0, static_cast<int>(ais.size()) - 1));
    fields.push_back(test::DrawField(ais[pick], DrawByRapidCheck));
    ais.erase(ais.begin() + static_cast<std::ptrdiff_t>(pick));
  }
  std::rotate(fields.begin(),
              fields.begin() + DrawByRapidCheck(0, static_cast<int>(fields.size()) - 1),
              fields.end());
  return fields;
}

RC_GTEST_PROP(DigitalLink, GivesBackTheElements, ()) {
  const std::string joined = test::Join(DrawTradeItem());
  const auto parsed = ParseElementString(joined);
  if (!parsed) RC_FAIL(Describe(parsed.error()));
  const auto uri = ToDigitalLink(parsed->elements, "https://id.example.com/a");
  RC_ASSERT(uri.has_value());
  if (!IsDigitalLink(*uri)) RC_FAIL(*uri);
  const auto bytes = FromDigitalLink(*uri);
  if (!bytes) RC_FAIL(*uri + ": " + Describe(bytes.error()));
  const auto again = ParseElementString(*bytes);
  RC_ASSERT(static_cast<bool>(again));
  const auto by_ai = [](const Element& a, const Element& b) { return a.ai.view() < b.ai.view(); };
  auto wanted = parsed->elements, seen = again->elements;
  std::ranges::sort(wanted, by_ai);
  std::ranges::sort(seen, by_ai);
  RC_ASSERT(Hri(wanted) == Hri(seen));
  RC_ASSERT(ToDigitalLink(again->elements, "https://id.example.com/a") == uri);
}

RC_GTEST_PROP(DigitalLink, ADamagedOneIsRefusedOrSaysWhereItHolds, (std::string noise)) {
  const std::string joined = test::Join(DrawTradeItem());
  const auto parsed = ParseElementString(joined);
  if (!parsed) RC_FAIL(Describe(parsed.error()));
  std::string uri = *ToDigitalLink(parsed->elements, "https://example.com");
  const auto at = static_cast<size_t>(DrawByRapidCheck(0, static_cast<int>(uri.size())));
  uri.replace(at, static_cast<size_t>(DrawByRapidCheck(0, 3)), noise);
  const auto bytes = FromDigitalLink(uri);
  if (!bytes) {
    RC_ASSERT(bytes.error().offset <= uri.size());
  } else {
    RC_ASSERT(IsDigitalLink(uri));
    RC_ASSERT(static_cast<bool>(ParseElementString(*bytes)));
  }
}

}  // namespace
}  // namespace veriline::gs1
