// SPDX-License-Identifier: Apache-2.0
#include "rpc/watch_stream.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "vision/core/clock.h"

namespace veriline::rpc {
namespace {
using grpc::StatusCode;

constexpr uint64_t kMaxCredits = uint64_t{1} << 40;       // saturates there
constexpr int64_t kLongestPeriodNs = 86'400'000'000'000;  // one message a day
constexpr int64_t kRetryFetchNs = 10'000'000;
}  // namespace

WatchStream::WatchStream(StreamHub* hub, const WatchSource* source, WorkerPool* workers)
    : hub_(hub), source_(source), workers_(workers) {}

WatchStream* WatchStream::Open(StreamHub* hub, const WatchSource* source, WorkerPool* workers) {
  std::shared_ptr<WatchStream> stream(new WatchStream(hub, source, workers));
  stream->self_ = stream;
  const grpc::Status registered = hub->Register(stream);
  if (!registered.ok()) stream->End(registered);
  stream->StartRead(&stream->request_);
  return stream.get();
}

void WatchStream::OnReadDone(bool ok) {
  WatchRequest request;
  grpc::Status decoded;
  if (ok) decoded = source_->Decode(request_, &request);

  std::optional<WatchOpening> opening;
  {
    std::lock_guard lock(mutex_);
    if (finished_) return;
    if (!ok) {
      reads_done_ = true;
      if (!opening_) EndLocked({StatusCode::INVALID_ARGUMENT, "the first message must be `open`"});
    } else if (!decoded.ok()) {
      EndLocked(decoded);
    } else if (request.opening.has_value() == opening_) {
      EndLocked({StatusCode::INVALID_ARGUMENT,
                 opening_ ? "the stream is open already; later messages grant `credits`"
                          : "the first message must be `open`"});
    } else if (request.opening) {
      opening = request.opening;
      if (!std::isfinite(opening->max_rate_hz) || opening->max_rate_hz < 0) {
        EndLocked({StatusCode::INVALID_ARGUMENT,
                   "max_rate_hz must be 0 (every message) or a positive number"});
        opening.reset();
      }
      opening_ = true;
    } else {
      credits_ = std::min(credits_ + request.credits, kMaxCredits);
    }
    AdvanceLocked();
    if (!ok || end_) return;
  }
  if (!opening) {
    StartRead(&request_);
  } else if (workers_ == nullptr) {
    Accept(*opening);
  } else if (!workers_->Post([self = shared_from_this(), o = *opening] { self->Accept(o); })) {
    End({StatusCode::RESOURCE_EXHAUSTED, "too many requests are waiting; try again"});
  }
}

void WatchStream::Accept(const WatchOpening& opening) {
  uint64_t cursor = 0;
  grpc::ByteBuffer hello;
  const grpc::Status status = source_->Accept(opening, &cursor, &hello);
  std::lock_guard lock(mutex_);
  if (status.ok()) {
    accepted_ = true;
    hello_ = hello;
    cursor_ = cursor;
    mask_ = opening.mask;
    credits_ = opening.credits;
    if (opening.max_rate_hz > 0) {
      period_ns_ = static_cast<int64_t>(
          std::clamp(1e9 / opening.max_rate_hz, 1.0, static_cast<double>(kLongestPeriodNs)));
    }
    grpc::ByteBuffer old_beat;  // a sign of life from before says nothing
    hub_->TakeBeat(&beat_, &old_beat);
  } else {
    EndLocked(status);
  }
  AdvanceLocked();
  // Under the lock: only an operation begun before Finish keeps gRPC from being done meanwhile.
  if (!finished_) StartRead(&request_);
}

void WatchStream::OnWriteDone(bool ok) {
  std::lock_guard lock(mutex_);
  writing_ = false;
  if (!ok) EndLocked(grpc::Status::CANCELLED);
  AdvanceLocked();
}

void WatchStream::OnCancel() { End(grpc::Status::CANCELLED); }

void WatchStream::OnDone() {
  hub_->Deregister(this);
  const std::shared_ptr<WatchStream> last = std::move(self_);
}

void WatchStream::Advance() {
  std::lock_guard lock(mutex_);
  AdvanceLocked();
}

void WatchStream::End(const grpc::Status& status) {
  std::lock_guard lock(mutex_);
  EndLocked(status);
  AdvanceLocked();
}

void WatchStream::EndLocked(const grpc::Status& status) {
  if (!end_) end_ = status;
}

void WatchStream::WriteLocked(const grpc::ByteBuffer& bytes) {
  response_ = bytes;
  writing_ = true;
  StartWrite(&response_);
}

void WatchStream::AdvanceLocked() {
  if (writing_ || finished_) return;
  if (end_) {
    finished_ = true;
    Finish(*end_);
    return;
  }
  if (!accepted_) return;
  grpc::ByteBuffer beat;
  if (hello_) {
    WriteLocked(*std::exchange(hello_, std::nullopt));
  } else if (hub_->TakeBeat(&beat_, &beat)) {
    WriteLocked(beat);
  } else if (credits_ == 0) {
    if (!reads_done_) return;
    finished_ = true;
    Finish(grpc::Status::OK);
  } else {
    const bool chosen = next_ || ChooseLocked();
    if (gap_.missed != 0) {
      WriteLocked(source_->EncodeGap(std::exchange(gap_, {})));
    } else if (chosen) {
      --credits_;
      if (period_ns_ != 0) due_ns_ = SteadyClock().NowNs() + period_ns_;
      WriteLocked(std::exchange(next_, std::nullopt)->bytes);
    }
  }
}

bool WatchStream::ChooseLocked() {
  if (period_ns_ != 0) return ChooseNewestLocked();
  for (;;) {
    if (!stored_.empty()) {
      next_ = std::move(stored_.front());
      stored_.pop_front();
      return true;
    }
    if (fetching_) return false;
    StreamMessage message;
    uint64_t first_kept = 0;
    switch (hub_->TakeNext(&cursor_, mask_, &message, &first_kept)) {
      case StreamHub::Answer::kTaken:
        next_ = std::move(message);
        return true;
      case StreamHub::Answer::kNothing:
        return false;
      case StreamHub::Answer::kBehind:
        if (workers_ != nullptr) {
          StartFetchLocked();
          return false;
        }
        gap_.Add(cursor_, first_kept - 1, first_kept - cursor_);
        cursor_ = first_kept;
    }
  }
}

bool WatchStream::ChooseNewestLocked() {
  if (SteadyClock().NowNs() < due_ns_) {
    hub_->WakeAt(due_ns_);
    return false;
  }
  StreamMessage message;
  if (hub_->TakeNewest(&cursor_, mask_, &message, &gap_) != StreamHub::Answer::kTaken) return false;
  next_ = std::move(message);
  return true;
}

void WatchStream::StartFetchLocked() {
  fetching_ = true;
  if (workers_->Post([self = shared_from_this(), from = cursor_] { self->Fetch(from); })) return;
  fetching_ = false;
  hub_->WakeAt(SteadyClock().NowNs() + kRetryFetchNs);
}

void WatchStream::Fetch(uint64_t from_seq) {
  WatchSource::Chunk chunk;
  const grpc::Status status = source_->Fetch(from_seq, mask_, &chunk);
  std::lock_guard lock(mutex_);
  fetching_ = false;
  if (status.ok()) {
    if (chunk.first_seq > from_seq) {
      gap_.Add(from_seq, chunk.first_seq - 1, chunk.first_seq - from_seq);
    }
    for (StreamMessage& message : chunk.messages) stored_.push_back(std::move(message));
    cursor_ = chunk.next_seq;
  } else {
    EndLocked(status);
  }
  AdvanceLocked();
}

}  // namespace veriline::rpc
