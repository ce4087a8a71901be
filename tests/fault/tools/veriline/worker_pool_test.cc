// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/worker_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "vision/core/clock.h"

namespace veriline::tools {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Far above what a job here takes, far below what a test may take.
constexpr int kShortLimitMs = 500;

/// Counters that the worker processes share with the test.
class SharedCounters {
 public:
  SharedCounters()
      : counts_(static_cast<Counts*>(mmap(nullptr, sizeof(Counts), PROT_READ | PROT_WRITE,
                                          MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {
    if (counts_ == MAP_FAILED) throw std::runtime_error("no shared memory");
  }
  ~SharedCounters() { munmap(counts_, sizeof(Counts)); }
  std::atomic<int>& operator[](size_t i) { return (*counts_)[i]; }

 private:
  using Counts = std::array<std::atomic<int>, 64>;
  Counts* counts_;
};

class RunForkedTest : public ::testing::Test {
 protected:
  RunForkedTest() {
    jobs_.done = [this](size_t job, const std::string& output) {
      told_.push_back(std::to_string(job) + " " + output);
    };
    jobs_.lost = [this](size_t job, const std::string& reason) {
      told_.push_back(std::to_string(job) + " lost: " + reason);
    };
    jobs_.run = [](size_t job, int attempt) {
      return "run " + std::to_string(job) + "." + std::to_string(attempt);
    };
  }
  ~RunForkedTest() override {
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "a worker was left behind";
    EXPECT_EQ(errno, ECHILD);
  }

  ForkedJobs jobs_;
  std::vector<std::string> told_;
};

[[noreturn]] void LoopForEver() {
  for (std::atomic<unsigned> i = 0;; ++i) {
  }
}

TEST_F(RunForkedTest, TellsEveryJobOnceInOrderOnAnyNumberOfWorkers) {
  for (const int workers : {1, 2, 3, 7, 40}) {
    for (const size_t count : {0, 1, 2, 30}) {
      told_.clear();
      jobs_.workers = workers;
      jobs_.count = count;
      ASSERT_TRUE(RunForked(jobs_));
      std::vector<std::string> expected;
      for (size_t i = 0; i < count; ++i) {
        expected.push_back(std::to_string(i) + " run " + std::to_string(i) + ".0");
      }
      EXPECT_EQ(told_, expected) << workers << " workers";
    }
  }
}

TEST_F(RunForkedTest, LosesOnlyTheJobsThatKillTheirWorkerTwice) {
  jobs_.count = 12;
  jobs_.run = [](size_t job, int attempt) -> std::string {
    if (job == 1) abort();
    if (job == 2) raise(SIGSEGV);
    if (job == 3) _exit(0);
    if (job == 5) _exit(3);
    if (job == 7) raise(SIGKILL);
    if (job == 8 && attempt == 0) abort();
    if (job == 11) throw std::runtime_error("a fault that the test plants");
    return "run " + std::to_string(attempt);
  };
  for (const int workers : {1, 2, 5}) {
    told_.clear();
    jobs_.workers = workers;
    ASSERT_TRUE(RunForked(jobs_));
    EXPECT_THAT(told_,
                ElementsAre("0 run 0", "1 lost: Aborted", "2 lost: Segmentation fault",
                            "3 lost: exited early", "4 run 0", "5 lost: exited early", "6 run 0",
                            "7 lost: Killed", "8 run 1", "9 run 0", "10 run 0", "11 lost: Aborted"))
        << workers << " workers";
  }
}

TEST_F(RunForkedTest, TriesAJobTwiceAndCountsTheAttempts) {
  SharedCounters runs;
  jobs_.count = 3;
  jobs_.run = [&](size_t job, int attempt) -> std::string {
    ++runs[job * 2 + static_cast<size_t>(attempt)];
    if (job == 1) abort();
    return "done";
  };
  ASSERT_TRUE(RunForked(jobs_));
  EXPECT_THAT(told_, ElementsAre("0 done", "1 lost: Aborted", "2 done"));
  EXPECT_THAT((std::vector<int>{runs[0], runs[1], runs[2], runs[3], runs[4], runs[5]}),
              ElementsAre(1, 0, 1, 1, 1, 0));
}

TEST_F(RunForkedTest, GivesUpAJobThatNeverEndsAtOnce) {
  SharedCounters runs;
  jobs_.count = 5;
  jobs_.time_limit_ms = kShortLimitMs;
  jobs_.run = [&](size_t job, int) -> std::string {
    ++runs[job];
    if (job == 1) LoopForEver();
    if (job == 4) {
      while (true) pause();  // waits for something that never comes, without using the processor
    }
    return "done";
  };
  for (const int workers : {1, 2}) {
    told_.clear();
    jobs_.workers = workers;
    ASSERT_TRUE(RunForked(jobs_));
    EXPECT_THAT(told_, ElementsAre("0 done", "1 lost: it took too long", "2 done", "3 done",
                                   "4 lost: it took too long"));
  }
  EXPECT_EQ(runs[1], 2);  // once for each number of workers
  EXPECT_EQ(runs[4], 2);
}

// The limit is one of a job, not of a worker: together these jobs take longer.
TEST_F(RunForkedTest, GivesEachJobItsOwnTime) {
  jobs_.count = 5;
  jobs_.time_limit_ms = 1500;
  jobs_.run = [](size_t, int) -> std::string {
    const SteadyClock clock;
    SleepUntilNs(clock.NowNs() + 400'000'000);
    return "done";
  };
  ASSERT_TRUE(RunForked(jobs_));
  EXPECT_THAT(told_, ElementsAre("0 done", "1 done", "2 done", "3 done", "4 done"));
}

// A pipe holds 64 KiB: while the calling process is busy, a worker cannot get rid of its output.
TEST_F(RunForkedTest, BlamesNoJobForASlowReader) {
  jobs_.count = 3;
  jobs_.time_limit_ms = kShortLimitMs;
  jobs_.run = [](size_t, int) { return std::string(1 << 20, 'x'); };
  jobs_.done = [&](size_t job, const std::string& output) {
    const SteadyClock clock;
    SleepUntilNs(clock.NowNs() + 2'000'000 * kShortLimitMs);
    told_.push_back(std::to_string(job) + " " + std::to_string(output.size()));
  };
  ASSERT_TRUE(RunForked(jobs_));
  EXPECT_THAT(told_, ElementsAre("0 1048576", "1 1048576", "2 1048576"));
}

TEST_F(RunForkedTest, PreparesEachWorkerBeforeItsFirstJob) {
  SharedCounters counts;
  jobs_.count = 8;
  jobs_.workers = 2;
  jobs_.prepare = [&] { ++counts[0]; };
  jobs_.run = [&](size_t job, int attempt) -> std::string {
    if (job == 4 && attempt == 0) abort();
    return std::to_string(attempt);
  };
  ASSERT_TRUE(RunForked(jobs_));
  EXPECT_THAT(told_, ElementsAre("0 0", "1 0", "2 0", "3 0", "4 1", "5 0", "6 0", "7 0"));
  EXPECT_EQ(counts[0], 3);  // two workers and the one that took the place of the dead
}

TEST_F(RunForkedTest, GoesOnWithoutPreparationThatKills) {
  jobs_.count = 6;
  jobs_.workers = 3;
  jobs_.time_limit_ms = kShortLimitMs;
  const std::vector<std::string> all = {"0 run 0.0", "1 run 1.0", "2 run 2.0",
                                        "3 run 3.0", "4 run 4.0", "5 run 5.0"};
  jobs_.prepare = [] { abort(); };
  ASSERT_TRUE(RunForked(jobs_));
  EXPECT_EQ(told_, all);
  told_.clear();
  jobs_.prepare = [] { LoopForEver(); };
  ASSERT_TRUE(RunForked(jobs_));
  EXPECT_EQ(told_, all);
}

/// Lets this process open `more` files beyond those that are open.
class FewFiles {
 public:
  explicit FewFiles(rlim_t more) {
    getrlimit(RLIMIT_NOFILE, &before_);
    const int next = dup(0);  // the lowest free number
    close(next);
    rlimit few = before_;
    few.rlim_cur = static_cast<rlim_t>(next) + more;
    setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewFiles() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST_F(RunForkedTest, SaysWhenNoWorkerCanBeStarted) {
  jobs_.count = 2;
  bool ran = true;
  {
    const FewFiles none(0);
    ran = RunForked(jobs_);
  }
  EXPECT_FALSE(ran);
  EXPECT_TRUE(told_.empty());
}

TEST_F(RunForkedTest, LeavesNoWorkerBehindWhenTheNextCannotBeStarted) {
  jobs_.count = 2;
  jobs_.workers = 2;
  jobs_.run = [](size_t, int) -> std::string { LoopForEver(); };
  bool ran = true;
  {
    const FewFiles one_pipe(2);
    ran = RunForked(jobs_);
  }
  EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace veriline::tools
