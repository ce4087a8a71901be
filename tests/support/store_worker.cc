// SPDX-License-Identifier: Apache-2.0
// The process that fault tests kill: it lives on a store and tells what it does (store_reports.h).
//
//   store_worker line DIR SEED CODES REPORTS_FD MOMENT_FD FIRST_IMPORT
//     Three threads reserve, one commits, one imports batches, until it is killed.
//   store_worker script DIR SEED CODES REPORTS_FD KILL_AT WHEN
//     The same steps each time, from opening the store to closing it. Kills itself at the KILL_ATth
//     change of the disk: "before" it, at "half" of it (when it writes), or "after" it; at the
//     KILL_ATth sync when WHEN is "before_sync" or "after_sync". 0: never, and tells at its end how
//     many there were.
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>

#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

#include "pipeline/store/embedded/embedded_store.h"
#include "tests/support/disk_layer.h"
#include "tests/support/store_reports.h"

namespace veriline::testing {
namespace {

/// Notes what the disk is asked to do.
class DiskMoment final : public DiskHook {
 public:
  explicit DiskMoment(Moment& moment) : moment_(moment) {}
  int Before(const DiskOperation& operation) override {
    if (operation.kind == DiskOperation::Kind::kRead) return 0;
    Of(operation) = operation.kind == DiskOperation::Kind::kSync ? Moment::Disk::kSyncing
                                                                 : Moment::Disk::kWriting;
    return 0;
  }
  void After(const DiskOperation& operation) override {
    if (operation.kind != DiskOperation::Kind::kRead) Of(operation) = Moment::Disk::kIdle;
  }

 private:
  std::atomic<Moment::Disk>& Of(const DiskOperation& operation) {
    return operation.file == DiskOperation::File::kDatabase ? moment_.database : moment_.log;
  }
  Moment& moment_;
};

/// Notes when the line commits and when it tells.
class LineMoment final : public LifeListener {
 public:
  LineMoment(LifeListener& next, Moment& moment) : next_(next), moment_(moment) {}
  void Allotted(int lane, uint64_t first, uint64_t count) override {
    next_.Allotted(lane, first, count);
  }
  void Begins(const ToldGroup& group) override {
    next_.Begins(group);
    moment_.line = Moment::Line::kCommitting;
  }
  void Durable(const ToldGroup& group) override {
    moment_.line = Moment::Line::kTelling;
    next_.Durable(group);
    moment_.line = Moment::Line::kWaiting;
  }
  void Failed(const ToldGroup& group) override { next_.Failed(group); }
  void ImportBegins(int n) override {
    next_.ImportBegins(n);
    moment_.importing = true;
  }
  void Imported(int n) override {
    moment_.importing = false;
    next_.Imported(n);
  }

 private:
  LifeListener& next_;
  Moment& moment_;
};

/// Ends the process at an operation.
class KillAt final : public DiskHook {
 public:
  KillAt(int64_t at, const std::string& when)
      : at_(at),
        after_(when.starts_with("after")),
        half_(when == "half"),
        syncs_only_(when.ends_with("_sync")) {}
  int64_t operations() const { return operations_; }
  int64_t syncs() const { return syncs_; }

  int Before(const DiskOperation& operation) override {
    if (operation.kind == DiskOperation::Kind::kRead) return 0;
    const bool sync = operation.kind == DiskOperation::Kind::kSync;
    const int64_t operations = ++operations_;
    const int64_t syncs = sync ? ++syncs_ : 0;
    if ((syncs_only_ ? syncs : operations) != at_ || at_ == 0) return 0;
    if (half_ && operation.kind == DiskOperation::Kind::kWrite) {
      const int fd = open(operation.path, O_WRONLY | O_CLOEXEC);
      (void)!pwrite(fd, operation.bytes.data(), operation.bytes.size() / 2, operation.offset);
    }
    if (after_) {
      dying_ = std::this_thread::get_id();
    } else {
      Die();
    }
    return 0;
  }
  void After(const DiskOperation&) override {
    if (dying_.load() == std::this_thread::get_id()) Die();
  }

 private:
  [[noreturn]] static void Die() {
    kill(getpid(), SIGKILL);
    for (;;) pause();
  }

  const int64_t at_;
  const bool after_, half_, syncs_only_;
  std::atomic<int64_t> operations_{0};
  std::atomic<int64_t> syncs_{0};
  std::atomic<std::thread::id> dying_{};
};

/// What the reserving threads hand to the one that commits.
class GrantedClaims {
 public:
  void Put(const ToldGroup::Claim& claim) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return claims_.size() < kMost; });
    claims_.push_back(claim);
    changed_.notify_all();
  }
  std::vector<ToldGroup::Claim> TakeAll() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !claims_.empty(); });
    std::vector<ToldGroup::Claim> taken = std::move(claims_);
    claims_.clear();
    changed_.notify_all();
    return taken;
  }

 private:
  static constexpr size_t kMost = 12;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<ToldGroup::Claim> claims_;
};

std::unique_ptr<store::EmbeddedStore> Open(const char* dir) {
  auto opened = store::EmbeddedStore::Open(dir);
  if (!opened) throw std::runtime_error(opened.error().ToString());
  return std::move(*opened);
}

int RunLine(const char* dir, uint64_t seed, int codes, int reports_fd, int moment_fd, int import) {
  void* const memory =
      mmap(nullptr, sizeof(Moment), PROT_READ | PROT_WRITE, MAP_SHARED, moment_fd, 0);
  if (memory == MAP_FAILED) return 1;
  auto* const moment = static_cast<Moment*>(memory);
  static DiskMoment disk(*moment);
  SetDiskHook(&disk);
  ReportWriter writer(reports_fd);
  LineMoment listener(writer, *moment);
  const auto store = Open(dir);
  StoreLife life(*store, *store, listener, seed, codes);
  GrantedClaims granted;
  std::vector<std::thread> threads;
  for (int lane = 0; lane < kLifeLanes; ++lane) {
    threads.emplace_back([&, lane] {
      std::mt19937_64 random(seed + 1 + static_cast<uint64_t>(lane));
      for (;;) {
        if (const auto claim = life.Reserve(lane, random)) granted.Put(*claim);
      }
    });
  }
  threads.emplace_back([&] {
    for (int n = import; life.Import(n); ++n) {
    }
    _exit(1);
  });
  moment->line = Moment::Line::kWaiting;
  while (life.Commit(granted.TakeAll())) {
  }
  _exit(1);  // a healthy disk refuses nothing
}

int RunScript(const char* dir, uint64_t seed, int codes, int reports_fd, int64_t at,
              const std::string& when) {
  static KillAt hook(at, when);
  SetDiskHook(&hook);
  ReportWriter listener(reports_fd);
  {
    const auto store = Open(dir);
    StoreLife life(*store, *store, listener, seed, codes);
    bool good = life.Step(3) && life.Import(0) && life.Step(1);
    // Enough pages for a checkpoint, and more groups behind it.
    for (int i = 0; good && i < 4; ++i) good = life.Step(64);
    for (int i = 0; good && i < 6; ++i) good = life.Step(2);
    if (!good) return 1;
  }
  listener.Operations(hook.operations(), hook.syncs());
  return 0;
}

int Main(int argc, char** argv) {
  if (argc != 8) return 2;
  if (!InstallDiskLayer()) return 2;
  const std::string mode = argv[1];
  const auto number = [&](int i) { return std::stoll(argv[i]); };
  const auto seed = std::stoull(argv[3]);
  const int codes = static_cast<int>(number(4));
  const int reports_fd = static_cast<int>(number(5));
  if (mode == "line") {
    return RunLine(argv[2], seed, codes, reports_fd, static_cast<int>(number(6)),
                   static_cast<int>(number(7)));
  }
  return RunScript(argv[2], seed, codes, reports_fd, number(6), argv[7]);
}

}  // namespace
}  // namespace veriline::testing

int main(int argc, char** argv) {
  try {
    return veriline::testing::Main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "store_worker: %s\n", error.what());
    return 1;
  }
}
