// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/gate.h"

#include <grpcpp/grpcpp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "veriline/v1/reject_service.grpc.pb.h"
#include "vision/core/clock.h"
#include "vision/core/thread.h"

namespace veriline::linesim {
namespace {

constexpr int64_t kHeartbeatStaleNs = 500'000'000;
/// The gate's eye and the line's eye may see an edge this far apart; less than half of the
/// smallest gap between two items.
constexpr int64_t kEyeToleranceCounts = 8;
constexpr uint32_t kCredits = 4096;
/// Confirmations are sent when the next object is at least that far away.
constexpr int64_t kSendAheadNs = 3'000'000;
constexpr auto kConfirmTimeout = std::chrono::seconds(5);

struct Told {
  v1::ItemVerdict verdict;
  int64_t heard_ns = 0;
  int times = 1;
};

/// What the gate has heard, written by the stream's reader, read at the gate.
class Ear {
 public:
  void Hear(const v1::ItemVerdict& verdict, int64_t now_ns) {
    const std::lock_guard lock(mutex_);
    const Place place{verdict.item().lane(), verdict.window().from_count()};
    const auto [at, first] = told_.try_emplace(place, Told{verdict, now_ns});
    if (!first) at->second = {verdict, now_ns, at->second.times + 1};
  }
  void Beat(bool executing, int64_t now_ns) {
    last_beat_ns_ = now_ns;
    executing_ = executing;
  }
  bool Fresh(int64_t now_ns) const {
    return executing_ && now_ns - last_beat_ns_ <= kHeartbeatStaleNs;
  }
  /// The verdict on the object whose leading edge passed the gate's eye at belt position `from`.
  std::optional<Told> Find(int lane, int64_t from) {
    const std::lock_guard lock(mutex_);
    const auto at = told_.lower_bound({lane, from - kEyeToleranceCounts});
    if (at == told_.end() || at->first > Place{lane, from + kEyeToleranceCounts}) {
      return std::nullopt;
    }
    return at->second;
  }
  void Forget(int lane, int64_t before) {
    const std::lock_guard lock(mutex_);
    told_.erase(told_.lower_bound({lane, INT64_MIN}), told_.lower_bound({lane, before}));
  }

 private:
  using Place = std::pair<int, int64_t>;  ///< lane, leading edge
  std::mutex mutex_;
  std::map<Place, Told> told_;
  std::atomic<int64_t> last_beat_ns_{0};
  std::atomic<bool> executing_{false};
};

void Listen(
    grpc::ClientReaderWriter<v1::RejectServiceWatchRequest, v1::RejectServiceWatchResponse>& stream,
    Ear& ear) {
  SetThreadName("gate-ear");
  const SteadyClock clock;
  v1::RejectServiceWatchRequest open;
  open.mutable_open()->set_credits(kCredits);
  stream.Write(open);
  v1::RejectServiceWatchResponse message;
  uint32_t used = 0;
  while (stream.Read(&message)) {
    const int64_t now = clock.NowNs();
    if (message.has_heartbeat()) {
      ear.Beat(message.heartbeat().state() == v1::PACKML_STATE_EXECUTE, now);
      continue;
    }
    if (message.has_verdict()) ear.Hear(message.verdict(), now);
    if (++used >= kCredits / 2) {
      v1::RejectServiceWatchRequest more;
      more.set_credits(used);
      if (!stream.Write(more)) return;
      used = 0;
    }
  }
}

void WriteReport(int fd, const GateReport& report) {
  const char* data = reinterpret_cast<const char*>(&report);
  for (size_t done = 0; done < sizeof report;) {
    const ssize_t n = write(fd, data + done, sizeof report - done);
    if (n <= 0) return;  // nobody listens any more
    done += static_cast<size_t>(n);
  }
}

/// The PLC's word on what has passed the exit eye, in one call for all that wait.
class Confirmer {
 public:
  explicit Confirmer(v1::RejectService::Stub& stub) : stub_(stub) {}

  void Passed(const v1::Item& item) {
    auto* confirmation = request_.add_confirmations();
    *confirmation->mutable_item() = item;
    confirmation->set_outcome(v1::ConfirmRequest::OUTCOME_PASSED);
  }
  void Send() {
    while (request_.confirmations_size() > 0) {
      grpc::ClientContext context;
      context.set_deadline(std::chrono::system_clock::now() + kConfirmTimeout);
      v1::ConfirmResponse response;
      if (!stub_.Confirm(&context, request_, &response).ok()) return;  // again next time
      const int taken = std::min(static_cast<int>(response.taken()), request_.confirmations_size());
      request_.mutable_confirmations()->DeleteSubrange(0, taken);
    }
  }

 private:
  v1::RejectService::Stub& stub_;
  v1::ConfirmRequest request_;
};

/// Whether the gate lets the object [from, to) pass, as it reaches the gate now.
bool Opens(Ear& ear, int lane, int64_t from, int64_t to, int64_t now_ns) {
  const std::optional<Told> told = ear.Find(lane, from);
  return told && told->verdict.released() &&
         to <= told->verdict.window().to_count() + kEyeToleranceCounts && ear.Fresh(now_ns);
}

}  // namespace

int RunGate(const GateOptions& options) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  signal(SIGPIPE, SIG_IGN);
  const World world(options.world);
  const SteadyClock clock;
  const auto channel = grpc::CreateChannel(options.address, grpc::InsecureChannelCredentials());
  const auto stub = v1::RejectService::NewStub(channel);
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  const auto stream = stub->Watch(&context);
  Ear ear;
  std::thread listener([&] { Listen(*stream, ear); });
  Confirmer confirmer(*stub);

  // Two eyes: the gate's own, and the exit eye behind it; items pass both in order.
  std::deque<GateReport> behind_gate;
  const int64_t gate = options.world.gate_distance_counts;
  const int64_t exit = options.world.exit_distance_counts;
  for (uint64_t next = 0, out = 0; out < world.items();) {
    const bool at_gate =
        next < world.items() &&
        (next == out || world.LeadingCount(next) + gate <= world.LeadingCount(out) + exit);
    const uint64_t i = at_gate ? next : out;
    const int lane = world.LaneOf(i);
    const int64_t from = world.LeadingCount(i);
    const int64_t due_ns = world.TimeOfCount(from + (at_gate ? gate : exit));
    if (clock.NowNs() + kSendAheadNs < due_ns) confirmer.Send();
    SleepUntilNs(due_ns);
    if (at_gate) {
      behind_gate.push_back(
          {.item = i, .passed = Opens(ear, lane, from, world.TrailingCount(i), clock.NowNs())});
      ++next;
      continue;
    }
    GateReport report = behind_gate.front();
    behind_gate.pop_front();
    ++out;
    if (const std::optional<Told> told = ear.Find(lane, from)) {
      const v1::ItemVerdict& verdict = told->verdict;
      report.told = true;
      report.told_again = told->times > 1;
      report.released = verdict.released();
      report.reason = static_cast<item::RejectReason>(verdict.primary());
      report.heard_ns = told->heard_ns;
      report.trigger_ns = verdict.times().trigger_ns();
      report.exposure_ns = verdict.times().exposure_ns();
      report.last_pixel_ns = verdict.times().last_pixel_ns();
      if (report.passed) confirmer.Passed(verdict.item());
    }
    WriteReport(options.report_fd, report);
    ear.Forget(lane, from - kEyeToleranceCounts);
  }
  confirmer.Send();
  context.TryCancel();
  listener.join();
  return 0;
}

}  // namespace veriline::linesim
