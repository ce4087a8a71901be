// SPDX-License-Identifier: Apache-2.0
// Labels of `veriline batch labels`, looked at with our own eyes: PDF pages rasterised, ZPL
// graphics taken apart, and read by `veriline read`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/batch/code_list.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/veriline_command.h"

namespace veriline::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class BatchLabelsTest : public ::testing::Test {
 protected:
  void Issue(const std::string& form, int count) {
    const std::string list = folder_.path() + "/" + form + ".csv";
    Ran ran = RunVeriline(
        "batch issue --kind random --gtin 4012345123456 --lot L-42 --expiry 271231 "
        "--stem https://example.com --form " +
        form + " --count " + std::to_string(count) + " --out " + list);
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    ran = RunVeriline("batch import " + list + " --batch " + form + store_);
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    std::ifstream in(list, std::ios::binary);
    issued_ = batch::ParseCodeList(in, list)->codes;
  }
  Ran Labels(const std::string& batch, const std::string& options) {
    out_ = folder_.path() + "/labels" + std::to_string(++files_);
    return RunVeriline("batch labels " + batch + " --out " + out_ + " " + options + store_);
  }
  /// The texts of each page of a PDF file, by the symbology.
  std::vector<std::map<std::string, std::string>> ReadPages(const std::string& pdf, int pages) {
    const std::string prefix = folder_.path() + "/page";
    EXPECT_EQ(std::system(("pdftoppm -r 300 -png " + pdf + " " + prefix).c_str()), 0);
    std::string files;
    for (int page = 1; page <= pages; ++page) {
      std::string number = std::to_string(page);
      number.insert(0, std::to_string(pages).size() - number.size(), '0');
      files += " " + prefix + "-" + number + ".png";
    }
    return ReadFiles(files);
  }
  std::vector<std::map<std::string, std::string>> ReadFiles(const std::string& files) {
    const Ran ran = RunVeriline("read --json" + files);
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    std::vector<std::map<std::string, std::string>> pages;
    for (const json& page : JsonLines(ran.out)) {
      auto& texts = pages.emplace_back();
      for (const json& symbol : page["symbols"]) {
        texts[std::string(symbol["symbology"]) + std::string(symbol["identifier"])] =
            symbol["text"];
      }
    }
    return pages;
  }

  ScratchFolder folder_;
  const std::string store_ = " --store " + folder_.path() + "/store";
  std::vector<batch::IssuedCode> issued_;
  std::string out_;
  int files_ = 0;
};

std::string SerialOf(const batch::IssuedCode& code) { return code.key.bytes().substr(19); }

TEST_F(BatchLabelsTest, PagesOfAPdfSayWhatWasIssuedInItsOrder) {
  Issue("element", 12);
  const Ran ran = Labels("element",
                         "--symbol gs1-128 --symbol datamatrix --symbol qr --size 150x30 "
                         "--text 'LOT {10} EXP {17:MM.YYYY}' --text 'SN {21}'");
  ASSERT_EQ(ran.exit_code, 0) << ran.err;
  const auto pages = ReadPages(out_, 12);
  ASSERT_EQ(pages.size(), 12u);
  for (size_t i = 0; i < pages.size(); ++i) {
    EXPECT_EQ(pages[i].at("code128]C1"), issued_[i].code);
    EXPECT_EQ(pages[i].at("datamatrix]d2"), issued_[i].code);
    EXPECT_EQ(pages[i].at("qr]Q3"), issued_[i].code);
    EXPECT_EQ(pages[i].size(), 3u);
  }
}

TEST_F(BatchLabelsTest, PlainSymbolsCarryTheSerialNumberAndTheGtin) {
  Issue("element", 3);
  ASSERT_EQ(
      Labels("element", "--symbol code39 --symbol code128 --symbol ean13 --size 170x25").exit_code,
      0);
  const auto pages = ReadPages(out_, 3);
  for (size_t i = 0; i < pages.size(); ++i) {
    EXPECT_EQ(pages[i].at("code39]A0"), SerialOf(issued_[i]));
    EXPECT_EQ(pages[i].at("code128]C0"), SerialOf(issued_[i]));
    EXPECT_EQ(pages[i].at("ean13]E0"), "4012345123456");
  }
}

TEST_F(BatchLabelsTest, LinksAndPlainNumbersStandAsTheyWereIssued) {
  Issue("link", 3);
  ASSERT_EQ(Labels("link", "--symbol qr --size 40x40 --text '{21}'").exit_code, 0);
  auto pages = ReadPages(out_, 3);
  for (size_t i = 0; i < pages.size(); ++i) EXPECT_EQ(pages[i].at("qr]Q1"), issued_[i].code);
  Issue("plain", 3);
  ASSERT_EQ(Labels("plain", "--symbol datamatrix --text '{code}'").exit_code, 0);
  pages = ReadPages(out_, 3);
  for (size_t i = 0; i < pages.size(); ++i)
    EXPECT_EQ(pages[i].at("datamatrix]d1"), issued_[i].code);
  EXPECT_THAT(Labels("plain", "--symbol gs1-128 --reprint x").err, HasSubstr("code128"));
}

/// The dots of the first ^GFA field of each label, as a picture with its quiet zone.
std::vector<std::string> PicturesOf(const std::string& zpl) {
  std::vector<std::string> pictures;
  for (size_t at = zpl.find("^GFA,"); at != std::string::npos; at = zpl.find("^GFA,", at + 1)) {
    int total = 0, again = 0, row_bytes = 0;
    EXPECT_EQ(std::sscanf(zpl.c_str() + at, "^GFA,%d,%d,%d,", &total, &again, &row_bytes), 3);
    size_t data = zpl.find('\n', at) + 1;
    std::vector<std::string> rows;
    std::string row;
    for (; zpl[data] != '^'; ++data) {
      if (zpl[data] == '\n') continue;
      if (zpl[data] == ':') {
        rows.push_back(rows.back());
        continue;
      }
      row += zpl[data];
      if (row.size() == 2 * static_cast<size_t>(row_bytes)) rows.push_back(std::exchange(row, ""));
    }
    EXPECT_EQ(static_cast<int>(rows.size()) * row_bytes, total);
    constexpr int kQuiet = 60;
    const int width = 8 * row_bytes + 2 * kQuiet;
    std::string pixels(static_cast<size_t>(width) * (rows.size() + 2 * kQuiet), '\xFF');
    for (size_t y = 0; y < rows.size(); ++y) {
      for (int x = 0; x < 8 * row_bytes; ++x) {
        const int digit = std::stoi(rows[y].substr(static_cast<size_t>(x / 4), 1), nullptr, 16);
        if ((digit >> (3 - x % 4) & 1) != 0) {
          pixels[(y + kQuiet) * static_cast<size_t>(width) + static_cast<size_t>(x + kQuiet)] =
              '\0';
        }
      }
    }
    pictures.push_back("P5\n" + std::to_string(width) + " " +
                       std::to_string(rows.size() + 2 * kQuiet) + "\n255\n" + pixels);
  }
  return pictures;
}

TEST_F(BatchLabelsTest, GraphicsOfZplAreTheSymbolsDotByDot) {
  Issue("element", 4);
  for (const char* symbol : {"datamatrix", "gs1-128"}) {
    const Ran ran =
        Labels("element", std::string("--format zpl --size 120x30 --dpi 203 --reprint x "
                                      "--text 'a^b_c {21}' --symbol ") +
                              symbol);
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    std::stringstream zpl;
    zpl << std::ifstream(out_).rdbuf();
    EXPECT_THAT(zpl.str(), ::testing::StartsWith("^XA^CI28^PW959^LL240\n"));
    EXPECT_THAT(zpl.str(), HasSubstr("^FDa_5Eb_5Fc " + SerialOf(issued_[0]) + "^FS"));
    const auto pictures = PicturesOf(zpl.str());
    ASSERT_EQ(pictures.size(), 4u);
    std::string files;
    for (size_t i = 0; i < pictures.size(); ++i) {
      files += " " + folder_.Write(std::string(symbol) + std::to_string(i) + ".pgm", pictures[i]);
    }
    const auto pages = ReadFiles(files);
    for (size_t i = 0; i < pages.size(); ++i) {
      ASSERT_EQ(pages[i].size(), 1u);
      EXPECT_EQ(pages[i].begin()->second, issued_[i].code);
    }
  }
}

TEST_F(BatchLabelsTest, NothingIsPrintedTwiceWithoutAReason) {
  Issue("element", 10);
  const auto printed = [&] {
    return json::parse(RunVeriline("batch status element --json" + store_).out)["printed"];
  };
  ASSERT_EQ(Labels("element", "--format csv --range 3-5 --text '{21}'").exit_code, 0);
  std::ifstream csv(out_);
  std::string line;
  std::getline(csv, line);
  EXPECT_EQ(line, "place,code,hri,line1\r");
  std::getline(csv, line);
  EXPECT_EQ(line.substr(0, 2), "3,");
  EXPECT_THAT(line, HasSubstr("(21)" + SerialOf(issued_[2]) + "(17)271231(10)L-42"));
  EXPECT_EQ(printed(), 3);
  Ran again = Labels("element", "--range 5-10");
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.err, HasSubstr("3 to 5"));
  EXPECT_FALSE(std::ifstream(out_).good());
  EXPECT_EQ(printed(), 3);
  EXPECT_EQ(Labels("element", "--range 5-10 --reprint 'the ribbon tore'").exit_code, 0);
  EXPECT_EQ(printed(), 8);
  for (const char* bad :
       {"--range 0-3", "--range 5-11", "--range 4-3", "--range x", "--symbol maxi", "--size 60",
        "--text '{17:QQ}'", "--size 10x10 --reprint x", "--text '{11:YYYY}' --reprint x"}) {
    const Ran ran = Labels("element", bad);
    EXPECT_EQ(ran.exit_code, 2) << bad;
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
    EXPECT_FALSE(std::ifstream(out_).good()) << bad;
  }
  EXPECT_EQ(printed(), 8);
}

}  // namespace
}  // namespace veriline::testing
