// SPDX-License-Identifier: Apache-2.0
#include "rpc/batch_service.h"

#include <algorithm>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/batch/code_list.h"
#include "pipeline/item/station.h"
#include "rpc/convert.h"
#include "rpc/status.h"
#include "rpc/unary_call.h"
#include "vision/core/clock.h"

namespace veriline::rpc {
namespace {
using grpc::StatusCode;
constexpr uint32_t kListDefault = 1000;
constexpr uint32_t kListMost = 10'000;

grpc::Status NoName() {
  return ToStatus({.message = "the batch has no name", .advice = "set `batch`"});
}
}  // namespace

void BatchService::Start(batch::Registry* registry, item::RecordStore* records,
                         WorkerPool* workers) {
  registry_ = registry;
  records_ = records;
  workers_ = workers;
}

/// Collects one list, then has it imported on the workers. Owned by itself until gRPC is done.
class BatchService::Import final : public grpc::ServerReadReactor<v1::ImportBatchRequest> {
 public:
  Import(BatchService* service, v1::ImportBatchResponse* response)
      : service_(service), response_(response) {
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    bool is_complete = false;
    const grpc::Status status = Guarded([&] { return ok ? Take(&is_complete) : CutShort(); });
    if (!status.ok()) {
      Finish(status);
    } else if (is_complete) {
      Run();
    } else {
      StartRead(&request_);
    }
  }

  void OnDone() override {
    service_->importing_bytes_ -= held_bytes_;
    delete this;
  }

 private:
  // A connection that broke and a client that has sent everything look the same from here; only
  // total_bytes tells them apart.
  static grpc::Status CutShort() {
    return ToStatus({.message = "the list ended without `total_bytes`; nothing was imported",
                     .advice = "send `header`, the chunks, then `total_bytes`"});
  }

  grpc::Status Take(bool* is_complete) {
    if (request_.has_header()) {
      if (has_header_) return ToStatus({.message = "a second header; one file at a time"});
      if (request_.header().batch().empty() && !request_.header().has_issue()) return NoName();
      header_ = request_.header();
      has_header_ = true;
      return grpc::Status::OK;
    }
    if (!has_header_) {
      return ToStatus({.message = "the first message must be `header`",
                       .advice = "name the batch and the file first"});
    }
    if (request_.part_case() == v1::ImportBatchRequest::kTotalBytes) {
      *is_complete = true;
      if (request_.total_bytes() == list_.size()) return grpc::Status::OK;
      return ToStatus({.message = "total_bytes is " + std::to_string(request_.total_bytes()) +
                                  ", but " + std::to_string(list_.size()) + " came"});
    }
    const std::string& chunk = request_.chunk();
    if (chunk.size() > kChunkBytes) {
      return {StatusCode::RESOURCE_EXHAUSTED, "a chunk is at most 1 MiB; send smaller ones"};
    }
    if (service_->importing_bytes_ + chunk.size() > kImportBytes) {
      return {StatusCode::RESOURCE_EXHAUSTED,
              "the lists being imported are above 512 MiB; split the list into several batches, or "
              "send one after the other"};
    }
    list_ += chunk;
    held_bytes_ += chunk.size();
    service_->importing_bytes_ += chunk.size();
    return grpc::Status::OK;
  }

  void Run() {
    const bool posted =
        service_->workers_->Post([this] { Finish(Guarded([this] { return Read(); })); });
    if (!posted) {
      Finish({StatusCode::RESOURCE_EXHAUSTED, "too many requests are waiting; try again"});
    }
  }

  grpc::Status Read() {
    std::istringstream list(std::move(list_));
    batch::Registry& registry = *service_->registry_;
    if (header_.has_issue()) {
      const auto answer = registry.RegisterIssue(FromProto(header_.issue()), list,
                                                 header_.file_name(), header_.skip_known());
      if (!answer) return ToStatus(answer.error());
      response_->set_codes(answer->codes);
      response_->mutable_known()->Add(answer->known.begin(), answer->known.end());
      return grpc::Status::OK;
    }
    const Checked<uint64_t> codes =
        header_.adds() ? registry.AddCodes(header_.batch(), list, header_.file_name())
                       : registry.ImportBatch(header_.batch(), list, header_.file_name());
    if (!codes) return ToStatus(codes.error());
    response_->set_codes(*codes);
    return grpc::Status::OK;
  }

  BatchService* const service_;
  v1::ImportBatchResponse* const response_;
  v1::ImportBatchRequest request_;
  v1::ImportBatchRequest::Header header_;
  bool has_header_ = false;
  std::string list_;
  size_t held_bytes_ = 0;
};

grpc::ServerReadReactor<v1::ImportBatchRequest>* BatchService::ImportBatch(
    grpc::CallbackServerContext*, v1::ImportBatchResponse* response) {
  return new Import(this, response);
}

grpc::Status BatchService::Describe(const std::string& batch, v1::BatchStatus* response) {
  const Checked<batch::BatchStatus> status = registry_->Status(batch);
  if (!status) return ToStatus(status.error());
  ToProto(*status, response);
  return grpc::Status::OK;
}

grpc::ServerUnaryReactor* BatchService::OpenBatch(grpc::CallbackServerContext* context,
                                                  const v1::OpenBatchRequest* request,
                                                  v1::BatchStatus* response) {
  return RunOnWorkers(context, workers_, [this, request, response] {
    if (request->batch().empty()) return NoName();
    if (auto done = registry_->OpenBatch(request->batch()); !done) return ToStatus(done.error());
    return Describe(request->batch(), response);
  });
}

grpc::ServerUnaryReactor* BatchService::CloseBatch(grpc::CallbackServerContext* context,
                                                   const v1::CloseBatchRequest* request,
                                                   v1::BatchStatus* response) {
  return RunOnWorkers(context, workers_, [this, request, response] {
    if (request->batch().empty()) return NoName();
    if (auto done = registry_->CloseBatch(request->batch()); !done) return ToStatus(done.error());
    return Describe(request->batch(), response);
  });
}

grpc::ServerUnaryReactor* BatchService::GetBatch(grpc::CallbackServerContext* context,
                                                 const v1::GetBatchRequest* request,
                                                 v1::BatchStatus* response) {
  return RunOnWorkers(context, workers_, [this, request, response] {
    return request->batch().empty() ? NoName() : Describe(request->batch(), response);
  });
}

grpc::ServerUnaryReactor* BatchService::VoidCodes(grpc::CallbackServerContext* context,
                                                  const v1::VoidCodesRequest* request,
                                                  v1::BatchStatus* response) {
  return RunOnWorkers(context, workers_, [this, request, response] {
    return Move(request->batch(), {request->codes().begin(), request->codes().end()},
                {.to = batch::CodeState::kVoided, .utc_ns = UtcNowNs()}, response);
  });
}

grpc::ServerUnaryReactor* BatchService::MoveCodes(grpc::CallbackServerContext* context,
                                                  const v1::MoveCodesRequest* request,
                                                  v1::BatchStatus* response) {
  return RunOnWorkers(context, workers_, [this, request, response] {
    const auto to = FromProto(request->to());
    if (!to) {
      return ToStatus({.message = "no state to move the codes to", .advice = "set `to`"});
    }
    return Move(
        request->batch(), {request->codes().begin(), request->codes().end()},
        {.to = *to, .reason = request->reason(), .user = request->user(), .utc_ns = UtcNowNs()},
        response);
  });
}

grpc::Status BatchService::Move(const std::string& batch, const std::vector<std::string>& codes,
                                const batch::MoveOrder& order, v1::BatchStatus* response) {
  if (batch.empty()) return NoName();
  const auto keys = batch::KeysOfCodes(codes, "codes");
  if (!keys) return ToStatus(keys.error());
  if (auto done = registry_->Move(batch, *keys, order); !done) return ToStatus(done.error());
  return Describe(batch, response);
}

grpc::ServerUnaryReactor* BatchService::ListCodes(grpc::CallbackServerContext* context,
                                                  const v1::ListCodesRequest* request,
                                                  v1::ListCodesResponse* response) {
  return RunOnWorkers(context, workers_, [this, request, response] {
    if (request->batch().empty()) return NoName();
    const auto codes = registry_->ListCodes(
        request->batch(), request->first(),
        request->limit() == 0 ? kListDefault : std::min(request->limit(), kListMost));
    if (!codes) return ToStatus(codes.error());
    for (const batch::ListedCode& code : *codes) ToProto(code, response->add_codes());
    return grpc::Status::OK;
  });
}

grpc::ServerUnaryReactor* BatchService::RecordPrint(grpc::CallbackServerContext* context,
                                                    const v1::RecordPrintRequest* request,
                                                    v1::BatchStatus* response) {
  return RunOnWorkers(context, workers_, [this, request, response] {
    if (request->batch().empty()) return NoName();
    const auto done = registry_->RecordPrint(request->batch(), {.first = request->first(),
                                                                .codes = request->codes(),
                                                                .reason = request->reason(),
                                                                .user = request->user(),
                                                                .utc_ns = UtcNowNs()});
    if (!done) return ToStatus(done.error());
    return Describe(request->batch(), response);
  });
}

grpc::ServerUnaryReactor* BatchService::GetBalance(grpc::CallbackServerContext* context,
                                                   const v1::GetBalanceRequest* request,
                                                   v1::BatchBalance* response) {
  return RunOnWorkers(context, workers_, [this, request, response] {
    if (request->batch().empty()) return NoName();
    const auto balance = registry_->Balance(request->batch());
    if (!balance) return ToStatus(balance.error());
    ToProto(*balance, response);
    return grpc::Status::OK;
  });
}

grpc::ServerUnaryReactor* BatchService::ClaimCodes(grpc::CallbackServerContext* context,
                                                   const v1::ClaimCodesRequest* request,
                                                   v1::ClaimCodesResponse* response) {
  return RunOnWorkers(context, workers_, [this, request, response] {
    if (request->batch().empty()) return NoName();
    if (records_ == nullptr) return ToStatus({.message = "this store takes no claims"});
    if (request->codes_size() > static_cast<int>(kListMost)) {
      return ToStatus({.message = "more codes than one request may name",
                       .advice = "send at most 10000 at once"});
    }
    const auto answers =
        item::ClaimAtStation(*registry_, *records_, {request->station(), request->user()},
                             request->batch(), {request->codes().begin(), request->codes().end()});
    if (!answers) return ToStatus(answers.error());
    for (const item::StationAnswer& answer : *answers) ToProto(answer, response->add_answers());
    return grpc::Status::OK;
  });
}

grpc::ServerUnaryReactor* BatchService::ListIssues(grpc::CallbackServerContext* context,
                                                   const v1::ListIssuesRequest* request,
                                                   v1::ListIssuesResponse* response) {
  return RunOnWorkers(context, workers_, [this, request, response] {
    const auto issues = registry_->Issues(request->gtin());
    if (!issues) return ToStatus(issues.error());
    for (const batch::IssueRecord& issue : *issues) ToProto(issue, response->add_issues());
    return grpc::Status::OK;
  });
}

grpc::ServerUnaryReactor* BatchService::ListVerifiedCodes(
    grpc::CallbackServerContext* context, const v1::ListVerifiedCodesRequest* request,
    v1::ListVerifiedCodesResponse* response) {
  return RunOnWorkers(context, workers_,
                      [this, request, response] { return ListVerified(*request, response); });
}

grpc::Status BatchService::ListVerified(const v1::ListVerifiedCodesRequest& request,
                                        v1::ListVerifiedCodesResponse* response) {
  if (request.batch().empty()) return NoName();
  const auto codes = registry_->ListVerified(
      {.batch = request.batch(),
       .after = request.after(),
       .limit = request.limit() == 0 ? kListDefault : std::min(request.limit(), kListMost),
       .include_unconfirmed = request.include_unconfirmed()});
  if (!codes) return ToStatus(codes.error());
  if (records_ != nullptr) response->set_store_id(records_->store_id());
  for (const batch::VerifiedCode& code : *codes) ToProto(code, response->add_codes());
  return grpc::Status::OK;
}

}  // namespace veriline::rpc
