// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/qr/photo_reader.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <utility>

namespace veriline::symbology::qr {
namespace {

/// Modules of finder, timing and alignment patterns that may be wrong, and where doubtful modules
/// are taken as erasures, which lets more false texts through.
constexpr float kMostFixedErrors = 0.2f;
constexpr float kMostFixedErrorsWithErasures = 0.08f;
/// Modules of the timing patterns that alternate, or it is another size.
constexpr float kLeastTiming = 0.74f;
/// The same of larger symbols, whose fit takes long and whose patterns tell more.
constexpr int kLargeSize = 45;
constexpr float kLeastLargeTiming = 0.82f;
/// How far from what the position patterns tell another size may be.
constexpr float kMostSizeOff = 0.12f;
/// Modules from which on version information is looked for.
constexpr float kLeastWithVersion = 38;
/// How far from the guess the fourth corner may be, modules.
constexpr float kMostReach = 9;
/// Sizes that are tried.
constexpr size_t kMostTries = 2;
constexpr float kPatternMiddle = 3.5f;

/// How one timing pattern shows.
struct Timing {
  float ratio = 0;  ///< of the differences between its modules, those that are as they should be
  float nearness = 1;
  float bow = 0;  ///< modules
};

/// Looks for the perspective and the bow with which the upper (or left) timing pattern shows most
/// clearly.
Timing FitTiming(const FrameView& picture, const Sight& sight, Perspective::Nearness nearness,
                 int size, bool left) {
  const float reach = static_cast<float>(size - 7);
  const int first = 8, last = size - 9;
  const float sign = sight.inverted ? -1.0f : 1.0f;
  // Half of the pattern is off by a quarter of a module with a nearness that is wrong by 1 / reach.
  constexpr float kMostOff = 0.16f;
  constexpr int kMostSteps = 8, kBows = 4;
  const int steps = std::min(kMostSteps, static_cast<int>(kMostOff * reach / 1.5f));
  const float step = std::max(1.5f / reach, kMostOff / kMostSteps);
  const float most_bow = 1.5f + 0.03f * static_cast<float>(size);
  Timing best;
  float best_clarity = 0;
  const float start = left ? nearness.bl : nearness.tr;
  for (int i = -steps; i <= steps; ++i) {
    const float near = start * (1 + static_cast<float>(i) * step);
    (left ? nearness.bl : nearness.tr) = near;
    const auto plane = Perspective::Of(sight.middles, nearness, reach);
    if (!plane) continue;
    for (int b = -kBows; b <= kBows; ++b) {
      const float bow = most_bow * static_cast<float>(b) / kBows;
      const auto at = [&](int k) {
        const float along = static_cast<float>(k - 3);
        const float s = along / reach, across = 3 + bow * 4 * s * (1 - s);
        const Point p = left ? plane->At(across, along) : plane->At(along, across);
        const int x = std::clamp(static_cast<int>(p.x), 0, picture.width - 1);
        const int y = std::clamp(static_cast<int>(p.y), 0, picture.height - 1);
        return sign * static_cast<float>(picture.Row(y)[x]);
      };
      // Each against those on both sides of it.
      float right = 0, all = 1;
      float before = at(first - 1), here = at(first);
      for (int k = first; k <= last; ++k) {
        const float behind = at(k + 1);
        const float lighter = 2 * here - before - behind;
        right += k % 2 == 0 ? -lighter : lighter;
        all += std::abs(lighter);
        before = here, here = behind;
      }
      // Of two that are as clear the one that is nearer to what the position patterns tell.
      constexpr float kPull = 0.03f;
      const float clarity = right * (1 - kPull * std::abs(bow) / most_bow -
                                     kPull * static_cast<float>(std::abs(i)) /
                                         static_cast<float>(std::max(1, steps)));
      if (clarity <= best_clarity) continue;
      best_clarity = clarity;
      best = {(right / all + 1) / 2, near, bow};
    }
  }
  return best;
}

/// What version information beside the upper right pattern says, 0: none.
int VersionNumber(const FrameView& picture, const Sight& sight, Perspective::Nearness nearness,
                  float modules) {
  const auto plane = Perspective::Of(sight.middles, nearness, modules);
  if (!plane) return 0;
  std::array<uint32_t, 2> words{};
  const auto grey = [&](float right, float down) {
    const Point p = plane->At(right, down);
    const int x = std::clamp(static_cast<int>(p.x), 0, picture.width - 1);
    const int y = std::clamp(static_cast<int>(p.y), 0, picture.height - 1);
    return static_cast<int>(picture.Row(y)[x]);
  };
  for (int copy = 0; copy < 2; ++copy) {
    std::array<int, kVersionBits> greys;
    for (int bit = 0; bit < kVersionBits; ++bit) {
      const auto along = static_cast<float>(bit / 3 - 3);
      const auto across = modules - 7 + static_cast<float>(bit % 3);
      greys[static_cast<size_t>(bit)] = copy == 0 ? grey(across, along) : grey(along, across);
    }
    const auto [low, high] = std::ranges::minmax_element(greys);
    for (int bit = 0; bit < kVersionBits; ++bit) {
      const bool light = 2 * greys[static_cast<size_t>(bit)] > *low + *high;
      if (light == sight.inverted) words[static_cast<size_t>(copy)] |= 1u << bit;
    }
  }
  // Beside a mirrored symbol's patterns its bits lie the same way.
  const VersionReading reading = DecodeVersion(words);
  return reading.ok ? reading.number : 0;
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

std::span<const uint8_t> PhotoReader::dark() const {
  return mirrored_ ? std::span<const uint8_t>(turned_) : slicer_.dark();
}

bool PhotoReader::Decode(Version version, bool with_erasures) {
  const int size = version.Size();
  for (const bool mirrored : {false, true}) {
    mirrored_ = mirrored;
    std::span<const uint8_t> doubtful;
    if (with_erasures) doubtful = slicer_.doubtful();
    if (mirrored) {
      Transpose(slicer_.dark(), size, &turned_);
      if (with_erasures) {
        Transpose(doubtful, size, &turned_doubtful_);
        doubtful = turned_doubtful_;
      }
    }
    if (qr::Decode(dark(), version, {.erased = doubtful}, decoded_) != Step::kNone) continue;
    // Of what was filled in so far, only what an encoder may have written.
    if (!with_erasures || decoded_.message.PaddingIsRight()) return true;
  }
  return false;
}

bool PhotoReader::ReadFitted(const Layout& layout) {
  const int size = layout.size;
  middles_.clear();
  for (int row = -1; row <= size; ++row) {
    for (int col = -1; col <= size; ++col) middles_.push_back(warp_.At(row, col));
  }
  slicer_.Sample(warp_.drawn(), middles_, Warp::kModulePx, size, size, warp_.inverted());
  const auto fixed = static_cast<float>(std::ranges::count_if(
      layout.segments, [](uint16_t segments) { return (segments & kFixedPattern) != 0; }));
  for (const float sharpening : kSharpenings) {
    slicer_.Slice(sharpening);
    const auto wrong = static_cast<float>(layout.WrongModules(slicer_.dark(), kFixedPattern));
    if (wrong > kMostFixedErrors * fixed) continue;
    if (Decode(layout.version, false)) return true;
    if (wrong <= kMostFixedErrorsWithErasures * fixed && Decode(layout.version, true)) return true;
  }
  return false;
}

bool PhotoReader::ReadSize(const FrameView& picture, const Sight& sight, const Guess& guess,
                           Symbol* symbol) {
  const int size = guess.version.Size();
  const Layout& layout = Layout::Of(guess.version, Level::kL);
  const auto [w1, w2] = guess.nearness;
  const auto& [tl, tr, bl] = sight.middles;
  Point fourth = (tr * w1 + bl * w2 - tl) * (1 / (w1 + w2 - 1));
  float reach = 3 + static_cast<float>(size) / 50;
  if (size < kLargeSize) {
    // Few modules tell little of perspective: from between what they tell and none at all.
    const Point plain = tr + bl - tl;
    reach += Distance(fourth, plain) / sight.ModulePx() / 2;
    reach = std::min(reach, kMostReach);
    fourth = (fourth + plain) * 0.5f;
  }
  for (const bool coarse : {true, false}) {
    if (!warp_.Draw(picture, sight, fourth, layout, guess.bow)) return false;
    fourth = coarse ? warp_.FitFourth(reach, 0.5f) : warp_.FitFourth(0.75f, 0.25f);
  }
  if (!warp_.Draw(picture, sight, fourth, layout, guess.bow)) return false;
  for (const bool bent : {false, true}) {
    if (bent) warp_.Bend();
    if (!ReadFitted(layout)) continue;
    FillSymbol(decoded_, *symbol);
    const auto side = static_cast<float>(size);
    const std::array<Point, 4> c = {warp_.InPicture(0, 0), warp_.InPicture(side, 0),
                                    warp_.InPicture(side, side), warp_.InPicture(0, side)};
    symbol->quad = mirrored_ ? Quad{{c[0], c[3], c[2], c[1]}} : Quad{c};
    symbol->mirrored = mirrored_;
    symbol->inverted = sight.inverted;
    return true;
  }
  return false;
}

bool PhotoReader::Read(const FrameView& picture, const Sight& sight, Symbol* symbol) {
  decoded_.failed_at = Step::kFormat;
  effort_ = 0;
  const auto [across, down] = sight.Modules();
  const float modules = (across + down) / 2 + 2 * kPatternMiddle;
  if (picture.Empty() || !(modules > 17 && modules < kMaxSize + 30)) return false;
  const Perspective::Nearness nearness{std::sqrt(sight.right_px[0] / sight.right_px[1]),
                                       std::sqrt(sight.down_px[0] / sight.down_px[1])};
  const int told = modules > kLeastWithVersion
                       ? VersionNumber(picture, sight, nearness, modules - 2 * kPatternMiddle)
                       : 0;
  const float off = std::max(4.5f, kMostSizeOff * modules);
  std::array<Guess, kMostTries + 1> likely;  // best first
  size_t count = 0;
  for (int size = 21; size <= kMaxSize; size += 4) {
    const bool is_told = told != 0 && size == Version{static_cast<uint8_t>(told)}.Size();
    const float wrong = std::abs(static_cast<float>(size) - modules);
    if (wrong > off && !is_told) continue;
    const Timing upper = FitTiming(picture, sight, nearness, size, false);
    const Timing left = FitTiming(picture, sight, {upper.nearness, nearness.bl}, size, true);
    const float least = size < kLargeSize ? kLeastTiming : kLeastLargeTiming;
    if (upper.ratio + left.ratio < 2 * least) continue;
    Guess guess{*Version::OfSize(size), {upper.nearness, left.nearness}, {upper.bow, left.bow}, 0};
    guess.likeness = upper.ratio + left.ratio + (is_told ? 1.0f : 0.0f) - 0.5f * wrong / modules;
    size_t at = count;
    for (; at > 0 && likely[at - 1].likeness < guess.likeness; --at) likely[at] = likely[at - 1];
    likely[at] = guess;
    count = std::min(count + 1, kMostTries);
  }
  for (const Guess& guess : std::span(likely).first(count)) {
    effort_ += guess.version.Size() * guess.version.Size();
    if (ReadSize(picture, sight, guess, symbol)) return true;
  }
  return false;
}

}  // namespace veriline::symbology::qr
