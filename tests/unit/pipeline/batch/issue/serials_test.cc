// SPDX-License-Identifier: Apache-2.0
#include "pipeline/batch/issue/serials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cmath>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "tests/support/scratch_folder.h"

namespace veriline::batch {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const SerialKey kKey = SerialKey::OfBytes("0123456789abcdef0123456789abcdef");
constexpr char kGtin[] = "04012345123456";

std::vector<std::string> Made(const SerialPlan& plan, uint64_t count) {
  auto maker = SerialMaker::Make(plan, count, 0, 1, &kKey);
  EXPECT_TRUE(maker) << (maker ? "" : maker.error().ToString());
  std::vector<std::string> out;
  if (maker) maker->Next(count, [&](std::string_view serial) { out.emplace_back(serial); });
  return out;
}

std::string WhyNot(const SerialPlan& plan, uint64_t count, uint64_t known = 0,
                   double guesses = SerialMaker::kGuesses, const SerialKey* key = &kKey) {
  const auto maker = SerialMaker::Make(plan, count, known, guesses, key);
  return maker ? "" : maker.error().ToString();
}

TEST(Serials, SequentialOnesGoOnFromTheirStart) {
  SerialPlan plan{.kind = SerialKind::kSequential, .prefix = "A", .length = 4, .starts = {8}};
  EXPECT_THAT(Made(plan, 3), ElementsAre("A008", "A009", "A010"));
  plan.step = -4;
  EXPECT_THAT(Made(plan, 3), ElementsAre("A008", "A004", "A000"));
  EXPECT_THAT(WhyNot(plan, 4), HasSubstr("run out"));
  plan = {.kind = SerialKind::kSequential, .alphabet = "xyz", .length = 2, .starts = {7}};
  EXPECT_THAT(Made(plan, 2), ElementsAre("zy", "zz"));
  EXPECT_THAT(WhyNot(plan, 3), HasSubstr("run out"));
}

TEST(Serials, EachLaneHasASequenceOfItsOwn) {
  const SerialPlan plan{
      .kind = SerialKind::kSequential, .length = 3, .starts = {0, 100, 200}, .step = 2};
  EXPECT_THAT(Made(plan, 7), ElementsAre("000", "100", "200", "002", "102", "202", "004"));
  auto maker = SerialMaker::Make(plan, 7, 0, 1, nullptr);
  maker->Next(7, [](std::string_view) {});
  EXPECT_THAT(maker->NextStarts(), ElementsAre(6, 104, 204));
}

TEST(Serials, RandomOnesNeverRepeatAndUseTheirWholeSpace) {
  const SerialPlan plan{.kind = SerialKind::kRandom, .length = 4};
  const auto made = Made(plan, 10'000);  // all there are
  EXPECT_EQ(std::set<std::string>(made.begin(), made.end()).size(), 10'000u);
  // Whatever their order, it is another one the next time.
  EXPECT_NE(made, Made(plan, 10'000));
}

TEST(Serials, RandomOnesAreEvenInEveryPlace) {
  const SerialPlan plan{.kind = SerialKind::kRandom, .alphabet = "0123456789ABC", .length = 6};
  constexpr int kCount = 130'000;
  std::vector<std::vector<int>> counts(6, std::vector<int>(13));
  for (const std::string& serial : Made(plan, kCount)) {
    for (size_t i = 0; i < 6; ++i) ++counts[i][plan.alphabet.find(serial[i])];
  }
  for (const auto& place : counts) {
    double chi2 = 0;
    for (const int n : place) chi2 += std::pow(n - kCount / 13.0, 2) / (kCount / 13.0);
    EXPECT_LT(chi2, 40);  // 12 degrees of freedom: one run in 10 000 is above
  }
}

TEST(Serials, EncryptedOnesAreAllDifferentAndTellTheirCounter) {
  SerialPlan plan{.kind = SerialKind::kEncrypted,
                  .alphabet = "23456789ABCDEFGHJKMNPQRSTVWXYZ",
                  .prefix = "V",
                  .length = 9,
                  .gtin14 = kGtin,
                  .starts = {1000}};
  const auto made = Made(plan, 20'000);
  EXPECT_EQ(std::set<std::string>(made.begin(), made.end()).size(), made.size());
  for (size_t i = 0; i < made.size(); i += 97) {
    EXPECT_TRUE(CouldBeIssued(plan, kKey, made[i], 21'000));
    EXPECT_FALSE(CouldBeIssued(plan, kKey, made[i], 1000 + static_cast<int64_t>(i)));
  }
  // Another product has other numbers under the same key.
  SerialPlan other = plan;
  other.gtin14 = "09501101530003";
  EXPECT_NE(Made(other, 1), Made(plan, 1));
  plan.length = 4;  // 27 000 numbers
  EXPECT_THAT(WhyNot(plan, 1, 0, 1), HasSubstr("fewer than a million"));
}

TEST(Serials, ACheckPartIsKnownByItsKeyAlone) {
  const SerialPlan plan{
      .kind = SerialKind::kRandom, .length = 12, .check_length = 4, .gtin14 = kGtin};
  const auto made = Made(plan, 1000);
  int wrong_taken = 0;
  for (std::string serial : made) {
    ASSERT_TRUE(CouldBeIssued(plan, kKey, serial));
    ASSERT_FALSE(CouldBeIssued(plan, kKey, serial + "0"));
    ASSERT_FALSE(CouldBeIssued(plan, kKey, "X" + serial.substr(1)));
    for (size_t i = 0; i < serial.size(); ++i) {
      std::string changed = serial;
      changed[i] = static_cast<char>('0' + (changed[i] - '0' + 1) % 10);
      wrong_taken += CouldBeIssued(plan, kKey, changed);
    }
    SerialPlan other = plan;
    other.gtin14 = "09501101530003";
    wrong_taken += CouldBeIssued(other, kKey, serial);
    wrong_taken += CouldBeIssued(plan, SerialKey::OfBytes("another"), serial);
  }
  EXPECT_LE(wrong_taken, 10);  // one in 10 000 of 14 000
}

TEST(Serials, GuessesMustNotHit) {
  SerialPlan plan{.kind = SerialKind::kRandom, .length = 8};
  EXPECT_EQ(WhyNot(plan, 10'000), "");
  EXPECT_THAT(WhyNot(plan, 10'001), HasSubstr("--length 9"));
  EXPECT_THAT(WhyNot(plan, 9'000, 1'001), HasSubstr("--length 9"));
  EXPECT_EQ(WhyNot(plan, 10'001, 0, 100), "");
  plan.check_length = 2;  // takes two places and gives them back
  EXPECT_EQ(WhyNot(plan, 10'000), "");
  plan = {.kind = SerialKind::kSequential, .length = 5};
  EXPECT_EQ(WhyNot(plan, 90'000), "");  // nobody need guess those
  plan = {.kind = SerialKind::kRandom, .length = 20};
  EXPECT_EQ(WhyNot(plan, 10'000'000), "");
  plan.length = 21;
  EXPECT_THAT(WhyNot(plan, 1), HasSubstr("at most 20"));
  plan = {.kind = SerialKind::kRandom, .prefix = "ABC", .length = 3};
  EXPECT_THAT(WhyNot(plan, 1), HasSubstr("no place"));
  plan = {.kind = SerialKind::kEncrypted, .length = 12};
  EXPECT_THAT(WhyNot(plan, 1, 0, 1, nullptr), HasSubstr("--key-file"));
}

TEST(Alphabet, HasANameOrIsSpelledOut) {
  EXPECT_EQ(*AlphabetOf("digits"), "0123456789");
  EXPECT_EQ(*AlphabetOf("base32"), "23456789ABCDEFGHJKMNPQRSTVWXYZ");
  EXPECT_EQ(*AlphabetOf("AB+"), "AB+");
  for (const char* bad : {"", "A", "ABA", "A B", "AB\x1d"}) EXPECT_FALSE(AlphabetOf(bad)) << bad;
}

TEST(SerialKey, ComesFromAFileThatOthersCannotRead) {
  const ScratchFolder folder;
  const std::string path = folder.path() + "/key";
  ASSERT_TRUE(SerialKey::WriteNew(path));
  EXPECT_FALSE(SerialKey::WriteNew(path));  // never overwritten
  struct stat info {};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  const auto key = SerialKey::FromFile(path);
  ASSERT_TRUE(key) << key.error().ToString();
  EXPECT_EQ(key->Id(), SerialKey::FromFile(path)->Id());
  EXPECT_EQ(key->Id().size(), 8u);
  EXPECT_NE(key->Derive("a"), key->Derive("b"));
  ASSERT_EQ(chmod(path.c_str(), 0640), 0);
  EXPECT_THAT(SerialKey::FromFile(path).error().ToString(), HasSubstr("others may read"));
  EXPECT_FALSE(SerialKey::FromFile(folder.path() + "/none"));
  EXPECT_FALSE(SerialKey::FromFile(folder.path()));
  const std::string secret = "secret" + std::string(58, '0');
  const std::string bad = folder.Write("bad", secret);
  ASSERT_EQ(chmod(bad.c_str(), 0600), 0);
  const auto refused = SerialKey::FromFile(bad);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().ToString().find("secret0"), std::string::npos);
}

}  // namespace
}  // namespace veriline::batch
