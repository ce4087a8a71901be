// SPDX-License-Identifier: Apache-2.0
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "rpc/convert.h"
#include "tools/veriline/batch_desk.h"
#include "veriline/v1/batch_service.grpc.pb.h"

namespace veriline::tools {
namespace {

constexpr size_t kChunkBytes = 256 * 1024;

ErrorCode CodeOf(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::INVALID_ARGUMENT:
      return ErrorCode::kInvalidArgument;
    case grpc::StatusCode::OUT_OF_RANGE:
      return ErrorCode::kOutOfRange;
    case grpc::StatusCode::FAILED_PRECONDITION:
      return ErrorCode::kWrongState;
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return ErrorCode::kExhausted;
    case grpc::StatusCode::UNAVAILABLE:
      return ErrorCode::kUnavailable;
    default:
      return ErrorCode::kIo;
  }
}

/// The Diagnostic that the server sends with its status, or what the status says.
Diagnostic ToDiagnostic(const grpc::Status& status) {
  Diagnostic out{.code = CodeOf(status.error_code()), .message = status.error_message()};
  v1::ErrorStatus details;
  if (!details.ParseFromString(status.error_details())) return out;
  for (const google::protobuf::Any& any : details.details()) {
    v1::Diagnostic sent;
    if (!any.UnpackTo(&sent)) continue;
    out.message = sent.message();
    out.file = sent.file();
    out.line = sent.line();
    out.column = sent.column();
    out.advice = sent.advice();
  }
  return out;
}

int64_t ToNs(const v1::Time& time) {
  return time.utc().seconds() * 1'000'000'000 + time.utc().nanos();
}

batch::BatchStatus StatusOf(const v1::BatchStatus& status) {
  batch::BatchStatus out{
      .name = status.batch(),
      .state = rpc::FromProto(status.state()).value_or(batch::BatchState::kLoaded),
      .codes = status.codes(),
      .printed = status.printed()};
  using enum batch::CodeState;
  const std::pair<batch::CodeState, uint64_t> counts[] = {{kIssued, status.issued()},
                                                          {kClaimed, status.claimed()},
                                                          {kCommissioned, status.commissioned()},
                                                          {kInDoubt, status.in_doubt()},
                                                          {kUnused, status.unused()},
                                                          {kUnconfirmed, status.unconfirmed()},
                                                          {kVoided, status.voided()},
                                                          {kSuspect, status.suspect()},
                                                          {kRejected, status.rejected()},
                                                          {kSampled, status.sampled()},
                                                          {kDestroyed, status.destroyed()},
                                                          {kRecalled, status.recalled()},
                                                          {kMissing, status.missing()}};
  for (const auto& [state, count] : counts) out.counts[static_cast<size_t>(state)] = count;
  return out;
}

class RemoteDesk final : public BatchDesk {
 public:
  explicit RemoteDesk(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(v1::BatchService::NewStub(channel)) {}

  Checked<uint64_t> Import(const std::string& batch, bool adds, std::istream& list,
                           const std::string& file_name) override {
    v1::ImportBatchRequest request;
    request.mutable_header()->set_batch(batch);
    request.mutable_header()->set_adds(adds);
    const auto response = Send(std::move(request), list, file_name);
    if (!response) return Fail(response.error());
    return response->codes();
  }
  Checked<batch::IssueAnswer> RegisterIssue(const batch::IssueRecord& record, std::istream& list,
                                            const std::string& file_name,
                                            bool skip_known) override {
    v1::ImportBatchRequest request;
    rpc::ToProto(record, request.mutable_header()->mutable_issue());
    request.mutable_header()->set_skip_known(skip_known);
    const auto response = Send(std::move(request), list, file_name);
    if (!response) return Fail(response.error());
    return batch::IssueAnswer{response->codes(),
                              {response->known().begin(), response->known().end()}};
  }
  Checked<std::vector<batch::IssueRecord>> Issues(const std::string& gtin14) override {
    v1::ListIssuesRequest request;
    request.set_gtin(gtin14);
    grpc::ClientContext context;
    v1::ListIssuesResponse response;
    const grpc::Status done = stub_->ListIssues(&context, request, &response);
    if (!done.ok()) return Fail(ToDiagnostic(done));
    std::vector<batch::IssueRecord> issues;
    for (const v1::Issue& issue : response.issues()) issues.push_back(rpc::FromProto(issue));
    return issues;
  }
  Checked<void> Open(const std::string& batch) override {
    v1::OpenBatchRequest request;
    request.set_batch(batch);
    return Call(&v1::BatchService::Stub::OpenBatch, request);
  }
  Checked<void> Close(const std::string& batch) override {
    v1::CloseBatchRequest request;
    request.set_batch(batch);
    return Call(&v1::BatchService::Stub::CloseBatch, request);
  }
  Checked<void> Move(const std::string& batch, const std::vector<std::string>& codes,
                     const batch::MoveOrder& order) override {
    v1::MoveCodesRequest request;
    request.set_batch(batch);
    for (const std::string& code : codes) request.add_codes(code);
    request.set_to(rpc::ToProto(order.to));
    request.set_reason(order.reason);
    request.set_user(order.user);
    return Call(&v1::BatchService::Stub::MoveCodes, request);
  }
  Checked<std::vector<item::StationAnswer>> Claim(const std::string& batch,
                                                  const std::vector<std::string>& codes,
                                                  const item::Station& station) override {
    constexpr size_t kAtOnce = 1000;
    std::vector<item::StationAnswer> answers;
    for (size_t at = 0; at < codes.size(); at += kAtOnce) {
      v1::ClaimCodesRequest request;
      request.set_batch(batch);
      request.set_station(station.name);
      request.set_user(station.user);
      for (size_t i = at; i < std::min(codes.size(), at + kAtOnce); ++i) {
        request.add_codes(codes[i]);
      }
      grpc::ClientContext context;
      v1::ClaimCodesResponse response;
      const grpc::Status done = stub_->ClaimCodes(&context, request, &response);
      if (!done.ok()) return Fail(ToDiagnostic(done));
      for (const v1::ClaimAnswer& answer : response.answers()) {
        answers.push_back(rpc::FromProto(answer));
      }
    }
    return answers;
  }
  Checked<std::vector<batch::ListedCode>> Codes(const std::string& batch, uint64_t first,
                                                uint32_t limit) override {
    v1::ListCodesRequest request;
    request.set_batch(batch);
    request.set_first(first);
    request.set_limit(limit);
    grpc::ClientContext context;
    v1::ListCodesResponse response;
    const grpc::Status done = stub_->ListCodes(&context, request, &response);
    if (!done.ok()) return Fail(ToDiagnostic(done));
    std::vector<batch::ListedCode> codes;
    for (const v1::ListedCode& code : response.codes()) {
      codes.push_back({code.place(),
                       code.code(),
                       {code.gtin(), code.lot(), code.expiry(), code.market()},
                       rpc::FromProto(code.state()).value_or(batch::CodeState::kIssued),
                       code.printed()});
    }
    return codes;
  }
  Checked<void> RecordPrint(const std::string& batch, const batch::PrintRun& run) override {
    v1::RecordPrintRequest request;
    request.set_batch(batch);
    request.set_first(run.first);
    request.set_codes(run.codes);
    request.set_reason(run.reason);
    request.set_user(run.user);
    return Call(&v1::BatchService::Stub::RecordPrint, request);
  }
  Checked<batch::BatchStatus> Status(const std::string& batch) override {
    v1::GetBatchRequest request;
    request.set_batch(batch);
    if (auto done = Call(&v1::BatchService::Stub::GetBatch, request); !done) {
      return Fail(done.error());
    }
    return StatusOf(status_);
  }
  Checked<batch::BatchBalance> Balance(const std::string& batch) override {
    v1::GetBalanceRequest request;
    request.set_batch(batch);
    grpc::ClientContext context;
    v1::BatchBalance response;
    const grpc::Status done = stub_->GetBalance(&context, request, &response);
    if (!done.ok()) return Fail(ToDiagnostic(done));
    batch::BatchBalance out{
        .codes = StatusOf(response.codes()),
        .triggers = response.triggers(),
        .accepted = response.accepted(),
        .unread_rejects = response.unread_rejects(),
        .passed = response.passed(),
        .removed = response.removed(),
        .printed_not_seen = response.printed_not_seen(),
        .unused = response.unused(),
        .differences = {response.differences().begin(), response.differences().end()}};
    for (const auto& [reason, items] : response.rejected()) {
      out.rejected[static_cast<uint8_t>(reason)] = items;
    }
    return out;
  }
  Checked<std::vector<batch::VerifiedCode>> Verified(const batch::VerifiedQuery& query) override {
    v1::ListVerifiedCodesRequest request;
    request.set_batch(query.batch);
    request.set_after(query.after);
    request.set_limit(query.limit);
    request.set_include_unconfirmed(query.include_unconfirmed);
    grpc::ClientContext context;
    v1::ListVerifiedCodesResponse response;
    const grpc::Status done = stub_->ListVerifiedCodes(&context, request, &response);
    if (!done.ok()) return Fail(ToDiagnostic(done));
    std::vector<batch::VerifiedCode> codes;
    for (const v1::VerifiedCode& row : response.codes()) {
      batch::VerifiedCode& code = codes.emplace_back();
      code.cursor = row.cursor();
      code.code = row.code();
      code.state = rpc::FromProto(row.state()).value_or(batch::CodeState::kCommissioned);
      code.item = {row.item().line_id(), row.item().lane(), row.item().item_seq()};
      code.encoder_count = row.encoder_count();
      code.claimed_utc_ns = ToNs(row.claimed());
      code.confirmed_utc_ns = ToNs(row.confirmed());
    }
    return codes;
  }

 private:
  /// Sends a list; `request` has its header but for the file's name.
  Checked<v1::ImportBatchResponse> Send(v1::ImportBatchRequest request, std::istream& list,
                                        const std::string& file_name) {
    grpc::ClientContext context;
    v1::ImportBatchResponse response;
    const auto writer = stub_->ImportBatch(&context, &response);
    request.mutable_header()->set_file_name(file_name);
    bool going = writer->Write(request);
    uint64_t total_bytes = 0;
    while (going && list) {
      std::string chunk(kChunkBytes, '\0');
      list.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
      chunk.resize(static_cast<size_t>(list.gcount()));
      if (chunk.empty()) break;
      total_bytes += chunk.size();
      request.set_chunk(std::move(chunk));
      going = writer->Write(request);
    }
    if (list.bad()) {  // without its total the owner takes nothing of it
      context.TryCancel();
      static_cast<void>(writer->Finish());
      return Fail(Diagnostic{
          .code = ErrorCode::kIo, .message = "the list cannot be read", .file = file_name});
    }
    request.set_total_bytes(total_bytes);
    if (going) writer->Write(request);
    writer->WritesDone();
    if (const grpc::Status done = writer->Finish(); !done.ok()) return Fail(ToDiagnostic(done));
    return response;
  }

  /// A call that answers with the batch's status.
  template <class Request>
  Checked<void> Call(grpc::Status (v1::BatchService::Stub::*call)(grpc::ClientContext*,
                                                                  const Request&, v1::BatchStatus*),
                     const Request& request) {
    grpc::ClientContext context;
    const grpc::Status done = (stub_.get()->*call)(&context, request, &status_);
    if (!done.ok()) return Fail(ToDiagnostic(done));
    return {};
  }

  std::unique_ptr<v1::BatchService::Stub> stub_;
  v1::BatchStatus status_;  ///< of the last call
};

}  // namespace

std::unique_ptr<BatchDesk> ConnectDesk(const std::string& target, int64_t wait_ns) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(std::numeric_limits<int>::max());
  const auto channel =
      grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments);
  const auto deadline = std::chrono::system_clock::now() + std::chrono::nanoseconds(wait_ns);
  if (!channel->WaitForConnected(deadline)) return nullptr;
  return std::make_unique<RemoteDesk>(channel);
}

}  // namespace veriline::tools
