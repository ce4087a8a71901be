// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/worker/slot.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <string>

namespace veriline::decode::worker {
namespace {

constexpr Expected kExpected{SymbologySet::All(), Decoder::kZxing, 200, 100};

Symbol Read(const std::string& payload = "ABC", const std::string& text = "ABC") {
  Symbol s;
  s.symbology = Symbology::kQr;
  s.decoder = Decoder::kZxing;
  s.set_identifier("]Q3");
  s.payload.Assign(payload);
  s.text.Assign(text);
  s.addon.Assign("12345");
  s.quad.corners = {Point{1, 2}, Point{190, 3}, Point{191, 95}, Point{-2, 104}};
  s.mirrored = true;
  s.inverted = true;
  s.rows = 25;
  s.cols = 27;
  s.errors_corrected = 3;
  s.error_capacity = 9;
  return s;
}

TEST(Answer, CarriesEveryFieldOfASymbol) {
  const auto answer = std::make_unique<Answer>();
  for (const size_t size : {0U, 3U, 128U, 129U, 8192U}) {
    const std::string payload(size, '\xe4');
    std::string text;
    for (size_t i = 0; i < size; ++i) text += "\xc3\xa4";
    WriteAnswer(Read(payload, text), *answer);
    AnswerKind kind{};
    std::optional<Symbol> got;
    ASSERT_TRUE(ReadAnswer(*answer, kExpected, &kind, &got)) << size;
    ASSERT_EQ(kind, AnswerKind::kSymbol);
    ASSERT_TRUE(got);
    const Symbol told = Read(payload, text);
    EXPECT_EQ(got->symbology, told.symbology);
    EXPECT_EQ(got->decoder, told.decoder);
    EXPECT_EQ(got->identifier, told.identifier);
    EXPECT_EQ(got->payload, told.payload);
    EXPECT_EQ(got->text, told.text);
    EXPECT_EQ(got->addon, told.addon);
    EXPECT_EQ(got->quad, told.quad);
    EXPECT_EQ(got->mirrored, told.mirrored);
    EXPECT_EQ(got->inverted, told.inverted);
    EXPECT_EQ(got->rows, told.rows);
    EXPECT_EQ(got->cols, told.cols);
    EXPECT_EQ(got->errors_corrected, told.errors_corrected);
    EXPECT_EQ(got->error_capacity, told.error_capacity);
  }
}

TEST(Answer, SaysNothingReadAndRefused) {
  const auto answer = std::make_unique<Answer>();
  AnswerKind kind{};
  std::optional<Symbol> got;
  WriteAnswer(std::nullopt, *answer);
  ASSERT_TRUE(ReadAnswer(*answer, kExpected, &kind, &got));
  EXPECT_EQ(kind, AnswerKind::kNoSymbol);
  EXPECT_FALSE(got);
  WriteAnswer(Read(std::string(kPayloadBytes + 1, 'A')), *answer);  // has no room
  ASSERT_TRUE(ReadAnswer(*answer, kExpected, &kind, &got));
  EXPECT_EQ(kind, AnswerKind::kRefused);
  EXPECT_FALSE(got);
}

TEST(Answer, OfAMadWorkerIsNone) {
  using Damage = std::function<void(Answer&)>;
  constexpr uint32_t kMost = std::numeric_limits<uint32_t>::max();
  const Damage damages[] = {
      [](Answer& a) { a.head.kind = static_cast<AnswerKind>(3); },
      [](Answer& a) { a.head.kind = static_cast<AnswerKind>(kMost); },
      [](Answer& a) { a.head.symbology = 0; },
      [](Answer& a) { a.head.symbology = kSymbologyCount; },
      [](Answer& a) { a.head.symbology = 64 + 2; },
      [](Answer& a) { a.head.decoder = static_cast<uint32_t>(Decoder::kDmtx); },
      [](Answer& a) { a.head.decoder = 256 + 2; },
      [](Answer& a) {
        a.head.identifier = {']', 'd', '2', 'x'};
      },
      [](Answer& a) {
        a.head.identifier = {'d', ']', '2', 0};
      },
      [](Answer& a) {
        a.head.identifier = {']', '\n', '2', 0};
      },
      [](Answer& a) {
        a.head.identifier = {0, 'd', '2', 0};
      },
      [](Answer& a) { a.head.corners[0] = std::numeric_limits<float>::quiet_NaN(); },
      [](Answer& a) { a.head.corners[7] = std::numeric_limits<float>::infinity(); },
      [](Answer& a) { a.head.corners[2] = 401; },   // 200 wide
      [](Answer& a) { a.head.corners[3] = -101; },  // 100 high
      [](Answer& a) { a.head.mirrored = 2; },
      [](Answer& a) { a.head.inverted = kMost; },
      [](Answer& a) { a.head.rows = -1; },
      [](Answer& a) { a.head.cols = 70'000; },
      [](Answer& a) { a.head.errors_corrected = -2; },
      [](Answer& a) { a.head.error_capacity = 1 << 20; },
      [](Answer& a) { a.head.payload_size = kPayloadBytes + 1; },
      [](Answer& a) { a.head.text_size = kMost; },
      [](Answer& a) { a.head.addon_size = kAddonBytes + 1; },
      [](Answer& a) { a.text[1] = '\xc3'; },
      [](Answer& a) { a.addon[0] = '\xff'; },
  };
  const auto answer = std::make_unique<Answer>();
  int number = 0;
  for (const Damage& damage : damages) {
    WriteAnswer(Read(), *answer);
    AnswerKind kind{};
    std::optional<Symbol> got;
    ASSERT_TRUE(ReadAnswer(*answer, kExpected, &kind, &got));
    damage(*answer);
    EXPECT_FALSE(ReadAnswer(*answer, kExpected, &kind, &got)) << "damage " << number;
    EXPECT_FALSE(got) << "damage " << number;
    ++number;
  }
}

TEST(Answer, HasOnlyWhatWasAskedFor) {
  const auto answer = std::make_unique<Answer>();
  WriteAnswer(Read(), *answer);
  Expected expected = kExpected;
  expected.symbologies = SymbologySet().Add(Symbology::kDataMatrix);
  AnswerKind kind{};
  std::optional<Symbol> got;
  EXPECT_FALSE(ReadAnswer(*answer, expected, &kind, &got));
}

TEST(Request, CarriesOptions) {
  const ZxingOptions zxing{.group = ZxingGroup::kLinear,
                           .symbologies = SymbologySet().Add(Symbology::kEan13),
                           .try_harder = true,
                           .try_rotate = false,
                           .try_downscale = true,
                           .global_threshold = false,
                           .pure = true,
                           .min_lines = 5};
  const Request r = RequestOf(zxing, 30, 20);
  EXPECT_EQ(r.width, 30);
  EXPECT_EQ(r.height, 20);
  const auto got = ZxingOptionsOf(r);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->group, zxing.group);
  EXPECT_EQ(got->symbologies, zxing.symbologies);
  EXPECT_TRUE(got->try_harder && !got->try_rotate && got->try_downscale);
  EXPECT_TRUE(!got->global_threshold && got->pure);
  EXPECT_EQ(got->min_lines, 5);
  EXPECT_FALSE(DmtxOptionsOf(r));
  const auto all = ZxingOptionsOf(RequestOf(ZxingOptions{}, 1, 1));
  ASSERT_TRUE(all);
  EXPECT_EQ(all->symbologies, SymbologySet::All());

  const auto dmtx = DmtxOptionsOf(RequestOf(
      DmtxOptions{.timeout_ms = 7, .shrink = 2, .scan_gap_px = 3, .min_edge_px = 4}, 9, 8));
  ASSERT_TRUE(dmtx);
  EXPECT_EQ(dmtx->timeout_ms, 7);
  EXPECT_EQ(dmtx->shrink, 2);
  EXPECT_EQ(dmtx->scan_gap_px, 3);
  EXPECT_EQ(dmtx->min_edge_px, 4);
}

TEST(Request, OutOfItsRangeIsNone) {
  using Damage = std::function<void(Request&)>;
  const Damage damages[] = {
      [](Request& r) { r.width = 0; },
      [](Request& r) { r.height = -1; },
      [](Request& r) { r.width = 1 << 30; },
      [](Request& r) { r.width = r.height = 1 << 16; },
      [](Request& r) { r.group = 4; },
      [](Request& r) { r.symbologies = ~uint64_t{0}; },
      [](Request& r) { r.pure = 2; },
      [](Request& r) { r.try_harder = 255; },
      [](Request& r) { r.min_lines = 256; },
      [](Request& r) { r.min_lines = 0; },
      [](Request& r) { r.kind = static_cast<JobKind>(9); },
  };
  int number = 0;
  for (const Damage& damage : damages) {
    Request r = RequestOf(ZxingOptions{}, 10, 10);
    ASSERT_TRUE(ZxingOptionsOf(r));
    damage(r);
    EXPECT_FALSE(ZxingOptionsOf(r) || DmtxOptionsOf(r)) << "damage " << number++;
  }
  for (const Damage& damage :
       {Damage([](Request& r) { r.timeout_ms = -1; }), Damage([](Request& r) { r.shrink = 0; }),
        Damage([](Request& r) { r.scan_gap_px = 0; }),
        Damage([](Request& r) { r.min_edge_px = -1; })}) {
    Request r = RequestOf(DmtxOptions{}, 10, 10);
    ASSERT_TRUE(DmtxOptionsOf(r));
    damage(r);
    EXPECT_FALSE(DmtxOptionsOf(r));
  }
  EXPECT_TRUE(CropFits(4096, 2048));
  EXPECT_FALSE(CropFits(4096, 2049));
  EXPECT_FALSE(CropFits(int64_t{1} << 32, int64_t{1} << 32));
}

}  // namespace
}  // namespace veriline::decode::worker
