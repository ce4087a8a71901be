// SPDX-License-Identifier: Apache-2.0
#include "vision/gs1/field_check.h"

#include <gtest/gtest.h>

#include <string>

namespace veriline::gs1 {
namespace {

std::optional<ErrorKind> FaultOf(std::string_view ai, std::string_view value) {
  const AiInfo* info = FindAi(ai);
  if (info == nullptr) return ErrorKind::kUnknownAi;
  const auto fault = CheckField(*info, value);
  return fault ? std::optional(fault->kind) : std::nullopt;
}

constexpr std::nullopt_t kValid = std::nullopt;

TEST(AiTable, KnowsAssignedAndNoOtherIdentifiers) {
  for (std::string_view ai :
       {"00",   "01",   "03",   "10",   "17",   "20",   "22",   "235",  "243",  "255",
        "30",   "3100", "3105", "3165", "3370", "3494", "3695", "37",   "3909", "3943",
        "3955", "417",  "427",  "4309", "4333", "7001", "7011", "7023", "7039", "7041",
        "710",  "717",  "7239", "7242", "7259", "8001", "8008", "8014", "8020", "8026",
        "8030", "8112", "8200", "90",   "91",   "99"}) {
    EXPECT_NE(FindAi(ai), nullptr) << ai;
  }
  for (std::string_view ai :
       {"04",   "05",   "14",   "18",   "19",   "23",   "236",  "244",  "252",  "3106",
        "3169", "3170", "338",  "3380", "3580", "3944", "3956", "404",  "418",  "4327",
        "4334", "7012", "7024", "718",  "719",  "7243", "7260", "8000", "8015", "8031",
        "8113", "8201", "8300", "",     "0",    "1",    "310",  "7x",   "x1",   "\xff\xff"}) {
    EXPECT_EQ(FindAi(ai), nullptr) << ai;
  }
}

TEST(AiTable, EveryIdentifierIsFoundByItsOwnRow) {
  int count = 0;
  for (int ai = 0; ai < 10000; ++ai) {
    for (int digits = 2; digits <= 4; ++digits) {
      std::string text = std::to_string(ai);
      if (text.size() > static_cast<size_t>(digits)) continue;
      text.insert(0, static_cast<size_t>(digits) - text.size(), '0');
      const AiInfo* info = FindAi(text);
      if (info == nullptr || info->digits != digits) continue;
      ++count;
      EXPECT_GE(ai, info->first);
      EXPECT_LE(ai, info->last);
      EXPECT_GE(info->min_size(), 1u);
      EXPECT_GE(info->max_size(), info->min_size());
      if (info->predefined_length()) {
        EXPECT_EQ(info->min_size(), info->max_size()) << text;
      }
    }
  }
  // Counted in the General Specifications: 26 of two digits, 38 of three; of four digits 318 for
  // measures, 50 for amounts and prices, 31 (43nn), 27 (70nn), 23 (72nn), 20 (80nn), 4 (81nn,
  // 82nn).
  EXPECT_EQ(count, 26 + 38 + 318 + 50 + 31 + 27 + 23 + 20 + 4);
}

TEST(AiTable, PredefinedLengthsAreThoseOfFigure7852) {
  for (std::string_view ai : {"00", "01", "02", "11", "17", "20", "3103", "3695", "410", "417"}) {
    EXPECT_TRUE(FindAi(ai)->predefined_length()) << ai;
  }
  // Of one length, and yet a separator is needed.
  for (std::string_view ai : {"402", "422", "7003", "8005", "8006", "8017", "3943", "10", "21"}) {
    EXPECT_FALSE(FindAi(ai)->predefined_length()) << ai;
  }
}

TEST(Field, MeasuresLengths) {
  EXPECT_EQ(FaultOf("10", ""), ErrorKind::kTooShort);
  EXPECT_EQ(FaultOf("10", std::string(20, 'A')), kValid);
  EXPECT_EQ(FaultOf("10", std::string(21, 'A')), ErrorKind::kTooLong);
  EXPECT_EQ(FaultOf("20", "1"), ErrorKind::kTooShort);
  EXPECT_EQ(FaultOf("30", "12345678"), kValid);
  EXPECT_EQ(FaultOf("30", "123456789"), ErrorKind::kTooLong);
  EXPECT_EQ(FaultOf("423", "276040"), kValid);
  EXPECT_EQ(FaultOf("423", "2760"), ErrorKind::kTooShort);
  EXPECT_EQ(FaultOf("423", "276276276276276276"), ErrorKind::kTooLong);
  EXPECT_EQ(FaultOf("91", std::string(90, 'z')), kValid);
  EXPECT_EQ(FaultOf("8008", "25123123"), kValid);
  EXPECT_EQ(FaultOf("8008", "251231235959"), kValid);
  EXPECT_EQ(FaultOf("8008", "251231235"), ErrorKind::kTooShort);
}

TEST(Field, KnowsTheCharacterSets) {
  EXPECT_EQ(FaultOf("21", "!\"%&'()*+,-./:;<=>?_azAZ"), ErrorKind::kTooLong);
  EXPECT_EQ(FaultOf("21", "!\"%&'()*+,-./:;<=>?_"), kValid);
  for (char c : std::string("#$@[\\]^`{|}~ \x1d\x7f\x80\xff\n")) {
    EXPECT_EQ(FaultOf("21", std::string("A") + c), ErrorKind::kBadCharacter) << static_cast<int>(c);
  }
  EXPECT_EQ(FaultOf("21", std::string(1, '\0')), ErrorKind::kBadCharacter);
  EXPECT_EQ(FaultOf("8010", "9501101#-/AZ"), kValid);
  EXPECT_EQ(FaultOf("8010", "9501101a"), ErrorKind::kBadCharacter);
  EXPECT_EQ(FaultOf("8030", "aZ09-_="), kValid);
  EXPECT_EQ(FaultOf("8030", "aZ+"), ErrorKind::kBadCharacter);
}

TEST(Field, KnowsDatesAndTimes) {
  EXPECT_EQ(FaultOf("17", "251231"), kValid);
  EXPECT_EQ(FaultOf("17", "250200"), kValid);  // only the month is told
  EXPECT_EQ(FaultOf("17", "240229"), kValid);
  EXPECT_EQ(FaultOf("17", "000229"), kValid);  // 2000 was a leap year
  for (std::string_view wrong : {"250229", "250431", "251301", "250001", "250132"}) {
    EXPECT_EQ(FaultOf("17", wrong), ErrorKind::kBadDate) << wrong;
  }
  EXPECT_EQ(FaultOf("7006", "250200"), ErrorKind::kBadDate);  // day 00 is not for every date
  EXPECT_EQ(FaultOf("7003", "2502282359"), kValid);
  EXPECT_EQ(FaultOf("7003", "2502282400"), ErrorKind::kBadDate);
  EXPECT_EQ(FaultOf("7003", "2502282360"), ErrorKind::kBadDate);
  EXPECT_EQ(FaultOf("4324", "2502000000"), kValid);
  EXPECT_EQ(FaultOf("7250", "19000228"), kValid);
  EXPECT_EQ(FaultOf("7250", "19000229"), ErrorKind::kBadDate);  // 1900 was none
  EXPECT_EQ(FaultOf("8008", "25022824"), ErrorKind::kBadDate);
  EXPECT_EQ(FaultOf("8008", "250228235960"), ErrorKind::kBadDate);
}

TEST(Field, KnowsTheRulesOfContent) {
  EXPECT_EQ(FaultOf("422", "276"), kValid);
  EXPECT_EQ(FaultOf("422", "999"), ErrorKind::kBadValue);
  EXPECT_EQ(FaultOf("7030", "999ABC"), kValid);
  EXPECT_EQ(FaultOf("4307", "DE"), kValid);
  EXPECT_EQ(FaultOf("4307", "XX"), ErrorKind::kBadValue);
  EXPECT_EQ(FaultOf("4321", "2"), ErrorKind::kBadValue);
  EXPECT_EQ(FaultOf("4330", "001000-"), kValid);
  EXPECT_EQ(FaultOf("4330", "001000+"), ErrorKind::kBadValue);
  EXPECT_EQ(FaultOf("4309", "18000000003600000000"), kValid);
  EXPECT_EQ(FaultOf("4309", "18000000013600000000"), ErrorKind::kBadValue);
  EXPECT_EQ(FaultOf("4300", "A%20B"), kValid);
  EXPECT_EQ(FaultOf("4300", "A%2"), ErrorKind::kBadValue);
  EXPECT_EQ(FaultOf("7258", "1/3"), kValid);
  EXPECT_EQ(FaultOf("7258", "3/1"), ErrorKind::kBadValue);
  EXPECT_EQ(FaultOf("8001", "00010000100110"), kValid);
  EXPECT_EQ(FaultOf("8001", "00000000100110"), ErrorKind::kBadValue);
  EXPECT_EQ(FaultOf("8001", "00010000100120"), ErrorKind::kBadValue);
  EXPECT_EQ(FaultOf("8003", "09501101530003"), kValid);
  EXPECT_EQ(FaultOf("8003", "19501101530003"), ErrorKind::kBadValue);
  EXPECT_EQ(FaultOf("8004", "95011"), kValid);
  EXPECT_EQ(FaultOf("8004", "950A1"), ErrorKind::kBadCharacter);
  EXPECT_EQ(FaultOf("8006", "095011015300030102"), kValid);
  EXPECT_EQ(FaultOf("8006", "095011015300030302"), ErrorKind::kBadValue);
  EXPECT_EQ(FaultOf("8007", "GB82WEST12345698765432"), kValid);
  EXPECT_EQ(FaultOf("8007", "GB82WEST12345698765433"), ErrorKind::kBadCheckDigit);
  EXPECT_EQ(FaultOf("8011", "0"), kValid);
  EXPECT_EQ(FaultOf("8011", "01"), ErrorKind::kBadValue);
  EXPECT_EQ(FaultOf("8013", "1987654Ad4X4bL5ttr2310c2K"), kValid);
  EXPECT_EQ(FaultOf("8013", "1987654Ad4X4bL5ttr2310cKK"), ErrorKind::kBadCheckDigit);
}

}  // namespace
}  // namespace veriline::gs1
