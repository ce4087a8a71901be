// SPDX-License-Identifier: Apache-2.0
#include "tests/support/pdf417_encoder.h"

#include <algorithm>
#include <stdexcept>

namespace veriline::testing {
namespace {

/// Value of a character in a set; -1 where it has none. Sets in the order of Pdf417Message::Set.
int ValueIn(int set, char c) {
  const auto among = [c](std::string_view all) {
    const size_t at = all.find(c);
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
  };
  switch (set) {
    case 0:
      return c == ' ' ? 26 : c >= 'A' && c <= 'Z' ? c - 'A' : -1;
    case 1:
      return c == ' ' ? 26 : c >= 'a' && c <= 'z' ? c - 'a' : -1;
    case 2:
      return c == ' ' ? 26 : among("0123456789&\r\t,:#-.$/+%*=^");
    default:
      return among(";<>@[\\]_`~!\r\t,:\n-.$/\"|*()?{}'");
  }
}

/// Six bytes in five codewords.
void PutSix(std::string_view six, std::vector<int16_t>* out) {
  uint64_t number = 0;
  for (const char c : six) number = number << 8 | static_cast<uint8_t>(c);
  for (uint64_t place = 900ull * 900 * 900 * 900; place > 0; place /= 900) {
    out->push_back(static_cast<int16_t>(number / place % 900));
  }
}

/// Digits behind a 1 as a number of base 900, by long division.
std::vector<int16_t> Base900(std::string_view digits) {
  std::string number = "1" + std::string(digits);
  std::vector<int16_t> out;
  while (!number.empty()) {
    std::string quotient;
    int rest = 0;
    for (const char c : number) {
      rest = rest * 10 + (c - '0');
      if (!quotient.empty() || rest >= 900) quotient += static_cast<char>('0' + rest / 900);
      rest %= 900;
    }
    out.insert(out.begin(), static_cast<int16_t>(rest));
    number = quotient;
  }
  return out;
}

}  // namespace

void Pdf417Message::PutText(char c, std::mt19937& random, std::vector<int>* values) {
  const auto put = [&](int value) { values->push_back(value); };
  const auto way = [&](Way which, int value) {
    ++ways[which];
    put(value);
  };
  for (;;) {
    const int value = ValueIn(static_cast<int>(set_), c);
    // Another set may have it too; now and then a way is gone that need not be.
    if (value >= 0 && random() % 8 != 0) return put(value);
    switch (set_) {
      case Set::kPunctuation:
        way(kPunctuationAlpha, 29);
        set_ = Set::kAlpha;
        continue;
      case Set::kMixed:
        switch (random() % 4) {
          case 0:
            way(kMixedPunctuation, 25);
            set_ = Set::kPunctuation;
            continue;
          case 1:
            way(kMixedLower, 27);
            set_ = Set::kLower;
            continue;
          case 2:
            way(kMixedAlpha, 28);
            set_ = Set::kAlpha;
            continue;
          default:
            break;
        }
        break;
      case Set::kLower:
        if (random() % 3 == 0) {
          way(kLowerMixed, 28);
          set_ = Set::kMixed;
          continue;
        }
        if (ValueIn(0, c) >= 0 && random() % 2 == 0) {
          way(kShiftAlpha, 27);
          return put(ValueIn(0, c));
        }
        break;
      case Set::kAlpha:
        if (random() % 3 != 0) {
          const bool lower = random() % 2 == 0;
          way(lower ? kAlphaLower : kAlphaMixed, lower ? 27 : 28);
          set_ = lower ? Set::kLower : Set::kMixed;
          continue;
        }
        break;
    }
    if (ValueIn(3, c) >= 0) {
      way(kShiftPunctuation, 29);
      return put(ValueIn(3, c));
    }
  }
}

void Pdf417Message::Text(std::string_view text, std::mt19937& random) {
  // A shift that fills the codeword before needs a function behind it.
  if (mode_ != Mode::kText || padded_) {
    Put(900);
    mode_ = Mode::kText;
    set_ = Set::kAlpha;
  }
  std::vector<int> values;
  for (const char c : text) PutText(c, random, &values);
  padded_ = false;
  if (values.size() % 2 != 0) {
    values.push_back(29);
    padded_ = set_ != Set::kPunctuation;
    if (!padded_) set_ = Set::kAlpha;  // there it is a latch
  }
  for (size_t i = 0; i < values.size(); i += 2) Put(30 * values[i] + values[i + 1]);
  said += text;
}

void Pdf417Message::Bytes(std::string_view bytes) {
  if (mode_ != Mode::kByte || !codewords_.empty()) Put(bytes.size() % 6 == 0 ? 924 : 901);
  mode_ = Mode::kByte;
  said += bytes;
  // Without a latch it is 901: six bytes at the end stand alone.
  const bool all = !codewords_.empty() && codewords_.back() == 924;
  while (bytes.size() > 6 || (all && bytes.size() == 6)) {
    PutSix(bytes.substr(0, 6), &codewords_);
    bytes.remove_prefix(6);
  }
  if (bytes.size() == 6) throw std::invalid_argument("six bytes need 924");
  for (const char c : bytes) Put(static_cast<uint8_t>(c));
}

void Pdf417Message::ShiftedByte(char byte) {
  if (mode_ != Mode::kText) throw std::invalid_argument("913 belongs to text");
  padded_ = false;
  Put(913);
  Put(static_cast<uint8_t>(byte));
  said += byte;
}

void Pdf417Message::Numbers(std::string_view digits) {
  Put(902);
  mode_ = Mode::kNumeric;
  said += digits;
  for (; !digits.empty(); digits.remove_prefix(std::min<size_t>(44, digits.size()))) {
    for (const int16_t codeword : Base900(digits.substr(0, 44))) Put(codeword);
  }
}

void Pdf417Message::Eci(int eci) {
  padded_ = false;
  ecis.emplace_back(said.size(), eci);
  if (eci < 900) {
    Put(927);
    Put(eci);
  } else if (eci < 810900) {
    Put(926);
    Put(eci / 900 - 1);
    Put(eci % 900);
  } else {
    Put(925);
    Put(eci - 810900);
  }
  // What comes next is latched anew, but text goes on in its set.
  if (mode_ == Mode::kByte) mode_ = Mode::kNumeric;
}

void Pdf417Message::Raw(std::vector<int> codewords) {
  for (const int codeword : codewords) Put(codeword);
}

void Pdf417Message::Macro(int index, bool last) {
  std::string place = std::to_string(index - 1);
  place.insert(0, 5 - place.size(), '0');
  macro_ = {928};
  const auto number = Base900(place);
  macro_.insert(macro_.end(), number.begin(), number.end());
  // The file 017 053, and the field of its size in symbols.
  macro_.insert(macro_.end(), {17, 53, 923, 1, 111, 100 + 4});
  if (last) macro_.push_back(922);
}

std::vector<int16_t> Pdf417Checks(const std::vector<int16_t>& words, int checks) {
  constexpr int kField = 929;
  const auto count = static_cast<size_t>(checks);
  // The generator, the highest power first and left out.
  std::vector<int> generator(count, 0);
  int root = 1;
  std::vector<int> product = {1};
  for (int i = 0; i < checks; ++i) {
    root = root * 3 % kField;
    product.push_back(0);
    for (size_t k = product.size() - 1; k > 0; --k) {
      product[k] = (product[k] + (kField - root) * product[k - 1]) % kField;
    }
  }
  std::copy(product.begin() + 1, product.end(), generator.begin());
  std::vector<int> rest(count, 0);
  for (const int16_t word : words) {
    const int lead = (word + rest[0]) % kField;
    for (size_t k = 0; k < count; ++k) {
      const int next = k + 1 < count ? rest[k + 1] : 0;
      rest[k] = (next + (kField - generator[k]) * lead) % kField;
    }
  }
  std::vector<int16_t> out;
  for (const int r : rest) out.push_back(static_cast<int16_t>((kField - r) % kField));
  return out;
}

std::vector<int16_t> Pdf417Words(const Pdf417Message& message, int level, int cols) {
  const int checks = 2 << level;
  const size_t data = 1 + message.codewords().size() + message.macro_block().size();
  const auto width = static_cast<size_t>(cols);
  size_t rows = (data + static_cast<size_t>(checks) + width - 1) / width;
  rows = std::max<size_t>(rows, 3);
  const size_t all = rows * width;
  if (rows > 90 || all > 928) return {};
  std::vector<int16_t> words = {static_cast<int16_t>(all - static_cast<size_t>(checks))};
  words.insert(words.end(), message.codewords().begin(), message.codewords().end());
  words.insert(words.end(), all - data - static_cast<size_t>(checks), 900);
  words.insert(words.end(), message.macro_block().begin(), message.macro_block().end());
  const auto check = Pdf417Checks(words, checks);
  words.insert(words.end(), check.begin(), check.end());
  return words;
}

std::vector<int16_t> MicroPdf417Words(const Pdf417Message& message, int words, int checks) {
  const size_t data = message.codewords().size() + message.macro_block().size();
  if (data + static_cast<size_t>(checks) > static_cast<size_t>(words)) return {};
  std::vector<int16_t> all = message.codewords();
  all.insert(all.end(), static_cast<size_t>(words - checks) - data, 900);
  all.insert(all.end(), message.macro_block().begin(), message.macro_block().end());
  const auto check = Pdf417Checks(all, checks);
  all.insert(all.end(), check.begin(), check.end());
  return all;
}

}  // namespace veriline::testing
