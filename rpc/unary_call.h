// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <utility>

#include "rpc/status.h"
#include "rpc/worker_pool.h"

namespace veriline::rpc {

/// Answers a unary call on the workers: `body` returns a status and may wait for a disk. Request
/// and response live until the call is finished.
template <class Body>
grpc::ServerUnaryReactor* RunOnWorkers(grpc::CallbackServerContext* context, WorkerPool* workers,
                                       Body body) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const bool posted =
      workers->Post([reactor, body = std::move(body)] { reactor->Finish(Guarded(body)); });
  if (!posted) {
    reactor->Finish(
        {grpc::StatusCode::RESOURCE_EXHAUSTED, "too many requests are waiting; try again"});
  }
  return reactor;
}

}  // namespace veriline::rpc
