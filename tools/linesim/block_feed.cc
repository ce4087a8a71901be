// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/block_feed.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <new>
#include <string>
#include <thread>

#include "tools/linesim/scene_recipe.h"
#include "vision/core/clock.h"

namespace veriline::linesim {
namespace {

constexpr int kWidth = 8192;
constexpr size_t kBlockBytes = size_t{kWidth} * kBlockLines;
constexpr size_t kHeaderBytes = 4096;
/// For renderers, truth and the consumer's own.
constexpr size_t kSpareBytes = 700'000'000;
constexpr int kLabelsInBlock = 16;
constexpr double kGiga = 1e9;

/// What could be had without pushing others out; SIZE_MAX where nobody tells.
size_t AvailableBytes() {
  std::ifstream file("/proc/meminfo");
  for (std::string word; file >> word;) {
    size_t kib = 0;
    if (word == "MemAvailable:" && file >> kib) return kib * 1024;
  }
  return SIZE_MAX;
}

Diagnostic NoMemory(size_t bytes, size_t available_bytes) {
  return {.code = ErrorCode::kExhausted,
          .message = fmt::format(
              "the blocks and codes need {:.1f} GB of memory, and {:.1f} GB are available",
              static_cast<double>(bytes) / kGiga, static_cast<double>(available_bytes) / kGiga),
          .advice = "free memory, or use --codes with fewer"};
}

Diagnostic NoProcess(const char* what) {
  return {.code = ErrorCode::kUnavailable,
          .message =
              std::string("the feeder of blocks does not start: ") + what + ": " + strerror(errno)};
}

double ProcessCpuUs() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_nsec) / 1e3;
}

template <typename T>
bool Send(int socket, const T& message) {
  return send(socket, &message, sizeof message, MSG_NOSIGNAL) == sizeof message;
}
template <typename T>
bool Receive(int socket, T* message) {
  ssize_t n;
  do {
    n = recv(socket, message, sizeof *message, 0);
  } while (n < 0 && errno == EINTR);
  return n == sizeof *message;
}

}  // namespace

/// In shared memory, one page before the blocks.
struct BlockFeed::Shared {
  static_assert(std::atomic<uint64_t>::is_always_lock_free);
  std::atomic<uint32_t> taken[kMostBlocks];  ///< with the consumer
  std::atomic<uint64_t> returned;            ///< in this order
};

BlockFeed::BlockFeed(const Options& options)
    : world_(FaultlessWorld(SceneKind::kWeb, options.seed)),
      frames_(world_, {.whole_rows = true, .clutter = true}),
      blocks_(static_cast<int>(
          std::clamp<uint64_t>(options.codes / kLabelsInBlock, kWaiting + 1, kMostBlocks))),
      prints_(world_, frames_, blocks_, options.codes) {}

BlockFeed::~BlockFeed() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);  // it holds nothing that would need an orderly end
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  if (socket_ >= 0) close(socket_);
  if (shared_ != nullptr) munmap(shared_, shared_bytes_);
}

uint8_t* BlockFeed::SlotPixels(int slot) const {
  return reinterpret_cast<uint8_t*>(shared_) + kHeaderBytes +
         static_cast<size_t>(slot) * kBlockBytes;
}

FrameView BlockFeed::PixelsOf(uint64_t block) const {
  return {SlotPixels(SlotOf(block)), kWidth, kBlockLines, kWidth};
}

std::vector<ShownSymbol> BlockFeed::ShownIn(uint64_t block) const {
  return prints_.ShownIn(SlotOf(block), RoundOf(block));
}

Checked<void> BlockFeed::Map() {
  static_assert(sizeof(Shared) <= kHeaderBytes);
  shared_bytes_ = kHeaderBytes + Blocks() * kBlockBytes;
  const size_t needed = shared_bytes_ + prints_.bytes() + kSpareBytes;
  const size_t available = AvailableBytes();
  if (needed > available) return Fail(NoMemory(needed, available));
  void* memory = mmap(nullptr, shared_bytes_, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (memory == MAP_FAILED) {
    return Fail(Diagnostic{
        .code = ErrorCode::kExhausted,
        .message = fmt::format("no shared memory for {} blocks ({:.1f} GB): {}", blocks_,
                               static_cast<double>(shared_bytes_) / kGiga, strerror(errno)),
        .advice = "see the limit of memory (ulimit -v)"});
  }
  shared_ = new (memory) Shared{};
  return {};
}

Checked<std::unique_ptr<BlockFeed>> BlockFeed::Start(const Options& options) {
  const uint64_t most = FaultlessWorld(SceneKind::kWeb, 1).items - kMostBlocks * kLabelsInBlock;
  if (options.codes > most) {
    return Fail(Diagnostic{.code = ErrorCode::kOutOfRange,
                           .message = fmt::format("there are no {} codes", options.codes),
                           .advice = fmt::format("--codes up to {}", most)});
  }
  std::unique_ptr<BlockFeed> feed(new BlockFeed(options));
  if (auto mapped = feed->Map(); !mapped) return Fail(mapped.error());
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return Fail(NoProcess("no socket"));
  }
  feed->socket_ = ends[0];
  const pid_t parent = getpid();
  feed->pid_ = fork();
  if (feed->pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "linesim-feed");
    if (getppid() != parent) _exit(1);  // it died before the line above
    close(ends[0]);
    feed->socket_ = ends[1];
    feed->Feed();
  }
  close(ends[1]);
  if (feed->pid_ < 0) return Fail(NoProcess("no process"));
  const auto drawn = feed->Next();
  if (!drawn) return Fail(drawn.error());
  if (drawn->kind != Message::Kind::kReady) {
    return Fail(NoMemory(feed->shared_bytes_ + feed->prints_.bytes(), AvailableBytes()));
  }
  return feed;
}

Checked<void> BlockFeed::Begin(const Order& order) {
  shared_->returned.store(0);
  if (Send(socket_, order)) return {};
  return Fail(NoProcess("it is gone"));
}

Checked<BlockFeed::Message> BlockFeed::Next() {
  Message message;
  if (Receive(socket_, &message)) return message;
  return Fail(Diagnostic{.code = ErrorCode::kUnavailable,
                         .message = "the feeder of blocks died",
                         .advice = "is there enough memory?"});
}

void BlockFeed::Return(uint64_t block) {
  shared_->taken[SlotOf(block)].store(0, std::memory_order_release);
  shared_->returned.fetch_add(1, std::memory_order_acq_rel);
}

// ---- the feeder's process ---------------------------------------------------------------------

void BlockFeed::Feed() noexcept {
  bool drawn = true;
  try {
    Draw();
  } catch (const std::bad_alloc&) {
    drawn = false;
  }
  bool goes_on =
      Send(socket_, Message{.kind = drawn ? Message::Kind::kReady : Message::Kind::kFailed});
  for (Order order; goes_on && drawn && Receive(socket_, &order);) Serve(order);
  _exit(0);
}

void BlockFeed::Draw() {
  prints_.Allocate();
  std::atomic<int> next{0};
  const auto work = [&] {
    SceneFrames frames(world_, {.whole_rows = true, .clutter = true});
    WebRenderer renderer(world_, RenderMode::kPooled);
    for (int block = next++; block < blocks_; block = next++) {
      std::memcpy(SlotPixels(block), frames.Draw(static_cast<uint64_t>(block)).data, kBlockBytes);
      prints_.DrawBlock(block, &renderer);
    }
  };
  std::vector<std::thread> threads(std::max(1u, std::thread::hardware_concurrency()));
  for (std::thread& thread : threads) thread = std::thread(work);
  for (std::thread& thread : threads) thread.join();
}

void BlockFeed::Serve(const Order& order) {
  const SteadyClock clock;
  const double period_ns = kBlockLines * 1e9 / order.lines_per_s;
  const auto most_late_ns = static_cast<int64_t>(period_ns * order.waiting);
  const double cpu_us = ProcessCpuUs();
  const int64_t start_ns = clock.NowNs();
  Message end{.kind = Message::Kind::kEnd};
  uint64_t handed = 0;
  for (uint64_t block = 0; block < order.blocks; ++block) {
    if (order.until_lost && end.lost > 0) break;
    const int slot = SlotOf(block);
    std::atomic<uint32_t>& taken = shared_->taken[slot];
    const bool free = taken.load(std::memory_order_acquire) == 0;
    if (free) prints_.CopyInto(slot, RoundOf(block), SlotPixels(slot), kWidth);
    const int64_t due_ns =
        start_ns + static_cast<int64_t>(static_cast<double>(block + 1) * period_ns);
    SleepUntilNs(due_ns);
    ++end.due;
    const int64_t late_ns = clock.NowNs() - due_ns;
    const uint64_t waiting = handed - shared_->returned.load(std::memory_order_acquire);
    if (!free || waiting >= order.waiting || late_ns > most_late_ns) {
      ++end.lost;
      continue;
    }
    taken.store(1, std::memory_order_relaxed);
    ++handed;
    if (!Send(socket_, Message{.kind = Message::Kind::kBlock, .block = block, .due_ns = due_ns})) {
      return;  // the consumer is gone
    }
  }
  end.cpu_us = ProcessCpuUs() - cpu_us;
  Send(socket_, end);
}

}  // namespace veriline::linesim
