// SPDX-License-Identifier: Apache-2.0
// What every CropDecoder must keep, run on both.
#include "vision/decode/crop_decoder.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/support/allocation_counter.h"
#include "tests/support/decode_crops.h"
#include "vision/core/clock.h"
#include "vision/decode/worker/decode_workers.h"

namespace veriline::decode {
namespace {

using testing::Canvas;
using testing::DrawCrop;

enum class Where { kHere, kWorker };

class CropDecoders : public ::testing::Test {
 protected:
  // One process for all tests: it is what it is on a line.
  static void SetUpTestSuite() {
    auto workers = worker::DecodeWorkers::Start(testing::FaultyWorkers(1), clock_);
    ASSERT_TRUE(workers) << workers.error().ToString();
    workers_ = std::move(*workers);
  }
  static void TearDownTestSuite() { workers_.reset(); }

  static const SteadyClock clock_;
  static std::unique_ptr<worker::DecodeWorkers> workers_;
};

const SteadyClock CropDecoders::clock_;
std::unique_ptr<worker::DecodeWorkers> CropDecoders::workers_;

class CropDecoderContract : public CropDecoders, public ::testing::WithParamInterface<Where> {
 protected:
  CropDecoder& decoder() {
    if (GetParam() == Where::kHere) return here_;
    return workers_->decoder(0);
  }

  InProcessDecoder here_;
};

struct Case {
  Symbology symbology;
  std::string drawn;
  bool gs1;
  ZxingGroup group;
  std::string identifier;
  std::string text;
};

std::vector<Case> Cases() {
  std::string digits;  // more than lies inline in a payload
  for (int i = 0; i < 100; ++i) digits += "01234567";
  return {
      {Symbology::kDataMatrix, "[01]09501101530003[10]LOT1[21]ABC123", true,
       ZxingGroup::kDataMatrix, "]d2",
       "010950110153000310LOT1\x1d"
       "21ABC123"},
      {Symbology::kQr, digits, false, ZxingGroup::kMatrix, "]Q1", digits},
      {Symbology::kQr, "Stück ü", false, ZxingGroup::kMatrix, "]Q1", "Stück ü"},
      {Symbology::kCode128, "[01]09501101530003[10]A1[21]77", true, ZxingGroup::kLinear, "]C1",
       "010950110153000310A1\x1d"
       "2177"},
      {Symbology::kEan13, "4006381333931+12345", false, ZxingGroup::kLinear, "]E3",
       "400638133393112345"},
      {Symbology::kDataBarOmni, "0950110153000", false, ZxingGroup::kDataBar, "]e0",
       "0109501101530003"},
      {Symbology::kDataBarExpanded, "[01]09501101530003[10]A1[21]77", true, ZxingGroup::kDataBar,
       "]e0",
       "010950110153000310A1\x1d"
       "2177"},
  };
}

TEST_P(CropDecoderContract, ReadsWhatIsDrawn) {
  for (const Case& c : Cases()) {
    SCOPED_TRACE(c.drawn.substr(0, 40));
    const Canvas crop = DrawCrop(c.symbology, c.drawn, c.gs1);
    const ZxingOptions options{.group = c.group, .try_harder = true};
    const CropDecoder::Counters before = decoder().counters();
    const auto symbol = decoder().Zxing(crop.view(), options);
    ASSERT_TRUE(symbol);
    EXPECT_EQ(symbol->symbology, c.symbology);
    EXPECT_EQ(symbol->decoder, Decoder::kZxing);
    EXPECT_EQ(symbol->identifier_view(), c.identifier);
    EXPECT_EQ(symbol->text.view(), c.text);
    EXPECT_EQ(decoder().counters().calls, before.calls + 1);
    EXPECT_EQ(decoder().counters().skipped, before.skipped);
    // To the bit what the adapter tells.
    const auto direct = ReadWithZxing(crop.view(), options);
    ASSERT_TRUE(direct);
    EXPECT_EQ(symbol->payload, direct->payload);
    EXPECT_EQ(symbol->addon, direct->addon);
    EXPECT_EQ(symbol->quad, direct->quad);
    EXPECT_EQ(symbol->mirrored, direct->mirrored);
  }
}

TEST_P(CropDecoderContract, ReadsDataMatrixWithLibdmtx) {
  const Canvas crop =
      DrawCrop(Symbology::kDataMatrix, "[01]09501101530003[21]ABC123", true, {.inverted = true});
  // Within four milliseconds by the clock, which a busy machine may take away.
  std::optional<Symbol> symbol;
  for (int i = 0; i < 50 && !symbol; ++i) symbol = decoder().Dmtx(crop.view(), {.timeout_ms = 100});
  ASSERT_TRUE(symbol);
  EXPECT_EQ(symbol->decoder, Decoder::kDmtx);
  EXPECT_EQ(symbol->identifier_view(), "]d2");
  EXPECT_EQ(symbol->payload.view(), "010950110153000321ABC123");
  EXPECT_TRUE(symbol->inverted);
  EXPECT_GT(symbol->rows, 0);
}

TEST_P(CropDecoderContract, ReadsACropWithinAPicture) {
  // Rows that lie further apart than the crop is wide; what is beside it is not to be seen.
  Canvas picture(700, 300, 210);
  testing::Placement at;
  at.center = {150, 150};
  picture.Draw(testing::EncodeSymbol(Symbology::kDataMatrix, "LEFT"), at);
  at.center = {550, 150};
  picture.Draw(testing::EncodeSymbol(Symbology::kDataMatrix, "RIGHT"), at);
  const auto symbol = decoder().Zxing(picture.view().Crop({400, 20, 299, 261}), {});
  ASSERT_TRUE(symbol);
  EXPECT_EQ(symbol->text.view(), "RIGHT");
  EXPECT_NEAR(symbol->quad.Center().x, 150, 3);
  EXPECT_NEAR(symbol->quad.Center().y, 130, 3);
}

TEST_P(CropDecoderContract, ReadsNothingWhereNothingIs) {
  const Canvas grey(300, 200, 128);
  const CropDecoder::Counters before = decoder().counters();
  EXPECT_FALSE(decoder().Zxing(grey.view(), {}));
  EXPECT_FALSE(decoder().Dmtx(grey.view(), {}));
  EXPECT_FALSE(decoder().Zxing({}, {}));
  EXPECT_FALSE(decoder().Dmtx({}, {}));
  const Canvas qr = DrawCrop(Symbology::kQr, "HELLO");
  EXPECT_FALSE(decoder().Zxing(qr.view(), {.group = ZxingGroup::kMatrix,
                                           .symbologies = SymbologySet().Add(Symbology::kAztec)}));
  EXPECT_FALSE(decoder().Zxing(qr.view(), {.group = ZxingGroup::kLinear,
                                           .symbologies = SymbologySet().Add(Symbology::kQr)}));
  EXPECT_EQ(decoder().counters().skipped, before.skipped);
  EXPECT_FALSE(decoder().failing());
}

TEST_P(CropDecoderContract, TakesAPurePicture) {
  const Canvas pure =
      DrawCrop(Symbology::kDataMatrix, "PURE", false, {.module_px = 3, .dark = 0, .light = 255});
  const auto symbol = decoder().Zxing(pure.view(), {.pure = true});
  ASSERT_TRUE(symbol);
  EXPECT_EQ(symbol->text.view(), "PURE");
}

TEST_F(CropDecoders, AWorkerCostsItsCallerNoMemory) {
  worker::WorkerDecoder& away = workers_->decoder(0);
  const Canvas crop = DrawCrop(Symbology::kDataMatrix, "[01]09501101530003[21]ABC123", true);
  const size_t before = AllocationsOfThisThread();
  for (int i = 0; i < 10; ++i) {
    away.SetDeadline(clock_.NowNs() + 10'000'000'000);
    ASSERT_TRUE(away.Zxing(crop.view(), {}));
    away.Dmtx(crop.view(), {});
  }
  away.SetDeadline(0);
  EXPECT_EQ(AllocationsOfThisThread(), before);
}

INSTANTIATE_TEST_SUITE_P(Decoders, CropDecoderContract,
                         ::testing::Values(Where::kHere, Where::kWorker), [](const auto& where) {
                           return where.param == Where::kHere ? "InProcess" : "Worker";
                         });

}  // namespace
}  // namespace veriline::decode
