// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "pipeline/item/interfaces.h"
#include "rpc/worker_pool.h"
#include "veriline/v1/line_service.grpc.pb.h"

namespace veriline::rpc {

/// State, commands and recipes of the line.
/// Thread: any. Start before the server serves.
class LineService final
    : public v1::LineService::WithCallbackMethod_GetStatus<
          v1::LineService::WithCallbackMethod_SendCommand<
              v1::LineService::WithCallbackMethod_ListRecipes<
                  v1::LineService::WithCallbackMethod_SelectRecipe<v1::LineService::Service>>>> {
 public:
  /// `queues` gives the gauges of the services' own queues, shown beside the line's. The rest is
  /// borrowed; `recipes` may be null.
  void Start(item::LineControl* line, item::RecipeControl* recipes, WorkerPool* workers,
             std::function<std::vector<item::QueueStatus>()> queues);

 private:
  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context,
                                      const v1::GetLineStatusRequest* request,
                                      v1::LineStatus* response) override;
  grpc::ServerUnaryReactor* SendCommand(grpc::CallbackServerContext* context,
                                        const v1::SendCommandRequest* request,
                                        v1::SendCommandResponse* response) override;
  grpc::ServerUnaryReactor* ListRecipes(grpc::CallbackServerContext* context,
                                        const v1::ListRecipesRequest* request,
                                        v1::ListRecipesResponse* response) override;
  grpc::ServerUnaryReactor* SelectRecipe(grpc::CallbackServerContext* context,
                                         const v1::SelectRecipeRequest* request,
                                         v1::SelectRecipeResponse* response) override;
  /// What is not obeyed, with the state and what it allows.
  grpc::Status NotObeyed(const Diagnostic& diagnostic) const;
  grpc::Status Send(const v1::SendCommandRequest& request, v1::SendCommandResponse* response);

  item::LineControl* line_ = nullptr;
  item::RecipeControl* recipes_ = nullptr;
  WorkerPool* workers_ = nullptr;
  std::function<std::vector<item::QueueStatus>()> queues_;
};

}  // namespace veriline::rpc
