// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/worker/decode_workers.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <deque>
#include <optional>
#include <utility>

#include "vision/core/thread.h"
#include "vision/decode/worker/serve.h"
#include "vision/decode/worker/shared_slot.h"

namespace veriline::decode::worker {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;
constexpr int64_t kMinuteNs = 60'000 * kNsPerMs;
/// Descriptors are moved up to here, so that none is overwritten while they take their places.
constexpr int kHighFd = 10;

/// A pair of connected sockets, close-on-exec, both from kHighFd on.
bool MakeLifeLine(std::array<int, 2>* ends) {
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends->data()) != 0) return false;
  for (int& end : *ends) {
    const int high = fcntl(end, F_DUPFD_CLOEXEC, kHighFd);
    close(end);
    end = high;
  }
  if ((*ends)[0] >= 0 && (*ends)[1] >= 0) return true;
  for (const int end : *ends) {
    if (end >= 0) close(end);
  }
  return false;
}

/// Starts a worker's program with its two descriptors and no others. The terminal's signals are
/// blocked in it until it ignores them. Returns an errno.
int Spawn(const DecodeWorkersOptions& options, int memory_fd, int life_fd, pid_t* pid) {
  std::vector<std::string> words = options.arguments;
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, memory_fd, kMemoryFd);
  posix_spawn_file_actions_adddup2(&actions, life_fd, kLifeFd);
  posix_spawn_file_actions_addclosefrom_np(&actions, kLifeFd + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGINT);
  sigaddset(&blocked, SIGTERM);
  posix_spawnattr_setsigmask(&attributes, &blocked);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  const int error =
      posix_spawn(pid, options.program.c_str(), &actions, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

}  // namespace

struct DecodeWorkers::Worker {
  enum class Phase : uint8_t { kAbsent, kStarting, kReady };

  Worker(SharedSlot&& the_slot, const Clock& clock, const WorkerBudgets& budgets, int wake_fd)
      : slot(std::move(the_slot)), decoder(*slot, clock, budgets, wake_fd) {}

  SharedSlot slot;
  WorkerDecoder decoder;
  Phase phase = Phase::kAbsent;
  std::atomic<pid_t> pid{-1};
  int life_fd = -1;
  bool started_before = false;
  int64_t start_ns = 0;           ///< absent: when the next is started; starting: when this was
  std::deque<int64_t> deaths_ns;  ///< of the last minute
};

DecodeWorkers::DecodeWorkers(DecodeWorkersOptions options) : options_(std::move(options)) {}

Checked<std::unique_ptr<DecodeWorkers>> DecodeWorkers::Start(DecodeWorkersOptions options,
                                                             const Clock& clock) {
  std::unique_ptr<DecodeWorkers> all(new DecodeWorkers(std::move(options)));
  const DecodeWorkersOptions& o = all->options_;
  all->wake_fd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  for (int i = 0; i < o.count; ++i) {
    auto slot = SharedSlot::Create();
    if (!slot) return Fail(slot.error());
    all->workers_.push_back(
        std::make_unique<Worker>(std::move(*slot), clock, o.budgets, all->wake_fd_));
  }
  all->thread_ = std::thread([raw = all.get()] { raw->Run(); });
  const int64_t give_up_ns = all->clock_.NowNs() + o.start_limit_ms * kNsPerMs;
  for (const auto& worker : all->workers_) {
    while (!worker->decoder.ready()) {
      if (all->clock_.NowNs() >= give_up_ns) {
        return Fail(Diagnostic{.code = ErrorCode::kUnavailable,
                               .message = "a decode worker does not start: " + o.program,
                               .advice = "see what it said above; check the limits of processes "
                                         "and memory"});
      }
      SleepUntilNs(all->clock_.NowNs() + kNsPerMs);
    }
  }
  return all;
}

DecodeWorkers::~DecodeWorkers() {
  stop_ = true;
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(wake_fd_, &one, sizeof one);
  if (thread_.joinable()) thread_.join();
  if (wake_fd_ >= 0) close(wake_fd_);
}

std::vector<CropDecoder*> DecodeWorkers::decoders() {
  std::vector<CropDecoder*> all;
  for (const auto& worker : workers_) all.push_back(&worker->decoder);
  return all;
}

WorkerDecoder& DecodeWorkers::decoder(size_t i) { return workers_[i]->decoder; }

std::optional<pid_t> DecodeWorkers::pid(size_t i) const {
  const pid_t pid = workers_[i]->pid;
  if (pid <= 0) return std::nullopt;
  return pid;
}

// ---- the thread -------------------------------------------------------------------------------

void DecodeWorkers::Run() {
  SetThreadName("decode-watch");
  std::vector<pollfd> lines(workers_.size() + 1);
  while (!stop_) {
    const int64_t now_ns = clock_.NowNs();
    int64_t due_ns = 0;
    for (size_t i = 0; i < workers_.size(); ++i) {
      const int64_t next_ns = LookAfter(*workers_[i], now_ns);
      if (next_ns != 0 && (due_ns == 0 || next_ns < due_ns)) due_ns = next_ns;
      lines[i] = {.fd = workers_[i]->life_fd, .events = POLLIN};
    }
    lines.back() = {.fd = wake_fd_, .events = POLLIN};
    const int64_t wait_ns = std::max<int64_t>(due_ns - clock_.NowNs(), 0);
    const timespec wait{wait_ns / 1'000'000'000, wait_ns % 1'000'000'000};
    if (ppoll(lines.data(), lines.size(), due_ns == 0 ? nullptr : &wait, nullptr) <= 0) continue;
    uint64_t posts = 0;
    [[maybe_unused]] const ssize_t got = read(wake_fd_, &posts, sizeof posts);
    for (size_t i = 0; i < workers_.size(); ++i) {
      if (lines[i].revents != 0) Listen(*workers_[i], clock_.NowNs());
    }
  }
  for (const auto& worker : workers_) Bury(*worker, clock_.NowNs());
}

int64_t DecodeWorkers::LookAfter(Worker& worker, int64_t now_ns) {
  if (worker.phase == Worker::Phase::kReady) {
    const int64_t due_ns = worker.decoder.due_ns();
    const int64_t calm_ns = DiesOften(worker, now_ns) ? worker.deaths_ns.front() + kMinuteNs : 0;
    const bool owes = due_ns != 0 && worker.slot->answer_seq.load() != worker.slot->request_seq;
    if (worker.decoder.ready() && !(owes && now_ns >= due_ns)) return owes ? due_ns : calm_ns;
    Bury(worker, now_ns);
  } else if (worker.phase == Worker::Phase::kStarting) {
    const int64_t limit_ns = worker.start_ns + options_.start_limit_ms * kNsPerMs;
    if (now_ns < limit_ns) return limit_ns;
    Bury(worker, now_ns);
  }
  if (now_ns >= worker.start_ns) StartProcess(worker, now_ns);
  return worker.phase == Worker::Phase::kAbsent ? worker.start_ns
                                                : now_ns + options_.start_limit_ms * kNsPerMs;
}

void DecodeWorkers::StartProcess(Worker& worker, int64_t now_ns) {
  if (worker.started_before) worker.decoder.OnRestart();
  worker.started_before = true;
  worker.start_ns = now_ns;
  std::array<int, 2> ends{};
  pid_t pid = -1;
  if (MakeLifeLine(&ends)) {
    worker.life_fd = ends[0];
    const int memory_fd = fcntl(worker.slot.fd(), F_DUPFD_CLOEXEC, kHighFd);
    if (Spawn(options_, memory_fd, ends[1], &pid) != 0) pid = -1;
    close(ends[1]);
    if (memory_fd >= 0) close(memory_fd);
  }
  worker.pid = pid;
  worker.phase = Worker::Phase::kStarting;
  if (pid < 0) Bury(worker, now_ns);
}

void DecodeWorkers::Listen(Worker& worker, int64_t now_ns) {
  char word = 0;
  const ssize_t got = recv(worker.life_fd, &word, 1, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got == 1 && word == kReadyWord && worker.phase == Worker::Phase::kStarting) {
    worker.phase = Worker::Phase::kReady;
    worker.decoder.OnReady(worker.pid);
    return;
  }
  Bury(worker, now_ns);  // its end of the line is closed, or it says what no worker says
}

/// Leaves the worker absent, whatever it was, and sets when the next is started.
void DecodeWorkers::Bury(Worker& worker, int64_t now_ns) {
  if (worker.phase == Worker::Phase::kAbsent) return;
  worker.decoder.OnGone();
  if (const pid_t pid = worker.pid.exchange(-1); pid > 0) {
    kill(pid, SIGKILL);
    while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  if (worker.life_fd >= 0) close(worker.life_fd);
  worker.life_fd = -1;
  worker.phase = Worker::Phase::kAbsent;
  worker.deaths_ns.push_back(now_ns);
  worker.start_ns = DiesOften(worker, now_ns) ? now_ns + options_.backoff_ms * kNsPerMs : now_ns;
}

bool DecodeWorkers::DiesOften(Worker& worker, int64_t now_ns) const {
  std::deque<int64_t>& deaths = worker.deaths_ns;
  while (!deaths.empty() && now_ns - deaths.front() >= kMinuteNs) deaths.pop_front();
  const bool often = static_cast<int>(deaths.size()) >= options_.deaths_per_minute;
  worker.decoder.SetFailing(often);
  return often;
}

}  // namespace veriline::decode::worker
