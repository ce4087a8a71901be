// SPDX-License-Identifier: Apache-2.0
#include "rpc/stream_hub.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "rpc/watch_stream.h"
#include "vision/core/clock.h"

namespace veriline::rpc {
namespace {
bool Passes(const StreamMessage& message, KindMask mask) { return (mask >> message.kind) & 1; }
}  // namespace

StreamHub::StreamHub(Options options, std::function<void()> drain)
    : options_(std::move(options)), drain_(std::move(drain)), ring_(options_.ring_capacity) {}

StreamHub::~StreamHub() { Join(); }

void StreamHub::Start(uint64_t last_seq) {
  Restart(last_seq);
  thread_ = std::jthread([this] { Run(); });
}

void StreamHub::Run() {
  pthread_setname_np(pthread_self(), options_.name.c_str());
  std::vector<std::shared_ptr<WatchStream>> streams;
  while (!ending_.load(std::memory_order_acquire)) {
    waker_.WaitUntil(due_ns_.load(std::memory_order_acquire));
    if (SteadyClock().NowNs() >= due_ns_.load(std::memory_order_acquire)) {
      due_ns_.store(Waker::kNever, std::memory_order_release);  // the visits below set it anew
    }
    drain_();
    {
      std::lock_guard lock(streams_mutex_);
      streams = streams_;
    }
    for (const auto& stream : streams) stream->Advance();
    streams.clear();
  }
}

void StreamHub::WakeAt(int64_t steady_ns) {
  int64_t due_ns = due_ns_.load(std::memory_order_acquire);
  while (steady_ns < due_ns) {
    if (due_ns_.compare_exchange_weak(due_ns, steady_ns, std::memory_order_acq_rel)) {
      waker_.Wake();  // the thread may be waiting for a later time
      return;
    }
  }
}

void StreamHub::Close(const grpc::Status& status) {
  std::vector<std::shared_ptr<WatchStream>> streams;
  {
    std::lock_guard lock(streams_mutex_);
    closed_ = true;
    closed_status_ = status;
    streams = streams_;
  }
  for (const auto& stream : streams) stream->End(status);
}

void StreamHub::Join() {
  {
    std::unique_lock lock(streams_mutex_);
    streams_changed_.wait(lock, [this] { return streams_.empty(); });
  }
  ending_.store(true, std::memory_order_release);
  waker_.Wake();
  if (thread_.joinable()) thread_.join();
}

void StreamHub::Append(StreamMessage message) {
  std::lock_guard lock(ring_mutex_);
  if (message.seq != end_) first_ = end_ = message.seq;
  At(end_) = std::move(message);
  ++end_;
  if (end_ - first_ > ring_.size()) ++first_;
}

void StreamHub::SetBeat(grpc::ByteBuffer beat) {
  std::lock_guard lock(ring_mutex_);
  beat_ = beat;
  ++beats_;
}

void StreamHub::Restart(uint64_t last_seq) {
  std::lock_guard lock(ring_mutex_);
  first_ = end_ = last_seq + 1;
}

StreamHub::Answer StreamHub::TakeNext(uint64_t* cursor, KindMask mask, StreamMessage* message,
                                      uint64_t* first_kept) {
  std::lock_guard lock(ring_mutex_);
  *first_kept = first_;
  if (*cursor < first_) return Answer::kBehind;
  while (*cursor < end_) {
    const StreamMessage& candidate = At((*cursor)++);
    if (Passes(candidate, mask)) {
      *message = candidate;
      return Answer::kTaken;
    }
  }
  return Answer::kNothing;
}

StreamHub::Answer StreamHub::TakeNewest(uint64_t* cursor, KindMask mask, StreamMessage* message,
                                        StreamGap* gap) {
  std::lock_guard lock(ring_mutex_);
  if (*cursor < first_) {
    gap->Add(*cursor, first_ - 1, first_ - *cursor);
    *cursor = first_;
  }
  const StreamMessage* newest = nullptr;
  for (; *cursor < end_; ++*cursor) {
    const StreamMessage& candidate = At(*cursor);
    if (!Passes(candidate, mask)) continue;
    if (newest != nullptr) gap->Add(newest->seq, newest->seq, 1);
    newest = &candidate;
  }
  if (newest == nullptr) return Answer::kNothing;
  *message = *newest;
  return Answer::kTaken;
}

bool StreamHub::TakeBeat(uint64_t* sent, grpc::ByteBuffer* beat) {
  std::lock_guard lock(ring_mutex_);
  if (*sent == beats_) return false;
  *sent = beats_;
  *beat = beat_;
  return true;
}

uint64_t StreamHub::last_seq() const {
  std::lock_guard lock(ring_mutex_);
  return end_ - 1;
}

grpc::Status StreamHub::Register(std::shared_ptr<WatchStream> stream) {
  std::lock_guard lock(streams_mutex_);
  if (closed_) return closed_status_;
  if (streams_.size() >= options_.max_streams) {
    return {grpc::StatusCode::RESOURCE_EXHAUSTED,
            "no more than " + std::to_string(options_.max_streams) +
                " streams of this kind at a time; close one first"};
  }
  streams_.push_back(std::move(stream));
  return grpc::Status::OK;
}

void StreamHub::Deregister(const WatchStream* stream) {
  {
    std::lock_guard lock(streams_mutex_);
    std::erase_if(streams_, [stream](const auto& other) { return other.get() == stream; });
  }
  streams_changed_.notify_all();
}

size_t StreamHub::stream_count() const {
  std::lock_guard lock(streams_mutex_);
  return streams_.size();
}

}  // namespace veriline::rpc
