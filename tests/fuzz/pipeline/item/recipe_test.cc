// SPDX-License-Identifier: Apache-2.0
#include "pipeline/item/recipe.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>
#include <set>
#include <string>

#include "tests/support/label_recipes.h"
#include "tests/support/packs_recipe.h"

namespace veriline::item {
namespace {

/// Changes a text at random: bytes, spans, and words that mean something to YAML or to a recipe.
class Mutator {
 public:
  explicit Mutator(uint32_t seed) : random_(seed) {}

  std::string Mutate(std::string_view text) {
    std::string out(text);
    for (size_t n = 1 + Below(4); n > 0; --n) MutateOnce(&out);
    return out;
  }

 private:
  size_t Below(size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random_); }

  void MutateOnce(std::string* text) {
    static constexpr std::array<std::string_view, 36> kWords = {
        "0",    "-1",   "1e308", "nan",   ".inf",  "1e-300", "99999999999999999999",
        "0.5",  "100",  "[",     "]",     "{",     "}",      ": ",
        "- ",   "&a ",  "*a",    "!!map", "|\n",   ">\n",    "\"",
        "'",    "\n",   "#",     "---\n", "~",     "%YAML ", "? ",
        "<<: ", "\xff", "\t",    "none",  "lanes", "role",   "identity",
        "]d2"};
    const size_t at = Below(text->size() + 1);
    const size_t length = std::min(Below(12), text->size() - at);
    switch (Below(6)) {
      case 0:
        if (at < text->size()) (*text)[at] = static_cast<char>(Below(256));
        break;
      case 1:
        text->erase(at, length);
        break;
      case 2:
        text->insert(at, kWords[Below(kWords.size())]);
        break;
      case 3:
        text->insert(Below(text->size() + 1), text->substr(at, 4 * length));
        break;
      case 4:
        text->replace(at, length, kWords[Below(kWords.size())]);
        break;
      default:
        ReplaceNumber(text, at);
    }
  }

  /// The next number becomes another one: most recipes stay YAML, so that the rules are reached.
  void ReplaceNumber(std::string* text, size_t from) {
    const size_t begin = text->find_first_of("0123456789", from);
    if (begin == std::string::npos) return;
    const size_t end = std::min(text->find_first_not_of("0123456789.", begin), text->size());
    const double value =
        std::ldexp(static_cast<double>(Below(1000)), static_cast<int>(Below(16)) - 8);
    text->replace(begin, end - begin, std::to_string(value));
  }

  std::mt19937 random_;
};

/// What the line relies on, said without Validate.
void ExpectUsable(const Recipe& r) {
  EXPECT_FALSE(r.name.empty());
  EXPECT_EQ(r.hash.size(), 64u);
  EXPECT_TRUE(r.counts_per_mm > 0 && r.counts_per_mm < 1e6);
  EXPECT_TRUE(r.top_speed_mm_s > 0 && r.top_speed_mm_s < 1e6);
  EXPECT_TRUE(r.min_length_mm > 0 && r.min_length_mm < r.max_length_mm);
  EXPECT_TRUE(r.debounce_mm >= 0 && r.debounce_mm < r.min_length_mm);
  std::set<int> seen;
  for (const ViewSpec& view : r.views) {
    EXPECT_TRUE(view.field_mm >= r.max_length_mm && view.distance_mm >= r.max_length_mm);
    EXPECT_TRUE(view.distance_mm + view.field_mm / 2 < r.decision_distance_mm);
    for (const ViewLane& lane : view.lanes) {
      EXPECT_TRUE(lane.lane >= 0 && lane.lane < r.lanes);
      EXPECT_TRUE(0 <= lane.from_ratio && lane.from_ratio < lane.to_ratio && lane.to_ratio <= 1);
      seen.insert(lane.lane);
    }
  }
  EXPECT_EQ(seen.size(), static_cast<size_t>(r.lanes));
  EXPECT_EQ(std::count_if(r.codes.begin(), r.codes.end(),
                          [](const CodeSpec& c) { return c.role == CodeRole::kIdentity; }),
            r.sequence.enabled() ? 0 : 1);
  for (const TextSpec& text : r.texts) {
    EXPECT_NE(text.print.font, nullptr);
    EXPECT_GT(text.print.cap_height, 0);
    EXPECT_FALSE(text.content.source().empty());
    EXPECT_NE(text.beside == CodeRole::kNone, text.regions.empty());
    for (const TextRegion& region : text.regions) EXPECT_LT(region.view, r.views.size());
  }
  if (r.sequence.enabled()) {
    EXPECT_NE(r.sequence.print.font, nullptr);
    EXPECT_GT(r.sequence.count(), 1);
    for (int lane = 0; lane < r.lanes; ++lane) {
      const SequenceSpec::Lane* own = r.sequence.LaneOf(lane);
      ASSERT_NE(own, nullptr);
      EXPECT_NE(own->step, 0);
    }
  }
  if (r.confirmation == ConfirmationKind::kGateway) {
    EXPECT_TRUE(r.confirmation_distance_mm > r.decision_distance_mm &&
                r.confirmation_distance_mm < 1e6);
  }
}

/// Shares of the rounds that must have been taken either way for this to mean anything.
void Fuzz(std::string_view base, int rounds) {
  constexpr uint32_t kSeed = 20240611;
  Mutator mutator(kSeed);
  int accepted = 0;
  for (int i = 0; i < rounds; ++i) {
    const std::string text = mutator.Mutate(base);
    const auto recipe = ParseRecipe(text, "fuzz");
    if (recipe) {
      ++accepted;
      ExpectUsable(*recipe);
    } else {
      ASSERT_FALSE(recipe.error().message.empty());
      ASSERT_EQ(recipe.error().file, "fuzz");
    }
    if (testing::Test::HasFailure()) FAIL() << "round " << i << ":\n" << text;
  }
  EXPECT_GT(accepted, rounds / 100);
  EXPECT_LT(accepted, rounds / 2);
}

TEST(RecipeFuzz, MutationsNeverCrashNorGiveAnInvalidRecipe) { Fuzz(kPacks, 20000); }
TEST(RecipeFuzz, MutatedLabelsNeither) { Fuzz(kLabels, 6000); }
TEST(RecipeFuzz, MutatedNumbersNeither) { Fuzz(kNumbers, 6000); }

}  // namespace
}  // namespace veriline::item
