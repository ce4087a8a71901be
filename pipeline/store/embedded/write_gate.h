// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <mutex>

namespace veriline::store {

/// The turn to write. The line's commits go before everything else (imports, checkpoints, batch
/// commands), which come in pieces that a commit may wait for: a plain mutex would let an import
/// take it again and again. Thread: any.
class WriteGate {
 public:
  enum class Who {
    kLine,
    kCheckpoint,  ///< waits for no one but who writes now and the line
    kOther,       ///< waits for a Pause as well
  };

  class Turn {
   public:
    Turn(WriteGate& gate, Who who) : gate_(gate) { gate_.Enter(who); }
    ~Turn() { gate_.Leave(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    WriteGate& gate_;
  };

  /// For the time of a checkpoint only the line adds to the log.
  class Pause {
   public:
    explicit Pause(WriteGate& gate) : gate_(gate) { gate_.SetPaused(true); }
    ~Pause() { gate_.SetPaused(false); }
    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;

   private:
    WriteGate& gate_;
  };

 private:
  void Enter(Who who) {
    std::unique_lock lock(mutex_);
    if (who == Who::kLine) {
      lines_waiting_++;
      free_.wait(lock, [this] { return !busy_; });
      lines_waiting_--;
    } else {
      free_.wait(lock, [this, who] {
        return !busy_ && lines_waiting_ == 0 && !(paused_ && who == Who::kOther);
      });
    }
    busy_ = true;
  }
  void Leave() {
    {
      const std::lock_guard lock(mutex_);
      busy_ = false;
    }
    free_.notify_all();
  }
  void SetPaused(bool paused) {
    {
      const std::lock_guard lock(mutex_);
      paused_ = paused;
    }
    free_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable free_;
  bool busy_ = false;
  bool paused_ = false;
  int lines_waiting_ = 0;
};

}  // namespace veriline::store
