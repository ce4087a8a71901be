// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "rpc/waker.h"

namespace veriline::rpc {

class WatchStream;

/// Which kinds of messages a subscriber wants: bit k lets kind k pass.
using KindMask = uint32_t;
inline constexpr KindMask kEveryKind = ~KindMask{0};

/// One message of a live stream, serialised once for all its readers.
struct StreamMessage {
  uint64_t seq = 0;
  uint8_t kind = 0;  ///< 0–31, for the filter
  grpc::ByteBuffer bytes;
};

/// Messages that a subscriber did not get: `missed` of those in [from_seq, to_seq].
struct StreamGap {
  uint64_t from_seq = 0;
  uint64_t to_seq = 0;
  uint64_t missed = 0;
  void Add(uint64_t from, uint64_t to, uint64_t count) {
    if (missed == 0) from_seq = from;
    to_seq = to;
    missed += count;
  }
};

/// The latest messages of one live stream and everybody who reads them.
///
/// There are no queues per subscriber: the hub keeps one ring of the newest messages, each
/// subscriber (WatchStream) has only a cursor into it. Who falls out of the ring has a gap of known
/// size, or goes on from the store until it meets the ring again. So memory is bounded whatever
/// subscribers do, and none can delay another or the producer.
///
/// One thread, `name`, waits for Wake, calls `drain` (which appends what the producer announced)
/// and lets every subscriber write its next message.
/// Thread: Append, SetBeat and Restart from `drain` only; the rest from any.
class StreamHub {
 public:
  struct Options {
    std::string name;             ///< thread name, at most 15 characters
    size_t ring_capacity = 1024;  ///< messages
    size_t max_streams = 64;      ///< subscribers at a time; more are refused
  };

  StreamHub(Options options, std::function<void()> drain);
  /// Requires: Close was called and no stream is left.
  ~StreamHub();
  StreamHub(const StreamHub&) = delete;
  StreamHub& operator=(const StreamHub&) = delete;

  /// Starts the thread. Messages up to `last_seq` are not in the ring.
  void Start(uint64_t last_seq);
  /// What a real-time thread may call: never waits.
  void Wake() { waker_.Wake(); }
  /// Wakes the hub at a steady time: a thinned subscriber may then write again.
  void WakeAt(int64_t steady_ns);
  /// Ends every stream with `status` and refuses new ones.
  void Close(const grpc::Status& status);
  /// Waits until the last stream is done and stops the thread. Call when the server is shut down.
  void Join();

  // For `drain`.
  /// A hole before the message is allowed: what lies before it counts as fallen out.
  void Append(StreamMessage message);
  /// The newest sign of life; replaces one not yet sent.
  void SetBeat(grpc::ByteBuffer beat);
  /// Messages up to `last_seq` exist but are not in the ring.
  void Restart(uint64_t last_seq);

  // For subscribers.
  enum class Answer : uint8_t {
    kTaken,    ///< `message` is the next one that passes the filter
    kNothing,  ///< none yet
    kBehind,   ///< the cursor fell out of the ring; `first_kept` is the oldest in it
  };
  /// Moves `cursor` behind what was taken or filtered out.
  Answer TakeNext(uint64_t* cursor, KindMask mask, StreamMessage* message, uint64_t* first_kept);
  /// The newest message that passes; older ones that would have passed, and all that fell out of
  /// the ring, are added to `gap`.
  Answer TakeNewest(uint64_t* cursor, KindMask mask, StreamMessage* message, StreamGap* gap);
  /// A beat newer than number `*sent`.
  bool TakeBeat(uint64_t* sent, grpc::ByteBuffer* beat);
  /// The last message that exists; 0 = none.
  uint64_t last_seq() const;

  /// Not OK when the hub is closed or full.
  grpc::Status Register(std::shared_ptr<WatchStream> stream);
  void Deregister(const WatchStream* stream);
  size_t stream_count() const;

 private:
  void Run();
  StreamMessage& At(uint64_t seq) { return ring_[seq % ring_.size()]; }

  const Options options_;
  const std::function<void()> drain_;
  Waker waker_;
  std::atomic<int64_t> due_ns_{Waker::kNever};
  std::atomic<bool> ending_{false};

  mutable std::mutex ring_mutex_;  // held for a few copies only
  std::vector<StreamMessage> ring_;
  uint64_t first_ = 1;  // the ring holds [first_, end_)
  uint64_t end_ = 1;
  grpc::ByteBuffer beat_;
  uint64_t beats_ = 0;

  mutable std::mutex streams_mutex_;
  std::condition_variable streams_changed_;
  std::vector<std::shared_ptr<WatchStream>> streams_;
  bool closed_ = false;
  grpc::Status closed_status_;

  std::jthread thread_;
};

}  // namespace veriline::rpc
