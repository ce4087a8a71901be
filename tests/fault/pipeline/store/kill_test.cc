// SPDX-License-Identifier: Apache-2.0
// The owner of a store dies by SIGKILL, at random moments and at each operation on the disk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <random>

#include "pipeline/store/embedded/embedded_store.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/store_history.h"
#include "tests/support/worker_process.h"

namespace veriline::testing {
namespace {

using ::testing::IsEmpty;

std::unique_ptr<store::EmbeddedStore> Open(const std::string& dir) {
  auto opened = store::EmbeddedStore::Open(dir);
  EXPECT_TRUE(opened) << opened.error().ToString();
  return opened ? std::move(*opened) : nullptr;
}

/// Opens what a killed owner left and holds it to the history. Says whether the group that was
/// being written when it died is there; nothing when there was none.
std::optional<bool> LookAfterDeath(const std::string& dir, StoreHistory& history,
                                   uint64_t records_seen) {
  const auto store = Open(dir);
  if (store == nullptr) return std::nullopt;
  const auto was_written = history.Restarted(*store, *store);
  const auto answers = history.Ask(*store, *store, records_seen + 1);
  EXPECT_THAT(answers.wrong, IsEmpty());
  EXPECT_THAT(answers.refusals, IsEmpty());
  EXPECT_THAT(history.problems(), IsEmpty());
  return was_written;
}

/// Where a death found its process.
std::string PlaceOf(const Moment& moment) {
  const auto name = [](Moment::Disk disk, const char* what) {
    return std::string(disk == Moment::Disk::kSyncing ? "syncing the " : "writing the ") + what;
  };
  switch (moment.line.load()) {
    case Moment::Line::kStarting:
      return "starting";
    case Moment::Line::kWaiting:
      return "between two groups";
    case Moment::Line::kTelling:
      return "durable, telling the releases";
    case Moment::Line::kCommitting:
      break;
  }
  const Moment::Disk log = moment.log;
  return "a claim in flight: " + (log == Moment::Disk::kIdle ? "in memory" : name(log, "log"));
}

/// Lives on the store until `messages` were told and `delay` went by, then kills.
void LiveAndDie(WorkerProcess& worker, StoreHistory& history, int messages,
                std::chrono::microseconds delay) {
  ReportReader reader(history);
  while (messages > 0) {
    const std::vector<Report> reports = worker.Read(10'000);
    ASSERT_FALSE(reports.empty()) << "the worker fell silent";
    messages -= reader.Take(reports);
  }
  // The moment is part of the test's dice, nothing waits for it.
  const auto end = std::chrono::steady_clock::now() + delay;
  while (std::chrono::steady_clock::now() < end) reader.Take(worker.Read(0));
  const int status = worker.Kill();
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "it ended by itself";
  for (auto reports = worker.Read(0); !reports.empty(); reports = worker.Read(0)) {
    reader.Take(reports);
  }
}

TEST(Kill, AtAnyMomentLosesNothingAndAcceptsNothingTwice) {
  constexpr int kKills = 30;
  constexpr int kCodes = 30'000;
  std::map<std::string, int> places;
  int in_flight = 0, written = 0, checkpoints = 0, imports = 0;
  std::mt19937_64 random(20'240'817);
  const auto draw = [&](uint64_t below) { return random() % below; };
  for (int round = 0; round < FaultRounds(); ++round) {
    const ScratchFolder folder;
    const std::string dir = folder.path() + "/store";
    StoreHistory history(kCodes);
    for (int kill_number = 0; kill_number < kKills; ++kill_number) {
      SCOPED_TRACE("round " + std::to_string(round) + ", kill " + std::to_string(kill_number));
      const uint64_t records_seen = history.records();
      WorkerProcess worker(
          STORE_WORKER, {"line", dir, std::to_string(random()), std::to_string(kCodes), "REPORTS",
                         "MOMENT", std::to_string(history.next_import())});
      // Some die before they can say a word.
      const bool early = draw(6) == 0;
      LiveAndDie(worker, history, early ? 0 : 1 + static_cast<int>(draw(120)),
                 std::chrono::microseconds(draw(early ? 60'000 : 2'000)));
      if (HasFatalFailure()) return;
      places[PlaceOf(worker.moment())]++;
      checkpoints += worker.moment().database != Moment::Disk::kIdle;
      imports += worker.moment().importing;
      const auto was_written = LookAfterDeath(dir, history, records_seen);
      in_flight += was_written.has_value();
      written += was_written.value_or(false);
      if (HasFailure()) return;
    }
    std::printf("  %llu claims, %llu records\n", static_cast<unsigned long long>(history.claimed()),
                static_cast<unsigned long long>(history.records()));
    EXPECT_GT(history.claimed(), 500u);
  }
  for (const auto& [place, n] : places) std::printf("  %4d  %s\n", n, place.c_str());
  std::printf("  %4d  of them while a checkpoint wrote, %d while a batch was imported\n",
              checkpoints, imports);
  std::printf("  %4d  with a group that was not yet told durable, %d of them were\n", in_flight,
              written);
  EXPECT_GE(in_flight, kKills * FaultRounds() / 4) << "the kills miss what they are meant to hit";
}

TEST(Kill, WhileItLivesNobodyElseOwnsTheStore) {
  const ScratchFolder folder;
  const std::string dir = folder.path() + "/store";
  StoreHistory history(1000);
  WorkerProcess worker(STORE_WORKER, {"line", dir, "1", "1000", "REPORTS", "MOMENT", "0"});
  ReportReader reader(history);
  ASSERT_GT(reader.Take(worker.Read(10'000)), 0);
  const auto second = store::EmbeddedStore::Open(dir);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(second.error().message,
              ::testing::HasSubstr("process " + std::to_string(worker.pid())));
  LiveAndDie(worker, history, 0, {});
  LookAfterDeath(dir, history, 0);  // its lock went with it
}

constexpr int kScriptCodes = 40'000;

struct ScriptRun {
  int operations = 0, syncs = 0;    ///< of one that went to its end
  std::optional<bool> was_written;  ///< the group under way when it died; nothing: there was none
};

/// Runs the worker's script to its end or death, then looks.
ScriptRun RunScript(int kill_at, const std::string& when) {
  ScriptRun run;
  const ScratchFolder folder;
  const std::string dir = folder.path() + "/store";
  StoreHistory history(kScriptCodes);
  WorkerProcess worker(STORE_WORKER, {"script", dir, "7", std::to_string(kScriptCodes), "REPORTS",
                                      std::to_string(kill_at), when});
  ReportReader reader(history);
  Report last;
  for (auto reports = worker.Read(20'000); !reports.empty(); reports = worker.Read(20'000)) {
    last = reports.back();
    reader.Take(reports);
  }
  const int status = worker.Wait();
  if (kill_at == 0) {
    EXPECT_EQ(status, 0);
    return {.operations = static_cast<int>(last.number), .syncs = last.code};
  }
  EXPECT_TRUE(WIFSIGNALED(status)) << status;
  run.was_written = LookAfterDeath(dir, history, 0);
  // And the next life goes on from there.
  const auto store = Open(dir);
  if (store == nullptr) return run;
  history.Restarted(*store, *store);
  StoreLife life(*store, *store, history, 8, kScriptCodes);
  EXPECT_TRUE(life.Step(5));
  EXPECT_TRUE(life.Import(history.next_import()));
  EXPECT_THAT(history.Ask(*store, *store).wrong, IsEmpty());
  EXPECT_THAT(history.problems(), IsEmpty());
  return run;
}

/// Dies at `deaths` places of the script, one somewhere in each equal part of it, and counts what
/// became of the groups under way.
std::map<std::string, int> DieAlong(int length, int deaths, std::vector<std::string> whens) {
  std::map<std::string, int> outcomes;
  std::mt19937_64 random(1);
  for (int i = 0; i < deaths; ++i) {
    const int from = static_cast<int>(int64_t{length} * i / deaths);
    const int to = static_cast<int>(int64_t{length} * (i + 1) / deaths);
    const int at = 1 + from + static_cast<int>(random() % static_cast<uint64_t>(to - from));
    const std::string& when = whens[static_cast<size_t>(i) % whens.size()];
    SCOPED_TRACE(when + " " + std::to_string(at));
    const ScriptRun run = RunScript(at, when);
    if (::testing::Test::HasFailure()) break;
    outcomes[!run.was_written   ? "no group under way"
             : *run.was_written ? "the group under way was durable"
                                : "the group under way was not"]++;
  }
  for (const auto& [outcome, n] : outcomes) std::printf("  %4d  %s\n", n, outcome.c_str());
  return outcomes;
}

TEST(Kill, AtOperationsOnTheDisk) {
  const int operations = RunScript(0, "before").operations;
  ASSERT_GT(operations, 700);  // a checkpoint writes hundreds of pages
  std::printf("  %d operations\n", operations);
  // The checkpointer has a thread of its own: another run may end some operations earlier.
  DieAlong(operations * 95 / 100, std::min(24 * FaultRounds(), operations),
           {"before", "half", "after"});
}

TEST(Kill, AtSyncs) {
  const int syncs = RunScript(0, "before").syncs;
  ASSERT_GT(syncs, 14);  // each group has one
  std::printf("  %d syncs\n", syncs);
  const auto outcomes =
      DieAlong(syncs, std::min(14 * FaultRounds(), syncs), {"before_sync", "after_sync"});
  // Dead between the sync and the word of it.
  EXPECT_GT(outcomes.at("the group under way was durable"), 0);
}

}  // namespace
}  // namespace veriline::testing
