// SPDX-License-Identifier: Apache-2.0
// How long a line waits for its store. Prints; fails only when something does not work.
// VERILINE_BENCH_CODES: codes of the batch (default 100000).
#include "pipeline/store/embedded/embedded_store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/support/scratch_folder.h"
#include "vision/core/clock.h"

namespace veriline::store {
namespace {

constexpr char kLine[] = "line-1";

/// Serial numbers in no order, as they are issued.
std::string SerialOf(int64_t n) {
  const uint64_t mixed = static_cast<uint64_t>(n) * 0x9e3779b97f4a7c15;
  char serial[32];
  std::snprintf(serial, sizeof(serial), "%016llX", static_cast<unsigned long long>(mixed));
  return serial;
}
std::string CodeOf(int64_t n) {
  return "010401234512345621" + SerialOf(n) +
         "\x1d"
         "17271200"
         "10LOT7";
}
batch::CodeKey KeyOf(int64_t n) { return batch::CodeKey::Gs1("04012345123456", SerialOf(n)); }

std::string ListOf(int64_t first, int64_t count) {
  std::string list = "code\n";
  for (int64_t i = first; i < first + count; ++i) list += CodeOf(i) + "\n";
  return list;
}

int64_t CodesWanted() {
  const char* codes = std::getenv("VERILINE_BENCH_CODES");
  return codes == nullptr ? 100'000 : std::atoll(codes);
}

double ResidentMb() {
  long pages = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return static_cast<double>(resident * sysconf(_SC_PAGESIZE)) / 1e6;
}

class Stopwatch {
 public:
  double Ms() const { return static_cast<double>(SteadyClock().NowNs() - start_) / 1e6; }

 private:
  int64_t start_ = SteadyClock().NowNs();
};

void PrintRow(const char* what, std::vector<double> ms, double per_s) {
  std::sort(ms.begin(), ms.end());
  const auto at = [&ms](double q) { return ms[static_cast<size_t>(q * (ms.size() - 1))]; };
  std::printf("  %-34s p50 %7.2f  p99 %7.2f  p99.9 %7.2f  max %7.2f ms  %8.0f claims/s\n", what,
              at(0.5), at(0.99), at(0.999), ms.back(), per_s);
  std::fflush(stdout);
}

class EmbeddedStoreBench : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = EmbeddedStore::Open(folder_.path() + "/store");
    ASSERT_TRUE(opened) << opened.error().ToString();
    store_ = std::move(*opened);
    std::istringstream list(ListOf(0, codes_));
    ASSERT_TRUE(store_->ImportBatch("B", list, "list"));
    ASSERT_TRUE(store_->OpenBatch("B"));
  }
  /// Groups as a line makes them: claims, one record each, and the confirmations of the items two
  /// groups before.
  void Run(const char* what, size_t claims, size_t groups, bool alone = false) {
    std::vector<double> ms;
    item::CommitGroup group;
    double total = 0;
    for (size_t g = 0; g < groups && next_ + claims <= static_cast<size_t>(codes_); ++g) {
      group.Clear();
      for (size_t i = 0; i < claims; ++i) {
        const batch::ItemRef item{kLine, 0, ++item_seq_};
        const batch::CodeKey key = KeyOf(next_++);
        ASSERT_EQ(store_->Reserve(key, item).outcome, batch::ReserveOutcome::kGranted);
        group.claims.push_back({.key = key, .item = item, .utc_ns = 1});
        if (alone) continue;
        if (item_seq_ > 2 * claims) {
          group.confirmations.push_back(
              {{kLine, 0, item_seq_ - 2 * claims}, item::Outcome::kPassed, 1});
        }
        item::InspectionRecord record;
        record.line_id = kLine;
        record.item_seq = item_seq_;
        record.codes.resize(1);
        record.codes[0].payload = CodeOf(0);
        record.codes[0].text = CodeOf(0);
        record.codes[0].hri = CodeOf(0);
        record.recipe_hash = std::string(64, 'a');
        group.records.push_back(record);
      }
      const Stopwatch watch;
      ASSERT_TRUE(store_->Commit(group));
      ms.push_back(watch.Ms());
      total += ms.back();
    }
    ASSERT_FALSE(ms.empty());
    PrintRow(what, ms, 1e3 * static_cast<double>(claims * ms.size()) / total);
  }

  ScratchFolder folder_;
  const int64_t codes_ = CodesWanted();
  std::unique_ptr<EmbeddedStore> store_;
  size_t next_ = 0;
  uint64_t item_seq_ = 0;
};

TEST_F(EmbeddedStoreBench, Commits) {
  Run("1 claim", 1, 2000);
  Run("8 claims", 8, 1000);
  Run("64 claims", 64, 1000);
}

TEST_F(EmbeddedStoreBench, CommitsDuringAnImport) {
  std::atomic<bool> stop{false};
  std::thread office([&] {
    for (int64_t i = 1; !stop; ++i) {
      std::istringstream list(ListOf(1'000'000'000 + i * 20'000, 20'000));
      EXPECT_TRUE(store_->ImportBatch("N" + std::to_string(i), list, "list"));
    }
  });
  Run("8 claims, during an import", 8, 1000);
  stop = true;
  office.join();
}

/// Another process that writes 100 MB a second to the same disk.
class BusyDisk {
 public:
  explicit BusyDisk(const std::string& folder) : pid_(fork()) {
    if (pid_ != 0) return;
    const int fd = open((folder + "/noise").c_str(), O_WRONLY | O_CREAT, 0600);
    const std::string bytes(10 << 20, 'x');
    for (int64_t n = 0;; ++n) {
      const Stopwatch watch;
      if (pwrite(fd, bytes.data(), bytes.size(), n % 50 * static_cast<int64_t>(bytes.size())) < 0) {
        _exit(1);
      }
      if (n % 10 == 9) fdatasync(fd);
      while (watch.Ms() < 100) usleep(1000);
    }
  }
  ~BusyDisk() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

 private:
  const pid_t pid_;
};

TEST_F(EmbeddedStoreBench, ClaimsAlone) {
  Run("1 claim alone", 1, 5000, true);
  Run("64 claims alone", 64, 2000, true);
  const BusyDisk busy(folder_.path());
  Run("1 claim alone, busy disk", 1, 10'000, true);
  Run("64 claims alone, busy disk", 64, 2000, true);
}

TEST_F(EmbeddedStoreBench, MemoryCalls) {
  const Stopwatch reserve;
  for (int64_t i = 0; i < codes_; ++i) store_->Reserve(KeyOf(i), {kLine, 0, 1});
  const double reserve_us = reserve.Ms() * 1e3 / static_cast<double>(codes_);
  const Stopwatch find;
  int64_t found = 0;
  for (int64_t i = 0; i < codes_; ++i) found += store_->Find(KeyOf(i))->has_value();
  EXPECT_EQ(found, codes_);
  const double find_us = find.Ms() * 1e3 / static_cast<double>(codes_);
  // One by one, in no order; what the clock takes is in it.
  const SteadyClock clock;
  std::vector<double> ns;
  for (int64_t i = 0; i < 200'000; ++i) {
    const batch::CodeKey key = KeyOf(i * 7919 % codes_);
    const int64_t start = clock.NowNs();
    found += store_->Find(key)->has_value() ? 0 : 1;
    ns.push_back(static_cast<double>(clock.NowNs() - start));
  }
  std::sort(ns.begin(), ns.end());
  std::printf("  Find, each alone: p50 %.0f, p99 %.0f, p99.9 %.0f ns\n", ns[ns.size() / 2],
              ns[ns.size() * 99 / 100], ns[ns.size() * 999 / 1000]);
  const Stopwatch unknown;
  for (int64_t i = 0; i < 10'000; ++i) found += store_->Find(KeyOf(-1 - i))->has_value();
  EXPECT_EQ(found, codes_);
  std::printf("  Reserve %.2f us, Find %.2f us, Find of an unknown code (disk) %.2f us\n",
              reserve_us, find_us, unknown.Ms() / 10);
}

TEST(EmbeddedStoreSizeBench, ImportOpenAndMemory) {
  const int64_t codes = CodesWanted();
  const ScratchFolder folder;
  {
    std::ofstream list(folder.path() + "/list");
    list << "code\n";
    for (int64_t i = 0; i < codes; ++i) list << CodeOf(i) << '\n';
  }
  std::printf("  %.0f MB resident before\n", ResidentMb());
  {
    auto store = EmbeddedStore::Open(folder.path() + "/store");
    ASSERT_TRUE(store);
    std::ifstream in(folder.path() + "/list", std::ios::binary);
    const Stopwatch import;
    ASSERT_TRUE((*store)->ImportBatch("B", in, "list"));
    std::printf("  %lld codes: import %.0f ms\n", static_cast<long long>(codes), import.Ms());
    const double before = ResidentMb();
    const Stopwatch open;
    ASSERT_TRUE((*store)->OpenBatch("B"));
    std::printf("  open batch %.0f ms, from %.0f to %.0f MB resident\n", open.Ms(), before,
                ResidentMb());
  }
  const Stopwatch start;
  auto store = EmbeddedStore::Open(folder.path() + "/store");
  ASSERT_TRUE(store);
  std::printf("  start with the open batch %.0f ms, %.0f MB resident\n", start.Ms(), ResidentMb());
  EXPECT_EQ((*store)->Status("B")->Of(batch::CodeState::kIssued), static_cast<uint64_t>(codes));
}

}  // namespace
}  // namespace veriline::store
