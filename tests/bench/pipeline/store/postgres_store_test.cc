// SPDX-License-Identifier: Apache-2.0
// Lines that share a PostgreSQL server on this machine: claims a second, and what a list costs.
#include "pipeline/store/postgres/postgres_store.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/postgres_server.h"
#include "tests/support/store_fixture.h"
#include "vision/core/clock.h"

namespace veriline::testing {
namespace {

double Seconds() { return static_cast<double>(SteadyClock().NowNs()) * 1e-9; }

int CodesWanted() {
  const char* wanted = std::getenv("VERILINE_BENCH_CODES");
  return wanted == nullptr ? 1'000'000 : std::atoi(wanted);
}

/// Serial numbers in no order, as they are issued.
std::string SerialOf(int n) {
  const uint64_t mixed = static_cast<uint64_t>(n) * 0x9e3779b97f4a7c15;
  char serial[32];
  std::snprintf(serial, sizeof(serial), "%016llX", static_cast<unsigned long long>(mixed));
  return serial;
}
std::string CodeOf(int n) {
  return "010401234512345621" + SerialOf(n) + "\x1d" + "17271200" + "10LOT7";
}
batch::CodeKey KeyOfCode(int n) { return batch::CodeKey::Gs1("04012345123456", SerialOf(n)); }

/// The list, made as it is read.
class List final : public std::streambuf {
 public:
  explicit List(int codes) : codes_(codes) {
    piece_ = "code\n";
    Give();
  }

 private:
  void Give() { setg(piece_.data(), piece_.data(), piece_.data() + piece_.size()); }
  int underflow() override {
    if (next_ == codes_) return traits_type::eof();
    piece_.clear();
    for (int i = 0; i < 1000 && next_ < codes_; ++i) piece_ += CodeOf(next_++) + "\n";
    Give();
    return traits_type::to_int_type(piece_[0]);
  }
  const int codes_;
  int next_ = 0;
  std::string piece_;
};

struct Shared {
  std::atomic<int> ready{0};
  std::atomic<double> begin{0}, end{0};
};

void PrintTimes(const char* what, std::vector<double> ms) {
  std::ranges::sort(ms);
  const auto at = [&](double q) { return ms[static_cast<size_t>(q * (ms.size() - 1))]; };
  std::printf("  %-34s p50 %7.2f  p99 %7.2f  p99.9 %7.2f  max %7.2f ms\n", what, at(0.5), at(0.99),
              at(0.999), ms.back());
  std::fflush(stdout);
}

TEST(PostgresStoreBench, ClaimsOfTwoLines) {
  const int codes = CodesWanted();
  const PostgresServer server;
  {
    auto office = store::PostgresStore::Open(server.url(), {});
    ASSERT_TRUE(office) << office.error().ToString();
    List list(codes);
    std::istream in(&list);
    double from = Seconds();
    ASSERT_TRUE((*office)->ImportBatch("B", in, "list"));
    std::printf("  import of %d codes %.1f s\n", codes, Seconds() - from);
    ASSERT_TRUE((*office)->OpenBatch("B"));
  }
  auto* const shared =
      new (mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
          Shared;
  constexpr int kLines = 2, kGroup = 64;
  const int each = std::min(codes / kLines, 200'000) / kGroup * kGroup;
  std::vector<pid_t> children;
  std::fflush(stdout);
  for (int line = 0; line < kLines; ++line) {
    const pid_t child = fork();
    if (child == 0) {
      const std::string name = "L" + std::to_string(line + 1);
      const double from = Seconds();
      auto opened = store::PostgresStore::Open(server.url(), {name});
      if (!opened) _exit(1);
      auto& store = **opened;
      if (line == 0) std::printf("  loaded in %.1f s\n", Seconds() - from);
      ++shared->ready;
      while (shared->ready < kLines) usleep(1000);
      double none = 0;
      shared->begin.compare_exchange_strong(none, Seconds());
      item::CommitGroup group;
      std::vector<double> ms;
      uint64_t item_seq = 0;
      const int first = line * each;
      for (int code = first; code < first + each;) {
        group.Clear();
        for (int i = 0; i < kGroup; ++i, ++code) {
          const batch::ItemRef item{name, 0, ++item_seq};
          const batch::CodeKey key = KeyOfCode(code);
          if (store.Reserve(key, item).outcome != batch::ReserveOutcome::kGranted) _exit(2);
          group.claims.push_back({.key = key, .item = item, .utc_ns = 1});
        }
        const double start = Seconds();
        if (!store.Commit(group) || !group.refused.empty()) _exit(3);
        ms.push_back((Seconds() - start) * 1e3);
      }
      shared->end = std::max(shared->end.load(), Seconds());
      if (line == 0) PrintTimes("64 claims, another line beside it", ms);
      std::fflush(stdout);
      _exit(0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  std::printf("  %.0f claims/s of two lines\n",
              kLines * each / (shared->end.load() - shared->begin.load()));

  auto opened = store::PostgresStore::Open(server.url(), {"L3"});
  ASSERT_TRUE(opened);
  std::vector<double> claims, finds;
  item::CommitGroup group;
  for (int i = 0; i < 2000; ++i) {
    const int code = kLines * each + i;
    if (code >= codes) break;
    group.Clear();
    const batch::ItemRef item{"L3", 0, static_cast<uint64_t>(i) + 1};
    ASSERT_EQ((*opened)->Reserve(KeyOfCode(code), item).outcome, batch::ReserveOutcome::kGranted);
    group.claims = {{.key = KeyOfCode(code), .item = item, .utc_ns = 1}};
    double start = Seconds();
    ASSERT_TRUE((*opened)->Commit(group));
    claims.push_back((Seconds() - start) * 1e3);
    start = Seconds();
    ASSERT_TRUE((*opened)->Find(KeyOfCode(code)));
    finds.push_back((Seconds() - start) * 1e3);
  }
  if (!claims.empty()) {
    PrintTimes("1 claim", claims);
    PrintTimes("who has a code", finds);
  }
  const double from = Seconds();
  uint64_t after = 0, listed = 0;
  for (;;) {
    const auto page = (*opened)->ListVerified(
        {.batch = "B", .after = after, .limit = 1000, .include_unconfirmed = true});
    ASSERT_TRUE(page) << page.error().ToString();
    if (page->empty()) break;
    listed += page->size();
    after = page->back().cursor;
  }
  std::printf("  %.0f listed codes/s, numbered on the way\n",
              static_cast<double>(listed) / (Seconds() - from));
  munmap(shared, sizeof(Shared));
}

}  // namespace
}  // namespace veriline::testing
