// SPDX-License-Identifier: Apache-2.0
#include "tests/support/ean_encoder.h"

#include <algorithm>
#include <cstddef>

namespace veriline::testing {
namespace {

// Modules of number set A (1: dark). C is the complement, B the complement read backwards.
constexpr std::string_view kSetA[] = {"0001101", "0011001", "0010011", "0111101", "0100011",
                                      "0110001", "0101111", "0111011", "0110111", "0001011"};
constexpr std::string_view kFirstDigit[] = {"AAAAAA", "AABABB", "AABBAB", "AABBBA", "ABAABB",
                                            "ABBAAB", "ABBBAA", "ABABAB", "ABABBA", "ABBABA"};
constexpr std::string_view kUpcE[] = {"BBBAAA", "BBABAA", "BBAABA", "BBAAAB", "BABBAA",
                                      "BAABBA", "BAAABB", "BABABA", "BABAAB", "BAABAB"};
constexpr std::string_view kAddon5[] = {"BBAAA", "BABAA", "BAABA", "BAAAB", "ABBAA",
                                        "AABBA", "AAABB", "ABABA", "ABAAB", "AABAB"};
constexpr std::string_view kAddon2[] = {"AA", "AB", "BA", "BB"};

int Value(char digit) { return digit - '0'; }

/// Runs of modules as widths.
class Drawing {
 public:
  explicit Drawing(const EanPrint& print) : print_(print) {}

  void Modules(std::string_view modules) {
    for (const char module : modules) {
      const bool dark = module == '1';
      if (widths_.empty() || dark != dark_) widths_.push_back(0);
      dark_ = dark;
      widths_.back() += 1;
    }
  }

  void Digit(char digit, char set) {
    std::string modules(kSetA[Value(digit)]);
    if (set != 'A') {
      for (char& m : modules) m = m == '0' ? '1' : '0';
    }
    if (set == 'B') std::ranges::reverse(modules);
    const size_t first = widths_.size();
    Modules(modules);
    const bool twin = std::string_view("1278").find(digit) != std::string_view::npos;
    if (!print_.thirteenth || !twin) return;
    // The bars of the digit with the wider ones of its pair become wider yet.
    const bool wide = (set == 'A') == (digit == '7' || digit == '8');
    for (size_t i = 0; i < 4; ++i) {
      const bool bar = (first + i) % 2 == 0;
      widths_[first + i] += (bar == wide ? 1.0 : -1.0) / 13;
    }
  }

  void Digits(std::string_view digits, std::string_view sets) {
    for (size_t i = 0; i < digits.size(); ++i) Digit(digits[i], sets[i]);
  }

  void Addon(std::string_view digits) {
    widths_.push_back(print_.addon_gap_x);
    dark_ = false;
    Modules("1011");
    int sum = 0;
    for (size_t i = 0; i < digits.size(); ++i) sum += Value(digits[i]) * (i % 2 == 0 ? 3 : 9);
    const std::string_view sets = digits.size() == 2
                                      ? kAddon2[(10 * Value(digits[0]) + Value(digits[1])) % 4]
                                      : kAddon5[sum % 10];
    for (size_t i = 0; i < digits.size(); ++i) {
      if (i > 0) Modules("01");
      Digit(digits[i], sets[i]);
    }
  }

  std::vector<double> widths() const { return widths_; }

 private:
  EanPrint print_;
  std::vector<double> widths_;
  bool dark_ = false;
};

}  // namespace

char EanCheckDigit(std::string_view digits) {
  int sum = 0, weight = 3;
  for (size_t i = digits.size(); i-- > 0; weight = 4 - weight) sum += weight * Value(digits[i]);
  return static_cast<char>('0' + (1000 - sum) % 10);
}

std::string UpcAOfUpcE(std::string_view eight) {
  const std::string d(eight.substr(1, 6));
  std::string maker, item;
  switch (d[5]) {
    case '0':
    case '1':
    case '2':
      maker = d.substr(0, 2) + d[5] + "00", item = "00" + d.substr(2, 3);
      break;
    case '3':
      maker = d.substr(0, 3) + "00", item = "000" + d.substr(3, 2);
      break;
    case '4':
      maker = d.substr(0, 4) + "0", item = "0000" + d.substr(4, 1);
      break;
    default:
      maker = d.substr(0, 5), item = "0000" + d.substr(5, 1);
  }
  return eight[0] + maker + item + eight[7];
}

std::vector<double> EanWidths(Symbology symbology, std::string_view digits, std::string_view addon,
                              const EanPrint& print) {
  Drawing drawing(print);
  drawing.Modules("101");
  const std::string thirteen =
      symbology == Symbology::kUpcA ? "0" + std::string(digits) : std::string(digits);
  switch (symbology) {
    case Symbology::kEan8:
      drawing.Digits(digits.substr(0, 4), "AAAA");
      drawing.Modules("01010");
      drawing.Digits(digits.substr(4), "CCCC");
      drawing.Modules("101");
      break;
    case Symbology::kUpcE: {
      std::string sets(kUpcE[Value(digits[7])]);
      if (digits[0] == '1') {
        for (char& set : sets) set = set == 'A' ? 'B' : 'A';
      }
      drawing.Digits(digits.substr(1, 6), sets);
      drawing.Modules("010101");
      break;
    }
    default:
      drawing.Digits(thirteen.substr(1, 6), kFirstDigit[Value(thirteen[0])]);
      drawing.Modules("01010");
      drawing.Digits(thirteen.substr(7), "CCCCCC");
      drawing.Modules("101");
  }
  if (!addon.empty()) drawing.Addon(addon);
  return drawing.widths();
}

std::string RandomDigits(size_t count, std::mt19937* random) {
  std::string digits;
  for (size_t i = 0; i < count; ++i) digits += static_cast<char>('0' + (*random)() % 10);
  return digits;
}

std::string RandomEan(Symbology symbology, std::mt19937* random) {
  if (symbology == Symbology::kUpcE) {
    std::string digits;
    do {
      digits = RandomDigits(7, random);
      // Zeros that another layout would leave out are not printed.
    } while ((digits[6] == '3' && digits[3] <= '2') || (digits[6] == '4' && digits[4] == '0') ||
             (digits[6] >= '5' && digits[5] == '0'));
    digits[0] = static_cast<char>('0' + (*random)() % 2);
    digits += '0';
    std::string full = UpcAOfUpcE(digits);
    digits[7] = EanCheckDigit(std::string_view(full).substr(0, 11));
    return digits;
  }
  const size_t count = symbology == Symbology::kEan8 ? 7 : symbology == Symbology::kUpcA ? 11 : 12;
  std::string digits = RandomDigits(count, random);
  if (symbology == Symbology::kEan13 && digits[0] == '0') digits[0] = '9';
  return digits + EanCheckDigit(digits);
}

}  // namespace veriline::testing
