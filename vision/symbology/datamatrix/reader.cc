// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/datamatrix/reader.h"

#include <algorithm>
#include <cmath>

namespace veriline::symbology::datamatrix {
namespace {

/// Guesses of how much of its neighbours' grey a module has: blur of half a module adds a fifth of
/// that of each, and none is what sharp prints need.
constexpr float kSharpenings[] = {0, 0.7f, 1.5f};
/// Modules of a square around one whose range tells what is dark there.
constexpr int kReach = 3;
/// A module nearer to the limit than that share of the range is doubtful.
constexpr float kDoubt = 0.12f;
constexpr float kOverexposed = 250;
/// Fixed modules that may be wrong: damage may take a sixth of them. Of symbols that correct up to
/// three errors, where chance finds a text more easily, a tenth.
constexpr float kMostFixedErrors = 0.17f;
constexpr float kMostFixedErrorsOfSmall = 0.1f;
constexpr int kSmallCapacity = 3;

bool IsSmall(const SymbolSize& size) { return size.error_capacity() <= kSmallCapacity; }

/// Share of the modules of borders that are wrong.
float FixedErrors(const Layout& layout, std::span<const uint8_t> dark) {
  const SymbolSize& size = layout.size();
  const int regions = size.regions_down() * size.regions_across();
  const int border = 2 * (size.region_rows + size.region_cols) + 4;
  return static_cast<float>(CountFixedErrors(layout, dark)) / static_cast<float>(regions * border);
}

/// Mirrors at the diagonal through the corner of the L.
void Mirror(std::span<const uint8_t> in, int rows, int cols, std::vector<uint8_t>* out) {
  out->resize(in.size());
  for (int row = 0; row < rows; ++row) {
    for (int col = 0; col < cols; ++col) {
      const int to_row = cols - 1 - col, to_col = rows - 1 - row;
      (*out)[static_cast<size_t>(to_row * rows + to_col)] =
          in[static_cast<size_t>(row * cols + col)];
    }
  }
}

}  // namespace

void Reader::Sample(const FrameView& picture, const Place& place) {
  const int rows = place.rows, cols = place.cols;
  pitch_ = cols + 2;
  const auto count = static_cast<size_t>(pitch_ * (rows + 2));
  values_.resize(count);
  glare_.assign(static_cast<size_t>(rows * cols), 0);
  // Five pixels around the middle of a module.
  const float module_px =
      std::sqrt(std::abs(place.quad.SignedArea()) / static_cast<float>(rows * cols));
  const float reach_px = module_px < 2.5f ? 0 : module_px / 5;
  const auto grey = [&picture](float x, float y) {
    const int px = std::clamp(static_cast<int>(x), 0, picture.width - 1);
    const int py = std::clamp(static_cast<int>(y), 0, picture.height - 1);
    return static_cast<float>(picture.Row(py)[px]);
  };
  const float sign = place.inverted ? -1.0f : 1.0f;
  size_t i = 0;
  for (int row = -1; row <= rows; ++row) {
    const float t = (static_cast<float>(row) + 0.5f) / static_cast<float>(rows);
    for (int col = -1; col <= cols; ++col) {
      const Point at =
          place.quad.At((static_cast<float>(col) + 0.5f) / static_cast<float>(cols), t);
      float mean = grey(at.x, at.y);
      if (reach_px > 0) {
        mean = (mean + grey(at.x - reach_px, at.y) + grey(at.x + reach_px, at.y) +
                grey(at.x, at.y - reach_px) + grey(at.x, at.y + reach_px)) /
               5;
      }
      if (mean >= kOverexposed && row >= 0 && row < rows && col >= 0 && col < cols) {
        glare_[static_cast<size_t>(row * cols + col)] = 1;
      }
      values_[i++] = sign * mean;
    }
  }
}

void Reader::Slice(float sharpening) {
  const int rows = size_->rows, cols = size_->cols;
  const std::vector<float>* values = &values_;
  if (sharpening > 0) {
    sharp_ = values_;
    for (int row = 1; row <= rows; ++row) {
      for (int col = 1; col <= cols; ++col) {
        const auto i = static_cast<size_t>(row * pitch_ + col);
        const auto pitch = static_cast<size_t>(pitch_);
        const float around =
            (values_[i - 1] + values_[i + 1] + values_[i - pitch] + values_[i + pitch]) / 4;
        sharp_[i] = values_[i] + sharpening * (values_[i] - around);
      }
    }
    values = &sharp_;
  }
  // Darkest and lightest of the square around each, first along rows.
  const auto cells = static_cast<size_t>(rows * cols);
  row_low_.resize(static_cast<size_t>((rows + 2) * cols));
  row_high_.resize(row_low_.size());
  low_.resize(cells);
  high_.resize(cells);
  for (int row = 0; row < rows + 2; ++row) {
    const float* in = values->data() + row * pitch_;
    for (int col = 0; col < cols; ++col) {
      const int first = std::max(0, col + 1 - kReach), last = std::min(cols + 1, col + 1 + kReach);
      const auto [low, high] = std::minmax_element(in + first, in + last + 1);
      row_low_[static_cast<size_t>(row * cols + col)] = *low;
      row_high_[static_cast<size_t>(row * cols + col)] = *high;
    }
  }
  for (int row = 0; row < rows; ++row) {
    const int first = std::max(0, row + 1 - kReach), last = std::min(rows + 1, row + 1 + kReach);
    for (int col = 0; col < cols; ++col) {
      float low = row_low_[static_cast<size_t>(first * cols + col)];
      float high = row_high_[static_cast<size_t>(first * cols + col)];
      for (int r = first + 1; r <= last; ++r) {
        low = std::min(low, row_low_[static_cast<size_t>(r * cols + col)]);
        high = std::max(high, row_high_[static_cast<size_t>(r * cols + col)]);
      }
      low_[static_cast<size_t>(row * cols + col)] = low;
      high_[static_cast<size_t>(row * cols + col)] = high;
    }
  }
  dark_.resize(cells);
  doubtful_.resize(cells);
  for (int row = 0; row < rows; ++row) {
    for (int col = 0; col < cols; ++col) {
      const auto i = static_cast<size_t>(row * cols + col);
      const float value = (*values)[static_cast<size_t>((row + 1) * pitch_ + col + 1)];
      const float middle = (low_[i] + high_[i]) / 2;
      dark_[i] = value < middle;
      doubtful_[i] = glare_[i] != 0 || std::abs(value - middle) < kDoubt * (high_[i] - low_[i]);
    }
  }
}

bool Reader::Decode(bool with_erasures) {
  const bool small = IsSmall(*size_);
  const float most = small ? kMostFixedErrorsOfSmall : kMostFixedErrors;
  for (const bool mirrored : {false, true}) {
    const SymbolSize* size = mirrored ? FindSymbolSize(size_->cols, size_->rows) : size_;
    if (size == nullptr) continue;
    if (mirrored) {
      Mirror(dark_, size_->rows, size_->cols, &turned_);
      if (with_erasures) Mirror(doubtful_, size_->rows, size_->cols, &turned_doubtful_);
    }
    const Layout& layout = Layout::Of(*size);
    const std::span<const uint8_t> dark = mirrored ? turned_ : dark_;
    // The L and the clock track are the same either way.
    if (FixedErrors(layout, dark) > most) return false;
    std::span<const uint8_t> doubtful;
    if (with_erasures) doubtful = mirrored ? turned_doubtful_ : doubtful_;
    if (datamatrix::Decode(layout, dark, doubtful, {}, decoded_)) {
      mirrored_ = mirrored;
      return true;
    }
  }
  return false;
}

bool Reader::Read(const FrameView& picture, const Place& place, Symbol* symbol) {
  decoded_.failed = DecodeStep::kErrorCorrection;
  size_ = FindSymbolSize(place.rows, place.cols);
  // Upright rectangles are those that lie, mirrored.
  Place turned = place;
  const bool upright = size_ == nullptr;
  if (upright) {
    size_ = FindSymbolSize(place.cols, place.rows);
    std::swap(turned.rows, turned.cols);
    const auto& c = place.quad.corners;
    turned.quad = {{c[2], c[1], c[0], c[3]}};
  }
  if (size_ == nullptr || picture.Empty()) return false;
  Sample(picture, turned);
  bool read = false;
  for (const float sharpening : kSharpenings) {
    Slice(sharpening);
    read = Decode(false) || (!IsSmall(*size_) && Decode(true));
    if (read || IsSmall(*size_)) break;
  }
  if (!read) return false;
  const SymbolSize& size = mirrored_ ? *FindSymbolSize(size_->cols, size_->rows) : *size_;
  FillSymbol(size, decoded_, *symbol);
  symbol->mirrored = mirrored_ != upright;
  symbol->inverted = place.inverted;
  const auto& c = turned.quad.corners;
  symbol->quad = mirrored_ ? Quad{{c[2], c[1], c[0], c[3]}} : turned.quad;
  return true;
}

}  // namespace veriline::symbology::datamatrix
