// SPDX-License-Identifier: Apache-2.0
#include "tests/support/graded_symbol.h"

#include <zint.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <random>
#include <stdexcept>

#include "tools/linesim/ecc200.h"
#include "vision/symbology/qr/layout.h"

namespace veriline::testing {
namespace {

using Zint = std::unique_ptr<zint_symbol, void (*)(zint_symbol*)>;

SampledGrid Encode(int symbology, int option_1, int option_2, int option_3,
                   const std::string& text) {
  const Zint symbol(ZBarcode_Create(), &ZBarcode_Delete);
  symbol->symbology = symbology;
  symbol->input_mode = DATA_MODE;
  symbol->option_1 = option_1;
  symbol->option_2 = option_2;
  symbol->option_3 = option_3;
  if (ZBarcode_Encode(symbol.get(), reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size())) >= ZINT_ERROR) {
    throw std::runtime_error(symbol->errtxt);
  }
  SampledGrid grid;
  grid.rows = symbol->rows;
  grid.cols = symbol->width;
  for (int row = 0; row < grid.rows; ++row) {
    for (int col = 0; col < grid.cols; ++col) {
      grid.dark.push_back((symbol->encoded_data[row][col >> 3] >> (col & 7)) & 1);
    }
  }
  grid.codeword.assign(grid.dark.size(), SampledGrid::kFixedPattern);
  return grid;
}

/// QR's function modules, from the drawings of ISO/IEC 18004.
class QrWalk {
 public:
  explicit QrWalk(int version) : size_(17 + 4 * version), taken_(size_ * size_, 0) {
    Block(0, 0, 9, 9);
    Block(0, size_ - 8, 9, 8);
    Block(size_ - 8, 0, 8, 9);
    Block(6, 0, 1, size_);
    Block(0, 6, size_, 1);
    const std::map<int, std::vector<int>> alignment = {
        {2, {6, 18}}, {3, {6, 22}}, {4, {6, 26}}, {5, {6, 30}}, {6, {6, 34}}, {7, {6, 22, 38}}};
    if (const auto found = alignment.find(version); found != alignment.end()) {
      const int last = found->second.back();
      for (const int row : found->second) {
        for (const int col : found->second) {
          const bool finder = (row == 6 && (col == 6 || col == last)) || (row == last && col == 6);
          if (!finder) Block(row - 2, col - 2, 5, 5);
        }
      }
    }
    if (version >= 7) {
      Block(0, size_ - 11, 6, 3);
      Block(size_ - 11, 0, 3, 6);
    }
  }
  /// Bit by bit in pairs of columns from the lower right, upward first.
  void Place(int codewords, SampledGrid* grid) const {
    int bit = 0;
    bool up = true;
    for (int right = size_ - 1; right > 0; right -= 2, up = !up) {
      if (right == 6) --right;
      for (int i = 0; i < size_; ++i) {
        const int row = up ? size_ - 1 - i : i;
        for (const int col : {right, right - 1}) {
          const auto at = static_cast<size_t>(row * size_ + col);
          if (taken_[at] != 0) continue;
          const int codeword = bit++ / 8;
          grid->codeword[at] =
              codeword < codewords ? static_cast<int16_t>(codeword) : SampledGrid::kUnused;
        }
      }
    }
  }

 private:
  void Block(int row0, int col0, int rows, int cols) {
    for (int row = row0; row < row0 + rows; ++row) {
      for (int col = col0; col < col0 + cols; ++col) {
        taken_[static_cast<size_t>(row * size_ + col)] = 1;
      }
    }
  }
  int size_;
  std::vector<uint8_t> taken_;
};

double Radians(double degrees) { return degrees * std::numbers::pi / 180; }

void Blur(std::vector<float>& image, int width, int height, double sigma) {
  const int reach = static_cast<int>(std::ceil(4 * sigma));
  std::vector<float> kernel;
  float sum = 0;
  for (int i = -reach; i <= reach; ++i) {
    kernel.push_back(static_cast<float>(std::exp(-i * i / (2 * sigma * sigma))));
    sum += kernel.back();
  }
  for (float& k : kernel) k /= sum;
  const auto pass = [&](int lines, int length, int line_step, int step) {
    std::vector<float> line(static_cast<size_t>(length));
    for (int l = 0; l < lines; ++l) {
      float* at = image.data() + static_cast<ptrdiff_t>(l) * line_step;
      for (int i = 0; i < length; ++i) {
        float v = 0;
        for (int k = -reach; k <= reach; ++k) {
          v += kernel[static_cast<size_t>(k + reach)] *
               at[static_cast<ptrdiff_t>(std::clamp(i + k, 0, length - 1)) * step];
        }
        line[static_cast<size_t>(i)] = v;
      }
      for (int i = 0; i < length; ++i)
        at[static_cast<ptrdiff_t>(i) * step] = line[static_cast<size_t>(i)];
    }
  };
  pass(height, width, width, 1);
  pass(width, height, 1, width);
}

/// The mean over the way that a picture moves, by pixels between which it is even.
void Smear(std::vector<float>& image, int width, int height, double length, double degrees) {
  constexpr int kSteps = 16;
  const std::vector<float> sharp = image;
  const auto at = [&](int x, int y) {
    x = std::clamp(x, 0, width - 1), y = std::clamp(y, 0, height - 1);
    return sharp[static_cast<size_t>(y) * static_cast<size_t>(width) + static_cast<size_t>(x)];
  };
  std::fill(image.begin(), image.end(), 0.0f);
  for (int step = 0; step < kSteps; ++step) {
    const double by = ((step + 0.5) / kSteps - 0.5) * length;
    const double dx = by * std::cos(Radians(degrees)), dy = by * std::sin(Radians(degrees));
    const int x0 = static_cast<int>(std::floor(dx)), y0 = static_cast<int>(std::floor(dy));
    const auto fx = static_cast<float>(dx - x0), fy = static_cast<float>(dy - y0);
    size_t i = 0;
    for (int y = y0; y < y0 + height; ++y) {
      for (int x = x0; x < x0 + width; ++x) {
        image[i++] += std::lerp(std::lerp(at(x, y), at(x + 1, y), fx),
                                std::lerp(at(x, y + 1), at(x + 1, y + 1), fx), fy) /
                      kSteps;
      }
    }
  }
}

/// 2^bits places in a pixel, spread so that any edge along an axis is met to 1/2^bits.
std::vector<std::pair<double, double>> SamplePlaces(int bits) {
  std::vector<std::pair<double, double>> places;
  const int count = 1 << bits;
  for (int i = 0; i < count; ++i) {
    int reversed = 0;
    for (int bit = 0; bit < bits; ++bit) reversed |= ((i >> bit) & 1) << (bits - 1 - bit);
    places.emplace_back((i + 0.5) / count, (reversed + 0.5) / count);
  }
  return places;
}

}  // namespace

calibration::Calibration DrawingCalibration() {
  calibration::Calibration c;
  c.id = "drawn";
  const calibration::ReflectancePoint points[] = {{20, 0}, {220, 1}};
  c.reflectance = *calibration::ReflectanceCurve::Through(points);
  c.scale = calibration::Scale{0.025, 0.025};
  c.wavelength_nm = 660;
  c.lighting = "45Q";
  c.noise_grey = 0;
  return c;
}

GradedSymbol GradedSymbol::DataMatrix(int size, const std::string& text) {
  // libzint's numbers of the square sizes.
  const std::map<int, int> numbers = {{10, 1}, {12, 2}, {14, 3}, {16, 4}, {18, 5},
                                      {20, 6}, {22, 7}, {24, 8}, {26, 9}, {32, 10}};
  GradedSymbol out;
  out.grid = Encode(BARCODE_DATAMATRIX, -1, numbers.at(size), DM_SQUARE, text);
  if (out.grid.rows != size) throw std::runtime_error("libzint made another size");
  out.grid.symbology = Symbology::kDataMatrix;
  const int regions = size == 32 ? 2 : 1;
  out.grid.region_rows = out.grid.region_cols = regions;
  const int inner = size - 2 * regions, region = inner / regions;
  const std::vector<int> placement = linesim::Ecc200Placement(inner + 2);
  int codewords = 0;
  for (int row = 0; row < inner; ++row) {
    for (int col = 0; col < inner; ++col) {
      const int bit = placement[static_cast<size_t>(row * inner + col)];
      const size_t at = out.grid.Index(row + 1 + row / region * 2, col + 1 + col / region * 2);
      out.grid.codeword[at] = bit < 0 ? SampledGrid::kUnused : static_cast<int16_t>(bit / 8);
      codewords = std::max(codewords, bit / 8 + 1);
    }
  }
  out.grid.codewords.resize(static_cast<size_t>(codewords));
  const int check = size == 32 ? 36 : linesim::Ecc200SizeOf(size)->ecc;
  out.grid.blocks = {{.check = static_cast<int16_t>(check)}};
  return out;
}

GradedSymbol GradedSymbol::Qr(int version, const std::string& text) {
  struct Sizes {
    int codewords, check, blocks, reserve;
  };
  const std::map<int, Sizes> levels_m = {
      {1, {26, 10, 1, 2}}, {2, {44, 16, 1, 0}}, {7, {196, 18, 4, 0}}};
  GradedSymbol out;
  out.quiet = 4;
  out.grid = Encode(BARCODE_QRCODE, 2, version, 0, text);
  if (out.grid.rows != 17 + 4 * version) throw std::runtime_error("libzint made another version");
  out.grid.symbology = Symbology::kQr;
  const Sizes sizes = levels_m.at(version);
  QrWalk(version).Place(sizes.codewords, &out.grid);
  out.grid.codewords.resize(static_cast<size_t>(sizes.codewords));
  for (size_t i = 0; i < out.grid.codewords.size(); ++i) {
    out.grid.codewords[i].block = static_cast<uint8_t>(i % static_cast<size_t>(sizes.blocks));
  }
  out.grid.blocks.assign(
      static_cast<size_t>(sizes.blocks),
      {.check = static_cast<int16_t>(sizes.check), .reserve = static_cast<int16_t>(sizes.reserve)});
  return out;
}

GradedSymbol GradedSymbol::MicroQr(int version, const std::string& text) {
  namespace qr = symbology::qr;
  GradedSymbol out;
  out.quiet = 2;
  out.grid = Encode(BARCODE_MICROQR, 1, version, 0, text);
  out.grid.symbology = Symbology::kMicroQr;
  const qr::Version v{static_cast<uint8_t>(version), true};
  if (out.grid.rows != v.Size()) throw std::runtime_error("libzint made another version");
  const qr::Layout& layout = qr::Layout::Of(v, qr::Level::kL);
  for (size_t i = 0; i < out.grid.codeword.size(); ++i) {
    if (layout.codeword_of[i] != qr::Layout::kNoCodeword) {
      out.grid.codeword[i] = static_cast<int16_t>(layout.codeword_of[i]);
    }
  }
  const qr::BlockStructure blocks = *qr::BlocksOf(v, qr::Level::kL);
  out.grid.codewords.resize(static_cast<size_t>(blocks.codewords()));
  out.grid.blocks = {{.check = static_cast<int16_t>(blocks.check),
                      .reserve = static_cast<int16_t>(blocks.reserve)}};
  return out;
}

bool GradedSymbol::IsDark(int row, int col) const {
  const bool inside = row >= 0 && col >= 0 && row < grid.rows && col < grid.cols;
  return inside && grid.Dark(row, col);
}

std::pair<int, int> GradedSymbol::ModuleOf(int codeword, bool want_dark) const {
  for (int row = 0; row < grid.rows; ++row) {
    for (int col = 0; col < grid.cols; ++col) {
      if (grid.CodewordOf(row, col) == codeword && grid.Dark(row, col) == want_dark) {
        return {row, col};
      }
    }
  }
  throw std::runtime_error("the codeword has no module of that colour");
}

void GradedSymbol::DamageCodeword(int codeword) {
  for (int row = 0; row < grid.rows; ++row) {
    for (int col = 0; col < grid.cols; ++col) {
      if (grid.CodewordOf(row, col) != codeword) continue;
      Flip(row, col);
      ++grid.blocks[grid.codewords[static_cast<size_t>(codeword)].block].errors;
      return;
    }
  }
}

double GradedSymbol::WarpAt(double y) const {
  return warp_fades ? 1 - (y - 0.5) / (grid.rows - 1) : 1;
}

double GradedSymbol::ReflectanceOf(int row, int col) const {
  if (const auto found = painted_.find({row, col}); found != painted_.end()) return found->second;
  return IsDark(row, col) != grid.inverted ? dark : light;
}

namespace {

/// What there is at a place of the symbol, in modules: dense, for drawing is most of the time.
class Field {
 public:
  Field(const GradedSymbol& symbol, int border,
        const std::function<double(int, int)>& reflectance_of,
        const std::function<double(int, int)>& side_of)
      : symbol_(symbol), border_(border), pitch_(symbol.grid.cols + 2 * border) {
    for (int row = -border; row < symbol.grid.rows + border; ++row) {
      for (int col = -border; col < symbol.grid.cols + border; ++col) {
        levels_.push_back(reflectance_of(row, col));
        sides_.push_back(side_of(row, col));
      }
    }
    if (!symbol.warp_x) return;
    double x = -border;
    for (int i = 0; i <= kWarpSteps; ++i) {
      const double to = -border + static_cast<double>(i) * pitch_ / kWarpSteps;
      while (symbol.warp_x(x) < to) x += 1e-4;
      unwarped_.push_back(x);
    }
  }

  double At(double x, double y) const {
    if (symbol_.ground) {
      if (const double over = symbol_.ground(x, y); !std::isnan(over)) return over;
    }
    x = symbol_.warp_fades ? Unwarped(x, y) : Unwarped(x);
    const size_t here = Index(x, y);
    if (sides_[here] > 0) {
      const double half = sides_[here] / 2;
      return std::abs(x - std::floor(x) - 0.5) < half && std::abs(y - std::floor(y) - 0.5) < half
                 ? levels_[here]
                 : symbol_.light;
    }
    const double gx = symbol_.growth_x / 2, gy = symbol_.growth_y / 2;
    if (gx == 0 && gy == 0) return levels_[here];
    // A place is dark when a dark module reaches it; with loss, when no light one does.
    const bool loss = gx < 0 || gy < 0;
    double best = levels_[here];
    for (const double sx : {-gx, gx}) {
      for (const double sy : {-gy, gy}) {
        const double v = levels_[Index(x + sx, y + sy)];
        best = loss ? std::max(best, v) : std::min(best, v);
      }
    }
    return best;
  }

  /// Whether everything within `reach` modules of the place is surely the same.
  bool IsEven(double x, double y, double reach) const {
    if (symbol_.ground || symbol_.warp_x) return false;
    const double rx = reach + std::abs(symbol_.growth_x) / 2;
    const double ry = reach + std::abs(symbol_.growth_y) / 2;
    const double fx = x - std::floor(x), fy = y - std::floor(y);
    return fx > rx && fx < 1 - rx && fy > ry && fy < 1 - ry && sides_[Index(x, y)] == 0;
  }

 private:
  static constexpr int kWarpSteps = 8192;

  size_t Index(double x, double y) const {
    const int rows = symbol_.grid.rows + 2 * border_;
    const int col = std::clamp(static_cast<int>(std::floor(x)) + border_, 0, pitch_ - 1);
    const int row = std::clamp(static_cast<int>(std::floor(y)) + border_, 0, rows - 1);
    return static_cast<size_t>(row * pitch_ + col);
  }
  double Unwarped(double x) const {
    if (unwarped_.empty()) return x;
    const double at = std::clamp((x + border_) / pitch_, 0.0, 0.9999) * kWarpSteps;
    const auto i = static_cast<size_t>(at);
    return std::lerp(unwarped_[i], unwarped_[i + 1], at - static_cast<double>(i));
  }

  double Unwarped(double x, double y) const {
    double from = x;
    for (int i = 0; i < 8; ++i) from = x - (symbol_.warp_x(from) - from) * symbol_.WarpAt(y);
    return from;
  }

  const GradedSymbol& symbol_;
  int border_;
  int pitch_;
  std::vector<double> levels_;
  std::vector<double> sides_;
  std::vector<double> unwarped_;
};

}  // namespace

Drawing GradedSymbol::Draw(const Pose& pose) const {
  const double angle = Radians(pose.angle_deg);
  const double flip = pose.mirrored ? -1 : 1;
  const double ex_x = std::cos(angle) * flip * pose.module_px * stretch_x;
  const double ex_y = std::sin(angle) * flip * pose.module_px * stretch_x;
  const double ey_x = -std::sin(angle) * pose.module_px * stretch_y;
  const double ey_y = std::cos(angle) * pose.module_px * stretch_y;
  const double border = quiet + pose.margin_modules;
  const double w = grid.cols + 2 * border, h = grid.rows + 2 * border;
  Drawing out;
  out.width = static_cast<int>(std::ceil(std::abs(ex_x) * w + std::abs(ey_x) * h + 2));
  out.height = static_cast<int>(std::ceil(std::abs(ex_y) * w + std::abs(ey_y) * h + 2));
  // The upper left corner of the symbol; whole pixels where nothing is turned or shifted.
  const auto middle = [](double length, double half) {
    return std::round(length / 2 - half) + half;
  };
  const double origin_x = middle(out.width, (ex_x * grid.cols + ey_x * grid.rows) / 2) +
                          pose.shift_x_px - (ex_x * grid.cols + ey_x * grid.rows) / 2;
  const double origin_y = middle(out.height, (ex_y * grid.cols + ey_y * grid.rows) / 2) +
                          pose.shift_y_px - (ex_y * grid.cols + ey_y * grid.rows) / 2;
  const double det = ex_x * ey_y - ex_y * ey_x;
  const Field field(
      *this, quiet + pose.margin_modules + 2,
      [this](int row, int col) { return ReflectanceOf(row, col); },
      [this](int row, int col) {
        const auto found = sides_.find({row, col});
        return found == sides_.end() ? 0.0 : found->second;
      });
  // One pixel to the right and one down, in modules.
  const double right_x = ey_y / det, right_y = -ex_y / det;
  const double down_x = -ey_x / det, down_y = ex_x / det;
  const double reach = 0.75 * std::max(std::hypot(right_x, right_y), std::hypot(down_x, down_y));
  // Under noise of whole grey values fewer samples do.
  const auto places = SamplePlaces(pose.noise_grey > 0 ? 5 : 8);
  std::vector<float> image(static_cast<size_t>(out.width) * static_cast<size_t>(out.height));
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) {
      const double dx = x - origin_x, dy = y - origin_y;  // the pixel's upper left corner
      const double u = dx * right_x + dy * down_x, v = dx * right_y + dy * down_y;
      const auto at = [&](double px, double py) {
        return field.At(u + px * right_x + py * down_x, v + px * right_y + py * down_y);
      };
      double value = at(0.5, 0.5);
      const bool even = field.IsEven(u + (right_x + down_x) / 2, v + (right_y + down_y) / 2, reach);
      if (!even && (at(0.001, 0.001) != value || at(0.999, 0.001) != value ||
                    at(0.001, 0.999) != value || at(0.999, 0.999) != value)) {
        double sum = 0;
        for (const auto& [px, py] : places) sum += at(px, py);
        value = sum / static_cast<double>(places.size());
      }
      image[static_cast<size_t>(y * out.width + x)] = static_cast<float>(20 + 200 * value);
    }
  }
  if (pose.blur_px > 0) Blur(image, out.width, out.height, pose.blur_px);
  if (pose.motion_px > 0) {
    Smear(image, out.width, out.height, pose.motion_px, pose.motion_deg);
  }
  std::mt19937 random(pose.seed);
  constexpr double kLeastNoise = 1e-6;  // none is drawn; 0 is no distribution
  std::normal_distribution<float> noise(0,
                                        static_cast<float>(std::max(pose.noise_grey, kLeastNoise)));
  for (const float v : image) {
    const float noisy = pose.noise_grey > 0 ? v + noise(random) : v;
    out.pixels.push_back(static_cast<uint8_t>(std::clamp(std::lround(noisy), 0L, 255L)));
  }
  out.grid = grid;
  const auto place = [&](double x, double y) {
    const double wx = warp_x ? x + (warp_x(x) - x) * WarpAt(y) : x;
    return Point{static_cast<float>(origin_x + ex_x * wx + ey_x * y),
                 static_cast<float>(origin_y + ex_y * wx + ey_y * y)};
  };
  for (int row = 0; row < grid.rows; ++row) {
    for (int col = 0; col < grid.cols; ++col) {
      out.grid.centers.push_back(place(col + 0.5, row + 0.5));
    }
  }
  out.grid.mirrored = pose.mirrored;
  out.grid.outline = {
      {place(0, 0), place(grid.cols, 0), place(grid.cols, grid.rows), place(0, grid.rows)}};
  return out;
}

}  // namespace veriline::testing
