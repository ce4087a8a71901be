// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/qr/decoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/support/allocation_counter.h"
#include "tests/support/qr_encoder.h"
#include "tests/support/qr_symbols.h"

namespace veriline::symbology::qr {
namespace {

using testing::Between;
using testing::Damage;
using testing::DamagedQr;
using testing::EncodeQr;
using testing::QrMode;
using testing::QrSpec;
using testing::QrSymbol;
using testing::VersionOf;

class QrDecoder : public ::testing::Test {
 protected:
  Step Run(const std::vector<uint8_t>& dark, const QrSpec& spec,
           const DecodeOptions& options = {}) {
    return Decode(dark, VersionOf(spec), options, *decoded_);
  }
  std::string Text() const { return std::string(decoded_->message.bytes()); }

  std::unique_ptr<Decoded> decoded_ = std::make_unique<Decoded>();
  std::mt19937 random_{6};
};

TEST_F(QrDecoder, CheckCodewordsAreThoseOfTheStandard) {
  // Annex I: 01234567 in 1-M and in M2-L.
  const QrSymbol qr = EncodeQr({false, 1, 'M', 2}, {{QrMode::kNumeric, "01234567"}});
  ASSERT_EQ(Run(qr.dark, qr.spec), Step::kNone);
  const auto check = decoded_->codewords_after().subspan(16);
  EXPECT_EQ(std::vector<uint8_t>(check.begin(), check.end()),
            (std::vector<uint8_t>{0xA5, 0x24, 0xD4, 0xC1, 0xED, 0x36, 0xC7, 0x87, 0x2C, 0x55}));
  const QrSymbol micro = EncodeQr({true, 2, 'L', 1}, {{QrMode::kNumeric, "01234567"}});
  ASSERT_EQ(Run(micro.dark, micro.spec), Step::kNone);
  const auto micro_check = decoded_->codewords_after().subspan(5);
  EXPECT_EQ(std::vector<uint8_t>(micro_check.begin(), micro_check.end()),
            (std::vector<uint8_t>{0x86, 0x0D, 0x22, 0xAE, 0x30}));
}

TEST_F(QrDecoder, FormatThatIsNotReadableIsAStep) {
  const QrSpec spec{false, 3, 'Q', 5};
  QrSymbol symbol = EncodeQr(spec, {{QrMode::kByte, "text"}});
  for (int copy = 0; copy < 2; ++copy) {
    for (const int bit : {0, 1, 2, 3}) {  // no other word is within three bits of this
      const Module m = FormatModule(VersionOf(spec), copy, bit);
      symbol.dark[static_cast<size_t>(m.row * spec.size() + m.col)] ^= 1;
    }
  }
  EXPECT_EQ(Run(symbol.dark, spec), Step::kFormat);
  EXPECT_EQ(decoded_->layout, nullptr);
  EXPECT_EQ(Run(symbol.dark, spec, {.format = testing::FormatOf(spec)}), Step::kNone);
  EXPECT_EQ(Text(), "text");
  EXPECT_EQ(decoded_->format.copies, 0);
}

TEST_F(QrDecoder, FormatOfAnotherVersionIsRefused) {
  const QrSymbol symbol = EncodeQr({true, 3, 'L', 0}, {{QrMode::kNumeric, "12"}});
  EXPECT_EQ(Run(symbol.dark, symbol.spec, {.format = Format{Level::kL, 0, 4}}), Step::kFormat);
  EXPECT_EQ(Run(symbol.dark, symbol.spec, {.format = Format{Level::kL, 0, 0}}), Step::kFormat);
  EXPECT_EQ(Run(symbol.dark, symbol.spec, {.format = Format{Level::kQ, 0, 3}}), Step::kFormat);
  EXPECT_EQ(Run(symbol.dark, symbol.spec, {.format = Format{Level::kL, 4, 3}}), Step::kFormat);
  EXPECT_EQ(Run(symbol.dark, symbol.spec, {.format = Format{Level::kL, 0, 3}}), Step::kNone);
}

TEST_F(QrDecoder, CapOfCorrectedCodewordsIsForAllBlocks) {
  const QrSpec spec{false, 5, 'H', 3};  // four blocks
  const QrSymbol symbol = EncodeQr(spec, {{QrMode::kAlphanumeric, "CAP"}});
  const DamagedQr damaged = Damage(random_, symbol, 3);
  ASSERT_EQ(damaged.wrong_codewords, 12);
  EXPECT_EQ(Run(damaged.dark, spec, {.max_corrected = 11}), Step::kCorrectionCap);
  EXPECT_EQ(Run(damaged.dark, spec, {.max_corrected = 12}), Step::kNone);
  EXPECT_EQ(decoded_->corrected, 12);
  EXPECT_EQ(Run(symbol.dark, spec, {.max_corrected = 0}), Step::kNone);
}

TEST_F(QrDecoder, TooManyErrorsFailAtTheirBlock) {
  const QrSpec spec{false, 5, 'H', 3};
  const QrSymbol symbol = EncodeQr(spec, {{QrMode::kAlphanumeric, "BLOCKS"}});
  const DamagedQr damaged = Damage(random_, symbol, 12);  // 11 are corrected
  std::vector<uint8_t> dark = symbol.dark;
  for (const auto& [block, codeword] : damaged.wrong) {
    if (block != 2) continue;
    for (const size_t m : symbol.modules[static_cast<size_t>(codeword)]) dark[m] = damaged.dark[m];
  }
  EXPECT_EQ(Run(dark, spec), Step::kErrorCorrection);
  EXPECT_EQ(decoded_->blocks_done, 2);
  EXPECT_TRUE(decoded_->message.bytes().empty());
}

TEST_F(QrDecoder, MarksBeyondWhatErasuresReachAreNotHeeded) {
  const QrSpec spec{false, 2, 'M', 0};  // 16 check codewords
  const QrSymbol symbol = EncodeQr(spec, {{QrMode::kByte, "marks"}});
  const std::vector<uint8_t> all(symbol.dark.size(), 1);
  EXPECT_EQ(Run(symbol.dark, spec, {.erased = all}), Step::kNone);
  EXPECT_EQ(Run(Damage(random_, symbol, 8).dark, spec, {.erased = all}), Step::kNone);
  EXPECT_EQ(decoded_->corrected, 8);

  for (const int marked : {14, 15, 16}) {
    const DamagedQr damaged = Damage(random_, symbol, marked);
    std::vector<uint8_t> marks(symbol.dark.size());
    for (const auto& [block, codeword] : damaged.wrong) {
      marks[symbol.modules[static_cast<size_t>(codeword)][3]] = 1;
    }
    // Two check codewords are always left to detect what was not marked.
    EXPECT_EQ(Run(damaged.dark, spec, {.erased = marks}),
              marked == 14 ? Step::kNone : Step::kErrorCorrection);
    if (marked == 14) {
      EXPECT_EQ(decoded_->blocks[0].erasures, 14);
      EXPECT_EQ(decoded_->blocks[0].errors, 0);
      EXPECT_EQ(decoded_->corrected, 14);
    }
  }
}

TEST_F(QrDecoder, HalfACodewordIsNotCorrectedIntoAWholeOne) {
  for (const QrSpec& spec : {QrSpec{true, 3, 'L', 1}, QrSpec{true, 3, 'M', 1}}) {
    auto data = testing::QrData(spec, {{QrMode::kNumeric, "1234"}});
    const QrSymbol right = testing::EncodeQrData(spec, data);
    EXPECT_EQ(Run(right.dark, spec), Step::kNone);
    data.back() |= 0x05;  // check codewords of a word that no symbol can have
    const QrSymbol wrong = testing::EncodeQrData(spec, data);
    EXPECT_EQ(Run(wrong.dark, spec), Step::kErrorCorrection);
  }
}

TEST_F(QrDecoder, M1DetectsAnyWrongModuleAndCorrectsNone) {
  const QrSpec spec{true, 1, 'D', 2};
  const QrSymbol symbol = EncodeQr(spec, {{QrMode::kNumeric, "90210"}});
  ASSERT_EQ(Run(symbol.dark, spec), Step::kNone);
  EXPECT_TRUE(decoded_->DetectionOnly());
  EXPECT_EQ(decoded_->ErrorCapacity(), 0);
  for (const auto& modules : symbol.modules) {
    for (const size_t module : modules) {
      auto dark = symbol.dark;
      dark[module] ^= 1;
      EXPECT_EQ(Run(dark, spec), Step::kErrorCorrection);
      // Nor is a marked one filled in.
      std::vector<uint8_t> marks(dark.size());
      marks[module] = 1;
      EXPECT_EQ(Run(dark, spec, {.erased = marks}), Step::kErrorCorrection);
    }
  }
  const QrSymbol other = EncodeQr({true, 2, 'L', 2}, {{QrMode::kNumeric, "90210"}});
  ASSERT_EQ(Run(other.dark, other.spec), Step::kNone);
  EXPECT_FALSE(decoded_->DetectionOnly());
}

TEST_F(QrDecoder, BadDataIsToldWithItsStep) {
  const QrSpec spec{false, 1, 'L', 4};
  const QrSymbol symbol = EncodeQr(spec, {{QrMode::kBits, "11110000"}});
  EXPECT_EQ(Run(symbol.dark, spec), Step::kMode);
  EXPECT_EQ(decoded_->failed_at, Step::kMode);
  EXPECT_EQ(Name(decoded_->failed_at), "mode");
  EXPECT_EQ(decoded_->blocks_done, 1);
}

TEST_F(QrDecoder, SymbolHasTheConventionsOfTheAdapters) {
  const QrSpec spec{false, 6, 'Q', 1};
  const QrSymbol symbol = EncodeQr(
      spec,
      {{QrMode::kEci, "", 26}, {QrMode::kFnc1First, ""}, {QrMode::kAlphanumeric, "10AB%21XY"}});
  ASSERT_EQ(Run(Damage(random_, symbol, 2).dark, spec), Step::kNone);
  EXPECT_EQ(decoded_->message.identifier_view(), "]Q4");
  Symbol filled;
  filled.mirrored = true;
  FillSymbol(*decoded_, filled);
  EXPECT_EQ(filled.symbology, Symbology::kQr);
  EXPECT_EQ(filled.identifier_view(), "]Q3");
  EXPECT_EQ(filled.payload.view(),
            "10AB\x1D"
            "21XY");
  EXPECT_EQ(filled.decoder, Decoder::kOwn);
  EXPECT_EQ(filled.rows, 41);
  EXPECT_EQ(filled.cols, 41);
  EXPECT_EQ(filled.errors_corrected, 8);
  EXPECT_EQ(filled.error_capacity, 48);
  EXPECT_TRUE(filled.mirrored);
  const QrSymbol micro = EncodeQr({true, 4, 'M', 0}, {{QrMode::kByte, "micro"}});
  ASSERT_EQ(Run(micro.dark, micro.spec), Step::kNone);
  FillSymbol(*decoded_, filled);
  EXPECT_EQ(filled.symbology, Symbology::kMicroQr);
  EXPECT_EQ(filled.identifier_view(), "]Q1");
  EXPECT_EQ(filled.rows, 17);
  EXPECT_EQ(filled.errors_corrected, 0);
  EXPECT_EQ(filled.error_capacity, 5);
}

TEST_F(QrDecoder, AllocatesNothingOnceAVersionIsKnown) {
  const QrSpec spec{false, 40, 'L', 6};
  const QrSymbol symbol = EncodeQr(spec, {{QrMode::kByte, std::string(2000, 'z')}});
  const DamagedQr damaged = Damage(random_, symbol, 10);
  ASSERT_EQ(Run(damaged.dark, spec), Step::kNone);
  const std::vector<uint8_t> marks(symbol.dark.size());
  const size_t before = AllocationsOfThisThread();
  ASSERT_EQ(Run(damaged.dark, spec, {.erased = marks}), Step::kNone);
  EXPECT_EQ(AllocationsOfThisThread(), before);
}

}  // namespace
}  // namespace veriline::symbology::qr
