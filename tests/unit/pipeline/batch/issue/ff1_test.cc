// SPDX-License-Identifier: Apache-2.0
#include "pipeline/batch/issue/ff1.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>

namespace veriline::batch {
namespace {

std::string Bytes(std::string_view hex) {
  std::string out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return out;
}

constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";

Numeral NumberOf(std::string_view text, int radix) {
  Numeral out = 0;
  for (const char c : text) {
    out = out * static_cast<unsigned>(radix) + static_cast<unsigned>(kDigits.find(c));
  }
  return out;
}

/// NIST's examples of SP 800-38G (FF1samples.pdf), all nine.
TEST(Ff1, IsThatOfTheStandard) {
  const std::string k128 = "2B7E151628AED2A6ABF7158809CF4F3C";
  const std::string k192 = k128 + "EF4359D8D580AA4F";
  const std::string k256 = k192 + "7F036D6F04FC6A94";
  const std::string t10 = "39383736353433323130", t11 = "3737373770717273373737";
  const std::string digits = "0123456789", letters = "0123456789abcdefghi";
  struct Case {
    std::string key;
    int radix;
    std::string tweak, plain, cipher;
  };
  const Case cases[] = {
      {k128, 10, "", digits, "2433477484"},
      {k128, 10, t10, digits, "6124200773"},
      {k128, 36, t11, letters, "a9tv40mll9kdu509eum"},
      {k192, 10, "", digits, "2830668132"},
      {k192, 10, t10, digits, "2496655549"},
      {k192, 36, t11, letters, "xbj3kv35jrawxv32ysr"},
      {k256, 10, "", digits, "6657667009"},
      {k256, 10, t10, digits, "1001623463"},
      {k256, 36, t11, letters, "xs8a0azh2avyalyzuwd"},
  };
  for (const Case& c : cases) {
    auto cipher =
        Ff1::Make(Bytes(c.key), c.radix, static_cast<int>(c.plain.size()), Bytes(c.tweak));
    ASSERT_TRUE(cipher);
    const Numeral plain = NumberOf(c.plain, c.radix), sealed = NumberOf(c.cipher, c.radix);
    EXPECT_TRUE(cipher->Encrypt(plain) == sealed) << c.cipher;
    EXPECT_TRUE(cipher->Decrypt(sealed) == plain) << c.cipher;
  }
}

TEST(Ff1, GoesThereAndBackInEveryShape) {
  std::mt19937_64 random(1);
  for (const int radix : {2, 10, 30, 36, 82, 256}) {
    for (int length = 2; length <= 20; ++length) {
      for (const std::string& tweak : {std::string(), std::string(14, '7'), std::string(40, 'x')}) {
        auto cipher = Ff1::Make(std::string(16, 'k'), radix, length, tweak);
        if (!cipher) continue;
        Numeral below = 1;
        for (int i = 0; i < length; ++i) below *= static_cast<unsigned>(radix);
        for (int i = 0; i < 20; ++i) {
          const Numeral plain = (Numeral{random()} << 64 | random()) % below;
          const Numeral sealed = cipher->Encrypt(plain);
          ASSERT_TRUE(sealed < below);
          ASSERT_TRUE(cipher->Decrypt(sealed) == plain) << radix << ", " << length;
        }
      }
    }
  }
}

TEST(Ff1, IsAPermutation) {
  auto cipher = Ff1::Make(std::string(32, 'k'), 10, 6, "04012345123456");
  ASSERT_TRUE(cipher);
  std::set<uint32_t> seen;
  for (uint32_t i = 0; i < 1'000'000; ++i) seen.insert(static_cast<uint32_t>(cipher->Encrypt(i)));
  EXPECT_EQ(seen.size(), 1'000'000u);
  EXPECT_EQ(*seen.rbegin(), 999'999u);
}

TEST(Ff1, RefusesWhatIsNotSafe) {
  EXPECT_FALSE(Ff1::Make(std::string(16, 'k'), 10, 5, ""));  // 100 000 numbers
  EXPECT_TRUE(Ff1::Make(std::string(16, 'k'), 10, 6, ""));
  EXPECT_FALSE(Ff1::Make(std::string(15, 'k'), 10, 10, ""));
  EXPECT_FALSE(Ff1::Make(std::string(16, 'k'), 1, 30, ""));
  EXPECT_FALSE(Ff1::Make(std::string(16, 'k'), 82, 20, ""));  // 127 bits
}

}  // namespace
}  // namespace veriline::batch
