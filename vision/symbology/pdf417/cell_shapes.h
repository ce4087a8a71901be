// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace veriline::symbology::pdf417 {

/// Tells a character by its light and dark modules as a whole where bars are too blurred to have
/// edges: the character of a cluster whose print, blurred by half a module, is most like what is
/// seen. Thread: one at a time (it owns scratch memory).
/// Cost: some 10 µs a character.
class CellShapes {
 public:
  static constexpr size_t kSamples = 34;  ///< two a module

  /// `values`: grey in the middle of each half of a module, dark is low. Returns: the character; -1
  /// where nothing is like it, or another is nearly as much.
  int Match(const std::array<float, kSamples>& values, int cluster);

 private:
  std::vector<float> scores_;
};

}  // namespace veriline::symbology::pdf417
