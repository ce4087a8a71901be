// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/labels_renderer.h"

#include <cstring>
#include <string>
#include <vector>

#include "tools/linesim/canvas.h"
#include "tools/linesim/optics.h"
#include "tools/linesim/pack_art.h"
#include "tools/linesim/part_label.h"
#include "tools/linesim/random.h"

namespace veriline::linesim {
namespace {

constexpr int kW = kPictureWidth;
constexpr int kH = kPictureHeight;
constexpr Rect kPicture{0, 0, kW, kH};
constexpr double kFalloff = 0.2;  // in the corners
constexpr uint64_t kPooledPictures = 24;
constexpr int kSeamPx = 4;

Exposure ExposureOf(uint64_t seed, uint64_t shot) {
  Random random(seed, Stream::kOptics, shot);
  return {.blur_sigma_px = random.Uniform(0.35, 0.7),
          .motion_px = random.Uniform(0, 0.7),
          .noise_sigma_grey = random.Uniform(1, 3.5),
          .noise_seed = random.Next()};
}

}  // namespace

struct LabelsRenderer::Impl {
  Impl(const World& the_world, RenderMode the_mode)
      : world(the_world),
        mode(the_mode),
        numbers(world.config().scene == SceneKind::kLabelsNumber),
        optics(world.config().seed, kW, kH, kFalloff) {
    for (uint64_t i = 0; mode == RenderMode::kPooled && i < kPooledPictures; ++i) {
      Plane& plane = pool.emplace_back(kW, kH);
      DrawBackground(i, plane.pixels.data(), kW);
      const Exposure exposure = ExposureOf(seed(), ~i);
      const Optics lens(seed(), kW, kH, 0);
      lens.Blur(plane.pixels.data(), kW, kPicture, exposure, &scratch);
      lens.AddNoise(plane.pixels.data(), kW, kPicture, exposure);
    }
  }

  uint64_t seed() const { return world.config().seed; }

  /// Belt and pack; of numbers the belt alone.
  void DrawBackground(uint64_t index, uint8_t* pixels, ptrdiff_t stride) {
    Canvas canvas(pixels, kW, kH, stride);
    DrawBelt(canvas, seed(), static_cast<int64_t>(index) * kW, kW, kH);
    if (numbers) return;
    const PackStyle style = MakePackStyle(seed(), index);
    const int left = (kW - kItemLengthCounts) / 2;
    const int top = (kH - style.height_px) / 2;
    DrawPack(canvas.Sub(left, top, left + kItemLengthCounts, top + style.height_px), font, style,
             kItemLengthCounts);
  }

  Plane ArtOf(const PartLabel& label, uint64_t item) {
    Plane art(numbers ? kNumberLabelWidthPx : kPartLabelWidthPx,
              numbers ? kNumberLabelHeightPx : kPartLabelHeightPx, label.light_grey);
    Canvas canvas(art);
    canvas.Outline(3, 3, art.width - 3, art.height - 3, 2, label.dark_grey);
    if (numbers) {  // what else stands on such a label
      canvas.Text(20, 20, font, Font::Size::kText, "Veriline inspection seal", label.dark_grey);
      canvas.Text(20, art.height - 40, font, Font::Size::kSmall, "void if removed",
                  label.dark_grey);
      Random random(seed(), Stream::kArt, item);
      canvas.Disc(art.width - 110, art.height / 2.0, random.Between(40, 70), label.dark_grey);
    }
    for (const PrintedSymbol& symbol : label.symbols) DrawSymbol(symbol, label.dark_grey, &art);
    for (const PrintedText& text : label.texts) {
      DrawPrintedText(text, mono, label.dark_grey, &art);
    }
    return art;
  }

  void Render(uint64_t shot, uint8_t* pixels, ptrdiff_t stride) {
    const bool fresh = mode == RenderMode::kFresh;
    if (fresh) {
      DrawBackground(shot, pixels, stride);
    } else {
      const auto i = Random(seed(), Stream::kPack, ~shot).Below(kPooledPictures);
      for (int y = 0; y < kH; ++y) std::memcpy(pixels + y * stride, pool[i].Row(y), kW);
    }
    drawn.clear();
    const auto items = static_cast<uint64_t>(world.scene().feed_items());
    for (uint64_t item = shot * items; item < (shot + 1) * items; ++item) {
      const PartLabel label = LayOutPartLabel(world, item);
      if (!label.there) continue;
      const Rect box = Paste(ArtOf(label, item), label.pose, kPicture, pixels, stride);
      drawn.push_back(Intersect(Grown(box, kSeamPx), kPicture));
    }
    const Exposure exposure = ExposureOf(seed(), shot);
    if (fresh) drawn = {kPicture};
    for (const Rect& r : drawn) optics.Blur(pixels, stride, r, exposure, &scratch);
    optics.Illuminate(pixels, stride, kPicture);
    for (const Rect& r : drawn) optics.AddNoise(pixels, stride, r, exposure);
  }

  const World world;
  const RenderMode mode;
  const bool numbers;
  const Font font;
  const OutlineFont mono;
  const Optics optics;
  std::vector<Plane> pool;
  std::vector<Rect> drawn;
  std::vector<uint8_t> scratch;
};

LabelsRenderer::LabelsRenderer(const World& world, RenderMode mode)
    : impl_(std::make_unique<Impl>(world, mode)) {}
LabelsRenderer::~LabelsRenderer() = default;

void LabelsRenderer::Render(uint64_t shot, uint8_t* pixels, ptrdiff_t stride) {
  impl_->Render(shot, pixels, stride);
}

}  // namespace veriline::linesim
