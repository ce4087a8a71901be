// SPDX-License-Identifier: Apache-2.0
#include "tests/support/qr_drawing.h"

#include <algorithm>
#include <cstdlib>

namespace veriline::testing {
namespace {

std::vector<int> AlignmentPlaces(const QrSpec& spec) {
  if (spec.micro || spec.version == 1) return {};
  const int count = spec.version / 7 + 2;
  // The last is fixed, the distance even and the same for all but the first two.
  const int step =
      spec.version == 32 ? 26 : (spec.version * 4 + count * 2 + 1) / (count * 2 - 2) * 2;
  std::vector<int> places;
  for (int at = spec.size() - 7; static_cast<int>(places.size()) < count - 1; at -= step) {
    places.insert(places.begin(), at);
  }
  places.insert(places.begin(), 6);
  return places;
}

}  // namespace

QrDrawing::QrDrawing(const QrSpec& spec, unsigned format_data)
    : spec_(spec), size_(spec.size()), dark_(Area()), fixed_(Area()) {
  Finder(3, 3);
  if (!spec.micro) {
    Finder(3, size_ - 4);
    Finder(size_ - 4, 3);
  }
  const int line = spec.micro ? 0 : 6;
  for (int i = 0; i < size_; ++i) {
    if (!Fixed(line, i)) Fix(line, i, i % 2 == 0);
    if (!Fixed(i, line)) Fix(i, line, i % 2 == 0);
  }
  const auto places = AlignmentPlaces(spec);
  for (const int row : places) {
    for (const int col : places) {
      const bool at_finder = (row == 6 && col == 6) || (row == 6 && col == size_ - 7) ||
                             (row == size_ - 7 && col == 6);
      if (!at_finder) Alignment(row, col);
    }
  }
  Format(format_data);
  if (!spec.micro && spec.version >= 7) VersionInformation();
}

std::vector<size_t> QrDrawing::FreeModules() const {
  std::vector<size_t> free;
  bool up = true;
  for (int col = size_ - 1; col >= 1; col -= 2) {
    if (!spec_.micro && col == 6) col = 5;
    for (int step = 0; step < size_; ++step) {
      const int row = up ? size_ - 1 - step : step;
      if (!Fixed(row, col)) free.push_back(Index(row, col));
      if (!Fixed(row, col - 1)) free.push_back(Index(row, col - 1));
    }
    up = !up;
  }
  return free;
}

void QrDrawing::Mask() {
  for (int i = 0; i < size_; ++i) {
    for (int j = 0; j < size_; ++j) {
      if (!Fixed(i, j) && Condition(i, j)) dark_[Index(i, j)] ^= 1;
    }
  }
}

void QrDrawing::Fix(int row, int col, bool dark) {
  dark_[Index(row, col)] = dark;
  fixed_[Index(row, col)] = 1;
}

void QrDrawing::Finder(int row, int col) {
  for (int dy = -4; dy <= 4; ++dy) {
    for (int dx = -4; dx <= 4; ++dx) {
      const int y = row + dy, x = col + dx;
      if (y < 0 || x < 0 || y >= size_ || x >= size_) continue;
      const int distance = std::max(std::abs(dy), std::abs(dx));
      Fix(y, x, distance <= 1 || distance == 3);
    }
  }
}

void QrDrawing::Alignment(int row, int col) {
  constexpr const char* kPicture[5] = {"#####", "#   #", "# # #", "#   #", "#####"};
  for (int y = 0; y < 5; ++y) {
    for (int x = 0; x < 5; ++x) Fix(row + y - 2, col + x - 2, kPicture[y][x] == '#');
  }
}

void QrDrawing::Format(unsigned format_data) {
  unsigned rest = format_data;  // a shift register
  for (int i = 0; i < 10; ++i) rest = rest << 1 ^ (rest >> 9 & 1u) * 0x537u;
  const unsigned word = (format_data << 10 | (rest & 0x3FF)) ^ (spec_.micro ? 0x4445u : 0x5412u);
  const auto bit = [&](int i) { return (word >> i & 1u) != 0; };
  if (spec_.micro) {
    for (int i = 0; i < 8; ++i) Fix(8, 1 + i, bit(14 - i));
    for (int i = 0; i < 7; ++i) Fix(7 - i, 8, bit(6 - i));
    return;
  }
  for (int i = 0; i <= 5; ++i) Fix(i, 8, bit(i));
  Fix(7, 8, bit(6));
  Fix(8, 8, bit(7));
  Fix(8, 7, bit(8));
  for (int i = 9; i < 15; ++i) Fix(8, 14 - i, bit(i));
  for (int i = 0; i < 8; ++i) Fix(8, size_ - 1 - i, bit(i));
  for (int i = 8; i < 15; ++i) Fix(size_ - 15 + i, 8, bit(i));
  Fix(size_ - 8, 8, true);
}

void QrDrawing::VersionInformation() {
  const auto version = static_cast<unsigned>(spec_.version);
  unsigned rest = version;
  for (int i = 0; i < 12; ++i) rest = rest << 1 ^ (rest >> 11 & 1u) * 0x1F25u;
  const unsigned word = version << 12 | (rest & 0xFFF);
  for (int i = 0; i < 18; ++i) {
    const bool bit = (word >> i & 1u) != 0;
    Fix(i / 3, size_ - 11 + i % 3, bit);
    Fix(size_ - 11 + i % 3, i / 3, bit);
  }
}

bool QrDrawing::Condition(int i, int j) const {
  if (spec_.micro) {
    switch (spec_.mask) {
      case 0:
        return i % 2 == 0;
      case 1:
        return (i / 2 + j / 3) % 2 == 0;
      case 2:
        return ((i * j) % 2 + (i * j) % 3) % 2 == 0;
      default:
        return ((i + j) % 2 + (i * j) % 3) % 2 == 0;
    }
  }
  switch (spec_.mask) {
    case 0:
      return (i + j) % 2 == 0;
    case 1:
      return i % 2 == 0;
    case 2:
      return j % 3 == 0;
    case 3:
      return (i + j) % 3 == 0;
    case 4:
      return (i / 2 + j / 3) % 2 == 0;
    case 5:
      return (i * j) % 2 + (i * j) % 3 == 0;
    case 6:
      return ((i * j) % 2 + (i * j) % 3) % 2 == 0;
    default:
      return ((i + j) % 2 + (i * j) % 3) % 2 == 0;
  }
}

}  // namespace veriline::testing
