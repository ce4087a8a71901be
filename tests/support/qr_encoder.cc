// SPDX-License-Identifier: Apache-2.0
#include "tests/support/qr_encoder.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string_view>

#include "tests/support/qr_drawing.h"

namespace veriline::testing {
namespace {

constexpr std::string_view kLevels = "LMQH";

/// ISO/IEC 18004 table 9 as two lists for each level: check codewords of a block, and blocks. How
/// many data codewords there are follows from the modules.
constexpr int kCheckPerBlock[4][40] = {
    {7,  10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28,
     28, 28, 30, 30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30},
    {10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26,
     26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28},
    {13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30,
     28, 30, 30, 30, 30, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30},
    {17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28,
     30, 24, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30},
};
constexpr int kBlockCount[4][40] = {
    {1, 1, 1, 1,  1,  2,  2,  2,  2,  4,  4,  4,  4,  4,  6,  6,  6,  6,  7,  8,
     8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25},
    {1,  1,  1,  2,  2,  4,  4,  4,  5,  5,  5,  8,  9,  9,  10, 10, 11, 13, 14, 16,
     17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49},
    {1,  1,  2,  2,  4,  4,  6,  6,  8,  8,  8,  10, 12, 16, 12, 17, 16, 18, 21, 20,
     23, 23, 25, 27, 29, 34, 34, 35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68},
    {1,  1,  2,  4,  4,  4,  5,  6,  8,  8,  11, 11, 16, 16, 18, 16, 19, 21, 25, 25,
     25, 34, 30, 32, 35, 37, 40, 42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81},
};

/// Micro QR: data bits, check codewords, symbol number.
struct MicroKind {
  int version;
  char level;
  int data_bits;
  int check;
};
constexpr MicroKind kMicroKinds[] = {{1, 'D', 20, 2},   {2, 'L', 40, 5}, {2, 'M', 32, 6},
                                     {3, 'L', 84, 6},   {3, 'M', 68, 8}, {4, 'L', 128, 8},
                                     {4, 'M', 112, 10}, {4, 'Q', 80, 14}};

size_t MicroNumber(const QrSpec& spec) {
  for (size_t i = 0; i < std::size(kMicroKinds); ++i) {
    if (kMicroKinds[i].version == spec.version && kMicroKinds[i].level == spec.level) return i;
  }
  throw std::runtime_error("no such Micro QR symbol");
}

size_t LevelIndex(const QrSpec& spec) {
  const size_t level = kLevels.find(spec.level);
  if (level == kLevels.npos || spec.version < 1 || spec.version > 40) {
    throw std::runtime_error("no such QR symbol");
  }
  return level;
}

/// The five bits that format information tells.
unsigned FormatData(const QrSpec& spec) {
  const auto mask = static_cast<unsigned>(spec.mask);
  if (spec.micro) return static_cast<unsigned>(MicroNumber(spec)) << 2 | mask;
  constexpr unsigned kIndicator[4] = {1, 0, 3, 2};
  return kIndicator[LevelIndex(spec)] << 3 | mask;
}

int Codewords(const QrSpec& spec) {
  if (!spec.micro) return static_cast<int>(QrDrawing(spec, 0).FreeModules().size()) / 8;
  const MicroKind& kind = kMicroKinds[MicroNumber(spec)];
  return (kind.data_bits + 7) / 8 + kind.check;
}

/// Products in GF(256), each multiplied out bit by bit.
const auto kProducts = [] {
  std::vector<uint8_t> products(256 * 256);
  for (unsigned x = 0; x < 256; ++x) {
    for (unsigned y = 0; y < 256; ++y) {
      unsigned product = 0;
      for (unsigned a = x, b = y; b != 0; b >>= 1) {
        if ((b & 1) != 0) product ^= a;
        a = a << 1 ^ (a >> 7) * 0x11Du;
      }
      products[x * 256 + y] = static_cast<uint8_t>(product);
    }
  }
  return products;
}();
uint8_t Times(unsigned a, unsigned b) { return kProducts[a * 256 + b]; }

std::vector<uint8_t> CheckCodewords(const std::vector<uint8_t>& data, int count) {
  std::vector<uint8_t> generator{1};  // highest power first
  uint8_t root = 1;
  for (int i = 0; i < count; ++i) {
    generator.push_back(0);
    for (size_t k = generator.size() - 1; k > 0; --k) generator[k] ^= Times(generator[k - 1], root);
    root = Times(root, 2);
  }
  std::vector<uint8_t> rest(data.size() + static_cast<size_t>(count));
  std::copy(data.begin(), data.end(), rest.begin());
  for (size_t i = 0; i < data.size(); ++i) {
    const uint8_t factor = rest[i];
    for (size_t k = 0; k < generator.size(); ++k) rest[i + k] ^= Times(generator[k], factor);
  }
  return {rest.end() - count, rest.end()};
}

/// Width of the character count, 0: no such mode (table 3).
int CountWidth(const QrSpec& spec, QrMode mode) {
  const int v = spec.version;
  if (spec.micro) {
    switch (mode) {
      case QrMode::kNumeric:
        return v + 2;
      case QrMode::kAlphanumeric:
        return v >= 2 ? v + 1 : 0;
      case QrMode::kByte:
        return v >= 3 ? v + 1 : 0;
      case QrMode::kKanji:
        return v >= 3 ? v : 0;
      default:
        return 0;
    }
  }
  const int range = v <= 9 ? 0 : v <= 26 ? 1 : 2;
  switch (mode) {
    case QrMode::kNumeric:
      return 10 + 2 * range;
    case QrMode::kAlphanumeric:
      return 9 + 2 * range;
    case QrMode::kByte:
      return range == 0 ? 8 : 16;
    case QrMode::kKanji:
      return 8 + 2 * range;
    default:
      return 0;
  }
}

class Bits {
 public:
  void Add(unsigned value, int width) {
    for (int i = width - 1; i >= 0; --i) bits_.push_back((value >> i & 1u) != 0);
  }
  int size() const { return static_cast<int>(bits_.size()); }
  bool operator[](int i) const { return bits_[static_cast<size_t>(i)]; }

 private:
  std::vector<bool> bits_;
};

void AddMode(Bits& bits, const QrSpec& spec, QrMode mode) {
  if (spec.micro) {
    const int number = mode == QrMode::kNumeric        ? 0
                       : mode == QrMode::kAlphanumeric ? 1
                       : mode == QrMode::kByte         ? 2
                                                       : 3;
    bits.Add(static_cast<unsigned>(number), spec.version - 1);
    return;
  }
  constexpr unsigned kIndicators[] = {0b0001, 0b0010, 0b0100, 0b1000,
                                      0b0111, 0b0101, 0b1001, 0b0011};
  bits.Add(kIndicators[static_cast<size_t>(mode)], 4);
}

void AddCharacters(Bits& bits, QrMode mode, const std::string& text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned>(static_cast<uint8_t>(text[i])); };
  if (mode == QrMode::kNumeric) {
    for (size_t i = 0; i < text.size(); i += 3) {
      const std::string digits = text.substr(i, 3);
      bits.Add(static_cast<unsigned>(std::stoi(digits)), 3 * static_cast<int>(digits.size()) + 1);
    }
  } else if (mode == QrMode::kAlphanumeric) {
    constexpr std::string_view kTable = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    for (size_t i = 0; i < text.size(); i += 2) {
      const auto first = static_cast<unsigned>(kTable.find(text[i]));
      if (i + 1 == text.size()) {
        bits.Add(first, 6);
      } else {
        bits.Add(first * 45 + static_cast<unsigned>(kTable.find(text[i + 1])), 11);
      }
    }
  } else if (mode == QrMode::kByte) {
    for (size_t i = 0; i < text.size(); ++i) bits.Add(byte(i), 8);
  } else {
    for (size_t i = 0; i + 1 < text.size(); i += 2) {
      unsigned code = byte(i) << 8 | byte(i + 1);
      code -= code < 0xE000 ? 0x8140 : 0xC140;
      bits.Add((code >> 8) * 0xC0 + (code & 0xFF), 13);
    }
  }
}

void AddSegment(Bits& bits, const QrSpec& spec, const QrSegment& segment) {
  if (segment.mode == QrMode::kBits) {
    for (const char c : segment.text) bits.Add(c == '1', 1);
    return;
  }
  const auto value = static_cast<unsigned>(segment.value);
  if (segment.mode >= QrMode::kEci && spec.micro) throw std::runtime_error("no such mode");
  switch (segment.mode) {
    case QrMode::kEci:
      AddMode(bits, spec, segment.mode);
      if (value < 128) {
        bits.Add(value, 8);
      } else if (value < 16384) {
        bits.Add(0x8000 | value, 16);
      } else {
        bits.Add(0xC00000 | value, 24);
      }
      return;
    case QrMode::kFnc1First:
      AddMode(bits, spec, segment.mode);
      return;
    case QrMode::kFnc1Second:
      AddMode(bits, spec, segment.mode);
      bits.Add(value, 8);
      return;
    case QrMode::kAppend:
      AddMode(bits, spec, segment.mode);
      bits.Add(value, 16);
      return;
    default:
      break;
  }
  const int width = CountWidth(spec, segment.mode);
  if (width == 0) throw std::runtime_error("no such mode");
  const size_t count = segment.text.size() / (segment.mode == QrMode::kKanji ? 2 : 1);
  if (count >> width != 0) throw std::runtime_error("segment too long for its count");
  AddMode(bits, spec, segment.mode);
  bits.Add(static_cast<unsigned>(count), width);
  AddCharacters(bits, segment.mode, segment.text);
}

}  // namespace

std::vector<QrSpec> AllQrSpecs() {
  std::vector<QrSpec> specs;
  for (const MicroKind& kind : kMicroKinds) specs.push_back({true, kind.version, kind.level, 0});
  for (int version = 1; version <= 40; ++version) {
    for (const char level : kLevels) specs.push_back({false, version, level, 0});
  }
  return specs;
}

int QrBlocks(const QrSpec& spec) {
  return spec.micro ? 1 : kBlockCount[LevelIndex(spec)][spec.version - 1];
}

int QrCheckCodewords(const QrSpec& spec) {
  return spec.micro ? kMicroKinds[MicroNumber(spec)].check
                    : kCheckPerBlock[LevelIndex(spec)][spec.version - 1];
}

int QrDataBits(const QrSpec& spec) {
  if (spec.micro) return kMicroKinds[MicroNumber(spec)].data_bits;
  return 8 * (Codewords(spec) - QrBlocks(spec) * QrCheckCodewords(spec));
}

int QrCapacity(const QrSpec& spec, QrMode mode) {
  const int width = CountWidth(spec, mode);
  if (width == 0) return 0;
  const int bits = QrDataBits(spec) - (spec.micro ? spec.version - 1 : 4) - width;
  if (bits <= 0) return 0;
  switch (mode) {
    case QrMode::kNumeric:
      return bits / 10 * 3 + (bits % 10 >= 7 ? 2 : bits % 10 >= 4 ? 1 : 0);
    case QrMode::kAlphanumeric:
      return bits / 11 * 2 + (bits % 11 >= 6 ? 1 : 0);
    case QrMode::kByte:
      return bits / 8;
    default:
      return bits / 13;
  }
}

std::vector<uint8_t> QrData(const QrSpec& spec, const std::vector<QrSegment>& segments) {
  const int capacity = QrDataBits(spec);
  Bits bits;
  for (const QrSegment& segment : segments) AddSegment(bits, spec, segment);
  if (bits.size() > capacity) throw std::runtime_error("message too long");
  const int terminator = spec.micro ? 2 * spec.version + 1 : 4;
  for (int i = 0; i < terminator && bits.size() < capacity; ++i) bits.Add(0, 1);
  while (bits.size() % 8 != 0 && bits.size() < capacity) bits.Add(0, 1);
  for (bool odd = true; bits.size() + 8 <= capacity; odd = !odd) {
    bits.Add(odd ? 0b11101100 : 0b00010001, 8);
  }
  while (bits.size() < capacity) bits.Add(0, 1);  // the half codeword
  std::vector<uint8_t> data(static_cast<size_t>(capacity + 7) / 8);
  for (int i = 0; i < capacity; ++i) {
    if (bits[i]) data[static_cast<size_t>(i) / 8] |= static_cast<uint8_t>(0x80 >> i % 8);
  }
  return data;
}

QrSymbol EncodeQrData(const QrSpec& spec, const std::vector<uint8_t>& data) {
  const size_t count = static_cast<size_t>(QrBlocks(spec));
  const int check = QrCheckCodewords(spec);
  const bool half = QrDataBits(spec) % 8 != 0;
  QrSymbol symbol;
  symbol.spec = spec;
  size_t next = 0;
  for (size_t b = 0; b < count; ++b) {
    // The last blocks take what does not divide evenly.
    const size_t length = data.size() / count + (b >= count - data.size() % count ? 1 : 0);
    std::vector<uint8_t> block(data.begin() + static_cast<std::ptrdiff_t>(next),
                               data.begin() + static_cast<std::ptrdiff_t>(next + length));
    next += length;
    const auto checks = CheckCodewords(block, check);
    block.insert(block.end(), checks.begin(), checks.end());
    symbol.blocks.push_back(std::move(block));
  }
  const auto checks = static_cast<size_t>(check);
  for (size_t i = 0; i < symbol.blocks.back().size() - checks; ++i) {
    for (const auto& block : symbol.blocks) {
      if (i < block.size() - checks) symbol.codewords.push_back(block[i]);
    }
  }
  for (size_t i = 0; i < checks; ++i) {
    for (const auto& block : symbol.blocks) {
      symbol.codewords.push_back(block[block.size() - checks + i]);
    }
  }
  QrDrawing drawing(spec, FormatData(spec));
  const auto free = drawing.FreeModules();
  auto module = free.begin();
  for (size_t i = 0; i < symbol.codewords.size(); ++i) {
    symbol.modules.emplace_back();
    // In a half codeword the upper bits.
    for (int bit = 7; bit >= (half && i + 1 == data.size() ? 4 : 0); --bit) {
      drawing.Paint(*module, (symbol.codewords[i] >> bit & 1) != 0);
      symbol.modules.back().push_back(*module++);
    }
  }
  drawing.Mask();
  symbol.dark = drawing.Take();
  return symbol;
}

QrSymbol EncodeQr(const QrSpec& spec, const std::vector<QrSegment>& segments) {
  return EncodeQrData(spec, QrData(spec, segments));
}

}  // namespace veriline::testing
