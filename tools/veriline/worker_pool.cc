// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/worker_pool.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace veriline::tools {
namespace {

/// What a worker writes to its pipe: {job, bytes} and the bytes. Before its first job it says that
/// it is prepared.
struct RecordHead {
  uint64_t job;
  uint64_t bytes;
};
constexpr uint64_t kPrepared = UINT64_MAX;

/// The timer of the calling process; its signal ends the process. 0 stops it.
void SetTimer(int ms) {
  const itimerval timer{.it_interval = {}, .it_value = {ms / 1000, ms % 1000 * 1000}};
  setitimer(ITIMER_REAL, &timer, nullptr);
}

bool WriteAll(int fd, const void* data, size_t size) {
  const char* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t n = write(fd, at, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += n;
    size -= static_cast<size_t>(n);
  }
  return true;
}

struct Worker {
  pid_t pid = -1;
  int fd = -1;
  size_t next = 0;  ///< the job it works on
  int attempt = 0;
  bool preparing = false;
  std::string received;
};

class Pool {
 public:
  explicit Pool(const ForkedJobs& jobs)
      : jobs_(jobs),
        stride_(static_cast<size_t>(jobs.workers)),
        workers_(stride_),
        prepare_(jobs.prepare != nullptr) {}

  ~Pool() {
    for (const Worker& w : workers_) {
      if (w.fd < 0) continue;
      close(w.fd);
      kill(w.pid, SIGKILL);
      waitpid(w.pid, nullptr, 0);
    }
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  bool Run() {
    for (size_t k = 0; k < stride_; ++k) {
      workers_[k].next = k;
      if (k < jobs_.count && !Start(workers_[k])) return false;
    }
    while (true) {
      std::vector<pollfd> fds;
      std::vector<Worker*> owners;
      for (Worker& w : workers_) {
        if (w.fd < 0) continue;
        fds.push_back({w.fd, POLLIN, 0});
        owners.push_back(&w);
      }
      if (fds.empty()) return true;
      if (poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR) return false;
      for (size_t i = 0; i < fds.size(); ++i) {
        if (fds[i].revents != 0 && !Receive(*owners[i])) return false;
      }
    }
  }

 private:
  bool Start(Worker& w) {
    int ends[2];
    if (pipe(ends) != 0) return false;
    w.preparing = prepare_;
    std::fflush(nullptr);  // or the child would write what is buffered a second time
    w.pid = fork();
    if (w.pid < 0) {
      close(ends[0]);
      close(ends[1]);
      return false;
    }
    if (w.pid == 0) {
      close(ends[0]);
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      Work(ends[1], w.next, w.attempt);
    }
    close(ends[1]);
    w.fd = ends[0];
    w.received.clear();
    return true;
  }

  /// noexcept: what a job throws must not unwind into the stack that the worker shares with its
  /// caller.
  [[noreturn]] void Work(int fd, size_t job, int attempt) noexcept {
    signal(SIGALRM, SIG_DFL);
    // The timer stands still while a record is written: a slow reader of ours is no fault of a job.
    const auto tell = [&](uint64_t of, const std::string& output) {
      SetTimer(0);
      const RecordHead head{of, output.size()};
      return WriteAll(fd, &head, sizeof head) && WriteAll(fd, output.data(), output.size());
    };
    if (prepare_) {
      SetTimer(jobs_.time_limit_ms);
      jobs_.prepare();
      if (!tell(kPrepared, "")) _exit(0);
    }
    for (; job < jobs_.count; job += stride_, attempt = 0) {
      SetTimer(jobs_.time_limit_ms);
      if (!tell(job, jobs_.run(job, attempt))) break;
    }
    _exit(0);
  }

  bool Receive(Worker& w) {
    char buffer[65536];
    const ssize_t n = read(w.fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) return true;
    if (n > 0) {
      w.received.append(buffer, static_cast<size_t>(n));
      TakeRecords(w);
      return true;
    }
    close(w.fd);
    w.fd = -1;
    int status = 0;
    waitpid(w.pid, &status, 0);
    if (w.next >= jobs_.count) return true;
    if (w.preparing) {
      prepare_ = false;
      return Start(w);
    }
    // It died on job `next`.
    const bool timed_out = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
    if (timed_out || w.attempt > 0) {
      Finish(w.next, std::nullopt,
             timed_out             ? "it took too long"
             : WIFSIGNALED(status) ? strsignal(WTERMSIG(status))
                                   : "exited early");
      w.next += stride_;
      w.attempt = 0;
      return w.next >= jobs_.count || Start(w);
    }
    w.attempt = 1;
    return Start(w);
  }

  void TakeRecords(Worker& w) {
    RecordHead head;
    while (w.received.size() >= sizeof head) {
      std::memcpy(&head, w.received.data(), sizeof head);
      if (w.received.size() < sizeof head + head.bytes) return;
      if (head.job == kPrepared) {
        w.preparing = false;
        w.received.erase(0, sizeof head);
        continue;
      }
      Finish(head.job, w.received.substr(sizeof head, head.bytes), "");
      w.received.erase(0, sizeof head + head.bytes);
      w.next = head.job + stride_;
      w.attempt = 0;
    }
  }

  void Finish(size_t job, std::optional<std::string> output, std::string reason) {
    finished_[job] = {std::move(output), std::move(reason)};
    for (auto it = finished_.begin(); it != finished_.end() && it->first == told_; ++told_) {
      if (it->second.first) {
        jobs_.done(it->first, std::move(*it->second.first));
      } else {
        jobs_.lost(it->first, it->second.second);
      }
      it = finished_.erase(it);
    }
  }

  const ForkedJobs& jobs_;
  const size_t stride_;
  std::vector<Worker> workers_;
  /// Done out of order, waiting for those before them: output or the reason of its loss.
  std::map<size_t, std::pair<std::optional<std::string>, std::string>> finished_;
  size_t told_ = 0;
  bool prepare_;
};

}  // namespace

bool RunForked(const ForkedJobs& jobs) { return Pool(jobs).Run(); }

}  // namespace veriline::tools
