// SPDX-License-Identifier: Apache-2.0
#include "rpc/inspection_service.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "rpc/convert.h"
#include "rpc/status.h"
#include "rpc/unary_call.h"

namespace veriline::rpc {
namespace {
using grpc::StatusCode;

constexpr size_t kRecordQueue = 1024;
constexpr uint32_t kListDefault = 100;
constexpr uint32_t kListMost = 1000;
constexpr uint32_t kListScan = 10'000;          // records looked at in one ListRecords
constexpr size_t kListBytes = 2 * 1024 * 1024;  // clients take 4 MiB unless told otherwise

// Kinds of record messages: rejected items by the number of their primary reason.
constexpr uint8_t kAcceptedKind = 0;
constexpr uint8_t kStrayKind = 31;
static_assert(item::kRejectReasonCount <= kStrayKind);

uint8_t KindOf(const item::InspectionRecord& record) {
  if (record.kind == item::RecordKind::kStray) return kStrayKind;
  if (record.accepted) return kAcceptedKind;
  // A reject always has a reason; one without is a fault of ours and shall be seen as one.
  const item::RejectReason primary =
      record.primary == item::RejectReason::kNone ? item::RejectReason::kFault : record.primary;
  return static_cast<uint8_t>(primary);
}

grpc::Status ToMask(const v1::RecordFilter& filter, KindMask* mask) {
  *mask = kEveryKind;
  if (filter.rejected_only()) *mask &= ~(KindMask{1} << kAcceptedKind | KindMask{1} << kStrayKind);
  KindMask reasons = 0;
  for (int i = 0; i < filter.reasons_size(); ++i) {
    const std::optional<item::RejectReason> reason = FromProto(filter.reasons(i));
    if (!reason) {
      return {StatusCode::INVALID_ARGUMENT,
              "filter.reasons[" + std::to_string(i) + "] is no reject reason"};
    }
    reasons |= KindMask{1} << static_cast<int>(*reason);
  }
  if (reasons != 0) *mask &= reasons;
  return grpc::Status::OK;
}

StreamMessage ToMessage(const item::InspectionRecord& record) {
  v1::InspectionServiceWatchResponse response;
  ToProto(record, response.mutable_record());
  return {record.seq, KindOf(record), Serialize(response)};
}
}  // namespace

InspectionService::InspectionService()
    : records_(kRecordQueue), hub_({.name = "rpc-records"}, [this] { Drain(); }) {}

Checked<void> InspectionService::Start(const std::string& line_id, const item::RecordStore* store,
                                       WorkerPool* workers) {
  line_id_ = line_id;
  store_ = store;
  workers_ = workers;
  const auto range = Range();
  if (!range) return Fail(range.error());
  hub_.Start(range->last);
  return {};
}

item::QueueStatus InspectionService::queue_status() const {
  return {"rpc_records", records_.capacity(), records_.peak(), records_.full_count()};
}

Checked<item::RecordStore::SeqRange> InspectionService::Range() const {
  const auto range = store_->RecordRange(line_id_);
  if (!range) return Fail(range.error());
  return range->value_or(item::RecordStore::SeqRange{});
}

void InspectionService::OnRecord(const item::InspectionRecord& record) {
  if (!records_.TryPush(ToMessage(record))) {
    lost_seq_.store(record.seq, std::memory_order_release);
  }
  hub_.Wake();
}

void InspectionService::Drain() {
  // Read before the queue: whatever was written before the lost one is in the queue by now.
  const uint64_t lost_seq = lost_seq_.load(std::memory_order_acquire);
  StreamMessage message;
  while (records_.TryPop(message)) hub_.Append(message);
  if (lost_seq > hub_.last_seq()) hub_.Restart(lost_seq);
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* InspectionService::Watch(
    grpc::CallbackServerContext*) {
  return WatchStream::Open(&hub_, this, workers_);
}

grpc::Status InspectionService::Decode(const grpc::ByteBuffer& bytes, WatchRequest* request) const {
  v1::InspectionServiceWatchRequest message;
  if (!Parse(bytes, &message)) {
    return {StatusCode::INVALID_ARGUMENT, "not an InspectionServiceWatchRequest"};
  }
  if (!message.has_open()) {
    request->credits = message.credits();
    return grpc::Status::OK;
  }
  const v1::WatchOpen& watch = message.open().watch();
  request->opening = WatchOpening{
      .from_seq = watch.from_seq(), .max_rate_hz = watch.max_rate_hz(), .credits = watch.credits()};
  return ToMask(message.open().filter(), &request->opening->mask);
}

grpc::Status InspectionService::Accept(const WatchOpening& opening, uint64_t* cursor,
                                       grpc::ByteBuffer* hello) const {
  return Guarded([&]() -> grpc::Status {
    const auto kept = Range();
    if (!kept) return ToStatus(kept.error());
    item::RecordStore::SeqRange range = *kept;
    if (opening.from_seq == 0) {
      // What the hub was told, not what the store has by now: those come to it in a moment.
      range.last = hub_.last_seq();
      *cursor = range.last + 1;
    } else {
      *cursor = opening.from_seq;
    }
    const uint64_t oldest = std::max<uint64_t>(range.first, 1);
    if (opening.from_seq != 0 && (opening.from_seq < oldest || opening.from_seq > range.last + 1)) {
      v1::SeqRange detail;
      detail.set_oldest_seq(range.first);
      detail.set_newest_seq(range.last);
      return StatusWith(StatusCode::OUT_OF_RANGE,
                        "from_seq " + std::to_string(opening.from_seq) +
                            " cannot be had: the oldest record kept is " +
                            std::to_string(range.first) + ", the newest is " +
                            std::to_string(range.last) +
                            " (0 is the newest from now on; another store_id means another count)",
                        detail);
    }
    v1::InspectionServiceWatchResponse response;
    response.mutable_hello()->set_line_id(line_id_);
    response.mutable_hello()->set_store_id(store_->store_id());
    response.mutable_hello()->set_first_seq(range.first);
    response.mutable_hello()->set_last_seq(range.last);
    *hello = Serialize(response);
    return grpc::Status::OK;
  });
}

grpc::ByteBuffer InspectionService::EncodeGap(const StreamGap& gap) const {
  v1::InspectionServiceWatchResponse response;
  response.mutable_gap()->set_from_seq(gap.from_seq);
  response.mutable_gap()->set_to_seq(gap.to_seq);
  response.mutable_gap()->set_missed(gap.missed);
  return Serialize(response);
}

grpc::Status InspectionService::Fetch(uint64_t from_seq, KindMask mask, Chunk* chunk) const {
  return Guarded([&]() -> grpc::Status {
    const auto records = store_->ReadRecords(line_id_, from_seq, kChunkMessages);
    if (!records) return ToStatus(records.error());
    if (records->empty()) {
      return {StatusCode::DATA_LOSS,
              "record " + std::to_string(from_seq) + " was written but is not in the store"};
    }
    chunk->first_seq = records->front().seq;
    chunk->next_seq = records->back().seq + 1;
    for (const item::InspectionRecord& record : *records) {
      if ((mask >> KindOf(record)) & 1) chunk->messages.push_back(ToMessage(record));
    }
    return grpc::Status::OK;
  });
}

grpc::ServerUnaryReactor* InspectionService::ListRecords(grpc::CallbackServerContext* context,
                                                         const v1::ListRecordsRequest* request,
                                                         v1::ListRecordsResponse* response) {
  return RunOnWorkers(context, workers_,
                      [this, request, response] { return List(*request, response); });
}

grpc::Status InspectionService::List(const v1::ListRecordsRequest& request,
                                     v1::ListRecordsResponse* response) const {
  KindMask mask = kEveryKind;
  if (grpc::Status status = ToMask(request.filter(), &mask); !status.ok()) return status;
  const uint32_t limit = request.limit() == 0 ? kListDefault : std::min(request.limit(), kListMost);
  response->set_store_id(store_->store_id());
  uint64_t next_seq = std::max<uint64_t>(request.from_seq(), 1);
  uint32_t scanned = 0;
  size_t bytes = 0;
  const auto full = [&] {
    return response->records_size() >= static_cast<int>(limit) || bytes >= kListBytes;
  };
  while (!full() && scanned < kListScan) {
    const auto records = store_->ReadRecords(line_id_, next_seq, kChunkMessages);
    if (!records) return ToStatus(records.error());
    if (records->empty()) break;
    for (const item::InspectionRecord& record : *records) {
      if (full()) break;
      next_seq = record.seq + 1;
      ++scanned;
      if (((mask >> KindOf(record)) & 1) == 0) continue;
      v1::InspectionRecord* added = response->add_records();
      ToProto(record, added);
      bytes += added->ByteSizeLong();
    }
  }
  response->set_next_seq(next_seq);
  return grpc::Status::OK;
}

}  // namespace veriline::rpc
