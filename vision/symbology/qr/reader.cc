// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/qr/reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace veriline::symbology::qr {
namespace {

/// From a corner of the symbol to the middle of its finder pattern, modules.
constexpr float kPatternMiddle = 3.5f;
/// Modules of finder, timing and alignment patterns that may be wrong.
constexpr float kMostFixedErrors = 0.15f;
/// Modules of the timing patterns that alternate, or it is another size.
constexpr float kLeastTiming = 0.75f;
/// How far off the guess an alignment pattern is looked for, modules, and in which steps.
constexpr float kAlignmentReach = 2;
constexpr float kAlignmentStep = 0.25f;
/// Least difference of the mean of its dark and its light modules, as a share of that of a finder
/// pattern.
constexpr float kLeastAlignment = 0.5f;

float GreyAt(const FrameView& picture, Point at) {
  const int x = std::clamp(static_cast<int>(at.x), 0, picture.width - 1);
  const int y = std::clamp(static_cast<int>(at.y), 0, picture.height - 1);
  return static_cast<float>(picture.Row(y)[x]);
}

float SideOf(const Quad& quad) {
  return (Distance(quad.corners[0], quad.corners[1]) + Distance(quad.corners[0], quad.corners[3])) /
         2;
}

/// Places in modules, spanned by the middles of the finder patterns and a fourth point across from
/// the first.
class Grid {
 public:
  Grid(const Place& place, int size) : size_(static_cast<float>(size)) {
    const Quad& quad = place.quad;
    const float near = kPatternMiddle * place.module_px / SideOf(quad);
    const float far = 1 - near;
    // Of the fourth corner only what the other three say.
    Quad square = quad;
    square.corners[2] = quad.corners[1] + quad.corners[3] - quad.corners[0];
    origin_ = square.At(near, near);
    right_ = square.At(far, near) - origin_;
    down_ = square.At(near, far) - origin_;
  }

  Point At(float col, float row) const {
    const float reach = size_ - 2 * kPatternMiddle;
    const float s = (col - kPatternMiddle) / reach, t = (row - kPatternMiddle) / reach;
    return origin_ + right_ * s + down_ * t + bend_ * (s * t);
  }
  /// Moves the fourth corner so that a place lies at `at`.
  void Bend(float col, float row, Point at) {
    const float reach = size_ - 2 * kPatternMiddle;
    const float s = (col - kPatternMiddle) / reach, t = (row - kPatternMiddle) / reach;
    bend_ = bend_ + (at - At(col, row)) * (1 / (s * t));
  }
  Quad Outline() const { return {{At(0, 0), At(size_, 0), At(size_, size_), At(0, size_)}}; }

 private:
  float size_;
  Point origin_, right_, down_, bend_;
};

/// Share of the modules of both timing patterns whose colour is not that of the one before.
float TimingRatio(const FrameView& picture, const Grid& grid, int size) {
  int changes = 0;
  const int first = 8, last = size - 9;
  for (const bool down : {false, true}) {
    const auto at = [&](int k) {
      const float along = static_cast<float>(k) + 0.5f;
      return GreyAt(picture, down ? grid.At(6.5f, along) : grid.At(along, 6.5f));
    };
    // Each against those on both sides of it.
    for (int k = first; k <= last; ++k) {
      const float here = 2 * at(k), beside = at(k - 1) + at(k + 1);
      const bool darker = here < beside;
      changes += darker == (k % 2 == 0);
    }
  }
  const int modules = 2 * (last - first + 1);
  // Of an inverted one all of them are the other way round.
  return static_cast<float>(std::max(changes, modules - changes)) / static_cast<float>(modules);
}

/// Mean of the light modules minus that of the dark ones of a finder or alignment pattern, which is
/// dark, light and dark again from outside to inside. `half`: 2 of the 5×5 modules of
/// an alignment pattern, 3 of the 7×7 of a finder pattern.
float PatternContrast(const FrameView& picture, const Grid& grid, float col, float row, int half) {
  float dark = 0, light = 0;
  int darks = 0, lights = 0;
  for (int y = -half; y <= half; ++y) {
    for (int x = -half; x <= half; ++x) {
      const int ring = std::max(std::abs(x), std::abs(y));
      const float grey =
          GreyAt(picture, grid.At(col + static_cast<float>(x), row + static_cast<float>(y)));
      if (ring == half - 1) {
        light += grey, ++lights;
      } else {
        dark += grey, ++darks;
      }
    }
  }
  return light / static_cast<float>(lights) - dark / static_cast<float>(darks);
}

/// Fits the grid to the alignment pattern that is nearest to the fourth corner, if it shows.
void FitAlignment(const FrameView& picture, int size, bool inverted, Grid* grid) {
  if (size < 25) return;  // version 1 has none
  const float sign = inverted ? -1.0f : 1.0f;
  const float place = static_cast<float>(size) - 6.5f;
  const float least =
      kLeastAlignment * sign * PatternContrast(picture, *grid, kPatternMiddle, kPatternMiddle, 3);
  constexpr int kSteps = static_cast<int>(2 * kAlignmentReach / kAlignmentStep) + 1;
  std::array<float, kSteps * kSteps> contrasts;
  const auto off = [](int step) {
    return static_cast<float>(step) * kAlignmentStep - kAlignmentReach;
  };
  for (int i = 0; i < kSteps * kSteps; ++i) {
    contrasts[static_cast<size_t>(i)] =
        sign * PatternContrast(picture, *grid, place + off(i % kSteps), place + off(i / kSteps), 2);
  }
  const float best = *std::ranges::max_element(contrasts);
  if (best < least) return;
  // As good anywhere within the modules: the middle of those places.
  constexpr float kAsGood = 0.95f;
  float count = 0, col = 0, row = 0;
  for (int i = 0; i < kSteps * kSteps; ++i) {
    if (contrasts[static_cast<size_t>(i)] < kAsGood * best) continue;
    count += 1;
    col += off(i % kSteps);
    row += off(i / kSteps);
  }
  grid->Bend(place, place, grid->At(place + col / count, place + row / count));
}

void Transpose(std::span<const uint8_t> in, int size, std::vector<uint8_t>* out) {
  out->resize(in.size());
  for (int row = 0; row < size; ++row) {
    for (int col = 0; col < size; ++col) {
      (*out)[static_cast<size_t>(col * size + row)] = in[static_cast<size_t>(row * size + col)];
    }
  }
}

}  // namespace

bool Reader::Decode(Version version, bool mirrored, bool with_erasures) {
  const int size = version.Size();
  std::span<const uint8_t> dark = slicer_.dark(), doubtful;
  if (with_erasures) doubtful = slicer_.doubtful();
  if (mirrored) {
    Transpose(dark, size, &turned_);
    dark = turned_;
    if (with_erasures) {
      Transpose(doubtful, size, &turned_doubtful_);
      doubtful = turned_doubtful_;
    }
  }
  return qr::Decode(dark, version, {.erased = doubtful}, decoded_) == Step::kNone;
}

bool Reader::ReadSize(const FrameView& picture, const Place& place, int size, Symbol* symbol) {
  const auto version = Version::OfSize(size);
  if (!version || version->micro) return false;
  Grid grid(place, size);
  if (TimingRatio(picture, grid, size) < kLeastTiming) return false;
  FitAlignment(picture, size, place.inverted, &grid);
  slicer_.Sample(picture, grid.Outline(), size, size, place.inverted);
  const Layout& layout = Layout::Of(*version, Level::kL);
  const auto fixed = std::ranges::count_if(
      layout.segments, [](uint16_t segments) { return (segments & kFixedPattern) != 0; });
  for (const float sharpening : kSharpenings) {
    slicer_.Slice(sharpening);
    const int wrong = layout.WrongModules(slicer_.dark(), kFixedPattern);
    if (static_cast<float>(wrong) > kMostFixedErrors * static_cast<float>(fixed)) continue;
    for (const bool with_erasures : {false, true}) {
      for (const bool mirrored : {false, true}) {
        if (!Decode(*version, mirrored, with_erasures)) continue;
        FillSymbol(decoded_, *symbol);
        const Quad outline = grid.Outline();
        const auto& c = outline.corners;
        symbol->quad = mirrored ? Quad{{c[0], c[3], c[2], c[1]}} : outline;
        symbol->mirrored = mirrored;
        symbol->inverted = place.inverted;
        return true;
      }
    }
  }
  return false;
}

bool Reader::Read(const FrameView& picture, const Place& place, Symbol* symbol) {
  decoded_.failed_at = Step::kFormat;
  const float modules = SideOf(place.quad) / place.module_px;
  if (picture.Empty() || !(modules > 15 && modules < kMaxSize + 20)) return false;
  const int guess = 17 + 4 * std::max(1, static_cast<int>(std::lround((modules - 17) / 4)));
  // The middles of patterns and their modules tell the size of large symbols to some modules.
  const int reach = guess > 45 ? 2 : 1;
  for (int step = 0; step <= reach; ++step) {
    for (const int off : {4 * step, -4 * step}) {
      if (ReadSize(picture, place, guess + off, symbol)) return true;
      if (step == 0) break;
    }
  }
  return false;
}

}  // namespace veriline::symbology::qr
