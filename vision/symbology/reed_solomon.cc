// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/reed_solomon.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace veriline::symbology {
namespace {

constexpr int kOrder = Gf256::kOrder;
constexpr size_t kMaxWord = ReedSolomon::kMaxWord;

/// Polynomials are evaluated at so many points at once: one after another a processor would wait
/// for each product. The last group may reach beyond what is asked for.
constexpr size_t kGroup = 8;
using Syndromes = std::array<uint8_t, kMaxWord + kGroup>;

/// A polynomial, the constant first. Only the coefficients in use are written.
using Polynomial = std::array<uint8_t, kMaxWord + 1>;

/// The polynomial at alpha^exponent for each exponent, by Horner's rule. The coefficient of the
/// highest power comes first.
template <class Iterator>
std::array<uint8_t, kGroup> EvaluateGroup(const Gf256& field, Iterator first, Iterator last,
                                          const std::array<int, kGroup>& exponents) {
  std::array<uint8_t, kGroup> values{};
  for (; first != last; ++first) {
    for (size_t k = 0; k < kGroup; ++k) {
      values[k] = static_cast<uint8_t>(field.MultiplyExp(values[k], exponents[k]) ^ *first);
    }
  }
  return values;
}

/// The word's polynomial at the roots of the generator.
/// Returns: whether one of them is not zero.
bool ComputeSyndromes(const Gf256& field, int first_root, std::span<const uint8_t> word,
                      size_t count, Syndromes& syndromes) {
  uint8_t any = 0;
  for (size_t first = 0; first < count; first += kGroup) {
    std::array<int, kGroup> roots;
    for (size_t k = 0; k < kGroup; ++k) {
      roots[k] = (static_cast<int>(first + k) + first_root) % kOrder;
    }
    const auto values = EvaluateGroup(field, word.begin(), word.end(), roots);
    for (size_t k = 0; k < kGroup; ++k) {
      syndromes[first + k] = values[k];
      if (first + k < count) any |= values[k];
    }
  }
  return any != 0;
}

/// Chien's search: the powers below `length` whose locators are roots of the polynomial.
/// Returns: how many there are; no more than `degree` are written.
int FindPowers(const Gf256& field, const Polynomial& locator, int degree, int length,
               std::array<int, kMaxWord>& powers) {
  int found = 0;
  const auto constant = std::make_reverse_iterator(locator.begin());
  for (int first = 0; first < length; first += static_cast<int>(kGroup)) {
    std::array<int, kGroup> inverses;
    for (size_t k = 0; k < kGroup; ++k) {
      inverses[k] = (2 * kOrder - first - static_cast<int>(k)) % kOrder;
    }
    const auto values = EvaluateGroup(
        field, std::make_reverse_iterator(locator.begin() + degree + 1), constant, inverses);
    for (size_t k = 0; k < kGroup; ++k) {
      const int power = first + static_cast<int>(k);
      if (values[k] != 0 || power >= length) continue;
      if (found < degree) powers[static_cast<size_t>(found)] = power;
      ++found;
    }
  }
  return found;
}

/// polynomial *= 1 + alpha^exponent x; `degree` is the one before.
void MultiplyByLocator(const Gf256& field, Polynomial& polynomial, int degree, int exponent) {
  polynomial[static_cast<size_t>(degree) + 1] = 0;
  for (int i = degree; i >= 0; --i) {
    polynomial[static_cast<size_t>(i) + 1] ^=
        field.MultiplyExp(polynomial[static_cast<size_t>(i)], exponent);
  }
}

/// The polynomial at alpha^exponent.
uint8_t Evaluate(const Gf256& field, const Polynomial& polynomial, int degree, int exponent) {
  uint8_t value = polynomial[static_cast<size_t>(degree)];
  for (int i = degree - 1; i >= 0; --i) {
    value = static_cast<uint8_t>(field.MultiplyExp(value, exponent) ^
                                 polynomial[static_cast<size_t>(i)]);
  }
  return value;
}

/// Extends the locator of the erasures to that of all errors (Berlekamp and Massey; Blahut, Theory
/// and Practice of Error Control Codes, section 9.1).
/// Returns: its degree, or -1 when that would be above `most`.
int FindLocator(const Gf256& field, const Syndromes& syndromes, int count, int erasures, int most,
                Polynomial& locator) {
  Polynomial previous;
  std::copy_n(locator.begin(), erasures + 1, previous.begin());
  int degree = erasures;           // of locator, if it is the right one
  int previous_degree = erasures;  // highest coefficient of `previous`
  int shift = 0;                   // `previous` is to be multiplied by x^shift
  for (int n = erasures; n < count; ++n) {
    ++shift;
    uint8_t discrepancy = 0;
    for (int i = 0; i <= std::min(degree, n); ++i) {
      discrepancy ^=
          field.Multiply(locator[static_cast<size_t>(i)], syndromes[static_cast<size_t>(n - i)]);
    }
    if (discrepancy == 0) continue;
    const bool grows = 2 * degree <= n + erasures;
    const int next_degree = grows ? n + 1 + erasures - degree : degree;
    if (next_degree > most) return -1;
    Polynomial old;
    if (grows) std::copy_n(locator.begin(), degree + 1, old.begin());
    std::fill(locator.begin() + degree + 1, locator.begin() + next_degree + 1, uint8_t{0});
    const int factor = field.Log(discrepancy);
    for (int i = 0; i <= previous_degree; ++i) {  // never beyond next_degree
      locator[static_cast<size_t>(i + shift)] ^=
          field.MultiplyExp(previous[static_cast<size_t>(i)], factor);
    }
    if (grows) {
      for (int i = 0; i <= degree; ++i) {
        previous[static_cast<size_t>(i)] = field.Divide(old[static_cast<size_t>(i)], discrepancy);
      }
      previous_degree = degree;
      shift = 0;
    }
    degree = next_degree;
  }
  return degree;
}

}  // namespace

void ReedSolomon::Encode(std::span<const uint8_t> data, std::span<uint8_t> check) const {
  const size_t count = check.size();
  Polynomial generator;  // without its leading 1, the highest power first
  std::fill_n(generator.begin(), count, uint8_t{0});
  generator[0] = field_.Exp(first_root_);
  for (size_t degree = 1; degree < count; ++degree) {
    const int root = (first_root_ + static_cast<int>(degree)) % kOrder;
    for (size_t i = degree; i > 0; --i) {
      generator[i] ^= field_.MultiplyExp(generator[i - 1], root);
    }
    generator[0] ^= field_.Exp(root);
  }
  std::fill(check.begin(), check.end(), uint8_t{0});
  for (const uint8_t codeword : data) {
    const uint8_t feedback = codeword ^ check[0];
    std::copy(check.begin() + 1, check.end(), check.begin());
    check[count - 1] = 0;
    for (size_t i = 0; i < count; ++i) check[i] ^= field_.Multiply(feedback, generator[i]);
  }
}

bool ReedSolomon::IsCodeword(std::span<const uint8_t> word, int check_codewords) const {
  if (word.size() > kMaxWord || check_codewords < 1 ||
      static_cast<size_t>(check_codewords) > word.size()) {
    return false;
  }
  Syndromes syndromes;
  return !ComputeSyndromes(field_, first_root_, word, static_cast<size_t>(check_codewords),
                           syndromes);
}

Correction ReedSolomon::Correct(std::span<uint8_t> word, int check_codewords,
                                std::span<const uint8_t> erased, CorrectionLimits limits) const {
  constexpr Correction kFailed;
  if (word.size() > kMaxWord || check_codewords < 1 ||
      static_cast<size_t>(check_codewords) > word.size()) {
    return kFailed;
  }
  const int length = static_cast<int>(word.size());
  Syndromes syndromes;
  if (!ComputeSyndromes(field_, first_root_, word, static_cast<size_t>(check_codewords),
                        syndromes)) {
    return {true, 0, 0};
  }

  // A codeword of index i stands at the power length - 1 - i; its locator is alpha to that power.
  const int budget = check_codewords - std::max(limits.reserve, 0);
  if (budget < 0) return kFailed;
  std::array<bool, kMaxWord> is_erased;
  std::fill_n(is_erased.begin(), word.size(), false);
  Polynomial locator;
  locator[0] = 1;
  int erasures = 0;
  for (const uint8_t index : erased) {
    if (index >= word.size()) return kFailed;
    if (is_erased[index]) continue;
    if (erasures == budget) return kFailed;
    is_erased[index] = true;
    MultiplyByLocator(field_, locator, erasures++, length - 1 - index);
  }
  const int most_errors = std::min((budget - erasures) / 2, limits.max_errors);
  const int degree =
      FindLocator(field_, syndromes, check_codewords, erasures, erasures + most_errors, locator);
  if (degree < 0) return kFailed;

  std::array<int, kMaxWord> powers;
  if (FindPowers(field_, locator, degree, length, powers) != degree) return kFailed;

  // Forney: error values from the evaluator (syndromes × locator) and the locator's derivative.
  Polynomial evaluator;
  for (int i = 0; i < degree; ++i) {
    uint8_t sum = 0;
    for (int k = 0; k <= i; ++k) {
      sum ^=
          field_.Multiply(locator[static_cast<size_t>(k)], syndromes[static_cast<size_t>(i - k)]);
    }
    evaluator[static_cast<size_t>(i)] = sum;
  }
  std::array<uint8_t, kMaxWord> values;
  for (int i = 0; i < degree; ++i) {
    const int power = powers[static_cast<size_t>(i)];
    const int inverse = power == 0 ? 0 : kOrder - power;
    uint8_t derivative = 0;  // odd powers only, each one lower
    const int step = 2 * inverse % kOrder;
    for (int k = 1, exponent = 0; k <= degree; k += 2) {
      derivative ^= field_.MultiplyExp(locator[static_cast<size_t>(k)], exponent);
      exponent += step;
      if (exponent >= kOrder) exponent -= kOrder;
    }
    if (derivative == 0) return kFailed;
    uint8_t value = field_.Divide(Evaluate(field_, evaluator, degree - 1, inverse), derivative);
    if (first_root_ == 0) value = field_.MultiplyExp(value, power);
    values[static_cast<size_t>(i)] = value;
    // The syndromes of the corrected word, by what the correction takes from them.
    int exponent = power * first_root_;
    for (int k = 0; k < check_codewords; ++k) {
      syndromes[static_cast<size_t>(k)] ^= field_.MultiplyExp(value, exponent);
      exponent += power;
      if (exponent >= kOrder) exponent -= kOrder;
    }
  }
  if (std::any_of(syndromes.begin(), syndromes.begin() + check_codewords,
                  [](uint8_t s) { return s != 0; })) {
    return kFailed;
  }
  for (int i = 0; i < degree; ++i) {
    word[static_cast<size_t>(length - 1 - powers[static_cast<size_t>(i)])] ^=
        values[static_cast<size_t>(i)];
  }
  return {true, degree - erasures, erasures};
}

}  // namespace veriline::symbology
