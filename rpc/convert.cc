// SPDX-License-Identifier: Apache-2.0
#include "rpc/convert.h"

#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/slice.h>

#include <cmath>
#include <type_traits>

namespace veriline::rpc {
namespace {

/// 3.4000001 as 3.4.
double InTenths(float grade) { return std::round(static_cast<double>(grade) * 10) / 10; }

template <class A, class B>
constexpr bool SameNumber(A a, B b) {
  return static_cast<int>(a) == static_cast<int>(b);
}

static_assert(SameNumber(item::RejectReason::kNone, v1::REJECT_REASON_UNSPECIFIED));
static_assert(SameNumber(item::RejectReason::kNoRead, v1::REJECT_REASON_NO_READ));
static_assert(SameNumber(item::RejectReason::kGrade, v1::REJECT_REASON_GRADE));
static_assert(SameNumber(item::RejectReason::kUnknown, v1::REJECT_REASON_UNKNOWN));
static_assert(SameNumber(item::RejectReason::kDuplicate, v1::REJECT_REASON_DUPLICATE));
static_assert(SameNumber(item::RejectReason::kWrongBatch, v1::REJECT_REASON_WRONG_BATCH));
static_assert(SameNumber(item::RejectReason::kVoided, v1::REJECT_REASON_VOIDED));
static_assert(SameNumber(item::RejectReason::kMalformed, v1::REJECT_REASON_MALFORMED));
static_assert(SameNumber(item::RejectReason::kInconsistent, v1::REJECT_REASON_INCONSISTENT));
static_assert(SameNumber(item::RejectReason::kMissingPart, v1::REJECT_REASON_MISSING_PART));
static_assert(SameNumber(item::RejectReason::kTextMismatch, v1::REJECT_REASON_TEXT_MISMATCH));
static_assert(SameNumber(item::RejectReason::kLate, v1::REJECT_REASON_LATE));
static_assert(SameNumber(item::RejectReason::kFrameLost, v1::REJECT_REASON_FRAME_LOST));
static_assert(SameNumber(item::RejectReason::kFault, v1::REJECT_REASON_FAULT));
static_assert(SameNumber(item::RejectReason::kOutOfSequence, v1::REJECT_REASON_OUT_OF_SEQUENCE));
static_assert(item::kRejectReasonCount == v1::RejectReason_ARRAYSIZE);

static_assert(SameNumber(item::PackmlState::kStopped, v1::PACKML_STATE_STOPPED));
static_assert(SameNumber(item::PackmlState::kIdle, v1::PACKML_STATE_IDLE));
static_assert(SameNumber(item::PackmlState::kExecute, v1::PACKML_STATE_EXECUTE));
static_assert(SameNumber(item::PackmlState::kAborted, v1::PACKML_STATE_ABORTED));
static_assert(SameNumber(item::PackmlState::kHeld, v1::PACKML_STATE_HELD));
static_assert(SameNumber(item::PackmlState::kSuspended, v1::PACKML_STATE_SUSPENDED));

static_assert(SameNumber(item::PackmlCommand::kReset, v1::PACKML_COMMAND_RESET));
static_assert(SameNumber(item::PackmlCommand::kStart, v1::PACKML_COMMAND_START));
static_assert(SameNumber(item::PackmlCommand::kStop, v1::PACKML_COMMAND_STOP));
static_assert(SameNumber(item::PackmlCommand::kAbort, v1::PACKML_COMMAND_ABORT));
static_assert(SameNumber(item::PackmlCommand::kClear, v1::PACKML_COMMAND_CLEAR));
static_assert(SameNumber(item::PackmlCommand::kHold, v1::PACKML_COMMAND_HOLD));
static_assert(SameNumber(item::PackmlCommand::kUnhold, v1::PACKML_COMMAND_UNHOLD));
static_assert(SameNumber(item::PackmlCommand::kSuspend, v1::PACKML_COMMAND_SUSPEND));
static_assert(SameNumber(item::PackmlCommand::kUnsuspend, v1::PACKML_COMMAND_UNSUSPEND));

static_assert(SameNumber(item::GradeFlag::kFine, v1::GRADE_FLAG_UNSPECIFIED));
static_assert(SameNumber(item::GradeFlag::kWarn, v1::GRADE_FLAG_WARN));
static_assert(SameNumber(item::GradeFlag::kReject, v1::GRADE_FLAG_REJECT));

static_assert(SameNumber(item::CodeRole::kNone, v1::CODE_ROLE_UNSPECIFIED));
static_assert(SameNumber(item::CodeRole::kIdentity, v1::CODE_ROLE_IDENTITY));
static_assert(SameNumber(item::CodeRole::kProduct, v1::CODE_ROLE_PRODUCT));
static_assert(SameNumber(item::CodeRole::kCopy, v1::CODE_ROLE_COPY));
static_assert(SameNumber(item::CodeRole::kIgnored, v1::CODE_ROLE_IGNORED));

static_assert(SameNumber(batch::CodeState::kIssued, v1::CODE_STATE_ISSUED));
static_assert(SameNumber(batch::CodeState::kClaimed, v1::CODE_STATE_CLAIMED));
static_assert(SameNumber(batch::CodeState::kCommissioned, v1::CODE_STATE_COMMISSIONED));
static_assert(SameNumber(batch::CodeState::kInDoubt, v1::CODE_STATE_IN_DOUBT));
static_assert(SameNumber(batch::CodeState::kUnused, v1::CODE_STATE_UNUSED));
static_assert(SameNumber(batch::CodeState::kUnconfirmed, v1::CODE_STATE_UNCONFIRMED));
static_assert(SameNumber(batch::CodeState::kVoided, v1::CODE_STATE_VOIDED));
static_assert(SameNumber(batch::CodeState::kSuspect, v1::CODE_STATE_SUSPECT));
static_assert(SameNumber(batch::CodeState::kRejected, v1::CODE_STATE_REJECTED));
static_assert(SameNumber(batch::CodeState::kSampled, v1::CODE_STATE_SAMPLED));
static_assert(SameNumber(batch::CodeState::kDestroyed, v1::CODE_STATE_DESTROYED));
static_assert(SameNumber(batch::CodeState::kRecalled, v1::CODE_STATE_RECALLED));
static_assert(SameNumber(batch::CodeState::kMissing, v1::CODE_STATE_MISSING));

static_assert(SameNumber(batch::BatchState::kLoaded, v1::BATCH_STATE_LOADED));
static_assert(SameNumber(batch::BatchState::kOpen, v1::BATCH_STATE_OPEN));
static_assert(SameNumber(batch::BatchState::kClosed, v1::BATCH_STATE_CLOSED));

static_assert(SameNumber(item::RecordKind::kItem, v1::InspectionRecord::KIND_ITEM));
static_assert(SameNumber(item::RecordKind::kStray, v1::InspectionRecord::KIND_STRAY));

template <class To, class From>
std::optional<To> Known(From value, bool is_known) {
  if (!is_known || static_cast<int>(value) == 0) return std::nullopt;
  return static_cast<To>(value);
}

void SetUtc(int64_t utc_ns, v1::Time* out) {
  if (utc_ns == 0) return;
  constexpr int64_t kSecond = 1'000'000'000;
  int64_t seconds = utc_ns / kSecond;
  int64_t nanos = utc_ns % kSecond;
  if (nanos < 0) {  // nanos of a Timestamp count forward
    nanos += kSecond;
    --seconds;
  }
  out->mutable_utc()->set_seconds(seconds);
  out->mutable_utc()->set_nanos(static_cast<int32_t>(nanos));
}

void SetTimes(const item::ItemTimes& times, v1::ItemTimes* out) {
  out->set_trigger_ns(times.trigger_ns);
  out->set_exposure_ns(times.exposure_ns);
  out->set_last_pixel_ns(times.last_pixel_ns);
  out->set_decision_ns(times.decision_ns);
  out->set_sent_ns(times.sent_ns);
}

void SetItem(const std::string& line_id, int lane, uint64_t item_seq, v1::Item* out) {
  out->set_line_id(line_id);
  out->set_lane(lane);
  out->set_item_seq(item_seq);
}

template <class Message>
void AddReasons(const item::ReasonSet& reasons, Message* out) {
  for (int i = 1; i < item::kRejectReasonCount; ++i) {
    const auto reason = static_cast<item::RejectReason>(i);
    if (reasons.Has(reason)) out->add_reasons(ToProto(reason));
  }
}

void SetGrade(const item::CodeGrade& grade, v1::Grade* out) {
  out->set_edition(std::string(Name(grade.edition)));
  out->set_overall(InTenths(grade.overall));
  out->set_uncertainty(InTenths(grade.uncertainty));
  out->set_formal(std::string(grade.formal_view()));
  out->set_estimate(grade.estimate());
  out->set_limited_by(std::string(Name(grade.limited_by)));
  for (size_t i = 0; i < grading::kIndicationCount; ++i) {
    if ((grade.indications >> i & 1) == 0) continue;
    out->add_indicative(std::string(Name(static_cast<grading::Indication>(i))));
  }
  out->set_flag(static_cast<v1::GradeFlag>(grade.flag));
  for (size_t i = 0; i < grading::kParameterCount; ++i) {
    const item::CodeGrade::Value& p = grade.parameters[i];
    if (!p.measured()) continue;
    v1::Grade::Parameter* parameter = out->add_parameters();
    parameter->set_name(std::string(Name(static_cast<grading::Parameter>(i))));
    if (!std::isnan(p.value)) parameter->set_value(static_cast<double>(p.value));
    if (!std::isnan(p.grade)) parameter->set_grade(InTenths(p.grade));
  }
}

template <class Message>
void SetCorners(const Quad& quad, Message* out) {
  for (const Point& corner : quad.corners) {
    v1::Point* point = out->add_corners();
    point->set_x_px(corner.x);
    point->set_y_px(corner.y);
  }
}

void SetCode(const item::CodeResult& code, v1::Code* out) {
  out->set_role(ToProto(code.role));
  out->set_symbology(std::string(Name(code.symbology)));
  out->set_identifier(ValidUtf8(code.identifier));
  out->set_payload(code.payload);
  out->set_text(ValidUtf8(code.text));
  out->set_hri(ValidUtf8(code.hri));
  SetCorners(code.quad, out);
  out->set_center_count(code.center_counts);
  if (code.decoder != Decoder::kNone) out->set_decoder(std::string(Name(code.decoder)));
  out->set_errors_corrected(code.errors_corrected);
  if (code.grade.graded) SetGrade(code.grade, out->mutable_grade());
  out->set_camera(code.camera);
  out->set_frame_id(code.frame_id);
}

static_assert(SameNumber(item::TextState::kMatch, v1::TEXT_STATE_MATCH));
static_assert(SameNumber(item::TextState::kMismatch, v1::TEXT_STATE_MISMATCH));
static_assert(SameNumber(item::TextState::kMissing, v1::TEXT_STATE_MISSING));
static_assert(SameNumber(item::TextState::kUnreadable, v1::TEXT_STATE_UNREADABLE));
static_assert(SameNumber(item::TextState::kNoValue, v1::TEXT_STATE_NO_VALUE));

void SetText(const item::TextResult& text, v1::TextLine* out) {
  out->set_name(ValidUtf8(text.name));
  out->set_number(text.number);
  out->set_state(static_cast<v1::TextState>(text.state));
  out->set_expected(ValidUtf8(text.expected));
  out->set_read(ValidUtf8(text.read));
  out->set_margin_ratio(static_cast<double>(text.margin_ratio));
  SetCorners(text.place, out);
  out->set_center_count(text.center_counts);
  out->set_camera(text.camera);
  out->set_frame_id(text.frame_id);
}

// Length of the valid UTF-8 sequence that `text` begins with; 0 when it begins with none
// (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
size_t SequenceLength(std::string_view text) {
  const auto byte = [text](size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto is_tail = [&byte](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return is_tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F)) return 0;
    return is_tail(1) && is_tail(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if ((lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F)) return 0;
    return is_tail(1) && is_tail(2) && is_tail(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

v1::RejectReason ToProto(item::RejectReason reason) {
  return static_cast<v1::RejectReason>(reason);
}
v1::PackmlState ToProto(item::PackmlState state) { return static_cast<v1::PackmlState>(state); }
v1::PackmlCommand ToProto(item::PackmlCommand command) {
  return static_cast<v1::PackmlCommand>(command);
}
v1::CodeRole ToProto(item::CodeRole role) { return static_cast<v1::CodeRole>(role); }
v1::CodeState ToProto(batch::CodeState state) { return static_cast<v1::CodeState>(state); }
v1::BatchState ToProto(batch::BatchState state) { return static_cast<v1::BatchState>(state); }
v1::InspectionRecord::Kind ToProto(item::RecordKind kind) {
  return static_cast<v1::InspectionRecord::Kind>(kind);
}

std::optional<item::RejectReason> FromProto(v1::RejectReason reason) {
  return Known<item::RejectReason>(reason, v1::RejectReason_IsValid(reason));
}
std::optional<item::PackmlState> FromProto(v1::PackmlState state) {
  return Known<item::PackmlState>(state, v1::PackmlState_IsValid(state));
}
std::optional<item::PackmlCommand> FromProto(v1::PackmlCommand command) {
  return Known<item::PackmlCommand>(command, v1::PackmlCommand_IsValid(command));
}
std::optional<item::CodeRole> FromProto(v1::CodeRole role) {
  return Known<item::CodeRole>(role, v1::CodeRole_IsValid(role));
}
std::optional<batch::CodeState> FromProto(v1::CodeState state) {
  return Known<batch::CodeState>(state, v1::CodeState_IsValid(state));
}
std::optional<batch::BatchState> FromProto(v1::BatchState state) {
  return Known<batch::BatchState>(state, v1::BatchState_IsValid(state));
}
std::optional<item::RecordKind> FromProto(v1::InspectionRecord::Kind kind) {
  return Known<item::RecordKind>(kind, v1::InspectionRecord::Kind_IsValid(kind));
}

void ToProto(const item::Verdict& verdict, const std::string& line_id, uint64_t seq,
             v1::ItemVerdict* out) {
  out->set_seq(seq);
  SetItem(line_id, verdict.lane, verdict.item_seq, out->mutable_item());
  out->mutable_window()->set_from_count(verdict.from_count);
  out->mutable_window()->set_to_count(verdict.to_count);
  out->set_released(verdict.accepted);
  out->set_primary(ToProto(verdict.primary));
  AddReasons(verdict.reasons, out);
  SetTimes(verdict.times, out->mutable_times());
  out->set_part_id(ValidUtf8(verdict.part_id.view()));
}

void ToProto(const item::InspectionRecord& record, v1::InspectionRecord* out) {
  out->set_kind(ToProto(record.kind));
  out->set_seq(record.seq);
  SetItem(record.line_id, record.lane, record.item_seq, out->mutable_item());
  out->mutable_window()->set_from_count(record.from_count);
  out->mutable_window()->set_to_count(record.to_count);
  out->set_accepted(record.accepted);
  out->set_primary(ToProto(record.primary));
  AddReasons(record.reasons, out);
  out->set_detail(ValidUtf8(record.detail));
  out->set_part_id(ValidUtf8(record.part_id));
  for (const item::CodeResult& code : record.codes) SetCode(code, out->add_codes());
  for (const item::TextResult& text : record.texts) SetText(text, out->add_texts());
  SetTimes(record.times, out->mutable_times());
  SetUtc(record.utc_ns, out->mutable_time());
  out->mutable_time()->set_steady_ns(record.times.decision_ns);
  out->set_batch(ValidUtf8(record.batch));
  out->set_recipe_name(ValidUtf8(record.recipe_name));
  out->set_recipe_hash(record.recipe_hash);
}

void ToProto(const item::LineStatus& status, const std::string& line_id, v1::LineStatus* out) {
  out->set_line_id(line_id);
  out->set_state(ToProto(status.state));
  for (const item::PackmlCommand command : item::AllowedCommands(status.state)) {
    out->add_allowed_commands(ToProto(command));
  }
  out->set_encoder_count(status.encoder_count);
  out->set_items(status.items);
  out->set_accepted(status.accepted);
  for (size_t i = 1; i < status.rejected.size() && i < item::kRejectReasonCount; ++i) {
    if (status.rejected[i] == 0) continue;
    v1::LineStatus::Rejected* rejected = out->add_rejected();
    rejected->set_reason(ToProto(static_cast<item::RejectReason>(i)));
    rejected->set_count(status.rejected[i]);
  }
  out->set_strays(status.strays);
  out->set_frames(status.frames);
  out->set_codes(status.codes);
  out->set_store_errors(status.store_errors);
  out->set_recipe_name(ValidUtf8(status.recipe_name));
  out->set_recipe_hash(status.recipe_hash);
  out->set_alarm(ValidUtf8(status.alarm));
  out->set_warning(ValidUtf8(status.warning));
  out->set_grade_warnings(status.grade_warnings);
  if (status.mean_grade) out->set_mean_grade(*status.mean_grade);
  for (const item::CameraStatus& camera : status.cameras) {
    v1::LineStatus::Camera* added = out->add_cameras();
    added->set_name(camera.name);
    added->set_delivered(camera.counters.delivered);
    added->set_incomplete(camera.counters.incomplete);
    added->set_lost(camera.counters.lost);
    added->set_overrun(camera.counters.overrun);
    added->set_ignored_triggers(camera.counters.ignored_triggers);
    added->set_alarm(ValidUtf8(camera.alarm));
  }
  for (const item::StageStatus& stage : status.stages) {
    v1::LineStatus::Stage* added = out->add_stages();
    added->set_name(stage.name);
    added->set_count(stage.latency.count);
    added->set_p50_us(stage.latency.p50_us);
    added->set_p99_us(stage.latency.p99_us);
    added->set_p999_us(stage.latency.p999_us);
    added->set_max_us(stage.latency.max_us);
  }
  for (const item::QueueStatus& queue : status.queues) {
    v1::LineStatus::Queue* added = out->add_queues();
    added->set_name(queue.name);
    added->set_capacity(queue.capacity);
    added->set_peak(queue.peak);
    added->set_full(queue.full);
  }
  v1::LineStatus::DecodeWorkers* workers = out->mutable_decode_workers();
  workers->set_count(status.decode_workers.count);
  workers->set_calls(status.decode_workers.calls);
  workers->set_skipped(status.decode_workers.skipped);
  workers->set_restarts(status.decode_workers.restarts);
  workers->set_failing(status.decode_workers.failing);
}

void ToProto(const batch::BatchStatus& status, v1::BatchStatus* out) {
  out->set_batch(ValidUtf8(status.name));
  out->set_state(ToProto(status.state));
  out->set_codes(status.codes);
  using enum batch::CodeState;
  out->set_issued(status.Of(kIssued));
  out->set_claimed(status.Of(kClaimed));
  out->set_commissioned(status.Of(kCommissioned));
  out->set_in_doubt(status.Of(kInDoubt));
  out->set_unused(status.Of(kUnused));
  out->set_unconfirmed(status.Of(kUnconfirmed));
  out->set_voided(status.Of(kVoided));
  out->set_suspect(status.Of(kSuspect));
  out->set_rejected(status.Of(kRejected));
  out->set_sampled(status.Of(kSampled));
  out->set_destroyed(status.Of(kDestroyed));
  out->set_recalled(status.Of(kRecalled));
  out->set_missing(status.Of(kMissing));
  out->set_printed(status.printed);
}

void ToProto(const batch::VerifiedCode& code, v1::VerifiedCode* out) {
  out->set_cursor(code.cursor);
  out->set_code(code.code);
  out->set_state(ToProto(code.state));
  SetItem(code.item.line_id, code.item.lane, code.item.item_seq, out->mutable_item());
  out->set_encoder_count(code.encoder_count);
  SetUtc(code.claimed_utc_ns, out->mutable_claimed());
  if (code.confirmed_utc_ns != 0) SetUtc(code.confirmed_utc_ns, out->mutable_confirmed());
}

void ToProto(const item::RecipeEntry& recipe, v1::RecipeEntry* out) {
  out->set_path(ValidUtf8(recipe.path));
  out->set_name(ValidUtf8(recipe.name));
  out->set_hash(recipe.hash);
  out->set_selected(recipe.selected);
  if (recipe.problem) ToProto(*recipe.problem, out->mutable_problem());
}

void ToProto(const Diagnostic& diagnostic, v1::Diagnostic* out) {
  out->set_message(ValidUtf8(diagnostic.message));
  out->set_file(ValidUtf8(diagnostic.file));
  out->set_line(diagnostic.line);
  out->set_column(diagnostic.column);
  out->set_advice(ValidUtf8(diagnostic.advice));
}

std::string ValidUtf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    const size_t length = SequenceLength(text);
    if (length != 0) {
      valid.append(text.substr(0, length));
    } else {
      valid.append("\xEF\xBF\xBD");
    }
    text.remove_prefix(length != 0 ? length : 1);
  }
  return valid;
}

grpc::ByteBuffer Serialize(const google::protobuf::MessageLite& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return {&slice, 1};
}

bool Parse(const grpc::ByteBuffer& bytes, google::protobuf::MessageLite* message) {
  grpc::ByteBuffer copy = bytes;  // the reader wants it writable; shares the slices
  grpc::ProtoBufferReader reader(&copy);
  return reader.status().ok() && message->ParseFromZeroCopyStream(&reader);
}

void ToProto(const batch::BatchBalance& balance, v1::BatchBalance* out) {
  ToProto(balance.codes, out->mutable_codes());
  out->set_triggers(balance.triggers);
  out->set_accepted(balance.accepted);
  for (const auto& [reason, items] : balance.rejected) (*out->mutable_rejected())[reason] = items;
  out->set_unread_rejects(balance.unread_rejects);
  out->set_passed(balance.passed);
  out->set_removed(balance.removed);
  out->set_printed_not_seen(balance.printed_not_seen);
  out->set_unused(balance.unused);
  for (const std::string& difference : balance.differences) {
    out->add_differences(ValidUtf8(difference));
  }
}

void ToProto(const batch::ListedCode& code, v1::ListedCode* out) {
  out->set_place(code.place);
  out->set_code(code.code);
  out->set_gtin(ValidUtf8(code.values.gtin));
  out->set_lot(ValidUtf8(code.values.lot));
  out->set_expiry(ValidUtf8(code.values.expiry));
  out->set_market(ValidUtf8(code.values.market));
  out->set_state(ToProto(code.state));
  out->set_printed(code.printed);
}

void ToProto(const item::StationAnswer& answer, v1::ClaimAnswer* out) {
  // The numbers are one apart.
  out->set_outcome(static_cast<v1::ClaimOutcome>(static_cast<int>(answer.outcome) + 1));
  const auto set = [](const batch::ItemRef& item, v1::Item* to) {
    SetItem(ValidUtf8(item.line_id), item.lane, item.item_seq, to);
  };
  if (answer.outcome == batch::ReserveOutcome::kGranted) set(answer.item, out->mutable_item());
  if (answer.outcome == batch::ReserveOutcome::kDuplicate) {
    set(answer.holder, out->mutable_holder());
  }
}

item::StationAnswer FromProto(const v1::ClaimAnswer& answer) {
  using enum batch::ReserveOutcome;
  const auto of = [](const v1::Item& item) {
    return batch::ItemRef{item.line_id(), item.lane(), item.item_seq()};
  };
  return {answer.outcome() == v1::CLAIM_OUTCOME_GRANTED     ? kGranted
          : answer.outcome() == v1::CLAIM_OUTCOME_DUPLICATE ? kDuplicate
                                                            : kNotFree,
          of(answer.item()), of(answer.holder())};
}

void ToProto(const batch::IssueRecord& issue, v1::Issue* out) {
  out->set_kind(issue.kind);
  out->set_gtin(ValidUtf8(issue.gtin14));
  out->set_shape(ValidUtf8(issue.shape));
  out->mutable_next_starts()->Add(issue.next_starts.begin(), issue.next_starts.end());
  out->set_codes(issue.codes);
  out->set_file(ValidUtf8(issue.file));
  out->set_user(ValidUtf8(issue.user));
  SetUtc(issue.utc_ns, out->mutable_time());
}

batch::IssueRecord FromProto(const v1::Issue& issue) {
  const google::protobuf::Timestamp& time = issue.time().utc();
  return {.kind = static_cast<uint8_t>(issue.kind()),
          .gtin14 = issue.gtin(),
          .shape = issue.shape(),
          .next_starts = {issue.next_starts().begin(), issue.next_starts().end()},
          .codes = issue.codes(),
          .file = issue.file(),
          .user = issue.user(),
          .utc_ns = time.seconds() * 1'000'000'000 + time.nanos()};
}

}  // namespace veriline::rpc
