// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/databar_expanded.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/allocation_counter.h"
#include "tests/support/databar_encoder.h"
#include "tests/support/linear_drawing.h"

namespace veriline::symbology::linear {
namespace {

using testing::DataBarBits;
using testing::DataBarExpandedRows;
using testing::EdgesOf;
using testing::LinearRow;
using testing::PrintRow;

constexpr const char* kText = "01950123456789031012345678";

std::vector<int> Characters(const std::string& lot = "12345678") {
  return DataBarBits()
      .Bits("1")
      .Length()
      .Number(9, 4)
      .Gtin("501234567890")
      .General("10" + lot)
      .Characters();
}

std::vector<float> Edges(const std::vector<double>& widths, double growth_x = 0) {
  return EdgesOf(PrintRow(widths, {.growth_x = growth_x}), 3, 40);
}

TEST(DataBarExpanded, TellsItsCharactersWhateverTheGrowth) {
  const std::vector<int> characters = Characters();
  ASSERT_EQ(characters.size() % 2, 1u);  // the last finder pattern has a character on its right
  LinearDecode out;
  for (const double growth : {-0.4, 0.0, 0.4}) {
    const auto edges = Edges(DataBarExpandedRows(characters)[0], growth);
    ASSERT_TRUE(DecodeDataBarExpanded(edges, {}, &out));
    EXPECT_EQ(out.payload.view(), kText);
    EXPECT_EQ(out.last_edge, edges.size() - 1);
    EXPECT_NEAR(out.x_width, 3, 1e-4);
    EXPECT_NEAR(out.decodability(), 1, 1e-3);
    int at = 0;
    std::vector<int> values;
    for (const LinearCharacter& c : out.characters) {
      EXPECT_EQ(c.first_edge, at);
      at += c.elements;
      if (c.value != LinearCharacter::kPattern) values.push_back(c.value);
    }
    EXPECT_EQ(at, out.last_edge);
    ASSERT_FALSE(values.empty());
    // Checksum and how many characters there are.
    EXPECT_EQ(values[0] / 211 + 4, static_cast<int>(characters.size()) + 1);
    values.erase(values.begin());
    EXPECT_EQ(values, characters);
  }
}

TEST(DataBarExpanded, DecodabilityOfAMovedEdgeIsThatOfSimilarEdges) {
  LinearDecode out;
  LinearRow row = PrintRow(DataBarExpandedRows(Characters())[0]);
  row.edges[4] += 0.2;
  ASSERT_TRUE(DecodeDataBarExpanded(EdgesOf(row, 3, 0), {}, &out));
  EXPECT_NEAR(out.decodability(), 0.6, 0.001);
  EXPECT_NEAR(out.characters[1].decodability, 0.6, 0.001);
}

TEST(DataBarExpanded, IsReadWholeAndFromItsLeftOnly) {
  LinearDecode out;
  const auto edges = Edges(DataBarExpandedRows(Characters())[0]);
  std::vector<float> turned;
  Reverse(edges, &turned);
  EXPECT_FALSE(DecodeDataBarExpanded(turned, {}, &out));
  std::vector<float> more = {0, 7, 12, 20, 26, 33};
  more.insert(more.end(), edges.begin(), edges.end());
  more.insert(more.end(), {edges.back() + 4, edges.back() + 12});
  ASSERT_TRUE(DecodeDataBarExpanded(more, {}, &out));
  EXPECT_EQ(out.first_edge, 6);
  EXPECT_EQ(out.last_edge, 6 + edges.size() - 1);
  for (size_t count = 0; count < edges.size(); ++count) {
    const std::vector<float> some(edges.begin(), edges.begin() + static_cast<ptrdiff_t>(count));
    EXPECT_FALSE(DecodeDataBarExpanded(some, {}, &out));
    EXPECT_TRUE(out.characters.empty());
  }
}

class DataBarExpandedAssembly : public ::testing::Test {
 protected:
  DataBarExpandedRow Row(const std::vector<int>& characters, int per_row, size_t which) {
    DataBarExpandedRow row;
    const auto edges = Edges(DataBarExpandedRows(characters, per_row)[which]);
    std::vector<float> turned;
    Reverse(edges, &turned);
    EXPECT_TRUE(DecodeDataBarExpandedRow(edges, {}, &row) ||
                DecodeDataBarExpandedRow(turned, {}, &row));
    return row;
  }
  DataBarExpandedAssembler assembler_;
  LinearDecode out_;
};

TEST_F(DataBarExpandedAssembly, RowsTellTheirPairs) {
  const auto characters = Characters();
  ASSERT_EQ(characters.size(), 7u);
  const DataBarExpandedRow row = Row(characters, 2, 1);  // turned around
  ASSERT_EQ(row.pairs.count, 2u);
  EXPECT_EQ(row.pairs.of[0].left, characters[3]);
  EXPECT_EQ(row.pairs.of[0].right, characters[4]);
  EXPECT_EQ(row.pairs.of[1].left, characters[5]);
  EXPECT_NEAR(row.line.x_width, 3, 1e-4);
  EXPECT_EQ(row.line.symbology, Symbology::kDataBarExpandedStacked);
}

TEST_F(DataBarExpandedAssembly, DoubtsPairsThatHaveRivals) {
  const auto one = Characters("12345678"), other = Characters("12347678");
  ASSERT_EQ(one.size(), other.size());
  EXPECT_FALSE(assembler_.Add(Row(one, 2, 0), &out_));
  EXPECT_FALSE(assembler_.Add(Row(other, 2, 0), &out_));
  EXPECT_FALSE(assembler_.Add(Row(one, 2, 1), &out_));
  EXPECT_TRUE(assembler_.Add(Row(one, 2, 0), &out_));
  EXPECT_EQ(out_.payload.view(), kText);
  assembler_.Clear();
  EXPECT_FALSE(assembler_.Add(Row(one, 2, 0), &out_));
}

TEST_F(DataBarExpandedAssembly, RowsOfDifferentSymbolsAreRefusedByTheChecksum) {
  int joined = 0;
  for (int i = 0; i < 500; ++i) {
    const std::string lot = std::to_string(10000000 + 7919 * i);
    const std::string other = std::to_string(60000000 + 7907 * i);
    assembler_.Clear();
    assembler_.Add(Row(Characters(lot), 2, 0), &out_);
    joined += assembler_.Add(Row(Characters(other), 2, 1), &out_);
  }
  EXPECT_LT(joined, 12);  // one in 211: that is all there is
}

TEST_F(DataBarExpandedAssembly, AllocatesNothingInSteadyState) {
  const auto characters = Characters();
  const auto edges = Edges(DataBarExpandedRows(characters)[0]);
  const auto rows = DataBarExpandedRows(characters, 2);
  const auto upper = Edges(rows[0]);
  std::vector<float> lower;
  Reverse(Edges(rows[1]), &lower);
  DataBarExpandedRow row;
  const auto all = [&] {
    assembler_.Clear();
    ASSERT_TRUE(DecodeDataBarExpandedRow(upper, {}, &row));
    ASSERT_FALSE(assembler_.Add(row, &out_));
    ASSERT_TRUE(DecodeDataBarExpandedRow(lower, {}, &row));
    ASSERT_TRUE(assembler_.Add(row, &out_));
    ASSERT_TRUE(DecodeDataBarExpanded(edges, {}, &out_));
  };
  all();
  const size_t before = AllocationsOfThisThread();
  all();
  EXPECT_EQ(AllocationsOfThisThread(), before);
}

}  // namespace
}  // namespace veriline::symbology::linear
