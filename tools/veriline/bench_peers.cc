// SPDX-License-Identifier: Apache-2.0
// The only file of the bench that knows other decoders.
#include "tools/veriline/bench_peers.h"

#ifdef VERILINE_ZBAR
#include <dlfcn.h>
#include <zbar.h>  // before dmtx.h, whose macros it does not survive
#endif
#define ZX_USE_UTF8
#include <ZXing/ReadBarcode.h>
#include <dmtx.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string_view>

#include "tools/veriline/bench_measure.h"
#include "tools/veriline/worker_pool.h"

namespace veriline::tools {
namespace {

using Json = nlohmann::json;

constexpr int kPasses = 3;
constexpr double kPassesUs = 1'000'000;  ///< no further pass is begun after that
constexpr int kDmtxMs = 2000;            ///< it gives up a picture after that
constexpr int kPictureLimitMs = 60'000;

bool IsMatrix(Symbology s) { return s < Symbology::kCode128; }

/// ZXing compares what it found, and aborts where it compares some linear symbols: a second try
/// asks for one format at a time.
std::vector<Reported> ReadZxing(const FrameView& picture, bool second_try) {
  using ZXing::BarcodeFormat;
  std::vector<ZXing::BarcodeFormats> calls = {BarcodeFormat::Any};
  if (second_try) {
    calls = {BarcodeFormat::MatrixCodes};
    for (const auto format : {BarcodeFormat::Code128, BarcodeFormat::Code39, BarcodeFormat::Code93,
                              BarcodeFormat::Codabar, BarcodeFormat::ITF, BarcodeFormat::EAN13,
                              BarcodeFormat::EAN8, BarcodeFormat::UPCA, BarcodeFormat::UPCE}) {
      calls.emplace_back(format);
    }
  }
  const ZXing::ImageView view(picture.data, picture.width, picture.height, ZXing::ImageFormat::Lum,
                              static_cast<int>(picture.stride));
  std::vector<Reported> reported;
  for (const ZXing::BarcodeFormats& formats : calls) {
    ZXing::DecodeHints hints;
    hints.setFormats(formats);
    for (const ZXing::Result& result : ZXing::ReadBarcodes(view, hints)) {
      if (!result.isValid()) continue;
      Quad quad;
      for (size_t i = 0; i < 4; ++i) {
        const ZXing::PointI at = result.position()[static_cast<int>(i)];
        quad.corners[i] = {static_cast<float>(at.x), static_cast<float>(at.y)};
      }
      reported.push_back({result.symbologyIdentifier(), std::string(result.bytes().asString()),
                          BoundsOf(linesim::Grown(quad, 1))});
    }
  }
  return reported;
}

std::vector<Reported> ReadDmtx(const FrameView& picture, bool) {
  constexpr int kFnc1 = 0x1d;
  constexpr unsigned char kFnc1Codeword = 232;
  // libdmtx takes the pixels as mutable and only reads them.
  DmtxImage* image = dmtxImageCreate(const_cast<unsigned char*>(picture.data), picture.width,
                                     picture.height, DmtxPack8bppK);
  dmtxImageSetProp(image, DmtxPropRowPadBytes, static_cast<int>(picture.stride) - picture.width);
  DmtxDecode* job = dmtxDecodeCreate(image, 1);
  dmtxDecodeSetProp(job, DmtxPropFnc1, kFnc1);
  DmtxTime timeout = dmtxTimeAdd(dmtxTimeNow(), kDmtxMs);
  std::vector<Reported> reported;
  while (DmtxRegion* region = dmtxRegionFindNext(job, &timeout)) {
    if (DmtxMessage* message = dmtxDecodeMatrixRegion(job, region, DmtxUndefined)) {
      std::string text(reinterpret_cast<const char*>(message->output),
                       static_cast<size_t>(message->outputIdx));
      const bool gs1 = message->code[0] == kFnc1Codeword && !text.empty() && text[0] == kFnc1;
      if (gs1) text.erase(0, 1);
      if (!text.empty()) reported.push_back({gs1 ? "]d2" : "]d1", std::move(text), {}});
      dmtxMessageDestroy(&message);
    }
    dmtxRegionDestroy(&region);
  }
  dmtxDecodeDestroy(&job);
  dmtxImageDestroy(&image);
  return reported;
}

#ifdef VERILINE_ZBAR
/// Loaded when it is wanted: linked, it would make every start of the binary map twenty more
/// libraries (X11, D-Bus, video).
class Zbar {
 public:
  /// Null where the library is not there.
  static const Zbar* Get() {
    static const Zbar zbar;
    return zbar.version != nullptr ? &zbar : nullptr;
  }

#define VERILINE_ZBAR_FUNCTION(name) \
  decltype(&zbar::zbar_##name) name = reinterpret_cast<decltype(name)>(Find("zbar_" #name))
  VERILINE_ZBAR_FUNCTION(image_create);
  VERILINE_ZBAR_FUNCTION(image_destroy);
  VERILINE_ZBAR_FUNCTION(image_first_symbol);
  VERILINE_ZBAR_FUNCTION(image_scanner_create);
  VERILINE_ZBAR_FUNCTION(image_scanner_destroy);
  VERILINE_ZBAR_FUNCTION(image_set_data);
  VERILINE_ZBAR_FUNCTION(image_set_format);
  VERILINE_ZBAR_FUNCTION(image_set_size);
  VERILINE_ZBAR_FUNCTION(scan_image);
  VERILINE_ZBAR_FUNCTION(symbol_get_data);
  VERILINE_ZBAR_FUNCTION(symbol_get_data_length);
  VERILINE_ZBAR_FUNCTION(symbol_next);
  VERILINE_ZBAR_FUNCTION(version);
#undef VERILINE_ZBAR_FUNCTION

 private:
  static void* Find(const char* name) {
    static void* const library = dlopen("libzbar.so.0", RTLD_NOW | RTLD_LOCAL);
    return library != nullptr ? dlsym(library, name) : nullptr;
  }
};

/// ZBar tells no symbology identifier.
std::vector<Reported> ReadZbar(const FrameView& picture, bool) {
  const Zbar& zbar = *Zbar::Get();
  auto* const scanner = zbar.image_scanner_create();
  auto* const image = zbar.image_create();
  constexpr unsigned long kGrey = 0x30303859;  // "Y800"
  zbar.image_set_format(image, kGrey);
  zbar.image_set_size(image, static_cast<unsigned>(picture.width),
                      static_cast<unsigned>(picture.height));
  zbar.image_set_data(
      image, picture.data,
      static_cast<unsigned long>(picture.width) * static_cast<unsigned long>(picture.height),
      nullptr);
  std::vector<Reported> reported;
  if (zbar.scan_image(scanner, image) > 0) {
    for (const auto* symbol = zbar.image_first_symbol(image); symbol != nullptr;
         symbol = zbar.symbol_next(symbol)) {
      reported.push_back(
          {"", std::string(zbar.symbol_get_data(symbol), zbar.symbol_get_data_length(symbol)), {}});
    }
  }
  zbar.image_destroy(image);
  zbar.image_scanner_destroy(scanner);
  return reported;
}

std::string ZbarVersion() {
  unsigned major = 0, minor = 0, patch = 0;
  Zbar::Get()->version(&major, &minor, &patch);
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}
#endif

/// What shows in a picture; what the peer does not know need not be read.
std::vector<linesim::ShownSymbol> ShownTo(const PeerDecoder& peer,
                                          const linesim::FrameSet& pictures, uint64_t index) {
  std::vector<linesim::ShownSymbol> shown = pictures.ShownIn(index);
  for (linesim::ShownSymbol& symbol : shown) symbol.whole &= peer.reads(symbol.symbology);
  return shown;
}

/// Reads one picture, in a process that may die of it.
std::string ReadOne(const PeerDecoder& peer, linesim::FrameSet& pictures, uint64_t index,
                    bool second_try) {
  const FrameView picture = pictures.Draw(index);
  std::vector<Reported> reported;
  double best_us = 0, sum_us = 0;
  for (int pass = 0; pass < kPasses && sum_us < kPassesUs; ++pass) {
    const double start_us = ThreadCpuUs();
    reported = peer.read(picture, second_try);
    const double us = ThreadCpuUs() - start_us;
    best_us = pass == 0 ? us : std::min(best_us, us);
    sum_us += us;
  }
  ReadScore score;
  Score(ShownTo(peer, pictures, index), reported, index, &score);
  return Json{{"us", best_us},        {"codes", score.codes},       {"read", score.read},
              {"wrong", score.wrong}, {"examples", score.examples}, {"died", second_try}}
      .dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace

std::span<const PeerDecoder> PeerDecoders() {
  static const std::vector<PeerDecoder> peers = [] {
    std::vector<PeerDecoder> there = {
        {"ZXing", VERILINE_ZXING_VERSION, ReadZxing, [](Symbology) { return true; },
         [](const BenchScene&) { return true; }, 50, 10},
        {"libdmtx", dmtxVersion(), ReadDmtx,
         [](Symbology s) { return s == Symbology::kDataMatrix; },
         [](const BenchScene& scene) { return scene.data_matrix; }, 10, 4},
    };
#ifdef VERILINE_ZBAR
    if (Zbar::Get() != nullptr) {
      there.push_back({"ZBar", ZbarVersion(), ReadZbar,
                       [](Symbology s) { return !IsMatrix(s) || s == Symbology::kQr; },
                       [](const BenchScene& scene) { return scene.bars_or_qr || !scene.codes; }, 50,
                       10});
    }
#endif
    return there;
  }();
  return peers;
}

BenchPeer MeasurePeer(const PeerDecoder& peer, const BenchScene& scene, linesim::FrameSet& pictures,
                      std::span<const double> ours_us) {
  constexpr int kLargePx = 2'000'000;
  const bool large = scene.width * scene.height > kLargePx;
  BenchPeer result;
  result.name = peer.name;
  result.version = peer.version;
  result.frames = std::min<uint64_t>(ours_us.size(), large ? peer.large_frames : peer.small_frames);
  std::vector<double> times_us;
  ForkedJobs jobs;
  jobs.count = result.frames;
  jobs.time_limit_ms = kPictureLimitMs;
  // A dying decoder's last words are of no use to whoever reads the figures.
  jobs.prepare = [] { (void)std::freopen("/dev/null", "w", stderr); };
  jobs.run = [&](size_t job, int attempt) { return ReadOne(peer, pictures, job, attempt > 0); };
  jobs.done = [&](size_t, const std::string& output) {
    const Json one = Json::parse(output);
    const bool died = one["died"];
    if (!died) times_us.push_back(one["us"]);
    result.codes += one["codes"].get<uint64_t>();
    result.read += one["read"].get<uint64_t>();
    result.wrong += one["wrong"].get<uint64_t>();
    result.lost += died;
    for (const Json& example : one["examples"]) {
      if (result.wrong_examples.size() < 3) result.wrong_examples.push_back(example);
    }
  };
  jobs.lost = [&](size_t job, const std::string&) {
    ++result.lost;
    ReadScore score;
    Score(ShownTo(peer, pictures, job), {}, job, &score);
    result.codes += score.codes;
  };
  if (!RunForked(jobs)) result.lost = result.frames;
  if (!times_us.empty()) {
    result.p50_us = Percentile(times_us, 0.5);
    result.max_us = Percentile(times_us, 1);
  }
  if (result.frames > 0) {
    result.ours_p50_us = Percentile({ours_us.begin(), ours_us.begin() + result.frames}, 0.5);
  }
  return result;
}

}  // namespace veriline::tools
