// SPDX-License-Identifier: Apache-2.0
#include "rpc/reject_service.h"

#include <utility>
#include <vector>

#include "rpc/convert.h"
#include "rpc/status.h"

namespace veriline::rpc {
namespace {
using grpc::StatusCode;
constexpr size_t kEventQueue = 4096;
}  // namespace

RejectService::RejectService()
    : events_(kEventQueue), hub_({.name = "rpc-reject"}, [this] { Drain(); }) {}

void RejectService::Start(const Line& line) {
  line_ = line;
  feeds_.Start(line.feed);
  hub_.Start(0);
}

item::QueueStatus RejectService::queue_status() const {
  return {"rpc_verdicts", events_.capacity(), events_.peak(), events_.full_count()};
}

void RejectService::Tell(const item::Verdict& verdict) {
  const uint64_t seq = ++told_;
  if (!events_.TryPush(Event{.is_beat = false, .seq = seq, .verdict = verdict, .beat = {}})) {
    lost_seq_.store(seq, std::memory_order_release);
  }
  hub_.Wake();
}

void RejectService::Beat(const item::Heartbeat& heartbeat) {
  // A beat that finds the queue full is as good as none: gates reject without it.
  if (events_.TryPush(Event{.is_beat = true, .seq = told_, .verdict = {}, .beat = heartbeat})) {
    hub_.Wake();
  }
}

void RejectService::Drain() {
  // Read before the queue: whatever was told before the lost one is in the queue by now.
  const uint64_t lost_seq = lost_seq_.load(std::memory_order_acquire);
  Event event;
  while (events_.TryPop(event)) {
    v1::RejectServiceWatchResponse response;
    if (event.is_beat) {
      auto* beat = response.mutable_heartbeat();
      beat->set_steady_ns(event.beat.steady_ns);
      beat->set_encoder_count(event.beat.encoder_count);
      beat->set_state(ToProto(event.beat.state));
      beat->set_last_seq(event.seq);
      hub_.SetBeat(Serialize(response));
    } else {
      ToProto(event.verdict, line_.control->line_id(), event.seq, response.mutable_verdict());
      hub_.Append({event.seq, 0, Serialize(response)});
    }
  }
  if (lost_seq > hub_.last_seq()) hub_.Restart(lost_seq);
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* RejectService::Watch(
    grpc::CallbackServerContext*) {
  return WatchStream::Open(&hub_, this, nullptr);
}

grpc::Status RejectService::Decode(const grpc::ByteBuffer& bytes, WatchRequest* request) const {
  v1::RejectServiceWatchRequest message;
  if (!Parse(bytes, &message)) {
    return {StatusCode::INVALID_ARGUMENT, "not a RejectServiceWatchRequest"};
  }
  if (message.has_open()) {
    request->opening = WatchOpening{.from_seq = message.open().from_seq(),
                                    .max_rate_hz = message.open().max_rate_hz(),
                                    .credits = message.open().credits()};
  } else {
    request->credits = message.credits();
  }
  return grpc::Status::OK;
}

grpc::Status RejectService::Accept(const WatchOpening& opening, uint64_t* cursor,
                                   grpc::ByteBuffer* hello) const {
  if (opening.from_seq != 0) {
    return {StatusCode::INVALID_ARGUMENT,
            "from_seq must be 0: releases are live only, an old one must never open a gate"};
  }
  const uint64_t last_seq = hub_.last_seq();
  v1::RejectServiceWatchResponse response;
  response.mutable_hello()->set_line_id(line_.control->line_id());
  response.mutable_hello()->set_store_id(line_.store_id);
  response.mutable_hello()->set_counts_per_mm(line_.counts_per_mm);
  response.mutable_hello()->set_lanes(line_.lanes);
  response.mutable_hello()->set_last_seq(last_seq);
  *cursor = last_seq + 1;
  *hello = Serialize(response);
  return grpc::Status::OK;
}

grpc::ByteBuffer RejectService::EncodeGap(const StreamGap& gap) const {
  v1::RejectServiceWatchResponse response;
  response.mutable_gap()->set_from_seq(gap.from_seq);
  response.mutable_gap()->set_to_seq(gap.to_seq);
  response.mutable_gap()->set_missed(gap.missed);
  return Serialize(response);
}

grpc::Status RejectService::Fetch(uint64_t, KindMask, Chunk*) const {
  return {StatusCode::INTERNAL, "a live-only stream has no store"};
}

grpc::ServerReadReactor<v1::FeedRequest>* RejectService::Feed(grpc::CallbackServerContext* context,
                                                              v1::FeedResponse* response) {
  return feeds_.Open(context, response);
}

grpc::ServerUnaryReactor* RejectService::Confirm(grpc::CallbackServerContext* context,
                                                 const v1::ConfirmRequest* request,
                                                 v1::ConfirmResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(Guarded([&] { return TakeConfirmations(*request, response); }));
  return reactor;
}

grpc::Status RejectService::TakeConfirmations(const v1::ConfirmRequest& request,
                                              v1::ConfirmResponse* response) {
  std::vector<item::ItemConfirmation> confirmations;
  confirmations.reserve(static_cast<size_t>(request.confirmations_size()));
  for (const v1::ConfirmRequest::Confirmation& given : request.confirmations()) {
    const std::string place = "confirmations[" + std::to_string(confirmations.size()) + "]";
    if (given.item().line_id() != line_.control->line_id()) {
      return ToStatus({.message = place + ".item.line_id is \"" + given.item().line_id() +
                                  "\", this line is \"" + line_.control->line_id() + "\"",
                       .advice = "send back the item as the verdict carried it"});
    }
    if (given.outcome() != v1::ConfirmRequest::OUTCOME_PASSED &&
        given.outcome() != v1::ConfirmRequest::OUTCOME_REMOVED) {
      return ToStatus({.message = place + ".outcome is not stated",
                       .advice = "say OUTCOME_PASSED or OUTCOME_REMOVED"});
    }
    confirmations.push_back({.lane = given.item().lane(),
                             .item_seq = given.item().item_seq(),
                             .passed = given.outcome() == v1::ConfirmRequest::OUTCOME_PASSED});
  }
  response->set_taken(static_cast<uint32_t>(line_.control->Confirm(confirmations)));
  return grpc::Status::OK;
}

}  // namespace veriline::rpc
