// SPDX-License-Identifier: Apache-2.0
// The power goes: of what was written since the last sync of its file any part may be lost, torn or
// out of order. What was told durable must be there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <random>

#include "pipeline/store/embedded/embedded_store.h"
#include "tests/support/disk_layer.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/store_history.h"

namespace veriline::testing {
namespace {

using ::testing::IsEmpty;
namespace fs = std::filesystem;

const bool kLayered = InstallDiskLayer();
constexpr size_t kSectorBytes = 512;

/// A file as the disk has it: what was synced, and what may or may not have come through.
struct DiskFile {
  struct Change {
    bool truncate = false;
    int64_t offset = 0;
    std::string bytes;
  };
  std::string synced;
  std::vector<Change> pending;

  static void Apply(std::string& content, const Change& change, size_t from, size_t bytes) {
    const size_t at = static_cast<size_t>(change.offset) + from;
    if (change.truncate) {
      content.resize(static_cast<size_t>(change.offset));
      return;
    }
    if (content.size() < at + bytes) content.resize(at + bytes);
    std::memcpy(content.data() + at, change.bytes.data() + from, bytes);
  }
  void Sync() {
    for (const Change& change : pending) Apply(synced, change, 0, change.bytes.size());
    pending.clear();
  }
  std::string AfterPowerCut(std::mt19937_64& random) const {
    std::string content = synced;
    const uint64_t luck = random() % 4;  // nothing more, everything, whole writes, sectors
    for (const Change& change : pending) {
      const size_t step = luck == 3 ? kSectorBytes : std::max<size_t>(change.bytes.size(), 1);
      for (size_t from = 0; from < std::max<size_t>(change.bytes.size(), 1); from += step) {
        const bool through = luck == 1 || (luck >= 2 && random() % 2 == 0);
        if (through) {
          Apply(content, change, from, std::min(step, change.bytes.size() - from));
        }
      }
    }
    return content;
  }
};

/// Keeps the disk's view of a store that is alive, and now and then what a power cut would leave.
class PowerCuts final : public DiskHook, public LifeListener {
 public:
  struct Cut {
    std::string dir;
    StoreHistory history;  ///< what had been told by then
  };

  PowerCuts(std::string store_dir, std::string cuts_dir, int codes, int one_in)
      : store_dir_(std::move(store_dir)),
        cuts_dir_(std::move(cuts_dir)),
        one_in_(one_in),
        history_(codes) {}

  int Before(const DiskOperation& operation) override {
    const std::lock_guard lock(mutex_);
    if (operation.kind == DiskOperation::Kind::kRead || operation.path == nullptr) return 0;
    // Right before a sync most is at stake.
    const bool sync = operation.kind == DiskOperation::Kind::kSync;
    if (random_() % static_cast<uint64_t>(sync ? 3 : one_in_) == 0) TakeCut();
    return 0;
  }
  void After(const DiskOperation& operation) override {
    const std::lock_guard lock(mutex_);
    if (operation.path == nullptr) return;
    DiskFile& file = files_[operation.path];
    switch (operation.kind) {
      case DiskOperation::Kind::kRead:
        break;
      case DiskOperation::Kind::kSync:
        file.Sync();
        break;
      case DiskOperation::Kind::kTruncate:
        file.pending.push_back({true, operation.offset, {}});
        break;
      case DiskOperation::Kind::kWrite:
        file.pending.push_back({false, operation.offset, std::string(operation.bytes)});
        break;
    }
  }

  void Allotted(int lane, uint64_t first, uint64_t count) override {
    const std::lock_guard lock(mutex_);
    history_.Allotted(lane, first, count);
  }
  void Begins(const ToldGroup& group) override {
    const std::lock_guard lock(mutex_);
    history_.Begins(group);
  }
  void Durable(const ToldGroup& group) override {
    const std::lock_guard lock(mutex_);
    history_.Durable(group);
  }
  void Failed(const ToldGroup&) override { ADD_FAILURE() << "a healthy disk refuses nothing"; }
  void ImportBegins(int n) override {
    const std::lock_guard lock(mutex_);
    history_.ImportBegins(n);
  }
  void Imported(int n) override {
    const std::lock_guard lock(mutex_);
    history_.Imported(n);
  }

  std::vector<Cut>& cuts() { return cuts_; }

 private:
  void TakeCut() {
    Cut cut{cuts_dir_ + "/cut" + std::to_string(cuts_.size()), history_};
    fs::create_directory(cut.dir);
    for (const auto& [path, file] : files_) {
      if (!fs::exists(path)) continue;  // a journal that is over
      const std::string content = file.AfterPowerCut(random_);
      std::ofstream(cut.dir + "/" + fs::path(path).filename().string(), std::ios::binary)
          << content;
    }
    // It is never synced; the newest one is the one that a lost commit would be held against.
    std::error_code none_yet;
    fs::copy_file(store_dir_ + "/commit.mark", cut.dir + "/commit.mark", none_yet);
    cuts_.push_back(std::move(cut));
  }

  const std::string store_dir_;
  const std::string cuts_dir_;
  const int one_in_;
  std::mutex mutex_;
  std::mt19937_64 random_{5};
  std::map<std::string, DiskFile> files_;
  StoreHistory history_;
  std::vector<Cut> cuts_;
};

TEST(PowerCut, LosesNothingThatWasToldDurable) {
  constexpr int kCodes = 6000;
  ASSERT_TRUE(kLayered);
  const ScratchFolder folder;
  const std::string dir = folder.path() + "/store";
  PowerCuts cuts(dir, folder.path(), kCodes, 30);
  SetDiskHook(&cuts);
  {
    auto store = store::EmbeddedStore::Open(dir);
    ASSERT_TRUE(store) << store.error().ToString();
    StoreLife life(**store, **store, cuts, 3, kCodes);
    for (int i = 0; i < 5; ++i) {
      ASSERT_TRUE(life.Step(64));
      ASSERT_TRUE(life.Step(2));
    }
    ASSERT_TRUE(life.Import(0));
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(life.Step(3));
  }
  SetDiskHook(nullptr);

  int durable = 0, lost = 0;
  for (PowerCuts::Cut& cut : cuts.cuts()) {
    SCOPED_TRACE(cut.dir);
    auto store = store::EmbeddedStore::Open(cut.dir);
    ASSERT_TRUE(store) << store.error().ToString();
    const auto was_written = cut.history.Restarted(**store, **store);
    if (was_written) ++(*was_written ? durable : lost);
    const auto answers = cut.history.Ask(**store, **store);
    EXPECT_THAT(answers.wrong, IsEmpty());
    EXPECT_THAT(answers.refusals, IsEmpty());
    EXPECT_THAT(cut.history.problems(), IsEmpty());
    if (HasFailure()) return;
    store->reset();
    fs::remove_all(cut.dir);
  }
  std::printf("  %zu power cuts, %d with a group under way: %d of them durable\n",
              cuts.cuts().size(), durable + lost, durable);
  EXPECT_GT(cuts.cuts().size(), 30u);
  EXPECT_GT(lost, 5);
}

}  // namespace
}  // namespace veriline::testing
