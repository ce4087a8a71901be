// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/scene_frames.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "tools/linesim/carton_label.h"
#include "tools/linesim/foil_renderer.h"
#include "tools/linesim/part_label.h"
#include "tools/linesim/random.h"
#include "tools/linesim/scene_recipe.h"
#include "tools/linesim/sheet_layout.h"
#include "tools/linesim/strips.h"
#include "tools/linesim/web_label.h"

namespace veriline::linesim {
namespace {

/// What a symbol needs around it to be called whole.
constexpr int kQuietPx = 16;
/// Nothing is printed nearer to a symbol than that.
constexpr float kMatrixQuietModules = 4;
constexpr float kBarsQuietModules = 12;

/// A block of whole rows begins so far before a row's register mark, the labels then lie anywhere
/// within 40 lines; two rows need at most 2006 lines (pitch, window, jitter).
constexpr int kLeadMinLines = 2;
constexpr int kLeadMaxLines = 40;

/// Items of a bench: a multiple of what all scenes have in a feed.
constexpr uint64_t kBenchItems = 960'000;

Quad Moved(Quad quad, Point by) {
  for (Point& corner : quad.corners) corner = corner + by;
  return quad;
}

ShownSymbol Shown(uint64_t item, const PrintedSymbol& printed, const Quad& quad) {
  return {.item = item,
          .symbology = printed.symbology,
          .identifier = printed.identifier,
          .text = printed.text,
          .quad = quad,
          .module_px = printed.module_px,
          .whole = printed.print == Print::kGood};
}

}  // namespace

SceneFrames::SceneFrames(const World& world, const SceneFramesOptions& options)
    : world_(world), scene_(world.scene()), options_(options) {
  if (scene_.line_scan) {
    web_.emplace(world, options.mode);
    first_line_ = Strips(world).At(0).first_count - world.config().camera_distance_counts;
  } else {
    renderer_ = MakeRenderer(world, options.mode, options.camera);
  }
  if (options.clutter) printer_.emplace(world.config().seed);
  pixels_.resize(static_cast<size_t>(scene_.picture_width) * static_cast<size_t>(lines()));
}

int SceneFrames::lines() const { return web_ ? kBlockLines : scene_.picture_height; }

uint64_t SceneFrames::size() const {
  if (!web_) return world_.feeds();
  if (options_.whole_rows) return world_.feeds() / 2;
  return static_cast<uint64_t>(world_.MarkEndCount(world_.feeds() - 1) - first_line_) /
         (kBlockLines - kBlockOverlapLines);
}

int64_t SceneFrames::TopOf(uint64_t block) const {
  if (!options_.whole_rows) {
    return first_line_ + static_cast<int64_t>(block) * (kBlockLines - kBlockOverlapLines);
  }
  Random random(world_.config().seed, Stream::kClutter, ~block);
  return world_.MarkCount(2 * block) - random.Between(kLeadMinLines, kLeadMaxLines);
}

FrameView SceneFrames::Draw(uint64_t index) {
  const int width = scene_.picture_width;
  if (web_) {
    const int64_t from = TopOf(index);
    web_->Render(from, from + kBlockLines, pixels_.data(), width);
  } else {
    renderer_->Render(index, pixels_.data(), width);
  }
  if (printer_) {
    std::vector<Quad> codes;
    std::vector<Rect> keep_out;
    for (const ShownSymbol& symbol : ShownIn(index)) {
      const bool linear = symbol.identifier.starts_with("]C") || symbol.identifier == "]E0";
      codes.push_back(symbol.quad);
      keep_out.push_back(BoundsOf(Grown(
          symbol.quad, symbol.module_px * (linear ? kBarsQuietModules : kMatrixQuietModules))));
    }
    printer_->Print(index, pixels_.data(), width, lines(), width, codes, keep_out);
  }
  return {pixels_.data(), width, lines(), width};
}

void SceneFrames::Add(ShownSymbol symbol, std::vector<ShownSymbol>* shown) const {
  const Rect box = BoundsOf(symbol.quad);
  const Rect picture{0, 0, scene_.picture_width, lines()};
  if (Intersect(box, picture).Empty()) return;
  const Rect room{box.x - kQuietPx, box.y - kQuietPx, box.width + 2 * kQuietPx,
                  box.height + 2 * kQuietPx};
  symbol.whole = symbol.whole && Intersect(room, picture) == room;
  shown->push_back(std::move(symbol));
}

void SceneFrames::ShowWeb(uint64_t block, std::vector<ShownSymbol>* shown) const {
  const int64_t top = TopOf(block);
  // The first row that may reach into the block; rows lie in order.
  uint64_t row = 0;
  for (uint64_t high = world_.feeds(); row < high;) {
    const uint64_t middle = row + (high - row) / 2;
    if (world_.MarkCount(middle) < top - 2 * scene_.feed_pitch_counts) {
      row = middle + 1;
    } else {
      high = middle;
    }
  }
  const auto lanes = static_cast<uint64_t>(scene_.lanes);
  for (; row < world_.feeds() && world_.MarkCount(row) < top + kBlockLines; ++row) {
    const auto dy = static_cast<float>(world_.MarkCount(row) - top);
    const bool covered = world_.FeedFaultOf(row) != FaultKind::kNone;
    for (uint64_t item = row * lanes; item < (row + 1) * lanes; ++item) {
      const WebLabel label = LayOutWebLabel(world_, item);
      const Point origin{static_cast<float>(world_.LaneOf(item) * kWebLanePx), dy};
      for (const PrintedSymbol& symbol : label.symbols) {
        const Quad quad = QuadOf(symbol, kWebLabelWidthPx, kWebLabelHeightPx, label.stock.pose);
        ShownSymbol s = Shown(item, symbol, Moved(quad, origin));
        s.whole = s.whole && !covered;
        Add(std::move(s), shown);
      }
    }
  }
}

void SceneFrames::ShowPacks(uint64_t item, std::vector<ShownSymbol>* shown) const {
  // Neighbours may show at the sides.
  for (uint64_t i = item > 0 ? item - 1 : 0; i <= item + 1 && i < world_.items(); ++i) {
    const auto dx = static_cast<float>(world_.CenterCount(i) - world_.CenterCount(item));
    for (const Label& label : world_.TruthOf(i).labels) {
      if (label.text.empty()) continue;
      const bool glare =
          scene_.kind == SceneKind::kFoil && (GlareOf(world_, i) >> options_.camera & 1) != 0;
      Add({.item = i,
           .symbology = Symbology::kDataMatrix,
           .identifier = "]d2",
           .text = label.text,
           .quad = Moved(label.quad, {dx, 0}),
           .module_px = label.module_px,
           .whole = label.print == Print::kGood && i == item && !glare},
          shown);
    }
  }
}

std::vector<ShownSymbol> SceneFrames::ShownIn(uint64_t index) const {
  std::vector<ShownSymbol> shown;
  switch (scene_.kind) {
    case SceneKind::kWeb:
      ShowWeb(index, &shown);
      break;
    case SceneKind::kSheet: {
      const auto positions = static_cast<uint64_t>(scene_.feed_items());
      for (uint64_t item = index * positions; item < (index + 1) * positions; ++item) {
        const SheetPosition position = LayOutSheetPosition(world_, item);
        if (position.symbol.print == Print::kNone) continue;
        Add(Shown(item, position.symbol,
                  QuadOf(position.symbol, kPositionWidthPx, kPositionHeightPx, position.pose)),
            &shown);
      }
      break;
    }
    case SceneKind::kCartons: {
      const CartonLabel label = LayOutCartonLabel(world_, index);
      for (const PrintedSymbol& symbol : label.symbols) {
        Add(Shown(index, symbol,
                  QuadOf(symbol, kCartonLabelWidthPx, kCartonLabelHeightPx, label.pose)),
            &shown);
      }
      break;
    }
    case SceneKind::kLabelsPair:
    case SceneKind::kLabelsEan:
    case SceneKind::kLabelsText:
    case SceneKind::kLabelsNumber: {
      const auto items = static_cast<uint64_t>(scene_.feed_items());
      for (uint64_t item = index * items; item < (index + 1) * items; ++item) {
        const PartLabel label = LayOutPartLabel(world_, item);
        for (const PrintedSymbol& symbol : label.symbols) {
          Add(Shown(item, symbol,
                    QuadOf(symbol, kPartLabelWidthPx, kPartLabelHeightPx, label.pose)),
              &shown);
        }
      }
      break;
    }
    case SceneKind::kPacks:
    case SceneKind::kFoil:
      ShowPacks(index, &shown);
      break;
    case SceneKind::kEmpty:
      break;
  }
  return shown;
}

WorldConfig FaultlessWorld(SceneKind scene, uint64_t seed) {
  WorldConfig config;
  config.scene = scene;
  config.seed = seed;
  config.items = kBenchItems;
  config.fault_ratio = 0;
  return config;
}

EmptyFrames::EmptyFrames(uint64_t seed, int width, int height)
    : world_(FaultlessWorld(SceneKind::kEmpty, seed)),
      width_(width),
      height_(height),
      printer_(seed),
      renderer_(MakeRenderer(world_, RenderMode::kPooled)),
      piece_(static_cast<size_t>(kPictureWidth) * kPictureHeight),
      pixels_(static_cast<size_t>(width) * static_cast<size_t>(height)) {}
EmptyFrames::~EmptyFrames() = default;

uint64_t EmptyFrames::size() const { return kBenchItems; }

FrameView EmptyFrames::Draw(uint64_t index) {
  uint64_t piece = 0;
  for (int y = 0; y < height_; y += kPictureHeight) {
    for (int x = 0; x < width_; x += kPictureWidth, ++piece) {
      const uint64_t shot = piece == 0 ? index : Mix(index ^ piece << 40) % kBenchItems;
      renderer_->Render(shot, piece_.data(), kPictureWidth);
      const int columns = std::min(kPictureWidth, width_ - x);
      for (int row = 0; row < std::min(kPictureHeight, height_ - y); ++row) {
        std::memcpy(pixels_.data() + static_cast<ptrdiff_t>(y + row) * width_ + x,
                    piece_.data() + static_cast<ptrdiff_t>(row) * kPictureWidth,
                    static_cast<size_t>(columns));
      }
    }
  }
  printer_.Print(index, pixels_.data(), width_, height_, width_, {}, {});
  return {pixels_.data(), width_, height_, width_};
}

}  // namespace veriline::linesim
