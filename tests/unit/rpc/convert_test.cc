// SPDX-License-Identifier: Apache-2.0
#include "rpc/convert.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>

namespace veriline::rpc {
namespace {

/// Every number of a protobuf enum goes to the pipeline and back, except 0 and unknown ones.
template <class Proto>
void ExpectBothWays(int first, int last) {
  for (int number = first; number <= last; ++number) {
    const auto value = FromProto(static_cast<Proto>(number));
    ASSERT_TRUE(value.has_value()) << number;
    EXPECT_EQ(static_cast<int>(*value), number);
    EXPECT_EQ(static_cast<int>(ToProto(*value)), number);
  }
  for (const int number : {0, -1, last + 1, std::numeric_limits<int>::max()}) {
    EXPECT_FALSE(FromProto(static_cast<Proto>(number)).has_value()) << number;
  }
}

TEST(Convert, EveryEnumBothWays) {
  ExpectBothWays<v1::RejectReason>(1, v1::RejectReason_MAX);
  ExpectBothWays<v1::PackmlState>(1, v1::PackmlState_MAX);
  ExpectBothWays<v1::PackmlCommand>(1, v1::PackmlCommand_MAX);
  ExpectBothWays<v1::CodeRole>(1, v1::CodeRole_MAX);
  ExpectBothWays<v1::CodeState>(1, v1::CodeState_MAX);
  ExpectBothWays<v1::BatchState>(1, v1::BatchState_MAX);
  ExpectBothWays<v1::InspectionRecord::Kind>(1, v1::InspectionRecord::Kind_MAX);
}

/// Names as well as numbers: "no_read" and REJECT_REASON_NO_READ.
TEST(Convert, EnumsHaveTheSameNames) {
  const auto upper = [](std::string_view name) {
    std::string text(name);
    for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return text;
  };
  for (int i = 1; i < item::kRejectReasonCount; ++i) {
    const auto reason = static_cast<item::RejectReason>(i);
    EXPECT_EQ(v1::RejectReason_Name(ToProto(reason)), "REJECT_REASON_" + upper(Name(reason)));
  }
  for (int i = 1; i <= v1::PackmlState_MAX; ++i) {
    const auto state = static_cast<item::PackmlState>(i);
    EXPECT_EQ(v1::PackmlState_Name(ToProto(state)), "PACKML_STATE_" + upper(Name(state)));
  }
  for (int i = 1; i <= v1::PackmlCommand_MAX; ++i) {
    const auto command = static_cast<item::PackmlCommand>(i);
    EXPECT_EQ(v1::PackmlCommand_Name(ToProto(command)), "PACKML_COMMAND_" + upper(Name(command)));
  }
  for (int i = 1; i <= v1::CodeState_MAX; ++i) {
    const auto state = static_cast<batch::CodeState>(i);
    EXPECT_EQ(v1::CodeState_Name(ToProto(state)), "CODE_STATE_" + upper(Name(state)));
  }
  for (int i = 1; i <= v1::BatchState_MAX; ++i) {
    const auto state = static_cast<batch::BatchState>(i);
    EXPECT_EQ(v1::BatchState_Name(ToProto(state)), "BATCH_STATE_" + upper(Name(state)));
  }
  for (int i = 1; i <= v1::CodeRole_MAX; ++i) {
    const auto role = static_cast<item::CodeRole>(i);
    EXPECT_EQ(v1::CodeRole_Name(ToProto(role)), "CODE_ROLE_" + upper(Name(role)));
  }
}

TEST(Convert, TheGradeOfACodeWithEveryField) {
  item::InspectionRecord record;
  record.codes.resize(2);
  item::CodeGrade& grade = record.codes[0].grade;
  grade.graded = true;
  grade.edition = grading::Edition::k15415_2011;
  grade.overall = 1.3f;
  grade.uncertainty = 0.2f;
  grade.limited_by = grading::Parameter::kSymbolContrast;
  grade.indications = 1u << static_cast<int>(grading::Indication::kNoScale) |
                      1u << static_cast<int>(grading::Indication::kFewPixels);
  grade.flag = item::GradeFlag::kWarn;
  std::string_view("1.3/-/660").copy(grade.formal.data(), 31);
  grade.parameters[static_cast<size_t>(grading::Parameter::kSymbolContrast)] = {0.25f, 1.3f};
  grade.parameters[static_cast<size_t>(grading::Parameter::kContrastUniformity)].value = 0.5f;

  v1::InspectionRecord out;
  ToProto(record, &out);
  ASSERT_EQ(out.codes_size(), 2);
  EXPECT_FALSE(out.codes(1).has_grade());
  const v1::Grade& g = out.codes(0).grade();
  EXPECT_EQ(g.edition(), "15415:2011");
  EXPECT_DOUBLE_EQ(g.overall(), 1.3);
  EXPECT_DOUBLE_EQ(g.uncertainty(), 0.2);
  EXPECT_EQ(g.formal(), "1.3/-/660");
  EXPECT_TRUE(g.estimate());
  EXPECT_EQ(g.limited_by(), "symbol_contrast");
  ASSERT_EQ(g.indicative_size(), 2);
  EXPECT_EQ(g.indicative(0), "no_scale");
  EXPECT_EQ(g.indicative(1), "few_pixels");
  EXPECT_EQ(g.flag(), v1::GRADE_FLAG_WARN);
  ASSERT_EQ(g.parameters_size(), 2);
  EXPECT_EQ(g.parameters(0).name(), "symbol_contrast");
  EXPECT_DOUBLE_EQ(g.parameters(0).value(), 0.25);
  EXPECT_DOUBLE_EQ(g.parameters(0).grade(), 1.3);
  EXPECT_EQ(g.parameters(1).name(), "contrast_uniformity");
  EXPECT_FALSE(g.parameters(1).has_grade());
}

TEST(Convert, ALineOfTextWithEveryField) {
  item::InspectionRecord record;
  record.texts = {{.name = "expiry",
                   .number = true,
                   .state = item::TextState::kMismatch,
                   .expected = "12.2028",
                   .read = "12.2027",
                   .margin_ratio = -0.5f,
                   .center_counts = 17,
                   .camera = 1,
                   .frame_id = 2}};
  record.texts[0].place.corners[2] = {3.5f, 4};
  v1::InspectionRecord out;
  ToProto(record, &out);
  ASSERT_EQ(out.texts_size(), 1);
  const v1::TextLine& text = out.texts(0);
  EXPECT_EQ(text.name(), "expiry");
  EXPECT_TRUE(text.number());
  EXPECT_EQ(text.state(), v1::TEXT_STATE_MISMATCH);
  EXPECT_EQ(text.expected(), "12.2028");
  EXPECT_EQ(text.read(), "12.2027");
  EXPECT_EQ(text.margin_ratio(), -0.5);
  ASSERT_EQ(text.corners_size(), 4);
  EXPECT_EQ(text.corners(2).x_px(), 3.5);
  EXPECT_EQ(text.center_count(), 17);
  EXPECT_EQ(text.camera(), 1u);
  EXPECT_EQ(text.frame_id(), 2u);
  for (int i = 1; i <= v1::TextState_MAX; ++i) {
    std::string name(Name(static_cast<item::TextState>(i)));
    for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    EXPECT_EQ(v1::TextState_Name(i), "TEXT_STATE_" + name);
  }
}

TEST(Convert, VerdictWithEveryField) {
  item::Verdict verdict{.lane = 3,
                        .item_seq = 1234567890123,
                        .from_count = -5,
                        .to_count = 70,
                        .accepted = false,
                        .primary = item::RejectReason::kFrameLost,
                        .times = {1, 2, 3, 4, 5},
                        .part_id = *item::PartId::From("part\xFF")};
  verdict.reasons.Add(item::RejectReason::kFrameLost);
  verdict.reasons.Add(item::RejectReason::kLate);
  v1::ItemVerdict out;
  ToProto(verdict, "line-7", 99, &out);
  EXPECT_EQ(out.seq(), 99u);
  EXPECT_EQ(out.item().line_id(), "line-7");
  EXPECT_EQ(out.item().lane(), 3);
  EXPECT_EQ(out.item().item_seq(), 1234567890123u);
  EXPECT_EQ(out.window().from_count(), -5);
  EXPECT_EQ(out.window().to_count(), 70);
  EXPECT_FALSE(out.released());
  EXPECT_EQ(out.primary(), v1::REJECT_REASON_FRAME_LOST);
  ASSERT_EQ(out.reasons_size(), 2);
  EXPECT_EQ(out.reasons(0), v1::REJECT_REASON_LATE);
  EXPECT_EQ(out.reasons(1), v1::REJECT_REASON_FRAME_LOST);
  EXPECT_EQ(out.part_id(), "part\xEF\xBF\xBD");
  EXPECT_EQ(out.times().trigger_ns(), 1);
  EXPECT_EQ(out.times().exposure_ns(), 2);
  EXPECT_EQ(out.times().last_pixel_ns(), 3);
  EXPECT_EQ(out.times().decision_ns(), 4);
  EXPECT_EQ(out.times().sent_ns(), 5);
}

TEST(Convert, TimesBeforeTheEpochCountForward) {
  batch::VerifiedCode code;
  code.claimed_utc_ns = -1;
  v1::VerifiedCode out;
  ToProto(code, &out);
  EXPECT_EQ(out.claimed().utc().seconds(), -1);
  EXPECT_EQ(out.claimed().utc().nanos(), 999'999'999);
  EXPECT_FALSE(out.has_confirmed());
}

TEST(Convert, ValidUtf8KeepsWhatIsValid) {
  for (const std::string& text :
       {std::string(), std::string("plain\x1d\x00text", 11), std::string("\xC3\xA9\xDF\xBF"),
        std::string("\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80"),
        std::string("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF")}) {
    EXPECT_EQ(ValidUtf8(text), text);
  }
}

TEST(Convert, ValidUtf8ReplacesEachBadByte) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(ValidUtf8("a\xFFz"), "a" + bad + "z");
  EXPECT_EQ(ValidUtf8("\xC3"), bad);                                // cut off
  EXPECT_EQ(ValidUtf8("\xC0\x80"), bad + bad);                      // overlong
  EXPECT_EQ(ValidUtf8("\xE0\x9F\xBF"), bad + bad + bad);            // overlong
  EXPECT_EQ(ValidUtf8("\xED\xA0\x80"), bad + bad + bad);            // surrogate
  EXPECT_EQ(ValidUtf8("\xF4\x90\x80\x80"), bad + bad + bad + bad);  // above U+10FFFF
  EXPECT_EQ(ValidUtf8("\xE2\x82"), bad + bad);                      // cut off
  EXPECT_EQ(ValidUtf8("\x80x"), bad + "x");
}

TEST(Convert, BytesThatAreNoMessageAreRefused) {
  v1::InspectionServiceWatchRequest message;
  message.mutable_open()->mutable_watch()->set_credits(7);
  v1::InspectionServiceWatchRequest parsed;
  ASSERT_TRUE(Parse(Serialize(message), &parsed));
  EXPECT_EQ(parsed.open().watch().credits(), 7u);
  const grpc::Slice junk("\x0a\xff\xff\xff\xff\xff");
  EXPECT_FALSE(Parse(grpc::ByteBuffer(&junk, 1), &parsed));
}

}  // namespace
}  // namespace veriline::rpc
