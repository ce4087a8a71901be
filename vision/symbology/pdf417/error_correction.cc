// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/pdf417/error_correction.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "vision/symbology/pdf417/layout.h"

namespace veriline::symbology::pdf417 {
namespace {

constexpr int kField = 929;
constexpr int kGenerator = 3;
constexpr int kReserve = 2;
constexpr size_t kMaxChecks = 512;

struct Tables {
  std::array<int16_t, 2 * kField> power{};  ///< of the generator
  std::array<int16_t, kField> log{};
};

constexpr Tables MakeTables() {
  Tables t;
  int value = 1;
  for (int i = 0; i < 2 * kField; ++i) {
    t.power[static_cast<size_t>(i)] = static_cast<int16_t>(value);
    if (i < kField - 1) t.log[static_cast<size_t>(value)] = static_cast<int16_t>(i);
    value = value * kGenerator % kField;
  }
  return t;
}
constexpr Tables kTables = MakeTables();

/// The generator to any power.
int Power(int exponent) {
  exponent %= kField - 1;
  return kTables.power[static_cast<size_t>(exponent < 0 ? exponent + kField - 1 : exponent)];
}
int Inverse(int a) { return Power(-kTables.log[static_cast<size_t>(a)]); }
int Times(int a, int b) { return a * b % kField; }
int Minus(int a, int b) { return a < b ? a - b + kField : a - b; }

/// A polynomial, the constant term first.
struct Polynomial {
  std::array<int, kMaxChecks + 2> of{};
  size_t size = 1;  ///< terms

  int At(int x) const {
    int value = 0;
    for (size_t i = size; i-- > 0;) value = (value * x + of[i]) % kField;
    return value;
  }
  void DropZeros() {
    while (size > 1 && of[size - 1] == 0) --size;
  }
};

using Syndromes = std::array<int, kMaxChecks>;

/// Whether all are zero: the words are sound.
bool Measure(std::span<const int16_t> words, int checks, Syndromes* syndromes) {
  bool sound = true;
  for (int j = 0; j < checks; ++j) {
    const int root = Power(j + 1);
    int value = 0;
    for (const int16_t word : words) value = (value * root + std::max<int>(word, 0)) % kField;
    (*syndromes)[static_cast<size_t>(j)] = value;
    sound = sound && value == 0;
  }
  return sound;
}

/// Exponent of the locator of a word.
int ExponentOf(size_t word, size_t words) { return static_cast<int>(words - 1 - word); }

/// The product of 1 - X x over the unknown words.
void LocateErasures(std::span<const int16_t> words, Polynomial* locator) {
  *locator = {};
  locator->of[0] = 1;
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] >= 0) continue;
    const int x = Power(ExponentOf(i, words.size()));
    for (size_t k = locator->size; k > 0; --k) {
      locator->of[k] = Minus(locator->of[k], Times(x, locator->of[k - 1]));
    }
    ++locator->size;
  }
}

/// Berlekamp and Massey, beginning with the erasures: errors join them in the locator.
void LocateErrors(const Syndromes& syndromes, size_t checks, size_t erasures, Polynomial* locator) {
  Polynomial before = *locator, kept;
  size_t length = erasures, shift = 1;
  int discrepancy_before = 1;
  for (size_t r = erasures; r < checks; ++r) {
    int discrepancy = 0;
    for (size_t i = 0; i < locator->size && i <= r; ++i) {
      discrepancy = (discrepancy + locator->of[i] * syndromes[r - i]) % kField;
    }
    if (discrepancy == 0) {
      ++shift;
      continue;
    }
    kept = *locator;
    const int scale = Times(discrepancy, Inverse(discrepancy_before));
    const size_t size = std::min(before.size + shift, locator->of.size());
    for (size_t i = locator->size; i < size; ++i) locator->of[i] = 0;
    locator->size = std::max(locator->size, size);
    for (size_t i = 0; i + shift < size; ++i) {
      locator->of[i + shift] = Minus(locator->of[i + shift], Times(scale, before.of[i]));
    }
    if (2 * length > r + erasures) {
      ++shift;
      continue;
    }
    length = r + 1 + erasures - length;
    before = kept;
    discrepancy_before = discrepancy;
    shift = 1;
  }
  locator->DropZeros();
}

}  // namespace

bool CorrectErrors(std::span<int16_t> words, int checks, Correction* correction) {
  *correction = {};
  const auto erasures =
      static_cast<size_t>(std::ranges::count_if(words, [](int w) { return w < 0; }));
  const auto count = static_cast<size_t>(checks);
  if (count < 2 || count > kMaxChecks || words.size() <= count || words.size() > kMaxWords ||
      erasures + kReserve > count) {
    return false;
  }
  Syndromes syndromes;
  if (Measure(words, checks, &syndromes) && erasures == 0) return true;
  Polynomial locator;
  LocateErasures(words, &locator);
  LocateErrors(syndromes, count, erasures, &locator);
  const size_t found = locator.size - 1;
  if (found < erasures || 2 * (found - erasures) + erasures + kReserve > count) return false;
  // Sum of e X / (1 - X x) times the locator, as far as the syndromes go.
  Polynomial evaluator, derivative;
  evaluator.size = found > 0 ? found : 1;
  for (size_t i = 0; i < evaluator.size; ++i) {
    int sum = 0;
    for (size_t k = 0; k <= i && k < locator.size; ++k) {
      sum = (sum + locator.of[k] * syndromes[i - k]) % kField;
    }
    evaluator.of[i] = sum;
  }
  derivative.size = found > 0 ? found : 1;
  for (size_t i = 0; i < found; ++i) {
    derivative.of[i] = Times(static_cast<int>(i + 1) % kField, locator.of[i + 1]);
  }
  std::array<int16_t, kMaxWords> corrected;
  size_t roots = 0;
  for (size_t i = 0; i < words.size(); ++i) {
    corrected[i] = std::max<int16_t>(words[i], 0);
    const int inverse = Power(-ExponentOf(i, words.size()));
    if (locator.At(inverse) != 0) continue;
    const int slope = derivative.At(inverse);
    if (slope == 0) return false;
    const int error = Times(evaluator.At(inverse), Inverse(slope));  // its negative
    corrected[i] = static_cast<int16_t>((corrected[i] + error) % kField);
    ++roots;
  }
  if (roots != found) return false;
  if (!Measure(std::span(corrected).first(words.size()), checks, &syndromes)) return false;
  std::copy_n(corrected.begin(), words.size(), words.begin());
  *correction = {static_cast<int>(found - erasures), static_cast<int>(erasures)};
  return true;
}

}  // namespace veriline::symbology::pdf417
