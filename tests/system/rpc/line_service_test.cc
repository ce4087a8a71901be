// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/rpc_fakes.h"
#include "veriline/v1/line_service.grpc.pb.h"

namespace veriline::testing {
namespace {

using grpc::StatusCode;

class LineServiceTest : public ::testing::Test, public RpcHarness {
 protected:
  void SetUp() override {
    Start();
    stub_ = v1::LineService::NewStub(channel);
  }
  void TearDown() override { Stop(); }

  grpc::Status Send(v1::PackmlCommand command, v1::PackmlState* state) {
    v1::SendCommandRequest request;
    request.set_command(command);
    v1::SendCommandResponse response;
    grpc::ClientContext context;
    SetTestDeadline(&context);
    const grpc::Status status = stub_->SendCommand(&context, request, &response);
    *state = response.state();
    return status;
  }

  std::unique_ptr<v1::LineService::Stub> stub_;
};

TEST_F(LineServiceTest, WalksThroughTheStates) {
  v1::PackmlState state;
  ASSERT_TRUE(Send(v1::PACKML_COMMAND_RESET, &state).ok());
  EXPECT_EQ(state, v1::PACKML_STATE_IDLE);
  ASSERT_TRUE(Send(v1::PACKML_COMMAND_START, &state).ok());
  EXPECT_EQ(state, v1::PACKML_STATE_EXECUTE);
  ASSERT_TRUE(Send(v1::PACKML_COMMAND_ABORT, &state).ok());
  EXPECT_EQ(state, v1::PACKML_STATE_ABORTED);
}

TEST_F(LineServiceTest, ACommandNotObeyedNamesTheStateAndWhatItAllows) {
  v1::PackmlState state;
  const grpc::Status status = Send(v1::PACKML_COMMAND_START, &state);
  EXPECT_EQ(status.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_NE(status.error_message().find("state Stopped, which allows Reset, Abort"),
            std::string::npos)
      << status.error_message();
  v1::ErrorStatus details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  v1::WrongState wrong;
  ASSERT_TRUE(details.details(0).UnpackTo(&wrong));
  EXPECT_EQ(wrong.state(), v1::PACKML_STATE_STOPPED);
  ASSERT_EQ(wrong.allowed_commands_size(), 2);
  EXPECT_EQ(wrong.allowed_commands(0), v1::PACKML_COMMAND_RESET);
  EXPECT_EQ(wrong.allowed_commands(1), v1::PACKML_COMMAND_ABORT);
}

TEST_F(LineServiceTest, AnUnknownCommandIsInvalid) {
  v1::PackmlState state;
  EXPECT_EQ(Send(v1::PACKML_COMMAND_UNSPECIFIED, &state).error_code(),
            StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Send(static_cast<v1::PackmlCommand>(77), &state).error_code(),
            StatusCode::INVALID_ARGUMENT);
}

TEST_F(LineServiceTest, TellsTheStatusWithTheServersOwnQueues) {
  item::LineStatus status;
  status.items = 100;
  status.accepted = 97;
  status.rejected = std::vector<uint64_t>(item::kRejectReasonCount);
  status.rejected[static_cast<size_t>(item::RejectReason::kNoRead)] = 3;
  status.alarm = "encoder lost";
  status.queues.push_back({"frames", 8, 5, 1});
  status.stages.push_back({"decode", {10, 1.0, 2.0, 3.0, 4.0}});
  status.cameras.push_back(
      {"top",
       {.delivered = 9, .incomplete = 1, .lost = 2, .overrun = 3, .ignored_triggers = 4},
       "lost"});
  status.decode_workers = {.count = 2, .calls = 900, .skipped = 7, .restarts = 3, .failing = true};
  line.SetStatus(status);
  v1::LineStatus told;
  grpc::ClientContext context;
  SetTestDeadline(&context);
  ASSERT_TRUE(stub_->GetStatus(&context, {}, &told).ok());
  EXPECT_EQ(told.line_id(), "line-1");
  EXPECT_EQ(told.state(), v1::PACKML_STATE_STOPPED);
  EXPECT_EQ(told.allowed_commands_size(), 2);
  EXPECT_EQ(told.items(), 100u);
  ASSERT_EQ(told.rejected_size(), 1);
  EXPECT_EQ(told.rejected(0).reason(), v1::REJECT_REASON_NO_READ);
  EXPECT_EQ(told.rejected(0).count(), 3u);
  EXPECT_EQ(told.alarm(), "encoder lost");
  EXPECT_EQ(told.cameras(0).lost(), 2u);
  EXPECT_EQ(told.cameras(0).ignored_triggers(), 4u);
  EXPECT_EQ(told.cameras(0).alarm(), "lost");
  EXPECT_EQ(told.stages(0).max_us(), 4.0);
  EXPECT_EQ(told.decode_workers().count(), 2u);
  EXPECT_EQ(told.decode_workers().calls(), 900u);
  EXPECT_EQ(told.decode_workers().skipped(), 7u);
  EXPECT_EQ(told.decode_workers().restarts(), 3u);
  EXPECT_TRUE(told.decode_workers().failing());
  std::vector<std::string> queues;
  for (const v1::LineStatus::Queue& queue : told.queues()) queues.push_back(queue.name());
  EXPECT_EQ(queues, (std::vector<std::string>{"frames", "rpc_verdicts", "rpc_records"}));
}

TEST_F(LineServiceTest, ListsRecipesAndWhatIsWrongWithThem) {
  v1::ListRecipesResponse list;
  grpc::ClientContext context;
  SetTestDeadline(&context);
  ASSERT_TRUE(stub_->ListRecipes(&context, {}, &list).ok());
  ASSERT_EQ(list.recipes_size(), 2);
  EXPECT_EQ(list.recipes(0).path(), "a.yaml");
  EXPECT_EQ(list.recipes(0).name(), "a");
  EXPECT_EQ(list.recipes(0).hash(), "00aa");
  EXPECT_TRUE(list.recipes(0).selected());
  EXPECT_FALSE(list.recipes(0).has_problem());
  EXPECT_EQ(list.recipes(1).problem().line(), 7);
}

TEST_F(LineServiceTest, SelectsARecipeInStoppedOnly) {
  const auto select = [&](const std::string& recipe, v1::SelectRecipeResponse* selected) {
    v1::SelectRecipeRequest request;
    request.set_recipe(recipe);
    grpc::ClientContext context;
    SetTestDeadline(&context);
    return stub_->SelectRecipe(&context, request, selected);
  };
  v1::SelectRecipeResponse selected;
  ASSERT_TRUE(select("a.yaml", &selected).ok());
  EXPECT_EQ(selected.name(), "a");
  EXPECT_EQ(selected.hash(), "00aa");

  const grpc::Status wrong = select("b.yaml", &selected);
  EXPECT_EQ(wrong.error_code(), StatusCode::INVALID_ARGUMENT);
  v1::ErrorStatus details;
  ASSERT_TRUE(details.ParseFromString(wrong.error_details()));
  v1::Diagnostic diagnostic;
  ASSERT_TRUE(details.details(0).UnpackTo(&diagnostic));
  EXPECT_EQ(diagnostic.file(), "b.yaml");
  EXPECT_EQ(diagnostic.line(), 7);

  v1::PackmlState state;
  ASSERT_TRUE(Send(v1::PACKML_COMMAND_RESET, &state).ok());
  const grpc::Status running = select("a.yaml", &selected);
  EXPECT_EQ(running.error_code(), StatusCode::FAILED_PRECONDITION);
  ASSERT_TRUE(details.ParseFromString(running.error_details()));
  v1::WrongState not_now;
  ASSERT_TRUE(details.details(0).UnpackTo(&not_now));
  EXPECT_EQ(not_now.state(), v1::PACKML_STATE_IDLE);
}

}  // namespace
}  // namespace veriline::testing
