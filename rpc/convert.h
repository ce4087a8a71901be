// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <google/protobuf/message_lite.h>
#include <grpcpp/support/byte_buffer.h>

#include <optional>
#include <string>
#include <string_view>

#include "pipeline/batch/registry.h"
#include "pipeline/item/interfaces.h"
#include "pipeline/item/station.h"
#include "veriline/v1/batch_service.pb.h"
#include "veriline/v1/inspection_service.pb.h"
#include "veriline/v1/line_service.pb.h"
#include "veriline/v1/reject_service.pb.h"
#include "veriline/v1/types.pb.h"

namespace veriline::rpc {

// Between the vocabulary of the pipeline and the messages of the contract, both ways. Enums have
// equal numbers on both sides (asserted in convert.cc). Thread: any.

v1::RejectReason ToProto(item::RejectReason reason);
v1::PackmlState ToProto(item::PackmlState state);
v1::PackmlCommand ToProto(item::PackmlCommand command);
v1::CodeRole ToProto(item::CodeRole role);
v1::CodeState ToProto(batch::CodeState state);
v1::BatchState ToProto(batch::BatchState state);
v1::InspectionRecord::Kind ToProto(item::RecordKind kind);

/// Nothing for UNSPECIFIED and for numbers this version does not know.
std::optional<item::RejectReason> FromProto(v1::RejectReason reason);
std::optional<item::PackmlState> FromProto(v1::PackmlState state);
std::optional<item::PackmlCommand> FromProto(v1::PackmlCommand command);
std::optional<item::CodeRole> FromProto(v1::CodeRole role);
std::optional<batch::CodeState> FromProto(v1::CodeState state);
std::optional<batch::BatchState> FromProto(v1::BatchState state);
std::optional<item::RecordKind> FromProto(v1::InspectionRecord::Kind kind);

void ToProto(const item::Verdict& verdict, const std::string& line_id, uint64_t seq,
             v1::ItemVerdict* out);
void ToProto(const item::InspectionRecord& record, v1::InspectionRecord* out);
void ToProto(const item::LineStatus& status, const std::string& line_id, v1::LineStatus* out);
void ToProto(const batch::BatchStatus& status, v1::BatchStatus* out);
void ToProto(const batch::VerifiedCode& code, v1::VerifiedCode* out);
void ToProto(const batch::BatchBalance& balance, v1::BatchBalance* out);
void ToProto(const batch::ListedCode& code, v1::ListedCode* out);
void ToProto(const item::StationAnswer& answer, v1::ClaimAnswer* out);
item::StationAnswer FromProto(const v1::ClaimAnswer& answer);
void ToProto(const batch::IssueRecord& issue, v1::Issue* out);
batch::IssueRecord FromProto(const v1::Issue& issue);
void ToProto(const item::RecipeEntry& recipe, v1::RecipeEntry* out);
void ToProto(const Diagnostic& diagnostic, v1::Diagnostic* out);

/// `text` with every byte that is not part of valid UTF-8 replaced by U+FFFD: a protobuf string
/// with anything else cannot be read by the other side.
std::string ValidUtf8(std::string_view text);

grpc::ByteBuffer Serialize(const google::protobuf::MessageLite& message);
/// False when the bytes are no such message.
[[nodiscard]] bool Parse(const grpc::ByteBuffer& bytes, google::protobuf::MessageLite* message);

}  // namespace veriline::rpc
