// SPDX-License-Identifier: Apache-2.0
#include "tests/support/linear_noise.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace veriline::testing {
namespace {

double Uniform(double low, double high, std::mt19937* random) {
  return std::uniform_real_distribution<double>(low, high)(*random);
}

}  // namespace

std::vector<float> NoiseEdges(int kind, std::mt19937* random) {
  std::vector<float> edges;
  const size_t count = 2 * (10 + (*random)() % 51);
  double at = 0, slow = 2;
  const auto whole = [&](int least, int most) {
    return std::uniform_int_distribution<int>(least, most)(*random);
  };
  while (edges.size() < count) {
    switch (kind) {
      case 0:
        at += 0.3 - 1.5 * std::log(Uniform(1e-6, 1, random));
        break;
      case 1:
        at += whole(1, 4);
        break;
      case 2:
        at += whole(0, 20) == 0 ? whole(5, 14) : whole(1, 4);
        break;
      case 3:
        at += whole(0, 2) == 0 ? whole(2, 9) : 1;
        break;
      default:
        slow = std::clamp(slow * Uniform(0.7, 1.43, random), 0.5, 10.0);
        at += slow;
    }
    edges.push_back(static_cast<float>(at + Uniform(-0.1, 0.1, random)));
  }
  return edges;
}

std::vector<float> DamagedEdges(std::vector<float> edges, std::mt19937* random) {
  const float inf = std::numeric_limits<float>::infinity();
  const float bad[] = {0, -1, 1e30f, -1e30f, inf, -inf, std::nanf(""), 1e-30f};
  for (size_t k = (*random)() % 4; k > 0; --k) {
    float& edge = edges[(*random)() % edges.size()];
    edge = (*random)() % 2 == 0 ? bad[(*random)() % std::size(bad)]
                                : edge + static_cast<float>(Uniform(-5, 5, random));
  }
  if ((*random)() % 5 == 0) edges.resize((*random)() % edges.size());
  return {edges.begin(), edges.end()};
}

int NoiseRows() {
  const char* rows = std::getenv("VERILINE_LINEAR_ROWS");
  return rows != nullptr ? std::atoi(rows) : 100'000;
}

}  // namespace veriline::testing
