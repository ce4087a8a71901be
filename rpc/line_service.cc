// SPDX-License-Identifier: Apache-2.0
#include "rpc/line_service.h"

#include <string>
#include <utility>

#include "rpc/convert.h"
#include "rpc/status.h"
#include "rpc/unary_call.h"

namespace veriline::rpc {

namespace {

grpc::Status NoRecipes() {
  return ToStatus({.code = ErrorCode::kWrongState,
                   .message = "this line has no folder of recipes",
                   .advice = "name one in the configuration: recipes: FOLDER"});
}

}  // namespace

void LineService::Start(item::LineControl* line, item::RecipeControl* recipes, WorkerPool* workers,
                        std::function<std::vector<item::QueueStatus>()> queues) {
  line_ = line;
  recipes_ = recipes;
  workers_ = workers;
  queues_ = std::move(queues);
}

grpc::ServerUnaryReactor* LineService::GetStatus(grpc::CallbackServerContext* context,
                                                 const v1::GetLineStatusRequest*,
                                                 v1::LineStatus* response) {
  return RunOnWorkers(context, workers_, [this, response] {
    item::LineStatus status = line_->Status();
    for (item::QueueStatus& queue : queues_()) status.queues.push_back(std::move(queue));
    ToProto(status, line_->line_id(), response);
    return grpc::Status::OK;
  });
}

grpc::ServerUnaryReactor* LineService::SendCommand(grpc::CallbackServerContext* context,
                                                   const v1::SendCommandRequest* request,
                                                   v1::SendCommandResponse* response) {
  return RunOnWorkers(context, workers_,
                      [this, request, response] { return Send(*request, response); });
}

grpc::Status LineService::Send(const v1::SendCommandRequest& request,
                               v1::SendCommandResponse* response) {
  const auto command = FromProto(request.command());
  if (!command) {
    return ToStatus({.message = "command " + std::to_string(request.command()) + " is not known",
                     .advice = "send one of Reset, Start, Stop, Abort, Clear"});
  }
  const Checked<item::PackmlState> state = line_->Command(*command);
  if (state) {
    response->set_state(ToProto(*state));
    return grpc::Status::OK;
  }
  return NotObeyed(state.error());
}

grpc::ServerUnaryReactor* LineService::ListRecipes(grpc::CallbackServerContext* context,
                                                   const v1::ListRecipesRequest*,
                                                   v1::ListRecipesResponse* response) {
  return RunOnWorkers(context, workers_, [this, response] {
    if (recipes_ == nullptr) return NoRecipes();
    const auto recipes = recipes_->ListRecipes();
    if (!recipes) return ToStatus(recipes.error());
    for (const item::RecipeEntry& recipe : *recipes) ToProto(recipe, response->add_recipes());
    return grpc::Status::OK;
  });
}

grpc::ServerUnaryReactor* LineService::SelectRecipe(grpc::CallbackServerContext* context,
                                                    const v1::SelectRecipeRequest* request,
                                                    v1::SelectRecipeResponse* response) {
  return RunOnWorkers(context, workers_, [this, request, response] {
    if (recipes_ == nullptr) return NoRecipes();
    const auto selected = recipes_->SelectRecipe(request->recipe());
    if (!selected) return NotObeyed(selected.error());
    response->set_name(ValidUtf8(selected->name));
    response->set_hash(selected->hash);
    return grpc::Status::OK;
  });
}

grpc::Status LineService::NotObeyed(const Diagnostic& diagnostic) const {
  if (diagnostic.code != ErrorCode::kWrongState) return ToStatus(diagnostic);
  const item::PackmlState now = line_->Status().state;
  v1::WrongState detail;
  detail.set_state(ToProto(now));
  std::string allowed;
  for (const item::PackmlCommand possible : item::AllowedCommands(now)) {
    detail.add_allowed_commands(ToProto(possible));
    allowed += (allowed.empty() ? "" : ", ") + std::string(Name(possible));
  }
  return StatusWith(grpc::StatusCode::FAILED_PRECONDITION,
                    diagnostic.ToString() + "; the line is in state " + std::string(Name(now)) +
                        ", which allows " + allowed,
                    detail);
}

}  // namespace veriline::rpc
