// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "vision/symbology/pdf417/codeword_table.h"

namespace veriline::symbology::pdf417 {

// From the edges of a line across a symbol of the PDF417 family to what its elements mean. Edges
// are those of a ScanProfile: begin and end of bars by turns, so that bars begin at even places.
// Characters are told by the distances between similar edges, which bars grown or shrunk in print
// do not change (ISO/IEC 15438, reference decode algorithm). Pure. Thread: any.

inline constexpr int kCodewordElements = 8;
inline constexpr int kRapElements = 6;

struct CodewordRead {
  int cluster = 0;  ///< 0, 1, 2 for the standard's clusters 0, 3, 6
  int value = 0;    ///< 0 to 928
};

/// `edges`: from the begin of the first bar to the begin of the bar behind, 9 of them. False when
/// no character of any cluster is like that.
/// Cost: about 40 ns.
bool ReadCodeword(const float* edges, CodewordRead* read);

enum class RapKind : uint8_t { kSide, kCentre };

/// `edges`: from the begin of the first bar to the begin of the bar behind, 7 of them. Returns: the
/// number of the row address pattern (1 to 52); 0 when none is like that.
int ReadRap(const float* edges, RapKind kind);

enum class Guard : uint8_t { kStart, kStop };
inline constexpr int kStartModules = 17;
inline constexpr int kStopModules = 18;

/// Whether a start or stop pattern begins with the bar at `edges`. `edges`: at least
/// kGuardEdges of them. `x_width` gets X, in the unit of the edges.
inline constexpr size_t kGuardEdges = 9;
bool IsGuard(const float* edges, Guard guard, float* x_width);

enum class ColumnKind : uint8_t { kCodeword, kSideRap, kCentreRap };

/// What stands in a row, from left to right, between the start pattern or the first bar and the
/// stop pattern or the single bar at the end.
struct RowPlan {
  static constexpr size_t kMostColumns = 32;

  void Add(ColumnKind kind) {
    kinds[count] = kind;
    begins[count] = modules;
    ++count;
    modules += kind == ColumnKind::kCodeword ? kCodewordModules : kRapModules;
  }
  std::array<ColumnKind, kMostColumns> kinds{};
  std::array<int, kMostColumns> begins{};  ///< modules from the begin of the plan
  size_t count = 0;
  int modules = 0;
};

struct ColumnRead {
  bool ok = false;
  int cluster = 0;  ///< of a codeword
  int value = 0;    ///< of a codeword, or the number of a row address pattern
  float begin = 0;  ///< in the unit of the edges
  float end = 0;
};

/// What a line that runs along one or more rows tells of each column; that it does not tell is not
/// ok. `left`: where the plan begins, `right`: where it ends, in the unit of the edges.
void ReadColumns(std::span<const float> edges, const RowPlan& plan, float left, float right,
                 std::array<ColumnRead, RowPlan::kMostColumns>* out);

/// The begin of a bar that is nearest to `at`: its place in `edges`; edges.size() when none is
/// within `most`.
size_t NearestBar(std::span<const float> edges, float at, float most);

}  // namespace veriline::symbology::pdf417
