// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "tests/support/qr_encoder.h"

namespace veriline::testing {

/// The modules of a QR symbol: fixed patterns, format and version information, and the way that
/// data takes. For `EncodeQrData`.
class QrDrawing {
 public:
  /// `format_data`: the five bits before error correction.
  QrDrawing(const QrSpec& spec, unsigned format_data);

  /// Modules for data in their order.
  std::vector<size_t> FreeModules() const;
  void Paint(size_t module, bool dark) { dark_[module] = dark; }
  /// Turns the free modules over where the mask of the spec says so.
  void Mask();
  std::vector<uint8_t> Take() { return std::move(dark_); }

 private:
  size_t Area() const { return static_cast<size_t>(size_) * static_cast<size_t>(size_); }
  size_t Index(int row, int col) const { return static_cast<size_t>(row * size_ + col); }
  bool Fixed(int row, int col) const { return fixed_[Index(row, col)] != 0; }
  void Fix(int row, int col, bool dark);
  void Finder(int row, int col);
  void Alignment(int row, int col);
  void Format(unsigned format_data);
  void VersionInformation();
  bool Condition(int i, int j) const;

  QrSpec spec_;
  int size_;
  std::vector<uint8_t> dark_;
  std::vector<uint8_t> fixed_;
};

}  // namespace veriline::testing
