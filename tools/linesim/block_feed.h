// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "tools/linesim/code_prints.h"
#include "tools/linesim/frame_set.h"
#include "tools/linesim/scene_frames.h"
#include "tools/linesim/world.h"
#include "vision/core/frame.h"
#include "vision/core/result.h"

namespace veriline::linesim {

/// A line-scan camera at any rate: blocks of the web in shared memory, drawn beforehand, and a
/// process of its own that hands one after the other over when its last line is due. The only
/// pixels that it writes meanwhile are those of the codes (CodePrints), so every code that comes by
/// is another, until all are used up and the first come again.
///
/// A block is *lost* when, at the time it is due, as many as may wait are with the consumer, its
/// memory is still read, or the feeder itself is late by so many blocks.
/// Thread: one; Return from any. The process ends with this object.
class BlockFeed {
 public:
  static constexpr int kMostBlocks = 64;
  static constexpr int kWaiting = 8;  ///< blocks with the consumer: frames in flight of a line

  struct Options {
    uint64_t seed = 1;
    uint64_t codes = 120'000;  ///< that differ; few of them need fewer blocks
  };
  struct Order {
    double lines_per_s = 0;
    uint64_t blocks = 0;
    uint32_t waiting = kWaiting;
    bool until_lost = false;  ///< ends with the first block that is lost
  };
  struct Message {
    enum class Kind : uint8_t { kReady, kBlock, kEnd, kFailed } kind = Kind::kFailed;
    uint64_t block = 0;  ///< kBlock: counted from 0, lost ones too
    int64_t due_ns = 0;  ///< of its last line, steady time
    uint64_t due = 0;    ///< kEnd: blocks that were
    uint64_t lost = 0;   ///< kEnd: of these
    double cpu_us = 0;   ///< kEnd: of the feeder, all threads, in this order
  };

  /// Returns when everything is drawn, which takes about a millisecond of a core for each code.
  /// Errors: too many codes; not enough memory, with what is needed; no process.
  /// Requires: the calling process has one thread.
  static Checked<std::unique_ptr<BlockFeed>> Start(const Options& options);
  ~BlockFeed();
  BlockFeed(const BlockFeed&) = delete;
  BlockFeed& operator=(const BlockFeed&) = delete;

  int blocks() const { return blocks_; }
  /// Begins to hand over, with block 0; the order before has ended, and all was returned.
  Checked<void> Begin(const Order& order);
  /// Waits for what the feeder says. Errors: it died.
  Checked<Message> Next();

  FrameView PixelsOf(uint64_t block) const;
  /// Everything that can be read in it.
  std::vector<ShownSymbol> ShownIn(uint64_t block) const;
  void Return(uint64_t block);

 private:
  struct Shared;
  explicit BlockFeed(const Options& options);
  int SlotOf(uint64_t block) const { return static_cast<int>(block % Blocks()); }
  uint64_t RoundOf(uint64_t block) const { return block / Blocks() % prints_.rounds(); }
  uint64_t Blocks() const { return static_cast<uint64_t>(blocks_); }
  uint8_t* SlotPixels(int slot) const;
  Checked<void> Map();
  // In the feeder's process.
  [[noreturn]] void Feed() noexcept;
  void Draw();
  void Serve(const Order& order);

  const World world_;
  SceneFrames frames_;
  const int blocks_;
  CodePrints prints_;
  Shared* shared_ = nullptr;
  size_t shared_bytes_ = 0;
  int socket_ = -1;
  pid_t pid_ = -1;
};

}  // namespace veriline::linesim
