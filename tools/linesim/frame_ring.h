// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "tools/linesim/scene_renderer.h"
#include "tools/linesim/world.h"
#include "vision/core/frame.h"
#include "vision/core/result.h"

namespace veriline::linesim {

/// A ring of pictures in shared memory: one producer (the renderer's process) runs ahead of one
/// consumer (the process with the camera). The memory is a memfd that also carries the world's
/// config, so its descriptor is all that the producer has to be given: inherit it over fork, or
/// over exec as a number on the command line.
///
/// Full: the producer waits. Empty: the consumer waits up to its timeout. Waiting is a futex; the
/// hand-over takes no lock. The death of the producer, even by SIGKILL, is noticed by a robust
/// mutex that it holds while it works; what it had published until then is still delivered.
///
/// Owner: each FrameRing owns its mapping and its descriptor; the memory goes with the last one.
/// Thread: producer calls from one thread of one process, consumer calls from one thread of one
/// process; Stop from any thread of either.
class FrameRing {
 public:
  static constexpr int kMaxSlots = 512;

  enum class Next : uint8_t {
    kFrame,         ///< there is a picture
    kTimeout,       ///< none yet
    kEnd,           ///< the producer has drawn all and all were taken
    kProducerDied,  ///< it died; what it had published was taken
  };
  struct Slot {
    uint64_t shot = 0;
    FrameView pixels;  ///< valid until Release
  };

  FrameRing() = default;
  FrameRing(FrameRing&& other) noexcept { *this = std::move(other); }
  FrameRing& operator=(FrameRing&& other) noexcept;
  ~FrameRing();

  /// Makes a ring of `slots` pictures for a camera of that world. Requires a valid config.
  /// Errors: slots out of range; no shared memory.
  static Checked<FrameRing> Create(const WorldConfig& config, RenderMode mode, int slots,
                                   int camera = 0);
  /// Maps the ring behind a descriptor, which it takes over. Errors: not a ring of this version.
  static Checked<FrameRing> Open(int fd);

  int fd() const { return fd_; }  ///< stays open over exec
  const WorldConfig& config() const;
  RenderMode mode() const;
  int camera() const;
  int slots() const;
  /// Pictures that wait to be taken.
  int fill() const;

  /// Consumer. Waits up to `timeout_ns` (0: just looks) for the next picture, in the order of
  /// exposure. Pictures come for every shot whose frame is delivered, and for no other. Requires:
  /// the picture before was released.
  Next NextFrame(Slot* slot, int64_t timeout_ns);
  /// Consumer. Gives the slot of the last picture back.
  void Release();

  /// Tells the producer to end; it does so before its next picture.
  void Stop();

  /// Producer. Announces this thread as the producer. Errors: there is or was one already.
  Result<void> Attach();
  /// Producer. Waits for a free slot; null when stopped.
  uint8_t* BeginWrite();
  void EndWrite(uint64_t shot);
  /// Producer. No more pictures will come.
  void Finish();

 private:
  struct Header;
  size_t picture_bytes() const;
  uint8_t* PixelsOf(uint32_t sequence) const;

  int fd_ = -1;
  Header* header_ = nullptr;
  size_t size_bytes_ = 0;
};

}  // namespace veriline::linesim
