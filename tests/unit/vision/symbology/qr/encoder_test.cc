// SPDX-License-Identifier: Apache-2.0
// The encoder that the decoder is tested with, held to libzint: the same modules.
#include "tests/support/qr_encoder.h"

#include <gtest/gtest.h>
#include <zint.h>

#include <memory>
#include <string>
#include <string_view>

namespace veriline::testing {
namespace {

/// libzint's modules of a symbol with that version, level and mask; "" when it refuses.
std::string ZintModules(const QrSpec& spec, const std::string& text, int eci = 0) {
  const std::unique_ptr<zint_symbol, void (*)(zint_symbol*)> symbol(ZBarcode_Create(),
                                                                    &ZBarcode_Delete);
  symbol->symbology = spec.micro ? BARCODE_MICROQR : BARCODE_QRCODE;
  symbol->input_mode = UNICODE_MODE;
  symbol->eci = eci;
  symbol->option_1 =
      spec.level == 'D' ? 1 : static_cast<int>(std::string_view("LMQH").find(spec.level)) + 1;
  symbol->option_2 = spec.version;
  symbol->option_3 = (spec.mask + 1) << 8;
  if (ZBarcode_Encode(symbol.get(), reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size())) >= ZINT_ERROR) {
    return "";
  }
  std::string modules;
  for (int row = 0; row < symbol->rows; ++row) {
    for (int col = 0; col < symbol->width; ++col) {
      modules += ((symbol->encoded_data[row][col >> 3] >> (col & 7)) & 1) != 0 ? '#' : '.';
    }
    modules += '\n';
  }
  return modules;
}

std::string Modules(const QrSymbol& symbol) {
  std::string modules;
  for (int row = 0; row < symbol.spec.size(); ++row) {
    for (int col = 0; col < symbol.spec.size(); ++col) modules += symbol.At(row, col) ? '#' : '.';
    modules += '\n';
  }
  return modules;
}

std::string NameOf(const QrSpec& spec) {
  return (spec.micro ? "M" : "") + std::to_string(spec.version) + "-" + spec.level + " mask " +
         std::to_string(spec.mask);
}

/// Text that is best written in that mode as a whole.
std::string TextOf(QrMode mode, int length) {
  const std::string_view cycle = mode == QrMode::kNumeric        ? "3141592653589793"
                                 : mode == QrMode::kAlphanumeric ? "VERILINE:QRCODE/"
                                                                 : "modules and bits";
  std::string text;
  for (int i = 0; i < length; ++i) text += cycle[static_cast<size_t>(i) % cycle.size()];
  return text;
}

TEST(QrEncoder, DrawsEveryVersionLevelAndMaskAsLibzint) {
  for (QrSpec spec : AllQrSpecs()) {
    for (spec.mask = 0; spec.mask < (spec.micro ? 4 : 8); ++spec.mask) {
      const QrMode mode = spec.micro && spec.version < 3 ? QrMode::kNumeric : QrMode::kByte;
      const std::string text = TextOf(mode, QrCapacity(spec, mode) - spec.mask % 3);
      EXPECT_EQ(Modules(EncodeQr(spec, {{mode, text}})), ZintModules(spec, text)) << NameOf(spec);
    }
  }
}

TEST(QrEncoder, WritesEveryModeAndLengthAsLibzint) {
  int compared = 0;
  for (const QrSpec& spec : AllQrSpecs()) {
    if (!spec.micro && spec.version != 1 && spec.version != 10 && spec.version != 27) continue;
    for (const QrMode mode : {QrMode::kNumeric, QrMode::kAlphanumeric, QrMode::kByte}) {
      const int capacity = QrCapacity(spec, mode);
      for (int length = std::max(1, capacity - 30); length <= capacity; ++length) {
        const std::string text = TextOf(mode, length);
        EXPECT_EQ(Modules(EncodeQr(spec, {{mode, text}})), ZintModules(spec, text))
            << NameOf(spec) << " " << text;
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 1000);
}

TEST(QrEncoder, WritesKanjiAndEciAsLibzint) {
  const std::string sjis = "\x93\x5f\xe4\xaa\x93\xfa\x96\x7b";  // the standard's own two, and two
  const std::string utf8 = "\xe7\x82\xb9\xe8\x8c\x97\xe6\x97\xa5\xe6\x9c\xac";
  for (const QrSpec& spec : {QrSpec{false, 1, 'M', 3}, QrSpec{false, 12, 'H', 1},
                             QrSpec{true, 3, 'L', 2}, QrSpec{true, 4, 'L', 0}}) {
    EXPECT_EQ(Modules(EncodeQr(spec, {{QrMode::kKanji, sjis}})), ZintModules(spec, utf8))
        << NameOf(spec);
  }
  const QrSpec spec{false, 2, 'M', 5};
  for (const int eci : {26, 899, 999'999}) {
    EXPECT_EQ(Modules(EncodeQr(spec, {{QrMode::kEci, "", eci}, {QrMode::kByte, "bytes"}})),
              ZintModules(spec, "bytes", eci));
  }
}

}  // namespace
}  // namespace veriline::testing
