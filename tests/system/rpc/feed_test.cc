// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>

#include "tests/support/rpc_fakes.h"
#include "veriline/v1/reject_service.grpc.pb.h"

namespace veriline::testing {
namespace {

using grpc::StatusCode;

/// A PLC's stream.
class Plc {
 public:
  explicit Plc(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(v1::RejectService::NewStub(channel)) {
    SetTestDeadline(&context_);
    stream_ = stub_->Feed(&context_, &response_);
  }
  bool Encoder(int64_t count, std::optional<int64_t> plc_ns = std::nullopt) {
    v1::FeedRequest request;
    request.mutable_encoder()->set_count(count);
    if (plc_ns) request.mutable_encoder()->mutable_plc_time()->set_ns(*plc_ns);
    return stream_->Write(request);
  }
  bool Edge(int lane, bool rising, int64_t count) {
    v1::FeedRequest request;
    request.mutable_eye_edge()->set_lane(lane);
    request.mutable_eye_edge()->set_rising(rising);
    request.mutable_eye_edge()->set_count(count);
    return stream_->Write(request);
  }
  bool Part(const std::string& part_id, int lane, int64_t from, int64_t to) {
    v1::FeedRequest request;
    request.mutable_item()->set_part_id(part_id);
    request.mutable_item()->set_lane(lane);
    request.mutable_item()->set_from_count(from);
    request.mutable_item()->set_to_count(to);
    return stream_->Write(request);
  }
  bool Nothing() { return stream_->Write({}); }
  /// Writes encoders until the server has ended the stream, and says why it did.
  grpc::Status WriteUntilEnded() {
    while (Encoder(1)) std::this_thread::yield();
    return stream_->Finish();
  }
  grpc::Status End() {
    stream_->WritesDone();
    return stream_->Finish();
  }
  /// Why a stream that nothing is written to has ended.
  grpc::Status Finish() { return stream_->Finish(); }
  const v1::FeedResponse& response() const { return response_; }

 private:
  std::unique_ptr<v1::RejectService::Stub> stub_;
  grpc::ClientContext context_;
  v1::FeedResponse response_;
  std::unique_ptr<grpc::ClientWriter<v1::FeedRequest>> stream_;
};

class FeedTest : public ::testing::Test, public RpcHarness {
 protected:
  void SetUp() override { Start(); }
  void TearDown() override {
    if (server) Stop();
  }
  /// Until the feed has that many encoder messages.
  void WaitForEncoders(size_t count) {
    for (int i = 0; i < 20'000 && feed.encoders().size() < count; ++i) {
      SleepUntilNs(SteadyClock().NowNs() + 1'000'000);
    }
    ASSERT_GE(feed.encoders().size(), count);
  }
};

TEST_F(FeedTest, HandsOnWhatIsToldInOrder) {
  Plc plc(channel);
  ASSERT_TRUE(plc.Encoder(100));
  ASSERT_TRUE(plc.Encoder(105, -5));
  ASSERT_TRUE(plc.Encoder(110, 0));
  ASSERT_TRUE(plc.Edge(1, true, 107));
  ASSERT_TRUE(plc.Part("teil-7", 1, 120, 180));
  const grpc::Status status = plc.End();
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(plc.response().taken(), 5u);
  EXPECT_EQ(plc.response().dropped(), 0u);
  const auto encoders = feed.encoders();
  ASSERT_EQ(encoders.size(), 3u);
  EXPECT_EQ(encoders[0].count, 100);
  EXPECT_FALSE(encoders[0].plc_ns.has_value()) << "no time is not time 0";
  EXPECT_EQ(encoders[1].plc_ns, -5);
  EXPECT_EQ(encoders[2].plc_ns, 0);
  ASSERT_EQ(feed.edges().size(), 1u);
  EXPECT_EQ(feed.edges()[0].lane, 1);
  EXPECT_TRUE(feed.edges()[0].rising);
  EXPECT_EQ(feed.edges()[0].count, 107);
  ASSERT_EQ(feed.parts().size(), 1u);
  EXPECT_EQ(feed.parts()[0].part_id.view(), "teil-7");
  EXPECT_EQ(feed.parts()[0].lane, 1);
  EXPECT_EQ(feed.parts()[0].from_count, 120);
  EXPECT_EQ(feed.parts()[0].to_count, 180);
}

TEST_F(FeedTest, TheFirstWrongMessageEndsItWithPlaceAndAdvice) {
  Plc plc(channel);
  ASSERT_TRUE(plc.Encoder(100));
  plc.Encoder(-1);
  const grpc::Status status = plc.WriteUntilEnded();
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  v1::ErrorStatus details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  v1::Diagnostic diagnostic;
  ASSERT_TRUE(details.details(0).UnpackTo(&diagnostic));
  EXPECT_EQ(diagnostic.message(), "below zero");
  EXPECT_EQ(diagnostic.advice(), "count upwards");
  EXPECT_EQ(feed.encoders().size(), 1u);
}

TEST_F(FeedTest, RefusesLongNamesAndEmptyMessages) {
  {
    Plc plc(channel);
    plc.Part(std::string(item::PartId::kMostBytes, 'x'), 0, 1, 2);
    plc.Part(std::string(item::PartId::kMostBytes + 1, 'x'), 0, 1, 2);
    EXPECT_EQ(plc.WriteUntilEnded().error_code(), StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(feed.parts().size(), 1u);
  }
  Plc plc(channel);
  plc.Nothing();
  EXPECT_EQ(plc.WriteUntilEnded().error_code(), StatusCode::INVALID_ARGUMENT);
}

TEST_F(FeedTest, AFullQueueIsCountedAndTheStreamGoesOn) {
  feed.part_capacity = 2;
  Plc plc(channel);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(plc.Part("p", 0, i * 10, i * 10 + 5));
  ASSERT_TRUE(plc.Encoder(7));
  ASSERT_TRUE(plc.End().ok());
  EXPECT_EQ(plc.response().taken(), 6u);
  EXPECT_EQ(plc.response().dropped(), 3u);
  EXPECT_EQ(feed.encoders().size(), 1u);
}

TEST_F(FeedTest, ASecondPlcIsRefusedUntilTheFirstIsSilent) {
  feed.is_heard = true;
  Plc first(channel);
  ASSERT_TRUE(first.Encoder(1));
  ASSERT_NO_FATAL_FAILURE(WaitForEncoders(1));
  {
    Plc second(NewChannel());
    EXPECT_EQ(second.Finish().error_code(), StatusCode::ALREADY_EXISTS);
  }
  feed.is_heard = false;
  Plc third(NewChannel());
  ASSERT_TRUE(third.Encoder(3));
  ASSERT_NO_FATAL_FAILURE(WaitForEncoders(2));
  EXPECT_EQ(first.WriteUntilEnded().error_code(), StatusCode::ABORTED);
  EXPECT_EQ(feed.encoders().size(), 2u) << "nothing of the old one comes in between";
  EXPECT_TRUE(third.End().ok());
  // One that has ended leaves its place at once.
  feed.is_heard = true;
  Plc fourth(channel);
  ASSERT_TRUE(fourth.Encoder(4));
  EXPECT_TRUE(fourth.End().ok());
}

TEST_F(FeedTest, TheServersEndIsNotHeldUpByAFeed) {
  Plc plc(channel);
  ASSERT_TRUE(plc.Encoder(1));
  ASSERT_NO_FATAL_FAILURE(WaitForEncoders(1));
  const int64_t before_ns = SteadyClock().NowNs();
  server->Shutdown(20'000);
  EXPECT_LT(SteadyClock().NowNs() - before_ns, 10'000'000'000);
  server.reset();
  EXPECT_FALSE(plc.Finish().ok());
}

TEST(FeedOfAnotherLine, IsRefusedWithAdvice) {
  RpcHarness harness;
  harness.offers_feed_and_recipes = false;
  harness.Start();
  Plc plc(harness.channel);
  const grpc::Status status = plc.WriteUntilEnded();
  EXPECT_EQ(status.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_NE(status.error_message().find("trigger"), std::string::npos);
  harness.Stop();
}

}  // namespace
}  // namespace veriline::testing
