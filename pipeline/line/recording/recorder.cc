// SPDX-License-Identifier: Apache-2.0
#include "pipeline/line/recording/recorder.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "vision/core/clock.h"
#include "vision/core/thread.h"

namespace veriline::line {
namespace {
constexpr int64_t kPollNs = 20'000'000;
}

Recorder::Recorder(RecorderOptions options)
    : options_(std::move(options)),
      frames_(options_.frames_held),
      entries_(kEntryCapacity),
      writer_(options_.folder, options_.max_bytes) {}

Checked<std::unique_ptr<Recorder>> Recorder::Create(RecorderOptions options) {
  const std::string folder = options.folder;
  const auto refuse = [&](std::string message, std::string advice) {
    return Fail(Diagnostic{.code = ErrorCode::kUnavailable,
                           .message = std::move(message),
                           .file = folder,
                           .advice = std::move(advice)});
  };
  if (options.max_bytes < kMinBytes) {
    return refuse("a recording of " + std::to_string(options.max_bytes) + " bytes is too small",
                  "give it at least " + std::to_string(kMinBytes));
  }
  std::error_code error;
  const bool made = std::filesystem::create_directories(folder, error);
  if (error) return refuse("the folder cannot be made: " + error.message(), "check the path");
  if (!made) return refuse("the folder is there already", "each session has a folder of its own");
  std::ofstream session(folder + "/" + kSessionFile, std::ios::binary);
  session << WriteSession(options.session) << std::flush;
  if (!session) return refuse("session.json cannot be written", "check the disk");

  std::unique_ptr<Recorder> recorder(new Recorder(std::move(options)));
  if (const auto begun = recorder->writer_.Begin(); !begun) {
    return refuse(std::string("the recording cannot begin: ") +
                      std::strerror(static_cast<int>(begun.error().a)),
                  "check the disk");
  }
  recorder->thread_ = std::thread([r = recorder.get()] { r->Run(); });
  return recorder;
}

Recorder::~Recorder() { OnEnd(); }

// ---- on the threads of the line ---------------------------------------------------------------

void Recorder::OnFrame(const Frame& frame) {
  if (!options_.frames || failed_.load(std::memory_order_relaxed)) return;
  Frame shared{frame.stamp, frame.pixels, frame.lease.Share()};
  // Without a lease nobody says how long the pixels live.
  if (!shared.lease || !frames_.TryPush(std::move(shared))) {
    frames_not_kept_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  wake_.Post();
}

void Recorder::Put(std::string&& entry) {
  if (failed_.load(std::memory_order_relaxed)) return;
  if (lost_untold_ > 0) {
    if (!entries_.TryPush(Encode(EntriesLost{lost_untold_}))) {
      ++lost_untold_;
      entries_lost_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    lost_untold_ = 0;
  }
  if (!entries_.TryPush(std::move(entry))) {
    ++lost_untold_;
    entries_lost_.fetch_add(1, std::memory_order_relaxed);
  }
}

void Recorder::OnRunning(bool running) {
  if (running_ == static_cast<int>(running)) return;
  running_ = static_cast<int>(running);
  Put(Encode(RunningIs{running}));
}

void Recorder::OnEvent(const Event& event) {
  if (event.index() == 0) return;
  belt_told_ = false;
  Put(Encode(event));
}

void Recorder::OnBelt(int64_t now_ns, int64_t count) {
  // The settler does nothing when neither belt nor anything else has moved.
  if (belt_told_ && count == count_) return;
  belt_told_ = true;
  count_ = count;
  Put(Encode(BeltAt{now_ns, count}));
}

void Recorder::OnHeld(const batch::CodeKey& key, const batch::ReserveAnswer& answer) {
  Put(Encode(CodeHeld{key, answer}));
}

void Recorder::OnClaimRefused(int lane, uint64_t item_seq) {
  Put(Encode(ClaimRefused{lane, item_seq}));
}

void Recorder::OnRecord(const item::InspectionRecord& record) { Put(Encode(record)); }

void Recorder::OnEnd() {
  if (!thread_.joinable()) return;
  stop_ = true;
  wake_.Post();
  thread_.join();
}

std::vector<item::QueueStatus> Recorder::queues() const {
  return {{"recorder_frames", frames_.capacity(), frames_.peak(), frames_.full_count()},
          {"recorder_entries", entries_.capacity(), entries_.peak(), entries_.full_count()}};
}

Recorder::Stats Recorder::stats() const {
  Stats s;
  s.entries = entries_written_.load(std::memory_order_relaxed);
  s.frames = frames_written_.load(std::memory_order_relaxed);
  s.bytes = bytes_.load(std::memory_order_relaxed);
  s.frames_not_kept = frames_not_kept_.load(std::memory_order_relaxed);
  s.entries_lost = entries_lost_.load(std::memory_order_relaxed);
  if (failed_.load(std::memory_order_acquire)) {
    s.error = error_.text;
    s.error_number = error_.a;
  }
  return s;
}

// ---- its own thread ---------------------------------------------------------------------------

void Recorder::Run() {
  SetThreadName("recorder");
  for (;;) {
    const bool last_round = stop_;
    Result<void> written = WriteAll();
    if (written && last_round) written = WriteEntry(Encode(SessionEnd{}));
    if (written && !failed_) written = writer_.Flush();
    if (!written) GiveUp(written.error());
    bytes_.store(writer_.bytes(), std::memory_order_relaxed);
    if (last_round) return;
    wake_.WaitUntil(SteadyClock().NowNs() + kPollNs);
  }
}

Result<void> Recorder::WriteAll() {
  std::string entry;
  Frame frame;
  for (bool more = true; more;) {
    more = false;
    // Pixels first: they hold buffers of the cameras.
    while (frames_.TryPop(frame)) {
      const Result<void> written = WriteFrame(frame);
      frame = {};
      if (!written) return written;
      more = true;
    }
    for (int i = 0; i < 64 && entries_.TryPop(entry); ++i) {
      if (const auto written = WriteEntry(entry); !written) return written;
      more = true;
    }
  }
  return {};
}

Result<void> Recorder::MakeRoom(uint64_t bytes) {
  if (writer_.HasRoom(bytes)) return {};
  if (auto begun = writer_.Begin(); !begun) return begun;
  return running_entry_.empty() ? Result<void>{} : writer_.WriteEntry(running_entry_);
}

Result<void> Recorder::WriteFrame(const Frame& frame) {
  if (failed_) return {};
  if (auto room = MakeRoom(SegmentWriter::BytesOfPixels(frame)); !room) return room;
  const auto offset = writer_.WritePixels(frame);
  if (!offset) return Fail(offset.error().code, offset.error().text, offset.error().a);
  frames_written_.fetch_add(1, std::memory_order_relaxed);
  return writer_.WriteEntry(Encode(PixelsAt{NameOf(frame.stamp), *offset}));
}

Result<void> Recorder::WriteEntry(const std::string& entry) {
  if (failed_) return {};
  if (auto room = MakeRoom(SegmentWriter::BytesOfEntry(entry)); !room) return room;
  if (IsRunningEntry(entry)) running_entry_ = entry;
  entries_written_.fetch_add(1, std::memory_order_relaxed);
  return writer_.WriteEntry(entry);
}

void Recorder::GiveUp(const Error& error) {
  if (failed_) return;
  error_ = error;
  failed_.store(true, std::memory_order_release);
  // What the cameras wait for goes back; WriteAll only empties the queues from now on.
  static_cast<void>(WriteAll());
}

}  // namespace veriline::line
