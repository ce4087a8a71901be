// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/crop_decoder.h"

namespace veriline::decode {

std::optional<Symbol> InProcessDecoder::Zxing(const FrameView& crop, const ZxingOptions& options) {
  calls_.fetch_add(1, std::memory_order_relaxed);
  return ReadWithZxing(crop, options);
}

std::optional<Symbol> InProcessDecoder::Dmtx(const FrameView& crop, const DmtxOptions& options) {
  calls_.fetch_add(1, std::memory_order_relaxed);
  return ReadWithDmtx(crop, options);
}

CropDecoder::Counters InProcessDecoder::counters() const {
  return {.calls = calls_.load(std::memory_order_relaxed)};
}

}  // namespace veriline::decode
