// SPDX-License-Identifier: Apache-2.0
// Bytes of a store's files are damaged while nobody has it open. It may refuse to work; it may not
// give a wrong answer, nor spoil what is left.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "pipeline/store/embedded/checksum_vfs.h"
#include "pipeline/store/embedded/embedded_store.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/store_history.h"

namespace veriline::testing {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
namespace fs = std::filesystem;

constexpr int kCodes = 2000;
constexpr char kDatabase[] = "veriline.db";
constexpr char kLog[] = "veriline.db-wal";
constexpr char kMark[] = "commit.mark";

/// A file without the zeros at its end: most of a log is room for more.
struct FileImage {
  std::string bytes;
  size_t size = 0;

  static FileImage Read(const std::string& path) {
    FileImage image;
    image.size = fs::file_size(path);
    image.bytes.resize(image.size);
    std::ifstream(path, std::ios::binary)
        .read(image.bytes.data(), static_cast<std::streamsize>(image.size));
    image.bytes.resize(image.bytes.find_last_not_of('\0') + 1);
    return image;
  }
  void Write(const std::string& path) const {
    std::ofstream(path, std::ios::binary) << bytes;
    fs::resize_file(path, size);
  }
};
using StoreImage = std::map<std::string, FileImage>;  ///< by name

StoreImage ReadStore(const std::string& dir) {
  StoreImage image;
  for (const auto& entry : fs::directory_iterator(dir)) {
    image[entry.path().filename().string()] = FileImage::Read(entry.path().string());
  }
  return image;
}

/// What SQLite itself says of a database.
std::string IntegrityOf(const std::string& path) {
  sqlite3* db = nullptr;
  std::string found = "cannot be opened";
  if (sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE, store::kChecksumVfs) == SQLITE_OK) {
    sqlite3_exec(
        db, "PRAGMA integrity_check(1)",
        [](void* to, int, char** columns, char**) {
          *static_cast<std::string*>(to) = columns[0];
          return 0;
        },
        &found, nullptr);
  }
  sqlite3_close(db);
  return found;
}

/// Stores with everything in them: as its owner left it in the end; as it would have been left by
/// a kill in full swing, half of the last changes in the log only; and without a log, where each
/// answer comes out of the database.
class Damage : public ::testing::Test {
 protected:
  struct Original {
    std::string name;
    StoreImage image;
    StoreHistory history;
  };
  enum class Seen { kRefused, kRefusedLater, kHarmless };

  void SetUp() override {
    const std::string live = folder_.path() + "/live";
    StoreHistory history(kCodes);
    {
      auto opened = store::EmbeddedStore::Open(live);
      ASSERT_TRUE(opened) << opened.error().ToString();
      store::EmbeddedStore& store = **opened;
      StoreLife life(store, store, history, 11, kCodes);
      ASSERT_TRUE(life.Import(0));
      ASSERT_TRUE(life.Import(1));
      ASSERT_TRUE(store.OpenBatch("N0"));
      ASSERT_TRUE(store.CloseBatch("N0"));
      for (int i = 0; i < 8; ++i) ASSERT_TRUE(life.Step(64));  // pages for some checkpoints
      for (int i = 0; i < 30; ++i) ASSERT_TRUE(life.Step(3));
      originals_.push_back({"killed", ReadStore(live), history});
    }
    originals_.push_back({"closed", ReadStore(live), history});
    originals_.push_back({"no log", ReadStore(live), history});
    originals_.back().image.erase(kLog);
  }

  /// Returns what lies there now.
  StoreImage Lay(const StoreImage& image) {
    fs::remove_all(dir_);
    fs::create_directory(dir_);
    for (const auto& [name, file] : image) file.Write(dir_ + "/" + name);
    return ReadStore(dir_);
  }

  /// Opens what lies there, asks it everything, works with it, and looks again.
  Seen Look(StoreHistory history, bool again = false) {
    auto opened = store::EmbeddedStore::Open(dir_);
    if (!opened) {
      CheckRefusal(opened.error());
      return Seen::kRefused;
    }
    store::EmbeddedStore& store = **opened;
    history.Restarted(store, store);
    bool refused = Ask(store, history);
    if (!again) {
      try {
        StoreLife life(store, store, history, 99, kCodes);
        for (int i = 0; i < 3; ++i) refused = !life.Step(10) || refused;
      } catch (const std::runtime_error&) {
        refused = true;  // of the first thing it asked for
      }
      EXPECT_THAT(history.problems(), IsEmpty());
      opened->reset();
      if (Look(history, true) != Seen::kHarmless) refused = true;
    }
    return refused ? Seen::kRefusedLater : Seen::kHarmless;
  }
  void CheckRefusal(const Diagnostic& why) {
    EXPECT_THAT(why.file, ::testing::StartsWith(dir_)) << why.ToString();
    EXPECT_THAT(why.message, Not(IsEmpty()));
    EXPECT_THAT(why.advice, Not(IsEmpty())) << why.ToString();
    EXPECT_THAT(why.ToString(), Not(HasSubstr("\n")));
    refusals_[why.message.substr(0, why.message.find_first_of("0123456789"))]++;
  }
  bool Ask(const store::EmbeddedStore& store, const StoreHistory& history) {
    const auto answers = history.Ask(store, store);
    EXPECT_THAT(answers.wrong, IsEmpty());
    for (const std::string& why : answers.refusals) {
      EXPECT_THAT(why, AnyOf(HasSubstr(dir_), HasSubstr("cannot be asked for a code")));
    }
    return answers.refused > 0;
  }

  /// The store refused at the start. A person rescues what there is: it must still be there, and
  /// what is accepted without its mark may lack claims but not contradict itself.
  void AcceptWhatIsThere(const StoreImage& damaged) {
    StoreImage after = ReadStore(dir_);
    const auto same = [&](const char* file) {
      const auto before = damaged.find(file);
      return before == damaged.end() || after[file].bytes == before->second.bytes;
    };
    EXPECT_TRUE(same(kDatabase)) << "a store that refused wrote into the database";
    // Some damage shows only after the start's first whole transaction, which the mark tells.
    EXPECT_TRUE(same(kLog) || !same(kMark)) << "a store that refused wrote into the log";
    fs::remove(dir_ + "/" + kMark);
    auto opened = store::EmbeddedStore::Open(dir_);
    if (!opened) return CheckRefusal(opened.error());
    opened->reset();
    ++accepted_;
    EXPECT_EQ(IntegrityOf(dir_ + "/" + kDatabase), "ok");
  }

  /// Damages a file in one way; says how.
  std::string Harm(const std::string& name, StoreImage* image) {
    FileImage& file = (*image)[name];
    const size_t used = std::max<size_t>(file.bytes.size(), 1);
    file.bytes.resize(used);
    const size_t at = Draw(used);
    const auto noise = [&](size_t from, size_t bytes) {
      for (size_t i = from; i < std::min(used, from + bytes); ++i) {
        file.bytes[i] = static_cast<char>(Draw(256));
      }
    };
    const auto page_of = [](size_t place) { return place - place % store::kPageBytes; };
    const std::string place = " at " + std::to_string(at);
    switch (Draw(8)) {
      case 0:
      case 1:
        file.bytes[at] = static_cast<char>(file.bytes[at] ^ (1 << Draw(8)));
        return "a bit flipped" + place;
      case 2:
        noise(at, 1 + Draw(64));
        return "some bytes overwritten" + place;
      case 3:
        noise(at - at % 512, 512);
        return "a sector of noise" + place;
      case 4: {
        const size_t bytes = std::min<size_t>(store::kPageBytes, used - page_of(at));
        file.bytes.replace(page_of(at), bytes, bytes, '\0');
        return "a page of zeros" + place;
      }
      case 5: {
        const std::string page = file.bytes.substr(page_of(Draw(used)), store::kPageBytes);
        file.bytes.replace(page_of(at), page.size(), page);
        file.size = std::max(file.size, file.bytes.size());
        return "a page in the wrong place" + place;
      }
      case 6:
        file.bytes.resize(at);
        file.size = at;
        return "cut off" + place;
      default:
        image->erase(name);
        return "removed";
    }
  }
  size_t Draw(size_t below) { return random_() % below; }

  /// Damages one file `times` times, each time a fresh copy. Counts by Seen.
  std::vector<int> Try(const Original& original, const char* name, int times) {
    std::vector<int> seen(3);
    for (int i = 0; i < times * FaultRounds() && !HasFailure(); ++i) {
      StoreImage image = original.image;
      const std::string how = Harm(name, &image);
      SCOPED_TRACE(original.name + ", " + name + " number " + std::to_string(i) + ": " + how);
      const StoreImage damaged = Lay(image);
      const Seen outcome = Look(original.history);
      seen[static_cast<size_t>(outcome)]++;
      if (outcome == Seen::kRefused) AcceptWhatIsThere(damaged);
    }
    std::printf("  %-7s %-16s %4d refused at the start, %4d later, %4d harmless\n",
                original.name.c_str(), name, seen[0], seen[1], seen[2]);
    return seen;
  }
  void PrintRefusals() const {
    for (const auto& [why, n] : refusals_) std::printf("  %4d  %s\n", n, why.c_str());
    std::printf("  %4d  accepted without their mark, none contradicts itself\n", accepted_);
  }

  ScratchFolder folder_;
  const std::string dir_ = folder_.path() + "/store";
  std::vector<Original> originals_;
  std::mt19937_64 random_{77};
  std::map<std::string, int> refusals_;
  int accepted_ = 0;
};

TEST_F(Damage, WithoutAnyEachStoreIsWhole) {
  for (const Original& original : originals_) {
    SCOPED_TRACE(original.name);
    Lay(original.image);
    EXPECT_EQ(Look(original.history), Seen::kHarmless);
  }
}

TEST_F(Damage, OfTheDatabaseIsNoticedWhenItIsRead) {
  for (const Original& original : originals_) {
    const auto seen = Try(original, kDatabase, original.name == "no log" ? 40 : 12);
    // Each page is read for one answer or another; with a log it has the newer ones.
    if (original.name == "no log") {
      EXPECT_LT(seen[2], 10 * FaultRounds());
    }
  }
  PrintRefusals();
}

TEST_F(Damage, OfTheLogIsNoticedWhenSomethingIsLost) {
  for (const Original& original : originals_) {
    if (original.name == "no log") continue;
    const auto seen = Try(original, kLog, 25);
    if (original.name == "killed") {
      EXPECT_GT(seen[0], 15 * FaultRounds());
    }
  }
  PrintRefusals();
}

TEST_F(Damage, OfTheOtherFilesLosesNothing) {
  for (const Original& original : originals_) {
    for (const char* const name : {"veriline.db-shm", kMark, "owner.lock"}) {
      const auto seen = Try(original, name, 5);
      EXPECT_EQ(seen[1], 0);
      if (name != kMark) {
        EXPECT_EQ(seen[0], 0);
      }
    }
  }
  PrintRefusals();
}

}  // namespace
}  // namespace veriline::testing
