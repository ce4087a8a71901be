// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "pipeline/line/recording/entry.h"
#include "pipeline/line/recording/segment_writer.h"
#include "pipeline/line/recording/session.h"
#include "pipeline/line/tap.h"
#include "vision/core/bounded_queue.h"
#include "vision/core/result.h"
#include "vision/core/wake.h"

namespace veriline::line {

struct RecorderOptions {
  std::string folder;  ///< of this session; made, and must not be there
  Session session;     ///< its recipe is parsed from its recipe_text
  uint64_t max_bytes = uint64_t{10} << 30;
  bool frames = true;      ///< also the pixels
  size_t frames_held = 8;  ///< of all cameras, waiting for the disk
};

/// Writes what a line decides by into a folder (format.md), from which Replay makes the same
/// records again. Never waits and never makes the line wait.
///
/// Queues, read by its own thread ("recorder", blocks on the disk): frames (`frames_held`, written
/// by the cameras); full: these pixels are not recorded, counted. Entries (16384, written by the
/// settler); full: entries are missing, counted, and the recording says so where they are. When the
/// disk cannot write, the recording ends there and everything else goes on.
/// Thread: as Tap; Create and destruction by one thread; stats from any. Outlives the line.
class Recorder final : public Tap {
 public:
  struct Stats {
    uint64_t entries = 0;          ///< written
    uint64_t frames = 0;           ///< written
    uint64_t bytes = 0;            ///< kept
    uint64_t frames_not_kept = 0;  ///< the disk did not keep up
    uint64_t entries_lost = 0;
    const char* error = nullptr;  ///< why it ended early; nullptr = it did not
    int64_t error_number = 0;     ///< errno
  };
  static constexpr size_t kEntryCapacity = 16384;
  /// Smallest ring that is worth the name.
  static constexpr uint64_t kMinBytes = uint64_t{1} << 20;

  /// Errors: the folder is there already or cannot be made or written, a ring that is too small.
  static Checked<std::unique_ptr<Recorder>> Create(RecorderOptions options);
  ~Recorder() override;

  size_t frames_held() const override { return options_.frames ? options_.frames_held : 0; }
  void OnFrame(const Frame& frame) override;
  void OnRunning(bool running) override;
  void OnEvent(const Event& event) override;
  void OnBelt(int64_t now_ns, int64_t count) override;
  void OnHeld(const batch::CodeKey& key, const batch::ReserveAnswer& answer) override;
  void OnClaimRefused(int lane, uint64_t item_seq) override;
  void OnRecord(const item::InspectionRecord& record) override;
  void OnEnd() override;
  std::vector<item::QueueStatus> queues() const override;

  Stats stats() const;

 private:
  explicit Recorder(RecorderOptions options);
  void Put(std::string&& entry);
  void Run();
  /// Writes what waits.
  Result<void> WriteAll();
  Result<void> WriteFrame(const Frame& frame);
  Result<void> WriteEntry(const std::string& entry);
  Result<void> MakeRoom(uint64_t bytes);
  void GiveUp(const Error& error);

  const RecorderOptions options_;
  BoundedQueue<Frame> frames_;
  BoundedQueue<std::string> entries_;
  Wake wake_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> failed_{false};
  std::atomic<uint64_t> frames_not_kept_{0};
  std::atomic<uint64_t> entries_lost_{0};
  std::atomic<uint64_t> entries_written_{0};
  std::atomic<uint64_t> frames_written_{0};
  std::atomic<uint64_t> bytes_{0};
  // Of the settler's thread:
  int running_ = -1;  ///< last told; -1 = never
  int64_t count_ = 0;
  bool belt_told_ = false;  ///< nothing has happened since the belt was told to be at count_
  uint64_t lost_untold_ = 0;
  // Of its own thread:
  SegmentWriter writer_;
  std::string running_entry_;  ///< the last RunningIs, with which a segment begins
  Error error_;                ///< valid when failed_
  std::thread thread_;
};

}  // namespace veriline::line
