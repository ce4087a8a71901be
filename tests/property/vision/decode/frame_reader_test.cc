// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/frame_reader.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/support/drawn_symbol.h"
#include "vision/core/clock.h"

namespace veriline::decode {
namespace {

using testing::Canvas;
using testing::EncodeRectangle;
using testing::EncodeSymbol;
using testing::Modules;
using testing::Placement;

using Random = std::mt19937;

int Pick(Random& random, int from, int to) {
  return std::uniform_int_distribution<int>(from, to)(random);
}
float PickReal(Random& random, float from, float to) {
  return std::uniform_real_distribution<float>(from, to)(random);
}
std::string PickText(Random& random, const std::string& alphabet, int least, int most) {
  std::string text(static_cast<size_t>(Pick(random, least, most)), ' ');
  for (char& c : text)
    c = alphabet[static_cast<size_t>(Pick(random, 0, static_cast<int>(alphabet.size()) - 1))];
  return text;
}
std::string Printable() {
  std::string all;
  for (char c = '!'; c <= '~'; ++c) all += c;
  return all;
}
const std::string kDigits = "0123456789";
const std::string kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// With the check digit of GS1 behind it.
std::string Checked(std::string digits) {
  int sum = 0;
  for (size_t i = 0; i < digits.size(); ++i)
    sum += (digits[digits.size() - 1 - i] - '0') * (i % 2 == 0 ? 3 : 1);
  return digits + static_cast<char>('0' + (10 - sum % 10) % 10);
}

/// What a symbol says: as libzint takes it and as it is read.
struct Message {
  std::string data;
  std::string text;
};

Message PlainMessage(Random& random, int most) {
  const std::string text = PickText(random, Printable(), 1, most);
  return {text, text};
}
Message ElementString(Random& random) {
  const std::string gtin = Checked("0" + PickText(random, kDigits, 12, 12));
  const std::string lot = PickText(random, kUpper, 1, 8), serial = PickText(random, kUpper, 1, 10);
  return {"[01]" + gtin + "[10]" + lot + "[21]" + serial,
          "01" + gtin + "10" + lot + "\x1d" + "21" + serial};
}
/// EAN-13 that begins with 0 is UPC-A; libzint adds the check digit.
Message Ean13(Random& random) {
  const std::string digits =
      PickText(random, "123456789", 1, 1) + PickText(random, kDigits, 11, 11);
  return {digits, Checked(digits)};
}

struct Kind {
  const char* name;
  Symbology symbology;
  const char* identifier;
  bool gs1;
  std::function<Message(Random&)> message;
  bool rectangle = false;
  /// Not read of these very kDrawings.
  int misses = 0;
  /// The centre is told to that many modules.
  float center_modules = 1;
};

void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

constexpr int kDrawings = 8;
// Measured once with 100 drawings of each kind, before DataBar of 15 digits was refused: not read
// were rectangles 10, QR 10, GS1 QR 12 and Micro QR 11 (mirrored ones all of them), Aztec 9,
// stacked DataBar 28. One DataBar gave a wrong text (of 15 digits), one expanded gave two symbols,
// three were told as stacked and two had their centre too far off. All others were read as drawn.

std::vector<Kind> Kinds() {
  const auto plain = [](int most) { return [most](Random& r) { return PlainMessage(r, most); }; };
  const auto upper = [](int least, int most) {
    return [=](Random& r) {
      const std::string text = PickText(r, kUpper, least, most);
      return Message{text, text};
    };
  };
  return {
      {"DataMatrix", Symbology::kDataMatrix, "]d1", false, plain(60)},
      {"Gs1DataMatrix", Symbology::kDataMatrix, "]d2", true, ElementString},
      {"DataMatrixRectangle", Symbology::kDataMatrix, "]d1", false, plain(20), true, 1},
      {"Qr", Symbology::kQr, "]Q1", false, plain(60)},
      {"Gs1Qr", Symbology::kQr, "]Q3", true, ElementString, false, 2},
      {"MicroQr", Symbology::kMicroQr, "]Q1", false, upper(2, 10), false, 2},
      {"Aztec", Symbology::kAztec, "]z0", false, plain(40)},
      {"Code128", Symbology::kCode128, "]C0", false, plain(16)},
      {"Gs1128", Symbology::kCode128, "]C1", true, ElementString},
      {"Code39", Symbology::kCode39, "]A0", false, upper(4, 12)},
      {"Code93", Symbology::kCode93, "]G0", false, upper(4, 12)},
      {"Ean13", Symbology::kEan13, "]E0", false, Ean13},
      {"UpcA", Symbology::kUpcA, "]E0", false,
       [](Random& r) {
         const std::string d = PickText(r, kDigits, 11, 11);
         return Message{d, Checked(d)};
       }},
      {"Itf", Symbology::kItf, "]I0", false,
       [](Random& r) {
         // Not ending like a check digit, which would be told by the identifier.
         std::string d = PickText(r, kDigits, 7, 7);
         if (Pick(r, 0, 1)) d += PickText(r, kDigits, 6, 6);
         const char check = Checked(d).back();
         d += static_cast<char>('0' + (check - '0' + Pick(r, 1, 9)) % 10);
         return Message{d, d};
       }},
      {"DataBarOmni", Symbology::kDataBarOmni, "]e0", false,
       [](Random& r) {
         const std::string d = PickText(r, kDigits, 13, 13);
         return Message{d, "01" + Checked(d)};
       },
       false, 0, 3},
      {"DataBarStacked", Symbology::kDataBarStacked, "]e0", false,
       [](Random& r) {
         const std::string d = PickText(r, kDigits, 13, 13);
         return Message{d, "01" + Checked(d)};
       },
       false, 2, 12},
      {"DataBarExpanded", Symbology::kDataBarExpanded, "]e0", true, ElementString, false, 0, 3},
  };
}

/// A symbol of random text, module size, angle, polarity and place in a picture with other print
/// and noise.
struct Drawing {
  Canvas canvas{1, 1, 0};
  Placement placement;
  Quad outline;
  std::string text;
};

Drawing Draw(const Kind& kind, unsigned seed) {
  Random random(seed);
  Drawing drawing;
  const Message message = kind.message(random);
  drawing.text = message.text;
  const Modules modules = kind.rectangle ? EncodeRectangle(message.data, kind.gs1)
                                         : EncodeSymbol(kind.symbology, message.data, kind.gs1);
  const bool matrix = kind.symbology < Symbology::kCode128;
  Placement& at = drawing.placement;
  at.module_px = std::min(PickReal(random, 3, 8), 1000 / modules.width());
  at.angle_rad = PickReal(random, -3.14159f, 3.14159f);
  at.mirrored = matrix && Pick(random, 0, 3) == 0;
  at.inverted = Pick(random, 0, 3) == 0;
  at.quiet_modules = matrix ? 4 : 10;
  const float reach =
      std::hypot(modules.width() / 2 + at.quiet_modules, modules.height() / 2 + at.quiet_modules) *
      at.module_px;
  const int width = static_cast<int>(2 * reach) + Pick(random, 20, 300);
  const int height = static_cast<int>(2 * reach) + Pick(random, 20, 300);
  drawing.canvas = Canvas(width, height, static_cast<uint8_t>(Pick(random, 90, 230)));
  at.center = {PickReal(random, reach, static_cast<float>(width) - reach),
               PickReal(random, reach, static_cast<float>(height) - reach)};
  const auto side = static_cast<int>(2 * reach) + 1;
  drawing.canvas.AddClutter(
      random, Pick(random, 0, 15),
      {{static_cast<int>(at.center.x - reach), static_cast<int>(at.center.y - reach), side, side}});
  drawing.outline = drawing.canvas.Draw(modules, at);
  drawing.canvas.AddNoise(random, PickReal(random, 0, 4));
  return drawing;
}

class FrameReaderReads : public ::testing::TestWithParam<Kind> {};

TEST_P(FrameReaderReads, ExactlyWhatIsThere) {
  const Kind& kind = GetParam();
  const SteadyClock clock;
  FrameReader reader(clock);
  int misses = 0;
  for (unsigned seed = 0; seed < kDrawings; ++seed) {
    const Drawing drawing = Draw(kind, seed);
    const Placement& at = drawing.placement;
    SCOPED_TRACE("seed " + std::to_string(seed) + ", module " + std::to_string(at.module_px) +
                 " px, angle " + std::to_string(at.angle_rad) + (at.mirrored ? ", mirrored" : "") +
                 (at.inverted ? ", inverted" : ""));
    const ReadOutcome outcome = reader.Read(drawing.canvas.view(), {.whole_picture = true});
    EXPECT_FALSE(outcome.stats.partial);
    if (outcome.symbols.empty()) {
      ++misses;
      std::printf("not read: seed %u, module %.1f px, angle %.2f%s%s\n", seed, at.module_px,
                  at.angle_rad, at.mirrored ? ", mirrored" : "", at.inverted ? ", inverted" : "");
      continue;
    }
    // Any other text than that of this one symbol is a wrong read, and none is tolerated.
    ASSERT_EQ(outcome.symbols.size(), 1u);
    const Symbol& symbol = outcome.symbols[0];
    if (symbol.symbology != kind.symbology) {
      ++misses;
      std::printf("told as %s: seed %u\n", std::string(Name(symbol.symbology)).c_str(), seed);
    }
    EXPECT_EQ(symbol.identifier_view(), kind.identifier);
    EXPECT_EQ(symbol.text.view(), drawing.text);
    EXPECT_EQ(symbol.payload.view(), drawing.text);
    EXPECT_EQ(symbol.mirrored, at.mirrored);
    EXPECT_EQ(symbol.inverted, at.inverted);
    EXPECT_LT(Distance(symbol.quad.Center(), drawing.outline.Center()),
              kind.center_modules * at.module_px);
  }
  RecordProperty("misses", misses);
  EXPECT_LE(misses, kind.misses) << "of " << kDrawings;
}

INSTANTIATE_TEST_SUITE_P(Kinds, FrameReaderReads, ::testing::ValuesIn(Kinds()),
                         [](const auto& test) { return test.param.name; });

/// Goes on by a millisecond whenever it is asked.
class TickingClock final : public Clock {
 public:
  int64_t NowNs() const override { return now_ns_ += 1'000'000; }
  void Reset() { now_ns_ = 0; }

 private:
  mutable int64_t now_ns_ = 0;
};

std::multiset<std::string> Texts(const ReadOutcome& outcome) {
  std::multiset<std::string> texts;
  for (const Symbol& s : outcome.symbols) texts.emplace(s.text.view());
  return texts;
}

Canvas SixCodes(std::multiset<std::string>& texts) {
  Canvas canvas(900, 600, 210);
  for (int i = 0; i < 6; ++i) {
    const std::string text = "CODE " + std::to_string(i);
    texts.insert(text);
    canvas.Draw(EncodeSymbol(Symbology::kDataMatrix, text),
                {.center = {150.0f + 300.0f * static_cast<float>(i % 3),
                            150.0f + 300.0f * static_cast<float>(i / 3)},
                 .angle_rad = static_cast<float>(i)});
  }
  return canvas;
}

TEST(FrameReader, GivesWhatItHasAtItsDeadline) {
  std::multiset<std::string> all;
  const Canvas canvas = SixCodes(all);
  TickingClock clock;
  FrameReader reader(clock);
  EXPECT_EQ(Texts(reader.Read(canvas.view(), {})), all);
  size_t least = 0, partial = 0;
  for (int deadline_ms = 1; deadline_ms < 60; ++deadline_ms) {
    clock.Reset();
    const ReadOutcome outcome =
        reader.Read(canvas.view(), {.deadline_ns = deadline_ms * 1'000'000});
    const std::multiset<std::string> texts = Texts(outcome);
    EXPECT_TRUE(std::ranges::includes(all, texts));
    EXPECT_GE(texts.size(), least) << "more time gave fewer codes";
    least = texts.size();
    if (outcome.stats.partial) ++partial;
    EXPECT_TRUE(outcome.stats.partial || texts == all);
  }
  EXPECT_EQ(least, 6u);
  EXPECT_GT(partial, 5u);
}

// What its fixed pattern gave is not lost where there is no time left to look for more around it.
TEST(FrameReader, KeepsAnEanItHadNoTimeToLookForAnAddonOf) {
  const Modules modules = EncodeSymbol(Symbology::kEan13, "4006381333931");
  Canvas canvas(640, 480, 210);
  canvas.Draw(modules, {.center = {320, 240}, .module_px = 3, .quiet_modules = 10});
  TickingClock clock;
  FrameReader reader(clock);
  const auto first_deadline_ms = [&](bool whole) {
    for (int deadline_ms = 1; deadline_ms < 60; ++deadline_ms) {
      clock.Reset();
      const ReadOutcome outcome = reader.Read(
          canvas.view(), {.deadline_ns = deadline_ms * 1'000'000, .whole_picture = whole});
      if (!outcome.symbols.empty()) return deadline_ms;
    }
    return 60;
  };
  EXPECT_LT(first_deadline_ms(false), 60);
  EXPECT_EQ(first_deadline_ms(true), first_deadline_ms(false));
}

TEST(FrameReader, ReadsNothingPastItsDeadline) {
  std::multiset<std::string> all;
  const Canvas canvas = SixCodes(all);
  const ManualClock clock(1000);
  FrameReader reader(clock);
  for (const bool whole : {false, true}) {
    const ReadOutcome outcome =
        reader.Read(canvas.view(), {.deadline_ns = 1000, .whole_picture = whole});
    EXPECT_TRUE(outcome.symbols.empty());
    EXPECT_TRUE(outcome.stats.partial);
  }
  // A clock that stands still before the deadline is time enough.
  EXPECT_EQ(Texts(reader.Read(canvas.view(), {.deadline_ns = 1001})), all);
}

TEST(FrameReader, StopsAtEnoughSymbols) {
  std::multiset<std::string> all;
  const Canvas canvas = SixCodes(all);
  const SteadyClock clock;
  FrameReader reader(clock);
  for (const int most : {1, 3, 6}) {
    EXPECT_EQ(reader.Read(canvas.view(), {.max_symbols = most}).symbols.size(),
              static_cast<size_t>(most));
  }
}

struct TwinCase {
  const char* name;
  Symbology symbology;
  const char* data;
  const char* text;
};
void PrintTo(const TwinCase& c, std::ostream* out) { *out << c.name; }

class FrameReaderTwins : public ::testing::TestWithParam<TwinCase> {};

// Two labels with the same code are two symbols, each at its own place.
TEST_P(FrameReaderTwins, AreTwoSymbols) {
  const TwinCase& c = GetParam();
  const Modules modules = EncodeSymbol(c.symbology, c.data);
  const int side = static_cast<int>(std::max(modules.width(), modules.height()) * 4) + 100;
  Canvas canvas(2 * side, side, 210);
  const auto middle = static_cast<float>(side) / 2;
  std::vector<Point> centers{{middle, middle}, {3 * middle, middle}};
  for (const Point& center : centers) canvas.Draw(modules, {.center = center, .quiet_modules = 10});
  const SteadyClock clock;
  FrameReader reader(clock);
  for (const bool whole : {false, true}) {
    ReadOutcome outcome = reader.Read(canvas.view(), {.whole_picture = whole});
    ASSERT_EQ(outcome.symbols.size(), 2u);
    std::ranges::sort(outcome.symbols, {}, [](const Symbol& s) { return s.quad.Center().x; });
    for (size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(outcome.symbols[i].symbology, c.symbology);
      EXPECT_EQ(outcome.symbols[i].text.view(), c.text);
      EXPECT_LT(Distance(outcome.symbols[i].quad.Center(), centers[i]), 12);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Symbologies, FrameReaderTwins,
    ::testing::Values(TwinCase{"DataMatrix", Symbology::kDataMatrix, "TWIN", "TWIN"},
                      TwinCase{"Qr", Symbology::kQr, "TWIN", "TWIN"},
                      TwinCase{"Code128", Symbology::kCode128, "TWIN", "TWIN"},
                      TwinCase{"Ean13", Symbology::kEan13, "4006381333931", "4006381333931"},
                      TwinCase{"DataBarOmni", Symbology::kDataBarOmni, "0950110153000",
                               "0109501101530003"}),
    [](const auto& test) { return test.param.name; });

// Random bytes of odd sizes and strides: no harm, and nothing that anybody has printed.
RC_GTEST_PROP(FrameReaderNoise, GivesNoSymbol, ()) {
  const int width = *rc::gen::inRange(0, 41), height = *rc::gen::inRange(0, 41);
  const int stride = width + *rc::gen::element(0, 1, 7, 64, 1000);
  Random random(*rc::gen::arbitrary<unsigned>());
  // Not a byte more than the view says, so that a sanitizer sees what is read beyond.
  std::vector<uint8_t> bytes(height == 0 ? 0 : static_cast<size_t>(stride * (height - 1) + width));
  const int levels = *rc::gen::element(2, 3, 256);
  for (uint8_t& b : bytes)
    b = static_cast<uint8_t>(Pick(random, 0, levels - 1) * 255 / (levels - 1));
  const FrameView view{bytes.data(), width, height, stride};
  const SteadyClock clock;
  FrameReader reader(clock);
  const bool whole = *rc::gen::arbitrary<bool>();
  const ReadOutcome outcome = reader.Read(view, {.whole_picture = whole});
  RC_ASSERT(outcome.symbols.empty());
  RC_ASSERT(!outcome.stats.partial);
}

TEST(FrameReader, ReadsNothingInLargeNoiseAndPrint) {
  const SteadyClock clock;
  FrameReader reader(clock);
  for (unsigned seed = 0; seed < 6; ++seed) {
    Random random(seed);
    Canvas canvas(700, 500, 128);
    if (seed % 2 == 0) {
      canvas.AddNoise(random, 60);
    } else {
      canvas.AddClutter(random, 80, {});
      canvas.AddNoise(random, 4);
    }
    for (const Symbol& s : reader.Read(canvas.view(), {.whole_picture = true}).symbols) {
      ADD_FAILURE() << "seed " << seed << ": " << Name(s.symbology) << " " << s.text.view();
    }
  }
}

}  // namespace
}  // namespace veriline::decode
