// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/databar_omni.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/allocation_counter.h"
#include "tests/support/databar_encoder.h"
#include "tests/support/linear_drawing.h"

namespace veriline::symbology::linear {
namespace {

using testing::DataBarOmniRows;
using testing::EdgesOf;
using testing::LinearRow;
using testing::PrintRow;

constexpr const char* kDigits = "2001234567890";
constexpr const char* kPayload = "0120012345678909";

std::vector<float> Edges(const std::vector<double>& widths, double growth_x = 0) {
  return EdgesOf(PrintRow(widths, {.growth_x = growth_x}), 3, 40);
}

/// Elements of the characters, one after the other, from edge 0 on.
std::vector<int> Elements(const LinearDecode& decode) {
  std::vector<int> elements;
  int at = 0;
  for (const LinearCharacter& c : decode.characters) {
    EXPECT_EQ(c.first_edge, at);
    at += c.elements;
    elements.push_back(c.elements);
  }
  EXPECT_EQ(at, decode.last_edge);
  return elements;
}

TEST(DataBarOmni, TellsItsCharactersWhateverTheGrowth) {
  LinearDecode out;
  for (const double growth : {-0.4, 0.0, 0.4}) {
    const auto edges = Edges(DataBarOmniRows(kDigits)[0], growth);
    ASSERT_TRUE(DecodeDataBarOmni(edges, {}, &out));
    EXPECT_EQ(out.payload.view(), kPayload);
    EXPECT_EQ(out.last_edge, edges.size() - 1);
    EXPECT_NEAR(out.x_width, 3, 1e-4);
    EXPECT_NEAR(out.decodability(), 1, 1e-3);
    EXPECT_EQ(Elements(out), (std::vector<int>{1, 8, 5, 8, 8, 5, 8, 2}));
    // Characters of the left half, then the inner one of the right half.
    const int64_t value = std::stoll(kDigits);
    EXPECT_EQ(out.characters[1].value, value / 4537077 / 1597);
    EXPECT_EQ(out.characters[3].value, value / 4537077 % 1597);
    EXPECT_EQ(out.characters[4].value, value % 4537077 % 1597);
    EXPECT_EQ(out.characters[6].value, value % 4537077 / 1597);
    EXPECT_EQ(out.characters[2].value, LinearCharacter::kPattern);
  }
}

TEST(DataBarOmni, StackedRowsTellTheirCharacters) {
  DataBarStackedRow row;
  const auto rows = DataBarOmniRows(kDigits, false, true);
  ASSERT_TRUE(DecodeDataBarStackedRow(Edges(rows[0], 0.3), {}, &row));
  EXPECT_EQ(Elements(row.line), (std::vector<int>{1, 8, 5, 8, 1}));
  EXPECT_NEAR(row.line.x_width, 3, 1e-4);
  EXPECT_EQ(row.line.symbology, Symbology::kDataBarStacked);
  EXPECT_TRUE(row.line.payload.empty());
  ASSERT_TRUE(DecodeDataBarStackedRow(Edges(rows[1], 0.3), {}, &row));
  EXPECT_EQ(Elements(row.line), (std::vector<int>{2, 8, 5, 8, 2}));
  EXPECT_NEAR(row.line.x_width, 3, 1e-4);
}

TEST(DataBarOmni, DecodabilityOfAMovedEdgeIsThatOfSimilarEdges) {
  LinearDecode out;
  LinearRow row = PrintRow(DataBarOmniRows(kDigits)[0]);
  row.edges[4] += 0.2;  // within the first character
  ASSERT_TRUE(DecodeDataBarOmni(EdgesOf(row, 3, 0), {}, &out));
  EXPECT_NEAR(out.decodability(), 0.6, 0.001);
  EXPECT_NEAR(out.characters[1].decodability, 0.6, 0.001);
  row.edges[12] += 0.3;  // within the finder pattern, whose place in the symbol stays
  ASSERT_TRUE(DecodeDataBarOmni(EdgesOf(row, 3, 0), {}, &out));
  EXPECT_NEAR(out.characters[2].decodability, 0.4, 0.001);
  row.edges[12] += 0.25;
  EXPECT_FALSE(DecodeDataBarOmni(EdgesOf(row, 3, 0), {}, &out));
  EXPECT_TRUE(out.payload.empty() && out.characters.empty());
}

TEST(DataBarOmni, IsReadFromItsLeftOnlyAndAmongOtherEdges) {
  LinearDecode out;
  const auto edges = Edges(DataBarOmniRows(kDigits)[0]);
  std::vector<float> turned;
  Reverse(edges, &turned);
  EXPECT_FALSE(DecodeDataBarOmni(turned, {}, &out));
  std::vector<float> more = {0, 7, 12, 20, 26, 33};
  more.insert(more.end(), edges.begin(), edges.end());
  more.insert(more.end(),
              {edges.back() + 4, edges.back() + 12, edges.back() + 20, edges.back() + 23});
  ASSERT_TRUE(DecodeDataBarOmni(more, {}, &out));
  EXPECT_EQ(out.first_edge, 6);
  EXPECT_EQ(out.last_edge, 6 + edges.size() - 1);
  // Its guard patterns' spaces are needed.
  more[5] = edges.front() - 1;
  EXPECT_FALSE(DecodeDataBarOmni(more, {}, &out));
  for (size_t count = 0; count < edges.size(); ++count) {
    const std::vector<float> some(edges.begin(), edges.begin() + static_cast<ptrdiff_t>(count));
    EXPECT_FALSE(DecodeDataBarOmni(some, {}, &out));
  }
}

TEST(DataBarOmni, IsNoStackedRow) {
  // The half alone would be one, but for the guard pattern between the halves.
  std::mt19937 random(3);
  DataBarStackedRow row;
  int read = 0;
  for (int i = 0; i < 2000; ++i) {
    const std::string digits = std::to_string(1'000'000'000'000 + random() * 2000LL);
    read += DecodeDataBarStackedRow(Edges(DataBarOmniRows(digits)[0]), {}, &row);
  }
  EXPECT_EQ(read, 0);
}

class DataBarAssembly : public ::testing::Test {
 protected:
  DataBarStackedRow Row(const char* digits, size_t which) {
    DataBarStackedRow row;
    EXPECT_TRUE(
        DecodeDataBarStackedRow(Edges(DataBarOmniRows(digits, false, true)[which]), {}, &row));
    return row;
  }
  DataBarStackedAssembler assembler_;
  LinearDecode out_;
};

TEST_F(DataBarAssembly, DoubtsHalvesThatHaveRivals) {
  constexpr const char* kOther = "0950110153000";
  EXPECT_FALSE(assembler_.Add(Row(kDigits, 0), &out_));
  EXPECT_FALSE(assembler_.Add(Row(kOther, 0), &out_));  // one of each: which one?
  EXPECT_FALSE(assembler_.Add(Row(kDigits, 1), &out_));
  EXPECT_TRUE(assembler_.Add(Row(kDigits, 0), &out_));  // twice as often
  EXPECT_EQ(out_.payload.view(), kPayload);
  assembler_.Clear();
  EXPECT_FALSE(assembler_.Add(Row(kDigits, 0), &out_));
}

TEST_F(DataBarAssembly, HalvesOfDifferentSymbolsAreRefusedByTheChecksum) {
  int joined = 0;
  std::mt19937 random(4);
  for (int i = 0; i < 1000; ++i) {
    const auto digits = [&] { return std::to_string(1'000'000'000'000 + random() * 2000LL); };
    assembler_.Clear();
    assembler_.Add(Row(digits().c_str(), 0), &out_);
    joined += assembler_.Add(Row(digits().c_str(), 1), &out_);
  }
  EXPECT_LT(joined, 30);  // one in 79: that is all there is
}

TEST_F(DataBarAssembly, AllocatesNothingInSteadyState) {
  const auto edges = Edges(DataBarOmniRows(kDigits)[0]);
  const auto rows = DataBarOmniRows(kDigits, false, true);
  const auto upper = Edges(rows[0]), lower = Edges(rows[1]);
  DataBarStackedRow row;
  const auto all = [&] {
    assembler_.Clear();
    ASSERT_TRUE(DecodeDataBarStackedRow(upper, {}, &row));
    ASSERT_FALSE(assembler_.Add(row, &out_));
    ASSERT_TRUE(DecodeDataBarStackedRow(lower, {}, &row));
    ASSERT_TRUE(assembler_.Add(row, &out_));
    ASSERT_TRUE(DecodeDataBarOmni(edges, {}, &out_));
  };
  all();
  const size_t before = AllocationsOfThisThread();
  all();
  EXPECT_EQ(AllocationsOfThisThread(), before);
}

}  // namespace
}  // namespace veriline::symbology::linear
