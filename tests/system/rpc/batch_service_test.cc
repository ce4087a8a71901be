// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/rpc_fakes.h"
#include "veriline/v1/batch_service.grpc.pb.h"

namespace veriline::testing {
namespace {

using grpc::StatusCode;

class BatchServiceTest : public ::testing::Test, public RpcHarness {
 protected:
  void SetUp() override {
    Start();
    stub_ = v1::BatchService::NewStub(channel);
  }
  void TearDown() override { Stop(); }

  static v1::ImportBatchRequest Total(uint64_t bytes) {
    v1::ImportBatchRequest request;
    request.set_total_bytes(bytes);
    return request;
  }
  grpc::Status Import(const std::vector<v1::ImportBatchRequest>& requests,
                      v1::ImportBatchResponse* response) {
    grpc::ClientContext context;
    SetTestDeadline(&context);
    const auto writer = stub_->ImportBatch(&context, response);
    for (const v1::ImportBatchRequest& request : requests) {
      if (!writer->Write(request)) break;
    }
    writer->WritesDone();
    return writer->Finish();
  }
  static v1::ImportBatchRequest Header(const std::string& batch) {
    v1::ImportBatchRequest request;
    request.mutable_header()->set_batch(batch);
    request.mutable_header()->set_file_name("codes.csv");
    return request;
  }
  static v1::ImportBatchRequest Chunk(std::string bytes) {
    v1::ImportBatchRequest request;
    request.set_chunk(std::move(bytes));
    return request;
  }

  std::unique_ptr<v1::BatchService::Stub> stub_;
};

TEST_F(BatchServiceTest, ImportsAListThatCameInPieces) {
  std::string list = "code\r\n";
  for (int i = 0; i < 50'000; ++i) list += "serial-" + std::to_string(i) + "\r\n";
  std::vector<v1::ImportBatchRequest> requests = {Header("night")};
  for (size_t at = 0; at < list.size(); at += 777) requests.push_back(Chunk(list.substr(at, 777)));
  requests.push_back(Total(list.size()));
  v1::ImportBatchResponse response;
  const grpc::Status status = Import(requests, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.codes(), 50'000u);
}

TEST_F(BatchServiceTest, ABadRowIsNamedByLineInMessageAndDetails) {
  v1::ImportBatchResponse response;
  const grpc::Status status =
      Import({Header("night"), Chunk("code\r\na\r\nb\r\na\r\n"), Total(15)}, &response);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_NE(status.error_message().find("codes.csv:4"), std::string::npos)
      << status.error_message();
  v1::ErrorStatus details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  v1::Diagnostic diagnostic;
  ASSERT_TRUE(details.details(0).UnpackTo(&diagnostic));
  EXPECT_EQ(diagnostic.file(), "codes.csv");
  EXPECT_EQ(diagnostic.line(), 4);
  EXPECT_FALSE(diagnostic.message().empty());
}

TEST_F(BatchServiceTest, RefusesAnImportThatIsNotInOrder) {
  v1::ImportBatchResponse response;
  EXPECT_EQ(Import({}, &response).error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Import({Chunk("code\r\na\r\n")}, &response).error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Import({Header("")}, &response).error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Import({Header("a"), Header("a")}, &response).error_code(),
            StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Import({Header("a"), Chunk(std::string(1024 * 1024 + 1, 'x'))}, &response).error_code(),
            StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(Import({Header("a"), Chunk(std::string(5 * 1024 * 1024, 'x'))}, &response).error_code(),
            StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(BatchServiceTest, AListCutShortImportsNothing) {
  v1::ImportBatchResponse response;
  EXPECT_EQ(Import({Header("half"), Chunk("code\r\na\r\n")}, &response).error_code(),
            StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Import({Header("half"), Chunk("code\r\na\r\n"), Total(12)}, &response).error_code(),
            StatusCode::INVALID_ARGUMENT);
  {
    grpc::ClientContext context;
    SetTestDeadline(&context);
    const auto writer = stub_->ImportBatch(&context, &response);
    writer->Write(Header("half"));
    writer->Write(Chunk("code\r\na\r\n"));
    context.TryCancel();
    EXPECT_EQ(writer->Finish().error_code(), StatusCode::CANCELLED);
  }
  server->Shutdown(1000);  // every handler is through
  EXPECT_FALSE(registry.Status("half").has_value());
}

TEST_F(BatchServiceTest, OpensClosesAndDescribes) {
  registry.AddBatch("day");
  v1::BatchStatus status;
  v1::OpenBatchRequest open;
  open.set_batch("day");
  {
    grpc::ClientContext context;
    ASSERT_TRUE(stub_->OpenBatch(&context, open, &status).ok());
    EXPECT_EQ(status.state(), v1::BATCH_STATE_OPEN);
  }
  {
    grpc::ClientContext context;
    EXPECT_EQ(stub_->OpenBatch(&context, open, &status).error_code(),
              StatusCode::FAILED_PRECONDITION);
  }
  v1::CloseBatchRequest close;
  close.set_batch("day");
  {
    grpc::ClientContext context;
    ASSERT_TRUE(stub_->CloseBatch(&context, close, &status).ok());
    EXPECT_EQ(status.state(), v1::BATCH_STATE_CLOSED);
    EXPECT_EQ(status.batch(), "day");
  }
  for (const std::string name : {"", "never"}) {
    v1::GetBatchRequest get;
    get.set_batch(name);
    grpc::ClientContext context;
    EXPECT_EQ(stub_->GetBatch(&context, get, &status).error_code(), StatusCode::INVALID_ARGUMENT);
  }
}

TEST_F(BatchServiceTest, VoidsCodesByTheRulesOfTheList) {
  registry.AddBatch("day");
  v1::VoidCodesRequest request;
  request.set_batch("day");
  request.add_codes("plain, \"quoted\"");
  request.add_codes(
      "0109506000134352"
      "21A1");
  v1::BatchStatus status;
  grpc::ClientContext context;
  const grpc::Status done = stub_->VoidCodes(&context, request, &status);
  ASSERT_TRUE(done.ok()) << done.error_message();
  EXPECT_EQ(status.voided(), 2u);
  const std::vector<batch::CodeKey> expected = {batch::CodeKey::Plain("plain, \"quoted\""),
                                                batch::CodeKey::Gs1("09506000134352", "A1")};
  EXPECT_EQ(registry.voided(), expected);
}

TEST_F(BatchServiceTest, NamesTheCodeThatCannotBeVoided) {
  registry.AddBatch("day");
  v1::VoidCodesRequest request;
  request.set_batch("day");
  request.add_codes("a");
  request.add_codes("a");
  v1::BatchStatus status;
  grpc::ClientContext context;
  const grpc::Status done = stub_->VoidCodes(&context, request, &status);
  EXPECT_EQ(done.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_NE(done.error_message().find("codes:2"), std::string::npos) << done.error_message();
}

TEST_F(BatchServiceTest, ListsVerifiedCodesByCursor) {
  registry.AddBatch("day");
  for (int i = 0; i < 2500; ++i) {
    registry.AddVerified(
        {.code = "c" + std::to_string(i),
         .state = i % 5 == 0 ? batch::CodeState::kInDoubt : batch::CodeState::kCommissioned,
         .item = {"line-1", 1, static_cast<uint64_t>(i)},
         .encoder_count = i * 10,
         .claimed_utc_ns = 1'500'000'000,
         .confirmed_utc_ns = i % 5 == 0 ? 0 : 2'500'000'000});
  }
  for (const bool include_unconfirmed : {false, true}) {
    v1::ListVerifiedCodesRequest request;
    request.set_batch("day");
    request.set_include_unconfirmed(include_unconfirmed);
    int rows = 0;
    for (;;) {
      v1::ListVerifiedCodesResponse response;
      grpc::ClientContext context;
      ASSERT_TRUE(stub_->ListVerifiedCodes(&context, request, &response).ok());
      EXPECT_EQ(response.store_id(), "store-1");
      EXPECT_LE(response.codes_size(), 1000);
      if (response.codes_size() == 0) break;
      for (const v1::VerifiedCode& code : response.codes()) {
        ++rows;
        EXPECT_TRUE(include_unconfirmed || code.state() == v1::CODE_STATE_COMMISSIONED);
        EXPECT_EQ(code.item().line_id(), "line-1");
        EXPECT_EQ(code.claimed().utc().nanos(), 500'000'000);
        EXPECT_EQ(code.has_confirmed(), code.state() == v1::CODE_STATE_COMMISSIONED);
      }
      request.set_after(response.codes().rbegin()->cursor());
    }
    EXPECT_EQ(rows, include_unconfirmed ? 2500 : 2000);
  }
}

TEST_F(BatchServiceTest, WhatTheRegistryThrowsIsInternalAndTheServerLives) {
  registry.throws = true;
  v1::ImportBatchResponse response;
  const grpc::Status status =
      Import({Header("night"), Chunk("code\r\na\r\n"), Total(9)}, &response);
  EXPECT_EQ(status.error_code(), StatusCode::INTERNAL);
  EXPECT_NE(status.error_message().find("threw"), std::string::npos);
  registry.throws = false;
  EXPECT_TRUE(Import({Header("night"), Chunk("code\r\na\r\n"), Total(9)}, &response).ok());
}

}  // namespace
}  // namespace veriline::testing
