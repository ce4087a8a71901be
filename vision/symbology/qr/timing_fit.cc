// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/qr/timing_fit.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>

#include "vision/symbology/qr/robust_mean.h"

namespace veriline::symbology::qr {
namespace {

constexpr float kFinderMiddle = 3.5f;  ///< from the symbol's edges, modules
/// Half a module: how far an edge may be off (ISO/IEC 18004).
constexpr float kTolerance = 0.5f;

/// Of 2 · (size − 5) modules.
int WrongMicroTiming(const LevelField& field, const Frame& finder, int size) {
  int wrong = 0;
  for (int k = 7; k < size + 2; ++k) {
    const bool dark = k < size && k % 2 == 0;
    const float along = static_cast<float>(k) - 3;
    wrong += field.Dark(finder.At(along, -3)) != dark;
    wrong += field.Dark(finder.At(-3, along)) != dark;
  }
  return wrong;
}

/// Turns the module vectors to what the timing patterns tell of their directions.
void TurnToMicroTiming(const LevelField& field, int size, Frame* finder) {
  // Blur draws in the outer edges of single modules, all alike: their slope is right, and where
  // they lie beside the finder's edge is not. What the finder says of its direction counts by its
  // four long edges of five lines each, the timing pattern by the squares of its distances too.
  constexpr float kFinderWeight = 40;
  constexpr float kEdge = -3.5f;  // outer edge of finder and timing pattern
  const Frame at = *finder;
  std::array<float, 2> slopes{};
  for (const bool down : {false, true}) {
    const Point along = down ? at.down : at.right, across = down ? at.right : at.down;
    std::array<LinePoint, 5> places;
    size_t count = 0;
    float mean = 0, weight = 0;
    for (int module = 8; module < size; module += 2) {
      const float x = static_cast<float>(module) - 3;
      const auto edge = field.EdgeNear(at.centre + along * x, across, kEdge, kTolerance, true);
      if (!edge) continue;
      places[count++] = {x, *edge};
      mean += x;
    }
    if (count < 2) continue;
    mean /= static_cast<float>(count);
    for (size_t i = 0; i < count; ++i) {
      weight += (places[i].along - mean) * (places[i].along - mean);
    }
    slopes[down ? 1 : 0] = SlopeOf({places.data(), count}, 2) * weight / (weight + kFinderWeight);
  }
  finder->right = at.right + at.down * slopes[0];
  finder->down = at.down + at.right * slopes[1];
}

/// Makes them as long as the mean spaces of the timing patterns.
void FitSpaces(const LevelField& field, int size, Frame* finder) {
  constexpr float kNear = 0.02f;
  const Frame at = *finder;
  for (const bool down : {false, true}) {
    const Point along = down ? at.down : at.right;
    const Point origin = at.centre + (down ? at.right : at.down) * -3.0f;
    Values pitches;
    std::optional<float> before;
    // Not the separator: blur moves its edge beside the wide finder less than the other.
    for (int k = 8; k <= size; ++k) {
      const auto edge = field.EdgeNear(origin, along, static_cast<float>(k) - kFinderMiddle,
                                       kTolerance, k % 2 == 0);
      // The middle of module k - 1, which growth does not move.
      if (before && edge) pitches.Add((*before + *edge) / 2 / static_cast<float>(k - 4));
      before = edge;
    }
    if (pitches.size() > 0) (down ? finder->down : finder->right) = along * pitches.Middle(kNear);
  }
}

}  // namespace

bool HasTiming(const LevelField& field, const SamplingGrid& places, int size) {
  const int first = 8, last = size - 9;
  for (const bool down : {false, true}) {
    int wrong = 0;
    for (int k = first; k <= last; ++k) {
      const float along = static_cast<float>(k) + 0.5f;
      const Point at = down ? places.At(6.5f, along) : places.At(along, 6.5f);
      wrong += field.Dark(at) != (k % 2 == 0);
    }
    if (static_cast<float>(wrong) <= kMostWrongTiming * static_cast<float>(last - first + 1)) {
      return true;
    }
  }
  return false;
}

std::array<MicroVersion, 4> MicroVersionsBehind(const LevelField& field, const Frame& finder) {
  std::array<MicroVersion, 4> versions;
  for (int i = 0; i < 4; ++i) {
    MicroVersion& version = versions[static_cast<size_t>(i)];
    version.number = i + 1;
    const auto looked_at = static_cast<float>(2 * (version.size() - 5));
    version.wrong_ratio =
        static_cast<float>(WrongMicroTiming(field, finder, version.size())) / looked_at;
  }
  std::ranges::sort(versions, {},
                    [](const MicroVersion& v) { return std::pair(v.wrong_ratio, v.number); });
  return versions;
}

bool FitToMicroTiming(const LevelField& field, int size, Frame* finder) {
  TurnToMicroTiming(field, size, finder);
  if (!FitFinder(field, false, finder)) return false;
  FitSpaces(field, size, finder);
  return true;
}

}  // namespace veriline::symbology::qr
