// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "tests/support/rpc_fakes.h"
#include "veriline/v1/inspection_service.grpc.pb.h"
#include "veriline/v1/reject_service.grpc.pb.h"
#include "vision/core/latency_histogram.h"

// A reader that stops for good must cost nobody anything: no memory that grows, no delay.

namespace veriline::testing {
namespace {

constexpr uint32_t kEndlessCredits = 4'000'000'000;

// A stopped reader costs its gRPC stream, one chunk and the HTTP/2 window of its connection; what
// flows past it (200 MB in the record test) must not stay anywhere.
constexpr int64_t kMostGrowthKb = 64 * 1024;

// A reader that waited for the stopped one, which never reads again, would wait for ever. What is
// left is the noise of a shared machine: little in the median, up to tens of milliseconds in the
// p99 while others compile.
void ExpectUnchanged(const LatencyHistogram::Summary& alone,
                     const LatencyHistogram::Summary& beside) {
  EXPECT_LT(beside.p50_us, 2 * alone.p50_us + 500);
  EXPECT_LT(beside.p99_us, 3 * alone.p99_us + 100'000);
}

int64_t ResidentKb() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    int64_t kb = 0;
    if (word == "VmRSS:" && status >> kb) return kb;
  }
  return 0;
}

void Print(const char* what, const LatencyHistogram::Summary& latency) {
  std::printf("%s: %llu messages, p50 %.0f us, p99 %.0f us, p99.9 %.0f us, max %.0f us\n", what,
              static_cast<unsigned long long>(latency.count), latency.p50_us, latency.p99_us,
              latency.p999_us, latency.max_us);
}

/// A stream of either service, opened with endless credits and its Hello read.
template <class Service, class Request, class Response>
struct Stream {
  Stream(const std::shared_ptr<grpc::Channel>& channel, const Request& open)
      : stub(Service::NewStub(channel)) {
    SetTestDeadline(&context, 240);
    stream = stub->Watch(&context);
    stream->Write(open);
    Response hello;
    is_open = stream->Read(&hello) && hello.has_hello();
  }
  ~Stream() {
    context.TryCancel();
    static_cast<void>(stream->Finish());
  }
  std::unique_ptr<typename Service::Stub> stub;
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReaderWriter<Request, Response>> stream;
  bool is_open = false;
};

using RecordStream = Stream<v1::InspectionService, v1::InspectionServiceWatchRequest,
                            v1::InspectionServiceWatchResponse>;
using GateStream =
    Stream<v1::RejectService, v1::RejectServiceWatchRequest, v1::RejectServiceWatchResponse>;

v1::InspectionServiceWatchRequest OpenRecords() {
  v1::InspectionServiceWatchRequest request;
  request.mutable_open()->mutable_watch()->set_credits(kEndlessCredits);
  return request;
}
v1::RejectServiceWatchRequest OpenGate() {
  v1::RejectServiceWatchRequest request;
  request.mutable_open()->set_credits(kEndlessCredits);
  return request;
}

/// Lets `count` records of 2 kB flow at 4000 a second; the latency of those that `reader` got live.
LatencyHistogram::Summary FlowRecords(RpcHarness* harness, RecordStream* reader, uint64_t count) {
  const SteadyClock clock;
  std::thread writer([&] {
    const std::string detail(2000, 'x');
    const int64_t start_ns = clock.NowNs();
    for (uint64_t i = 0; i < count; ++i) {
      SleepUntilNs(start_ns + static_cast<int64_t>(i) * 250'000);
      item::InspectionRecord record = harness->records.Write();
      record.detail = detail;
      record.times.sent_ns = clock.NowNs();
      harness->server->sink()->OnRecord(record);
    }
  });
  LatencyHistogram latency;
  uint64_t last = 0;
  for (uint64_t i = 0; i < count; ++i) {
    v1::InspectionServiceWatchResponse response;
    if (!reader->stream->Read(&response) || !response.has_record()) break;
    EXPECT_TRUE(last == 0 || response.record().seq() == last + 1);
    last = response.record().seq();
    // 0: it came from the store.
    const int64_t sent_ns = response.record().times().sent_ns();
    if (sent_ns != 0) latency.Record(clock.NowNs() - sent_ns);
  }
  writer.join();
  return latency.Summarize();
}

TEST(SlowReader, OfRecordsDelaysNobodyAndHoldsNoMemory) {
  RpcHarness harness;
  harness.Start();
  RecordStream fast(harness.channel, OpenRecords());
  ASSERT_TRUE(fast.is_open);
  constexpr uint64_t kAlone = 12'000;
  const auto alone = FlowRecords(&harness, &fast, kAlone);
  Print("alone", alone);
  ASSERT_GE(alone.count, kAlone * 9 / 10);

  RecordStream stopped(harness.NewChannel(), OpenRecords());  // never reads again
  ASSERT_TRUE(stopped.is_open);
  v1::InspectionServiceWatchRequest no_credits = OpenRecords();
  no_credits.mutable_open()->mutable_watch()->set_credits(0);
  RecordStream mute(harness.NewChannel(), no_credits);  // never grants any
  ASSERT_TRUE(mute.is_open);

  constexpr uint64_t kFlow = 100'000;
  const int64_t before_kb = ResidentKb();
  const auto beside = FlowRecords(&harness, &fast, kFlow);
  const int64_t growth_kb = ResidentKb() - before_kb;
  Print("beside a stopped reader", beside);
  std::printf("resident memory grew by %lld kB\n", static_cast<long long>(growth_kb));
  EXPECT_GE(beside.count, kFlow * 9 / 10);
  ExpectUnchanged(alone, beside);
  EXPECT_LT(growth_kb, kMostGrowthKb);

  // It goes on where it stopped, without a hole: from its connection, then from the store.
  uint64_t expected = kAlone + 1;
  while (expected <= kAlone + kFlow) {
    v1::InspectionServiceWatchResponse response;
    ASSERT_TRUE(stopped.stream->Read(&response));
    ASSERT_EQ(response.record().seq(), expected++);
  }
}

/// Tells `count` verdicts at 1000 a second; the latency at `gate`, which must get each of them.
LatencyHistogram::Summary FlowVerdicts(RpcHarness* harness, GateStream* gate, uint64_t first,
                                       uint64_t count) {
  const SteadyClock clock;
  std::thread teller([&] {
    const int64_t start_ns = clock.NowNs();
    for (uint64_t i = 0; i < count; ++i) {
      SleepUntilNs(start_ns + static_cast<int64_t>(i) * 1'000'000);
      harness->Tell(first + i, 1);
    }
  });
  LatencyHistogram latency;
  for (uint64_t i = 0; i < count; ++i) {
    v1::RejectServiceWatchResponse response;
    if (!gate->stream->Read(&response) || response.verdict().seq() != first + i) {
      ADD_FAILURE() << "verdict " << first + i << " missed: " << response.ShortDebugString();
      break;
    }
    latency.Record(clock.NowNs() - response.verdict().times().sent_ns());
  }
  teller.join();
  return latency.Summarize();
}

TEST(SlowReader, OfReleasesDelaysNoOtherGate) {
  RpcHarness harness;
  harness.Start();
  GateStream gate(harness.channel, OpenGate());
  ASSERT_TRUE(gate.is_open);
  const auto alone = FlowVerdicts(&harness, &gate, 1, 3000);
  Print("alone", alone);
  GateStream stopped(harness.NewChannel(), OpenGate());  // never reads again
  ASSERT_TRUE(stopped.is_open);
  const auto beside = FlowVerdicts(&harness, &gate, 3001, 10'000);
  Print("beside a stopped gate", beside);
  ExpectUnchanged(alone, beside);

  // The stopped one learns how many it missed: nothing is passed over in silence.
  uint64_t accounted = 3000;
  while (accounted < 13'000) {
    v1::RejectServiceWatchResponse response;
    ASSERT_TRUE(stopped.stream->Read(&response));
    if (response.has_gap()) {
      ASSERT_EQ(response.gap().from_seq(), accounted + 1);
      accounted = response.gap().to_seq();
    } else {
      ASSERT_EQ(response.verdict().seq(), ++accounted);
    }
  }
}

}  // namespace
}  // namespace veriline::testing
