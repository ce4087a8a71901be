// SPDX-License-Identifier: Apache-2.0
#include "vision/gs1/element_string.h"

#include <gtest/gtest.h>

#include <string>

namespace veriline::gs1 {
namespace {

using namespace std::string_literals;

constexpr std::string_view kGtin = "0109501101530003";  // AI 01 with a valid GTIN

std::string operator+(std::string_view a, const std::string& b) { return std::string(a) + b; }

/// "kind AI offset" of the error; "valid" when there is none.
std::string Outcome(const std::string& bytes, Associations associations = Associations::kCheck) {
  const auto parsed = ParseElementString(bytes, associations);
  if (parsed) return "valid";
  const SyntaxError& e = parsed.error();
  return std::string(Name(e.kind)) + " " + std::string(e.ai.view()) + " " +
         std::to_string(e.offset);
}

TEST(ElementString, TellsFieldsAndTheirPlaces) {
  const std::string bytes = kGtin + "21A1\x1D" + "17251231" + "10LOT"s;
  const auto parsed = ParseElementString(bytes);
  ASSERT_TRUE(parsed);
  ASSERT_EQ(parsed->elements.size(), 4u);
  EXPECT_TRUE(parsed->warnings.empty());
  EXPECT_EQ(parsed->Find("01")->value, "09501101530003");
  EXPECT_EQ(parsed->Find("21")->value, "A1");
  EXPECT_EQ(parsed->Find("21")->offset, 16u);
  EXPECT_EQ(parsed->Find("17")->value, "251231");
  EXPECT_EQ(parsed->Find("10")->value, "LOT");
  EXPECT_EQ(parsed->Find("11"), nullptr);
  EXPECT_EQ(Hri(parsed->elements), "(01)09501101530003(21)A1(17)251231(10)LOT");
  EXPECT_EQ(ToElementString(parsed->elements), bytes);
}

TEST(ElementString, ReadsPrintedExamples) {
  for (std::string_view bytes : {"01988987654321063103001750", "01900123456789083922795",
                                 "0198898765432106320201234515991231", "00376104250021234569",
                                 "8006095011015300030102", "4149501101530003254A-1"}) {
    const auto parsed = ParseElementString(bytes, Associations::kIgnore);
    EXPECT_TRUE(parsed) << bytes << ": " << Describe(parsed.error());
  }
}

TEST(ElementString, NamesWhatIsWrongAndWhere) {
  EXPECT_EQ(Outcome(""), "empty  0");
  EXPECT_EQ(Outcome("0409501101530003"), "unknown_ai  0");
  EXPECT_EQ(Outcome("hello"), "unknown_ai  0");
  EXPECT_EQ(Outcome(kGtin + "0"s), "unknown_ai  16");
  EXPECT_EQ(Outcome("010950110153000"), "too_short 01 15");
  EXPECT_EQ(Outcome("010950110153\x1D"
                    "21A"),
            "too_short 01 12");
  EXPECT_EQ(Outcome(kGtin + "21"s), "too_short 21 18");
  EXPECT_EQ(Outcome(kGtin + "21\x1D" + "10A"s), "too_short 21 18");
  EXPECT_EQ(Outcome("0109501101530004"), "bad_check_digit 01 2");
  EXPECT_EQ(Outcome("010950110153000A"), "bad_character 01 15");
  EXPECT_EQ(Outcome(kGtin + "21AB C"s), "bad_character 21 20");
  EXPECT_EQ(Outcome(kGtin + "17251301"s), "bad_date 17 18");
  EXPECT_EQ(Outcome(kGtin + "422999"s), "bad_value 422 19");
  EXPECT_EQ(Outcome(std::string(kMaxElementStringBytes + 1, '9')), "too_long  8191");
}

TEST(ElementString, TellsATooLongSerialFromALostSeparator) {
  EXPECT_EQ(Outcome(kGtin + "21ABCDEFGHIJKLMNOPQRST"s), "valid");
  EXPECT_EQ(Outcome(kGtin + "21ABCDEFGHIJKLMNOPQRSTU"s), "too_long 21 38");
  // The separator behind the serial is lost; expiry and lot follow.
  EXPECT_EQ(Outcome(kGtin + "21ABCDEFGHIJ" + "17251231" + "10LOT1"s), "missing_separator 21 28");
  EXPECT_EQ(Outcome(kGtin + "10ABCDEFGHIJ" + "17251231" + "21SER\x1D" + "20" + "05"s),
            "missing_separator 10 28");
  // Of one length, but not of a predefined one.
  EXPECT_EQ(Outcome(kGtin + "422276" + "10LOT"s), "missing_separator 422 22");
  EXPECT_EQ(Outcome(kGtin + "422276" + "ABC"s), "too_long 422 22");
  EXPECT_EQ(Outcome(kGtin + "422276\x1D" + "10LOT"s), "valid");
}

TEST(ElementString, ToleratesOneSeparatorTooManyWithAWarning) {
  for (const std::string& bytes :
       {kGtin + "\x1D" + "21A1"s, kGtin + "21A1\x1D"s, kGtin + "17251231\x1D"s}) {
    const auto parsed = ParseElementString(bytes);
    ASSERT_TRUE(parsed) << Describe(parsed.error());
    ASSERT_EQ(parsed->warnings.size(), 1u);
    EXPECT_EQ(parsed->warnings[0].kind, ErrorKind::kSuperfluousSeparator);
    EXPECT_EQ(bytes[parsed->warnings[0].offset], kSeparator);
    EXPECT_EQ(ToElementString(parsed->elements).find("\x1D\x1D"), std::string::npos);
  }
  EXPECT_EQ(Outcome("\x1D" + std::string(kGtin)), "superfluous_separator  0");
  EXPECT_EQ(Outcome(kGtin + "21A1\x1D\x1D" + "10B"s), "superfluous_separator  21");
  EXPECT_EQ(Outcome(kGtin + "21A1\x1D\x1D"s), "superfluous_separator  21");
  EXPECT_EQ(Outcome("\x1D"), "superfluous_separator  0");
}

TEST(ElementString, RefusesContradictionsAndToleratesRepetitions) {
  EXPECT_EQ(Outcome(kGtin + "10A\x1D" + "10B"s), "duplicate_ai 10 20");
  const auto parsed = ParseElementString(std::string(kGtin) + "10A\x1D" + "10A");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->elements.size(), 2u);
  ASSERT_EQ(parsed->warnings.size(), 1u);
  EXPECT_EQ(parsed->warnings[0].kind, ErrorKind::kDuplicateAi);
}

TEST(ElementString, ChecksAssociations) {
  EXPECT_EQ(Outcome("21A1"), "missing_association 21 0");
  EXPECT_EQ(Outcome("21A1", Associations::kIgnore), "valid");
  EXPECT_EQ(Outcome("10LOT"), "missing_association 10 0");
  EXPECT_EQ(Outcome("0209501101530003"), "missing_association 02 0");
  EXPECT_EQ(Outcome("0209501101530003375"), "valid");
  EXPECT_EQ(Outcome("3712"), "missing_association 37 0");
  EXPECT_EQ(Outcome(kGtin + "0209501101530003375"s), "excluded_association 01 0");
  EXPECT_EQ(Outcome(kGtin + "3103001750"s), "valid");
  EXPECT_EQ(Outcome(kGtin + "3103001750" + "3102000175"s), "excluded_association 3103 16");
  EXPECT_EQ(Outcome(kGtin + "3922100"s), "missing_association 3922 16");
  EXPECT_EQ(Outcome(kGtin + "3103001750" + "3922100"s), "valid");
  EXPECT_EQ(Outcome(kGtin + "303\x1D" + "3922100"s), "valid");
  EXPECT_EQ(Outcome(kGtin + "250X"s), "missing_association 250 16");
  EXPECT_EQ(Outcome(kGtin + "21A\x1D" + "250X"s), "valid");
  EXPECT_EQ(Outcome("8030abc"), "missing_association 8030 0");
  EXPECT_EQ(Outcome(kGtin + "8030abc"s), "missing_association 8030 16");
  EXPECT_EQ(Outcome(kGtin + "21A\x1D" + "8030abc"s), "valid");
  EXPECT_EQ(Outcome(kGtin + "21A\x1D" + "235B"s), "excluded_association 21 16");
}

TEST(ElementString, JudgesAssociationsOverSeveralSymbols) {
  const auto sscc = ParseElementString("00376104250021234569");
  const auto route = ParseElementString("403ABC", Associations::kIgnore);
  ASSERT_TRUE(sscc && route);
  EXPECT_TRUE(CheckAssociations(route->elements));
  std::vector<Element> both = sscc->elements;
  both.insert(both.end(), route->elements.begin(), route->elements.end());
  EXPECT_FALSE(CheckAssociations(both));
}

TEST(ElementString, DescribesAnErrorInOneSentence) {
  const auto error = ParseElementString("0109501101530004").error();
  EXPECT_EQ(Describe(error), "AI 01 has a wrong check digit at byte 2.");
  EXPECT_EQ(Describe(ParseElementString("").error()), "There is nothing at byte 0.");
}

TEST(Bracketed, PutsSeparatorsWhereTheyAreNeeded) {
  EXPECT_EQ(FromBracketed("(01)09501101530003(21)A1(17)251231(10)LOT"),
            kGtin + "21A1\x1D" + "17251231" + "10LOT"s);
}

TEST(Bracketed, KeepsBracketsThatBelongToAValue) {
  EXPECT_EQ(FromBracketed("(01)09501101530003(21)A(B)(10)C"), kGtin + "21A(B)\x1D" + "10C"s);
  EXPECT_EQ(FromBracketed("(01)09501101530003(21)A\\(10)C"), kGtin + "21A(10)C"s);
  EXPECT_EQ(FromBracketed("(01)09501101530003(21)A(10"), kGtin + "21A(10"s);
}

TEST(Bracketed, NamesWhatIsWrongWhereItStandsInTheText) {
  const auto outcome = [](std::string_view text) {
    const auto bytes = FromBracketed(text);
    return bytes ? "valid"s
                 : std::string(Name(bytes.error().kind)) + " " +
                       std::string(bytes.error().ai.view()) + " " +
                       std::to_string(bytes.error().offset);
  };
  EXPECT_EQ(outcome(""), "empty  0");
  EXPECT_EQ(outcome("0109501101530003"), "bad_bracket  0");
  EXPECT_EQ(outcome("(04)09501101530003"), "unknown_ai  0");
  EXPECT_EQ(outcome("(01)0950110153000(21)A"), "too_short 01 17");
  EXPECT_EQ(outcome("(01)09501101530003(21)"), "too_short 21 22");
  EXPECT_EQ(outcome("(01)09501101530003(21)A B"), "bad_character 21 23");
  EXPECT_EQ(outcome("(01)09501101530003(21)\\(A B"), "bad_character 21 25");
  EXPECT_EQ(outcome("(01)095011015300031(21)A"), "too_long 01 18");
  EXPECT_EQ(outcome("(01)09501101530003(10)A(21)C(10)B"), "duplicate_ai 10 28");
  EXPECT_EQ(outcome("(01)09501101530003(10)A(3922)100"), "missing_association 3922 23");
}

}  // namespace
}  // namespace veriline::gs1
