// SPDX-License-Identifier: Apache-2.0
#include "tests/support/qr_symbols.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string_view>

namespace veriline::testing {

std::string Describe(const QrSpec& spec) {
  return (spec.micro ? "M" : "") + std::to_string(spec.version) + "-" + spec.level + " mask " +
         std::to_string(spec.mask);
}

symbology::qr::Version VersionOf(const QrSpec& spec) {
  return {static_cast<uint8_t>(spec.version), spec.micro};
}

symbology::qr::Format FormatOf(const QrSpec& spec) {
  const auto level = static_cast<symbology::qr::Level>(std::string_view("LMQHD").find(spec.level));
  return {level, static_cast<uint8_t>(spec.mask),
          static_cast<uint8_t>(spec.micro ? spec.version : 0)};
}

QrSegment RandomSegment(std::mt19937& random, QrMode mode, int length) {
  QrSegment segment{mode, "", 0};
  for (int i = 0; i < length; ++i) {
    switch (mode) {
      case QrMode::kNumeric:
        segment.text += static_cast<char>(Between(random, '0', '9'));
        break;
      case QrMode::kAlphanumeric:
        segment.text += "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"[Between(random, 0, 44)];
        break;
      case QrMode::kByte:
        segment.text += static_cast<char>(Between(random, 0, 255));
        break;
      default: {
        int lead = 0, trail = 0;
        do {
          lead = Between(random, 0, 1) != 0 ? Between(random, 0x81, 0x9F)
                                            : Between(random, 0xE0, 0xEB);
          trail = Between(random, 0x40, lead == 0xEB ? 0xBF : 0xFC);
        } while (trail == 0x7F);
        segment.text += static_cast<char>(lead);
        segment.text += static_cast<char>(trail);
      }
    }
  }
  return segment;
}

namespace {

/// With FNC1 the character % of alphanumeric mode is FNC1, and two are one %.
std::string AsRead(const QrSegment& segment, bool fnc1) {
  if (segment.mode != QrMode::kAlphanumeric || !fnc1) return segment.text;
  std::string read;
  for (size_t i = 0; i < segment.text.size(); ++i) {
    if (segment.text[i] != '%') {
      read += segment.text[i];
    } else if (i + 1 < segment.text.size() && segment.text[i + 1] == '%') {
      read += '%';
      ++i;
    } else {
      read += '\x1d';
    }
  }
  return read;
}

}  // namespace

RandomMessage MakeMessage(std::mt19937& random, const QrSpec& spec) {
  RandomMessage message;
  const auto fits = [&](const QrSegment& segment) {
    auto segments = message.segments;
    segments.push_back(segment);
    try {
      QrData(spec, segments);
    } catch (const std::runtime_error&) {
      return false;
    }
    message.segments = std::move(segments);
    return true;
  };
  int fnc1 = 0;
  bool eci = false;
  if (!spec.micro) {
    const int header = Between(random, 0, 0xFFFF);
    const bool index_is_right = header >> 12 <= (header >> 8 & 15);
    if (Between(random, 0, 3) == 0 && index_is_right && fits({QrMode::kAppend, "", header})) {
      message.append = header;
    }
    if (Between(random, 0, 3) == 0) eci = fits({QrMode::kEci, "", Between(random, 0, 127)});
    const int kind = Between(random, 0, 5);
    if (kind == 0 && fits({QrMode::kFnc1First, "", 0})) fnc1 = 1;
    if (kind == 1) {
      const int digits = Between(random, 0, 99);
      if (fits({QrMode::kFnc1Second, "", digits})) {
        fnc1 = 2;
        message.text += static_cast<char>('0' + digits / 10);
        message.text += static_cast<char>('0' + digits % 10);
      }
    }
    if (kind == 2) {
      const char letter = "AZaz"[Between(random, 0, 3)];
      if (fits({QrMode::kFnc1Second, "", letter + 100})) {
        fnc1 = 2;
        message.text += letter;
      }
    }
  }
  for (int i = Between(random, 1, 5); i > 0; --i) {
    if (!spec.micro && Between(random, 0, 7) == 0) {
      eci |= fits({QrMode::kEci, "",
                   Between(random, 0, 1) != 0 ? Between(random, 128, 16383)
                                              : Between(random, 16384, 999'999)});
    }
    const QrMode mode = kCharacterModes[Between(random, 0, 3)];
    const QrSegment segment = RandomSegment(random, mode, Between(random, 1, 20));
    if (fits(segment)) message.text += AsRead(segment, fnc1 != 0);
  }
  message.identifier[2] = static_cast<char>('1' + 2 * fnc1 + (eci ? 1 : 0));
  return message;
}

int ErrorLimit(const QrSpec& spec) {
  const std::string name = (spec.micro ? "M" : "") + std::to_string(spec.version) + spec.level;
  // Where it is less than half of the check codewords.
  constexpr std::pair<std::string_view, int> kSmall[] = {
      {"M1D", 0}, {"M2L", 1}, {"M2M", 2}, {"M3L", 2}, {"M4L", 3}, {"1L", 2},
      {"1M", 4},  {"1Q", 6},  {"1H", 8},  {"2L", 4},  {"3L", 7},
  };
  for (const auto& [small, limit] : kSmall) {
    if (small == name) return limit;
  }
  return QrCheckCodewords(spec) / 2;
}

DamagedQr Damage(std::mt19937& random, const QrSymbol& symbol, int wrong_in_each_block) {
  DamagedQr damaged{symbol.dark, symbol.codewords, {}, {}, 0};
  // The blocks of the codewords in the order of placement: data by turns, then check.
  const auto check = static_cast<size_t>(QrCheckCodewords(symbol.spec));
  const size_t longest = symbol.blocks.back().size() - check;
  std::vector<std::vector<int>> of_block(symbol.blocks.size());
  int next = 0;
  for (size_t i = 0; i < longest + check; ++i) {
    for (size_t b = 0; b < symbol.blocks.size(); ++b) {
      const bool there = i >= longest || i < symbol.blocks[b].size() - check;
      if (there) of_block[b].push_back(next++);
    }
  }
  for (size_t b = 0; b < of_block.size(); ++b) {
    std::shuffle(of_block[b].begin(), of_block[b].end(), random);
    const auto count = std::min(of_block[b].size(), static_cast<size_t>(wrong_in_each_block));
    damaged.wrong_in_block.push_back(static_cast<int>(count));
    for (size_t k = 0; k < count; ++k) {
      const auto codeword = static_cast<size_t>(of_block[b][k]);
      const auto& modules = symbol.modules[codeword];
      const int changed = Between(random, 1, (1 << modules.size()) - 1);
      for (size_t bit = 0; bit < modules.size(); ++bit) {
        const int weight = 7 - static_cast<int>(bit);
        if ((changed << (8 - modules.size()) >> weight & 1) == 0) continue;
        damaged.dark[modules[bit]] ^= 1;
        damaged.codewords[codeword] ^= static_cast<uint8_t>(1 << weight);
      }
      damaged.wrong.emplace_back(static_cast<int>(b), of_block[b][k]);
      ++damaged.wrong_codewords;
    }
  }
  return damaged;
}

}  // namespace veriline::testing
