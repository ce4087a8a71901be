// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/frame_ring.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstring>
#include <new>

#include "vision/core/clock.h"

namespace veriline::linesim {
namespace {
constexpr int64_t kPollNs = 1'000'000;
constexpr size_t kSlotHead = 64;  // the item's number, then the pixels on their own cache line
constexpr uint64_t kMagic = 0x56'4c'52'49'4e'47'30'31;
}  // namespace

struct FrameRing::Header {
  uint64_t magic;
  uint64_t slots;
  uint64_t slot_bytes;
  alignas(64) std::atomic<uint64_t> written;
  alignas(64) std::atomic<uint64_t> taken;
};
static_assert(std::atomic<uint64_t>::is_always_lock_free, "shared between processes");

Checked<std::unique_ptr<FrameRing>> FrameRing::Create(uint32_t slots, size_t slot_bytes) {
  const size_t bytes = sizeof(Header) + slots * (kSlotHead + slot_bytes);
  const int fd = memfd_create("veriline-frames", MFD_CLOEXEC);
  void* memory = MAP_FAILED;
  if (fd >= 0 && ftruncate(fd, static_cast<off_t>(bytes)) == 0) {
    memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  }
  if (memory == MAP_FAILED) {
    if (fd >= 0) close(fd);
    return Fail(Diagnostic{.code = ErrorCode::kExhausted,
                           .message = "no shared memory for " + std::to_string(slots) + " frames",
                           .advice = "free memory"});
  }
  std::unique_ptr<FrameRing> ring(new FrameRing(fd, memory, bytes));
  auto* header = new (memory) Header{};
  header->magic = kMagic;
  header->slots = slots;
  header->slot_bytes = slot_bytes;
  return ring;
}

std::unique_ptr<FrameRing> FrameRing::Attach(int fd) {
  struct stat info {};
  if (fstat(fd, &info) != 0 || info.st_size < static_cast<off_t>(sizeof(Header))) return nullptr;
  const auto bytes = static_cast<size_t>(info.st_size);
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return nullptr;
  std::unique_ptr<FrameRing> ring(new FrameRing(fd, memory, bytes));
  const Header& h = ring->header();
  const bool fits = h.magic == kMagic && h.slots > 0 &&
                    sizeof(Header) + h.slots * (kSlotHead + h.slot_bytes) == bytes;
  return fits ? std::move(ring) : nullptr;
}

FrameRing::~FrameRing() {
  munmap(memory_, bytes_);
  close(fd_);
}

FrameRing::Header& FrameRing::header() const { return *static_cast<Header*>(memory_); }
size_t FrameRing::slot_bytes() const { return header().slot_bytes; }

uint8_t* FrameRing::Slot(uint64_t number) const {
  return static_cast<uint8_t*>(memory_) + sizeof(Header) +
         (number % header().slots) * (kSlotHead + header().slot_bytes);
}

uint64_t FrameRing::filled() const {
  return header().written.load(std::memory_order_acquire) -
         header().taken.load(std::memory_order_acquire);
}

uint8_t* FrameRing::WaitForSlot() {
  const SteadyClock clock;
  while (filled() >= header().slots) SleepUntilNs(clock.NowNs() + kPollNs);
  return Slot(header().written.load(std::memory_order_relaxed)) + kSlotHead;
}

void FrameRing::Put(uint64_t item) {
  const uint64_t number = header().written.load(std::memory_order_relaxed);
  std::memcpy(Slot(number), &item, sizeof item);
  header().written.store(number + 1, std::memory_order_release);
}

bool FrameRing::Take(uint64_t item, uint8_t* pixels, int64_t deadline_ns) {
  const SteadyClock clock;
  for (;;) {
    while (filled() == 0) {
      if (clock.NowNs() >= deadline_ns) return false;
      SleepUntilNs(clock.NowNs() + kPollNs);
    }
    const uint64_t number = header().taken.load(std::memory_order_relaxed);
    uint64_t found = 0;
    std::memcpy(&found, Slot(number), sizeof found);
    if (found > item) return false;
    if (found == item) std::memcpy(pixels, Slot(number) + kSlotHead, header().slot_bytes);
    header().taken.store(number + 1, std::memory_order_release);
    if (found == item) return true;  // else one that nobody asked for: passed over
  }
}

int RunRenderer(const World& world, int ring_fd, RenderMode mode) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  const std::unique_ptr<FrameRing> ring = FrameRing::Attach(ring_fd);
  if (ring == nullptr || ring->slot_bytes() < size_t{kPictureWidth} * kPictureHeight) return 1;
  PacksRenderer renderer(world, mode);
  for (uint64_t item = 0; item < world.items(); ++item) {
    if (!TruthOf(world.FaultOf(item)).delivered) continue;
    renderer.Render(item, ring->WaitForSlot(), kPictureWidth);
    ring->Put(item);
  }
  return 0;
}

}  // namespace veriline::linesim
