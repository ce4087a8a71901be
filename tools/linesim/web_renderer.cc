// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/web_renderer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string_view>
#include <vector>

#include "tools/linesim/canvas.h"
#include "tools/linesim/optics.h"
#include "tools/linesim/random.h"
#include "tools/linesim/web_label.h"

namespace veriline::linesim {
namespace {

constexpr int kLanes = 8;
constexpr int kW = kLanes * kWebLanePx;
constexpr int kMaxRowLines = kWebCellLines;
constexpr size_t kKeptRows = 4;

constexpr double kFalloff = 0.12;           // of the line light, at both ends
constexpr double kPixelSpreadRatio = 0.01;  // of the gain of single pixels: streaks along the web
constexpr int kSeamPx = 4;

// Register mark and gap mark, on the liner left of lane 0.
constexpr int kMarkX = 6;
constexpr int kMarkWidth = 30;
constexpr int kGapMarkLines = 12;
constexpr uint8_t kMarkGrey = 25;

// The tape over a splice: as high as two thirds of the matrix codes it must hide at any skew.
constexpr int kTapeLines = 190;

constexpr std::array<std::string_view, 10> kWords = {
    "NET", "LOT", "KEEP DRY", "STERILE", "REF", "QTY 1", "CH-REP", "ITEM", "SIZE 12", "EUR"};

/// The label but for what is printed on it later.
void DrawStock(const WebStock& stock, const Font& font, uint64_t seed, Plane* art) {
  Random random(seed, Stream::kArt, static_cast<uint64_t>(stock.index));
  Canvas canvas(*art);
  const uint8_t dark = stock.dark_grey;
  canvas.Outline(6, 6, art->width - 6, art->height - 6, 2, dark);
  int y = 40;
  const int x = 300;
  canvas.Text(x, y, font, Font::Size::kTitle, "Veriline", dark);
  y += font.line_height_px(Font::Size::kTitle) + 10;
  for (int i = random.Between(3, 6); i > 0; --i, y += font.line_height_px(Font::Size::kText)) {
    canvas.Text(x, y, font, Font::Size::kText,
                std::string(kWords[random.Below(kWords.size())]) + " " +
                    std::to_string(random.Between(100, 99999)),
                dark);
  }
  canvas.Fill(20, 440, art->width - 20, 443, dark);
  if (random.Chance(0.5)) canvas.Disc(740, 340, random.Between(30, 60), dark);
  y = 745;
  for (int i = 0; i < 3; ++i, y += font.line_height_px(Font::Size::kSmall)) {
    std::string line;
    while (font.WidthOf(Font::Size::kSmall, line) < 640) {
      line += kWords[random.Below(kWords.size())];
      line += ' ';
    }
    canvas.Text(30, y, font, Font::Size::kSmall, line, dark);
  }
}

void DrawNumber(const WebLabel& label, const Font& font, int x, int y, Plane* art) {
  Canvas(*art).Text(x, y, font, Font::Size::kText, label.number, label.stock.dark_grey);
}

int NumberY(const WebLabel& label) {
  const PrintedSymbol& bars = label.symbols.back();
  return static_cast<int>(bars.at.y + bars.bar_px) + 8;
}

void DrawLiner(Canvas canvas, uint64_t seed, int width, int lines) {
  canvas.Fill(0, 0, width, lines, 138);
  canvas.Texture(0, 0, width, lines, Mix(seed), 4, 6);
  canvas.Texture(0, 0, width, lines, Mix(seed + 1), 70, 5);
}

}  // namespace

struct WebRenderer::Impl {
  /// The lines of one row of labels, up to the next register mark.
  struct RowPlane {
    int64_t row = INT64_MIN;
    int64_t from = 0;  ///< belt coordinates
    int64_t to = 0;
    uint64_t used = 0;
    std::vector<uint8_t> pixels;
  };

  Impl(const World& the_world, RenderMode the_mode)
      : world(the_world),
        mode(the_mode),
        lens(the_world.config().seed, kWebLanePx, kMaxRowLines, 0),
        rows(kKeptRows) {
    Random random(seed(), Stream::kOptics, 0);
    for (int x = 0; x < kW; ++x) {
      const double off = (x + 0.5) / (kW / 2.0) - 1;
      const double gain =
          (1 - kFalloff * off * off) * (1 + random.Uniform(-kPixelSpreadRatio, kPixelSpreadRatio));
      gains.push_back(static_cast<uint16_t>(std::lround(std::min(gain, 1.0) * 256)));
    }
    for (int i = 0; i < kWebStocks; ++i) stocks.push_back(MakeWebStock(seed(), i));
    if (mode == RenderMode::kPooled) DrawPool();
  }

  uint64_t seed() const { return world.config().seed; }

  Exposure ExposureOf(uint64_t cell) const {
    Random random(seed(), Stream::kOptics, cell + 1);
    return {.blur_sigma_px = random.Uniform(0.35, 0.6),
            .motion_px = random.Uniform(0, 0.5),
            .noise_sigma_grey = random.Uniform(1, 3.5),
            .noise_seed = random.Next()};
  }

  void DrawPool() {
    // Cells with an unprinted label each, and one of bare liner.
    for (int i = 0; i <= kWebStocks; ++i) {
      Plane cell(kWebLanePx, kMaxRowLines);
      DrawLiner(Canvas(cell), seed() + static_cast<uint64_t>(i), cell.width, cell.height);
      const Rect all{0, 0, cell.width, cell.height};
      const Exposure exposure = ExposureOf(~static_cast<uint64_t>(i));
      if (i < kWebStocks) {
        const WebStock& stock = stocks[static_cast<size_t>(i)];
        Plane art(kWebLabelWidthPx, kWebLabelHeightPx, stock.light_grey);
        DrawStock(stock, font, seed(), &art);
        Paste(art, stock.pose, all, cell.pixels.data(), cell.width);
        lens.Blur(cell.pixels.data(), cell.width, all, exposure, &scratch);
      }
      lens.AddNoise(cell.pixels.data(), cell.width, all, exposure);
      pool.push_back(std::move(cell));
    }
  }

  /// Belt coordinates of a row: from its register mark to the next. The web goes on before the
  /// first row and behind the last, without marks.
  int64_t RowStart(int64_t row) const {
    const auto count = static_cast<int64_t>(world.feeds());
    const int64_t pitch = world.scene().feed_pitch_counts;
    if (row < 0) return world.MarkCount(0) + row * pitch;
    if (row >= count) {
      return world.MarkCount(static_cast<uint64_t>(count - 1)) + (row - count + 1) * pitch;
    }
    return world.MarkCount(static_cast<uint64_t>(row));
  }

  int64_t RowAt(int64_t b) const {
    // Splices only make rows come later.
    int64_t low = -1 + std::min<int64_t>(0, (b - world.MarkCount(0)) / 1000);
    int64_t high = std::max<int64_t>(1, b / 1000 + 1);
    while (high - low > 1) {
      const int64_t middle = low + (high - low) / 2;
      (RowStart(middle) <= b ? low : high) = middle;
    }
    return low;
  }

  RowPlane& PlaneAt(int64_t b) {
    RowPlane* oldest = &rows.front();
    for (RowPlane& row : rows) {
      if (row.row != INT64_MIN && row.from <= b && b < row.to) {
        row.used = ++uses;
        return row;
      }
      if (row.used < oldest->used) oldest = &row;
    }
    oldest->row = RowAt(b);
    oldest->from = RowStart(oldest->row);
    oldest->to = RowStart(oldest->row + 1);
    oldest->used = ++uses;
    oldest->pixels.resize(static_cast<size_t>(oldest->to - oldest->from) * kW);
    DrawRow(*oldest);
    return *oldest;
  }

  void DrawRow(RowPlane& plane) {
    const auto lines = static_cast<int>(plane.to - plane.from);
    const bool labelled = plane.row >= 0 && plane.row < static_cast<int64_t>(world.feeds());
    for (int lane = 0; lane < kLanes; ++lane) {
      const int64_t cell = plane.row * kLanes + lane;
      uint8_t* origin = plane.pixels.data() + lane * kWebLanePx;
      DrawCell(labelled, static_cast<uint64_t>(cell), lines, origin);
    }
    Canvas canvas(plane.pixels.data(), kW, lines, kW);
    if (labelled) {
      canvas.Fill(kMarkX, 0, kMarkX + kMarkWidth, static_cast<int>(world.scene().mark_counts),
                  kMarkGrey);
      canvas.Fill(kMarkX, lines - kGapMarkLines, kMarkX + kMarkWidth, lines, kMarkGrey);
      if (world.FeedFaultOf(static_cast<uint64_t>(plane.row)) == FaultKind::kSplice) {
        DrawTape(plane, canvas);
      }
    }
    for (int y = 0; y < lines; ++y) {
      uint8_t* row = plane.pixels.data() + static_cast<size_t>(y) * kW;
      for (int x = 0; x < kW; ++x) row[x] = static_cast<uint8_t>(row[x] * gains[x] >> 8);
    }
  }

  void DrawCell(bool labelled, uint64_t cell, int lines, uint8_t* origin) {
    const WebLabel label = labelled ? LayOutWebLabel(world, cell) : WebLabel{.there = false};
    const Exposure exposure = ExposureOf(cell);
    const Rect all{0, 0, kWebLanePx, lines};
    if (mode == RenderMode::kFresh) {
      DrawLiner(Canvas(origin, kWebLanePx, lines, kW), Mix(seed()) ^ cell, kWebLanePx, lines);
      if (label.there) {
        Plane art(kWebLabelWidthPx, kWebLabelHeightPx, label.stock.light_grey);
        DrawStock(label.stock, font, seed(), &art);
        for (const PrintedSymbol& symbol : label.symbols) {
          DrawSymbol(symbol, label.stock.dark_grey, &art);
        }
        if (!label.symbols.empty()) {
          DrawNumber(label, font, kWebBarsField.x + 40, NumberY(label), &art);
        }
        Rect box = Paste(art, label.stock.pose, all, origin, kW);
        box = {box.x - kSeamPx, box.y - kSeamPx, box.width + 2 * kSeamPx, box.height + 2 * kSeamPx};
        lens.Blur(origin, kW, Intersect(box, all), exposure, &scratch);
      }
      lens.AddNoise(origin, kW, all, exposure);
      return;
    }
    const Plane& pooled = pool[label.there ? static_cast<size_t>(label.stock.index) : kWebStocks];
    for (int y = 0; y < lines; ++y) {
      std::memcpy(origin + static_cast<ptrdiff_t>(y) * kW, pooled.Row(y), kWebLanePx);
    }
    for (const PrintedSymbol& symbol : label.symbols) {
      PrintSymbol(label, symbol, FieldOf(symbol), exposure, all, origin, kW);
    }
  }

  static Rect FieldOf(const PrintedSymbol& symbol) {
    return symbol.linear() ? kWebBarsField : kWebMatrixField;
  }

  /// Prints a symbol, with that part of the label around it, on a cell; where it drew.
  Rect PrintSymbol(const WebLabel& label, const PrintedSymbol& symbol, const Rect& field,
                   const Exposure& exposure, const Rect& cell, uint8_t* origin, ptrdiff_t stride) {
    Plane art(field.width, field.height, label.stock.light_grey);
    PrintedSymbol here = symbol;
    here.at = symbol.at - Point{static_cast<float>(field.x), static_cast<float>(field.y)};
    DrawSymbol(here, label.stock.dark_grey, &art);
    if (symbol.linear()) {
      DrawNumber(label, font, kWebBarsField.x + 40 - field.x, NumberY(label) - field.y, &art);
    }
    const Rect box = Paste(art, PoseOf(field, label.stock.pose), cell, origin, stride);
    lens.Blur(origin, stride, box, exposure, &scratch);
    lens.AddNoise(origin, stride, box, exposure);
    return box;
  }

  /// The pose of a field of the label art, when the art lies in `pose`.
  static Pose PoseOf(const Rect& field, const Pose& pose) {
    const double u = field.x + field.width / 2.0 - kWebLabelWidthPx / 2.0;
    const double v = field.y + field.height / 2.0 - kWebLabelHeightPx / 2.0;
    const double c = std::cos(pose.angle_rad);
    const double s = std::sin(pose.angle_rad);
    return {pose.center_x + c * u - s * v, pose.center_y + s * u + c * v, pose.angle_rad};
  }

  void DrawTape(const RowPlane& plane, Canvas& canvas) {
    // Over the middle of where the matrix codes are when a label lies straight.
    const auto middle =
        static_cast<int>(world.scene().row_offset_counts + world.scene().item_counts / 2 -
                         kWebLabelHeightPx / 2 + kWebMatrixField.y + kWebMatrixField.height / 2);
    const uint64_t tape_seed = Mix(seed() ^ static_cast<uint64_t>(plane.row));
    const int top = middle - kTapeLines / 2;
    canvas.Fill(0, top, kW, top + kTapeLines, 172);
    canvas.Texture(0, top, kW, top + kTapeLines, tape_seed, 9, 14);
    canvas.Fill(0, middle - 1, kW, middle + 1, 90);  // the cut shows through
    canvas.Darken(0, top + kTapeLines, kW, top + kTapeLines + 3, 170);
  }

  const World world;
  const RenderMode mode;
  const Font font;
  const Optics lens;
  std::vector<uint16_t> gains;
  std::vector<WebStock> stocks;
  std::vector<Plane> pool;
  std::vector<RowPlane> rows;
  uint64_t uses = 0;
  std::vector<uint8_t> scratch;
};

WebRenderer::WebRenderer(const World& world, RenderMode mode)
    : impl_(std::make_unique<Impl>(world, mode)) {}
WebRenderer::~WebRenderer() = default;

const uint8_t* WebRenderer::Line(int64_t b) {
  const Impl::RowPlane& plane = impl_->PlaneAt(b);
  return plane.pixels.data() + static_cast<size_t>(b - plane.from) * kW;
}

void WebRenderer::Render(int64_t from, int64_t to, uint8_t* pixels, ptrdiff_t stride) {
  for (int64_t b = from; b < to; ++b) {
    std::memcpy(pixels + (b - from) * stride, Line(b), kW);
  }
}

void WebRenderer::DrawCode(uint64_t item, const WebLabel& label, size_t index, Plane* cell) {
  constexpr int kMarginPx = 8;
  const PrintedSymbol& symbol = label.symbols[index];
  const Rect around = Grown({static_cast<int>(symbol.at.x), static_cast<int>(symbol.at.y),
                             static_cast<int>(std::ceil(symbol.width_px())) + 1,
                             static_cast<int>(std::ceil(symbol.height_px())) + 1},
                            kMarginPx);
  const Rect box = impl_->PrintSymbol(label, symbol, Intersect(around, Impl::FieldOf(symbol)),
                                      impl_->ExposureOf(item), {0, 0, kWebLanePx, cell->height},
                                      cell->pixels.data(), cell->width);
  const uint16_t* gains = impl_->gains.data() + impl_->world.LaneOf(item) * kWebLanePx;
  for (int y = box.y; y < box.y + box.height; ++y) {
    uint8_t* row = cell->Row(y);
    for (int x = box.x; x < box.x + box.width; ++x) {
      row[x] = static_cast<uint8_t>(row[x] * gains[x] >> 8);
    }
  }
}

void WebStripRenderer::Render(uint64_t shot, uint8_t* pixels, ptrdiff_t stride) {
  const Strip strip = strips_.At(shot);
  const int64_t step = strip.last_count >= strip.first_count ? 1 : -1;
  int64_t b = strip.first_count - world_.config().camera_distance_counts;
  for (int y = 0; y < strip.lines(); ++y, b += step) {
    std::memcpy(pixels + y * stride, lines_.Line(b), kW);
  }
}

}  // namespace veriline::linesim
