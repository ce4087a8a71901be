// SPDX-License-Identifier: Apache-2.0
// What ZXing and libdmtx read on whole pictures, as JSON lines like those of `veriline read`: the
// measure that `read` is held against.
//   veriline_peers FILE...
#define ZX_USE_UTF8
#include <ZXing/ReadBarcode.h>
#include <dmtx.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <vector>

#include "tools/veriline/worker_pool.h"
#include "vision/core/clock.h"
#include "vision/decode/text.h"

namespace veriline {
namespace {

using Json = nlohmann::ordered_json;
using ZXing::BarcodeFormat;

std::string Hex(std::string_view bytes) {
  std::string out;
  char pair[3];
  for (const char c : bytes) {
    std::snprintf(pair, sizeof pair, "%02x", static_cast<unsigned char>(c));
    out += pair;
  }
  return out;
}

/// Our names; what ZXing does not tell apart has the name of the more frequent kind.
std::string_view NameOf(BarcodeFormat format) {
  switch (format) {
    case BarcodeFormat::QRCode:
      return "qr";
    case BarcodeFormat::MicroQRCode:
      return "microqr";
    case BarcodeFormat::DataMatrix:
      return "datamatrix";
    case BarcodeFormat::Aztec:
      return "aztec";
    case BarcodeFormat::MaxiCode:
      return "maxicode";
    case BarcodeFormat::PDF417:
      return "pdf417";
    case BarcodeFormat::Code128:
      return "code128";
    case BarcodeFormat::Code39:
      return "code39";
    case BarcodeFormat::Code93:
      return "code93";
    case BarcodeFormat::Codabar:
      return "codabar";
    case BarcodeFormat::ITF:
      return "itf";
    case BarcodeFormat::EAN13:
      return "ean13";
    case BarcodeFormat::EAN8:
      return "ean8";
    case BarcodeFormat::UPCA:
      return "upca";
    case BarcodeFormat::UPCE:
      return "upce";
    case BarcodeFormat::DataBar:
      return "databar-omni";
    case BarcodeFormat::DataBarExpanded:
      return "databar-expanded";
    default:
      return "";
  }
}

void Add(Json& symbols, std::string_view symbology, std::string_view text, std::string_view bytes,
         const char* decoder) {
  for (const Json& known : symbols) {
    if (known["text"] == text) return;
  }
  symbols.push_back(
      {{"symbology", symbology}, {"text", text}, {"bytes", Hex(bytes)}, {"decoder", decoder}});
}

/// ZXing aborts where it compares DataBar results, and some of linear codes with each other:
/// DataBar is asked for one symbol, and the others too (`careful`) after an abort.
void ReadZxing(const cv::Mat& picture, bool careful, Json& symbols) {
  const ZXing::ImageView view(picture.data, picture.cols, picture.rows, ZXing::ImageFormat::Lum,
                              static_cast<int>(picture.step));
  const ZXing::BarcodeFormats databar = BarcodeFormat::DataBar | BarcodeFormat::DataBarExpanded;
  const ZXing::BarcodeFormats linear =
      BarcodeFormat::Code128 | BarcodeFormat::Code39 | BarcodeFormat::Code93 |
      BarcodeFormat::Codabar | BarcodeFormat::ITF | BarcodeFormat::EAN13 | BarcodeFormat::EAN8 |
      BarcodeFormat::UPCA | BarcodeFormat::UPCE;
  for (const auto& formats : {ZXing::BarcodeFormats(BarcodeFormat::MatrixCodes), linear, databar}) {
    ZXing::DecodeHints hints;
    hints.setFormats(formats)
        .setReturnCodabarStartEnd(true)
        .setEanAddOnSymbol(ZXing::EanAddOnSymbol::Read)
        .setMinLineCount(formats == databar ? 1 : 2)
        .setMaxNumberOfSymbols(careful || formats == databar ? 1 : 0xff);
    for (const ZXing::Result& r : ZXing::ReadBarcodes(view, hints)) {
      if (!r.isValid()) continue;
      std::string bytes(r.bytes().asString());
      if (r.format() == BarcodeFormat::DataBar) bytes = "01" + bytes;
      if (r.format() == BarcodeFormat::DataBarExpanded) {
        bytes = decode::ElementStringFromBracketed(bytes).value_or(bytes);
      }
      if (const auto ascii = decode::Code39FullAscii(bytes);
          ascii && r.format() == BarcodeFormat::Code39) {
        bytes = *ascii;
      }
      if (r.format() == BarcodeFormat::EAN13 || r.format() == BarcodeFormat::UPCA ||
          r.format() == BarcodeFormat::UPCE) {
        std::erase(bytes, ' ');
      }
      const bool qr =
          r.format() == BarcodeFormat::QRCode || r.format() == BarcodeFormat::MicroQRCode;
      Add(symbols, NameOf(r.format()),
          r.hasECI() ? r.text()
                     : decode::TextOfBytes(bytes, qr ? Symbology::kQr : Symbology::kUnknown),
          bytes, "zxing");
    }
  }
}

void ReadDmtx(const cv::Mat& picture, Json& symbols) {
  constexpr int kBudgetMs = 200;
  DmtxImage* image = dmtxImageCreate(picture.data, picture.cols, picture.rows, DmtxPack8bppK);
  DmtxDecode* job = dmtxDecodeCreate(image, 1);
  dmtxDecodeSetProp(job, DmtxPropFnc1, 0x1d);
  DmtxTime timeout = dmtxTimeAdd(dmtxTimeNow(), kBudgetMs);
  while (DmtxRegion* region = dmtxRegionFindNext(job, &timeout)) {
    if (DmtxMessage* message = dmtxDecodeMatrixRegion(job, region, DmtxUndefined)) {
      std::string_view bytes(reinterpret_cast<const char*>(message->output),
                             static_cast<size_t>(message->outputIdx));
      if (!bytes.empty() && message->code[0] == 232) bytes.remove_prefix(1);
      Add(symbols, "datamatrix", decode::TextOfBytes(bytes, Symbology::kDataMatrix), bytes, "dmtx");
      dmtxMessageDestroy(&message);
    }
    dmtxRegionDestroy(&region);
  }
  dmtxDecodeDestroy(&job);
  dmtxImageDestroy(&image);
}

std::string Read(const std::string& file, bool careful) {
  const cv::Mat picture = cv::imread(file, cv::IMREAD_GRAYSCALE | cv::IMREAD_IGNORE_ORIENTATION);
  Json out;
  out["file"] = file;
  out["symbols"] = Json::array();
  const SteadyClock clock;
  const int64_t start_ns = clock.NowNs();
  if (!picture.empty()) {
    ReadZxing(picture, careful, out["symbols"]);
    ReadDmtx(picture, out["symbols"]);
  }
  out["elapsed_us"] = (clock.NowNs() - start_ns) / 1000;
  return out.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
}

int Run(const std::vector<std::string>& files) {
  tools::ForkedJobs jobs;
  jobs.count = files.size();
  jobs.prepare = [] {};
  jobs.run = [&](size_t job, int attempt) { return Read(files[job], attempt > 0); };
  jobs.done = [](size_t, std::string output) { std::fputs(output.c_str(), stdout); };
  jobs.lost = [&](size_t job, const std::string& reason) {
    std::fprintf(stderr, "%s: %s\n", files[job].c_str(), reason.c_str());
  };
  return tools::RunForked(jobs) ? 0 : 1;
}

}  // namespace
}  // namespace veriline

int main(int argc, char** argv) { return veriline::Run({argv + 1, argv + argc}); }
