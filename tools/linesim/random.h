// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

namespace veriline::linesim {

/// SplitMix64's finaliser (Steele, Lea, Flood 2014): a bijection of 64-bit words that mixes well.
inline uint64_t Mix(uint64_t x) {
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

/// What a sequence of random numbers is for. Sequences of different streams share nothing, so one
/// property of an item can be computed without the others.
enum class Stream : uint64_t {
  kPitch = 1,
  kFaultPlace,
  kFaultOrder,
  kDuplicate,
  kCode,
  kBatch,
  kLabel,
  kDamage,
  kPack,
  kBelt,
  kOptics,
  kNoise,
  kSplice,
  kArt,
  kGlare,
  kClutter,
  kHard,
};

/// Counter-based random numbers: (seed, stream, index) fixes the whole sequence, so that any item
/// of the world can be computed alone, in any order and in any process, and comes out the same.
class Random {
 public:
  Random(uint64_t seed, Stream stream, uint64_t index)
      : state_(Mix(Mix(Mix(seed) ^ static_cast<uint64_t>(stream)) ^ index)) {}

  uint64_t Next() { return Mix(state_++); }
  /// Uniform in [0, n); n > 0.
  uint32_t Below(uint32_t n) { return static_cast<uint32_t>(((Next() >> 32) * n) >> 32); }
  /// Uniform integer in [low, high].
  int Between(int low, int high) {
    return low + static_cast<int>(Below(static_cast<uint32_t>(high - low + 1)));
  }
  /// Uniform in [low, high).
  double Uniform(double low, double high) {
    return low + (high - low) * (static_cast<double>(Next() >> 11) * 0x1.0p-53);
  }
  bool Chance(double p) { return Uniform(0, 1) < p; }

 private:
  uint64_t state_;
};

}  // namespace veriline::linesim
