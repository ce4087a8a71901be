// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/batch/registry.h"
#include "pipeline/item/record_store.h"
#include "rpc/worker_pool.h"
#include "veriline/v1/batch_service.grpc.pb.h"

namespace veriline::rpc {

/// Issued codes in, verified codes out. Everything runs on the workers, because it may wait for a
/// disk. A list is collected in memory before the registry sees it, so that a client that stops
/// half-way holds no transaction; all lists under way together hold at most kImportBytes.
/// Thread: any. Start before the server serves.
class BatchService final
    : public v1::BatchService::WithCallbackMethod_ImportBatch<
          v1::BatchService::WithCallbackMethod_OpenBatch<
              v1::BatchService::WithCallbackMethod_CloseBatch<
                  v1::BatchService::WithCallbackMethod_GetBatch<
                      v1::BatchService::WithCallbackMethod_VoidCodes<
                          v1::BatchService::WithCallbackMethod_MoveCodes<
                              v1::BatchService::WithCallbackMethod_ListCodes<
                                  v1::BatchService::WithCallbackMethod_RecordPrint<
                                      v1::BatchService::WithCallbackMethod_GetBalance<
                                          v1::BatchService::WithCallbackMethod_ListIssues<
                                              v1::BatchService::WithCallbackMethod_ClaimCodes<
                                                  v1::BatchService::
                                                      WithCallbackMethod_ListVerifiedCodes<
                                                          v1::BatchService::Service>>>>>>>>>>>> {
 public:
  static constexpr size_t kImportBytes = size_t{512} * 1024 * 1024;
  static constexpr size_t kChunkBytes = size_t{1024} * 1024;

  /// Borrowed. With `records` null nothing can be claimed.
  void Start(batch::Registry* registry, item::RecordStore* records, WorkerPool* workers);

 private:
  class Import;

  grpc::ServerReadReactor<v1::ImportBatchRequest>* ImportBatch(
      grpc::CallbackServerContext* context, v1::ImportBatchResponse* response) override;
  grpc::ServerUnaryReactor* OpenBatch(grpc::CallbackServerContext* context,
                                      const v1::OpenBatchRequest* request,
                                      v1::BatchStatus* response) override;
  grpc::ServerUnaryReactor* CloseBatch(grpc::CallbackServerContext* context,
                                       const v1::CloseBatchRequest* request,
                                       v1::BatchStatus* response) override;
  grpc::ServerUnaryReactor* GetBatch(grpc::CallbackServerContext* context,
                                     const v1::GetBatchRequest* request,
                                     v1::BatchStatus* response) override;
  grpc::ServerUnaryReactor* VoidCodes(grpc::CallbackServerContext* context,
                                      const v1::VoidCodesRequest* request,
                                      v1::BatchStatus* response) override;
  grpc::ServerUnaryReactor* ListVerifiedCodes(grpc::CallbackServerContext* context,
                                              const v1::ListVerifiedCodesRequest* request,
                                              v1::ListVerifiedCodesResponse* response) override;
  grpc::ServerUnaryReactor* MoveCodes(grpc::CallbackServerContext* context,
                                      const v1::MoveCodesRequest* request,
                                      v1::BatchStatus* response) override;
  grpc::ServerUnaryReactor* ListCodes(grpc::CallbackServerContext* context,
                                      const v1::ListCodesRequest* request,
                                      v1::ListCodesResponse* response) override;
  grpc::ServerUnaryReactor* RecordPrint(grpc::CallbackServerContext* context,
                                        const v1::RecordPrintRequest* request,
                                        v1::BatchStatus* response) override;
  grpc::ServerUnaryReactor* GetBalance(grpc::CallbackServerContext* context,
                                       const v1::GetBalanceRequest* request,
                                       v1::BatchBalance* response) override;
  grpc::ServerUnaryReactor* ListIssues(grpc::CallbackServerContext* context,
                                       const v1::ListIssuesRequest* request,
                                       v1::ListIssuesResponse* response) override;
  grpc::ServerUnaryReactor* ClaimCodes(grpc::CallbackServerContext* context,
                                       const v1::ClaimCodesRequest* request,
                                       v1::ClaimCodesResponse* response) override;
  /// `codes` as issued.
  grpc::Status Move(const std::string& batch, const std::vector<std::string>& codes,
                    const batch::MoveOrder& order, v1::BatchStatus* response);
  grpc::Status ListVerified(const v1::ListVerifiedCodesRequest& request,
                            v1::ListVerifiedCodesResponse* response);
  grpc::Status Describe(const std::string& batch, v1::BatchStatus* response);

  batch::Registry* registry_ = nullptr;
  item::RecordStore* records_ = nullptr;
  WorkerPool* workers_ = nullptr;
  std::atomic<size_t> importing_bytes_{0};
};

}  // namespace veriline::rpc
