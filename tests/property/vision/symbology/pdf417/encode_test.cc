// SPDX-License-Identifier: Apache-2.0
// Messages in every compaction, set and size, encoded by an encoder of the tests' own and damaged.
#include <gtest/gtest.h>
#include <zint.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/support/pdf417_encoder.h"
#include "tests/support/zint_pdf417.h"
#include "vision/symbology/pdf417/data_decode.h"
#include "vision/symbology/pdf417/decode.h"

namespace veriline::symbology::pdf417 {
namespace {

using testing::MicroPdf417Words;
using testing::Pdf417Checks;
using testing::Pdf417Message;
using testing::Pdf417Words;

std::string Random(std::mt19937& random, std::string_view alphabet, size_t size) {
  std::string text;
  while (text.size() < size) text += alphabet[random() % alphabet.size()];
  return text;
}

std::string RandomBytes(std::mt19937& random, size_t size) {
  std::string bytes;
  while (bytes.size() < size) bytes += static_cast<char>(random() % 256);
  return bytes;
}

/// What stands in any set of text compaction, mostly a run of one kind.
std::string RandomText(std::mt19937& random, size_t size) {
  constexpr std::string_view kKinds[] = {
      "ABCDEFGHIJKLMNOPQRSTUVWXYZ ", "abcdefghijklmnopqrstuvwxyz ", "0123456789&\r\t,:#-.$/+%*=^ ",
      ";<>@[\\]_`~!\r\t,:\n-.$/\"|*()?{}'"};
  std::string text;
  while (text.size() < size) {
    text += Random(random, kKinds[random() % 4], std::min(1 + random() % 6, size - text.size()));
  }
  return text;
}

/// ECIs of one, two and three codewords, first and last ones.
int RandomEci(std::mt19937& random) {
  constexpr int kEcis[] = {0, 3, 26, 899, 900, 901, 1799, 1800, 810899, 810900, 811799};
  return kEcis[random() % std::size(kEcis)];
}

Pdf417Message RandomMessage(std::mt19937& random, bool micro, size_t segments, size_t longest) {
  Pdf417Message message(micro);
  bool text = !micro;  // 913 may follow
  const auto size = [&] { return 1 + random() % longest; };
  for (size_t i = 0; i < segments; ++i) {
    switch (random() % 6) {
      case 0:
      case 1:
        message.Text(RandomText(random, size()), random);
        text = true;
        break;
      case 2: {
        size_t bytes = size();
        if (micro && message.codewords().empty() && bytes % 6 == 0)
          ++bytes;  // no 924 without a latch
        message.Bytes(RandomBytes(random, bytes));
        text = false;
        break;
      }
      case 3:
        message.Numbers(Random(random, "0123456789", size() * (1 + random() % 4)));
        text = false;
        break;
      case 4:
        if (text) message.ShiftedByte(RandomBytes(random, 1)[0]);
        break;
      default:
        if (message.ecis.size() < 8) message.Eci(RandomEci(random));
        break;
    }
  }
  // Something must be said behind an ECI, or where nothing was.
  message.Text(RandomText(random, size()), random);
  return message;
}

void Expect(const Pdf417Message& message, const Decoded& decoded) {
  ASSERT_EQ(decoded.payload(), message.said);
  ASSERT_EQ(decoded.ecis().size(), message.ecis.size());
  for (size_t i = 0; i < message.ecis.size(); ++i) {
    EXPECT_EQ(decoded.ecis()[i].offset, message.ecis[i].first);
    EXPECT_EQ(decoded.ecis()[i].eci, message.ecis[i].second);
  }
  EXPECT_EQ(decoded.identifier(), message.ecis.empty() ? "]L2" : "]L1");
}

CodewordMatrix Matrix(MatrixKind kind, const std::vector<int16_t>& words, int cols, int variant) {
  CodewordMatrix matrix;
  matrix.Reset(kind, static_cast<int>(words.size()) / cols, cols, variant);
  for (size_t i = 0; i < words.size(); ++i) {
    matrix.Set(static_cast<int>(i) / cols, static_cast<int>(i) % cols, words[i]);
  }
  return matrix;
}

/// Errors and erasures at different places, twice the errors and the erasures being `weight`.
struct Planted {
  int errors = 0, erasures = 0;
};
Planted Damage(std::vector<int16_t>* words, int weight, std::mt19937& random) {
  Planted planted;
  planted.errors = static_cast<int>(random() % static_cast<unsigned>(weight / 2 + 1));
  planted.erasures = weight - 2 * planted.errors;
  std::vector<size_t> places(words->size());
  std::iota(places.begin(), places.end(), size_t{0});
  std::ranges::shuffle(places, random);
  for (int i = 0; i < planted.errors + planted.erasures; ++i) {
    int16_t& word = (*words)[places[static_cast<size_t>(i)]];
    word = i < planted.errors
               ? static_cast<int16_t>((word + 1 + static_cast<int>(random() % 928)) % 929)
               : CodewordMatrix::kUnknown;
  }
  return planted;
}

/// The data of MicroPDF417 as they would be after correction.
bool DecodeCodewords(bool micro, const std::vector<int16_t>& codewords, Decoded* out) {
  std::ranges::copy(codewords, out->words.begin());
  out->data_begin = 0;
  out->data_size = codewords.size();
  return DecodeData(micro, out);
}

TEST(Pdf417Encoder, ChecksAsLibzintDoes) {
  for (int level = 0; level <= 8; ++level) {
    const auto drawn = testing::CodewordsOfZint(
        {.symbology = BARCODE_PDF417, .text = "Check codewords", .option_1 = level, .cols = 12});
    const auto all = drawn.matrix.words();
    const auto checks = static_cast<size_t>(2 << level);
    const std::vector<int16_t> data(all.begin(), all.end() - static_cast<ptrdiff_t>(checks));
    EXPECT_TRUE(std::ranges::equal(Pdf417Checks(data, static_cast<int>(checks)), all.last(checks)))
        << level;
  }
}

TEST(Pdf417Decode, ReadsEveryWayToEncode) {
  std::mt19937 random(11);
  std::vector<int> ways(Pdf417Message::kWays);
  std::set<int> levels;
  Decoded decoded;
  int messages = 0;
  for (int i = 0; i < 1200; ++i) {
    const Pdf417Message message = RandomMessage(random, false, random() % 8, 40);
    const int level = static_cast<int>(random() % 9), cols = 1 + static_cast<int>(random() % 30);
    std::vector<int16_t> words = Pdf417Words(message, level, cols);
    if (words.empty()) continue;  // too long
    const int most = (2 << level) - 2;
    const Planted planted = Damage(
        &words, i % 2 == 0 ? most : static_cast<int>(random() % static_cast<unsigned>(most + 1)),
        random);
    ASSERT_TRUE(Decode(Matrix(MatrixKind::kPdf417, words, cols, -1), &decoded))
        << i << ": level " << level << ", " << planted.errors << " wrong, " << planted.erasures
        << " unknown";
    EXPECT_EQ(decoded.errors, planted.errors);
    EXPECT_EQ(decoded.erasures, planted.erasures);
    EXPECT_EQ(decoded.capacity, most);
    Expect(message, decoded);
    EXPECT_EQ(decoded.append_index, 0);
    levels.insert(level);
    for (size_t k = 0; k < ways.size(); ++k) ways[k] += message.ways[k];
    ++messages;
  }
  EXPECT_GT(messages, 800);
  EXPECT_EQ(levels.size(), 9u);
  for (const int count : ways) EXPECT_GT(count, 100);
}

TEST(MicroPdf417Decode, ReadsEveryWayToEncode) {
  std::mt19937 random(12);
  std::map<int, int> sizes;
  Decoded decoded;
  for (int i = 0; i < 6000; ++i) {
    const int index = i % 34;
    const MicroVariant& variant = MicroVariants()[static_cast<size_t>(index)];
    const Pdf417Message message =
        RandomMessage(random, true, random() % 4, variant.words() / 8u + 1);
    std::vector<int16_t> words = MicroPdf417Words(message, variant.words(), variant.checks);
    if (words.empty()) continue;
    const int most = variant.checks - 2;
    const Planted planted = Damage(
        &words, i % 2 == 0 ? most : static_cast<int>(random() % static_cast<unsigned>(most + 1)),
        random);
    ASSERT_TRUE(Decode(Matrix(MatrixKind::kMicroPdf417, words, variant.cols, index), &decoded))
        << i << ": size " << index << ", " << planted.errors << " wrong, " << planted.erasures
        << " unknown";
    EXPECT_EQ(decoded.errors, planted.errors);
    EXPECT_EQ(decoded.erasures, planted.erasures);
    Expect(message, decoded);
    ++sizes[index];
  }
  for (int index = 0; index < 34; ++index) EXPECT_GT(sizes[index], 20) << index;
}

TEST(Pdf417Decode, TellsThePlaceInASeries) {
  std::mt19937 random(13);
  Decoded decoded;
  for (const int index : {1, 2, 900, 99999}) {
    for (const bool last : {false, true}) {
      Pdf417Message message(false);
      message.Text("Part " + std::to_string(index), random);
      message.Macro(index, last);
      ASSERT_TRUE(Decode(Matrix(MatrixKind::kPdf417, Pdf417Words(message, 2, 7), 7, -1), &decoded));
      Expect(message, decoded);
      EXPECT_EQ(decoded.append_index, index);
      EXPECT_EQ(decoded.append_last, last);
    }
  }
}

TEST(Pdf417Data, PassesOverReaderInitialisation) {
  std::mt19937 random(14);
  Decoded decoded;
  for (const bool micro : {false, true}) {
    Pdf417Message message(micro);
    message.Raw({921});
    message.Text("$I", random);
    ASSERT_TRUE(DecodeCodewords(micro, message.codewords(), &decoded));
    Expect(message, decoded);
  }
  EXPECT_FALSE(DecodeCodewords(false, {30, 921, 30}, &decoded)) << "it stands first";
}

TEST(Pdf417Data, FramesMacros05And06) {
  std::mt19937 random(15);
  Decoded decoded;
  for (const int digit : {5, 6}) {
    Pdf417Message message(true);
    message.Raw({911 + digit});
    message.Text("A1", random);
    ASSERT_TRUE(DecodeCodewords(true, message.codewords(), &decoded));
    EXPECT_EQ(decoded.payload(),
              "[)>\x1e"
              "0" +
                  std::to_string(digit) +
                  "\x1d"
                  "A1\x1e\x04");
  }
}

TEST(Pdf417Data, EmulatesCode128) {
  std::mt19937 random(16);
  Decoded decoded;
  struct Case {
    int text, numbers;
    const char* identifier;
  };
  for (const Case& c : {Case{903, 904, "]L3"}, {908, 909, "]L4"}, {910, 911, "]L5"}}) {
    // As after a latch, which is left out.
    Pdf417Message text(false), numbers(false);
    text.Text("10LOT/7", random);
    numbers.Numbers("0109506000134352");
    auto codewords = text.codewords();
    codewords.insert(codewords.begin(), static_cast<int16_t>(c.text));
    ASSERT_TRUE(DecodeCodewords(true, codewords, &decoded)) << c.text;
    EXPECT_EQ(decoded.payload(), text.said);
    EXPECT_EQ(decoded.identifier(), c.identifier);
    EXPECT_FALSE(DecodeCodewords(false, codewords, &decoded)) << "PDF417 has none";
    codewords = numbers.codewords();
    codewords.front() = static_cast<int16_t>(c.numbers);
    ASSERT_TRUE(DecodeCodewords(true, codewords, &decoded)) << c.numbers;
    EXPECT_EQ(decoded.payload(), numbers.said);
    EXPECT_EQ(decoded.identifier(), c.identifier);
    codewords.insert(codewords.begin(), 900);
    EXPECT_FALSE(DecodeCodewords(true, codewords, &decoded)) << "it stands first";
  }
  for (const int16_t other : {905, 906, 907, 912, 914, 915}) {
    EXPECT_FALSE(DecodeCodewords(true, {other, 30, 30}, &decoded)) << other;
  }
}

TEST(Pdf417Data, RefusesWhatHasNoMeaning) {
  Decoded decoded;
  const auto refused = [&](const std::vector<int16_t>& codewords) {
    return !DecodeCodewords(false, codewords, &decoded);
  };
  EXPECT_TRUE(refused({}));
  EXPECT_TRUE(refused({901, 256})) << "no byte";
  EXPECT_FALSE(refused({901, 255}));
  EXPECT_TRUE(refused({924, 899, 899, 899, 899, 899})) << "more than six bytes";
  EXPECT_TRUE(refused({902, 899})) << "digits without a 1 before them";
  EXPECT_FALSE(refused({902, 10}));  // 1 and a 0
  EXPECT_TRUE(refused({30, 913})) << "no byte";
  EXPECT_TRUE(refused({30, 913, 300})) << "no byte";
  EXPECT_TRUE(refused({901, 65, 913, 65})) << "not within text";
  EXPECT_TRUE(refused({30, 927})) << "no number";
  EXPECT_TRUE(refused({30, 926, 1})) << "half a number";
  EXPECT_TRUE(refused({30, 926, 1, 900})) << "a latch in a number";
  EXPECT_TRUE(refused({30, 928})) << "no place";
  EXPECT_TRUE(refused({30, 928, 0, 1})) << "no place";
  EXPECT_FALSE(refused({30, 928, 111, 100}));
  EXPECT_TRUE(refused({30, 919})) << "reserved";
}

}  // namespace
}  // namespace veriline::symbology::pdf417
