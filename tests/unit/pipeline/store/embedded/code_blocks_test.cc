// SPDX-License-Identifier: Apache-2.0
#include "pipeline/store/embedded/code_blocks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "pipeline/store/code_index.h"

namespace veriline::store {
namespace {

std::vector<std::string> TextsOf(std::string_view block, bool* whole) {
  TextBlockReader reader(block);
  std::vector<std::string> texts;
  while (reader.Next()) texts.push_back(reader.text());
  *whole = reader.whole();
  return texts;
}

TEST(TextBlock, GivesBackItsTexts) {
  const std::vector<std::string> texts = {
      "010401234512345621A1", "010401234512345621A2", "", "x", std::string(8000, 'y'), "x\x1D\0z",
      "010401234512345621A2"};
  TextBlockWriter writer;
  for (int again = 0; again < 2; ++again) {
    for (const std::string& text : texts) writer.Add(text);
    EXPECT_EQ(writer.count(), texts.size());
    bool whole = false;
    EXPECT_EQ(TextsOf(writer.Take(), &whole), texts);
    EXPECT_TRUE(whole);
  }
  EXPECT_EQ(writer.count(), 0u);
}

TEST(TextBlock, TakesAnyBytes) {
  std::mt19937 random(3);
  TextBlockWriter writer;
  for (int i = 0; i < 100; ++i) writer.Add("0104012345123456" + std::to_string(random()));
  const std::string block = writer.Take();
  bool whole = false;
  for (int i = 0; i < 20'000; ++i) {
    std::string damaged = block;
    for (int k = 0; k < 3; ++k) damaged[random() % damaged.size()] = static_cast<char>(random());
    damaged.resize(random() % (damaged.size() + 1));
    EXPECT_LE(TextsOf(damaged, &whole).size(), damaged.size());
  }
  EXPECT_TRUE(TextsOf("\xFF\xFF\xFF\xFF\xFF", &whole).empty());
  EXPECT_FALSE(whole);
}

TEST(IndexBlock, GivesBackItsCodesAndNoOthers) {
  std::mt19937_64 random(4);
  for (const bool uniform : {true, false}) {
    std::vector<IndexedCode> codes;
    for (uint32_t i = 0; i < 500; ++i) codes.push_back({random(), i, uniform ? 7 : i % 3 + 1});
    const std::string block = EncodeIndexBlock(codes);
    std::vector<IndexedCode> back;
    ASSERT_TRUE(DecodeIndexBlock(block, &back));
    ASSERT_EQ(back.size(), codes.size());
    for (size_t i = 0; i < codes.size(); ++i) {
      EXPECT_EQ(back[i].fingerprint, codes[i].fingerprint);
      EXPECT_EQ(back[i].row, codes[i].row);
      EXPECT_EQ(back[i].attributes, codes[i].attributes);
    }
    EXPECT_FALSE(DecodeIndexBlock(std::string_view(block).substr(1), &back));
    EXPECT_FALSE(DecodeIndexBlock(std::string_view(block).substr(0, 7), &back));
    EXPECT_FALSE(DecodeIndexBlock(block + "x", &back));
  }
}

TEST(IndexBlock, HoldsSomeHundredCodes) {
  EXPECT_EQ(BlockBits(1), 0);
  EXPECT_EQ(BlockBits(512), 0);
  EXPECT_EQ(BlockBits(513), 1);
  EXPECT_EQ(BlockBits(10'000'000), 15);
  EXPECT_EQ(BlockOf(~uint64_t{0}, 0), 0u);
  EXPECT_EQ(BlockOf(~uint64_t{0}, 15), 32767u);
}

TEST(CodeIndex, KnowsItsCodesAndNoOthers) {
  std::mt19937_64 random(5);
  for (const uint64_t count : {1u, 2u, 100u, 70'000u}) {
    std::map<Fingerprint, uint32_t> model;
    // Neighbours in every bit must stay apart.
    while (model.size() < count) {
      const Fingerprint base = random();
      model.emplace(base, model.size());
      if (model.size() < count) model.emplace(base ^ (uint64_t{1} << random() % 64), model.size());
    }
    CodeIndex index(1, "B", count);
    EXPECT_FALSE(index.complete());
    for (const auto& [fingerprint, row] : model) {
      ASSERT_TRUE(index.Add({fingerprint, row, row % 2 + 1}));
      ASSERT_FALSE(index.Add({fingerprint, row, 1}));
    }
    EXPECT_TRUE(index.complete());
    index.SetAttributes(1, {.lot = "even"});
    index.SetAttributes(2, {.lot = "odd"});
    for (const auto& [fingerprint, row] : model) {
      ASSERT_EQ(index.Find(fingerprint), row);
      ASSERT_EQ(index.values(row).lot, row % 2 == 0 ? "even" : "odd");
      for (int bit = 0; bit < 64; ++bit) {
        const Fingerprint other = fingerprint ^ (uint64_t{1} << bit);
        if (!model.contains(other)) ASSERT_EQ(index.Find(other), std::nullopt);
      }
      if (row > 1000) break;
    }
  }
}

TEST(CodeIndex, CountsStatesAndRemembersChanges) {
  CodeIndex index(1, "B", 3);
  for (uint32_t row = 0; row < 3; ++row) ASSERT_TRUE(index.Add({row + uint64_t{5}, row, 1}));
  EXPECT_EQ(index.change(1), 0u);
  index.SetState(1, batch::CodeState::kClaimed, 1000);
  index.SetState(2, batch::CodeState::kVoided, 1000 + (uint64_t{1} << 39));
  index.SetHeld(1, {CodeIndex::Hold::kReserved, {"L", 0, 7}});
  EXPECT_EQ(index.change(1), 1000u);
  EXPECT_EQ(index.change(2), 1000 + (uint64_t{1} << 39));
  EXPECT_EQ(index.state(1), batch::CodeState::kClaimed);
  EXPECT_EQ(index.FindHeld(1)->item.item_seq, 7u);
  EXPECT_EQ(index.held(), 1u);
  index.Release(1);
  EXPECT_EQ(index.FindHeld(1), nullptr);
  EXPECT_EQ(index.state(1), batch::CodeState::kClaimed);
  EXPECT_EQ(index.count(batch::CodeState::kIssued), 1u);
  EXPECT_EQ(index.count(batch::CodeState::kClaimed), 1u);
  EXPECT_EQ(index.count(batch::CodeState::kVoided), 1u);
}

}  // namespace
}  // namespace veriline::store
