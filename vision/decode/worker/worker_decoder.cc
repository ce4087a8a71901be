// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/worker/worker_decoder.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <limits>

#include "vision/decode/worker/shared_slot.h"

namespace veriline::decode::worker {
namespace {

constexpr int64_t kNsPerUs = 1000;
/// Processor time is looked at again no sooner than that.
constexpr int64_t kLeastWaitNs = 200'000;
constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

/// Processor time of a process; very much once it is gone.
int64_t CpuNs(clockid_t clock) {
  timespec t{};
  if (clock_gettime(clock, &t) != 0) return kNever / 2;
  return t.tv_sec * 1'000'000'000 + t.tv_nsec;
}

}  // namespace

WorkerDecoder::WorkerDecoder(Slot& slot, const Clock& clock, const WorkerBudgets& budgets,
                             int wake_fd)
    : slot_(slot), clock_(clock), budgets_(budgets), wake_fd_(wake_fd) {
  for (size_t group = 0; group < groups_.size(); ++group) {
    for (int i = 1; i < kSymbologyCount; ++i) {
      const auto s = static_cast<Symbology>(i);
      if (ZxingGroupHasAny(static_cast<ZxingGroup>(group), SymbologySet().Add(s))) {
        groups_[group].Add(s);
      }
    }
  }
}

std::optional<Symbol> WorkerDecoder::Zxing(const FrameView& crop, const ZxingOptions& options) {
  SymbologySet asked;  // of the group alone
  for (int i = 1; i < kSymbologyCount; ++i) {
    const auto s = static_cast<Symbology>(i);
    if (options.symbologies.Has(s) && groups_[static_cast<size_t>(options.group)].Has(s)) {
      asked.Add(s);
    }
  }
  if (crop.Empty() || asked.Empty()) return std::nullopt;
  return Ask(RequestOf(options, crop.width, crop.height), crop,
             {asked, Decoder::kZxing, crop.width, crop.height}, budgets_.zxing_us);
}

std::optional<Symbol> WorkerDecoder::Dmtx(const FrameView& crop, const DmtxOptions& options) {
  if (crop.Empty()) return std::nullopt;
  DmtxOptions bounded = options;
  bounded.timeout_ms = std::min(options.timeout_ms, static_cast<int>(budgets_.dmtx_us / 1000));
  return Ask(RequestOf(bounded, crop.width, crop.height), crop,
             {SymbologySet().Add(Symbology::kDataMatrix), Decoder::kDmtx, crop.width, crop.height},
             budgets_.dmtx_us + budgets_.dmtx_grace_us);
}

std::optional<Symbol> WorkerDecoder::Ask(const Request& request, const FrameView& crop,
                                         const Expected& expected, int64_t budget_us) {
  calls_.fetch_add(1, std::memory_order_relaxed);
  const uint32_t process = ready_.load(std::memory_order_acquire);
  AnswerKind kind = AnswerKind::kRefused;
  std::optional<Symbol> symbol;
  const bool in_time = deadline_ns_ == 0 || clock_.NowNs() < deadline_ns_;
  if (process != 0 && in_time && CropFits(crop.width, crop.height) && SettlePending(process)) {
    const auto width = static_cast<size_t>(crop.width);
    uint8_t* to = slot_.pixels.data();
    for (int y = 0; y < crop.height; ++y, to += width) std::memcpy(to, crop.Row(y), width);
    if (Call(process, request, budget_us) && !ReadAnswer(slot_.answer, expected, &kind, &symbol)) {
      kind = AnswerKind::kRefused;
      Condemn(process);
    }
  }
  if (kind == AnswerKind::kRefused) skipped_.fetch_add(1, std::memory_order_relaxed);
  return symbol;
}

bool WorkerDecoder::Ping() {
  const uint32_t process = ready_.load(std::memory_order_acquire);
  return process != 0 && SettlePending(process) && Call(process, {}, budgets_.zxing_us);
}

bool WorkerDecoder::SettlePending(uint32_t process) {
  if (pending_ == 0) return true;
  // Unless whoever was asked is no more.
  const Waited waited = pending_ == process ? Wait(process, steady_.NowNs()) : Waited::kAnswered;
  switch (waited) {
    case Waited::kAnswered:
      pending_ = 0;
      due_ns_.store(0, std::memory_order_release);
      return true;
    case Waited::kPastBudget:
      Condemn(process);
      return false;
    case Waited::kGone:
    case Waited::kPastDeadline:
      break;
  }
  return false;
}

bool WorkerDecoder::Call(uint32_t process, const Request& request, int64_t budget_us) {
  slot_.request = request;
  seq_ = seq_ >= kLastSeq ? 1 : seq_ + 1;
  const int64_t now_ns = steady_.NowNs();
  const int64_t budget_ns = budget_us * kNsPerUs;
  cpu_limit_ns_ = CpuNs(cpu_clock_.load(std::memory_order_relaxed)) + budget_ns;
  wall_limit_ns_ = now_ns + budget_ns * budgets_.wall_factor;
  slot_.request_seq.store(seq_, std::memory_order_release);
  WakeSleeper(slot_.request_seq);
  switch (Wait(process, now_ns + budget_ns)) {
    case Waited::kAnswered:
      return true;
    case Waited::kPastBudget:
      Condemn(process);
      break;
    case Waited::kPastDeadline:
      pending_ = process;
      due_ns_.store(wall_limit_ns_, std::memory_order_release);
      WakeOwner();
      break;
    case Waited::kGone:
      break;
  }
  return false;
}

int64_t WorkerDecoder::DeadlineNs() const {
  if (deadline_ns_ == 0) return kNever;
  return steady_.NowNs() + (deadline_ns_ - clock_.NowNs());
}

WorkerDecoder::Waited WorkerDecoder::Wait(uint32_t process, int64_t look_ns) {
  const int64_t deadline_ns = DeadlineNs();
  for (;;) {
    const uint32_t seen = slot_.answer_seq.load(std::memory_order_acquire);
    if (ready_.load(std::memory_order_acquire) != process) return Waited::kGone;
    if (seen == seq_) return Waited::kAnswered;
    const int64_t now_ns = steady_.NowNs();
    if (now_ns >= wall_limit_ns_) return Waited::kPastBudget;
    if (now_ns >= deadline_ns) return Waited::kPastDeadline;
    if (now_ns >= look_ns) {
      const int64_t left_ns = cpu_limit_ns_ - CpuNs(cpu_clock_.load(std::memory_order_relaxed));
      if (left_ns <= 0) return Waited::kPastBudget;
      look_ns = now_ns + std::max(left_ns, kLeastWaitNs);
    }
    SleepWhile(slot_.answer_seq, seen, std::min({look_ns, wall_limit_ns_, deadline_ns}));
  }
}

void WorkerDecoder::Condemn(uint32_t process) {
  // Unless it is gone by now, and perhaps another there.
  if (ready_.compare_exchange_strong(process, 0, std::memory_order_acq_rel)) WakeOwner();
}

void WorkerDecoder::WakeOwner() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(wake_fd_, &one, sizeof one);
}

void WorkerDecoder::OnReady(pid_t pid) {
  clockid_t clock = 0;
  if (clock_getcpuclockid(pid, &clock) != 0) clock = 0;
  cpu_clock_.store(clock, std::memory_order_relaxed);
  slot_.answer_seq.store(0, std::memory_order_relaxed);
  processes_ = processes_ == std::numeric_limits<uint32_t>::max() ? 1 : processes_ + 1;
  ready_.store(processes_, std::memory_order_release);
}

void WorkerDecoder::OnGone() {
  ready_.store(0, std::memory_order_release);
  due_ns_.store(0, std::memory_order_release);
  // After it has changed, a call that was about to sleep on it does not.
  slot_.answer_seq.store(kWorkerGone, std::memory_order_release);
  WakeSleeper(slot_.answer_seq);
}

CropDecoder::Counters WorkerDecoder::counters() const {
  return {.calls = calls_.load(std::memory_order_relaxed),
          .skipped = skipped_.load(std::memory_order_relaxed),
          .restarts = restarts_.load(std::memory_order_relaxed)};
}

}  // namespace veriline::decode::worker
