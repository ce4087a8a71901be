// SPDX-License-Identifier: Apache-2.0
#include "tests/support/datamatrix_encoder.h"

#include <algorithm>
#include <stdexcept>

namespace veriline::testing {
namespace {

// ISO/IEC 16022:2006 table C.1, as what a character of C40 becomes.
void AppendC40(uint8_t c, bool lower, bool fnc1, std::vector<int>& values) {
  const std::string_view punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_";
  if (c == 0x1D && fnc1) {
    values.insert(values.end(), {1, 27});
  } else if (c >= 128) {
    values.insert(values.end(), {1, 30});
    AppendC40(static_cast<uint8_t>(c - 128), lower, false, values);
  } else if (c == ' ') {
    values.push_back(3);
  } else if (c >= '0' && c <= '9') {
    values.push_back(c - '0' + 4);
  } else if (c >= 'A' && c <= 'Z') {
    if (lower) values.push_back(2);
    values.push_back(lower ? c - 'A' + 1 : c - 'A' + 14);
  } else if (c >= 'a' && c <= 'z') {
    if (!lower) values.push_back(2);
    values.push_back(lower ? c - 'a' + 14 : c - 'a' + 1);
  } else if (c < 32) {
    values.insert(values.end(), {0, c});
  } else if (c == '`') {
    values.insert(values.end(), {2, 0});
  } else if (c >= '{') {  // { | } ~ DEL
    values.insert(values.end(), {2, c - '{' + 27});
  } else {
    values.insert(values.end(), {1, static_cast<int>(punctuation.find(static_cast<char>(c)))});
  }
}

bool AppendX12(char c, std::vector<int>& values) {
  if (c == '\r') {
    values.push_back(0);
  } else if (c == '*') {
    values.push_back(1);
  } else if (c == '>') {
    values.push_back(2);
  } else if (c == ' ') {
    values.push_back(3);
  } else if (c >= '0' && c <= '9') {
    values.push_back(c - '0' + 4);
  } else if (c >= 'A' && c <= 'Z') {
    values.push_back(c - 'A' + 14);
  } else {
    return false;
  }
  return true;
}

/// Annex B.2; places count from 1.
uint8_t Randomise255(int value, size_t place) {
  return static_cast<uint8_t>((value + (149 * static_cast<int>(place)) % 255 + 1) % 256);
}

/// Annex B.1.
uint8_t Randomise253(size_t place) {
  int value = 129 + (149 * static_cast<int>(place)) % 253 + 1;
  if (value > 254) value -= 254;
  return static_cast<uint8_t>(value);
}

// GF(2^8) without tables.
int Product(int a, int b) {
  int product = 0;
  for (; b != 0; b >>= 1) {
    if (b & 1) product ^= a;
    a <<= 1;
    if (a & 0x100) a ^= 0x12D;
  }
  return product;
}

/// Annex E: the remainder of the data by the generator polynomial.
std::vector<uint8_t> CheckOf(const std::vector<uint8_t>& data, int count) {
  std::vector<int> generator = {1};  // lowest power first
  int root = 1;
  for (int i = 0; i < count; ++i) {
    root = Product(root, 2);
    generator.insert(generator.begin(), 0);  // times x
    for (size_t k = 0; k + 1 < generator.size(); ++k)
      generator[k] ^= Product(generator[k + 1], root);
  }
  std::vector<int> word(data.begin(), data.end());
  word.resize(data.size() + static_cast<size_t>(count));
  for (size_t i = 0; i < data.size(); ++i) {
    const int factor = word[i];
    for (size_t k = 0; k < generator.size(); ++k) {
      word[i + k] ^= Product(factor, generator[generator.size() - 1 - k]);
    }
  }
  return {word.begin() + static_cast<std::ptrdiff_t>(data.size()), word.end()};
}

/// The program of annex F, with its names.
class Ecc200 {
 public:
  Ecc200(int nrow, int ncol)
      : nrow_(nrow), ncol_(ncol), array_(static_cast<size_t>(nrow * ncol), 0) {}

  /// 10 × codeword (from 1) + bit (from 1, the most significant); 1 for a dark and 0 for a light
  /// module in the corner.
  std::vector<int> Run() {
    int chr = 1, row = 4, col = 0;
    do {
      if (row == nrow_ && col == 0) Corner1(chr++);
      if (row == nrow_ - 2 && col == 0 && ncol_ % 4) Corner2(chr++);
      if (row == nrow_ - 2 && col == 0 && ncol_ % 8 == 4) Corner3(chr++);
      if (row == nrow_ + 4 && col == 2 && !(ncol_ % 8)) Corner4(chr++);
      do {
        if (row < nrow_ && col >= 0 && !At(row, col)) Utah(row, col, chr++);
        row -= 2, col += 2;
      } while (row >= 0 && col < ncol_);
      row += 1, col += 3;
      do {
        if (row >= 0 && col < ncol_ && !At(row, col)) Utah(row, col, chr++);
        row += 2, col -= 2;
      } while (row < nrow_ && col >= 0);
      row += 3, col += 1;
    } while (row < nrow_ || col < ncol_);
    if (!At(nrow_ - 1, ncol_ - 1)) At(nrow_ - 1, ncol_ - 1) = At(nrow_ - 2, ncol_ - 2) = 1;
    return array_;
  }

 private:
  int& At(int row, int col) { return array_.at(static_cast<size_t>(row * ncol_ + col)); }

  void Module(int row, int col, int chr, int bit) {
    if (row < 0) row += nrow_, col += 4 - ((nrow_ + 4) % 8);
    if (col < 0) col += ncol_, row += 4 - ((ncol_ + 4) % 8);
    if (row >= nrow_) row -= nrow_;  // ISO/IEC 21471
    At(row, col) = 10 * chr + bit;
  }
  void Utah(int row, int col, int chr) {
    Module(row - 2, col - 2, chr, 1);
    Module(row - 2, col - 1, chr, 2);
    Module(row - 1, col - 2, chr, 3);
    Module(row - 1, col - 1, chr, 4);
    Module(row - 1, col, chr, 5);
    Module(row, col - 2, chr, 6);
    Module(row, col - 1, chr, 7);
    Module(row, col, chr, 8);
  }
  void Corner1(int chr) {
    Module(nrow_ - 1, 0, chr, 1);
    Module(nrow_ - 1, 1, chr, 2);
    Module(nrow_ - 1, 2, chr, 3);
    Module(0, ncol_ - 2, chr, 4);
    Module(0, ncol_ - 1, chr, 5);
    Module(1, ncol_ - 1, chr, 6);
    Module(2, ncol_ - 1, chr, 7);
    Module(3, ncol_ - 1, chr, 8);
  }
  void Corner2(int chr) {
    Module(nrow_ - 3, 0, chr, 1);
    Module(nrow_ - 2, 0, chr, 2);
    Module(nrow_ - 1, 0, chr, 3);
    Module(0, ncol_ - 4, chr, 4);
    Module(0, ncol_ - 3, chr, 5);
    Module(0, ncol_ - 2, chr, 6);
    Module(0, ncol_ - 1, chr, 7);
    Module(1, ncol_ - 1, chr, 8);
  }
  void Corner3(int chr) {
    Module(nrow_ - 3, 0, chr, 1);
    Module(nrow_ - 2, 0, chr, 2);
    Module(nrow_ - 1, 0, chr, 3);
    Module(0, ncol_ - 2, chr, 4);
    Module(0, ncol_ - 1, chr, 5);
    Module(1, ncol_ - 1, chr, 6);
    Module(2, ncol_ - 1, chr, 7);
    Module(3, ncol_ - 1, chr, 8);
  }
  void Corner4(int chr) {
    Module(nrow_ - 1, 0, chr, 1);
    Module(nrow_ - 1, ncol_ - 1, chr, 2);
    Module(0, ncol_ - 3, chr, 3);
    Module(0, ncol_ - 2, chr, 4);
    Module(0, ncol_ - 1, chr, 5);
    Module(1, ncol_ - 3, chr, 6);
    Module(1, ncol_ - 2, chr, 7);
    Module(1, ncol_ - 1, chr, 8);
  }

  const int nrow_;
  const int ncol_;
  std::vector<int> array_;
};

/// Calls `place(index of the module, what Ecc200 says of it)` for all modules inside the borders.
template <class Place>
void ForEachMapped(const DataMatrixSize& size, const Place& place) {
  const int height = size.rows / size.regions_down, width = size.cols / size.regions_across;
  const int nrow = size.rows - 2 * size.regions_down, ncol = size.cols - 2 * size.regions_across;
  const std::vector<int> array = Ecc200(nrow, ncol).Run();
  size_t next = 0;
  for (int row = 0; row < size.rows; ++row) {
    if (row % height == 0 || row % height == height - 1) continue;
    for (int col = 0; col < size.cols; ++col) {
      if (col % width == 0 || col % width == width - 1) continue;
      place(static_cast<size_t>(row * size.cols + col), array.at(next++));
    }
  }
}

}  // namespace

const std::vector<DataMatrixSize>& DataMatrixSizes() {
  static const std::vector<DataMatrixSize> sizes = {
      {10, 10, 1, 1, 3, 5, 1},        {12, 12, 1, 1, 5, 7, 1},
      {14, 14, 1, 1, 8, 10, 1},       {16, 16, 1, 1, 12, 12, 1},
      {18, 18, 1, 1, 18, 14, 1},      {20, 20, 1, 1, 22, 18, 1},
      {22, 22, 1, 1, 30, 20, 1},      {24, 24, 1, 1, 36, 24, 1},
      {26, 26, 1, 1, 44, 28, 1},      {32, 32, 2, 2, 62, 36, 1},
      {36, 36, 2, 2, 86, 42, 1},      {40, 40, 2, 2, 114, 48, 1},
      {44, 44, 2, 2, 144, 56, 1},     {48, 48, 2, 2, 174, 68, 1},
      {52, 52, 2, 2, 204, 84, 2},     {64, 64, 4, 4, 280, 112, 2},
      {72, 72, 4, 4, 368, 144, 4},    {80, 80, 4, 4, 456, 192, 4},
      {88, 88, 4, 4, 576, 224, 4},    {96, 96, 4, 4, 696, 272, 4},
      {104, 104, 4, 4, 816, 336, 6},  {120, 120, 6, 6, 1050, 408, 6},
      {132, 132, 6, 6, 1304, 496, 8}, {144, 144, 6, 6, 1558, 620, 10},
      {8, 18, 1, 1, 5, 7, 1},         {8, 32, 1, 2, 10, 11, 1},
      {12, 26, 1, 1, 16, 14, 1},      {12, 36, 1, 2, 22, 18, 1},
      {16, 36, 1, 2, 32, 24, 1},      {16, 48, 1, 2, 49, 28, 1},
      {8, 48, 1, 2, 18, 15, 1},       {8, 64, 1, 4, 24, 18, 1},
      {8, 80, 1, 4, 32, 22, 1},       {8, 96, 1, 4, 38, 28, 1},
      {8, 120, 1, 6, 49, 32, 1},      {8, 144, 1, 6, 63, 36, 1},
      {12, 64, 1, 4, 43, 27, 1},      {12, 88, 1, 4, 64, 36, 1},
      {16, 64, 1, 4, 62, 36, 1},      {20, 36, 1, 2, 44, 28, 1},
      {20, 44, 1, 2, 56, 34, 1},      {20, 64, 1, 4, 84, 42, 1},
      {22, 48, 1, 2, 72, 38, 1},      {24, 48, 1, 2, 80, 41, 1},
      {24, 64, 1, 4, 108, 46, 1},     {26, 40, 1, 2, 70, 38, 1},
      {26, 48, 1, 2, 90, 42, 1},      {26, 64, 1, 4, 118, 50, 1},
  };
  return sizes;
}

const DataMatrixSize& DataMatrixSizeOf(int rows, int cols) {
  for (const DataMatrixSize& size : DataMatrixSizes()) {
    if (size.rows == rows && size.cols == cols) return size;
  }
  throw std::out_of_range("no such size of Data Matrix");
}

bool DataMatrixWriter::Take(const std::vector<uint8_t>& codewords, std::string_view payload) {
  if (codewords.size() > capacity_ - codewords_.size()) return false;
  codewords_.insert(codewords_.end(), codewords.begin(), codewords.end());
  payload_ += payload;
  return true;
}

bool DataMatrixWriter::Ascii(std::string_view text) {
  std::vector<uint8_t> out;
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte >= 128) out.push_back(235);
    out.push_back(static_cast<uint8_t>(byte % 128 + 1));
  }
  return Take(out, text);
}

bool DataMatrixWriter::Digits(std::string_view digits) {
  if (digits.size() % 2 != 0) return false;
  std::vector<uint8_t> out;
  for (size_t i = 0; i < digits.size(); i += 2) {
    out.push_back(static_cast<uint8_t>(130 + (digits[i] - '0') * 10 + (digits[i + 1] - '0')));
  }
  return Take(out, digits);
}

bool DataMatrixWriter::Pairs(std::string_view text, PairMode mode, bool fnc1) {
  std::vector<int> values;
  for (const char c : text) {
    if (mode == kX12) {
      if (!AppendX12(c, values)) return false;
    } else {
      AppendC40(static_cast<uint8_t>(c), mode == kText, fnc1, values);
    }
  }
  if (mode != kX12 && values.size() % 3 == 2 &&
      static_cast<size_t>(Left()) == 1 + (values.size() + 1) / 3 * 2) {
    values.push_back(0);  // Shift 1 fills the last pair of the symbol
  }
  if (values.size() % 3 != 0) return false;
  std::vector<uint8_t> out = {static_cast<uint8_t>(mode == kC40 ? 230 : mode == kText ? 239 : 238)};
  for (size_t i = 0; i < values.size(); i += 3) {
    const int packed = 1600 * values[i] + 40 * values[i + 1] + values[i + 2] + 1;
    out.push_back(static_cast<uint8_t>(packed / 256));
    out.push_back(static_cast<uint8_t>(packed % 256));
  }
  // With one codeword left in the symbol, that one is ASCII without a return.
  if (codewords_.size() + out.size() + 1 < capacity_) out.push_back(254);
  return Take(out, text);
}

bool DataMatrixWriter::Edifact(std::string_view text) {
  std::vector<int> values;
  for (const char c : text) {
    if (c < 32 || c > 94) return false;
    values.push_back(c & 0x3F);
  }
  // With one or two codewords left behind the last four, those are ASCII without a return.
  const size_t fours = 1 + text.size() / 4 * 3;
  const bool returns = codewords_.size() + fours + 2 < capacity_;
  if (!returns && text.size() % 4 != 0) return false;
  if (returns) values.push_back(0x1F);
  std::vector<uint8_t> out = {240};
  int bits = 0, held = 0;
  for (const int value : values) {
    held = held << 6 | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out.push_back(static_cast<uint8_t>(held >> bits));
    }
  }
  if (bits > 0) out.push_back(static_cast<uint8_t>(held << (8 - bits)));
  return Take(out, text);
}

bool DataMatrixWriter::Base256(std::string_view bytes, bool to_end) {
  std::vector<int> plain;
  if (to_end) {
    if (static_cast<size_t>(Left()) != bytes.size() + 2) return false;
    plain = {0};
  } else if (bytes.size() < 250) {
    if (bytes.empty()) return false;
    plain = {static_cast<int>(bytes.size())};
  } else {
    plain = {static_cast<int>(bytes.size() / 250) + 249, static_cast<int>(bytes.size() % 250)};
  }
  for (const char c : bytes) plain.push_back(static_cast<uint8_t>(c));
  std::vector<uint8_t> out = {231};
  for (const int value : plain) {
    out.push_back(Randomise255(value, codewords_.size() + out.size() + 1));
  }
  return Take(out, bytes);
}

bool DataMatrixWriter::Fnc1(bool separator) { return Take({232}, separator ? "\x1d" : ""); }

bool DataMatrixWriter::Eci(int eci) {
  std::vector<uint8_t> out = {241};
  const auto push = [&](int value) { out.push_back(static_cast<uint8_t>(value)); };
  if (eci <= 126) {
    push(eci + 1);
  } else if (eci <= 16382) {
    push((eci - 127) / 254 + 128);
    push((eci - 127) % 254 + 1);
  } else {
    push((eci - 16383) / 64516 + 192);
    push((eci - 16383) / 254 % 254 + 1);
    push((eci - 16383) % 254 + 1);
  }
  return Take(out, "");
}

bool DataMatrixWriter::StructuredAppend(int index, int count, uint8_t file1, uint8_t file2) {
  return Take({233, static_cast<uint8_t>((index - 1) << 4 | (17 - count)), file1, file2}, "");
}

bool DataMatrixWriter::Macro(int format) {
  if (!Take({static_cast<uint8_t>(format == 5 ? 236 : 237)},
            std::string("[)>\x1e") + (format == 5 ? "05" : "06") + "\x1d")) {
    return false;
  }
  trailer_ = "\x1e\x04";
  return true;
}

bool DataMatrixWriter::Raw(std::vector<uint8_t> codewords) { return Take(codewords, ""); }

void DataMatrixWriter::Finish() {
  if (codewords_.size() < capacity_) codewords_.push_back(129);
  while (codewords_.size() < capacity_) codewords_.push_back(Randomise253(codewords_.size() + 1));
  payload_ += trailer_;
  trailer_.clear();
}

size_t C40ValueCount(std::string_view text, bool lower, bool fnc1) {
  std::vector<int> values;
  for (const char c : text) AppendC40(static_cast<uint8_t>(c), lower, fnc1, values);
  return values.size();
}

std::vector<uint8_t> AddCheckCodewords(const DataMatrixSize& size, const std::vector<uint8_t>& data,
                                       Interleave144 interleave) {
  std::vector<uint8_t> all = data;
  all.resize(static_cast<size_t>(size.data + size.check));
  const int first = interleave == Interleave144::kContinued ? size.data % size.blocks : 0;
  for (int block = 0; block < size.blocks; ++block) {
    std::vector<uint8_t> part;
    for (int i = block; i < size.data; i += size.blocks)
      part.push_back(data.at(static_cast<size_t>(i)));
    const std::vector<uint8_t> check = CheckOf(part, size.check / size.blocks);
    const int offset = (block + size.blocks - first) % size.blocks;
    for (size_t i = 0; i < check.size(); ++i) {
      all.at(static_cast<size_t>(size.data + offset) + i * static_cast<size_t>(size.blocks)) =
          check[i];
    }
  }
  return all;
}

std::vector<int> PlaceBits(const DataMatrixSize& size) {
  std::vector<int> bits(static_cast<size_t>(size.rows * size.cols), -1);
  ForEachMapped(size, [&](size_t module, int value) {
    if (value >= 10) bits[module] = (value / 10 - 1) * 8 + value % 10 - 1;
  });
  return bits;
}

std::vector<uint8_t> PlaceModules(const DataMatrixSize& size,
                                  const std::vector<uint8_t>& codewords) {
  std::vector<uint8_t> dark(static_cast<size_t>(size.rows * size.cols));
  const int height = size.rows / size.regions_down, width = size.cols / size.regions_across;
  for (int row = 0; row < size.rows; ++row) {
    for (int col = 0; col < size.cols; ++col) {
      const int r = row % height, c = col % width;
      uint8_t& module = dark[static_cast<size_t>(row * size.cols + col)];
      if (r == 0) module = c % 2 == 0;            // clock track above
      if (c == width - 1) module = r % 2 == 1;    // and at the right
      if (c == 0 || r == height - 1) module = 1;  // the L
    }
  }
  ForEachMapped(size, [&](size_t module, int value) {
    dark[module] = value >= 10
                       ? codewords.at(static_cast<size_t>(value / 10 - 1)) >> (8 - value % 10) & 1
                       : value == 1;
  });
  return dark;
}

}  // namespace veriline::testing
