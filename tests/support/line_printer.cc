// SPDX-License-Identifier: Apache-2.0
#include "tests/support/line_printer.h"

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "vision/text/dot_matrix.h"

namespace veriline::text {
namespace {

using Random = std::mt19937_64;

double Uniform(Random& random, double from, double to) {
  return std::uniform_real_distribution<double>(from, to)(random);
}
double Normal(Random& random) { return std::normal_distribution<double>()(random); }

/// Share of each pixel that ink covers.
struct Coverage {
  Rect box;
  std::vector<float> ink;

  explicit Coverage(const Rect& r) : box(r), ink(static_cast<size_t>(r.width * r.height)) {}
  float* At(int x, int y) {
    x -= box.x, y -= box.y;
    if (x < 0 || y < 0 || x >= box.width || y >= box.height) return nullptr;
    return &ink[static_cast<size_t>(y * box.width + x)];
  }
};

/// Noise of sigma 1, drawn once: what is random is where in it a picture begins.
const std::vector<float>& NoiseTable() {
  static const std::vector<float> table = [] {
    Random random(7);
    std::vector<float> values(1 << 18);
    for (float& value : values) value = static_cast<float>(Normal(random));
    return values;
  }();
  return table;
}

/// Calls `visit(pixel, share)` for each pixel that a disc covers, by 8 × 8 places in it.
template <class Visit>
void Disc(Coverage& canvas, double x, double y, double radius, Visit visit) {
  constexpr int kParts = 8;
  for (int v = static_cast<int>(y - radius) - 1; v <= y + radius + 1; ++v) {
    for (int u = static_cast<int>(x - radius) - 1; u <= x + radius + 1; ++u) {
      float* pixel = canvas.At(u, v);
      if (pixel == nullptr) continue;
      int inside = 0;
      for (int i = 0; i < kParts * kParts; ++i) {
        const double dx = u + (i % kParts + 0.5) / kParts - x;
        const double dy = v + (i / kParts + 0.5) / kParts - y;
        inside += dx * dx + dy * dy <= radius * radius;
      }
      if (inside > 0) visit(*pixel, static_cast<float>(inside) / (kParts * kParts));
    }
  }
}

/// Where a character lies: cells of no kind, but pixels right of and below its pen on the baseline.
struct Pen {
  Point at;
  Point along, down;  ///< one cap height each
  Point To(double x, double y) const {
    return at + along * static_cast<float>(x) + down * static_cast<float>(y);
  }
};

/// Spots without ink, spots of ink and scratches until `budget` pixels of ink have changed.
void Damage(Coverage& canvas, const Pen& pen, double advance_ratio, double budget, Random& random) {
  const double cap = std::hypot(pen.down.x, pen.down.y);
  double changed = 0;
  for (int tries = 0; changed < budget && tries < 200; ++tries) {
    const Point at = pen.To(Uniform(random, 0.05, advance_ratio - 0.05), -Uniform(random, 0, 1));
    const bool adds = Uniform(random, 0, 1) < 0.4;
    const auto change = [&](float& pixel, float share) {
      if (changed >= budget) return;
      const float before = pixel;
      pixel = adds ? std::max(pixel, share) : std::min(pixel, 1 - share);
      changed += std::abs(pixel - before);
    };
    if (Uniform(random, 0, 1) < 0.7) {
      Disc(canvas, at.x, at.y, cap * Uniform(random, 0.03, 0.08), change);
      continue;
    }
    const double angle = Uniform(random, 0, 3.1416), length = cap * Uniform(random, 0.2, 0.6);
    for (double way = 0; way < length; way += 0.5) {
      Disc(canvas, at.x + std::cos(angle) * way, at.y + std::sin(angle) * way, cap * 0.02 + 0.3,
           change);
    }
  }
}

void Blur(std::vector<float>& picture, int width, int height, double sigma) {
  const int reach = static_cast<int>(std::ceil(3 * sigma));
  std::vector<float> weights;
  float total = 0;
  for (int k = -reach; k <= reach; ++k) {
    weights.push_back(static_cast<float>(std::exp(-k * k / (2 * sigma * sigma))));
    total += weights.back();
  }
  const auto pass = [&](int lines, int count, int line_step, int step) {
    std::vector<float> in(static_cast<size_t>(count + 2 * reach));
    for (int line = 0; line < lines; ++line) {
      float* at = &picture[static_cast<size_t>(line * line_step)];
      for (int i = 0; i < count + 2 * reach; ++i) {
        in[static_cast<size_t>(i)] = at[std::clamp(i - reach, 0, count - 1) * step];
      }
      for (int i = 0; i < count; ++i) {
        float sum = 0;
        for (size_t k = 0; k < weights.size(); ++k)
          sum += weights[k] * in[static_cast<size_t>(i) + k];
        at[i * step] = sum / total;
      }
    }
  };
  pass(height, width, width, 1);
  pass(width, height, 1, width);
}

}  // namespace

struct LinePrinter::Impl {
  FT_Library library = nullptr;
  FT_Face face = nullptr;
  double cap_units = 1;
  int rows = 0;  ///< of dots; 0 = outlines

  ~Impl() {
    if (face != nullptr) FT_Done_Face(face);
    if (library != nullptr) FT_Done_FreeType(library);
  }

  /// Dots: pitch and radius as ratios of the cap height.
  double DotPitch() const { return 1 / (rows - 1 + 0.9); }

  double AdvanceRatio(char character) {
    if (rows > 0) return 6 * DotPitch();
    if (FT_Load_Char(face, static_cast<FT_ULong>(character == ' ' ? '0' : character),
                     FT_LOAD_NO_SCALE | FT_LOAD_NO_HINTING) != 0) {
      std::abort();
    }
    return static_cast<double>(face->glyph->advance.x) / cap_units;
  }

  void AddOutline(Coverage& canvas, char character, const Pen& pen, double growth_px) {
    if (FT_Load_Char(face, static_cast<FT_ULong>(character),
                     FT_LOAD_NO_SCALE | FT_LOAD_NO_HINTING) != 0) {
      std::abort();
    }
    FT_Outline* outline = &face->glyph->outline;
    // FreeType's y points up: turn it over while going to 64ths of a pixel.
    const auto fixed = [&](float px) {
      return static_cast<FT_Fixed>(std::lround(px / cap_units * 64 * 65536));
    };
    const FT_Matrix matrix{fixed(pen.along.x), fixed(-pen.down.x), fixed(-pen.along.y),
                           fixed(pen.down.y)};
    FT_Outline_Transform(outline, &matrix);
    const auto grown = static_cast<FT_Pos>(std::lround(2 * growth_px * 64));
    if (grown != 0) {
      FT_Outline_Embolden(outline, grown);
      FT_Outline_Translate(outline, -grown / 2, -grown / 2);
    }
    FT_BBox box;
    FT_Outline_Get_CBox(outline, &box);
    const double left = std::floor(pen.at.x + static_cast<double>(box.xMin) / 64) - 1;
    const double top = std::floor(pen.at.y - static_cast<double>(box.yMax) / 64) - 1;
    const int width = static_cast<int>((box.xMax - box.xMin) / 64) + 4;
    const int height = static_cast<int>((box.yMax - box.yMin) / 64) + 4;
    FT_Outline_Translate(outline, static_cast<FT_Pos>(std::lround((pen.at.x - left) * 64)),
                         static_cast<FT_Pos>(std::lround((top + height - pen.at.y) * 64)));
    std::vector<uint8_t> grey(static_cast<size_t>(width * height));
    FT_Bitmap bitmap{};
    bitmap.rows = static_cast<unsigned>(height);
    bitmap.width = static_cast<unsigned>(width);
    bitmap.pitch = width;
    bitmap.buffer = grey.data();
    bitmap.num_grays = 256;
    bitmap.pixel_mode = FT_PIXEL_MODE_GRAY;
    if (FT_Outline_Get_Bitmap(library, outline, &bitmap) != 0) std::abort();
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        float* to = canvas.At(static_cast<int>(left) + x, static_cast<int>(top) + y);
        if (to == nullptr) continue;
        *to = std::min(1.0f,
                       *to + static_cast<float>(grey[static_cast<size_t>(y * width + x)]) / 255);
      }
    }
  }

  void AddDots(Coverage& canvas, char character, const Pen& pen, const PrintStyle& style,
               Random& random) {
    const auto patterns = DotPatterns(rows);
    const auto pattern = std::find_if(patterns.begin(), patterns.end(), [&](const DotPattern& p) {
      return p.character == character;
    });
    if (pattern == patterns.end()) std::abort();
    const double pitch = DotPitch(), radius = pitch * 0.45;
    const double cap = std::hypot(pen.down.x, pen.down.y);
    std::vector<Point> dots;
    for (int row = 0; row < rows; ++row) {
      for (int column = 0; column < 5; ++column) {
        if ((pattern->rows[static_cast<size_t>(row)] >> (4 - column) & 1) == 0) continue;
        const double x = pitch * (1 + column) + style.dot_noise_ratio * Normal(random);
        const double y =
            -radius - pitch * (rows - 1 - row) + style.dot_noise_ratio * Normal(random);
        dots.push_back(pen.To(x, y));
      }
    }
    // Whole dots are what such a print loses: one in so many as the damage says.
    std::shuffle(dots.begin(), dots.end(), random);
    const double lost = style.damage_ratio * static_cast<double>(dots.size());
    const auto kept = dots.size() - static_cast<size_t>(lost + Uniform(random, 0, 1));
    for (size_t i = 0; i < kept; ++i) {
      const double size = std::max(0.2, cap * (radius + style.growth_ratio));
      Disc(canvas, dots[i].x, dots[i].y, size,
           [](float& pixel, float share) { pixel = std::max(pixel, share); });
    }
  }
};

LinePrinter::LinePrinter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LinePrinter::LinePrinter(LinePrinter&&) noexcept = default;
LinePrinter::~LinePrinter() = default;

LinePrinter LinePrinter::OfFile(const std::string& font_file) {
  auto impl = std::make_unique<Impl>();
  if (FT_Init_FreeType(&impl->library) != 0 ||
      FT_New_Face(impl->library, font_file.c_str(), 0, &impl->face) != 0) {
    std::fprintf(stderr, "%s: cannot be read (tools/setup.sh installs the fonts)\n",
                 font_file.c_str());
    std::abort();
  }
  if (FT_Load_Char(impl->face, 'H', FT_LOAD_NO_SCALE | FT_LOAD_NO_HINTING) != 0) std::abort();
  FT_BBox box;
  FT_Outline_Get_CBox(&impl->face->glyph->outline, &box);
  impl->cap_units = static_cast<double>(box.yMax);
  return LinePrinter(std::move(impl));
}

LinePrinter LinePrinter::OfDots(int rows) {
  auto impl = std::make_unique<Impl>();
  impl->rows = rows;
  return LinePrinter(std::move(impl));
}

PrintedLine LinePrinter::Print(std::string_view text, const PrintStyle& style, uint64_t seed) {
  Random random(seed);
  double length = 0;
  for (const char character : text) length += impl_->AdvanceRatio(character);
  const double cap = style.cap_px * style.scale;
  const Point nominal{std::cos(style.angle_rad), std::sin(style.angle_rad)};
  const Point along{std::cos(style.angle_rad + style.turn_rad),
                    std::sin(style.angle_rad + style.turn_rad)};
  const Point down{-along.y, along.x};
  // A picture with two cap heights around the line wherever it points.
  const auto reach = static_cast<float>(length * cap);
  const float margin = 2.2f * static_cast<float>(cap) + 6 + 0.04f * reach;
  const Point end = along * reach;
  const Point start{margin + std::max(0.0f, -end.x) + static_cast<float>(Uniform(random, 0, 1)),
                    margin + std::max(0.0f, -end.y) + static_cast<float>(Uniform(random, 0, 1))};
  PrintedLine line;
  line.width = static_cast<int>(std::abs(end.x) + 2 * margin) + 1;
  line.height = static_cast<int>(std::abs(end.y) + 2 * margin) + 1;
  Coverage canvas({0, 0, line.width, line.height});
  Pen pen{start, along * static_cast<float>(cap), down * static_cast<float>(cap)};
  for (const char character : text) {
    const double advance = impl_->AdvanceRatio(character);
    Pen own = pen;
    own.at = pen.To(style.jitter_ratio * Uniform(random, -1, 1),
                    style.jitter_ratio * Uniform(random, -1, 1));
    if (character != ' ' && impl_->rows > 0) {
      impl_->AddDots(canvas, character, own, style, random);
    } else if (character != ' ') {
      const auto way = static_cast<float>(advance);
      const Quad cell{{own.To(-0.3f, -1.4f), own.To(way + 0.3f, -1.4f), own.To(way + 0.3f, 0.5f),
                       own.To(-0.3f, 0.5f)}};
      Coverage single(BoundsOf(cell, 2));
      impl_->AddOutline(single, character, own, style.growth_ratio * cap);
      double ink = 0;
      for (const float share : single.ink) ink += share;
      if (style.damage_ratio > 0) Damage(single, own, advance, style.damage_ratio * ink, random);
      for (int y = 0; y < single.box.height; ++y) {
        for (int x = 0; x < single.box.width; ++x) {
          float* to = canvas.At(single.box.x + x, single.box.y + y);
          const float share = single.ink[static_cast<size_t>(y * single.box.width + x)];
          if (to != nullptr) *to = std::min(1.0f, *to + share);
        }
      }
    }
    pen.at = pen.To(advance, 0);
  }
  if (style.blur_px > 0) Blur(canvas.ink, line.width, line.height, style.blur_px);
  line.pixels.resize(canvas.ink.size());
  const float across = static_cast<float>(line.width);
  const std::vector<float>& noise = NoiseTable();
  size_t at = random();
  for (int y = 0; y < line.height; ++y) {
    for (int x = 0; x < line.width; ++x) {
      const auto i = static_cast<size_t>(y * line.width + x);
      const float light = style.slope_grey * (static_cast<float>(x) / across - 0.5f);
      const float grey = style.paper_grey + light +
                         (style.ink_grey - style.paper_grey) * canvas.ink[i] +
                         style.noise_grey * noise[++at % noise.size()];
      line.pixels[i] = static_cast<uint8_t>(std::clamp(std::lround(grey), 0L, 255L));
    }
  }
  line.place.start_px = start - along * (style.shift_along_ratio * style.cap_px) -
                        down * (style.shift_across_ratio * style.cap_px);
  line.place.angle_rad = std::atan2(nominal.y, nominal.x);
  line.place.cap_height_px = style.cap_px;
  return line;
}

}  // namespace veriline::text
