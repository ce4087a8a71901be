// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "rpc/stream_hub.h"
#include "rpc/worker_pool.h"

namespace veriline::rpc {

/// The first request of a stream.
struct WatchOpening {
  uint64_t from_seq = 0;  ///< 0 = only what is new
  double max_rate_hz = 0;
  uint64_t credits = 0;
  KindMask mask = kEveryKind;
};

/// One request of a stream: `opening`, or further credits.
struct WatchRequest {
  std::optional<WatchOpening> opening;
  uint64_t credits = 0;
};

/// What one service's Watch does in its own way.
/// Thread: any; Accept and Fetch of a stored stream run on the workers and may wait for a disk.
class WatchSource {
 public:
  virtual ~WatchSource() = default;
  virtual grpc::Status Decode(const grpc::ByteBuffer& bytes, WatchRequest* request) const = 0;
  /// Gives the first message of the stream and the seq to begin with.
  virtual grpc::Status Accept(const WatchOpening& opening, uint64_t* cursor,
                              grpc::ByteBuffer* hello) const = 0;
  virtual grpc::ByteBuffer EncodeGap(const StreamGap& gap) const = 0;

  /// Stored messages in order: those with seq in [first_seq, next_seq) that pass the filter.
  struct Chunk {
    std::vector<StreamMessage> messages;
    uint64_t first_seq = 0;
    uint64_t next_seq = 0;
  };
  /// Reads at most kChunkMessages from the store. first_seq is above from_seq when older ones are
  /// no longer kept. Live-only streams have none and get gaps instead.
  virtual grpc::Status Fetch(uint64_t from_seq, KindMask mask, Chunk* chunk) const = 0;
  static constexpr uint32_t kChunkMessages = 128;
};

/// One subscriber of a hub: speaks the protocol that the streams share.
///
/// First request opens, later ones add credits. The first response is Hello, which needs no credit,
/// nor does a beat; a gap waits for one but leaves it; each other message takes one. One write is
/// in flight at a time; the rest waits in the hub's ring (cursor) or, when it fell out of the ring,
/// in the store, from where at most one chunk is in memory. With max_rate_hz the newest message is
/// sent when its time has come and what was passed over is counted in a gap; such a stream never
/// reads the store. A half-closed stream ends when its credits are spent. Thread: all members from
/// any. Owned by itself until gRPC is done with it.
class WatchStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                          public std::enable_shared_from_this<WatchStream> {
 public:
  /// `workers` null: a live-only stream. All are borrowed and outlive the stream.
  static WatchStream* Open(StreamHub* hub, const WatchSource* source, WorkerPool* workers);

  /// Writes the next message if one may be written now.
  void Advance();
  /// Ends the stream as soon as the write in flight is done.
  void End(const grpc::Status& status);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  WatchStream(StreamHub* hub, const WatchSource* source, WorkerPool* workers);
  void Accept(const WatchOpening& opening);
  void AdvanceLocked();
  bool ChooseLocked();
  bool ChooseNewestLocked();
  void StartFetchLocked();
  void Fetch(uint64_t from_seq);
  void WriteLocked(const grpc::ByteBuffer& bytes);
  void EndLocked(const grpc::Status& status);

  StreamHub* const hub_;
  const WatchSource* const source_;
  WorkerPool* const workers_;
  std::shared_ptr<WatchStream> self_;

  std::mutex mutex_;
  grpc::ByteBuffer request_;   // being read
  grpc::ByteBuffer response_;  // being written
  bool opening_ = false;       // the first request was taken
  bool accepted_ = false;
  bool reads_done_ = false;
  bool writing_ = false;
  bool fetching_ = false;
  bool finished_ = false;
  std::optional<grpc::Status> end_;

  uint64_t credits_ = 0;
  uint64_t cursor_ = 0;  // next seq to look at
  KindMask mask_ = kEveryKind;
  int64_t period_ns_ = 0;  // of a thinned stream; 0 = every message
  int64_t due_ns_ = 0;
  uint64_t beat_ = 0;  // number of the last one sent
  StreamGap gap_;
  std::optional<grpc::ByteBuffer> hello_;
  std::optional<StreamMessage> next_;  // chosen, waits behind its gap
  std::deque<StreamMessage> stored_;   // at most one chunk
};

}  // namespace veriline::rpc
