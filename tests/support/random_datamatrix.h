// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace veriline::testing {

/// A message with what a reader has to make of it.
struct RandomDataMatrix {
  std::vector<uint8_t> data;  ///< codewords, pads included
  std::string payload;
  std::string identifier;  ///< of a symbol that is not of the rectangular extension
  std::vector<std::pair<size_t, int>> ecis;  ///< byte of the payload, ECI
  int append_index = 0;
  int append_count = 0;
  int pads = 0;
};

/// Which of the rarer things may stand in a random message.
struct RandomDataMatrixOptions {
  bool eci = true;
  bool structured_append = true;
  bool macro = true;
};

/// Segments of all encodations in random order and length, that fill the data codewords to a random
/// part or to the last one.
RandomDataMatrix RandomMessage(std::mt19937& random, int data_codewords,
                               const RandomDataMatrixOptions& options = {});

}  // namespace veriline::testing
