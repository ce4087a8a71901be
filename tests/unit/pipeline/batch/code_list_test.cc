// SPDX-License-Identifier: Apache-2.0
#include "pipeline/batch/code_list.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "pipeline/batch/csv_reader.h"

namespace veriline::batch {
namespace {

const std::string kGtin = "0109501101530003";

Checked<CodeList> Parse(const std::string& text) {
  std::istringstream in(text);
  return ParseCodeList(in, "list.csv");
}

/// What the diagnostic says; "valid" when there is none.
std::string Refusal(const std::string& text) {
  const auto list = Parse(text);
  if (list) return "valid";
  EXPECT_FALSE(list.error().advice.empty());
  EXPECT_EQ(list.error().message.find('\n'), std::string::npos);
  Diagnostic d = list.error();
  d.advice.clear();
  return d.ToString();
}

TEST(CodeList, TakesGs1AndPlainCodes) {
  const auto list = Parse("code\n" + kGtin + "21A1\x1D" + "10L\n(01)09501101530003(21)A2\n" +
                          "00376104250021234569\nhello\n(hello)\n(01)09501101530003(10)L\n");
  ASSERT_TRUE(list) << list.error().ToString();
  ASSERT_EQ(list->codes.size(), 6u);
  EXPECT_EQ(list->codes[0].key, CodeKey::Gs1("09501101530003", "A1"));
  EXPECT_EQ(list->codes[0].lot, "L");
  EXPECT_EQ(list->codes[0].gtin, "09501101530003");
  EXPECT_EQ(list->codes[0].line, 2);
  EXPECT_EQ(list->codes[1].key, CodeKey::Gs1("09501101530003", "A2"));
  EXPECT_EQ(list->codes[1].code, kGtin + "21A2");
  EXPECT_EQ(list->codes[2].key, CodeKey::Sscc("376104250021234569"));
  EXPECT_EQ(list->codes[3].key, CodeKey::Plain("hello"));
  EXPECT_EQ(list->codes[4].key, CodeKey::Plain("(hello)"));
  // An element string without serial is found by its bytes, as it is when it is scanned.
  EXPECT_EQ(list->codes[5].key, ScanCode("]d2", kGtin + "10L")->key);
  EXPECT_EQ(list->codes[5].line, 7);
}

TEST(CodeList, TakesDigitalLinks) {
  const std::string uri = "https://id.example.com/01/09501101530003/10/L/21/A1?17=251200";
  const auto list = Parse("code,market\n" + uri + ",DE\nhttps://example.com/01/96385074,\n");
  ASSERT_TRUE(list) << list.error().ToString();
  const IssuedCode& code = list->codes.at(0);
  EXPECT_EQ(code.key, CodeKey::Gs1("09501101530003", "A1"));
  EXPECT_EQ(code.code, uri);
  EXPECT_EQ(code.gtin, "09501101530003");
  EXPECT_EQ(code.lot, "L");
  EXPECT_EQ(code.expiry, "251200");
  EXPECT_EQ(code.market, "DE");
  EXPECT_EQ(list->codes.at(1).key, CodeKey::Plain("https://example.com/01/96385074"));
  const auto twice = Parse("code\n" + kGtin + "21A1\n" + uri + "\n");
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().line, 3);
  const auto wrong = Parse("code\nhttps://example.com/01/09501101530004/21/A1\n");
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message.find("Digital Link"), std::string::npos);
}

TEST(CodeList, TakesColumnsInAnyOrder) {
  for (const std::string text : {"code,gtin,lot,expiry,market\nA,6291041500213,L,251200,DE\n",
                                 "market,expiry,lot,code,gtin\nDE,251200,L,A,6291041500213\n"}) {
    const auto list = Parse(text);
    ASSERT_TRUE(list) << list.error().ToString();
    const IssuedCode& code = list->codes.at(0);
    EXPECT_EQ(code.code, "A");
    EXPECT_EQ(code.gtin, "06291041500213");
    EXPECT_EQ(code.lot, "L");
    EXPECT_EQ(code.expiry, "251200");
    EXPECT_EQ(code.market, "DE");
  }
}

TEST(CodeList, TakesQuotesLineBreaksAndByteOrderMark) {
  const auto list = Parse("\xEF\xBB\xBF\"code\",lot\r\n\"a,\"\"b\"\"\r\nc\",\"L\"\r\nd,\r\ne,M");
  ASSERT_TRUE(list) << list.error().ToString();
  ASSERT_EQ(list->codes.size(), 3u);
  EXPECT_EQ(list->codes[0].code, "a,\"b\"\r\nc");
  EXPECT_EQ(list->codes[0].line, 2);
  EXPECT_EQ(list->codes[1].line, 4);
  EXPECT_EQ(list->codes[1].lot, "");
  EXPECT_EQ(list->codes[2].lot, "M");
  EXPECT_TRUE(Parse("code\n")->codes.empty());
  EXPECT_TRUE(Parse("code")->codes.empty());
}

TEST(CodeList, RefusesABadHeader) {
  EXPECT_EQ(Refusal(""), "list.csv: The code list is empty.");
  EXPECT_EQ(Refusal("\xEF\xBB\xBF"), "list.csv: The code list is empty.");
  EXPECT_EQ(Refusal("gtin,lot\n"), "list.csv:1:1: The column code is missing.");
  EXPECT_EQ(Refusal("code,batch\n"), "list.csv:1:6: \"batch\" is not a column of a code list.");
  EXPECT_EQ(Refusal("Code\n"), "list.csv:1:1: \"Code\" is not a column of a code list.");
  EXPECT_EQ(Refusal("code,\xFF\n"), "list.csv:1:6: This is not a column of a code list.");
  EXPECT_EQ(Refusal("code,lot,lot\n"), "list.csv:1:10: The column lot stands twice.");
  EXPECT_EQ(Refusal("code,\n"), "list.csv:1:6: \"\" is not a column of a code list.");
}

TEST(CodeList, RefusesABadRowByLineAndColumn) {
  EXPECT_EQ(Refusal("code,lot\na,b\nc\n"),
            "list.csv:3:1: This row has 1 columns, the first row 2.");
  EXPECT_EQ(Refusal("code\na,b\n"), "list.csv:2:1: This row has 2 columns, the first row 1.");
  EXPECT_EQ(Refusal("code,lot\na,b\n,c\n"), "list.csv:3:1: The code is missing.");
  EXPECT_EQ(Refusal("code\na\n\nb\n"), "list.csv:3:1: The code is missing.");
  EXPECT_EQ(Refusal("code\n\x1D\x1D\n"), "list.csv:2:1: The code has nothing but separators.");
  EXPECT_EQ(Refusal("code,lot\na,\xC3\x28\n"), "list.csv:2:3: This field is not UTF-8.");
  EXPECT_EQ(Refusal("code,gtin\na,6291041500214\n"),
            "list.csv:2:3: \"6291041500214\" is not a GTIN.");
  EXPECT_EQ(Refusal("code,expiry\na,251301\n"), "list.csv:2:3: \"251301\" is not an expiry date.");
  EXPECT_EQ(Refusal("code,market\na,de\n"), "list.csv:2:3: \"de\" is not a market.");
  EXPECT_EQ(Refusal("code,market\na,UK\n"), "list.csv:2:3: \"UK\" is not a market.");
  EXPECT_EQ(Refusal("code\n(01)09501101530004(21)A\n"),
            "list.csv:2:1: The code is not a GS1 element string: AI 01 has a wrong check digit at "
            "byte 4.");
  EXPECT_EQ(Refusal("code,market\na,\"x\ny\"\n"), "list.csv:2:3: \"x?y\" is not a market.");
  EXPECT_EQ(Refusal("code,market\na," + std::string(59, 'x') + "\xC3\xA4\n"),
            "list.csv:2:3: \"" + std::string(59, 'x') + "...\" is not a market.");
}

TEST(CodeList, RefusesColumnsThatContradictTheCode) {
  const std::string code = kGtin + "21A\x1D" + "17251200" + "10L";
  EXPECT_EQ(Refusal("code,gtin,lot,expiry\n" + code + ",9501101530003,L,251200\n"), "valid");
  EXPECT_EQ(Refusal("code,gtin\n" + code + ",6291041500213\n"),
            "list.csv:2:33: \"6291041500213\" differs from AI 01 of the code, \"09501101530003\".");
  EXPECT_EQ(Refusal("code,lot\n" + code + ",M\n"),
            "list.csv:2:33: \"M\" differs from AI 10 of the code, \"L\".");
  EXPECT_EQ(Refusal("code,expiry\n" + code + ",251201\n"),
            "list.csv:2:33: \"251201\" differs from AI 17 of the code, \"251200\".");
  // What the code does not say, the columns add.
  EXPECT_EQ(Parse("code,lot,expiry\n" + kGtin + "21A,L,251200\n")->codes.at(0).expiry, "251200");
}

TEST(CodeList, RefusesTheSameKeyTwice) {
  EXPECT_EQ(Refusal("code\na\nb\nc\nb\nc\n"),
            "list.csv:5: The code of this row stands already on line 3.");
  EXPECT_EQ(Refusal("code\na\na\na\n"),
            "list.csv:3: The code of this row stands already on line 2.");
  // The key counts, not the bytes.
  EXPECT_EQ(Refusal("code\n" + kGtin + "21A\x1D" + "10L\n(01)09501101530003(21)A\n"),
            "list.csv:3: The code of this row stands already on line 2.");
  EXPECT_EQ(Refusal("code\na\n\x1D"
                    "a\n"),
            "list.csv:3: The code of this row stands already on line 2.");
  EXPECT_EQ(Refusal("code\na\nA\n"), "valid");
}

TEST(CodeList, RefusesBrokenQuoting) {
  EXPECT_EQ(Refusal("code\na\n\"b\nc\n"),
            "list.csv:3:1: The quote that opens this field is never closed.");
  EXPECT_EQ(Refusal("code\n\"b\"c\n"),
            "list.csv:2:4: Something follows the closing quote of a field.");
  EXPECT_EQ(Refusal("code\nb\"c\n"),
            "list.csv:2:2: A quote stands inside a field that is not quoted.");
  EXPECT_EQ(Refusal("code\na\rb\n"), "list.csv:2:2: A carriage return stands without a line feed.");
  EXPECT_EQ(Refusal("code\na\r"), "list.csv:2:2: A carriage return stands without a line feed.");
  EXPECT_EQ(Refusal("code\n\"" + std::string(100'000, 'x')),
            "list.csv:2:1: This field is longer than any code can be.");
  EXPECT_EQ(Refusal("code\n" + std::string(CsvReader::kMaxFieldBytes, 'x')), "valid");
  EXPECT_EQ(Refusal("code" + std::string(100, ',')),
            "list.csv:1:21: This row has more columns than a code list can have.");
}

TEST(CodeList, SaysWhenTheStreamFails) {
  struct FailingBuffer : std::streambuf {
    int_type underflow() override { throw 1; }  // the stream turns it into badbit
  } buffer;
  std::istream in(&buffer);
  const auto list = ParseCodeList(in, "list.csv");
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().code, ErrorCode::kIo);
}

TEST(CodeList, IsWrittenAsTheContractSays) {
  const auto list =
      Parse("code,lot\n\"a,\"\"b\"\"\",\"L\nM\"\n" + kGtin + "21A\x1D" + "10B\xC3\xA4,\n");
  ASSERT_TRUE(list) << list.error().ToString();  // the second is plain: no lot of AI 10 holds an ä
  std::ostringstream out;
  WriteCodeList(out, list->codes);
  EXPECT_EQ(out.str(), "code,gtin,lot,expiry,market\r\n\"a,\"\"b\"\"\",,\"L\nM\",,\r\n" + kGtin +
                           "21A\x1D" + "10B\xC3\xA4,,,,\r\n");
}

TEST(KeysOfCodes, FollowTheRulesOfTheList) {
  const std::vector<std::string> codes = {"(01)09501101530003(21)A2", "a,\"b\"",
                                          kGtin + "21A1\x1D" + "10L"};
  const auto keys = KeysOfCodes(codes, "request");
  ASSERT_TRUE(keys) << keys.error().ToString();
  EXPECT_EQ(*keys,
            (std::vector<CodeKey>{CodeKey::Gs1("09501101530003", "A2"), CodeKey::Plain("a,\"b\""),
                                  CodeKey::Gs1("09501101530003", "A1")}));
}

TEST(KeysOfCodes, NameTheCodeThatIsNone) {
  EXPECT_EQ(KeysOfCodes(std::vector<std::string>{"a", ""}, "request").error().line, 2);
  EXPECT_EQ(KeysOfCodes(std::vector<std::string>{"a", "b", "a"}, "request").error().line, 3);
}

}  // namespace
}  // namespace veriline::batch
