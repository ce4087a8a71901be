// SPDX-License-Identifier: Apache-2.0
// Single operations on the disk fail, or none of a kind works for a while.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <map>
#include <random>

#include "pipeline/store/embedded/checksum_vfs.h"
#include "pipeline/store/embedded/embedded_store.h"
#include "tests/support/disk_layer.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/store_fixture.h"
#include "tests/support/store_history.h"
#include "vision/core/clock.h"

namespace veriline::testing {
namespace {

using ::testing::IsEmpty;
using Kind = DiskOperation::Kind;
using File = DiskOperation::File;
namespace fs = std::filesystem;

constexpr int kCodes = 4000;

const bool kLayered = InstallDiskLayer();

/// Fails operations of some kinds, from the `in`th from now on, `times` of them.
class BadDisk final : public DiskHook {
 public:
  enum class Trouble { kFull, kWriteErrors, kReadErrors };
  void Fail(Trouble trouble, int64_t in, int64_t times) {
    trouble_ = trouble;
    to_ = operations_ + in + times;
    from_ = operations_ + in;
  }
  void Heal() { from_ = INT64_MAX; }
  /// Like a full disk on which the log has its blocks: it cannot get more.
  void SetLogEnd(int64_t bytes) { log_end_ = bytes; }
  int64_t failures() const { return failures_; }

  int Before(const DiskOperation& operation) override {
    const Kind kind = operation.kind;
    if (operation.file == File::kLog && kind == Kind::kWrite && operation.offset >= log_end_) {
      return SQLITE_FULL;
    }
    if ((kind == Kind::kRead) != (trouble_ == Trouble::kReadErrors)) return SQLITE_OK;
    const int64_t n = ++operations_;
    if (n < from_ || n >= to_) return SQLITE_OK;
    ++failures_;
    switch (kind) {
      case Kind::kRead:
        return SQLITE_IOERR_READ;
      case Kind::kWrite:
        return trouble_ == Trouble::kFull ? SQLITE_FULL : SQLITE_IOERR_WRITE;
      case Kind::kTruncate:
        return SQLITE_IOERR_TRUNCATE;
      case Kind::kSync:
        break;
    }
    return SQLITE_IOERR_FSYNC;
  }

 private:
  std::atomic<Trouble> trouble_{Trouble::kFull};
  std::atomic<int64_t> operations_{0}, from_{INT64_MAX}, to_{INT64_MAX}, failures_{0};
  std::atomic<int64_t> log_end_{INT64_MAX};
};

class DiskError : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(kLayered);
    SetDiskHook(&disk_);
    Open();
  }
  void TearDown() override {
    store_.reset();
    SetDiskHook(nullptr);
  }
  void Open() {
    auto opened = store::EmbeddedStore::Open(dir_);
    ASSERT_TRUE(opened) << opened.error().ToString();
    store_ = std::move(*opened);
  }
  void Live() { life_ = std::make_unique<StoreLife>(*store_, *store_, history_, ++lives_, kCodes); }
  void Reopen() {
    store_.reset();
    Open();
    history_.Restarted(*store_, *store_);
    Live();
  }
  void ExpectRight(const StoreHistory& history, const store::EmbeddedStore& store) {
    const auto answers = history.Ask(store, store);
    EXPECT_THAT(answers.wrong, IsEmpty());
    EXPECT_THAT(answers.refusals, IsEmpty());
    EXPECT_THAT(history.problems(), IsEmpty());
  }
  /// What a kill at this moment leaves must be right as well.
  void ExpectRightAfterAKill() {
    StoreHistory history = history_;
    const ScratchFolder copy;
    fs::copy(dir_, copy.path() + "/store");
    const auto opened = store::EmbeddedStore::Open(copy.path() + "/store");
    ASSERT_TRUE(opened) << opened.error().ToString();
    history.Restarted(**opened, **opened);
    ExpectRight(history, **opened);
  }

  BadDisk disk_;
  ScratchFolder folder_;
  const std::string dir_ = folder_.path() + "/store";
  std::unique_ptr<store::EmbeddedStore> store_;
  StoreHistory history_{kCodes};
  std::unique_ptr<StoreLife> life_;
  uint64_t lives_ = 0;
};

TEST_F(DiskError, ACommitFailsAsAWholeAndTheNextOneWorks) {
  Live();
  std::mt19937_64 random(2);
  int failed = 0, unharmed = 0;
  for (int i = 0; i < 150; ++i) {
    SCOPED_TRACE(i);
    // Short troubles and long ones, at any operation of a group; sometimes at a checkpoint's.
    const bool large = i % 10 == 9;
    disk_.Fail(static_cast<BadDisk::Trouble>(i % 3),
               1 + static_cast<int64_t>(random() % (large ? 400 : 60)),
               i % 4 == 0 ? 100'000 : 1 + static_cast<int64_t>(random() % 3));
    ++(life_->Step(large ? 64 : 4) ? unharmed : failed);
    disk_.Heal();
    if (i % 10 == 0) {
      ExpectRight(history_, *store_);
      ExpectRightAfterAKill();
    }
    ASSERT_TRUE(life_->Step(4)) << "the disk works again";
    if (HasFailure()) return;
  }
  std::printf("  %d groups failed, %d did not meet the trouble, %lld operations failed\n", failed,
              unharmed, static_cast<long long>(disk_.failures()));
  // About 40 to 45; how many operations a group takes depends on when the log is copied.
  EXPECT_GT(failed, 20);
  EXPECT_GT(unharmed, 5);
  ExpectRight(history_, *store_);
  Reopen();
  ExpectRight(history_, *store_);
}

TEST_F(DiskError, AnImportFailsAsAWhole) {
  Live();
  ASSERT_TRUE(life_->Step(4));
  std::mt19937_64 random(3);
  int failed = 0, tries = 0;
  for (int i = 0; i < 60; ++i) {
    SCOPED_TRACE(i);
    if (i % 2 == 1) Reopen();  // what was in its memory must be read again
    const auto trouble = static_cast<BadDisk::Trouble>(i % 3);
    disk_.Fail(trouble, 1 + static_cast<int64_t>(random() % (i % 6 == 5 ? 30 : 150)),
               i % 4 == 0 ? 100'000 : 1 + static_cast<int64_t>(random() % 60));
    const int n = history_.next_import();
    const bool done = life_->Import(n);
    failed += !done;
    disk_.Heal();
    ExpectRight(history_, *store_);
    ASSERT_TRUE(life_->Step(2));
    // The next one works, under the same name, and what was left of the one before stands in
    // nobody's way.
    ++tries;
    ASSERT_TRUE(life_->Import(history_.next_import()));
    ExpectRight(history_, *store_);
    if (HasFailure()) return;
  }
  Reopen();
  ExpectRight(history_, *store_);
  std::printf("  %d of %d imports failed\n", failed, tries);
  EXPECT_GT(failed, 20);
}

TEST_F(DiskError, TheLogThatAReaderHeldUpIsEmptiedWithoutMoreRoom) {
  Live();
  // Someone reads for so long that the log cannot begin anew, and the disk has no room for more.
  sqlite3* reader = nullptr;
  ASSERT_EQ(sqlite3_open_v2((dir_ + "/veriline.db").c_str(), &reader, SQLITE_OPEN_READWRITE,
                            store::kChecksumVfs),
            SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM record", nullptr, nullptr, nullptr),
            SQLITE_OK);
  disk_.SetLogEnd(6 << 20);
  // A group that needs less may still find room behind one that did not.
  for (int steps = 0, failed = 0; failed < 3; ++steps) {
    failed = life_->Step(8) ? 0 : failed + 1;
    ASSERT_LT(steps, 5000);
  }
  sqlite3_close(reader);
  // As the committer does, try again in a while; the checkpoint has its own thread.
  for (int tries = 0; !life_->Step(8); ++tries) {
    ASSERT_LT(tries, 200) << "it stays stuck although the log could be emptied";
    SleepUntilNs(SteadyClock().NowNs() + 10'000'000);
  }
  ExpectRight(history_, *store_);
}

}  // namespace
}  // namespace veriline::testing
