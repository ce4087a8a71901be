// SPDX-License-Identifier: Apache-2.0
// Workers that abort, hang, answer nonsense, die and are killed: what it costs, and that they are
// there again.
#include "vision/decode/worker/decode_workers.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "tests/support/decode_crops.h"

namespace veriline::decode::worker {
namespace {

namespace fs = std::filesystem;
using testing::Canvas;
using testing::FaultyCrop;
using testing::FaultyWorkers;

constexpr int64_t kNsPerMs = 1'000'000;
/// For what must happen: a busy machine may take its time, a broken program takes for ever.
constexpr int64_t kPatienceNs = 20'000 * kNsPerMs;
const SteadyClock kClock;

/// Signals this one process. Kernels take 0 and -1 for many, or for all there are.
bool Signal(std::optional<pid_t> pid, int signal) {
  return pid && *pid > 1 && kill(*pid, signal) == 0;
}
bool IsThere(std::optional<pid_t> pid) { return Signal(pid, 0); }

bool WaitUntil(const std::function<bool()>& happened) {
  const int64_t give_up_ns = kClock.NowNs() + kPatienceNs;
  while (!happened()) {
    if (kClock.NowNs() > give_up_ns) return false;
    SleepUntilNs(kClock.NowNs() + kNsPerMs);
  }
  return true;
}

Canvas GoodCrop() { return testing::DrawCrop(Symbology::kDataMatrix, "GOOD"); }

std::string FileText(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

class DecodeWorkersTest : public ::testing::Test {
 protected:
  void Launch(const DecodeWorkersOptions& options) {
    auto workers = DecodeWorkers::Start(options, kClock);
    ASSERT_TRUE(workers) << workers.error().ToString();
    workers_ = std::move(*workers);
  }
  void Launch(int count) { Launch(FaultyWorkers(count)); }
  WorkerDecoder& decoder(size_t i = 0) { return workers_->decoder(i); }
  std::optional<std::string> ReadGood(size_t i = 0) {
    static const Canvas crop = GoodCrop();
    const auto symbol = decoder(i).Zxing(crop.view(), {});
    if (!symbol) return std::nullopt;
    return std::string(symbol->text.view());
  }
  void ExpectBackAgain(size_t i = 0) {
    ASSERT_TRUE(WaitUntil([&] { return decoder(i).ready(); }));
    EXPECT_EQ(ReadGood(i), "GOOD");
  }

  std::unique_ptr<DecodeWorkers> workers_;
};

// ---- what a call meets ------------------------------------------------------------------------

class DecodeWorkersFault : public DecodeWorkersTest,
                           public ::testing::WithParamInterface<const char*> {};

TEST_P(DecodeWorkersFault, CostsItsCallAndAWorker) {
  ASSERT_NO_FATAL_FAILURE(Launch(2));
  EXPECT_EQ(ReadGood(), "GOOD");
  const auto before = workers_->pid(0);
  const auto other = workers_->pid(1);
  const Canvas crop = FaultyCrop(GetParam());
  EXPECT_FALSE(decoder().Zxing(crop.view(), {}));
  EXPECT_EQ(decoder().counters().skipped, 1U);
  EXPECT_EQ(ReadGood(1), "GOOD");  // at once: the other is not touched
  ASSERT_TRUE(WaitUntil([&] { return workers_->pid(0) != before; }));
  ASSERT_NO_FATAL_FAILURE(ExpectBackAgain());
  EXPECT_EQ(workers_->pid(1), other);
  EXPECT_EQ(decoder(0).counters().restarts, 1U);
  EXPECT_EQ(decoder(1).counters().restarts, 0U);
  EXPECT_EQ(decoder(1).counters().skipped, 0U);
  EXPECT_FALSE(decoder().failing());
  EXPECT_FALSE(IsThere(before)) << "it was not buried";
}

INSTANTIATE_TEST_SUITE_P(Faults, DecodeWorkersFault,
                         ::testing::Values("abort", "crash", "exit", "hang", "sleep", "scribble",
                                           "bad-symbology", "bad-unasked", "bad-decoder",
                                           "bad-identifier", "bad-corner", "bad-far", "bad-rows",
                                           "bad-text"),
                         [](const auto& fault) {
                           std::string name = fault.param;
                           std::erase(name, '-');
                           return name;
                         });

TEST_F(DecodeWorkersTest, AHangCostsTheBudgetOfItsKind) {
  ASSERT_NO_FATAL_FAILURE(Launch(1));
  const Canvas crop = FaultyCrop("hang");
  const WorkerBudgets budgets;
  const auto lasts_ns = [&](const auto& call) {
    const int64_t start_ns = kClock.NowNs();
    EXPECT_FALSE(call());
    return kClock.NowNs() - start_ns;
  };
  EXPECT_GE(lasts_ns([&] { return decoder().Zxing(crop.view(), {}); }), budgets.zxing_us * 1000);
  ASSERT_NO_FATAL_FAILURE(ExpectBackAgain());
  EXPECT_GE(lasts_ns([&] { return decoder().Dmtx(crop.view(), {}); }), budgets.dmtx_us * 1000);
  ASSERT_NO_FATAL_FAILURE(ExpectBackAgain());
  // One that waits for ever uses no processor: the clock ends it.
  const Canvas sleep = FaultyCrop("sleep");
  EXPECT_GE(lasts_ns([&] { return decoder().Dmtx(sleep.view(), {}); }),
            budgets.wall_factor * budgets.dmtx_us * 1000);
  ASSERT_NO_FATAL_FAILURE(ExpectBackAgain());
  EXPECT_EQ(decoder().counters().restarts, 3U);
}

// ---- deadlines --------------------------------------------------------------------------------

TEST_F(DecodeWorkersTest, ALateWorkerIsLeftToEndItsCall) {
  ASSERT_NO_FATAL_FAILURE(Launch(1));
  const auto pid = workers_->pid(0);
  const Canvas slow = FaultyCrop("slow");
  decoder().SetDeadline(kClock.NowNs() + 5 * kNsPerMs);
  EXPECT_FALSE(decoder().Zxing(slow.view(), {}));
  EXPECT_EQ(decoder().counters().skipped, 1U);
  // The next caller waits for it, and gets the answer to its own question.
  decoder().SetDeadline(0);
  EXPECT_EQ(ReadGood(), "GOOD");
  EXPECT_EQ(workers_->pid(0), pid);
  EXPECT_EQ(decoder().counters().skipped, 1U);
  EXPECT_EQ(decoder().counters().restarts, 0U);
}

TEST_F(DecodeWorkersTest, AWorkerThatNobodyWaitsForIsKilledWhenItHangs) {
  ASSERT_NO_FATAL_FAILURE(Launch(1));
  const auto pid = workers_->pid(0);
  const Canvas hang = FaultyCrop("hang");
  decoder().SetDeadline(kClock.NowNs() + 2 * kNsPerMs);
  EXPECT_FALSE(decoder().Zxing(hang.view(), {}));
  EXPECT_TRUE(WaitUntil([&] { return workers_->pid(0) != pid; }));  // with no further call
  decoder().SetDeadline(0);
  ASSERT_NO_FATAL_FAILURE(ExpectBackAgain());
}

TEST_F(DecodeWorkersTest, APastDeadlineAsksNobody) {
  ASSERT_NO_FATAL_FAILURE(Launch(1));
  decoder().SetDeadline(kClock.NowNs() - kNsPerMs);
  EXPECT_FALSE(ReadGood());
  EXPECT_EQ(decoder().counters().skipped, 1U);
  decoder().SetDeadline(0);
  EXPECT_EQ(ReadGood(), "GOOD");
  EXPECT_EQ(decoder().counters().restarts, 0U);
}

// ---- life and death ---------------------------------------------------------------------------

TEST_F(DecodeWorkersTest, DeathBetweenCalls) {
  ASSERT_NO_FATAL_FAILURE(Launch(1));
  for (uint64_t round = 1; round <= 3; ++round) {
    const auto pid = workers_->pid(0);
    ASSERT_TRUE(Signal(pid, SIGKILL));
    ASSERT_TRUE(WaitUntil([&] { return workers_->pid(0) != pid; }));
    ASSERT_NO_FATAL_FAILURE(ExpectBackAgain());
    EXPECT_EQ(decoder().counters().restarts, round);
  }
}

TEST_F(DecodeWorkersTest, ACropBeyondTheSlotIsSkipped) {
  ASSERT_NO_FATAL_FAILURE(Launch(1));
  const Canvas large(4097, 2048, 210);
  EXPECT_FALSE(decoder().Zxing(large.view(), {}));
  EXPECT_EQ(decoder().counters().skipped, 1U);
  EXPECT_EQ(ReadGood(), "GOOD");
  EXPECT_EQ(decoder().counters().restarts, 0U);
}

TEST_F(DecodeWorkersTest, WhereNoneStartsEveryCallIsSkippedAtOnce) {
  const fs::path program = fs::path(::testing::TempDir()) / ("worker" + std::to_string(getpid()));
  const fs::path away = program.string() + ".away";
  fs::copy_file(VERILINE_DECODE_WORKER, program, fs::copy_options::overwrite_existing);
  DecodeWorkersOptions options = FaultyWorkers(1);
  options.program = program;
  options.backoff_ms = 50;
  ASSERT_NO_FATAL_FAILURE(Launch(options));
  fs::rename(program, away);
  ASSERT_TRUE(Signal(workers_->pid(0), SIGKILL));
  ASSERT_TRUE(WaitUntil([&] { return decoder().failing(); }));
  const int64_t start_ns = kClock.NowNs();
  constexpr uint64_t kCalls = 1000;
  for (uint64_t i = 0; i < kCalls; ++i) EXPECT_FALSE(ReadGood());
  // Far below what one call may wait for an answer.
  EXPECT_LT(kClock.NowNs() - start_ns, 100 * kNsPerMs);
  EXPECT_EQ(decoder().counters().skipped, kCalls);
  EXPECT_FALSE(workers_->pid(0));
  fs::rename(away, program);
  ASSERT_NO_FATAL_FAILURE(ExpectBackAgain());
  EXPECT_TRUE(decoder().failing());  // for a minute
  fs::remove(program);
}

TEST_F(DecodeWorkersTest, OneThatDiesAgainAndAgainIsStartedLessOften) {
  DecodeWorkersOptions options = FaultyWorkers(1);
  options.deaths_per_minute = 3;
  options.backoff_ms = 300;
  ASSERT_NO_FATAL_FAILURE(Launch(options));
  for (int death = 1; death <= 4; ++death) {
    const auto pid = workers_->pid(0);
    const int64_t killed_ns = kClock.NowNs();
    ASSERT_TRUE(Signal(pid, SIGKILL));
    ASSERT_TRUE(WaitUntil([&] { return workers_->pid(0) != pid; }));
    ASSERT_NO_FATAL_FAILURE(ExpectBackAgain());
    if (death >= options.deaths_per_minute) {
      EXPECT_GE(kClock.NowNs() - killed_ns, options.backoff_ms * kNsPerMs);
    }
    EXPECT_EQ(decoder().failing(), death >= options.deaths_per_minute);
  }
}

TEST_F(DecodeWorkersTest, WorkersThatDoNotStartAreAnError) {
  for (const char* mode : {"exit", "silent"}) {
    DecodeWorkersOptions options = FaultyWorkers(2, mode);
    options.start_limit_ms = 200;
    const auto workers = DecodeWorkers::Start(options, kClock);
    ASSERT_FALSE(workers) << mode;
    EXPECT_EQ(workers.error().code, ErrorCode::kUnavailable);
    EXPECT_NE(workers.error().ToString().find(options.program), std::string::npos);
  }
  DecodeWorkersOptions nowhere = FaultyWorkers(1);
  nowhere.program = "/nowhere/to/be/found";
  nowhere.start_limit_ms = 200;
  EXPECT_FALSE(DecodeWorkers::Start(nowhere, kClock));
}

TEST_F(DecodeWorkersTest, AWorkerHasLittle) {
  ASSERT_NO_FATAL_FAILURE(Launch(1));
  const std::string proc = "/proc/" + std::to_string(workers_->pid(0).value());
  std::set<std::string> fds;
  for (const auto& fd : fs::directory_iterator(proc + "/fd")) fds.insert(fd.path().filename());
  EXPECT_EQ(fds, (std::set<std::string>{"0", "1", "2", "3", "4"}));
  const std::string limits = FileText(proc + "/limits");
  EXPECT_NE(limits.find("Max core file size        0                    0 "), std::string::npos)
      << limits;
#if !defined(__SANITIZE_ADDRESS__)
  EXPECT_NE(limits.find("Max address space         2147483648           2147483648 "),
            std::string::npos)
      << limits;
#endif
  // The terminal's signals are not for it.
  for (const int signal : {SIGINT, SIGTERM}) ASSERT_TRUE(Signal(workers_->pid(0), signal));
  EXPECT_EQ(ReadGood(), "GOOD");
  EXPECT_EQ(decoder().counters().restarts, 0U);
}

TEST_F(DecodeWorkersTest, DiesWithItsParent) {
  ASSERT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t parent = fork();
  ASSERT_GE(parent, 0);
  if (parent == 0) {
    auto workers = DecodeWorkers::Start(FaultyWorkers(1), kClock);
    const pid_t pid = workers ? (*workers)->pid(0).value_or(0) : 0;
    if (write(ends[1], &pid, sizeof pid) != sizeof pid) _exit(1);
    for (;;) pause();
  }
  pid_t worker = -1;
  ASSERT_EQ(read(ends[0], &worker, sizeof worker), static_cast<ssize_t>(sizeof worker));
  close(ends[0]);
  close(ends[1]);
  EXPECT_TRUE(IsThere(worker));
  ASSERT_TRUE(Signal(parent, SIGKILL));
  ASSERT_EQ(waitpid(parent, nullptr, 0), parent);
  int status = 0;
  ASSERT_GT(worker, 1);
  ASSERT_EQ(waitpid(worker, &status, 0), worker);  // ours now; hangs where it lives on
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

TEST_F(DecodeWorkersTest, EndsItsWorkersAndLeavesNothingOpen) {
  const auto open_fds = [] {
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  };
  const auto before = open_fds();
  ASSERT_NO_FATAL_FAILURE(Launch(2));
  for (int i = 0; i < 5; ++i) {
    const auto pid = workers_->pid(0);
    ASSERT_TRUE(Signal(pid, SIGKILL));
    ASSERT_TRUE(WaitUntil([&] { return workers_->pid(0) != pid; }));
    ASSERT_NO_FATAL_FAILURE(ExpectBackAgain());
  }
  const std::optional<pid_t> last[] = {workers_->pid(0), workers_->pid(1)};
  workers_.reset();
  for (const auto& pid : last) EXPECT_FALSE(IsThere(pid));
  EXPECT_EQ(open_fds(), before);
}

// Two callers, each with faults of its own, while processes are killed at random moments: whatever
// is read is what was drawn, and afterwards both read again.
TEST_F(DecodeWorkersTest, NothingWrongIsReadWhileWorkersDie) {
  DecodeWorkersOptions options = FaultyWorkers(2);
  options.deaths_per_minute = 1000;
  ASSERT_NO_FATAL_FAILURE(Launch(options));
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> reads{0}, wrong{0};
  const auto call = [&](size_t i) {
    const Canvas faults[] = {FaultyCrop("abort"), FaultyCrop("bad-text"), FaultyCrop("exit")};
    std::vector<std::pair<std::string, Canvas>> crops;
    for (int n = 0; n < 8; ++n) {
      const std::string text = "CODE" + std::to_string(i) + std::to_string(n);
      crops.emplace_back(text, testing::DrawCrop(Symbology::kDataMatrix, text));
    }
    std::mt19937 random(static_cast<unsigned>(i));
    for (size_t n = 0; !stop; ++n) {
      if (random() % 500 == 0) decoder(i).Zxing(faults[random() % 3].view(), {});
      const auto& [text, crop] = crops[n % crops.size()];
      decoder(i).SetDeadline(random() % 20 == 0 ? kClock.NowNs() + 50'000 : 0);
      const auto symbol = decoder(i).Zxing(crop.view(), {});
      if (!symbol) continue;
      ++reads;
      if (symbol->text.view() != text) ++wrong;
    }
    decoder(i).SetDeadline(0);
  };
  std::thread first(call, 0), second(call, 1);
  std::mt19937 random(7);
  constexpr int64_t kLastsNs = 3'000 * kNsPerMs;
  const int64_t end_ns = kClock.NowNs() + kLastsNs;
  while (kClock.NowNs() < end_ns) {
    SleepUntilNs(kClock.NowNs() + static_cast<int64_t>(random() % 200) * kNsPerMs);
    Signal(workers_->pid(random() % 2), SIGKILL);
  }
  stop = true;
  first.join();
  second.join();
  EXPECT_EQ(wrong, 0U);
  EXPECT_GT(reads, 100U);
  for (const size_t i : {0U, 1U}) {
    EXPECT_GT(decoder(i).counters().restarts, 2U);
    ASSERT_TRUE(WaitUntil([&] { return ReadGood(i) == "GOOD"; }));
  }
}

}  // namespace
}  // namespace veriline::decode::worker
