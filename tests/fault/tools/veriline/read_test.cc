// SPDX-License-Identifier: Apache-2.0
// `veriline read` on files that are no pictures, and with decoders that fail: each costs its own
// file only, and every file has its line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "tests/support/drawn_picture.h"
#include "tests/support/drawn_symbol.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/veriline_command.h"

namespace veriline::testing {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kText = "STILL READ";

Canvas GoodPicture() {
  const Modules modules = EncodeSymbol(Symbology::kDataMatrix, kText);
  Canvas canvas(180, 160, 210);
  canvas.Draw(modules, {.center = {90, 80}});
  return canvas;
}

class ReadFaultTest : public ::testing::Test {
 protected:
  ReadFaultTest()
      : good_(folder_.Write("good.png", EncodePicture(MatOf(picture_.view()), ".png"))) {}

  /// Reads the files; each must have its line, in order.
  std::vector<json> Read(const std::vector<std::string>& files, const std::string& options = "",
                         const std::string& before = "") {
    std::string arguments = "read --json " + options;
    for (const std::string& file : files) arguments += " '" + file + "'";
    ran_ = RunVeriline(arguments, before);
    std::vector<json> lines = JsonLines(ran_.out);
    EXPECT_EQ(lines.size(), files.size()) << ran_.out << ran_.err;
    lines.resize(files.size());
    for (size_t i = 0; i < files.size(); ++i) EXPECT_EQ(lines[i]["file"], files[i]);
    return lines;
  }

  static void ExpectRead(const json& line) {
    EXPECT_FALSE(line.contains("error")) << line;
    ASSERT_EQ(line["symbols"].size(), 1u) << line;
    EXPECT_EQ(line["symbols"][0]["text"], kText);
  }
  static void ExpectError(const json& line) {
    EXPECT_TRUE(line.contains("error") && !line["error"].empty()) << line;
    EXPECT_EQ(line["symbols"], json::array()) << line;
    EXPECT_EQ(line["width"], 0) << line;
    EXPECT_EQ(line["height"], 0) << line;
  }
  /// Reads each of `bad` between two good pictures, all in one run.
  void ExpectOnlyTheseFail(const std::vector<std::string>& bad) {
    std::vector<std::string> files{good_};
    for (const std::string& file : bad) files.insert(files.end(), {file, good_});
    for (const char* threads : {"", "--threads 2"}) {
      const std::vector<json> lines = Read(files, threads);
      EXPECT_EQ(ran_.exit_code, 1);
      for (size_t i = 0; i < files.size(); ++i) {
        files[i] == good_ ? ExpectRead(lines[i]) : ExpectError(lines[i]);
      }
    }
  }

  const ScratchFolder folder_;
  const Canvas picture_ = GoodPicture();
  const std::string good_;
  Ran ran_;
};

TEST_F(ReadFaultTest, TruncatedPicturesCostOnlyThemselves) {
  std::vector<std::string> cut;
  for (const std::string extension : {".png", ".jpg", ".pgm", ".tiff", ".bmp", ".webp"}) {
    const std::string whole = EncodePicture(MatOf(picture_.view()), extension);
    for (const size_t kept : {size_t{1}, size_t{20}, whole.size() / 2, whole.size() * 9 / 10}) {
      cut.push_back(folder_.Write(std::to_string(kept) + extension, whole.substr(0, kept)));
    }
  }
  ExpectOnlyTheseFail(cut);
}

TEST_F(ReadFaultTest, GarbageCostsOnlyItself) {
  std::mt19937 random(11);
  std::vector<std::string> bad;
  const std::string heads[] = {"",
                               "\x89PNG\r\n\x1a\n",
                               "\xff\xd8\xff\xe0",
                               "P5\n99 99\n255\n",
                               std::string("II*\0", 4),
                               "BM",
                               "RIFF\x40\x10\0\0WEBPVP8 "};
  for (const std::string& head : heads) {
    std::string bytes = head;
    while (bytes.size() < 3000) bytes += static_cast<char>(random());
    bad.push_back(folder_.Write("garbage" + std::to_string(bad.size()), bytes));
  }
  // Nothing of a picture with 99 × 99 pixels is missing.
  bad.erase(bad.begin() + 3);
  bad.push_back(folder_.Write("text.png", "This is a text.\n"));
  ExpectOnlyTheseFail(bad);
}

TEST_F(ReadFaultTest, WhatIsNoFileWithPixelsCostsOnlyItself) {
  const std::string fifo = folder_.path() + "/fifo.png";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  std::vector<std::string> bad{
      folder_.Write("empty.png", ""),
      folder_.path(),
      folder_.path() + "/absent.png",
      fifo,              // nobody writes to it
      "/dev/zero",       // never ends
      "/proc/self/mem",  // may be opened, cannot be read
  };
  if (geteuid() != 0) {
    bad.push_back(folder_.Write("secret.png", "x"));
    std::filesystem::permissions(bad.back(), std::filesystem::perms::none);
  }
  ExpectOnlyTheseFail(bad);
}

TEST_F(ReadFaultTest, PicturesOfAbsurdSizeCostOnlyThemselves) {
  ExpectOnlyTheseFail({folder_.Write("none.pgm", "P5 0 0 255\n"),
                       folder_.Write("no_rows.pgm", "P5 5 0 255\n"),
                       folder_.Write("negative.pgm", "P5 -5 5 255\n0123456789"),
                       folder_.Write("vast.pgm", "P5 2000000000 2000000000 255\n0123456789"),
                       folder_.Write("long.pgm", "P5 1000000 1000 255\n0123456789")});
}

TEST_F(ReadFaultTest, NamesTheFileAndTheRemedyForPeople) {
  const std::string absent = folder_.path() + "/absent.png";
  const Ran ran = RunVeriline("read " + absent);
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_THAT(ran.out, HasSubstr(absent + ": "));
  EXPECT_THAT(ran.out, HasSubstr("No such file"));
  EXPECT_EQ(std::count(ran.out.begin(), ran.out.end(), '\n'), 1) << ran.out;
}

TEST_F(ReadFaultTest, ADecoderThatFailsCostsOnlyItsFile) {
  const std::string abort = folder_.Write("abort.png", "FAULT:abort");
  const std::string crash = folder_.Write("crash.png", "FAULT:crash");
  const std::string hang = folder_.Write("hang.png", "FAULT:hang");
  const std::string faulty = "LD_PRELOAD=" VERILINE_FAULTY_DECODER;
  for (const char* threads : {"", "--threads 3"}) {
    for (const std::string& first : {abort, hang, good_}) {  // the first one warms the decoders up
      const std::vector<std::string> files{first, good_, abort, good_, crash, hang, good_, good_};
      const std::vector<json> lines = Read(files, threads, faulty);
      EXPECT_EQ(ran_.exit_code, 1);
      for (size_t i = 0; i < files.size(); ++i) {
        files[i] == good_ ? ExpectRead(lines[i]) : ExpectError(lines[i]);
      }
      EXPECT_THAT(lines[2]["error"], HasSubstr("Aborted"));
      EXPECT_THAT(lines[4]["error"], HasSubstr("Segmentation fault"));
      EXPECT_THAT(lines[5]["error"], HasSubstr("took too long"));
    }
  }
}

TEST_F(ReadFaultTest, SaysThatItsOutputWasLost) {
  const Ran ran = RunVeriline("read --json " + good_ + " >/dev/full");
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_THAT(ran.err, HasSubstr("could not be written"));
}

}  // namespace
}  // namespace veriline::testing
