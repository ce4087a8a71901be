// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/photo_qr.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "vision/decode/arbiter.h"
#include "vision/decode/text.h"

namespace veriline::decode {
namespace {

/// Pictures up to that side are looked at in twice their size too: modules may have one pixel.
constexpr int kSmallSide = 400;
/// Smaller ones show no symbol any more.
constexpr int kLeastSide = 100;
/// Larger ones are looked at in their full size only where nothing was read.
constexpr float kLargePx = 4e6f;

}  // namespace

bool PhotoQr::SetText(Symbol* symbol) {
  const auto& message = reader_.decoded().message;
  const auto is_kanji = [](const auto& span) { return span.kanji; };
  if (!message.has_eci && std::ranges::none_of(message.text_spans(), is_kanji)) {
    SetTextOfPayload(symbol);
    return true;
  }
  // Their text the other decoder knows.
  modules_.rows = modules_.cols = symbol->rows;
  modules_.dark.assign(reader_.dark().begin(), reader_.dark().end());
  DrawModules(modules_, &clean_);
  ZxingOptions options{.group = ZxingGroup::kMatrix, .pure = true};
  options.symbologies = SymbologySet().Add(Symbology::kQr);
  auto read = decoder_.Zxing(clean_.view(), options);
  if (!read) return false;
  symbol->text = std::move(read->text);
  symbol->payload = std::move(read->payload);
  symbol->identifier = read->identifier;
  return true;
}

void PhotoQr::ReadAt(const FrameView& view, float scale, const std::function<bool()>& stop,
                     std::vector<Symbol>* symbols) {
  for (const locate::QrTriple& triple : search_.Look(view)) {
    if (effort_left_ <= 0 || stop()) return;
    // A pattern belongs to one symbol.
    const bool known = std::ranges::any_of(*symbols, [&](const Symbol& symbol) {
      return symbol.symbology == Symbology::kQr &&
             std::ranges::any_of(triple.middles, [&](Point middle) {
               return symbol.quad.Contains(middle * scale);
             });
    });
    if (known) continue;
    Symbol symbol;
    const bool read = reader_.Read(
        view, {triple.middles, triple.right_px, triple.down_px, triple.inverted}, &symbol);
    if (!read) {
      effort_left_ -= reader_.effort();
      continue;
    }
    if (!SetText(&symbol)) continue;
    for (Point& corner : symbol.quad.corners) corner = corner * scale;
    Add(std::move(symbol), symbols);
  }
}

void PhotoQr::Read(const FrameView& picture, const std::function<bool()>& stop,
                   std::vector<Symbol>* symbols) {
  if (picture.Empty()) return;
  effort_left_ = kMostEffort;
  size_t count = 0;
  const auto view_of = [&](size_t level) {
    return level == 0 ? picture : smaller_[level - 1].view();
  };
  for (FrameView view = picture; std::min(view.width, view.height) >= 2 * kLeastSide; ++count) {
    if (smaller_.size() <= count) smaller_.emplace_back();
    HalveInto(view, smaller_[count]);
    view = smaller_[count].view();
  }
  for (size_t level = count + 1; level-- > 0;) {
    const FrameView view = view_of(level);
    if (stop()) return;
    const bool large = static_cast<float>(view.width) * static_cast<float>(view.height) > kLargePx;
    if (large && !symbols->empty()) return;
    ReadAt(view, static_cast<float>(1 << level), stop, symbols);
  }
  if (std::max(picture.width, picture.height) <= kSmallSide && !stop()) {
    DoubleInto(picture, larger_);
    ReadAt(larger_.view(), 0.5f, stop, symbols);
  }
}

}  // namespace veriline::decode
