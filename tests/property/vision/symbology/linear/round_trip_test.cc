// SPDX-License-Identifier: Apache-2.0
// decode(print(x)) = x for random content under print growth and edges moved as far as the
// reference decodes allow; and nothing is read from what is no symbol.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <random>
#include <string>

#include "tests/support/linear_drawing.h"
#include "tests/support/linear_encoder.h"
#include "vision/symbology/linear/code128.h"
#include "vision/symbology/linear/code39.h"
#include "vision/symbology/linear/itf.h"

namespace veriline::symbology::linear {
namespace {

using testing::Code128Writer;
using testing::EdgesOf;
using testing::LinearInk;
using testing::PrintRow;

int Between(std::mt19937& random, int low, int high) {
  return std::uniform_int_distribution<int>(low, high)(random);
}

double Uniform(std::mt19937& random, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(random);
}

std::string RandomText(std::mt19937& random, std::string_view alphabet, int size) {
  std::string text;
  for (int i = 0; i < size; ++i) {
    text +=
        alphabet[static_cast<size_t>(Between(random, 0, static_cast<int>(alphabet.size()) - 1))];
  }
  return text;
}

/// As a scan sees it, in a unit and from a place of its own.
std::vector<float> Edges(std::mt19937& random, const std::vector<double>& widths,
                         const LinearInk& ink) {
  return EdgesOf(PrintRow(widths, ink, &random), Uniform(random, 0.3, 50),
                 Uniform(random, -100, 1000));
}

TEST(LinearRoundTrip, Code128) {
  std::mt19937 random(11);
  std::string bytes;
  for (int c = 0; c < 256; ++c) bytes += static_cast<char>(c);
  const std::vector<std::string> alphabets = {"0123456789", "0123456789ab", "AB\x01\x02xy01",
                                              bytes.substr(0, 128), bytes};
  LinearDecode decode;
  for (int i = 0; i < 3000; ++i) {
    const std::string text = RandomText(
        random, alphabets[static_cast<size_t>(i) % alphabets.size()], Between(random, 1, 48));
    const bool gs1 = i % 7 == 0;
    // Distances from edge to similar edge bear half a module, the sum of bars 1.75.
    const LinearInk ink{.growth_x = Uniform(random, -0.3, 0.3),
                        .jitter_x = Uniform(random, 0, 0.12)};
    ASSERT_TRUE(DecodeCode128(Edges(random, testing::ShortestCode128(text, gs1).Widths(), ink), {},
                              &decode));
    ASSERT_EQ(decode.payload.view(), text);
    ASSERT_STREQ(decode.identifier.data(), gs1 ? "]C1" : "]C0");
    ASSERT_GT(decode.decodability(), 0);
  }
}

TEST(LinearRoundTrip, Code39) {
  std::mt19937 random(12);
  LinearDecode decode;
  std::string ascii;
  for (int c = 0; c < 128; ++c) ascii += static_cast<char>(c);
  for (int i = 0; i < 3000; ++i) {
    const std::string text =
        RandomText(random, i % 2 != 0 ? ascii : "0123456789ABCDXYZ-. ", Between(random, 1, 24));
    const testing::Code39Print print{.ratio = Uniform(random, 2, 3),
                                     .gap_x = Uniform(random, 1, 3)};
    // Between a narrow element and the threshold lie half of (N - 1) X.
    const double reach = (print.ratio - 1) / 2;
    const LinearInk ink{.growth_x = Uniform(random, -0.4, 0.4) * reach,
                        .jitter_x = Uniform(random, 0, 0.15) * reach};
    ASSERT_TRUE(DecodeCode39(
        Edges(random, testing::Code39Widths(testing::Code39FullAscii(text), print), ink), {},
        &decode))
        << print.ratio << " " << ink.growth_x << " " << ink.jitter_x;
    ASSERT_EQ(decode.payload.view(), text);
  }
}

TEST(LinearRoundTrip, Itf) {
  std::mt19937 random(13);
  LinearDecode decode;
  for (int i = 0; i < 3000; ++i) {
    const std::string digits = RandomText(random, "0123456789", 2 * Between(random, 3, 20));
    const double ratio = Uniform(random, 2, 3), reach = (ratio - 1) / 2;
    const LinearInk ink{.growth_x = Uniform(random, -0.4, 0.4) * reach,
                        .jitter_x = Uniform(random, 0, 0.15) * reach};
    ASSERT_TRUE(DecodeItf(Edges(random, testing::ItfWidths(digits, ratio), ink), {}, &decode));
    ASSERT_EQ(decode.payload.view(), digits);
  }
}

/// Rows that are no symbol, of several kinds, all with edges where those of symbols may lie.
std::vector<float> NoSymbol(std::mt19937& random, int kind) {
  std::vector<float> edges;
  double at = 0;
  const int count = 2 * Between(random, 10, 120);
  double walk = 2;
  for (int i = 0; i < count; ++i) {
    switch (kind) {
      case 0:  // noise around a threshold
        at += 0.3 - 1.5 * std::log(Uniform(random, 1e-6, 1));
        break;
      case 1:  // whole modules, as of other symbologies
        at += Between(random, 1, 4);
        break;
      case 2:  // two widths
        at += Between(random, 0, 2) == 0 ? 2.5 : 1;
        break;
      case 3:  // two widths and a quiet zone now and then
        at += Between(random, 0, 30) == 0 ? 12 : Between(random, 0, 2) == 0 ? 2.5 : 1;
        break;
      default:  // texture that changes slowly
        walk = std::clamp(walk * Uniform(random, 0.7, 1.43), 0.5, 10.0);
        at += walk;
    }
    edges.push_back(static_cast<float>(at + Uniform(random, -0.1, 0.1)));
  }
  return edges;
}

// With VERILINE_LINEAR_ROWS that many; else 10^5. Code 39 and ITF have no check: where elements of
// two widths at random stand between quiet zones some are whole symbols by chance, one or two of
// 10^6 rows, and it is for the agreement of lines to refuse them.
TEST(LinearNoise, GivesNothing) {
  const char* rows = std::getenv("VERILINE_LINEAR_ROWS");
  const int count = rows != nullptr ? std::atoi(rows) : 100'000;
  std::mt19937 random(14);
  LinearDecode decode;
  std::array<std::array<int, 3>, 5> reads{};
  for (int i = 0; i < count; ++i) {
    const int kind = i % 5;
    const std::vector<float> edges = NoSymbol(random, kind);
    auto& of = reads[static_cast<size_t>(kind)];
    of[0] += DecodeCode128(edges, {}, &decode);
    of[1] += DecodeCode39(edges, {}, &decode);
    of[2] += DecodeItf(edges, {}, &decode);
  }
  for (size_t kind = 0; kind < reads.size(); ++kind) {
    std::printf("kind %zu: Code 128 %d, Code 39 %d, ITF %d\n", kind, reads[kind][0], reads[kind][1],
                reads[kind][2]);
    EXPECT_EQ(reads[kind][0], 0);
    const int by_chance = kind == 3 ? count / 200'000 : 0;
    EXPECT_LE(reads[kind][1], by_chance);
    EXPECT_LE(reads[kind][2], by_chance);
  }
}

// Whatever the edges are: no crash, nothing read outside (the sanitizers tell), sound results.
TEST(LinearNoise, AnyEdgesAreValid) {
  std::mt19937 random(15);
  const std::vector<std::vector<double>> symbols = {
      testing::ShortestCode128("Fuzz 0123456789").Widths(), testing::Code39Widths("FUZZ"),
      testing::ItfWidths("0123456789")};
  const float inf = std::numeric_limits<float>::infinity();
  const std::vector<float> bad = {0, -1, 1e30f, -1e30f, inf, -inf, std::nanf(""), 1e-30f};
  LinearDecode decode;
  for (int i = 0; i < 50'000; ++i) {
    std::vector<float> edges =
        EdgesOf(PrintRow(symbols[static_cast<size_t>(i) % symbols.size()]), 2, 10);
    for (int k = Between(random, 0, 4); k > 0; --k) {
      const auto at = static_cast<size_t>(Between(random, 0, static_cast<int>(edges.size()) - 1));
      if (Between(random, 0, 1) == 0) {
        edges[at] = bad[static_cast<size_t>(Between(random, 0, static_cast<int>(bad.size()) - 1))];
      } else {
        edges[at] += static_cast<float>(Uniform(random, -5, 5));
      }
    }
    if (i % 3 == 0)
      edges.resize(static_cast<size_t>(Between(random, 0, static_cast<int>(edges.size()))));
    for (const auto read : {DecodeCode128, DecodeCode39, DecodeItf}) {
      if (!read(edges, {}, &decode)) {
        ASSERT_TRUE(decode.characters.empty() && decode.payload.empty());
        continue;
      }
      ASSERT_LT(decode.last_edge, edges.size());
      ASSERT_GT(decode.x_width, 0);
      for (const LinearCharacter& c : decode.characters) {
        ASSERT_LE(c.first_edge + c.elements, decode.last_edge);
        ASSERT_TRUE(c.decodability >= 0 && c.decodability <= 1);
      }
    }
  }
}

}  // namespace
}  // namespace veriline::symbology::linear
