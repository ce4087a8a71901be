// SPDX-License-Identifier: Apache-2.0
#include "rpc/feed_desk.h"

#include <optional>
#include <string>

#include "rpc/convert.h"
#include "rpc/status.h"

namespace veriline::rpc {
namespace {
using grpc::StatusCode;

template <class Message>
std::optional<int64_t> PlcTime(const Message& message) {
  if (!message.has_plc_time()) return std::nullopt;
  return message.plc_time().ns();
}

Checked<void> TellOne(item::TriggerFeed& feed, const v1::FeedRequest& request) {
  switch (request.input_case()) {
    case v1::FeedRequest::kEncoder:
      return feed.Tell(item::TriggerFeed::Encoder{.count = request.encoder().count(),
                                                  .plc_ns = PlcTime(request.encoder())});
    case v1::FeedRequest::kEyeEdge:
      return feed.Tell(item::TriggerFeed::Edge{.lane = request.eye_edge().lane(),
                                               .rising = request.eye_edge().rising(),
                                               .count = request.eye_edge().count(),
                                               .plc_ns = PlcTime(request.eye_edge())});
    case v1::FeedRequest::kItem: {
      const auto part_id = item::PartId::From(request.item().part_id());
      if (!part_id) {
        return Fail(Diagnostic{
            .message =
                "item.part_id has " + std::to_string(request.item().part_id().size()) + " bytes",
            .advice = "at most " + std::to_string(item::PartId::kMostBytes) + " are carried"});
      }
      return feed.Tell(item::TriggerFeed::Part{.part_id = *part_id,
                                               .lane = request.item().lane(),
                                               .from_count = request.item().from_count(),
                                               .to_count = request.item().to_count()});
    }
    case v1::FeedRequest::INPUT_NOT_SET:
      break;
  }
  return Fail(Diagnostic{.message = "the message says nothing that is known here",
                         .advice = "tell an encoder, an eye_edge or an item"});
}

}  // namespace

/// One stream. Owns itself until OnDone.
class FeedDesk::Stream final : public grpc::ServerReadReactor<v1::FeedRequest> {
 public:
  Stream(FeedDesk* desk, grpc::CallbackServerContext* context, v1::FeedResponse* response)
      : desk_(desk), context_(context), response_(response) {
    const grpc::Status admitted = desk_->Admit(this);
    if (admitted.ok()) {
      StartRead(&request_);
    } else {
      Finish(admitted);
    }
  }
  /// Under the desk's lock: the read that waits ends, and with it the stream. It is not done yet,
  /// because Leave comes first.
  void End() { context_->TryCancel(); }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) {
      desk_->Leave(this);
      Finish(grpc::Status::OK);
      return;
    }
    const grpc::Status taken = Guarded([this] { return desk_->Take(this, request_, response_); });
    if (taken.ok()) {
      StartRead(&request_);
    } else {
      desk_->Leave(this);
      Finish(taken);
    }
  }
  void OnDone() override { delete this; }

  FeedDesk* const desk_;
  grpc::CallbackServerContext* const context_;
  v1::FeedResponse* const response_;
  v1::FeedRequest request_;
};

grpc::ServerReadReactor<v1::FeedRequest>* FeedDesk::Open(grpc::CallbackServerContext* context,
                                                         v1::FeedResponse* response) {
  return new Stream(this, context, response);
}

grpc::Status FeedDesk::Admit(Stream* stream) {
  const std::lock_guard lock(mutex_);
  if (!closed_.ok()) return closed_;
  if (feed_ == nullptr) {
    return ToStatus({.code = ErrorCode::kWrongState,
                     .message = "this line's trigger is not a PLC",
                     .advice = "say so in the configuration: trigger: {plc: {}}"});
  }
  if (current_ != nullptr && feed_->heard()) {
    return {StatusCode::ALREADY_EXISTS, "another PLC feeds this line"};
  }
  current_ = stream;
  return grpc::Status::OK;
}

grpc::Status FeedDesk::Take(const Stream* stream, const v1::FeedRequest& request,
                            v1::FeedResponse* response) {
  const std::lock_guard lock(mutex_);
  if (!closed_.ok()) return closed_;
  if (current_ != stream) return {StatusCode::ABORTED, "another PLC took over after a silence"};
  const Checked<void> told = TellOne(*feed_, request);
  if (!told && told.error().code != ErrorCode::kExhausted) return ToStatus(told.error());
  response->set_taken(response->taken() + 1);
  if (!told) response->set_dropped(response->dropped() + 1);
  return grpc::Status::OK;
}

void FeedDesk::Leave(const Stream* stream) {
  const std::lock_guard lock(mutex_);
  if (current_ == stream) current_ = nullptr;
}

void FeedDesk::Close(const grpc::Status& why) {
  const std::lock_guard lock(mutex_);
  closed_ = why;
  if (current_ != nullptr) current_->End();
}

}  // namespace veriline::rpc
