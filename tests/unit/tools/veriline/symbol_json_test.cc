// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/symbol_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace veriline::tools {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Symbol Carrying(std::string_view identifier, std::string_view payload) {
  Symbol symbol;
  symbol.symbology = Symbology::kDataMatrix;
  symbol.decoder = Decoder::kZxing;
  symbol.set_identifier(identifier);
  symbol.payload.Assign(payload);
  symbol.text.Assign(payload);
  return symbol;
}

std::string LineOf(const Symbol& symbol) {
  return ToJson({.file = "a.png", .width = 9, .height = 8, .symbols = {&symbol, 1}});
}

json JsonOf(const Symbol& symbol) { return json::parse(LineOf(symbol))["symbols"][0]; }

std::vector<std::string> Keys(const std::string& line) {
  std::vector<std::string> keys;
  const auto object = nlohmann::ordered_json::parse(line);
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

constexpr std::string_view kElementString =
    "010950110153000310LOT1\x1d"
    "21ABC123";

TEST(SymbolJson, TellsTheHriOfEveryGs1Symbol) {
  for (const char* identifier : {"]C1", "]d2", "]d5", "]d8", "]dB", "]e0", "]Q3", "]Q4", "]J1"}) {
    EXPECT_EQ(JsonOf(Carrying(identifier, kElementString))["hri"],
              "(01)09501101530003(10)LOT1(21)ABC123")
        << identifier;
  }
}

TEST(SymbolJson, TellsNoHriOfOtherSymbols) {
  for (const char* identifier : {"]d1", "]C0", "]Q1", "]E0", "]C2", ""}) {
    EXPECT_FALSE(JsonOf(Carrying(identifier, kElementString)).contains("hri")) << identifier;
  }
}

TEST(SymbolJson, TellsNoHriOfAMalformedElementString) {
  for (const char* payload : {"", "0109501101530004", "010950110153000", "05123", "HELLO", "21"}) {
    const json symbol = JsonOf(Carrying("]d2", payload));
    EXPECT_FALSE(symbol.contains("hri")) << payload;
    EXPECT_EQ(symbol["text"], payload);
  }
}

// A serial number whose GTIN stands in another symbol of the label is still one to be read.
TEST(SymbolJson, AsksForNoAssociations) {
  EXPECT_EQ(JsonOf(Carrying("]C1", "21ABC"))["hri"], "(21)ABC");
}

TEST(SymbolJson, LeavesOutWhatIsAbsent) {
  const Symbol symbol = Carrying("]d1", "x");
  EXPECT_THAT(Keys(LineOf(symbol)),
              ElementsAre("file", "width", "height", "elapsed_us", "symbols"));
  const auto line = nlohmann::ordered_json::parse(LineOf(symbol));
  EXPECT_THAT(Keys(line["symbols"][0].dump()),
              ElementsAre("symbology", "identifier", "text", "bytes", "corners", "decoder"));
}

TEST(SymbolJson, HasEveryFieldInTheOrderOfTheContract) {
  Symbol symbol = Carrying("]d2", "2101");
  symbol.mirrored = symbol.inverted = true;
  symbol.rows = 12, symbol.cols = 36;
  symbol.errors_corrected = 0, symbol.error_capacity = 9;
  symbol.addon.Assign("42");
  symbol.quad = {{Point{1.004f, 2}, {3.456f, 4}, {5, 6.5f}, {-7, 8}}};
  const auto out = nlohmann::ordered_json::parse(LineOf(symbol))["symbols"][0];
  EXPECT_THAT(Keys(out.dump()),
              ElementsAre("symbology", "identifier", "text", "bytes", "hri", "corners", "mirrored",
                          "inverted", "rows", "cols", "decoder", "errors_corrected",
                          "error_capacity", "addon"));
  EXPECT_EQ(JsonOf(symbol), json({{"symbology", "datamatrix"},
                                  {"identifier", "]d2"},
                                  {"text", "2101"},
                                  {"bytes", "32313031"},
                                  {"hri", "(21)01"},
                                  {"corners", {{1.0, 2.0}, {3.46, 4.0}, {5.0, 6.5}, {-7.0, 8.0}}},
                                  {"mirrored", true},
                                  {"inverted", true},
                                  {"rows", 12},
                                  {"cols", 36},
                                  {"decoder", "zxing"},
                                  {"errors_corrected", 0},
                                  {"error_capacity", 9},
                                  {"addon", "42"}}));
}

TEST(SymbolJson, IsOneLineOfAsciiWhateverTheBytes) {
  std::string all;
  for (int b = 0; b < 256; ++b) all += static_cast<char>(b);
  Symbol symbol = Carrying("]Q1", all);
  symbol.text.Assign("a\nb\x1d\"\\é石😀");
  const std::string line = ToJson({.file = "bad\xff name\n.png", .symbols = {&symbol, 1}});
  for (const char c : line) ASSERT_TRUE(c >= 0x20 && c < 0x7f) << static_cast<int>(c);
  const json out = json::parse(line);
  EXPECT_EQ(out["file"], "bad\xef\xbf\xbd name\n.png");
  EXPECT_EQ(out["symbols"][0]["text"], "a\nb\x1d\"\\é石😀");
  const std::string hex = out["symbols"][0]["bytes"];
  ASSERT_EQ(hex.size(), 512u);
  for (int b = 0; b < 256; ++b) {
    EXPECT_EQ(std::stoi(hex.substr(static_cast<size_t>(b) * 2, 2), nullptr, 16), b);
  }
}

TEST(SymbolJson, TellsAnError) {
  const std::string line = ToJson({.file = "a.png", .error = "is empty"});
  EXPECT_THAT(Keys(line), ElementsAre("file", "width", "height", "elapsed_us", "error", "symbols"));
  EXPECT_EQ(json::parse(line)["error"], "is empty");
  EXPECT_EQ(json::parse(line)["symbols"], json::array());
}

// What a hostile code says must not move the cursor of a terminal or begin a line.
TEST(Listing, ShowsControlCharactersAndNeverSendsThem) {
  const Symbol symbol = Carrying("]Q1",
                                 "a\x1b[2J\nb\x7f\xc2\x9b"
                                 "c\xc2\xa0é");
  const std::string listing = ToListing({.file = "x\n.png", .symbols = {&symbol, 1}});
  EXPECT_THAT(listing, HasSubstr("a\\x1b[2J\\x0ab\\x7f\\x9bc\xc2\xa0é\n"));
  EXPECT_THAT(listing, HasSubstr("x\\x0a.png: "));
  EXPECT_THAT(listing, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace veriline::tools
