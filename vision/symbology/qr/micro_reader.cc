// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/qr/micro_reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>

#include "vision/symbology/qr/timing_fit.h"

namespace veriline::symbology::qr {
namespace {

constexpr float kFinderMiddle = 3.5f;  ///< from the symbol's corner, modules
constexpr int kLeastSide = 16;         ///< px of a box, and the most
constexpr int kMostSide = 640;
/// Modules of finder and timing pattern that may be wrong.
constexpr float kMostFixedErrors = 0.12f;

/// The grey value between dark and light: the middle of the means below and above it.
float ThresholdOf(std::span<const float> values) {
  constexpr int kRounds = 6;
  double sum = 0;
  for (const float v : values) sum += v;
  auto threshold = static_cast<float>(sum / static_cast<double>(values.size()));
  for (int round = 0; round < kRounds; ++round) {
    double below = 0, above = 0;
    int dark = 0;
    for (const float v : values) {
      (v < threshold ? below : above) += v;
      dark += v < threshold;
    }
    const int light = static_cast<int>(values.size()) - dark;
    if (dark == 0 || light == 0) return threshold;
    threshold = static_cast<float>((below / dark + above / light) / 2);
  }
  return threshold;
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

void MicroReader::Take(const FrameView& picture, const Rect& box) {
  values_.resize(static_cast<size_t>(box.width) * static_cast<size_t>(box.height));
  float* out = values_.data();
  for (int y = box.y; y < box.y + box.height; ++y) {
    const uint8_t* row = picture.Row(y) + box.x;
    out = std::copy_n(row, box.width, out);
  }
  threshold_ = ThresholdOf(values_);
}

bool MicroReader::Read(const FrameView& picture, const MicroPlace& place, Symbol* symbol) {
  decoded_.failed_at = Step::kFormat;
  const Rect box = Intersect(place.box, picture.Bounds());
  if (std::min(box.width, box.height) < kLeastSide || std::max(box.width, box.height) > kMostSide) {
    return false;
  }
  Take(picture, box);
  BinaryView view{.width = box.width,
                  .height = box.height,
                  .values = values_.data(),
                  .value_stride = box.width,
                  .threshold = threshold_};
  const Point origin{static_cast<float>(box.x), static_cast<float>(box.y)};
  const auto w = static_cast<float>(box.width), h = static_cast<float>(box.height);
  const float c = std::cos(place.angle_rad), s = std::sin(place.angle_rad);
  const float reach =
      std::max(w * std::abs(c) + h * std::abs(s), w * std::abs(s) + h * std::abs(c)) / 2;
  // The pattern's middle is three modules wide: a seventh at least of what is read here.
  constexpr float kLines = 44, kSamples = 160, kLeastLinePx = 2.5f, kLeastSamplePx = 0.7f;
  const FinderSearch search{.centre = {w / 2, h / 2},
                            .right = {c, s},
                            .down = {-s, c},
                            .down_ratio = 1,
                            .reach = reach,
                            .line_reach = reach,
                            .line_step = std::max(kLeastLinePx, 2 * reach / kLines),
                            .sample_step = std::max(kLeastSamplePx, 2 * reach / kSamples)};
  for (const bool inverted : {false, true}) {
    const LevelField field(view, inverted);
    const auto found = FindFinder(field, search);
    if (!found) continue;
    Frame finder = found->frame;
    if (!FitFinder(field, true, &finder)) continue;
    if (ReadFinder(picture, field, finder, origin, inverted, symbol)) return true;
  }
  return false;
}

/// The pattern looks alike from four sides; the timing patterns begin at two of them.
bool MicroReader::ReadFinder(const FrameView& picture, const LevelField& field, const Frame& finder,
                             Point origin, bool inverted, Symbol* symbol) {
  Frame turned = finder;
  for (int turn = 0; turn < 4; ++turn) {
    for (const MicroVersion& likely : MicroVersionsBehind(field, turned)) {
      if (likely.wrong_ratio > kMostWrongTiming) break;
      Frame at = turned;
      if (!FitToMicroTiming(field, likely.size(), &at)) continue;
      const float far = static_cast<float>(likely.size()) - kFinderMiddle;
      at.centre = at.centre + origin;
      const Quad outline{{at.At(-kFinderMiddle, -kFinderMiddle), at.At(far, -kFinderMiddle),
                          at.At(far, far), at.At(-kFinderMiddle, far)}};
      const Version version{static_cast<uint8_t>(likely.number), true};
      if (ReadVersion(picture, outline, version, inverted, symbol)) return true;
    }
    turned = {turned.centre, turned.down, turned.right * -1.0f};
  }
  return false;
}

bool MicroReader::ReadVersion(const FrameView& picture, const Quad& outline, Version version,
                              bool inverted, Symbol* symbol) {
  const int size = version.Size();
  const Layout& layout = Layout::Of(version, version.number == 1 ? Level::kDetection : Level::kL);
  const auto fixed = std::ranges::count_if(
      layout.segments, [](uint16_t segments) { return (segments & kFixedPattern) != 0; });
  slicer_.Sample(picture, outline, size, size, inverted);
  for (const float sharpening : kSharpenings) {
    slicer_.Slice(sharpening);
    const int wrong = layout.WrongModules(slicer_.dark(), kFixedPattern);
    if (static_cast<float>(wrong) > kMostFixedErrors * static_cast<float>(fixed)) continue;
    Transpose(slicer_.dark(), size, &turned_);
    Transpose(slicer_.doubtful(), size, &turned_doubtful_);
    for (const bool with_erasures : {false, true}) {
      for (const bool mirrored : {false, true}) {
        DecodeOptions options;
        if (with_erasures) options.erased = mirrored ? turned_doubtful_ : slicer_.doubtful();
        const auto dark = mirrored ? std::span<const uint8_t>(turned_) : slicer_.dark();
        if (qr::Decode(dark, version, options, decoded_) != Step::kNone) continue;
        FillSymbol(decoded_, *symbol);
        const auto& c = outline.corners;
        symbol->quad = mirrored ? Quad{{c[0], c[3], c[2], c[1]}} : outline;
        symbol->mirrored = mirrored;
        symbol->inverted = inverted;
        return true;
      }
    }
  }
  return false;
}

}  // namespace veriline::symbology::qr
