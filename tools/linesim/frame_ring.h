// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "tools/linesim/packs_renderer.h"
#include "tools/linesim/world.h"
#include "vision/core/result.h"

namespace veriline::linesim {

/// Pictures on their way from the renderer's process to the camera's: a ring of slots in shared
/// memory, one writer, one reader. The writer runs ahead until the ring is full; the reader takes
/// the pictures in order. Polls each millisecond, so that the death of either side hurts nobody.
/// Thread: Put from one thread of one process, Take from one thread of another.
class FrameRing {
 public:
  static Checked<std::unique_ptr<FrameRing>> Create(uint32_t slots, size_t slot_bytes);
  /// The ring behind an inherited descriptor; nothing when it is none.
  static std::unique_ptr<FrameRing> Attach(int fd);
  ~FrameRing();
  FrameRing(const FrameRing&) = delete;
  FrameRing& operator=(const FrameRing&) = delete;

  int fd() const { return fd_; }
  size_t slot_bytes() const;

  /// Waits for a free slot and gives its pixels; Put makes it visible as the picture of `item`.
  uint8_t* WaitForSlot();
  void Put(uint64_t item);

  /// Copies the picture of `item` when it comes until `deadline_ns`; false when it does not, or the
  /// next one is another's.
  bool Take(uint64_t item, uint8_t* pixels, int64_t deadline_ns);
  /// Pictures that wait.
  uint64_t filled() const;

 private:
  struct Header;
  FrameRing(int fd, void* memory, size_t bytes) : fd_(fd), memory_(memory), bytes_(bytes) {}
  Header& header() const;
  uint8_t* Slot(uint64_t number) const;

  int fd_;
  void* memory_;
  size_t bytes_;
};

/// Draws every picture that will be delivered, in order, into the ring; returns the exit code when
/// all are drawn. Ends with its parent.
int RunRenderer(const World& world, int ring_fd, RenderMode mode);

}  // namespace veriline::linesim
