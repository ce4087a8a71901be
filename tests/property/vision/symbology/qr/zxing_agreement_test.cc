// SPDX-License-Identifier: Apache-2.0
// The same symbols by our decoder and by ZXing as `read` uses it: texts must agree, whichever of
// the two reads a symbol.
#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/support/qr_encoder.h"
#include "tests/support/qr_symbols.h"
#include "vision/core/frame.h"
#include "vision/decode/zxing/zxing_reader.h"
#include "vision/symbology/qr/decoder.h"

namespace veriline::symbology::qr {
namespace {

using namespace veriline::testing;

/// What ZXing reads of the modules, drawn with four pixels each.
std::optional<Symbol> ReadWithZxing(const QrSymbol& symbol) {
  constexpr int kPixels = 4, kQuiet = 4;
  const int size = symbol.spec.size(), side = (size + 2 * kQuiet) * kPixels;
  std::vector<uint8_t> picture(static_cast<size_t>(side) * static_cast<size_t>(side), 255);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const int row = y / kPixels - kQuiet, col = x / kPixels - kQuiet;
      if (row < 0 || col < 0 || row >= size || col >= size || !symbol.At(row, col)) continue;
      picture[static_cast<size_t>(y * side + x)] = 0;
    }
  }
  decode::ZxingOptions options;
  options.group = decode::ZxingGroup::kMatrix;
  options.symbologies = {};
  options.symbologies.Add(symbol.spec.micro ? Symbology::kMicroQr : Symbology::kQr);
  options.pure = true;
  return decode::ReadWithZxing({picture.data(), side, side, side}, options);
}

TEST(QrZxing, ReadsTheSame) {
  std::mt19937 random(8);
  const auto decoded = std::make_unique<Decoded>();
  int compared = 0, unread = 0;
  for (int i = 0; i < 600; ++i) {
    QrSpec spec{i % 3 == 0, 0, 'L', 0};
    spec.version = spec.micro ? Between(random, 2, 4) : Between(random, 1, i % 30 == 1 ? 40 : 8);
    spec.level = spec.micro ? 'L' : "LMQH"[Between(random, 0, 3)];
    spec.mask = Between(random, 0, spec.micro ? 3 : 7);
    const RandomMessage message = MakeMessage(random, spec);
    if (message.text.empty()) continue;
    SCOPED_TRACE(Describe(spec));
    const QrSymbol symbol = EncodeQr(spec, message.segments);
    ASSERT_EQ(Decode(symbol.dark, VersionOf(spec), {}, *decoded), Step::kNone);
    Symbol own;
    FillSymbol(*decoded, own);
    const auto theirs = ReadWithZxing(symbol);
    if (!theirs) {
      // With FNC1 and a % the adapter does not trust the library.
      EXPECT_GE(own.identifier_view(), "]Q3");
      EXPECT_NE(own.payload.view().find('%'), std::string_view::npos);
      ++unread;
      continue;
    }
    ++compared;
    EXPECT_EQ(own.symbology, theirs->symbology);
    EXPECT_EQ(own.identifier_view(), theirs->identifier_view());
    EXPECT_EQ(own.payload.view(), theirs->payload.view());
  }
  std::printf("%d symbols compared, %d not read by ZXing\n", compared, unread);
  EXPECT_GT(compared, 500);
}

}  // namespace
}  // namespace veriline::symbology::qr
