// SPDX-License-Identifier: Apache-2.0
// Beyond what can be corrected a symbol must be refused, but for the chance that damage makes
// another word of the code. With VERILINE_QR_TRIALS that many symbols of each size up to 50
// codewords, and a hundredth of them of each larger one; else 10^4 and 10^2.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/support/qr_encoder.h"
#include "tests/support/qr_symbols.h"
#include "vision/symbology/qr/decoder.h"

namespace veriline::symbology::qr {
namespace {

using namespace veriline::testing;

constexpr int kSmallCodewords = 50;

int Trials() {
  const char* trials = std::getenv("VERILINE_QR_TRIALS");
  return trials != nullptr ? std::atoi(trials) : 10'000;
}

/// How often a word at random lies within `errors` of one of the code (McEliece and Swanson, On the
/// decoder error probability for Reed-Solomon codes: also a bound for words of any weight).
double FalseRate(int length, int check, int errors) {
  double sum = 0, ways = 1;
  for (int i = 0; i <= errors; ++i) {
    sum += ways;
    ways *= 255.0 * (length - i) / (i + 1);
  }
  return sum / std::pow(255.0, check);
}

/// How many events of which so many are expected may be seen: more of them come once in a million
/// runs (Poisson).
int MostByChance(double expected) {
  double probability = std::exp(-expected), beyond = 1 - probability;
  int most = 0;
  while (beyond > 1e-6) {
    probability *= expected / ++most;
    beyond -= probability;
  }
  return most;
}

/// Damage that no block code corrects: the place of a block where one to three codewords more than
/// the limit are wrong, or every module of every codeword at random.
class Spoiler {
 public:
  Spoiler(const QrSymbol& symbol, const BlockStructure& structure)
      : symbol_(symbol), structure_(structure), dark_(symbol.dark) {}

  const std::vector<uint8_t>& dark() const { return dark_; }

  void SpoilOneBlock(std::mt19937& random) {
    dark_ = symbol_.dark;
    const int block = Between(random, 0, structure_.blocks - 1);
    const int length = structure_.DataOf(block) + structure_.check;
    const int wrong = std::min(length, structure_.CapacityOfBlock() + 1 + Between(random, 0, 2));
    std::vector<int> indices(static_cast<size_t>(length));
    for (int i = 0; i < length; ++i) indices[static_cast<size_t>(i)] = i;
    for (int i = 0; i < wrong; ++i) {
      std::swap(indices[static_cast<size_t>(i)],
                indices[static_cast<size_t>(Between(random, i, length - 1))]);
      const auto& modules = symbol_.modules[static_cast<size_t>(
          structure_.PlacedIndex(block, indices[static_cast<size_t>(i)]))];
      const int change = Between(random, 1, (1 << modules.size()) - 1);
      for (size_t k = 0; k < modules.size(); ++k) dark_[modules[k]] ^= change >> k & 1;
    }
  }

  void SpoilAll(std::mt19937& random) {
    for (const auto& modules : symbol_.modules) {
      const auto bits = static_cast<unsigned>(random());
      for (size_t k = 0; k < modules.size(); ++k) dark_[modules[k]] = bits >> k & 1;
    }
  }

 private:
  const QrSymbol& symbol_;
  const BlockStructure& structure_;
  std::vector<uint8_t> dark_;
};

TEST(QrFalseTexts, AreNoMoreThanTheoryAllows) {
  std::mt19937 random(7);
  const auto decoded = std::make_unique<Decoded>();
  int64_t all = 0;
  for (QrSpec spec : AllQrSpecs()) {
    spec.mask = 1;
    SCOPED_TRACE(Describe(spec));
    const QrSegment segment =
        RandomSegment(random, QrMode::kNumeric, QrCapacity(spec, QrMode::kNumeric) / 2 + 1);
    const QrSymbol symbol = EncodeQr(spec, {segment});
    const BlockStructure structure = *BlocksOf(VersionOf(spec), FormatOf(spec).level);
    const bool small = structure.codewords() <= kSmallCodewords;
    const int trials = small ? Trials() : Trials() / 100;
    Spoiler spoiler(symbol, structure);
    int accepted = 0, wrong = 0, wrong_well_padded = 0;
    for (int i = 0; i < trials; ++i) {
      if (i % 2 == 0) {
        spoiler.SpoilOneBlock(random);
      } else {
        spoiler.SpoilAll(random);
      }
      const Step step = Decode(spoiler.dark(), VersionOf(spec), {}, *decoded);
      accepted += step != Step::kFormat && step != Step::kErrorCorrection;
      if (step != Step::kNone || decoded->message.bytes() == segment.text) continue;
      ++wrong;
      wrong_well_padded += decoded->message.PaddingIsRight();
    }
    all += trials;
    const double expected = trials * FalseRate(structure.short_data + structure.check,
                                               structure.check, structure.CapacityOfBlock());
    if (small) {
      std::printf(
          "%-14s %8d symbols: %.2g false words expected, %d seen; %d wrong texts, %d of "
          "them with right padding\n",
          Describe(spec).c_str(), trials, expected, accepted, wrong, wrong_well_padded);
    }
    EXPECT_LE(accepted, MostByChance(expected));
    EXPECT_LE(wrong, spec.micro ? MostByChance(expected) : 0);
  }
  std::printf("%lld symbols in all\n", static_cast<long long>(all));
}

}  // namespace
}  // namespace veriline::symbology::qr
