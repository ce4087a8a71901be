// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace veriline::symbology::linear {

// What the members of the GS1 DataBar family share (ISO/IEC 24724). Their data characters are (n,
// k) characters of n modules in k bars and k spaces, read from edge to similar edge. Elements count
// from 1; those with odd numbers and those with even numbers are two sets. How the modules are
// divided between the sets tells the group of a value, and the rank of each set's widths among all
// of their kind tells the rest.

/// A row of a standard's table of character characteristics.
struct DataBarGroup {
  int first = 0;        ///< least value of the group
  int odd_modules = 0;  ///< the even set has the other ones
  int odd_widest = 0;   ///< the widest of an even set is 9 less this
  int odd_total = 0;    ///< how many widths of the odd set are in use
  int even_total = 0;
};

/// A kind of data character.
struct DataBarKind {
  int elements = 8;
  int modules = 0;
  /// Which set has an element of one module at least, so that growth of bars can be told from the
  /// widths.
  bool odd_has_narrow = false;
  /// Which set counts slowly in a value.
  bool odd_counts_slowly = true;
  std::span<const DataBarGroup> groups;
};

struct DataBarCharacter {
  static constexpr int kMostElements = 14;

  int value = 0;
  int checksum = 0;  ///< sum of element i's width times 3^(i-1), to the modulus of the symbology
  float x_width = 0;
  float growth = 0;  ///< of a bar, X
  float decodability = 0;
};

/// Reads the character from edge[0] to edge[kind.elements]. `mirrored`: element 1 is the right one.
/// Returns: whether it is one.
bool ReadDataBarCharacter(const float* edge, bool bar_first, bool mirrored, const DataBarKind& kind,
                          int modulus, DataBarCharacter* out);

/// A finder pattern of 15 modules in five elements.
struct DataBarFinder {
  int8_t widths[5];
};
constexpr int kFinderElements = 5;

/// The one of `finders` that lies between edge[0] and edge[5], or -1.
/// `mirrored`: its first element is the right one.
int ReadDataBarFinder(const float* edge, float x_width, bool mirrored,
                      std::span<const DataBarFinder> finders, float* decodability);

/// A quick test for the same: elements 2 and 3 of every finder pattern have together 10 to 12
/// modules, 4 and 5 two.
bool MayBeDataBarFinder(const float* edge, bool mirrored);

/// There is light beside the symbol; no quiet zone is asked for, but the outer spaces of its guard
/// patterns belong to it.
bool HasGuardSpaces(std::span<const float> edges, size_t first, size_t last, float x_width);

/// Appends the modulo 10 check digit to 13 digits of a GTIN.
void AppendGtinCheckDigit(char* fourteen);

}  // namespace veriline::symbology::linear
