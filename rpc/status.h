// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/support/status.h>

#include <exception>
#include <string>
#include <utility>

#include "vision/core/result.h"

namespace veriline::rpc {

/// A status whose binary details carry `detail` (see ErrorStatus in types.proto).
grpc::Status StatusWith(grpc::StatusCode code, const std::string& message,
                        const google::protobuf::Message& detail);

/// The code by the kind of error, the message for people, a Diagnostic for programs.
grpc::Status ToStatus(const Diagnostic& diagnostic);

/// Runs what a handler does; nothing that is thrown leaves it.
template <class Body>
grpc::Status Guarded(Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (const std::exception& error) {
    return {grpc::StatusCode::INTERNAL, error.what()};
  } catch (...) {
    return {grpc::StatusCode::INTERNAL, "unknown error"};
  }
}

}  // namespace veriline::rpc
