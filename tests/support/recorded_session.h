// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/line/recording/entry.h"
#include "pipeline/line/recording/recorder.h"
#include "pipeline/line/recording/recording.h"
#include "tests/support/packs_recipe.h"

namespace veriline::testing {

inline line::Session SessionOf(const std::string& recipe_text, const std::string& batch = "B") {
  auto recipe = item::ParseRecipe(recipe_text, "recipe");
  if (!recipe) throw std::runtime_error(recipe.error().ToString());
  return {.line_id = "L1",
          .batch = batch,
          .recipe_text = recipe_text,
          .recipe = *recipe,
          .software = "test",
          .started_utc_ns = 1'700'000'000'000'000'000,
          .started_steady_ns = 5};
}

inline std::string BytesOfFile(const std::string& path) {
  std::stringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

/// A grade with every field away from its default.
inline item::CodeGrade FullGrade() {
  item::CodeGrade grade;
  grade.graded = true;
  grade.edition = grading::Edition::k29158_2020;
  grade.overall = 1.3f;
  grade.uncertainty = 0.2f;
  grade.limited_by = grading::Parameter::kCellModulation;
  grade.indications = 5;
  grade.flag = item::GradeFlag::kReject;
  std::string_view("DPM1.3/12/660/30Q").copy(grade.formal.data(), grade.formal.size() - 1);
  grade.parameters[1] = {0.25f, 1.3f};
  grade.parameters[4].value = 0.5f;
  return grade;
}

/// A line of text with every field away from its default.
inline item::TextResult FullText() {
  item::TextResult text{.name = "expiry",
                        .number = true,
                        .state = item::TextState::kMismatch,
                        .expected = "12.2028",
                        .read = "12.202?",
                        .margin_ratio = -0.25f,
                        .center_counts = -9,
                        .camera = 1,
                        .frame_id = 98};
  text.place.corners = {Point{1, 2.5f}, Point{3, 4}, Point{5, 6}, Point{7, -8}};
  return text;
}

/// An item's verdict, with every field away from its default.
inline item::InspectionRecord FullRecord(uint64_t item_seq) {
  item::CodeResult code{.role = item::CodeRole::kCopy,
                        .symbology = Symbology::kQr,
                        .identifier = "]Q3",
                        .payload = std::string("a\0\x1d\xff", 4),
                        .text = "a",
                        .hri = "(01)",
                        .center_counts = -7,
                        .decoder = Decoder::kDmtx,
                        .errors_corrected = 3,
                        .grade = FullGrade(),
                        .camera = 1,
                        .frame_id = 99};
  code.quad.corners = {Point{1.5f, 2}, Point{3, 4.25f}, Point{5, 6}, Point{-7, 1e9f}};
  item::InspectionRecord record{.kind = item::RecordKind::kItem,
                                .line_id = "L1",
                                .lane = 1,
                                .item_seq = item_seq,
                                .from_count = -1000,
                                .to_count = 5,
                                .accepted = false,
                                .primary = item::RejectReason::kDuplicate,
                                .detail = "why",
                                .codes = {code, code},
                                .times = {1, 2, 3, 4, 5},
                                .utc_ns = 17,
                                .batch = "B",
                                .recipe_name = "packs",
                                .recipe_hash = "abc"};
  record.part_id = "P-77";
  record.texts = {FullText(), FullText()};
  record.reasons.Add(item::RejectReason::kDuplicate);
  record.reasons.Add(item::RejectReason::kGrade);
  return record;
}

/// A symbol with every field away from its default.
inline Symbol FullSymbol() {
  Symbol s;
  s.symbology = Symbology::kEan13;
  s.set_identifier("]E3");
  s.payload.Assign(std::string(200, 'x'));
  s.text.Assign("t");
  s.quad.corners = {Point{1, 2}, Point{3, 4}, Point{5, 6}, Point{7, 8.5f}};
  s.decoder = Decoder::kZxing;
  s.mirrored = s.inverted = true;
  s.rows = 12;
  s.cols = -1;
  s.errors_corrected = 2;
  s.error_capacity = 4;
  s.addon.Assign("12345");
  return s;
}

inline line::Event FullFrameDone() {
  auto result = std::make_unique<line::FrameResult>();
  result->stamp = {
      1, std::numeric_limits<uint64_t>::max(), 10, 20, -30, -40, FrameStatus::kComplete};
  result->width_px = 640;
  result->height_px = 480;
  result->symbols = {FullSymbol(), FullSymbol()};
  result->grades = {FullGrade(), {}};
  line::FrameText text{.line = line::FrameText::kNumber, .symbol = 1, .lane = 1};
  text.state = item::TextState::kNoValue;
  text.expected.Assign("17");
  text.read.Assign("1?");
  text.margin_ratio = 0.5f;
  text.place.corners = {Point{1, 2}, Point{3, 4}, Point{5, 6}, Point{7, 8}};
  result->texts = {text};
  result->expected_numbers = {-1, 4711};
  result->partial = true;
  result->rungs_skipped = true;
  result->done_ns = 40;
  return line::FrameDone{std::move(result)};
}

/// One of each kind of entry but the end, as their bytes.
inline std::vector<std::string> OneOfEach() {
  using namespace line;  // NOLINT(google-build-using-namespace): a list of its vocabulary
  const item::PartId part = *item::PartId::From("P-77");
  const item::ItemTrack track{1, 77, -5, 6, 7, true, true, part};
  const FrameStamp stamp{1, 5, 6, 7, -8, -9, FrameStatus::kIncomplete};
  item::Verdict verdict{1, 77, -5, 6, true, item::RejectReason::kNone, {}, {1, 2, 3, 4, 5}, part};
  verdict.reasons.Add(item::RejectReason::kLate);
  return {
      Encode(RunningIs{true}),
      Encode(BeltAt{-1, 1'000'000'000'000}),
      Encode(Event(ItemOpened{track})),
      Encode(Event(ItemClosed{track})),
      Encode(Event(ItemExpired{track})),
      Encode(Event(ItemFinal{verdict})),
      Encode(Event(FrameArrived{stamp})),
      Encode(Event(FrameDropped{stamp})),
      Encode(FullFrameDone()),
      Encode(Event(ClaimNotWritten{1, 77, true, {}})),
      Encode(Event(ClaimNotWritten{
          1, 78, false, batch::ReserveAnswer{batch::ReserveOutcome::kDuplicate, {"L2", 1, 5}, 9}})),
      Encode(Event(item::ItemConfirmation{1, 77, true})),
      Encode(PixelsAt{{1, 5, 7}, 16}),
      Encode(CodeHeld{batch::CodeKey::Plain("A"), {{}, {"L2", 3, 4}, 5}}),
      Encode(ClaimRefused{1, 77}),
      Encode(FullRecord(77)),
      Encode(EntriesLost{3})};
}

/// The bytes of an entry that was decoded.
inline std::string EncodeAgain(const line::Entry& entry) {
  return std::visit(
      [](const auto& e) -> std::string {
        if constexpr (std::is_same_v<std::decay_t<decltype(e)>, std::monostate>) {
          return {};
        } else {
          return line::Encode(e);
        }
      },
      entry);
}

}  // namespace veriline::testing
