// SPDX-License-Identifier: Apache-2.0
// The disk is full, or the directory may not be written to: the line's committer releases nothing,
// says so, and goes on by itself when there is room again.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>

#include "pipeline/line/committer.h"
#include "pipeline/store/embedded/embedded_store.h"
#include "tests/support/forked.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/store_fixture.h"
#include "tests/support/store_history.h"

namespace veriline::testing {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

constexpr int kCodes = 20'000;
constexpr uid_t kNobody = 65534;

/// Items one after the other, each with a code of its own, through a real committer and store.
class Belt {
 public:
  explicit Belt(store::EmbeddedStore& store)
      : store_(store),
        committer_(store, clock_,
                   {[](int, uint64_t) { return true; },
                    [this](const item::Verdict& v) { Told(v.item_seq, &released_); },
                    [this](const item::Verdict& v, bool store_failed) {
                      EXPECT_TRUE(store_failed);
                      store_.Drop(KeyOf(static_cast<int>(v.item_seq)), ItemOf(v.item_seq));
                      Told(v.item_seq, &refused_);
                    }},
                   {}) {
    committer_.Start();
  }

  /// True: the item was released. False: it was refused.
  bool Pass() {
    const uint64_t seq = next_++;
    const int code = static_cast<int>(seq);
    EXPECT_EQ(store_.Reserve(KeyOf(code), ItemOf(seq)).outcome, batch::ReserveOutcome::kGranted);
    item::Verdict verdict;
    verdict.item_seq = seq;
    verdict.accepted = true;
    EXPECT_TRUE(committer_.Push(ClaimOf(code, seq), verdict));
    EXPECT_TRUE(committer_.Push(RecordOf(seq)));
    std::unique_lock lock(mutex_);
    const bool told = told_.wait_for(lock, std::chrono::seconds(20), [&] {
      return released_.contains(seq) || refused_.contains(seq);
    });
    EXPECT_TRUE(told) << "no answer for item " << seq;
    return released_.contains(seq);
  }
  line::Committer& committer() { return committer_; }
  const std::set<uint64_t>& released() const { return released_; }
  uint64_t items() const { return next_ - 1; }

 private:
  void Told(uint64_t seq, std::set<uint64_t>* answer) {
    {
      const std::lock_guard lock(mutex_);
      answer->insert(seq);
    }
    told_.notify_all();
  }

  store::EmbeddedStore& store_;
  SteadyClock clock_;
  std::mutex mutex_;
  std::condition_variable told_;
  std::set<uint64_t> released_, refused_;
  uint64_t next_ = 1;
  line::Committer committer_;  // its thread uses what stands above
};

/// The whole story on a directory that `fill` makes full and `free` gives room again.
void FillAndFree(const std::string& dir, const std::function<void()>& fill,
                 const std::function<void()>& free) {
  std::set<uint64_t> released;
  uint64_t items = 0;
  {
    auto store = store::EmbeddedStore::Open(dir);
    ASSERT_TRUE(store) << store.error().ToString();
    std::istringstream list(ListOf(0, kCodes));
    ASSERT_TRUE((*store)->ImportBatch("B", list, "list"));
    ASSERT_TRUE((*store)->OpenBatch("B"));
    Belt belt(**store);
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(belt.Pass());
    EXPECT_FALSE(belt.committer().failing());

    fill();
    // The log has blocks of its own for a while: what is durable is released.
    int good = 0;
    while (belt.Pass()) ASSERT_LT(++good, kCodes - 1000) << "the disk does not get full";
    for (int i = 0; i < 200; ++i) ASSERT_FALSE(belt.Pass()) << "released on a full disk";
    EXPECT_TRUE(belt.committer().failing());
    EXPECT_GT(belt.committer().store_errors(), 0u);

    free();
    int bad = 0;
    const SteadyClock clock;
    const int64_t give_up_ns = clock.NowNs() + 10'000'000'000;
    while (!belt.Pass()) {
      ++bad;
      ASSERT_LT(clock.NowNs(), give_up_ns) << "it does not heal";
      SleepUntilNs(clock.NowNs() + 5'000'000);  // the pace of a belt
    }
    EXPECT_FALSE(belt.committer().failing());
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(belt.Pass());
    belt.committer().Stop();
    EXPECT_EQ(belt.committer().records_lost(), 0u);
    std::printf(
        "  full: %d items released out of the log's own room, then none of 200; %d more "
        "until it had healed\n",
        good, bad);
    released = belt.released();
    items = belt.items();
  }
  auto store = store::EmbeddedStore::Open(dir);
  ASSERT_TRUE(store) << store.error().ToString();
  for (uint64_t seq = 1; seq <= items; ++seq) {
    const auto info = Known(**store, KeyOf(static_cast<int>(seq)));
    ASSERT_TRUE(info);
    ASSERT_EQ(info->state,
              released.contains(seq) ? batch::CodeState::kInDoubt : batch::CodeState::kIssued)
        << "item " << seq;
  }
  // Every item has its record, also those of the time without room.
  const auto records = (*store)->ReadRecords("L1", 1, static_cast<uint32_t>(items) + 1);
  ASSERT_TRUE(records);
  ASSERT_EQ(records->size(), items);
  for (uint64_t seq = 1; seq <= items; ++seq) {
    ASSERT_EQ((*records)[seq - 1].seq, seq);
    ASSERT_EQ((*records)[seq - 1].item_seq, seq);
  }
}

TEST(FullDisk, FilesThatMayNotGrowReleaseNothingAndHeal) {
  const ScratchFolder folder;
  InChild([&] {
    const std::string dir = folder.path() + "/store";
    signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
    const rlimit before = limit;
    FillAndFree(
        dir,
        [&] {
          limit.rlim_cur = fs::file_size(dir + "/veriline.db");
          ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
        },
        [&] { ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0); });
  });
}

TEST(FullDisk, FilesThatMayNotBeWrittenAtAllReleaseNothingAndHeal) {
  const ScratchFolder folder;
  InChild([&] {
    signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
    const rlimit before = limit;
    FillAndFree(
        folder.path() + "/store",
        [&] {
          limit.rlim_cur = 0;
          ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
        },
        [&] { ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0); });
  });
}

/// A file system of `bytes` at `dir` for this process alone; false where that is not allowed.
bool MountSmallDisk(const std::string& dir, const std::string& bytes) {
  if (unshare(CLONE_NEWNS) != 0) {
    const uid_t uid = getuid();
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    std::ofstream("/proc/self/uid_map") << "0 " << uid << " 1";
  }
  return mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         mount("veriline-test", dir.c_str(), "tmpfs", 0, ("size=" + bytes).c_str()) == 0;
}

TEST(FullDisk, ADiskWithoutRoomReleasesNothingAndHeals) {
  const ScratchFolder folder;
  InChild([&] {
    if (!MountSmallDisk(folder.path(), "32m")) {
      GTEST_SKIP() << "no file system of its own for this user";
    }
    const std::string filler = folder.path() + "/filler";
    FillAndFree(
        folder.path() + "/store",
        [&] {
          const int fd = open(filler.c_str(), O_WRONLY | O_CREAT, 0600);
          const std::string page(4096, 'x');
          while (write(fd, page.data(), page.size()) > 0) {
          }
          ASSERT_EQ(errno, ENOSPC);
          close(fd);
        },
        [&] { fs::remove(filler); });
  });
}

std::string WhyNot(const std::string& dir) {
  const auto opened = store::EmbeddedStore::Open(dir);
  return opened ? "" : opened.error().ToString();
}

/// As a user for whom permissions count.
void AsNobody(const ScratchFolder& folder, const std::function<void()>& body) {
  InChild([&] {
    if (geteuid() == 0) {
      ASSERT_EQ(chown(folder.path().c_str(), kNobody, kNobody), 0);
      ASSERT_EQ(setgroups(0, nullptr), 0);
      ASSERT_EQ(setresgid(kNobody, kNobody, kNobody), 0);
      ASSERT_EQ(setresuid(kNobody, kNobody, kNobody), 0);
    }
    body();
  });
}

TEST(ReadOnly, ADirectoryIsRefusedByNameAndTakenWhenItMayBeWritten) {
  const ScratchFolder folder;
  AsNobody(folder, [&] {
    const std::string dir = folder.path() + "/store";
    ASSERT_EQ(chmod(folder.path().c_str(), 0500), 0);
    EXPECT_THAT(WhyNot(dir), HasSubstr(dir + ": the store's directory cannot be made: Perm"));
    ASSERT_EQ(chmod(folder.path().c_str(), 0700), 0);
    ASSERT_EQ(mkdir(dir.c_str(), 0500), 0);
    EXPECT_THAT(WhyNot(dir), HasSubstr(dir + "/owner.lock: the store's lock cannot be opened"));
    ASSERT_EQ(chmod(dir.c_str(), 0700), 0);
    EXPECT_EQ(WhyNot(dir), "");
  });
}

TEST(ReadOnly, AFileIsRefusedByNameAndTakenWhenItMayBeWritten) {
  const ScratchFolder folder;
  AsNobody(folder, [&] {
    const std::string dir = folder.path() + "/store";
    StoreHistory history(500);
    {
      auto store = store::EmbeddedStore::Open(dir);
      ASSERT_TRUE(store) << store.error().ToString();
      StoreLife life(**store, **store, history, 1, 500);
      for (int i = 0; i < 20; ++i) ASSERT_TRUE(life.Step(4));
    }
    for (const std::string file :
         {"veriline.db", "veriline.db-wal", "veriline.db-shm", "commit.mark", "owner.lock"}) {
      SCOPED_TRACE(file);
      const std::string path = dir + "/" + file;
      for (const mode_t mode : {0400, 0000}) {
        ASSERT_EQ(chmod(path.c_str(), mode), 0);
        const std::string why = WhyNot(dir);
        EXPECT_THAT(why,
                    HasSubstr(dir + "/" + (file.starts_with("veriline") ? "veriline.db" : file)));
        EXPECT_THAT(why, HasSubstr("the store needs a directory that it may read and write"));
      }
      ASSERT_EQ(chmod(path.c_str(), 0600), 0);
      auto store = store::EmbeddedStore::Open(dir);
      ASSERT_TRUE(store) << store.error().ToString();
      history.Restarted(**store, **store);
      EXPECT_THAT(history.Ask(**store, **store).wrong, ::testing::IsEmpty());
    }
  });
}

TEST(ReadOnly, ADirectoryDoesNotStopAStoreThatHasItsFiles) {
  const ScratchFolder folder;
  AsNobody(folder, [&] {
    const std::string dir = folder.path() + "/store";
    StoreHistory history(500);
    auto store = store::EmbeddedStore::Open(dir);
    ASSERT_TRUE(store) << store.error().ToString();
    ASSERT_EQ(chmod(dir.c_str(), 0500), 0);
    {
      StoreLife life(**store, **store, history, 1, 500);
      for (int i = 0; i < 20; ++i) ASSERT_TRUE(life.Step(4));
    }
    store->reset();
    store = store::EmbeddedStore::Open(dir);
    ASSERT_TRUE(store) << store.error().ToString();
    history.Restarted(**store, **store);
    EXPECT_THAT(history.Ask(**store, **store).wrong, ::testing::IsEmpty());
    store->reset();
    ASSERT_EQ(chmod(dir.c_str(), 0700), 0);
  });
}

}  // namespace
}  // namespace veriline::testing
