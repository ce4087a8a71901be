// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/zxing/zxing_reader.h"

#define ZX_USE_UTF8
#include <ZXing/ReadBarcode.h>

#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "vision/core/utf8.h"
#include "vision/decode/text.h"

namespace veriline::decode {
namespace {

using ZXing::BarcodeFormat;
using ZXing::BarcodeFormats;

struct FormatOf {
  Symbology symbology;
  BarcodeFormat format;
  ZxingGroup group;
};

constexpr FormatOf kFormats[] = {
    {Symbology::kDataMatrix, BarcodeFormat::DataMatrix, ZxingGroup::kDataMatrix},
    {Symbology::kQr, BarcodeFormat::QRCode, ZxingGroup::kMatrix},
    {Symbology::kMicroQr, BarcodeFormat::MicroQRCode, ZxingGroup::kMatrix},
    {Symbology::kAztec, BarcodeFormat::Aztec, ZxingGroup::kMatrix},
    {Symbology::kMaxiCode, BarcodeFormat::MaxiCode, ZxingGroup::kMatrix},
    {Symbology::kPdf417, BarcodeFormat::PDF417, ZxingGroup::kMatrix},
    {Symbology::kCode128, BarcodeFormat::Code128, ZxingGroup::kLinear},
    {Symbology::kCode39, BarcodeFormat::Code39, ZxingGroup::kLinear},
    {Symbology::kCode93, BarcodeFormat::Code93, ZxingGroup::kLinear},
    {Symbology::kCodabar, BarcodeFormat::Codabar, ZxingGroup::kLinear},
    {Symbology::kItf, BarcodeFormat::ITF, ZxingGroup::kLinear},
    {Symbology::kEan13, BarcodeFormat::EAN13, ZxingGroup::kLinear},
    {Symbology::kEan8, BarcodeFormat::EAN8, ZxingGroup::kLinear},
    {Symbology::kUpcA, BarcodeFormat::UPCA, ZxingGroup::kLinear},
    {Symbology::kUpcE, BarcodeFormat::UPCE, ZxingGroup::kLinear},
    {Symbology::kDataBarOmni, BarcodeFormat::DataBar, ZxingGroup::kDataBar},
    {Symbology::kDataBarStacked, BarcodeFormat::DataBar, ZxingGroup::kDataBar},
    {Symbology::kDataBarExpanded, BarcodeFormat::DataBarExpanded, ZxingGroup::kDataBar},
    {Symbology::kDataBarExpandedStacked, BarcodeFormat::DataBarExpanded, ZxingGroup::kDataBar},
};

BarcodeFormats FormatsOf(ZxingGroup group, const SymbologySet& symbologies) {
  BarcodeFormats formats;
  for (const FormatOf& f : kFormats) {
    if (f.group == group && symbologies.Has(f.symbology)) formats |= f.format;
  }
  return formats;
}

Symbology SymbologyOf(BarcodeFormat format) {
  for (const FormatOf& f : kFormats) {
    if (f.format == format) return f.symbology;
  }
  return Symbology::kUnknown;
}

Quad QuadOf(const ZXing::Result& result) {
  const ZXing::Position& position = result.position();
  Quad quad;
  for (size_t i = 0; i < 4; ++i) {
    // ZXing names a pixel by its index; ours is the place of its centre.
    quad.corners[i] = {static_cast<float>(position[i].x) + 0.5f,
                       static_cast<float>(position[i].y) + 0.5f};
  }
  if (result.isMirrored() && quad.SignedArea() > 0) {
    // Corners as if the symbol were not mirrored but transposed: the one at the finder pattern is
    // right, and the one across; the other two stand for each other.
    const bool finder_at_bottom = result.format() == BarcodeFormat::DataMatrix;
    std::swap(quad.corners[finder_at_bottom ? 0 : 1], quad.corners[finder_at_bottom ? 2 : 3]);
  }
  return quad;
}

/// Codes without a check character of their own turn up in texture when they are short. Their
/// least lengths here are below what is printed in practice and above what was seen in texture.
bool IsPlausible(Symbology symbology, std::string_view characters, int lines, int min_lines) {
  switch (symbology) {
    case Symbology::kCode39:
      return characters.size() >= 4 || (characters.size() >= 2 && lines >= 2 * min_lines);
    case Symbology::kItf:
      return characters.size() >= 6;
    case Symbology::kCodabar:
      return characters.size() >= 6;  // with start and stop
    case Symbology::kDataBarOmni:
    case Symbology::kDataBarStacked:
      return characters.size() == 14;  // pairs that do not belong together give larger numbers
    default:
      return !characters.empty();
  }
}

ZXing::Result Decode(const FrameView& picture, const ZXing::DecodeHints& hints) {
  const ZXing::ImageView view(picture.data, picture.width, picture.height, ZXing::ImageFormat::Lum,
                              static_cast<int>(picture.stride));
  return ZXing::ReadBarcode(view, hints);
}

/// Whether one line alone carries the whole DataBar symbol: only a stacked one does not.
bool IsSingleRow(const FrameView& picture, const Quad& quad, const ZXing::DecodeHints& hints) {
  const auto lower = [](float a, float b) { return a < b ? a : b; };
  const auto upper = [](float a, float b) { return a > b ? a : b; };
  float x0 = quad.corners[0].x, x1 = x0, y0 = quad.corners[0].y, y1 = y0;
  for (const Point& p : quad.corners) {
    x0 = lower(x0, p.x), x1 = upper(x1, p.x), y0 = lower(y0, p.y), y1 = upper(y1, p.y);
  }
  const bool upright = x1 - x0 < y1 - y0;  // bars lie across: the scan line runs down the picture
  constexpr int kSteps = 7;
  for (int i = 0; i < kSteps; ++i) {
    const float t = (static_cast<float>(i) + 0.5f) / kSteps;
    const FrameView strip =
        upright ? picture.Crop({static_cast<int>(x0 + t * (x1 - x0)) - 1, 0, 3, picture.height})
                : picture.Crop({0, static_cast<int>(y0 + t * (y1 - y0)) - 1, picture.width, 3});
    if (!strip.Empty() && Decode(strip, hints).isValid()) return true;
  }
  return false;
}

/// One character in Kanji mode: too little to tell Shift_JIS from ISO-8859-1 by the bytes.
bool IsLoneKanji(const ZXing::Result& result, std::string_view bytes, Symbology symbology) {
  const bool qr = symbology == Symbology::kQr || symbology == Symbology::kMicroQr;
  return qr && bytes.size() == 2 && !IsUtf8(bytes) && Utf8FromShiftJis(bytes) == result.text();
}

/// In QR with FNC1 a % of alphanumeric mode is written twice, and ZXing 1.4 forgets what of the
/// segment stands behind it. From one of byte mode, where it is whole, this can not be told apart.
bool MayBeCutOff(const ZXing::Result& result, const Symbol& symbol) {
  return symbol.symbology == Symbology::kQr && symbol.identifier[2] >= '3' &&
         result.bytes().asString().find('%') != std::string_view::npos;
}

void FillText(const ZXing::Result& result, Symbol& symbol) {
  const std::string_view bytes = result.bytes().asString();
  symbol.payload.Assign(bytes);
  switch (symbol.symbology) {
    case Symbology::kDataBarOmni:
    case Symbology::kDataBarStacked:
      symbol.payload.Assign("01" + std::string(bytes));
      break;
    case Symbology::kDataBarExpanded:
    case Symbology::kDataBarExpandedStacked:
      if (const auto plain = ElementStringFromBracketed(bytes)) symbol.payload.Assign(*plain);
      break;
    case Symbology::kCode39:
      if (const auto ascii = Code39FullAscii(bytes)) {
        symbol.payload.Assign(*ascii);
        symbol.set_identifier("]A4");
      }
      break;
    case Symbology::kEan13:
    case Symbology::kEan8:
    case Symbology::kUpcA:
    case Symbology::kUpcE:
      if (const size_t space = bytes.find(' '); space != bytes.npos) {
        symbol.addon.Assign(bytes.substr(space + 1));
        std::string joined(bytes);
        symbol.payload.Assign(joined.erase(space, 1));
      }
      break;
    default:
      break;
  }
  const std::string_view payload = symbol.payload.view();
  // ZXing knows where ECI and Kanji mode begin; the bytes alone do not tell.
  if (result.hasECI() || IsLoneKanji(result, payload, symbol.symbology)) {
    symbol.text.Assign(result.text());
  } else if (IsUtf8(payload)) {
    symbol.text.Assign(payload);  // as TextOfBytes, without memory of its own
  } else {
    symbol.text.Assign(TextOfBytes(payload, symbol.symbology));
  }
}

}  // namespace

bool ZxingGroupHasAny(ZxingGroup group, const SymbologySet& symbologies) {
  return !FormatsOf(group, symbologies).empty();
}

std::optional<Symbol> ReadWithZxing(const FrameView& picture, const ZxingOptions& options) {
  const BarcodeFormats formats = FormatsOf(options.group, options.symbologies);
  if (picture.Empty() || formats.empty()) return std::nullopt;
  const bool databar = options.group == ZxingGroup::kDataBar;
  ZXing::DecodeHints hints;
  hints.setFormats(formats)
      .setTryHarder(options.try_harder)
      .setTryRotate(options.try_rotate)
      .setTryDownscale(options.try_downscale)
      .setIsPure(options.pure)
      .setBinarizer(options.pure               ? ZXing::Binarizer::FixedThreshold
                    : options.global_threshold ? ZXing::Binarizer::GlobalHistogram
                                               : ZXing::Binarizer::LocalAverage)
      .setReturnCodabarStartEnd(true)
      .setEanAddOnSymbol(ZXing::EanAddOnSymbol::Read)
      // A DataBar result that is compared with a second one aborts; its own check is enough.
      .setMinLineCount(static_cast<uint8_t>(databar ? 1 : options.min_lines))
      .setMaxNumberOfSymbols(1);
  try {
    const ZXing::Result result = Decode(picture, hints);
    if (!result.isValid()) return std::nullopt;
    Symbol symbol;
    symbol.symbology = SymbologyOf(result.format());
    symbol.decoder = Decoder::kZxing;
    symbol.quad = QuadOf(result);
    // Of Aztec ZXing does not tell.
    symbol.mirrored = result.isMirrored() ||
                      (symbol.symbology == Symbology::kAztec && symbol.quad.SignedArea() < 0);
    symbol.set_identifier(result.symbologyIdentifier());
    if (!IsPlausible(symbol.symbology, result.bytes().asString(), result.lineCount(),
                     options.min_lines)) {
      return std::nullopt;
    }
    if (MayBeCutOff(result, symbol)) return std::nullopt;
    if (databar && !IsSingleRow(picture, symbol.quad, hints)) {
      symbol.symbology = symbol.symbology == Symbology::kDataBarOmni
                             ? Symbology::kDataBarStacked
                             : Symbology::kDataBarExpandedStacked;
    }
    if (!options.symbologies.Has(symbol.symbology)) return std::nullopt;
    FillText(result, symbol);
    return symbol;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace veriline::decode
