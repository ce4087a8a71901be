// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/dmtx/dmtx_reader.h"

#include <dmtx.h>

#include <array>
#include <memory>
#include <string_view>

#include "vision/decode/text.h"

namespace veriline::decode {
namespace {

constexpr int kFnc1 = 0x1d;
constexpr unsigned char kFnc1Codeword = 232;  // ISO/IEC 16022, table 2

template <class T, DmtxPassFail (*Destroy)(T**)>
struct Destroyer {
  void operator()(T* object) const { Destroy(&object); }
};
using Image = std::unique_ptr<DmtxImage, Destroyer<DmtxImage, dmtxImageDestroy>>;
using DecodeJob = std::unique_ptr<DmtxDecode, Destroyer<DmtxDecode, dmtxDecodeDestroy>>;
using Region = std::unique_ptr<DmtxRegion, Destroyer<DmtxRegion, dmtxRegionDestroy>>;
using Message = std::unique_ptr<DmtxMessage, Destroyer<DmtxMessage, dmtxMessageDestroy>>;

/// Corners TL TR BR BL. libdmtx counts y upwards and the unit square of its fit has the corner of
/// the solid L at the origin.
Quad QuadOf(DmtxRegion& region, int shrink, int height) {
  constexpr std::array<std::array<double, 2>, 4> kUnit = {{{0, 1}, {1, 1}, {1, 0}, {0, 0}}};
  Quad quad;
  for (size_t i = 0; i < 4; ++i) {
    DmtxVector2 at{kUnit[i][0], kUnit[i][1]};
    dmtxMatrix3VMultiplyBy(&at, region.fit2raw);
    quad.corners[i] = {static_cast<float>((at.X + 0.5) * shrink),
                       static_cast<float>(height - (at.Y + 0.5) * shrink)};
  }
  return quad;
}

}  // namespace

std::optional<Symbol> ReadWithDmtx(const FrameView& picture, const DmtxOptions& options) {
  constexpr int kSmallest = 16;  // libdmtx reads beyond smaller pictures
  if (picture.Empty() || picture.width < kSmallest * options.shrink ||
      picture.height < kSmallest * options.shrink) {
    return std::nullopt;
  }
  // libdmtx takes the pixels as mutable and only reads them.
  const Image image(dmtxImageCreate(const_cast<unsigned char*>(picture.data), picture.width,
                                    picture.height, DmtxPack8bppK));
  if (!image) return std::nullopt;
  dmtxImageSetProp(image.get(), DmtxPropRowPadBytes,
                   static_cast<int>(picture.stride) - picture.width);
  const DecodeJob job(dmtxDecodeCreate(image.get(), options.shrink));
  if (!job) return std::nullopt;
  dmtxDecodeSetProp(job.get(), DmtxPropFnc1, kFnc1);
  dmtxDecodeSetProp(job.get(), DmtxPropScanGap, options.scan_gap_px);
  if (options.min_edge_px > 0) dmtxDecodeSetProp(job.get(), DmtxPropEdgeMin, options.min_edge_px);

  DmtxTime timeout = dmtxTimeAdd(dmtxTimeNow(), options.timeout_ms);
  while (const Region region{dmtxRegionFindNext(job.get(), &timeout)}) {
    const Message message(dmtxDecodeMatrixRegion(job.get(), region.get(), DmtxUndefined));
    if (!message || message->outputIdx <= 0) continue;
    std::string_view bytes(reinterpret_cast<const char*>(message->output),
                           static_cast<size_t>(message->outputIdx));
    Symbol symbol;
    symbol.symbology = Symbology::kDataMatrix;
    symbol.decoder = Decoder::kDmtx;
    symbol.set_identifier("]d1");
    if (message->code[0] == kFnc1Codeword && bytes[0] == kFnc1) {
      symbol.set_identifier("]d2");
      bytes.remove_prefix(1);
    }
    symbol.payload.Assign(bytes);
    symbol.text.Assign(TextOfBytes(bytes, Symbology::kDataMatrix));
    symbol.quad = QuadOf(*region, options.shrink, picture.height);
    symbol.inverted = region->onColor > region->offColor;
    symbol.rows = static_cast<int16_t>(region->symbolRows);
    symbol.cols = static_cast<int16_t>(region->symbolCols);
    return symbol;
  }
  return std::nullopt;
}

}  // namespace veriline::decode
