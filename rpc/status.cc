// SPDX-License-Identifier: Apache-2.0
#include "rpc/status.h"

#include "rpc/convert.h"

namespace veriline::rpc {
namespace {
using grpc::StatusCode;

StatusCode CodeOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return StatusCode::INVALID_ARGUMENT;
    case ErrorCode::kOutOfRange:
      return StatusCode::OUT_OF_RANGE;
    case ErrorCode::kUnavailable:
      return StatusCode::UNAVAILABLE;
    case ErrorCode::kExhausted:
      return StatusCode::RESOURCE_EXHAUSTED;
    case ErrorCode::kWrongState:
      return StatusCode::FAILED_PRECONDITION;
    case ErrorCode::kIo:
    case ErrorCode::kInternal:
      return StatusCode::INTERNAL;
  }
  return StatusCode::INTERNAL;
}
}  // namespace

grpc::Status StatusWith(StatusCode code, const std::string& message,
                        const google::protobuf::Message& detail) {
  v1::ErrorStatus status;
  status.set_code(code);
  status.set_message(ValidUtf8(message));
  status.add_details()->PackFrom(detail);
  return {code, status.message(), status.SerializeAsString()};
}

grpc::Status ToStatus(const Diagnostic& diagnostic) {
  v1::Diagnostic detail;
  ToProto(diagnostic, &detail);
  return StatusWith(CodeOf(diagnostic.code), diagnostic.ToString(), detail);
}

}  // namespace veriline::rpc
