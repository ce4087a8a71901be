// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "pipeline/item/interfaces.h"
#include "pipeline/item/verdict.h"
#include "rpc/feed_desk.h"
#include "rpc/stream_hub.h"
#include "rpc/watch_stream.h"
#include "veriline/v1/reject_service.grpc.pb.h"
#include "vision/core/bounded_queue.h"

namespace veriline::rpc {

/// Releases, verdicts and heartbeats to gates and PLCs; confirmations, and where they are the
/// line's trigger encoder, eyes and items, from them.
///
/// Tell and Beat only number the event, push it into a bounded queue (4096, written by the
/// scheduler's thread, read by the hub's thread "rpc-reject"; when full the event is lost, counted,
/// and shows as a gap, which rejects) and wake the hub. Serialised once for all subscribers there.
/// Thread: Tell and Beat from one thread; the rest from any. Start before the server serves.
class RejectService final
    : public v1::RejectService::WithRawCallbackMethod_Watch<
          v1::RejectService::WithCallbackMethod_Confirm<
              v1::RejectService::WithCallbackMethod_Feed<v1::RejectService::Service>>>,
      public item::ReleaseGateway,
      private WatchSource {
 public:
  struct Line {
    item::LineControl* control = nullptr;
    std::string store_id;
    double counts_per_mm = 0;
    int lanes = 0;
    item::TriggerFeed* feed = nullptr;  ///< null: no PLC is this line's trigger
  };

  RejectService();

  void Start(const Line& line);
  StreamHub& hub() { return hub_; }
  FeedDesk& feeds() { return feeds_; }
  item::QueueStatus queue_status() const;

  void Tell(const item::Verdict& verdict) override;
  void Beat(const item::Heartbeat& heartbeat) override;

 private:
  struct Event {
    bool is_beat = false;
    uint64_t seq = 0;  // of the verdict; of the last verdict before the beat
    item::Verdict verdict;
    item::Heartbeat beat;
  };

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Watch(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* Confirm(grpc::CallbackServerContext* context,
                                    const v1::ConfirmRequest* request,
                                    v1::ConfirmResponse* response) override;
  grpc::ServerReadReactor<v1::FeedRequest>* Feed(grpc::CallbackServerContext* context,
                                                 v1::FeedResponse* response) override;
  grpc::Status TakeConfirmations(const v1::ConfirmRequest& request, v1::ConfirmResponse* response);

  void Drain();

  grpc::Status Decode(const grpc::ByteBuffer& bytes, WatchRequest* request) const override;
  grpc::Status Accept(const WatchOpening& opening, uint64_t* cursor,
                      grpc::ByteBuffer* hello) const override;
  grpc::ByteBuffer EncodeGap(const StreamGap& gap) const override;
  grpc::Status Fetch(uint64_t from_seq, KindMask mask, Chunk* chunk) const override;

  Line line_;
  uint64_t told_ = 0;  // seq of the last verdict; scheduler's thread only
  BoundedQueue<Event> events_;
  std::atomic<uint64_t> lost_seq_{0};  // last verdict that found the queue full
  StreamHub hub_;
  FeedDesk feeds_;
};

}  // namespace veriline::rpc
