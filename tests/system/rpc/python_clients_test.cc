// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/client_process.h"
#include "tests/support/rpc_fakes.h"

namespace veriline::testing {
namespace {

using nlohmann::json;

// Several grants of credits; fewer than the server's ring holds, so that a loaded machine makes the
// PLC late but never makes it miss one.
constexpr uint64_t kItems = 1000;

TEST(PythonClients, APlcTakesReleasesAndAnMesPullsWhatWasConfirmed) {
  RpcHarness harness;
  harness.registry.AddBatch("night");
  harness.line.on_confirm = [&](std::span<const item::ItemConfirmation> confirmations) {
    for (const item::ItemConfirmation& confirmation : confirmations) {
      harness.registry.AddVerified({.code = "code-" + std::to_string(confirmation.item_seq),
                                    .state = batch::CodeState::kCommissioned,
                                    .item = {"line-1", confirmation.lane, confirmation.item_seq},
                                    .confirmed_utc_ns = UtcNowNs()});
    }
  };
  harness.line.confirm_capacity = 7;  // the PLC has to repeat the rest
  harness.Start();
  const std::string address = harness.server->addresses().at(0);
  ClientProcess plc("plc.py",
                    {address, "--confirm", "--seconds", "120", "--items", std::to_string(kItems)});
  ClientProcess mes("mes.py", {address, "--batch", "night", "--seconds", "120", "--records",
                               std::to_string(kItems), "--stable", "0.5"});

  const json hello = json::parse(plc.ReadLine());
  ASSERT_EQ(hello["event"], "hello") << hello;
  EXPECT_EQ(hello["counts_per_mm"], 10.0);
  uint64_t released = 0;
  for (uint64_t seq = 1; seq <= kItems; ++seq) {
    const item::InspectionRecord record = RecordLog::Record(seq);
    item::Verdict verdict{.lane = 1,
                          .item_seq = seq,
                          .from_count = record.from_count,
                          .to_count = record.to_count,
                          .accepted = record.accepted,
                          .primary = record.primary,
                          .reasons = record.reasons};
    verdict.times.sent_ns = SteadyClock().NowNs();
    released += record.accepted;
    if (seq % 100 == 0) harness.Beat();
    harness.server->gateway()->Tell(verdict);
    if (seq < kItems) harness.Write(1);
    SleepUntilNs(verdict.times.sent_ns + 200'000);  // the pace of a fast line, not a meeting point
  }

  uint64_t seen = 0;
  uint64_t beats = 0;
  json end;
  for (;;) {
    const std::string line = plc.ReadLine();
    ASSERT_FALSE(line.empty()) << "the PLC ended without a word";
    const json event = json::parse(line);
    if (event["event"] == "heartbeat") ++beats;
    if (event["event"] == "verdict") {
      const item::InspectionRecord record = RecordLog::Record(++seen);
      ASSERT_EQ(event["item_seq"], seen);
      ASSERT_EQ(event["from_count"], record.from_count);
      ASSERT_EQ(event["released"], record.accepted);
      ASSERT_GT(event["received_ns"].get<int64_t>(), event["times"]["sent_ns"].get<int64_t>());
      if (!record.accepted) {
        ASSERT_EQ(event["primary"], seen % 2 == 0 ? "NO_READ" : "UNKNOWN");
      }
    }
    ASSERT_NE(event["event"], "gap") << line;
    if (event["event"] == "end") {
      end = event;
      break;
    }
  }
  EXPECT_EQ(seen, kItems);
  EXPECT_GT(beats, 0u);
  EXPECT_EQ(end["released"], released);
  EXPECT_EQ(end["confirmed"], released);
  EXPECT_EQ(plc.Wait(), 0);

  harness.Write(1);  // the last record: from here on the MES waits until its list is stable
  const json report = json::parse(mes.ReadLine());
  EXPECT_EQ(mes.Wait(), 0);
  EXPECT_EQ(report["line_id"], "line-1");
  EXPECT_EQ(report["store_id"], "store-1");
  EXPECT_TRUE(report["gaps"].empty());
  EXPECT_EQ(report["verified_end"], "stable");
  ASSERT_EQ(report["records"].size(), kItems);
  for (uint64_t seq = 1; seq <= kItems; ++seq) ASSERT_EQ(report["records"][seq - 1]["seq"], seq);
  ASSERT_EQ(report["verified"].size(), released);
  for (const json& code : report["verified"]) {
    EXPECT_EQ(code["text"], "code-" + std::to_string(code["item_seq"].get<uint64_t>()));
    EXPECT_TRUE(RecordLog::Record(code["item_seq"].get<uint64_t>()).accepted);
  }
}

TEST(PythonClients, SayWhenThereIsNoServer) {
  for (const char* script : {"plc.py", "mes.py"}) {
    ClientProcess client(script, {"127.0.0.1:1", "--connect-seconds", "0.2"});
    EXPECT_EQ(client.Wait(), 1) << script;
  }
}

TEST(PythonClients, EndWhenTheirTimeIsUp) {
  RpcHarness harness;
  harness.Start();
  ClientProcess plc("plc.py", {harness.server->addresses().at(0), "--seconds", "0.3"});
  EXPECT_EQ(json::parse(plc.ReadLine())["event"], "hello");
  EXPECT_EQ(json::parse(plc.ReadLine())["why"], "time is up");
  EXPECT_EQ(plc.Wait(), 0);
}

}  // namespace
}  // namespace veriline::testing
