// SPDX-License-Identifier: Apache-2.0
#include "vision/gs1/ai_table.h"

#include <algorithm>

namespace veriline::gs1 {
namespace {

constexpr Part N(uint8_t size, Rule rule = Rule::kNone) {
  return {Charset::kDigits, size, size, rule};
}
constexpr Part NUpTo(uint8_t size, Rule rule = Rule::kNone) {
  return {Charset::kDigits, 1, size, rule};
}
constexpr Part X(uint8_t size, Rule rule = Rule::kNone) {
  return {Charset::kSet82, size, size, rule};
}
constexpr Part XUpTo(uint8_t size, Rule rule = Rule::kNone) {
  return {Charset::kSet82, 1, size, rule};
}
constexpr Part YUpTo(uint8_t size, Rule rule) { return {Charset::kSet39, 1, size, rule}; }
constexpr Part ZUpTo(uint8_t size) { return {Charset::kSet64, 1, size, Rule::kNone}; }
constexpr Part Opt(Part part) {
  part.optional = true;
  return part;
}

constexpr Part kGtin = N(14, Rule::kCheckDigit);
constexpr Part kGln = N(13, Rule::kCheckDigit);
constexpr Part kDay = N(6, Rule::kDate);
constexpr Part kDayOrMonth = N(6, Rule::kDateOrMonth);
constexpr Part kTimeOfDay = N(4, Rule::kHourMinute);
constexpr Part kCountry = N(3, Rule::kCountry);
constexpr Part kAddress35 = XUpTo(35, Rule::kPercentEncoded);
constexpr Part kAddress70 = XUpTo(70, Rule::kPercentEncoded);
constexpr Part kName40 = XUpTo(40, Rule::kPercentEncoded);

// Which AIs most attributes of a trade item belong to.
constexpr const char* kItem = "01,02,8006,8026";
constexpr const char* kItemOrMade = "01,02,03,8006,8026";
constexpr const char* kMeasured = "30,31nn,32nn,35nn,36nn";

/// GS1 General Specifications, section 3 (formats) and 4.14 (associations), by AI.
constexpr AiInfo kTable[] = {
    {2, 00, 00, {N(18, Rule::kCheckDigit)}},
    {2, 01, 01, {kGtin}, "", "02,03,255,37"},
    {2, 02, 02, {kGtin}, "37", "01,03"},
    {2, 03, 03, {kGtin}, "", "01,02,37"},
    {2, 10, 10, {XUpTo(20)}, kItemOrMade},
    {2, 11, 11, {kDayOrMonth}, kItemOrMade},
    {2, 12, 12, {kDayOrMonth}, "8020"},
    {2, 13, 13, {kDayOrMonth}, kItemOrMade},
    {2, 15, 16, {kDayOrMonth}, kItemOrMade},
    {2, 17, 17, {kDayOrMonth}, "01,02,03,255,8006,8026"},
    {2, 20, 20, {N(2)}, kItem},
    {2, 21, 21, {XUpTo(20)}, "01,03,8006", "235"},
    {2, 22, 22, {XUpTo(20)}, "01"},
    {3, 235, 235, {XUpTo(28)}, "01"},
    {3, 240, 241, {XUpTo(30)}, kItem},
    {3, 242, 242, {NUpTo(6)}, kItem},
    {3, 243, 243, {XUpTo(20)}, "01"},
    {3, 250, 250, {XUpTo(30)}, "01,8006;21"},
    {3, 251, 251, {XUpTo(30)}, "01,8006"},
    {3, 253, 253, {kGln, Opt(XUpTo(17))}},
    {3, 254, 254, {XUpTo(20)}, "414"},
    {3, 255, 255, {kGln, Opt(NUpTo(12))}, "", "01,02,415,8006,8020,8026"},
    {2, 30, 30, {NUpTo(8)}, "01,02"},
    {4, 3100, 3165, {N(6)}, "01,02", "", true},
    {4, 3200, 3295, {N(6)}, "01,02", "", true},
    {4, 3300, 3365, {N(6)}, "00,01", "", true},
    {4, 3370, 3375, {N(6)}, "01", "", true},
    {4, 3400, 3495, {N(6)}, "00,01", "", true},
    {4, 3500, 3525, {N(6)}, "01,02", "", true},
    {4, 3530, 3555, {N(6)}, "00,01", "", true},
    {4, 3560, 3575, {N(6)}, "01,02", "", true},
    {4, 3600, 3615, {N(6)}, "01,02", "", true},
    {4, 3620, 3635, {N(6)}, "00,01", "", true},
    {4, 3640, 3665, {N(6)}, "01,02", "", true},
    {4, 3670, 3695, {N(6)}, "00,01", "", true},
    {2, 37, 37, {NUpTo(8)}, "02,8026"},
    {4, 3900, 3909, {NUpTo(15)}, "255,8020", "391n,394n,8111", true},
    {4, 3910, 3919, {N(3), NUpTo(15)}, "8020", "", true},
    {4, 3920, 3929, {NUpTo(15)}, "01;30,31nn,32nn,35nn,36nn", "393n", true},
    {4, 3930, 3939, {N(3), NUpTo(15)}, "01;30,31nn,32nn,35nn,36nn", "", true},
    {4, 3940, 3943, {N(4)}, "255", "8111", true},
    {4, 3950, 3955, {N(6)}, kMeasured, "392n,393n,8005", true},
    {3, 400, 400, {XUpTo(30)}},
    {3, 401, 401, {XUpTo(30, Rule::kKeyPrefix)}},
    {3, 402, 402, {N(17, Rule::kCheckDigit)}},
    {3, 403, 403, {XUpTo(30)}, "00"},
    {3, 410, 414, {kGln}},
    {3, 415, 415, {kGln}, "8020"},
    {3, 416, 417, {kGln}},
    {3, 420, 420, {XUpTo(20)}, "", "421"},
    {3, 421, 421, {kCountry, XUpTo(9)}, "", "4307"},
    {3, 422, 422, {kCountry}, kItem, "426"},
    {3,
     423,
     423,
     {kCountry, Opt(kCountry), Opt(kCountry), Opt(kCountry), Opt(kCountry)},
     "01,02",
     "426"},
    {3, 424, 424, {kCountry}, "01,02", "426"},
    {3,
     425,
     425,
     {kCountry, Opt(kCountry), Opt(kCountry), Opt(kCountry), Opt(kCountry)},
     "01,02",
     "426"},
    {3, 426, 426, {kCountry}, "01,02"},
    {3, 427, 427, {XUpTo(3)}, "01,02;422"},
    {4, 4300, 4301, {kAddress35}, "00"},
    {4, 4302, 4302, {kAddress70}, "00"},
    {4, 4303, 4303, {kAddress70}, "4302"},
    {4, 4304, 4306, {kAddress70}, "00"},
    {4, 4307, 4307, {X(2, Rule::kCountryAlpha2)}, "00"},
    {4, 4308, 4308, {XUpTo(30)}, "00"},
    {4, 4309, 4309, {N(10, Rule::kLatitude), N(10, Rule::kLongitude)}, "00"},
    {4, 4310, 4311, {kAddress35}, "00"},
    {4, 4312, 4312, {kAddress70}, "00"},
    {4, 4313, 4313, {kAddress70}, "4312"},
    {4, 4314, 4316, {kAddress70}, "00"},
    {4, 4317, 4317, {X(2, Rule::kCountryAlpha2)}, "00"},
    {4, 4318, 4318, {XUpTo(20)}, "00"},
    {4, 4319, 4319, {XUpTo(30)}, "00"},
    {4, 4320, 4320, {kAddress35}, "00"},
    {4, 4321, 4323, {N(1, Rule::kYesNo)}, "00"},
    {4, 4324, 4325, {kDayOrMonth, N(4, Rule::kHourMinute)}, "00"},
    {4, 4326, 4326, {kDay}, "00"},
    {4, 4330, 4330, {N(6), Opt(X(1, Rule::kMinusSign))}, "00", "4331"},
    {4, 4331, 4331, {N(6), Opt(X(1, Rule::kMinusSign))}, "00", "4330"},
    {4, 4332, 4332, {N(6), Opt(X(1, Rule::kMinusSign))}, "00", "4333"},
    {4, 4333, 4333, {N(6), Opt(X(1, Rule::kMinusSign))}, "00", "4332"},
    {4, 7001, 7001, {N(13)}, kItem},
    {4, 7002, 7002, {XUpTo(30)}, "01,02"},
    {4, 7003, 7003, {kDay, kTimeOfDay}, "01,02"},
    {4, 7004, 7004, {NUpTo(4)}, "01;10"},
    {4, 7005, 7005, {XUpTo(12)}, "01,02"},
    {4, 7006, 7006, {kDay}, "01,02"},
    {4, 7007, 7007, {kDay, Opt(kDay)}, "01,02"},
    {4, 7008, 7008, {XUpTo(3)}, "01,02"},
    {4, 7009, 7009, {XUpTo(10)}, "01,02"},
    {4, 7010, 7010, {XUpTo(2)}, "01,02"},
    {4, 7011, 7011, {kDay, Opt(kTimeOfDay)}, "01,02"},
    {4, 7020, 7020, {XUpTo(20)}, "01,8006;416"},
    {4, 7021, 7021, {XUpTo(20)}, "01,8006"},
    {4, 7022, 7022, {XUpTo(20)}, "7021"},
    {4, 7023, 7023, {XUpTo(30, Rule::kKeyPrefix)}},
    {4, 7030, 7039, {N(3, Rule::kCountryOrMany), XUpTo(27)}, "01,02"},
    {4, 7040, 7040, {N(1), X(1), X(1), X(1)}},
    {4, 7041, 7041, {XUpTo(4)}, "00"},
    {3, 710, 717, {XUpTo(20)}, "01"},
    {4, 7230, 7239, {X(2), XUpTo(28)}, "01,8004"},
    {4, 7240, 7240, {XUpTo(20)}, "01,8006"},
    {4, 7241, 7241, {N(2, Rule::kMediaType)}, "8017,8018"},
    {4, 7242, 7242, {XUpTo(25)}, "8017,8018"},
    {4, 7250, 7250, {N(8, Rule::kFullDate)}, "8018", "7251"},
    {4, 7251, 7251, {N(8, Rule::kFullDate), kTimeOfDay}, "8018", "7250"},
    {4, 7252, 7252, {N(1, Rule::kSex)}, "8018"},
    {4, 7253, 7254, {kName40}, "8017,8018", "7256,7259"},
    {4, 7255, 7255, {XUpTo(10)}, "8017,8018", "7256,7259"},
    {4, 7256, 7256, {XUpTo(90, Rule::kPercentEncoded)}, "8017,8018"},
    {4, 7257, 7257, {kAddress70}, "8018"},
    {4, 7258, 7258, {X(3, Rule::kPositionSlash)}, "8018+7259"},
    {4, 7259, 7259, {kName40}, "8018", "7256"},
    {4,
     8001,
     8001,
     {N(4, Rule::kNonzero), N(5, Rule::kNonzero), N(3, Rule::kNonzero), N(1, Rule::kWinding), N(1)},
     "01"},
    {4, 8002, 8002, {XUpTo(20)}},
    {4, 8003, 8003, {N(1, Rule::kZero), kGln, Opt(XUpTo(16))}},
    {4, 8004, 8004, {XUpTo(30, Rule::kKeyPrefix)}},
    {4, 8005, 8005, {N(6)}, "01,02"},
    {4, 8006, 8006, {kGtin, N(4, Rule::kPieceOfTotal)}, "", "01,37"},
    {4, 8007, 8007, {XUpTo(34, Rule::kIban)}, "415"},
    {4,
     8008,
     8008,
     {kDay, N(2, Rule::kHour), Opt(N(2, Rule::kSexagesimal)), Opt(N(2, Rule::kSexagesimal))},
     "01,02"},
    {4, 8009, 8009, {XUpTo(50)}, "00,01"},
    {4, 8010, 8010, {YUpTo(30, Rule::kKeyPrefix)}},
    {4, 8011, 8011, {NUpTo(12, Rule::kNoLeadingZero)}, "8010"},
    {4, 8012, 8012, {XUpTo(20)}, "01,8006"},
    {4, 8013, 8013, {XUpTo(25, Rule::kCheckPair)}},
    {4, 8014, 8014, {XUpTo(25, Rule::kCheckPair)}, "01"},
    {4, 8017, 8017, {N(18, Rule::kCheckDigit)}, "", "8018"},
    {4, 8018, 8018, {N(18, Rule::kCheckDigit)}, "", "8017"},
    {4, 8019, 8019, {NUpTo(10)}, "8017,8018"},
    {4, 8020, 8020, {XUpTo(25)}, "415"},
    {4, 8026, 8026, {kGtin, N(4, Rule::kPieceOfTotal)}, "37", "02,8006"},
    {4, 8030, 8030, {ZUpTo(90)}, "00,01+21,253,255,8003,8004,8006+21,8010+8011,8017,8018"},
    {4, 8110, 8110, {XUpTo(70)}},
    {4, 8111, 8111, {N(4)}, "255"},
    {4, 8112, 8112, {XUpTo(70)}},
    {4, 8200, 8200, {XUpTo(70)}, "01"},
    {2, 90, 90, {XUpTo(30)}},
    {2, 91, 99, {XUpTo(90)}},
};

/// How many digits the AIs have that start with these two; 0 = none are assigned.
constexpr std::array<uint8_t, 100> kDigitsByPrefix = [] {
  std::array<uint8_t, 100> digits{};
  for (const AiInfo& info : kTable) {
    const int divisor = info.digits == 4 ? 100 : info.digits == 3 ? 10 : 1;
    for (int p = info.first / divisor; p <= info.last / divisor; ++p) {
      digits[static_cast<size_t>(p)] = static_cast<uint8_t>(info.digits);
    }
  }
  return digits;
}();

constexpr bool Covers(const AiInfo& info, int digits, int ai) {
  return info.digits == digits && ai >= info.first && ai <= info.last &&
         ai % 10 >= info.first % 10 && ai % 10 <= info.last % 10;
}

/// For each first two digits the first row that may hold them; rows are in the order of the AIs.
constexpr std::array<uint8_t, 100> kFirstRow = [] {
  static_assert(std::size(kTable) < 256);
  std::array<uint8_t, 100> rows{};
  for (size_t p = 0; p < rows.size(); ++p) {
    size_t row = 0;
    for (; row < std::size(kTable); ++row) {
      const AiInfo& info = kTable[row];
      const int divisor = info.digits == 4 ? 100 : info.digits == 3 ? 10 : 1;
      if (info.last / divisor >= static_cast<int>(p)) break;
    }
    rows[p] = static_cast<uint8_t>(row);
  }
  return rows;
}();

/// For each byte one bit per character set that holds it.
constexpr std::array<uint8_t, 256> kCharsets = [] {
  std::array<uint8_t, 256> sets{};
  const auto add = [&sets](Charset charset, std::string_view characters) {
    for (char c : characters) {
      sets[static_cast<unsigned char>(c)] |= static_cast<uint8_t>(1 << static_cast<int>(charset));
    }
  };
  constexpr std::string_view kDigits = "0123456789";
  constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
  for (Charset charset : {Charset::kDigits, Charset::kSet82, Charset::kSet39, Charset::kSet64}) {
    add(charset, kDigits);
    if (charset != Charset::kDigits) add(charset, kUpper);
  }
  for (Charset charset : {Charset::kSet82, Charset::kSet64}) add(charset, kLower);
  add(Charset::kSet82, "!\"%&'()*+,-./:;<=>?_");
  add(Charset::kSet39, "#-/");
  add(Charset::kSet64, "-_=");
  return sets;
}();

}  // namespace

size_t AiInfo::min_size() const {
  size_t size = 0;
  for (const Part& part : parts) size += part.optional ? 0 : part.min;
  return size;
}

size_t AiInfo::max_size() const {
  size_t size = 0;
  for (const Part& part : parts) size += part.max;
  return size;
}

bool AiInfo::predefined_length() const {
  const int prefix = digits == 4 ? first / 100 : digits == 3 ? first / 10 : first;
  return prefix <= 4 || (prefix >= 11 && prefix <= 20) || (prefix >= 31 && prefix <= 36) ||
         prefix == 41;
}

const AiInfo* FindAi(std::string_view text) {
  const auto digit = [&](size_t i) { return i < text.size() ? text[i] - '0' : -1; };
  const auto is_digit = [&](size_t i) { return digit(i) >= 0 && digit(i) <= 9; };
  if (!is_digit(0) || !is_digit(1)) return nullptr;
  int ai = digit(0) * 10 + digit(1);
  const auto prefix = static_cast<size_t>(ai);
  const int digits = kDigitsByPrefix[prefix];
  for (int i = 2; i < digits; ++i) {
    if (!is_digit(static_cast<size_t>(i))) return nullptr;
    ai = ai * 10 + digit(static_cast<size_t>(i));
  }
  for (size_t row = kFirstRow[prefix]; row < std::size(kTable); ++row) {
    const AiInfo& info = kTable[row];
    if (Covers(info, digits, ai)) return &info;
    if (info.first > ai && info.digits == digits) break;
  }
  return nullptr;
}

bool InCharset(char c, Charset charset) {
  return (kCharsets[static_cast<unsigned char>(c)] >> static_cast<int>(charset) & 1) != 0;
}

}  // namespace veriline::gs1
