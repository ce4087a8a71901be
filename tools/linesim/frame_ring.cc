// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/frame_ring.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <new>
#include <string>
#include <utility>

#include "vision/core/clock.h"

namespace veriline::linesim {
namespace {

constexpr uint64_t kMagic = 0x474E4952'4E494C56;  // "VLINRING"
constexpr uint32_t kVersion = 2;
/// How long a waiting side sleeps before it looks whether the other still lives.
constexpr int64_t kLookNs = 20'000'000;

// Futexes of this process and another; the words are the ring's own counters.
static_assert(std::atomic<uint32_t>::is_always_lock_free && sizeof(std::atomic<uint32_t>) == 4);

/// Sleeps until `word` is woken or no longer `seen`, at most `for_ns`.
void Wait(std::atomic<uint32_t>& word, uint32_t seen, int64_t for_ns) {
  timespec time{.tv_sec = for_ns / 1'000'000'000, .tv_nsec = for_ns % 1'000'000'000};
  syscall(SYS_futex, &word, FUTEX_WAIT, seen, &time, nullptr, 0);
}

void Wake(std::atomic<uint32_t>& word) {
  syscall(SYS_futex, &word, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

tl::unexpected<Diagnostic> Broken(std::string message, const char* advice) {
  return Fail(Diagnostic{.code = ErrorCode::kIo, .message = std::move(message), .advice = advice});
}

}  // namespace

/// In shared memory, one page before the pictures.
struct FrameRing::Header {
  uint64_t magic;
  uint32_t version;
  uint32_t slots;
  WorldConfig config;
  RenderMode mode;
  int camera;

  pthread_mutex_t producer;  // robust: held by the producer while it works
  std::atomic<uint32_t> attached;
  std::atomic<uint32_t> finished;
  std::atomic<uint32_t> stopped;
  std::atomic<uint32_t> died;
  // Counted since the start, modulo 2^32; written by one side each, on cache lines of their own.
  alignas(64) std::atomic<uint32_t> published;
  alignas(64) std::atomic<uint32_t> released;
  alignas(64) uint64_t shots[kMaxSlots];

  static constexpr size_t kBytes = 8192;  // the pictures begin there, on a page
};

namespace {
size_t PictureBytes(const WorldConfig& config) {
  return static_cast<size_t>(config.traits().picture_width) *
         static_cast<size_t>(config.traits().picture_height);
}
size_t SizeBytes(const WorldConfig& config, uint32_t slots, size_t header_bytes) {
  return header_bytes + slots * PictureBytes(config);
}
}  // namespace

FrameRing& FrameRing::operator=(FrameRing&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(header_, other.header_);
  std::swap(size_bytes_, other.size_bytes_);
  return *this;
}

FrameRing::~FrameRing() {
  if (header_ != nullptr) munmap(header_, size_bytes_);
  if (fd_ >= 0) close(fd_);
}

Checked<FrameRing> FrameRing::Create(const WorldConfig& config, RenderMode mode, int slots,
                                     int camera) {
  static_assert(sizeof(Header) <= Header::kBytes);
  if (slots < 1 || slots > kMaxSlots) {
    return Fail(Diagnostic{.message = "the number of slots of the frame ring is out of range",
                           .advice = "1 to " + std::to_string(kMaxSlots)});
  }
  FrameRing ring;
  ring.fd_ = memfd_create("veriline-frames", 0);
  ring.size_bytes_ = SizeBytes(config, static_cast<uint32_t>(slots), Header::kBytes);
  if (ring.fd_ < 0 || ftruncate(ring.fd_, static_cast<off_t>(ring.size_bytes_)) != 0) {
    return Broken(std::string("no shared memory for the frame ring: ") + strerror(errno),
                  "free memory or use fewer slots");
  }
  void* memory = mmap(nullptr, ring.size_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, ring.fd_, 0);
  if (memory == MAP_FAILED) {
    return Broken(std::string("the frame ring cannot be mapped: ") + strerror(errno),
                  "use fewer slots");
  }
  ring.header_ = new (memory) Header{};
  ring.header_->magic = kMagic;
  ring.header_->version = kVersion;
  ring.header_->slots = static_cast<uint32_t>(slots);
  ring.header_->config = config;
  ring.header_->mode = mode;
  ring.header_->camera = camera;
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&ring.header_->producer, &attributes);
  pthread_mutexattr_destroy(&attributes);
  return ring;
}

Checked<FrameRing> FrameRing::Open(int fd) {
  FrameRing ring;
  ring.fd_ = fd;
  constexpr const char* kAdvice = "give the descriptor of a frame ring of the same program";
  struct stat status {};
  if (fstat(fd, &status) != 0 || static_cast<size_t>(status.st_size) < Header::kBytes) {
    return Broken("descriptor " + std::to_string(fd) + " is no frame ring", kAdvice);
  }
  const auto size_bytes = static_cast<size_t>(status.st_size);
  void* memory = mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) {
    return Broken(std::string("the frame ring cannot be mapped: ") + strerror(errno), kAdvice);
  }
  ring.header_ = static_cast<Header*>(memory);
  ring.size_bytes_ = size_bytes;
  const Header& header = *ring.header_;
  if (header.magic != kMagic || header.version != kVersion || header.slots < 1 ||
      header.slots > kMaxSlots || !header.config.Validate() ||
      SizeBytes(header.config, header.slots, Header::kBytes) != size_bytes) {
    return Broken("descriptor " + std::to_string(fd) + " is no frame ring of version " +
                      std::to_string(kVersion),
                  kAdvice);
  }
  return ring;
}

const WorldConfig& FrameRing::config() const { return header_->config; }
RenderMode FrameRing::mode() const { return header_->mode; }
int FrameRing::camera() const { return header_->camera; }
size_t FrameRing::picture_bytes() const { return PictureBytes(header_->config); }
int FrameRing::slots() const { return static_cast<int>(header_->slots); }
int FrameRing::fill() const {
  return static_cast<int>(header_->published.load(std::memory_order_acquire) -
                          header_->released.load(std::memory_order_acquire));
}

uint8_t* FrameRing::PixelsOf(uint32_t sequence) const {
  return reinterpret_cast<uint8_t*>(header_) + Header::kBytes +
         (sequence % header_->slots) * picture_bytes();
}

FrameRing::Next FrameRing::NextFrame(Slot* slot, int64_t timeout_ns) {
  const SteadyClock clock;
  const int64_t deadline_ns = clock.NowNs() + timeout_ns;
  const uint32_t sequence = header_->released.load(std::memory_order_relaxed);
  while (true) {
    // Whether it ended is read before what it published, so that the last picture is not missed.
    const bool finished = header_->finished.load(std::memory_order_acquire) != 0;
    bool died = header_->died.load(std::memory_order_acquire) != 0;
    if (!finished && !died && header_->attached.load(std::memory_order_acquire) != 0) {
      const int locked = pthread_mutex_trylock(&header_->producer);
      if (locked == EOWNERDEAD) {
        died = true;
        header_->died.store(1, std::memory_order_release);
      }
      // Unlocked without being made consistent, a dead producer's mutex stays unusable.
      if (locked == 0 || locked == EOWNERDEAD) pthread_mutex_unlock(&header_->producer);
    }
    const uint32_t published = header_->published.load(std::memory_order_acquire);
    if (published != sequence) {
      slot->shot = header_->shots[sequence % header_->slots];
      const SceneTraits& scene = header_->config.traits();
      slot->pixels = {PixelsOf(sequence), scene.picture_width, scene.picture_height,
                      scene.picture_width};
      return Next::kFrame;
    }
    if (finished) return Next::kEnd;
    if (died) return Next::kProducerDied;
    const int64_t left_ns = deadline_ns - clock.NowNs();
    if (left_ns <= 0) return Next::kTimeout;
    Wait(header_->published, published, std::min(left_ns, kLookNs));
  }
}

void FrameRing::Release() {
  header_->released.fetch_add(1, std::memory_order_release);
  Wake(header_->released);
}

void FrameRing::Stop() {
  header_->stopped.store(1, std::memory_order_release);
  Wake(header_->released);
}

Result<void> FrameRing::Attach() {
  if (header_->attached.load(std::memory_order_acquire) != 0 ||
      pthread_mutex_trylock(&header_->producer) != 0) {
    return Fail(ErrorCode::kWrongState, "the frame ring has or had a producer");
  }
  header_->attached.store(1, std::memory_order_release);
  return {};
}

uint8_t* FrameRing::BeginWrite() {
  const uint32_t published = header_->published.load(std::memory_order_relaxed);
  while (true) {
    if (header_->stopped.load(std::memory_order_acquire) != 0) return nullptr;
    const uint32_t released = header_->released.load(std::memory_order_acquire);
    if (published - released < header_->slots) return PixelsOf(published);
    Wait(header_->released, released, kLookNs);
  }
}

void FrameRing::EndWrite(uint64_t shot) {
  const uint32_t published = header_->published.load(std::memory_order_relaxed);
  header_->shots[published % header_->slots] = shot;
  header_->published.store(published + 1, std::memory_order_release);
  Wake(header_->published);
}

void FrameRing::Finish() {
  header_->finished.store(1, std::memory_order_release);
  pthread_mutex_unlock(&header_->producer);
  Wake(header_->published);
}

}  // namespace veriline::linesim
