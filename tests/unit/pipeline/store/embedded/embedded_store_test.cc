// SPDX-License-Identifier: Apache-2.0
// What is the embedded store's own: its directory, its owner, its file.
#include "pipeline/store/embedded/embedded_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "pipeline/store/embedded/checksum_vfs.h"
#include "tests/support/store_fixture.h"

namespace veriline::testing {
namespace {

using ::testing::HasSubstr;

std::string WhyNot(const std::string& dir) {
  const auto opened = store::EmbeddedStore::Open(dir);
  return opened ? "" : opened.error().ToString();
}

/// Runs SQL on the database of a closed store, through its checksums.
void Tamper(const std::string& dir, const char* sql) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open_v2((dir + "/veriline.db").c_str(), &db, SQLITE_OPEN_READWRITE,
                            store::kChecksumVfs),
            SQLITE_OK);
  char* message = nullptr;
  EXPECT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, &message), SQLITE_OK) << message;
  sqlite3_free(message);
  sqlite3_close(db);
}

mode_t ModeOf(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 ? info.st_mode & 0777 : 0;
}

class EmbeddedStoreTest : public ::testing::Test {
 protected:
  ScratchFolder folder_;
  const std::string dir_ = folder_.path() + "/a/b/store";
};

TEST_F(EmbeddedStoreTest, MakesItsDirectoryForItsOwnerOnly) {
  ASSERT_EQ(WhyNot(dir_), "");
  EXPECT_EQ(ModeOf(dir_), 0700u);
  for (const char* file : {"veriline.db", "veriline.db-wal", "commit.mark", "owner.lock"}) {
    EXPECT_EQ(ModeOf(dir_ + "/" + file), 0600u) << file;
  }
  EXPECT_EQ(store::OwnerSocketPath(dir_), dir_ + "/owner.sock");
}

TEST_F(EmbeddedStoreTest, HasOneOwner) {
  auto first = store::EmbeddedStore::Open(dir_);
  ASSERT_TRUE(first);
  const auto second = store::EmbeddedStore::Open(dir_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(second.error().message, HasSubstr("process " + std::to_string(getpid())));
  first->reset();
  EXPECT_EQ(WhyNot(dir_), "");
}

TEST_F(EmbeddedStoreTest, TheLockOfADeadOwnerIsNone) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto owned = store::EmbeddedStore::Open(dir_);
    (void)!write(ready[1], owned ? "1" : "0", 1);
    for (;;) pause();
  }
  char answer = 0;
  ASSERT_EQ(read(ready[0], &answer, 1), 1);
  ASSERT_EQ(answer, '1');
  EXPECT_THAT(WhyNot(dir_), HasSubstr("process " + std::to_string(child)));
  kill(child, SIGKILL);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_EQ(WhyNot(dir_), "");
  close(ready[0]);
  close(ready[1]);
}

TEST_F(EmbeddedStoreTest, AFileOfAnotherKindIsRefusedAndLeftAlone) {
  for (const std::string& bytes :
       {std::string("hello"), std::string(8192, 'x'), std::string("SQLite format 3\0", 16)}) {
    ScratchFolder folder;
    const std::string path = folder.Write("veriline.db", bytes);
    EXPECT_THAT(WhyNot(folder.path()), HasSubstr("not a store's database"));
    std::stringstream after;
    after << std::ifstream(path, std::ios::binary).rdbuf();
    EXPECT_EQ(after.str(), bytes);
  }
}

TEST_F(EmbeddedStoreTest, ADatabaseOfAnotherProgramIsRefused) {
  ScratchFolder folder;
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open((folder.path() + "/veriline.db").c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, "CREATE TABLE t(x)", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
  EXPECT_THAT(WhyNot(folder.path()), HasSubstr("another program"));
}

TEST_F(EmbeddedStoreTest, ANewerVersionIsNamed) {
  ASSERT_EQ(WhyNot(dir_), "");
  Tamper(dir_, "PRAGMA user_version = 5");
  EXPECT_THAT(WhyNot(dir_), HasSubstr("the store has version 5, this program knows version 4"));
  Tamper(dir_, "PRAGMA user_version = 0");
  EXPECT_THAT(WhyNot(dir_), HasSubstr("unknown version 0"));
}

TEST_F(EmbeddedStoreTest, AnOlderVersionIsNamedAndLeftAlone) {
  ASSERT_EQ(WhyNot(dir_), "");
  Tamper(dir_, "PRAGMA user_version = 3");
  EXPECT_THAT(WhyNot(dir_),
              HasSubstr("the store has version 3, this program works with version 4"));
  Tamper(dir_, "PRAGMA user_version = 4");
  EXPECT_EQ(WhyNot(dir_), "");
}

TEST_F(EmbeddedStoreTest, AnotherStoresMarkIsRefused) {
  ScratchFolder other;
  ASSERT_EQ(WhyNot(dir_), "");
  ASSERT_EQ(WhyNot(other.path() + "/store"), "");
  std::filesystem::copy_file(other.path() + "/store/commit.mark", dir_ + "/commit.mark",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_THAT(WhyNot(dir_), HasSubstr("another store"));
}

TEST_F(EmbeddedStoreTest, ANewerMarkIsNamed) {
  ASSERT_EQ(WhyNot(dir_), "");
  const std::string path = dir_ + "/commit.mark";
  std::stringstream read;
  read << std::ifstream(path, std::ios::binary).rdbuf();
  std::string mark = read.str();
  ASSERT_EQ(mark.size(), 64u);
  mark[52] = 7;
  uint64_t sum = 0xcbf29ce484222325;  // FNV-1a, as commit_mark.h says
  for (const char c : mark.substr(0, 56)) {
    sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  for (int i = 0; i < 8; ++i) mark[56 + i] = static_cast<char>(sum >> (8 * i));
  std::ofstream(path, std::ios::binary) << mark;
  EXPECT_THAT(WhyNot(dir_), HasSubstr("the store's mark has version 7"));
}

TEST_F(EmbeddedStoreTest, ClaimsAreRefusedByTheDatabaseToo) {
  {
    auto opened = store::EmbeddedStore::Open(dir_);
    ASSERT_TRUE(opened);
    std::istringstream list(ListOf(0, 10));
    ASSERT_TRUE((*opened)->ImportBatch("B", list, "list"));
    ASSERT_TRUE((*opened)->OpenBatch("B"));
    // A rework of a code that was taken off the belt, whose event somebody changes meanwhile.
    ASSERT_EQ((*opened)->Reserve(KeyOf(3), ItemOf(3)).outcome, batch::ReserveOutcome::kGranted);
    item::CommitGroup earlier;
    earlier.claims = {ClaimOf(3, 3)};
    earlier.confirmations = {{ItemOf(3), item::Outcome::kRemoved, 1}};
    ASSERT_TRUE((*opened)->Commit(earlier));
    ASSERT_EQ(Known(**opened, KeyOf(3))->state, batch::CodeState::kUnused);
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open_v2((dir_ + "/veriline.db").c_str(), &db, SQLITE_OPEN_READWRITE,
                              store::kChecksumVfs),
              SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(db, "UPDATE code_event SET current = 0 WHERE state = 5", nullptr,
                           nullptr, nullptr),
              SQLITE_OK);
    sqlite3_close(db);
    for (const int c : {2, 3}) {
      ASSERT_EQ((*opened)->Reserve(KeyOf(c), ItemOf(c)).outcome, batch::ReserveOutcome::kGranted);
    }
    item::CommitGroup group;
    group.claims = {ClaimOf(2, 2), ClaimOf(3, 3)};
    const auto done = (*opened)->Commit(group);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::kInternal);
    EXPECT_EQ(Known(**opened, KeyOf(2))->state, batch::CodeState::kIssued);
  }
  const auto opened = store::EmbeddedStore::Open(dir_);
  ASSERT_TRUE(opened);
  EXPECT_EQ(Known(**opened, KeyOf(2))->state, batch::CodeState::kIssued);
}

TEST_F(EmbeddedStoreTest, ACloseWaitsForWhatIsBeingAccepted) {
  auto opened = store::EmbeddedStore::Open(dir_);
  ASSERT_TRUE(opened);
  store::EmbeddedStore& store = **opened;
  std::istringstream list(ListOf(0, 10));
  ASSERT_TRUE(store.ImportBatch("B", list, "list"));
  ASSERT_TRUE(store.OpenBatch("B"));
  ASSERT_EQ(store.Reserve(KeyOf(1), ItemOf(1)).outcome, batch::ReserveOutcome::kGranted);
  std::thread office([&store] { EXPECT_TRUE(store.CloseBatch("B")); });
  // From the moment the close has begun nothing more is granted, but what is held may go on.
  for (uint64_t item_seq = 2;; ++item_seq) {
    if (store.Reserve(KeyOf(2), ItemOf(item_seq)).outcome == batch::ReserveOutcome::kNotFree) break;
    store.Drop(KeyOf(2), ItemOf(item_seq));
  }
  item::CommitGroup group;
  group.claims = {ClaimOf(1, 1)};
  EXPECT_TRUE(store.Commit(group));
  office.join();
  EXPECT_EQ(store.Status("B")->Of(batch::CodeState::kClaimed), 1u);
  EXPECT_EQ(store.Status("B")->state, batch::BatchState::kClosed);
}

TEST(PageChecksum, ChangesWithEveryBitAndWithThePlace) {
  std::string page(store::kPageBytes, 'a');
  const uint64_t sum = store::PageChecksum(page.data(), 4096);
  EXPECT_NE(store::PageChecksum(page.data(), 8192), sum);
  for (int bit = 0; bit < (store::kPageBytes - store::kPageChecksumBytes) * 8; ++bit) {
    page[bit / 8] = static_cast<char>(page[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_NE(store::PageChecksum(page.data(), 4096), sum) << bit;
    page[bit / 8] = static_cast<char>(page[bit / 8] ^ (1 << (bit % 8)));
  }
  page.back() = 'b';  // the place of the checksum itself
  EXPECT_EQ(store::PageChecksum(page.data(), 4096), sum);
}

}  // namespace
}  // namespace veriline::testing
