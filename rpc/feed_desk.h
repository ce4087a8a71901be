// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <cstdint>
#include <mutex>

#include "pipeline/item/trigger_feed.h"
#include "veriline/v1/reject_service.grpc.pb.h"

namespace veriline::rpc {

/// Takes the stream of the one PLC that is a line's trigger and hands its messages on, each when it
/// is read. While the one before is heard, another is refused; then the newest wins.
/// Thread: any. Start before the server serves.
class FeedDesk {
 public:
  /// `feed` is borrowed; null: every stream is refused.
  void Start(item::TriggerFeed* feed) { feed_ = feed; }
  grpc::ServerReadReactor<v1::FeedRequest>* Open(grpc::CallbackServerContext* context,
                                                 v1::FeedResponse* response);
  /// Ends the stream and refuses others.
  void Close(const grpc::Status& why);

 private:
  class Stream;

  grpc::Status Admit(Stream* stream);
  grpc::Status Take(const Stream* stream, const v1::FeedRequest& request,
                    v1::FeedResponse* response);
  void Leave(const Stream* stream);

  item::TriggerFeed* feed_ = nullptr;
  std::mutex mutex_;  ///< the feed takes one call at a time; held for a push
  Stream* current_ = nullptr;
  grpc::Status closed_;  ///< OK = open
};

}  // namespace veriline::rpc
