// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "pipeline/item/interfaces.h"
#include "pipeline/item/record_store.h"
#include "rpc/stream_hub.h"
#include "rpc/watch_stream.h"
#include "rpc/worker_pool.h"
#include "veriline/v1/inspection_service.grpc.pb.h"
#include "vision/core/bounded_queue.h"

namespace veriline::rpc {

/// The durable records of a line: live, replayed from the store, listed.
///
/// OnRecord serialises the record once for all, pushes it into a bounded queue (1024, written by
/// the line's committer, read by the hub's thread "rpc-records"; when full it is left out, counted,
/// and the subscribers take it from the store) and wakes the hub. Thread: OnRecord from one thread;
/// the rest from any. Start before the server serves.
class InspectionService final
    : public v1::InspectionService::WithRawCallbackMethod_Watch<
          v1::InspectionService::WithCallbackMethod_ListRecords<v1::InspectionService::Service>>,
      public item::ResultSink,
      private WatchSource {
 public:
  InspectionService();

  /// Everything is borrowed. Reads the store; fails when that does.
  Checked<void> Start(const std::string& line_id, const item::RecordStore* store,
                      WorkerPool* workers);
  StreamHub& hub() { return hub_; }
  item::QueueStatus queue_status() const;

  void OnRecord(const item::InspectionRecord& record) override;

 private:
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Watch(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* ListRecords(grpc::CallbackServerContext* context,
                                        const v1::ListRecordsRequest* request,
                                        v1::ListRecordsResponse* response) override;
  grpc::Status List(const v1::ListRecordsRequest& request, v1::ListRecordsResponse* response) const;

  void Drain();

  grpc::Status Decode(const grpc::ByteBuffer& bytes, WatchRequest* request) const override;
  grpc::Status Accept(const WatchOpening& opening, uint64_t* cursor,
                      grpc::ByteBuffer* hello) const override;
  grpc::ByteBuffer EncodeGap(const StreamGap& gap) const override;
  grpc::Status Fetch(uint64_t from_seq, KindMask mask, Chunk* chunk) const override;
  Checked<item::RecordStore::SeqRange> Range() const;

  std::string line_id_;
  const item::RecordStore* store_ = nullptr;
  WorkerPool* workers_ = nullptr;
  BoundedQueue<StreamMessage> records_;
  std::atomic<uint64_t> lost_seq_{0};  // last record that found the queue full
  StreamHub hub_;
};

}  // namespace veriline::rpc
