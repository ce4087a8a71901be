// SPDX-License-Identifier: Apache-2.0
#include "pipeline/batch/code_list.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <sstream>
#include <string>

#include "tests/support/gs1_strings.h"

namespace veriline::batch {
namespace {

int DrawByRapidCheck(int low, int high) { return *rc::gen::inRange(low, high + 1); }

struct Row {
  std::string code, gtin, lot, expiry, market;
};

std::string DrawText() {
  std::string out;
  const int size = DrawByRapidCheck(0, 6);
  for (int i = 0; i < size; ++i) {
    out += *rc::gen::elementOf(
        std::vector<std::string>{"a", "0", ",", "\"", "\n", "\r\n", " ", "\x1D", "ä", "箱"});
  }
  return out;
}

/// A GS1 or a plain code, made different from all others by `number`.
Row DrawRow(int number) {
  Row row;
  row.lot = DrawText();
  row.market = *rc::gen::element<std::string>("", "DE", "US", "CH");
  row.expiry = DrawByRapidCheck(0, 1) != 0 ? test::DrawField("17", DrawByRapidCheck).value : "";
  if (DrawByRapidCheck(0, 1) != 0) {
    row.gtin = test::DrawField("01", DrawByRapidCheck).value;
    row.code = "01" + row.gtin + "21" + std::to_string(number);
  } else {
    row.code = "x" + std::to_string(number) + DrawText() + "x";
  }
  return row;
}

/// Puts quotes where they are needed, and sometimes where they are not.
std::string Quoted(const std::string& text) {
  if (text.find_first_of("\",\r\n") == text.npos && DrawByRapidCheck(0, 3) != 0) return text;
  std::string out = "\"";
  for (char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

RC_GTEST_PROP(CodeList, GivesBackWhatWasWritten, ()) {
  std::vector<Row> rows;
  const int count = DrawByRapidCheck(0, 8);
  for (int i = 0; i < count; ++i) rows.push_back(DrawRow(i));
  const std::string end = DrawByRapidCheck(0, 1) != 0 ? "\r\n" : "\n";
  std::string text = "lot,code,market,expiry,gtin" + end;
  for (const Row& row : rows) {
    text += Quoted(row.lot) + "," + Quoted(row.code) + "," + Quoted(row.market) + "," +
            Quoted(row.expiry) + "," + Quoted(row.gtin) + end;
  }
  std::istringstream in(text);
  const auto list = ParseCodeList(in, "list");
  if (!list) RC_FAIL(list.error().ToString());
  RC_ASSERT(list->codes.size() == rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    RC_ASSERT(list->codes[i].code == rows[i].code);
    RC_ASSERT(list->codes[i].gtin == rows[i].gtin);
    RC_ASSERT(list->codes[i].lot == rows[i].lot);
    RC_ASSERT(list->codes[i].expiry == rows[i].expiry);
    RC_ASSERT(list->codes[i].market == rows[i].market);
  }
  std::stringstream file;
  WriteCodeList(file, list->codes);
  const auto again = ParseCodeList(file, "again");
  if (!again) RC_FAIL(again.error().ToString());
  RC_ASSERT(again->codes.size() == rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    RC_ASSERT(again->codes[i].key == list->codes[i].key);
    RC_ASSERT(again->codes[i].code == list->codes[i].code);
    RC_ASSERT(again->codes[i].lot == list->codes[i].lot);
    RC_ASSERT(again->codes[i].gtin == list->codes[i].gtin);
  }
}

/// Rows that are nearly those before them take a shorter way: it must lead to the same place.
RC_GTEST_PROP(CodeList, ReadsARowAsIfItStoodAlone, ()) {
  const std::vector<std::string> befores = {"010401234512345621",
                                            "010950110153000321",
                                            "https://example.com/01/04012345123456/21/",
                                            "https://example.com/21/A/01/04012345123456/10/L1/21/",
                                            "https://example.com/01/04012345123456/10/A%2F1/21/",
                                            "17271231010401234512345621",
                                            "x"};
  const std::vector<std::string> behinds = {"",
                                            "\x1D"
                                            "10L1",
                                            "\x1D"
                                            "17271231"
                                            "10L2",
                                            "?17=271231",
                                            "?10=/21/A",
                                            "/",
                                            "#21",
                                            "?10=L2"};
  const std::vector<std::string> serials = {"A",
                                            "B7",
                                            "C%2F",
                                            "D/E",
                                            "F\x1D"
                                            "10L1",
                                            "G",
                                            "H?",
                                            "",
                                            "01234567890123456789",
                                            "012345678901234567890"};
  std::string text = "lot,code,market\n";
  std::vector<std::string> rows;
  for (int i = DrawByRapidCheck(1, 12); i > 0; --i) {
    std::string row = *rc::gen::element<std::string>("", "L1", "L2") + ",";
    row += *rc::gen::elementOf(befores) + *rc::gen::elementOf(serials);
    row += *rc::gen::elementOf(behinds) + "," + *rc::gen::element<std::string>("", "DE") + "\n";
    rows.push_back(row);
  }
  std::istringstream in([&] {
    std::string all = text;
    for (const std::string& row : rows) all += row;
    return all;
  }());
  CodeListReader reader(in, "list");
  IssuedCode code;
  for (const std::string& row : rows) {
    std::istringstream one(text + row);
    CodeListReader alone(one, "list");
    IssuedCode wanted;
    const auto seen = reader.Next(&code);
    const auto truth = alone.Next(&wanted);
    RC_ASSERT(seen.has_value() == truth.has_value());
    if (!truth) {
      RC_ASSERT(seen.error().message == truth.error().message);
      return;
    }
    RC_ASSERT(code.key == wanted.key);
    RC_ASSERT(code.code == wanted.code);
    RC_ASSERT(code.gtin == wanted.gtin);
    RC_ASSERT(code.lot == wanted.lot);
    RC_ASSERT(code.expiry == wanted.expiry);
    RC_ASSERT(code.market == wanted.market);
  }
}

RC_GTEST_PROP(CodeList, NamesTheLineOfABadRow, ()) {
  const int count = DrawByRapidCheck(1, 20);
  const int bad = DrawByRapidCheck(0, count - 1);
  std::string text = "code,gtin\n";
  for (int i = 0; i < count; ++i) {
    const std::string gtin = test::DrawField("01", DrawByRapidCheck).value;
    std::string stated = gtin;
    if (i == bad) stated[3] = static_cast<char>('0' + (stated[3] - '0' + 1) % 10);
    text += "01" + gtin + "21" + std::to_string(i) + "," + stated + "\n";
  }
  std::istringstream in(text);
  const auto list = ParseCodeList(in, "list");
  RC_ASSERT(!list);
  RC_ASSERT(list.error().line == bad + 2);
}

RC_GTEST_PROP(CodeList, NamesBothLinesOfAKeyThatStandsTwice, ()) {
  const int count = DrawByRapidCheck(2, 40);
  const int first = DrawByRapidCheck(0, count - 2);
  const int again = DrawByRapidCheck(first + 1, count - 1);
  std::string text = "code\n";
  for (int i = 0; i < count; ++i) text += "c" + std::to_string(i == again ? first : i) + "\n";
  std::istringstream in(text);
  const auto list = ParseCodeList(in, "list");
  RC_ASSERT(!list);
  RC_ASSERT(list.error().line == again + 2);
  RC_ASSERT(list.error().message.find("line " + std::to_string(first + 2) + ".") !=
            std::string::npos);
}

RC_GTEST_PROP(CodeKey, OfAScanIsThatOfTheIssuedCode, ()) {
  // However the serialised item is issued and printed, its key is one.
  const auto gtin = test::DrawField("01", DrawByRapidCheck);
  const auto serial = test::DrawField("21", DrawByRapidCheck);
  const auto lot = test::DrawField("10", DrawByRapidCheck);
  const auto key = CodeKey::Gs1(gtin.value, serial.value);
  RC_ASSERT(ScanCode("]d2", test::Join({gtin, serial, lot}))->key == key);
  RC_ASSERT(ScanCode("]C1", test::Join({lot, gtin, serial}))->key == key);
  RC_ASSERT(ScanCode("]d1", test::Join({gtin, serial}))->key != key);
  std::istringstream in("code\n" + Quoted("(01)" + gtin.value + "(21)" + serial.value) + "\n");
  const auto list = ParseCodeList(in, "list");
  RC_ASSERT(static_cast<bool>(list));
  RC_ASSERT(list->codes.at(0).key == key);
}

}  // namespace
}  // namespace veriline::batch
