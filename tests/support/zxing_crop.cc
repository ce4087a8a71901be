// SPDX-License-Identifier: Apache-2.0
#include "tests/support/zxing_crop.h"

#define ZX_USE_UTF8 1
#include <ZXing/ReadBarcode.h>

#include <algorithm>

namespace veriline::testing {
namespace {

ZXing::BarcodeFormat FormatOf(Symbology symbology) {
  switch (symbology) {
    case Symbology::kQr:
      return ZXing::BarcodeFormat::QRCode;
    case Symbology::kCode128:
      return ZXing::BarcodeFormat::Code128;
    case Symbology::kEan13:
      return ZXing::BarcodeFormat::EAN13;
    default:
      return ZXing::BarcodeFormat::DataMatrix;
  }
}

}  // namespace

std::optional<CropRead> ReadWithZxing(const FrameView& view, Symbology symbology, Point origin) {
  const ZXing::ImageView image(view.data, view.width, view.height, ZXing::ImageFormat::Lum,
                               static_cast<int>(view.stride));
  for (const ZXing::Binarizer binarizer :
       {ZXing::Binarizer::GlobalHistogram, ZXing::Binarizer::LocalAverage}) {
    ZXing::DecodeHints hints;
    hints.setFormats(FormatOf(symbology));
    hints.setTryHarder(true).setTryRotate(true).setBinarizer(binarizer);
    const ZXing::Result result = ZXing::ReadBarcode(image, hints);
    if (!result.isValid()) continue;
    CropRead read;
    read.identifier = result.symbologyIdentifier();
    read.payload.assign(result.bytes().begin(), result.bytes().end());
    for (int i = 0; i < 4; ++i) {
      const ZXing::PointI p = result.position()[i];
      read.quad.corners[static_cast<size_t>(i)] =
          origin + Point{static_cast<float>(p.x), static_cast<float>(p.y)};
    }
    return read;
  }
  return std::nullopt;
}

Rect Around(const Quad& quad, float margin_px) {
  float x0 = 1e9f, y0 = 1e9f, x1 = -1e9f, y1 = -1e9f;
  for (const Point p : quad.corners) {
    x0 = std::min(x0, p.x - margin_px);
    y0 = std::min(y0, p.y - margin_px);
    x1 = std::max(x1, p.x + margin_px);
    y1 = std::max(y1, p.y + margin_px);
  }
  return {static_cast<int>(x0), static_cast<int>(y0), static_cast<int>(x1 - x0) + 1,
          static_cast<int>(y1 - y0) + 1};
}

}  // namespace veriline::testing
