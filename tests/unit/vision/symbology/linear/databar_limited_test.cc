// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/databar_limited.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/allocation_counter.h"
#include "tests/support/databar_encoder.h"
#include "tests/support/linear_drawing.h"

namespace veriline::symbology::linear {
namespace {

using testing::DataBarLimitedRows;
using testing::EdgesOf;
using testing::LinearRow;
using testing::PrintRow;

constexpr const char* kDigits = "1501234567890";

std::vector<float> Edges(const char* digits, double growth_x = 0) {
  return EdgesOf(PrintRow(DataBarLimitedRows(digits)[0], {.growth_x = growth_x}), 3, 40);
}

TEST(DataBarLimited, TellsItsCharactersWhateverTheGrowth) {
  LinearDecode out;
  for (const double growth : {-0.4, 0.0, 0.4}) {
    const auto edges = Edges(kDigits, growth);
    ASSERT_TRUE(DecodeDataBarLimited(edges, {}, &out));
    EXPECT_EQ(out.payload.view(), "0115012345678907");
    EXPECT_EQ(out.symbology, Symbology::kDataBarLimited);
    EXPECT_NEAR(out.x_width, 3, 1e-4);
    EXPECT_NEAR(out.decodability(), 1, 1e-3);
    size_t at = 0;
    for (const LinearCharacter& c : out.characters) {
      EXPECT_EQ(c.first_edge, at);
      at += c.elements;
    }
    EXPECT_EQ(at, edges.size() - 1);
    EXPECT_EQ(out.last_edge, edges.size() - 1);
    ASSERT_EQ(out.characters.size(), 5u);
    EXPECT_EQ(out.characters[1].value, std::stoll(kDigits) / 2013571);
    EXPECT_EQ(out.characters[3].value, std::stoll(kDigits) % 2013571);
  }
}

TEST(DataBarLimited, HasNumbersUpTo1999999999999) {
  LinearDecode out;
  for (const char* digits : {"0000000000000", "1999999999999"}) {
    ASSERT_TRUE(DecodeDataBarLimited(Edges(digits), {}, &out));
    EXPECT_EQ(out.payload.view().substr(2, 13), digits);
  }
  EXPECT_FALSE(DecodeDataBarLimited(Edges("2000000000000"), {}, &out));
  EXPECT_TRUE(out.payload.empty() && out.characters.empty());
}

TEST(DataBarLimited, DecodabilityOfAMovedEdgeIsThatOfSimilarEdges) {
  LinearDecode out;
  for (const size_t character : {1u, 2u, 3u}) {
    LinearRow row = PrintRow(DataBarLimitedRows(kDigits)[0]);
    row.edges[14 * character - 6] += 0.2;
    ASSERT_TRUE(DecodeDataBarLimited(EdgesOf(row, 3, 0), {}, &out));
    EXPECT_NEAR(out.decodability(), 0.6, 0.001);
    EXPECT_NEAR(out.characters[character].decodability, 0.6, 0.001);
  }
}

TEST(DataBarLimited, IsReadWholeAndFromItsLeftOnly) {
  LinearDecode out;
  const auto edges = Edges(kDigits);
  std::vector<float> turned;
  Reverse(edges, &turned);
  EXPECT_FALSE(DecodeDataBarLimited(turned, {}, &out));
  for (size_t count = 0; count < edges.size(); ++count) {
    const std::vector<float> some(edges.begin(), edges.begin() + static_cast<ptrdiff_t>(count));
    EXPECT_FALSE(DecodeDataBarLimited(some, {}, &out));
  }
  std::vector<float> more = {0, 7, 12, 20};
  more.insert(more.end(), edges.begin(), edges.end());
  ASSERT_TRUE(DecodeDataBarLimited(more, {}, &out));
  EXPECT_EQ(out.first_edge, 4);
}

TEST(DataBarLimited, AllocatesNothingInSteadyState) {
  LinearDecode out;
  const auto edges = Edges(kDigits);
  ASSERT_TRUE(DecodeDataBarLimited(edges, {}, &out));
  const size_t before = AllocationsOfThisThread();
  ASSERT_TRUE(DecodeDataBarLimited(edges, {}, &out));
  EXPECT_EQ(AllocationsOfThisThread(), before);
}

}  // namespace
}  // namespace veriline::symbology::linear
