// SPDX-License-Identifier: Apache-2.0
// Other readers make the same of random symbols.
#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <random>
#include <vector>

#include "tests/support/datamatrix_encoder.h"
#include "tests/support/random_datamatrix.h"
#include "vision/core/frame.h"
#include "vision/core/symbol.h"
#include "vision/decode/dmtx/dmtx_reader.h"
#include "vision/decode/zxing/zxing_reader.h"
#include "vision/symbology/datamatrix/decode.h"

namespace veriline::symbology::datamatrix {
namespace {

using Random = std::mt19937;

/// A clean picture of a symbol, black on white.
class Picture {
 public:
  Picture(const SymbolSize& size, const std::vector<uint8_t>& dark, int module_px)
      : width_((size.cols + 2 * kQuiet) * module_px),
        height_((size.rows + 2 * kQuiet) * module_px) {
    pixels_.assign(static_cast<size_t>(width_ * height_), 255);
    for (int y = 0; y < size.rows * module_px; ++y) {
      for (int x = 0; x < size.cols * module_px; ++x) {
        if (!dark[static_cast<size_t>(y / module_px * size.cols + x / module_px)]) continue;
        pixels_[static_cast<size_t>((y + kQuiet * module_px) * width_ + x + kQuiet * module_px)] =
            0;
      }
    }
  }
  FrameView view() const { return {pixels_.data(), width_, height_, width_}; }

 private:
  static constexpr int kQuiet = 4;
  int width_, height_;
  std::vector<uint8_t> pixels_;
};

struct Drawn {
  std::vector<uint8_t> dark;
  std::unique_ptr<DecodedSymbol> own = std::make_unique<DecodedSymbol>();
};

Drawn Draw(const SymbolSize& size, Random& random,
           const veriline::testing::RandomDataMatrixOptions& options) {
  const auto& other = veriline::testing::DataMatrixSizeOf(size.rows, size.cols);
  const auto message = veriline::testing::RandomMessage(random, size.data_codewords, options);
  Drawn drawn;
  drawn.dark = veriline::testing::PlaceModules(
      other, veriline::testing::AddCheckCodewords(other, message.data));
  EXPECT_TRUE(Decode(Layout::Of(size), drawn.dark, {}, {}, *drawn.own));
  return drawn;
}

TEST(Agreement, WithZxingInPayloadAndIdentifier) {
  Random random(21);
  int symbols = 0, read = 0;
  for (const SymbolSize& size : SymbolSizes()) {
    const int rounds = size.modules() < 2500 ? 40 : 8;
    for (int round = 0; round < rounds; ++round) {
      const Drawn drawn = Draw(size, random, {});
      const Picture picture(size, drawn.dark, 3);
      ++symbols;
      const auto peer = decode::ReadWithZxing(picture.view(), {.pure = true});
      if (!peer) continue;
      ++read;
      Symbol own;
      FillSymbol(size, *drawn.own, own);
      ASSERT_EQ(own.payload.view(), peer->payload.view()) << size.rows << "x" << size.cols;
      ASSERT_EQ(own.identifier_view(), peer->identifier_view());
      ASSERT_EQ(own.symbology, peer->symbology);
    }
  }
  std::printf("ZXing read %d of %d symbols\n", read, symbols);
  EXPECT_GE(read, symbols * 99 / 100);
}

TEST(Agreement, WithLibdmtxInPayload) {
  Random random(22);
  int symbols = 0, read = 0;
  for (const SymbolSize& size : SymbolSizes()) {
    if (size.extension || size.modules() > 26 * 26) continue;
    for (int round = 0; round < 10; ++round) {
      // Of ECI it knows nothing.
      const Drawn drawn = Draw(size, random, {.eci = false, .structured_append = false});
      const Picture picture(size, drawn.dark, 4);
      ++symbols;
      const auto peer = decode::ReadWithDmtx(picture.view(), {.timeout_ms = 200});
      if (!peer) continue;
      ++read;
      // FNC1 in second place it takes for a separator.
      if (drawn.own->message.fnc1 == Fnc1::kSecond) continue;
      EXPECT_EQ(drawn.own->message.payload(), peer->payload.view())
          << size.rows << "x" << size.cols;
    }
  }
  std::printf("libdmtx read %d of %d symbols\n", read, symbols);
  EXPECT_GE(read, symbols * 9 / 10);
}

}  // namespace
}  // namespace veriline::symbology::datamatrix
