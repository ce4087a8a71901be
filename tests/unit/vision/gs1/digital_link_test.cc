// SPDX-License-Identifier: Apache-2.0
#include "vision/gs1/digital_link.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace veriline::gs1 {
namespace {

std::string BytesOf(std::string_view uri) {
  const auto bytes = FromDigitalLink(uri);
  EXPECT_TRUE(bytes) << uri << ": " << (bytes ? "" : Describe(bytes.error()));
  return bytes.value_or("");
}

TEST(DigitalLink, SaysWhatItsElementsSay) {
  struct Case {
    const char* uri;
    const char* bytes;
  };
  // Values by hand from the standard's grammar.
  const std::array kCases = {
      Case{"https://example.com/01/09521234543213", "0109521234543213"},
      Case{"https://example.com/01/09521234543213/21/A1?17=271231",
           "010952123454321321A1\x1D"
           "17271231"},
      Case{"http://example.com/some/path/01/09521234543213/22/2A/10/ABC1/21/12345?17=201225",
           "010952123454321322"
           "2A\x1D"
           "10ABC1\x1D"
           "2112345\x1D"
           "17201225"},
      Case{"HTTPS://EXAMPLE.COM:8080/01/09521234543213/21/A%2FB%25", "010952123454321321A/B%"},
      Case{"https://example.com/00/095212345000001237?linkType=all&s4t", "00095212345000001237"},
      Case{"https://example.com/414/9521234543213/254/32a%2Fb",
           "4149521234543213"
           "25432a/b"},
      Case{"https://example.com/01/96385074", "0100000096385074"},
      Case{"https://example.com/01/9521234543213/", "0109521234543213"},
      Case{"https://example.com/01/09521234543213/21/7;x#fragment?17=1", "0109521234543213217;x"},
      Case{"https://example.com/01/01/01/09521234543213?3103=000195;10=L;linkType=gs1%3Apip",
           "01095212345432133103000195"
           "10L"},
      Case{"https://example.com/8006/095212345432130102/21/9",
           "8006095212345432130102\x1D"
           "219"},
  };
  for (const Case& c : kCases) {
    EXPECT_TRUE(IsDigitalLink(c.uri)) << c.uri;
    EXPECT_EQ(BytesOf(c.uri), c.bytes) << c.uri;
  }
}

TEST(DigitalLink, OtherTextIsNone) {
  for (const std::string_view text :
       {"", "https://", "https://example.com", "https://example.com/", "https:///01/09521234543213",
        "https://example.com/about/us", "https://example.com/01/short",
        "https://example.com/?01=09521234543213", "ftp://example.com/01/09521234543213",
        "example.com/01/09521234543213", "010952123454321321A1", "(01)09521234543213(21)A1",
        "https://example.com/gtin/09521234543213", "https://example.com/01/09521234543213/21"}) {
    EXPECT_FALSE(IsDigitalLink(text)) << text;
    const auto bytes = FromDigitalLink(text);
    ASSERT_FALSE(bytes) << text;
    EXPECT_TRUE(bytes.error().kind == ErrorKind::kUnknownAi ||
                bytes.error().kind == ErrorKind::kEmpty);
  }
}

TEST(DigitalLink, NamesTheFaultAndItsPlace) {
  struct Case {
    std::string before, at;
    ErrorKind kind;
  };
  const std::array kCases = {
      Case{"https://example.com/01/", "09521234543214", ErrorKind::kBadCheckDigit},
      Case{"https://example.com/01/", "9521234543214", ErrorKind::kBadCheckDigit},
      Case{"https://example.com/01/09521234543213/21/A", "%2", ErrorKind::kBadValue},
      Case{"https://example.com/01/09521234543213/21/A%42", "%20", ErrorKind::kBadCharacter},
      Case{"https://example.com/01/09521234543213/21/", "", ErrorKind::kTooShort},
      Case{"https://example.com/01/09521234543213/", "17/271231", ErrorKind::kExcludedAssociation},
      Case{"https://example.com/01/09521234543213/21/A/", "10/B", ErrorKind::kExcludedAssociation},
      Case{"https://example.com/01/09521234543213/", "about/us", ErrorKind::kExcludedAssociation},
      Case{"https://example.com/01/09521234543213?17=27", "1331", ErrorKind::kBadDate},
      Case{"https://example.com/01/09521234543213?", "1=2", ErrorKind::kUnknownAi},
      Case{"https://example.com/01/09521234543213?", "01=09521234543220", ErrorKind::kDuplicateAi},
      // The key is told, which the other one excludes.
      Case{"https://example.com/", "01/09521234543213?02=09521234543213&37=2",
           ErrorKind::kExcludedAssociation},
  };
  for (const Case& c : kCases) {
    const std::string uri = c.before + c.at;
    // An empty value is no path pair, so that this one is plain text.
    const auto bytes = FromDigitalLink(uri);
    ASSERT_FALSE(bytes) << uri;
    if (c.kind == ErrorKind::kTooShort) continue;
    EXPECT_EQ(Name(bytes.error().kind), Name(c.kind)) << uri << ": " << Describe(bytes.error());
    if (c.kind == ErrorKind::kBadDate) continue;  // the date as a whole or its month
    EXPECT_NEAR(bytes.error().offset, c.before.size(), c.kind == ErrorKind::kBadCheckDigit ? 13 : 0)
        << uri << ": " << Describe(bytes.error());
  }
}

TEST(DigitalLink, SlashesInARowAreNoQualifier) {
  for (const char* uri :
       {"https://example.com/401/0018://x", "https://example.com/01/09521234543213//x",
        "https://example.com/00/095212345000001237//x"}) {
    const auto bytes = FromDigitalLink(uri);
    ASSERT_FALSE(bytes) << uri;
    EXPECT_EQ(bytes.error().kind, ErrorKind::kExcludedAssociation) << uri;
  }
}

TEST(DigitalLink, IsMadeOfElements) {
  const std::string bytes =
      "17271231010952123454321310L/1\x1D"
      "21A 1";
  EXPECT_FALSE(ParseElementString(bytes));  // a space is in no value
  const auto parsed = ParseElementString(
      "172712310109521234543213"
      "10L/1\x1D"
      "21A%1");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(ToDigitalLink(parsed->elements, "https://example.com"),
            "https://example.com/01/09521234543213/10/L%2F1/21/A%251?17=271231");
  const auto no_key = ParseElementString("10AB", Associations::kIgnore);
  ASSERT_TRUE(no_key);
  EXPECT_EQ(ToDigitalLink(no_key->elements, "https://example.com"), std::nullopt);
}

TEST(DigitalLink, KnowsWhatCanBeAStem) {
  for (const char* good :
       {"https://example.com", "http://id.example.com:8080/a/b~c", "https://x/01"}) {
    EXPECT_EQ(FaultOfStem(good), std::nullopt) << good;
  }
  for (const char* bad : {"", "example.com", "ftp://example.com", "https://",
                          "https://example.com/", "https://ex ample.com", "https://example.com/a?b",
                          "https://example.com/#", "https://example.com/01/09521234543213"}) {
    EXPECT_NE(FaultOfStem(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace veriline::gs1
