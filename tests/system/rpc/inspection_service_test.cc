// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>

#include "tests/support/rpc_fakes.h"
#include "veriline/v1/inspection_service.grpc.pb.h"

namespace veriline::testing {
namespace {

using grpc::StatusCode;
using Request = v1::InspectionServiceWatchRequest;
using Response = v1::InspectionServiceWatchResponse;

/// A reader of records.
class Reader {
 public:
  explicit Reader(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(v1::InspectionService::NewStub(channel)) {
    SetTestDeadline(&context_, 60);
    stream_ = stub_->Watch(&context_);
  }
  ~Reader() {
    context_.TryCancel();
    if (!finished_) static_cast<void>(stream_->Finish());
  }

  Request::Open opening;

  Response Open(uint64_t from_seq, uint32_t credits) {
    opening.mutable_watch()->set_from_seq(from_seq);
    opening.mutable_watch()->set_credits(credits);
    Request request;
    *request.mutable_open() = opening;
    stream_->Write(request);
    return Read();
  }
  void Grant(uint32_t credits) {
    Request request;
    request.set_credits(credits);
    stream_->Write(request);
  }
  /// An empty response when the stream has ended.
  Response Read() {
    Response response;
    if (!stream_->Read(&response)) response.Clear();
    return response;
  }
  /// Reads records without a hole or a repeat from `first` to `last`.
  void ExpectRecords(uint64_t first, uint64_t last) {
    for (uint64_t seq = first; seq <= last; ++seq) {
      const Response response = Read();
      ASSERT_TRUE(response.has_record()) << "at " << seq << ": " << response.ShortDebugString();
      ASSERT_EQ(response.record().seq(), seq);
    }
  }
  grpc::Status Finish() {
    finished_ = true;
    return stream_->Finish();
  }

 private:
  std::unique_ptr<v1::InspectionService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<Request, Response>> stream_;
  bool finished_ = false;
};

class InspectionServiceTest : public ::testing::Test, public RpcHarness {
 protected:
  void TearDown() override {
    if (server) Stop();
  }
};

TEST_F(InspectionServiceTest, BeginsWithWhatIsNewWhenNotAskedOtherwise) {
  records.Keep(11, 40);
  Start();
  Reader reader(channel);
  const Response hello = reader.Open(0, 100);
  ASSERT_TRUE(hello.has_hello()) << hello.DebugString();
  EXPECT_EQ(hello.hello().line_id(), "line-1");
  EXPECT_EQ(hello.hello().store_id(), "store-1");
  EXPECT_EQ(hello.hello().first_seq(), 11u);
  EXPECT_EQ(hello.hello().last_seq(), 40u);
  Write(5);
  reader.ExpectRecords(41, 45);
}

TEST_F(InspectionServiceTest, AnEmptyStoreBeginsWithOne) {
  Start();
  Reader reader(channel);
  const Response hello = reader.Open(1, 100);
  ASSERT_TRUE(hello.has_hello());
  EXPECT_EQ(hello.hello().first_seq(), 0u);
  EXPECT_EQ(hello.hello().last_seq(), 0u);
  Write(3);
  reader.ExpectRecords(1, 3);
}

TEST_F(InspectionServiceTest, CarriesTheWholeRecord) {
  Start();
  Reader reader(channel);
  ASSERT_TRUE(reader.Open(0, 1).has_hello());
  item::InspectionRecord record = RecordLog::Record(1);
  record.detail = "bad byte \xff here";
  record.codes.push_back({.role = item::CodeRole::kIdentity,
                          .symbology = Symbology::kDataMatrix,
                          .identifier = "]d2",
                          .payload = std::string("01\x1d\x00\xff", 5),
                          .text = "text",
                          .decoder = Decoder::kOwn});
  server->sink()->OnRecord(record);
  const Response response = reader.Read();
  ASSERT_TRUE(response.has_record());
  EXPECT_EQ(response.record().detail(), "bad byte \xEF\xBF\xBD here");
  ASSERT_EQ(response.record().codes_size(), 1);
  EXPECT_EQ(response.record().codes(0).payload(), record.codes[0].payload);
  EXPECT_EQ(response.record().codes(0).symbology(), "datamatrix");
  EXPECT_EQ(response.record().time().utc().seconds(), 1'700'000'000);
}

TEST_F(InspectionServiceTest, ReplaysAndJoinsTheLiveOnesWithNoHoleAndNoRepeat) {
  records.Keep(1, 3000);
  Start();
  Reader reader(channel);
  ASSERT_TRUE(reader.Open(1, 1'000'000).has_hello());
  std::thread writer([this] { Write(20'000); });  // as fast as it goes: far above every queue
  reader.ExpectRecords(1, 23'000);
  writer.join();
  EXPECT_LE(records.largest_read, 128u);
}

TEST_F(InspectionServiceTest, ABurstAboveTheQueueEndsWithTheLastRecord) {
  Start();
  Reader reader(channel);
  ASSERT_TRUE(reader.Open(0, 1'000'000).has_hello());
  Write(50'000);
  reader.ExpectRecords(1, 50'000);  // nothing is written behind the burst: the tail must come too
}

TEST_F(InspectionServiceTest, ASlowReaderGoesOnWithoutAGap) {
  Start();
  Reader reader(channel);
  ASSERT_TRUE(reader.Open(0, 3).has_hello());
  Write(10'000);
  reader.ExpectRecords(1, 3);
  reader.Grant(1);
  reader.ExpectRecords(4, 4);
  reader.Grant(20'000);
  reader.ExpectRecords(5, 10'000);
  Write(10);
  reader.ExpectRecords(10'001, 10'010);
}

TEST_F(InspectionServiceTest, CreditsBoundWhatIsReadFromTheStore) {
  records.Keep(1, 100'000);
  Start();
  Reader reader(channel);
  ASSERT_TRUE(reader.Open(1, 10).has_hello());
  reader.ExpectRecords(1, 10);
  reader.Grant(10);
  reader.ExpectRecords(11, 20);
  EXPECT_EQ(records.reads, 1u);  // one chunk of 128 serves all 20
}

TEST_F(InspectionServiceTest, ResumesAfterARestartOfTheServer) {
  Start();
  {
    Reader reader(channel);
    ASSERT_TRUE(reader.Open(1, 1000).has_hello());
    Write(700);
    reader.ExpectRecords(1, 500);
    Stop();
    Response response = reader.Read();
    while (response.has_record()) response = reader.Read();
    EXPECT_EQ(reader.Finish().error_code(), StatusCode::UNAVAILABLE);
  }
  Start();
  Reader reader(channel);
  ASSERT_TRUE(reader.Open(501, 1000).has_hello());
  Write(50);
  reader.ExpectRecords(501, 750);
}

TEST_F(InspectionServiceTest, WhatCannotBeHadIsOutOfRangeAndNamesTheOldest) {
  records.Keep(1001, 2000);
  Start();
  for (const uint64_t from_seq : {uint64_t{1}, uint64_t{1000}, uint64_t{2002}}) {
    Reader reader(channel);
    EXPECT_FALSE(reader.Open(from_seq, 10).has_hello());
    const grpc::Status status = reader.Finish();
    EXPECT_EQ(status.error_code(), StatusCode::OUT_OF_RANGE);
    EXPECT_NE(status.error_message().find("1001"), std::string::npos) << status.error_message();
    v1::ErrorStatus details;
    ASSERT_TRUE(details.ParseFromString(status.error_details()));
    EXPECT_EQ(details.code(), StatusCode::OUT_OF_RANGE);
    v1::SeqRange range;
    ASSERT_TRUE(details.details(0).UnpackTo(&range));
    EXPECT_EQ(range.oldest_seq(), 1001u);
    EXPECT_EQ(range.newest_seq(), 2000u);
  }
  for (const uint64_t from_seq : {uint64_t{1001}, uint64_t{2001}}) {
    Reader reader(channel);
    EXPECT_TRUE(reader.Open(from_seq, 10).has_hello());
  }
}

TEST_F(InspectionServiceTest, WhatIsNoLongerKeptIsAGapForAReaderUnderWay) {
  records.Keep(1, 5000);
  Start();
  Reader reader(channel);
  ASSERT_TRUE(reader.Open(1, 128).has_hello());
  reader.ExpectRecords(1, 128);
  records.Keep(3001, 5000);
  reader.Grant(10);
  const Response gap = reader.Read();
  ASSERT_TRUE(gap.has_gap()) << gap.DebugString();
  EXPECT_EQ(gap.gap().from_seq(), 129u);
  EXPECT_EQ(gap.gap().to_seq(), 3000u);
  EXPECT_EQ(gap.gap().missed(), 2872u);
  reader.ExpectRecords(3001, 3010);
}

TEST_F(InspectionServiceTest, FiltersStoredAndLiveRecordsAlike) {
  records.Keep(1, 600);
  Start();
  Reader rejects(channel);
  rejects.opening.mutable_filter()->set_rejected_only(true);
  ASSERT_TRUE(rejects.Open(1, 10'000).has_hello());
  Reader unknown(channel);
  unknown.opening.mutable_filter()->add_reasons(v1::REJECT_REASON_UNKNOWN);
  ASSERT_TRUE(unknown.Open(1, 10'000).has_hello());
  Write(600);
  for (uint64_t seq = 3; seq <= 1200; seq += 3) {
    const Response response = rejects.Read();
    ASSERT_EQ(response.record().seq(), seq);
    ASSERT_FALSE(response.record().accepted());
    if (seq % 2 == 0) continue;
    const Response one = unknown.Read();
    ASSERT_EQ(one.record().seq(), seq);
    ASSERT_EQ(one.record().primary(), v1::REJECT_REASON_UNKNOWN);
  }
}

TEST_F(InspectionServiceTest, ABadFilterIsSaid) {
  Start();
  Reader reader(channel);
  reader.opening.mutable_filter()->add_reasons(static_cast<v1::RejectReason>(99));
  EXPECT_FALSE(reader.Open(0, 1).has_hello());
  const grpc::Status status = reader.Finish();
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_NE(status.error_message().find("filter.reasons[0]"), std::string::npos);
}

TEST_F(InspectionServiceTest, AThinnedStreamSkipsAndCounts) {
  records.Keep(1, 100);
  Start();
  Reader reader(channel);
  reader.opening.mutable_watch()->set_max_rate_hz(50);
  ASSERT_TRUE(reader.Open(51, 1000).has_hello());
  uint64_t accounted = 50;
  for (int burst = 0; burst < 5; ++burst) {
    Write(500);
    const uint64_t last = 100 + 500 * (static_cast<uint64_t>(burst) + 1);
    while (accounted < last) {
      const Response response = reader.Read();
      if (response.has_gap()) {
        ASSERT_EQ(response.gap().from_seq(), accounted + 1);
        accounted += response.gap().missed();
        ASSERT_EQ(response.gap().to_seq(), accounted);
      } else {
        ASSERT_EQ(response.record().seq(), ++accounted);
      }
    }
  }
  EXPECT_EQ(records.reads, 0u);
}

TEST_F(InspectionServiceTest, AnErrorOfTheStoreEndsTheStreamAndNamesIt) {
  records.Keep(1, 1000);
  Start();
  records.fail_reads = true;
  Reader reader(channel);
  ASSERT_TRUE(reader.Open(1, 10).has_hello());
  reader.Read();
  const grpc::Status status = reader.Finish();
  EXPECT_EQ(status.error_code(), StatusCode::INTERNAL);
  EXPECT_NE(status.error_message().find("the disk is gone"), std::string::npos);
}

TEST_F(InspectionServiceTest, AStoreThatCannotSayWhatItKeepsEndsTheStreamAndNamesIt) {
  records.Keep(1, 1000);
  Start();
  records.fail_range = true;
  Reader reader(channel);
  reader.Open(1, 10);
  const grpc::Status status = reader.Finish();
  EXPECT_EQ(status.error_code(), StatusCode::INTERNAL);
  EXPECT_NE(status.error_message().find("the disk is gone"), std::string::npos);
}

TEST_F(InspectionServiceTest, ListsInPages) {
  records.Keep(5, 1500);
  Start();
  const auto stub = v1::InspectionService::NewStub(channel);
  uint64_t expected = 5;
  v1::ListRecordsRequest request;
  request.set_limit(400);
  for (;;) {
    v1::ListRecordsResponse response;
    grpc::ClientContext context;
    SetTestDeadline(&context);
    ASSERT_TRUE(stub->ListRecords(&context, request, &response).ok());
    EXPECT_EQ(response.store_id(), "store-1");
    EXPECT_LE(response.records_size(), 400);
    for (const v1::InspectionRecord& record : response.records()) {
      ASSERT_EQ(record.seq(), expected++);
    }
    if (response.records_size() == 0) break;
    request.set_from_seq(response.next_seq());
  }
  EXPECT_EQ(expected, 1501u);

  request.set_from_seq(0);
  request.set_limit(1'000'000);  // taken as the most there is
  v1::ListRecordsResponse response;
  grpc::ClientContext context;
  SetTestDeadline(&context);
  ASSERT_TRUE(stub->ListRecords(&context, request, &response).ok());
  EXPECT_EQ(response.records_size(), 1000);
}

}  // namespace
}  // namespace veriline::testing
