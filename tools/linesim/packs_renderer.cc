// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/packs_renderer.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "tools/linesim/canvas.h"
#include "tools/linesim/label_art.h"
#include "tools/linesim/optics.h"
#include "tools/linesim/pack_art.h"
#include "tools/linesim/random.h"

namespace veriline::linesim {
namespace {

constexpr int kW = kPictureWidth;
constexpr int kH = kPictureHeight;
constexpr Rect kPicture{0, 0, kW, kH};

// In the corners; 10 % at the farthest place of a label.
constexpr double kFalloff = 0.3;

constexpr int kPooledPacks = 24;
constexpr int kPooledBelts = 4;
constexpr int kBeltWidth = 2 * kW;
constexpr int kShadowPx = 14;
// Edges that come sharp out of pasting pooled parts are blurred in a strip of that half width.
constexpr int kSeamPx = 4;

Exposure ExposureOf(const World& world, const ItemTruth& truth) {
  Random random(world.config().seed, Stream::kOptics, truth.index);
  Exposure exposure;
  exposure.blur_sigma_px = random.Uniform(0.35, 0.8);
  double module_px = kModuleMaxPx;
  for (const Label& label : truth.labels) module_px = std::min<double>(module_px, label.module_px);
  exposure.motion_px = random.Uniform(0, 0.25) * module_px;
  // Print that is to be too faint to exist drowns in noise.
  exposure.noise_sigma_grey = truth.fault == FaultKind::kFaint ? 3.5 : random.Uniform(1, 3.5);
  exposure.noise_seed = random.Next();
  return exposure;
}

}  // namespace

struct PacksRenderer::Impl {
  Impl(const World& the_world, RenderMode the_mode)
      : world(the_world), mode(the_mode), optics(the_world.config().seed, kW, kH, kFalloff) {
    if (mode == RenderMode::kPooled) DrawPool();
  }

  void DrawPool() {
    const uint64_t seed = world.config().seed;
    Exposure exposure{.blur_sigma_px = 0.55, .motion_px = 0.5, .noise_sigma_grey = 2.5};
    const auto finish = [&](Plane& plane, uint64_t index) {
      const Optics lens(seed, plane.width, plane.height, 0);
      exposure.noise_seed = Mix(index);
      lens.Blur(plane.pixels.data(), plane.width, {0, 0, plane.width, plane.height}, exposure,
                &scratch);
      lens.AddNoise(plane.pixels.data(), plane.width, {0, 0, plane.width, plane.height}, exposure);
    };
    for (uint64_t i = 0; i < kPooledPacks; ++i) {
      const PackStyle style = MakePackStyle(seed, i);
      Plane plane(kItemLengthCounts, style.height_px);
      DrawPack(Canvas(plane), font, style, kItemLengthCounts);
      finish(plane, i);
      packs.push_back(std::move(plane));
    }
    for (uint64_t i = 0; i < kPooledBelts; ++i) {
      Plane plane(kBeltWidth, kH);
      DrawBelt(Canvas(plane), seed, static_cast<int64_t>(i) * kBeltWidth, kBeltWidth, kH);
      finish(plane, kPooledPacks + i);
      belts.push_back(std::move(plane));
    }
  }

  uint64_t PoolIndex(uint64_t item) const {
    return Random(world.config().seed, Stream::kPack, ~item).Below(kPooledPacks);
  }

  void PutBelt(uint64_t item, uint8_t* pixels, ptrdiff_t stride) {
    const uint64_t seed = world.config().seed;
    if (mode == RenderMode::kFresh) {
      DrawBelt(Canvas(pixels, kW, kH, stride), seed, world.CenterCount(item) - kW / 2, kW, kH);
      return;
    }
    Random random(seed, Stream::kBelt, item + 1);
    const Plane& belt = belts[random.Below(kPooledBelts)];
    const uint32_t from = random.Below(kBeltWidth - kW);
    for (int y = 0; y < kH; ++y) std::memcpy(pixels + y * stride, belt.Row(y) + from, kW);
  }

  /// Puts a pack with its labels into the picture, its leading edge at column `left`.
  void PutPack(const ItemTruth& truth, int left, uint8_t* pixels, ptrdiff_t stride) {
    const uint64_t seed = world.config().seed;
    const bool fresh = mode == RenderMode::kFresh;
    const uint64_t pooled = fresh ? 0 : PoolIndex(truth.index);
    const PackStyle style = MakePackStyle(seed, fresh ? truth.index : pooled);
    const int top = (kH - style.height_px) / 2;
    const int right = left + kItemLengthCounts;
    const int bottom = top + style.height_px;
    const Rect clip = Intersect({left, top, kItemLengthCounts, style.height_px}, kPicture);
    if (clip.Empty()) return;
    Canvas picture(pixels, kW, kH, stride);
    picture.Darken(left - kShadowPx / 2, bottom, right + kShadowPx, bottom + kShadowPx, 130);
    picture.Darken(right, top + kShadowPx, right + kShadowPx, bottom, 130);
    if (fresh) {
      DrawPack(picture.Sub(left, top, right, bottom), font, style, kItemLengthCounts);
    } else {
      for (int y = clip.y; y < clip.y + clip.height; ++y) {
        std::memcpy(pixels + y * stride + clip.x, packs[pooled].Row(y - top) + (clip.x - left),
                    clip.width);
      }
      for (const int x : {left, right}) {
        seams.push_back({x - kSeamPx, clip.y - kSeamPx, 2 * kSeamPx, clip.height + 2 * kSeamPx});
      }
      for (const int y : {top, bottom}) {
        seams.push_back({clip.x, y - kSeamPx, clip.width, 2 * kSeamPx});
      }
    }
    // A label's coordinates are those of its item's own picture.
    const int shift_x = left + kItemLengthCounts / 2 - kW / 2;
    for (const Label& label : truth.labels) {
      Rect box = DrawLabel(label, font, shift_x, clip, pixels, stride);
      if (box.Empty()) continue;
      drawn.push_back({box.x - 2, box.y - 2, box.width + 4, box.height + 4});
    }
  }

  void Render(uint64_t item, uint8_t* pixels, ptrdiff_t stride) {
    seams.clear();
    drawn.clear();
    const ItemTruth truth = world.TruthOf(item);
    const int64_t picture_from = world.CenterCount(item) - kW / 2;
    PutBelt(item, pixels, stride);
    const uint64_t first = item > 0 ? item - 1 : 0;
    for (uint64_t i = first; i <= item + 1 && i < world.items(); ++i) {
      const int64_t left = world.LeadingCount(i) - picture_from;
      if (left >= kW || left + kItemLengthCounts <= 0) continue;
      PutPack(i == item ? truth : world.TruthOf(i), static_cast<int>(left), pixels, stride);
    }
    const Exposure exposure = ExposureOf(world, truth);
    if (mode == RenderMode::kFresh) {
      optics.Blur(pixels, stride, kPicture, exposure, &scratch);
      optics.Illuminate(pixels, stride, kPicture);
      optics.AddNoise(pixels, stride, kPicture, exposure);
      return;
    }
    for (const Rect& r : seams) optics.Blur(pixels, stride, r, exposure, &scratch);
    for (const Rect& r : drawn) optics.Blur(pixels, stride, r, exposure, &scratch);
    optics.Illuminate(pixels, stride, kPicture);
    for (const Rect& r : drawn) optics.AddNoise(pixels, stride, r, exposure);
  }

  const World world;
  const RenderMode mode;
  const Font font;
  const Optics optics;
  std::vector<Plane> packs;
  std::vector<Plane> belts;
  // What needs more than its pooled pixels: edges the lens, labels lens and sensor.
  std::vector<Rect> seams;
  std::vector<Rect> drawn;
  std::vector<uint8_t> scratch;
};

PacksRenderer::PacksRenderer(const World& world, RenderMode mode)
    : impl_(std::make_unique<Impl>(world, mode)) {}
PacksRenderer::~PacksRenderer() = default;

void PacksRenderer::Render(uint64_t item, uint8_t* pixels, ptrdiff_t stride) {
  impl_->Render(item, pixels, stride);
}

}  // namespace veriline::linesim
