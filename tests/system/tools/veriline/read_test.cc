// SPDX-License-Identifier: Apache-2.0
// The command line `veriline read` as a process of its own: the contract of its JSON field by field
// on drawn symbols, picture formats, order, filters and exit codes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <opencv2/imgproc.hpp>
#include <random>
#include <set>
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

constexpr float kRadPerDegree = 3.14159265f / 180;
/// ZXing tells corners of matrix symbols in whole pixels, a little outside or inside.
constexpr float kCornerTolerancePx = 1.5f;

std::string Hex(const std::string& bytes) {
  std::string out;
  char pair[3];
  for (const char c : bytes) {
    std::snprintf(pair, sizeof pair, "%02x", static_cast<unsigned char>(c));
    out += pair;
  }
  return out;
}

class ReadTest : public ::testing::Test {
 protected:
  /// One run, one line for each file; exit code 0 and nothing on the standard error.
  std::vector<json> Read(const std::vector<std::string>& files, const std::string& options = "") {
    std::string arguments = "read --json " + options;
    for (const std::string& file : files) arguments += " '" + file + "'";
    const Ran ran = RunVeriline(arguments);
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_EQ(ran.err, "");
    std::vector<json> lines = JsonLines(ran.out);
    EXPECT_EQ(lines.size(), files.size()) << ran.out;
    lines.resize(files.size());
    for (size_t i = 0; i < files.size(); ++i) EXPECT_EQ(lines[i]["file"], files[i]);
    return lines;
  }
  std::string Save(const std::string& name, const cv::Mat& picture,
                   const std::vector<int>& parameters = {}) {
    return folder_.Write(name, EncodePicture(picture, name.substr(name.find('.')), parameters));
  }
  std::string Save(const std::string& name, const Canvas& canvas) {
    return Save(name, MatOf(canvas.view()));
  }

  const ScratchFolder folder_;
};

struct Drawing {
  Canvas canvas;
  Quad outline;
};

/// A symbol in the middle of a picture that is not square, so that turned axes show.
Drawing Draw(const Modules& modules, Placement at) {
  const float reach = std::hypot(modules.width(), modules.height()) * at.module_px / 2;
  const int side = static_cast<int>(2 * reach) + 60;
  Drawing drawing{Canvas(side + 40, side, at.inverted ? at.dark : at.light), {}};
  at.center = {static_cast<float>(side) / 2 + 17.3f, static_cast<float>(side) / 2 + 3.8f};
  drawing.outline = drawing.canvas.Draw(modules, at);
  return drawing;
}

void ExpectCorners(const json& symbol, const Quad& drawn, float tolerance_px) {
  ASSERT_EQ(symbol["corners"].size(), 4u);
  for (size_t i = 0; i < 4; ++i) {
    ASSERT_EQ(symbol["corners"][i].size(), 2u);
    const Point read{symbol["corners"][i][0], symbol["corners"][i][1]};
    EXPECT_LT(Distance(read, drawn.corners[i]), tolerance_px)
        << "corner " << i << " is told at " << read.x << "," << read.y << " and drawn at "
        << drawn.corners[i].x << "," << drawn.corners[i].y;
  }
}

struct ContractCase {
  const char* name;
  Symbology symbology;
  const char* data;
  bool gs1;
  const char* identifier;
  const char* text;
  const char* hri;  ///< empty: none
  float tolerance_px = kCornerTolerancePx;
};

void PrintTo(const ContractCase& c, std::ostream* out) { *out << c.name; }

const char* const kElementString =
    "010950110153000310A1\x1d"
    "2177";
const char* const kBracketed = "[01]09501101530003[10]A1[21]77";
const char* const kHri = "(01)09501101530003(10)A1(21)77";
/// ZXing tells the ends of its own finder, some modules of 4 px inside the guard bars.
constexpr float kDataBarTolerancePx = 9;

const ContractCase kCases[] = {
    {"DataMatrix", Symbology::kDataMatrix, "Plain text 42", false, "]d1", "Plain text 42", ""},
    {"Gs1DataMatrix", Symbology::kDataMatrix, kBracketed, true, "]d2", kElementString, kHri},
    {"Qr", Symbology::kQr, "HTTPS://EXAMPLE.COM/1", false, "]Q1", "HTTPS://EXAMPLE.COM/1", ""},
    {"Gs1Qr", Symbology::kQr, kBracketed, true, "]Q3", kElementString, kHri},
    {"MicroQr", Symbology::kMicroQr, "MICRO7", false, "]Q1", "MICRO7", ""},
    {"Aztec", Symbology::kAztec, "AZTEC 123", false, "]z0", "AZTEC 123", ""},
    {"Pdf417", Symbology::kPdf417, "PDF417 text", false, "]L2", "PDF417 text", ""},
    {"Code128", Symbology::kCode128, "VERILINE42", false, "]C0", "VERILINE42", ""},
    {"Gs1128", Symbology::kCode128, kBracketed, true, "]C1", kElementString, kHri},
    {"Code39", Symbology::kCode39, "CODE39", false, "]A0", "CODE39", ""},
    {"Code93", Symbology::kCode93, "CODE93", false, "]G0", "CODE93", ""},
    {"Codabar", Symbology::kCodabar, "A40156B", false, "]F0", "A40156B", ""},
    {"Ean13", Symbology::kEan13, "4006381333931", false, "]E0", "4006381333931", ""},
    {"Ean8", Symbology::kEan8, "9638507", false, "]E4", "96385074", ""},
    {"UpcA", Symbology::kUpcA, "012345678905", false, "]E0", "012345678905", ""},
    {"UpcE", Symbology::kUpcE, "01234565", false, "]E0", "01234565", ""},
    {"Itf", Symbology::kItf, "1234567890", false, "]I0", "1234567890", ""},
    {"DataBarOmni", Symbology::kDataBarOmni, "0950110153000", false, "]e0", "0109501101530003",
     "(01)09501101530003", kDataBarTolerancePx},
    {"DataBarExpanded", Symbology::kDataBarExpanded, kBracketed, true, "]e0", kElementString, kHri,
     kDataBarTolerancePx},
};

class ReadContract : public ReadTest, public ::testing::WithParamInterface<ContractCase> {};

TEST_P(ReadContract, TellsEveryField) {
  const ContractCase& c = GetParam();
  const Drawing drawing = Draw(EncodeSymbol(c.symbology, c.data, c.gs1), {});
  const json line = Read({Save("symbol.png", drawing.canvas)})[0];
  EXPECT_EQ(line["width"], drawing.canvas.width());
  EXPECT_EQ(line["height"], drawing.canvas.height());
  EXPECT_GE(line["elapsed_us"].get<int64_t>(), 0);
  EXPECT_FALSE(line.contains("error"));
  ASSERT_EQ(line["symbols"].size(), 1u) << line;
  const json& symbol = line["symbols"][0];
  EXPECT_EQ(symbol["symbology"], std::string(Name(c.symbology)));
  EXPECT_EQ(symbol["identifier"], c.identifier);
  EXPECT_EQ(symbol["text"], c.text);
  EXPECT_EQ(symbol["bytes"], Hex(c.text));  // all of them are ASCII
  EXPECT_EQ(symbol.value("hri", ""), c.hri);
  EXPECT_EQ(symbol.contains("hri"), c.hri[0] != '\0');
  EXPECT_FALSE(symbol.contains("mirrored"));
  EXPECT_FALSE(symbol.contains("inverted"));
  EXPECT_FALSE(symbol.contains("addon"));
  EXPECT_TRUE(std::set<json>({"own", "zxing", "dmtx"}).contains(symbol["decoder"]));
  const std::set<std::string> known = {
      "symbology", "identifier",       "text",           "bytes", "hri",
      "corners",   "mirrored",         "inverted",       "rows",  "cols",
      "decoder",   "errors_corrected", "error_capacity", "parts", "addon"};
  for (const auto& [key, value] : symbol.items()) {
    EXPECT_TRUE(known.contains(key)) << key;
    EXPECT_FALSE(value.is_null()) << key;
  }
  ExpectCorners(symbol, drawing.outline, c.tolerance_px);
}

INSTANTIATE_TEST_SUITE_P(Symbologies, ReadContract, ::testing::ValuesIn(kCases),
                         [](const auto& test) { return test.param.name; });

class ReadTurned : public ReadTest, public ::testing::WithParamInterface<ContractCase> {};

// The corners follow the symbol, not the picture.
TEST_P(ReadTurned, TellsCornersOfTheSymbolInItsOrder) {
  const ContractCase& c = GetParam();
  const Modules modules = EncodeSymbol(c.symbology, c.data, c.gs1);
  const bool matrix = c.symbology < Symbology::kCode128;
  std::vector<std::string> files;
  std::vector<Placement> placements;
  std::vector<Quad> outlines;
  for (const int degrees : {0, 90, 180, 270, 30}) {
    for (const bool inverted : {false, true}) {
      for (const bool mirrored : {false, true}) {
        if (mirrored && (!matrix || degrees == 30)) continue;
        placements.push_back({.angle_rad = static_cast<float>(degrees) * kRadPerDegree,
                              .mirrored = mirrored,
                              .inverted = inverted});
        const Drawing drawing = Draw(modules, placements.back());
        outlines.push_back(drawing.outline);
        files.push_back(Save(std::to_string(files.size()) + ".png", drawing.canvas));
      }
    }
  }
  const std::vector<json> lines = Read(files, "--threads 2");
  for (size_t i = 0; i < files.size(); ++i) {
    SCOPED_TRACE("angle " + std::to_string(placements[i].angle_rad) +
                 (placements[i].mirrored ? " mirrored" : "") +
                 (placements[i].inverted ? " inverted" : ""));
    ASSERT_EQ(lines[i]["symbols"].size(), 1u) << lines[i];
    const json& symbol = lines[i]["symbols"][0];
    EXPECT_EQ(symbol["text"], c.text);
    EXPECT_EQ(symbol.value("mirrored", false), placements[i].mirrored);
    EXPECT_EQ(symbol.value("inverted", false), placements[i].inverted);
    EXPECT_EQ(symbol.contains("mirrored"), placements[i].mirrored);  // absent, not false
    EXPECT_EQ(symbol.contains("inverted"), placements[i].inverted);
    ExpectCorners(symbol, outlines[i], c.tolerance_px);
  }
}

INSTANTIATE_TEST_SUITE_P(Symbologies, ReadTurned,
                         ::testing::Values(kCases[0], kCases[2], kCases[7], kCases[12]),
                         [](const auto& test) { return test.param.name; });

TEST_F(ReadTest, TellsAnAddonTwice) {
  const Drawing drawing = Draw(EncodeSymbol(Symbology::kEan13, "4006381333931+12345"), {});
  const json symbol = Read({Save("addon.png", drawing.canvas)})[0]["symbols"].at(0);
  EXPECT_EQ(symbol["identifier"], "]E3");
  EXPECT_EQ(symbol["text"], "400638133393112345");
  EXPECT_EQ(symbol["addon"], "12345");
}

/// Text that the bytes alone do not tell.
TEST_F(ReadTest, TellsTextAsUnicodeAndBytesAsTheyAre) {
  const Drawing utf8 = Draw(EncodeSymbol(Symbology::kQr, "Größe 石"), {});
  const json symbol = Read({Save("utf8.png", utf8.canvas)})[0]["symbols"].at(0);
  EXPECT_EQ(symbol["text"], "Größe 石");
  const Drawing full_ascii = Draw(EncodeSymbol(Symbology::kCode39, "+A+B+C"), {});
  const json code39 = Read({Save("code39.png", full_ascii.canvas)})[0]["symbols"].at(0);
  EXPECT_EQ(code39["identifier"], "]A4");
  EXPECT_EQ(code39["text"], "abc");
}

/// A Data Matrix and an EAN-13 beside each other.
Canvas LabelWithTwo() {
  Canvas canvas(700, 300, 210);
  canvas.Draw(EncodeSymbol(Symbology::kDataMatrix, "MATRIX"), {.center = {120, 150}});
  canvas.Draw(EncodeSymbol(Symbology::kEan13, "4006381333931"),
              {.center = {450, 150}, .quiet_modules = 10});
  return canvas;
}

std::multiset<std::string> Texts(const json& line) {
  std::multiset<std::string> texts;
  for (const json& symbol : line["symbols"]) texts.insert(symbol["text"]);
  return texts;
}

TEST_F(ReadTest, ReadsOnlyTheSymbologiesAskedFor) {
  const std::string label = Save("label.png", LabelWithTwo());
  const std::pair<const char*, std::multiset<std::string>> cases[] = {
      {"", {"4006381333931", "MATRIX"}},
      {"--symbologies datamatrix", {"MATRIX"}},
      {"--symbologies ean13", {"4006381333931"}},
      {"--symbologies datamatrix,ean13", {"4006381333931", "MATRIX"}},
      {"--symbologies datamatrix --symbologies ean13", {"4006381333931", "MATRIX"}},
      {"--symbologies qr,code128", {}},
  };
  for (const auto& [options, texts] : cases) {
    EXPECT_EQ(Texts(Read({label}, options)[0]), texts) << options;
  }
}

TEST_F(ReadTest, GivesFilesInOrderAndTheSameOnAnyNumberOfThreads) {
  std::mt19937 random(5);
  std::vector<std::string> files;
  for (int i = 0; i < 9; ++i) {
    // Pictures of very different cost, so that workers overtake each other.
    Canvas canvas(i % 3 == 0 ? 900 : 300, 300, 200);
    canvas.Draw(EncodeSymbol(Symbology::kDataMatrix, "FILE " + std::to_string(i)),
                {.center = {140, 150}});
    if (i % 3 == 0) canvas.AddClutter(random, 25, {{0, 0, 280, 300}});
    files.push_back(Save("f" + std::to_string(i) + ".png", canvas));
  }
  files.push_back(files[2]);  // a file may be named twice
  std::vector<json> first;
  for (const char* threads : {"", "--threads 1", "--threads 2", "--threads 4", "--threads 50"}) {
    std::vector<json> lines = Read(files, threads);
    for (json& line : lines) line.erase("elapsed_us");
    if (first.empty()) first = lines;
    EXPECT_EQ(lines, first) << threads;
  }
  for (size_t i = 0; i < 9; ++i) {
    EXPECT_EQ(Texts(first[i]), std::multiset<std::string>{"FILE " + std::to_string(i)});
  }
}

TEST_F(ReadTest, PicturesWithoutCodesGiveAnEmptyList) {
  std::mt19937 random(8);
  Canvas clutter(640, 480, 190);
  clutter.AddClutter(random, 40, {});
  clutter.AddNoise(random, 3);
  for (const json& line :
       Read({Save("flat.png", Canvas(300, 200, 128)), Save("print.png", clutter)})) {
    EXPECT_EQ(line["symbols"], json::array());
    EXPECT_FALSE(line.contains("error"));
  }
}

TEST_F(ReadTest, TakesPicturesOfAnySize) {
  Canvas large(5000, 4000, 200);
  large.Draw(EncodeSymbol(Symbology::kDataMatrix, "FAR AWAY"), {.center = {4900, 3920}});
  std::vector<std::string> files{Save("large.png", large)};
  for (const auto& [w, h] :
       {std::pair{1, 1}, {2, 1}, {1, 3000}, {3000, 1}, {7, 9}, {16, 16}, {17, 17}, {3000, 16}}) {
    files.push_back(
        Save("s" + std::to_string(w) + "x" + std::to_string(h) + ".png", Canvas(w, h, 99)));
    const json line = Read({files.back()})[0];
    EXPECT_EQ(line["width"], w);
    EXPECT_EQ(line["height"], h);
    EXPECT_EQ(line["symbols"], json::array());
  }
  EXPECT_EQ(Texts(Read(files)[0]), std::multiset<std::string>{"FAR AWAY"});
}

class ReadFormats : public ReadTest {
 protected:
  ReadFormats() {
    quad_ = canvas_.Draw(EncodeSymbol(Symbology::kDataMatrix, "ANY FORMAT"), {.center = {110, 90}});
  }
  void ExpectRead(const std::string& file, float tolerance_px = kCornerTolerancePx) {
    SCOPED_TRACE(file);
    const json line = Read({file})[0];
    EXPECT_EQ(line["width"], 260);
    EXPECT_EQ(line["height"], 190);
    ASSERT_EQ(line["symbols"].size(), 1u) << line;
    EXPECT_EQ(line["symbols"][0]["text"], "ANY FORMAT");
    ExpectCorners(line["symbols"][0], quad_, tolerance_px);
  }
  cv::Mat Grey() { return MatOf(canvas_.view()); }
  cv::Mat Merge(const std::vector<cv::Mat>& channels) {
    cv::Mat merged;
    cv::merge(channels, merged);
    return merged;
  }

  Canvas canvas_{260, 190, 210};
  Quad quad_;
};

TEST_F(ReadFormats, ReadsEveryFormat) {
  for (const char* name :
       {"a.png", "a.jpg", "a.jpeg", "a.pgm", "a.tiff", "a.tif", "a.bmp", "a.webp"}) {
    ExpectRead(Save(name, Grey()));
  }
  ExpectRead(Save("progressive.jpg", Grey(), {cv::IMWRITE_JPEG_PROGRESSIVE, 1}));
  // What the file holds counts, not its name.
  ExpectRead(folder_.Write("no_picture_by_name", EncodePicture(Grey(), ".png")));
}

TEST_F(ReadFormats, ReadsDeepPictures) {
  cv::Mat deep;
  Grey().convertTo(deep, CV_16U, 257);
  for (const char* name : {"a.png", "a.tiff", "a.pgm"}) ExpectRead(Save(name, deep));
}

TEST_F(ReadFormats, ReadsColours) {
  const cv::Mat full(Grey().size(), CV_8U, cv::Scalar(255));
  for (const char* name : {"a.png", "a.tiff", "a.bmp", "a.jpg", "a.webp"}) {
    ExpectRead(Save(name, Merge({Grey(), Grey(), Grey()})));
    // Blue on white differs in two of three channels.
    ExpectRead(Save(name, Merge({full, Grey(), Grey()})));
  }
}

// Transparency is not looked at: pixels count as they are stored.
TEST_F(ReadFormats, ReadsPicturesWithAlpha) {
  const cv::Mat opaque(Grey().size(), CV_8U, cv::Scalar(255));
  const cv::Mat clear(Grey().size(), CV_8U, cv::Scalar(40));
  for (const char* name : {"a.png", "a.tiff", "a.webp"}) {
    ExpectRead(Save(name, Merge({Grey(), Grey(), Grey(), opaque})));
  }
  ExpectRead(Save("clear.png", Merge({Grey(), Grey(), Grey(), clear})));
}

// Corners are told in the pixels that the file holds, whatever its orientation says.
TEST_F(ReadFormats, LeavesPicturesAsTheirPixelsAreStored) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    ExpectRead(folder_.Write("exif" + std::to_string(orientation) + ".jpg",
                             WithExifOrientation(EncodePicture(Grey(), ".jpg"), orientation)));
  }
}

TEST_F(ReadTest, ListsForPeople) {
  const std::string label = Save("label.png", LabelWithTwo());
  const Ran ran = RunVeriline("read " + label);
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr(label + ": 700x300"));
  EXPECT_THAT(ran.out, HasSubstr("2 symbols\n"));
  EXPECT_THAT(ran.out, HasSubstr("datamatrix ]d1 at 120,150  MATRIX\n"));
  EXPECT_THAT(ran.out, HasSubstr("ean13 ]E0 at 450,150  4006381333931\n"));
}

// Exit code 2, and one line that names the command, what is wrong, and where to look.
TEST_F(ReadTest, RefusesABadCommandLineInOneLine) {
  const std::string file = Save("flat.png", Canvas(30, 20, 128));
  const std::pair<std::string, const char*> cases[] = {
      {"read --nonsense " + file, "--nonsense"},
      {"read", "FILE"},
      {"read --symbologies qr", "FILE"},
      {"read --threads 0 " + file, "--threads"},
      {"read --threads two " + file, "--threads"},
      {"read --symbologies datamatrx " + file, "datamatrx"},
      {"read --symbologies datamatrix,unknown " + file, "unknown"},
      {"raed " + file, "raed"},
  };
  for (const auto& [arguments, named] : cases) {
    const Ran ran = RunVeriline(arguments);
    EXPECT_EQ(ran.exit_code, 2) << arguments;
    EXPECT_EQ(ran.out, "") << arguments;
    EXPECT_THAT(ran.err, HasSubstr(named));
    EXPECT_TRUE(
        ran.err.starts_with(arguments.starts_with("read") ? "veriline read: " : "veriline: "))
        << ran.err;
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
  }
}

TEST(DecodeWorker, IsNotForPeople) {
  EXPECT_THAT(RunVeriline("--help").out, ::testing::Not(HasSubstr("decode-worker")));
  const Ran ran = RunVeriline("decode-worker", "exec 3<&- 4<&-;");
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_EQ(ran.out, "");
  EXPECT_TRUE(ran.err.starts_with("veriline decode-worker: ")) << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("nothing when it is started by hand"));
  EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
}

TEST_F(ReadTest, TellsItsHelpWithAnExample) {
  const Ran ran = RunVeriline("read --help");
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_THAT(ran.out, HasSubstr("Example:\n  veriline read "));
}

TEST_F(ReadTest, ShowsTextOfAnyFontWhenAsked) {
  cv::Mat picture(200, 640, CV_8UC1, cv::Scalar(230));
  cv::putText(picture, "LOT 4711 EXP", {40, 110}, cv::FONT_HERSHEY_DUPLEX, 1.6, cv::Scalar(20), 3,
              cv::LINE_AA);
  const std::string file = Save("label.png", picture);
  EXPECT_FALSE(Read({file})[0].contains("lines"));
  const Ran ran = RunVeriline("read --json --text '" + file + "'");
  if (ran.exit_code == 1 && ran.err.find("tesseract") != std::string::npos) {
    GTEST_SKIP() << ran.err;  // a build without it says so
  }
  ASSERT_EQ(ran.exit_code, 0) << ran.err;
  const json lines = JsonLines(ran.out).at(0)["lines"];
  ASSERT_EQ(lines.size(), 1u) << ran.out;
  EXPECT_EQ(lines[0]["text"], "LOT 4711 EXP");
  EXPECT_GT(lines[0]["confidence"], 0.5);
  EXPECT_NEAR(lines[0]["corners"][0][0].get<double>(), 42, 8);
  EXPECT_NEAR(lines[0]["corners"][2][1].get<double>(), 110, 8);
  EXPECT_THAT(RunVeriline("read --text '" + file + "'").out, HasSubstr("LOT 4711 EXP"));
}

}  // namespace
}  // namespace veriline::testing
