// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/rpc_fakes.h"
#include "veriline/v1/reject_service.grpc.pb.h"
#include "vision/core/latency_histogram.h"

namespace veriline::testing {
namespace {

using grpc::StatusCode;
using Request = v1::RejectServiceWatchRequest;
using Response = v1::RejectServiceWatchResponse;

/// A gate's stream.
class Gate {
 public:
  explicit Gate(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(v1::RejectService::NewStub(channel)) {
    SetTestDeadline(&context_);
    stream_ = stub_->Watch(&context_);
  }
  ~Gate() {
    context_.TryCancel();
    if (!finished_) static_cast<void>(stream_->Finish());
  }

  Gate& Open(uint32_t credits, uint64_t from_seq = 0, double max_rate_hz = 0) {
    Request request;
    request.mutable_open()->set_credits(credits);
    request.mutable_open()->set_from_seq(from_seq);
    request.mutable_open()->set_max_rate_hz(max_rate_hz);
    stream_->Write(request);
    return *this;
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
  void HalfClose() { stream_->WritesDone(); }
  grpc::Status Finish() {
    finished_ = true;
    return stream_->Finish();
  }

 private:
  std::unique_ptr<v1::RejectService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<Request, Response>> stream_;
  bool finished_ = false;
};

class RejectServiceTest : public ::testing::Test, public RpcHarness {
 protected:
  void SetUp() override { Start(); }
  void TearDown() override { Stop(); }
};

TEST_F(RejectServiceTest, SaysHelloFirstThenVerdictsInOrder) {
  Tell(1, 5);  // before anybody listens: nobody ever gets these
  Gate gate(channel);
  const Response hello = gate.Open(100).Read();
  ASSERT_TRUE(hello.has_hello()) << hello.DebugString();
  EXPECT_EQ(hello.hello().line_id(), "line-1");
  EXPECT_EQ(hello.hello().store_id(), "store-1");
  EXPECT_EQ(hello.hello().counts_per_mm(), 10);
  EXPECT_EQ(hello.hello().lanes(), 2);
  Tell(6, 50);
  // Verdicts told while the first were still on their way to the hub count as after the Hello.
  uint64_t next = hello.hello().last_seq() + 1;
  EXPECT_GE(next, 1u);
  EXPECT_LE(next, 6u);
  for (; next <= 55; ++next) {
    const Response response = gate.Read();
    ASSERT_TRUE(response.has_verdict()) << response.DebugString();
    EXPECT_EQ(response.verdict().seq(), next);
    EXPECT_EQ(response.verdict().item().item_seq(), next);
    EXPECT_EQ(response.verdict().item().line_id(), "line-1");
    EXPECT_EQ(response.verdict().window().from_count(), static_cast<int64_t>(next) * 100);
    EXPECT_TRUE(response.verdict().released());
  }
}

TEST_F(RejectServiceTest, SendsNoMoreVerdictsThanCreditsButBeatsAtOnce) {
  Gate gate(channel);
  ASSERT_TRUE(gate.Open(3).Read().has_hello());
  Tell(1, 10);
  for (uint64_t seq = 1; seq <= 3; ++seq) ASSERT_EQ(gate.Read().verdict().seq(), seq);
  Beat();  // told after all ten: anything sent without a credit would stand before it
  const Response beat = gate.Read();
  ASSERT_TRUE(beat.has_heartbeat()) << beat.DebugString();
  EXPECT_EQ(beat.heartbeat().last_seq(), 10u);
  EXPECT_EQ(beat.heartbeat().encoder_count(), 77);
  EXPECT_EQ(beat.heartbeat().state(), v1::PACKML_STATE_EXECUTE);
  gate.Grant(2);
  EXPECT_EQ(gate.Read().verdict().seq(), 4u);
  EXPECT_EQ(gate.Read().verdict().seq(), 5u);
  Beat();
  EXPECT_TRUE(gate.Read().has_heartbeat());
}

TEST_F(RejectServiceTest, WithoutCreditsForeverOnlyBeatsCome) {
  Gate gate(channel);
  ASSERT_TRUE(gate.Open(0).Read().has_hello());
  for (int i = 0; i < 20; ++i) {
    Tell(static_cast<uint64_t>(i) * 100 + 1, 100);
    gate.Grant(0);
    Beat();
    ASSERT_TRUE(gate.Read().has_heartbeat());
  }
}

TEST_F(RejectServiceTest, CountsWhatASlowReaderMissed) {
  constexpr uint64_t kRing = 1024;
  constexpr uint64_t kTold = kRing + 500;
  Gate gate(channel);
  ASSERT_TRUE(gate.Open(0).Read().has_hello());
  Tell(1, kTold);
  Beat();
  ASSERT_EQ(gate.Read().heartbeat().last_seq(), kTold);  // the hub has taken all of them
  gate.Grant(2 * kTold);
  const Response gap = gate.Read();
  ASSERT_TRUE(gap.has_gap()) << gap.DebugString();
  EXPECT_EQ(gap.gap().from_seq(), 1u);
  EXPECT_EQ(gap.gap().to_seq(), 500u);
  EXPECT_EQ(gap.gap().missed(), 500u);
  for (uint64_t seq = 501; seq <= kTold; ++seq) ASSERT_EQ(gate.Read().verdict().seq(), seq);
}

TEST_F(RejectServiceTest, MoreThanItsQueueAtOnceIsAGapAndNotSilence) {
  Gate gate(channel);
  ASSERT_TRUE(gate.Open(1'000'000).Read().has_hello());
  constexpr uint64_t kTold = 50'000;  // far above the queue of 4096, told as fast as it goes
  Tell(1, kTold);
  uint64_t accounted = 0;
  while (accounted < kTold) {
    const Response response = gate.Read();
    if (response.has_gap()) {
      ASSERT_EQ(response.gap().from_seq(), accounted + 1);
      ASSERT_EQ(response.gap().missed(), response.gap().to_seq() - accounted);
      accounted = response.gap().to_seq();
    } else {
      ASSERT_TRUE(response.has_verdict()) << "stream ended at " << accounted;
      ASSERT_EQ(response.verdict().seq(), ++accounted);
    }
  }
}

TEST_F(RejectServiceTest, AThinnedStreamSendsTheNewestAndCountsTheRest) {
  Gate gate(channel);
  constexpr double kRateHz = 20;
  ASSERT_TRUE(gate.Open(10'000, 0, kRateHz).Read().has_hello());
  const int64_t start_ns = SteadyClock().NowNs();
  constexpr uint64_t kTold = 300;
  for (uint64_t i = 1; i <= kTold; ++i) {
    Tell(i, 1);
    SleepUntilNs(start_ns + static_cast<int64_t>(i) * 1'000'000);  // 1000 a second
  }
  uint64_t accounted = 0;
  int verdicts = 0;
  while (accounted < kTold) {
    const Response response = gate.Read();
    if (response.has_gap()) {
      ASSERT_EQ(response.gap().from_seq(), accounted + 1);
      accounted += response.gap().missed();
      ASSERT_EQ(response.gap().to_seq(), accounted);
    } else {
      ASSERT_TRUE(response.has_verdict());
      ASSERT_EQ(response.verdict().seq(), ++accounted);
      ++verdicts;
    }
  }
  const double seconds = static_cast<double>(SteadyClock().NowNs() - start_ns) * 1e-9;
  EXPECT_LE(verdicts, static_cast<int>(seconds * kRateHz) + 2);
  EXPECT_GE(verdicts, 2);
}

TEST_F(RejectServiceTest, RefusesWhatIsNoProperOpening) {
  {
    Gate gate(channel);
    gate.Grant(1);
    EXPECT_FALSE(gate.Read().has_hello());
    EXPECT_EQ(gate.Finish().error_code(), StatusCode::INVALID_ARGUMENT);
  }
  {
    Gate gate(channel);
    gate.HalfClose();
    EXPECT_EQ(gate.Finish().error_code(), StatusCode::INVALID_ARGUMENT);
  }
  {
    Gate gate(channel);
    ASSERT_TRUE(gate.Open(1).Read().has_hello());
    gate.Open(1);
    gate.Read();
    EXPECT_EQ(gate.Finish().error_code(), StatusCode::INVALID_ARGUMENT);
  }
  {
    Gate gate(channel);
    gate.Open(1, /*from_seq=*/1);
    gate.Read();
    const grpc::Status status = gate.Finish();
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
    EXPECT_NE(status.error_message().find("live only"), std::string::npos);
  }
  for (const double rate_hz :
       {-1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    Gate gate(channel);
    gate.Open(1, 0, rate_hz);
    gate.Read();
    EXPECT_EQ(gate.Finish().error_code(), StatusCode::INVALID_ARGUMENT) << rate_hz;
  }
}

TEST_F(RejectServiceTest, HugeCreditsAndRatesAreJustMuch) {
  Gate gate(channel);
  constexpr uint32_t kMost = std::numeric_limits<uint32_t>::max();
  ASSERT_TRUE(gate.Open(kMost, 0, std::numeric_limits<double>::max()).Read().has_hello());
  for (int i = 0; i < 1000; ++i) gate.Grant(kMost);
  Tell(1, 1);
  EXPECT_EQ(gate.Read().verdict().seq(), 1u);
}

TEST_F(RejectServiceTest, AHalfClosedStreamEndsWhenItsCreditsAreSpent) {
  Gate gate(channel);
  ASSERT_TRUE(gate.Open(2).Read().has_hello());
  gate.HalfClose();
  Tell(1, 5);
  EXPECT_EQ(gate.Read().verdict().seq(), 1u);
  EXPECT_EQ(gate.Read().verdict().seq(), 2u);
  EXPECT_EQ(gate.Read().event_case(), Response::EVENT_NOT_SET);
  EXPECT_TRUE(gate.Finish().ok());
}

TEST_F(RejectServiceTest, RefusesTheStreamAboveItsLimitAndServesTheOthers) {
  std::vector<std::unique_ptr<Gate>> gates;
  for (int i = 0; i < 64; ++i) {
    gates.push_back(std::make_unique<Gate>(channel));
    ASSERT_TRUE(gates.back()->Open(10).Read().has_hello());
  }
  Gate one_more(channel);
  one_more.Open(10).Read();
  EXPECT_EQ(one_more.Finish().error_code(), StatusCode::RESOURCE_EXHAUSTED);
  Tell(1, 1);
  for (const auto& gate : gates) EXPECT_EQ(gate->Read().verdict().seq(), 1u);
}

TEST_F(RejectServiceTest, TakesConfirmations) {
  const auto stub = v1::RejectService::NewStub(channel);
  v1::ConfirmRequest request;
  for (uint64_t seq : {7u, 8u, 9u}) {
    auto* confirmation = request.add_confirmations();
    confirmation->mutable_item()->set_line_id("line-1");
    confirmation->mutable_item()->set_lane(1);
    confirmation->mutable_item()->set_item_seq(seq);
    confirmation->set_outcome(seq == 8 ? v1::ConfirmRequest::OUTCOME_REMOVED
                                       : v1::ConfirmRequest::OUTCOME_PASSED);
  }
  line.confirm_capacity = 2;
  v1::ConfirmResponse response;
  grpc::ClientContext context;
  SetTestDeadline(&context);
  ASSERT_TRUE(stub->Confirm(&context, request, &response).ok());
  EXPECT_EQ(response.taken(), 2u);
  const auto confirmed = line.confirmed();
  ASSERT_EQ(confirmed.size(), 2u);
  EXPECT_EQ(confirmed[0].item_seq, 7u);
  EXPECT_EQ(confirmed[0].lane, 1);
  EXPECT_TRUE(confirmed[0].passed);
  EXPECT_FALSE(confirmed[1].passed);
}

TEST_F(RejectServiceTest, TakesNothingOfAConfirmationThatIsWrong) {
  const auto stub = v1::RejectService::NewStub(channel);
  v1::ConfirmRequest good;
  good.add_confirmations()->mutable_item()->set_line_id("line-1");
  good.mutable_confirmations(0)->set_outcome(v1::ConfirmRequest::OUTCOME_PASSED);

  v1::ConfirmRequest other_line = good;
  other_line.add_confirmations()->mutable_item()->set_line_id("line-2");
  other_line.mutable_confirmations(1)->set_outcome(v1::ConfirmRequest::OUTCOME_PASSED);
  v1::ConfirmRequest no_outcome = good;
  no_outcome.add_confirmations()->mutable_item()->set_line_id("line-1");

  for (const auto& request : {other_line, no_outcome}) {
    v1::ConfirmResponse response;
    grpc::ClientContext context;
    SetTestDeadline(&context);
    const grpc::Status status = stub->Confirm(&context, request, &response);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
    EXPECT_NE(status.error_message().find("confirmations[1]"), std::string::npos);
  }
  EXPECT_TRUE(line.confirmed().empty());
}

TEST_F(RejectServiceTest, ReachesAClientInTime) {
  Gate gate(channel);
  ASSERT_TRUE(gate.Open(100'000).Read().has_hello());
  const SteadyClock clock;
  LatencyHistogram latency;
  constexpr uint64_t kItems = 2000;
  for (uint64_t seq = 1; seq <= kItems; ++seq) {
    Tell(seq, 1);
    const Response response = gate.Read();
    ASSERT_EQ(response.verdict().seq(), seq);
    latency.Record(clock.NowNs() - response.verdict().times().sent_ns());
  }
  const LatencyHistogram::Summary summary = latency.Summarize();
  RecordProperty("p50_us", std::to_string(summary.p50_us));
  std::printf("Tell → client on loopback: p50 %.0f us, p99 %.0f us, p99.9 %.0f us, max %.0f us\n",
              summary.p50_us, summary.p99_us, summary.p999_us, summary.max_us);
  // 5 ms is the budget of the whole way from the last pixel; a quiet machine needs a tenth of a
  // millisecond here, a loaded one some more.
  EXPECT_LT(summary.p50_us, 2000);
}

}  // namespace
}  // namespace veriline::testing
