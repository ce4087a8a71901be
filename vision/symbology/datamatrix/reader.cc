// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/datamatrix/reader.h"

#include <algorithm>
#include <span>
#include <utility>

namespace veriline::symbology::datamatrix {
namespace {

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

bool Reader::Decode(bool with_erasures) {
  const bool small = IsSmall(*size_);
  const float most = small ? kMostFixedErrorsOfSmall : kMostFixedErrors;
  for (const bool mirrored : {false, true}) {
    const SymbolSize* size = mirrored ? FindSymbolSize(size_->cols, size_->rows) : size_;
    if (size == nullptr) continue;
    if (mirrored) {
      Mirror(slicer_.dark(), size_->rows, size_->cols, &turned_);
      if (with_erasures) Mirror(slicer_.doubtful(), size_->rows, size_->cols, &turned_doubtful_);
    }
    const Layout& layout = Layout::Of(*size);
    const std::span<const uint8_t> dark =
        mirrored ? std::span<const uint8_t>(turned_) : slicer_.dark();
    // The L and the clock track are the same either way.
    if (FixedErrors(layout, dark) > most) return false;
    std::span<const uint8_t> doubtful;
    if (with_erasures) {
      doubtful = mirrored ? std::span<const uint8_t>(turned_doubtful_) : slicer_.doubtful();
    }
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
  slicer_.Sample(picture, turned.quad, turned.rows, turned.cols, place.inverted);
  bool read = false;
  for (const float sharpening : kSharpenings) {
    slicer_.Slice(sharpening);
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
