// SPDX-License-Identifier: Apache-2.0
#include "pipeline/line/recording/entry.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "pipeline/line/recording/compare.h"
#include "tests/support/recorded_session.h"

namespace veriline::line {
namespace {

using ::veriline::testing::EncodeAgain;
using ::veriline::testing::FullFrameDone;
using ::veriline::testing::FullGrade;
using ::veriline::testing::FullRecord;
using ::veriline::testing::FullSymbol;
using ::veriline::testing::OneOfEach;

constexpr int kLanes = 2;
constexpr size_t kViews = 2;

TEST(Entry, ComesBackAsItWas) {
  std::set<char> types;
  for (const std::string& bytes : OneOfEach()) {
    types.insert(bytes[0]);
    const auto entry = Decode(bytes, kLanes, kViews);
    ASSERT_TRUE(entry) << "type " << static_cast<int>(bytes[0]);
    EXPECT_EQ(EncodeAgain(*entry), bytes) << "type " << static_cast<int>(bytes[0]);
  }
  EXPECT_EQ(types.size(), 16u) << "each kind once";
}

TEST(Entry, EveryFieldOfAResultIsKept) {
  auto entry = Decode(Encode(FullFrameDone()), kLanes, kViews);
  ASSERT_TRUE(entry);
  const FrameResult& r = *std::get<FrameDone>(std::get<Event>(*entry)).result;
  EXPECT_EQ(r.stamp.camera, 1u);
  EXPECT_EQ(r.stamp.frame_id, std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(r.stamp.exposure_ns, 10);
  EXPECT_EQ(r.stamp.arrival_ns, 20);
  EXPECT_EQ(r.stamp.encoder_count, -30);
  EXPECT_EQ(r.stamp.encoder_count_end, -40);
  EXPECT_EQ(r.width_px, 640);
  EXPECT_EQ(r.height_px, 480);
  EXPECT_TRUE(r.partial);
  EXPECT_TRUE(r.rungs_skipped);
  EXPECT_EQ(r.done_ns, 40);
  ASSERT_EQ(r.symbols.size(), 2u);
  const Symbol& s = r.symbols[1];
  const Symbol wanted = FullSymbol();
  EXPECT_EQ(s.symbology, wanted.symbology);
  EXPECT_EQ(s.identifier_view(), "]E3");
  EXPECT_EQ(s.payload.view(), wanted.payload.view());
  EXPECT_EQ(s.text.view(), "t");
  EXPECT_EQ(s.quad, wanted.quad);
  EXPECT_EQ(s.decoder, Decoder::kZxing);
  EXPECT_TRUE(s.mirrored);
  EXPECT_TRUE(s.inverted);
  EXPECT_EQ(s.rows, 12);
  EXPECT_EQ(s.cols, -1);
  EXPECT_EQ(s.errors_corrected, 2);
  EXPECT_EQ(s.error_capacity, 4);
  EXPECT_EQ(s.addon.view(), "12345");
  ASSERT_EQ(r.grades.size(), 2u);
  EXPECT_EQ(r.grades[0], FullGrade());
  EXPECT_FALSE(r.grades[1].graded);
  ASSERT_EQ(r.texts.size(), 1u);
  EXPECT_EQ(r.texts[0].line, FrameText::kNumber);
  EXPECT_EQ(r.texts[0].symbol, 1);
  EXPECT_EQ(r.texts[0].lane, 1);
  EXPECT_EQ(r.texts[0].state, item::TextState::kNoValue);
  EXPECT_EQ(r.texts[0].expected.view(), "17");
  EXPECT_EQ(r.texts[0].read.view(), "1?");
  EXPECT_EQ(r.texts[0].margin_ratio, 0.5f);
  EXPECT_EQ(r.texts[0].place.corners[3], (Point{7, 8}));
  EXPECT_EQ(r.expected_numbers, (std::vector<int64_t>{-1, 4711}));
}

TEST(Entry, ALineOfTextThatTheRecipeHasNotIsRefused) {
  FrameResult result;
  result.texts = {{.line = 2, .state = item::TextState::kMatch}};
  const auto encoded = [&] {
    return Encode(Event(FrameDone{std::make_unique<FrameResult>(result)}));
  };
  EXPECT_TRUE(Decode(encoded(), kLanes, kViews, 3));
  EXPECT_FALSE(Decode(encoded(), kLanes, kViews, 2));
  result.texts[0].symbol = 0;
  EXPECT_FALSE(Decode(encoded(), kLanes, kViews, 3)) << "no symbol to stand beside";
  result.texts[0] = {.line = 2, .state = item::TextState{}};
  EXPECT_FALSE(Decode(encoded(), kLanes, kViews, 3)) << "no state";
}

TEST(Entry, EveryFieldOfARecordIsKept) {
  const auto entry = Decode(Encode(FullRecord(77)), kLanes, kViews);
  ASSERT_TRUE(entry);
  const auto& r = std::get<item::InspectionRecord>(*entry);
  EXPECT_EQ(DifferencesOf(FullRecord(77), r), std::vector<std::string>{});
  EXPECT_EQ(r.lane, 1);
  EXPECT_EQ(r.item_seq, 77u);
  EXPECT_EQ(r.utc_ns, 17);
  EXPECT_EQ(r.times.trigger_ns, 1);
  EXPECT_EQ(r.times.sent_ns, 5);
  EXPECT_EQ(r.part_id, "P-77");
  ASSERT_EQ(r.texts.size(), 2u);
  EXPECT_EQ(r.texts[1].number, true);
  EXPECT_EQ(r.texts[1].margin_ratio, -0.25f);
}

TEST(Entry, ThePartIdOfAnItemAndItsVerdictIsKept) {
  const item::PartId part = *item::PartId::From("P-77");
  const item::ItemTrack track{1, 77, 0, 6, 7, true, false, part};
  const auto opened = Decode(Encode(Event(ItemOpened{track})), kLanes, kViews);
  ASSERT_TRUE(opened);
  EXPECT_EQ(std::get<ItemOpened>(std::get<Event>(*opened)).track.part_id, part);
  item::Verdict verdict;
  verdict.part_id = part;
  const auto told = Decode(Encode(Event(ItemFinal{verdict})), kLanes, kViews);
  ASSERT_TRUE(told);
  EXPECT_EQ(std::get<ItemFinal>(std::get<Event>(*told)).verdict.part_id, part);
}

TEST(Entry, OfALaneOrViewThatTheRecipeHasNotIsRefused) {
  const item::ItemTrack track{2, 77, 0, 6, 7, true, false};
  EXPECT_FALSE(Decode(Encode(Event(ItemOpened{track})), kLanes, kViews));
  const FrameStamp stamp{2, 5, 6, 7, 8, 9, FrameStatus::kComplete};
  EXPECT_FALSE(Decode(Encode(Event(FrameArrived{stamp})), kLanes, kViews));
}

TEST(Entry, CutAnywhereItIsRefused) {
  for (const std::string& bytes : OneOfEach()) {
    for (size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(Decode(bytes.substr(0, size), kLanes, kViews));
    }
    EXPECT_FALSE(Decode(bytes + '\0', kLanes, kViews));
  }
}

TEST(Entry, AnyBytesAreRefusedOrTaken) {
  // Behind a checksum only a wrong writer makes them, but they must not crash the reader.
  std::mt19937 random(7);
  const std::vector<std::string> all = OneOfEach();
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = all[random() % all.size()];
    for (int n = 0; n < 3; ++n) bytes[random() % bytes.size()] = static_cast<char>(random());
    static_cast<void>(Decode(bytes, kLanes, kViews));
  }
}

TEST(Compare, NamesWhatDiffersAndLeavesTimesOut) {
  item::InspectionRecord other = FullRecord(1);
  other.times = {};
  other.utc_ns = 0;
  other.seq = 9;
  EXPECT_TRUE(DifferencesOf(FullRecord(1), other).empty());
  other.primary = item::RejectReason::kLate;
  other.codes[1].text = "b";
  other.codes[1].grade.graded = false;
  EXPECT_EQ(DifferencesOf(FullRecord(1), other),
            (std::vector<std::string>{"primary: recorded duplicate, replayed late",
                                      "codes[1].text: recorded \"a\", replayed \"b\"",
                                      "codes[1].grade: recorded DPM1.3/12/660/30Q by "
                                      "cell_modulation, replayed none"}));
}

TEST(Compare, OfADuplicateOnlyTheMomentOfTheClaimIsLeftOut) {
  item::InspectionRecord a = FullRecord(1);
  item::InspectionRecord b = FullRecord(1);
  a.detail = "the code belongs to item 3 of lane 0, line L1";
  b.detail = a.detail + ", claimed 2026-01-01T00:00:00Z";
  EXPECT_TRUE(DifferencesOf(a, b).empty());
  b.detail = "the code belongs to item 4 of lane 0, line L1";
  EXPECT_EQ(DifferencesOf(a, b).size(), 1u);
}

TEST(Compare, TellsRecordsWithoutAPartner) {
  std::vector<ReplayDifference> told;
  RecordComparison comparison([&](const ReplayDifference& d) { told.push_back(d); });
  comparison.AddRecorded(FullRecord(1));
  comparison.AddReplayed(FullRecord(2), 5);
  comparison.AddReplayed(FullRecord(1), 5);
  comparison.AddReplayed(FullRecord(4), 8);
  comparison.AddRecorded(FullRecord(3));
  comparison.Finish(8);
  ASSERT_EQ(told.size(), 2u) << "that of step 8 may have been cut off";
  EXPECT_EQ(told[0].item_seq, 3u);
  EXPECT_EQ(told[0].fields, std::vector<std::string>{"only in the recording"});
  EXPECT_EQ(told[1].item_seq, 2u);
  EXPECT_EQ(told[1].fields, std::vector<std::string>{"only in the replay"});
  EXPECT_EQ(comparison.differences(), 2u);
}

}  // namespace
}  // namespace veriline::line
