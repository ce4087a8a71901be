// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/store_reports.h"

namespace veriline::testing {

/// A store_worker that runs, and is killed with the object. Thread: one at a time.
class WorkerProcess {
 public:
  /// Arguments that say REPORTS and MOMENT become the numbers of the descriptors.
  WorkerProcess(const std::string& program, std::vector<std::string> arguments) {
    int ends[2];
    moment_fd_ = memfd_create("moment", MFD_CLOEXEC);
    if (pipe2(ends, O_CLOEXEC) != 0 || moment_fd_ < 0 ||
        ftruncate(moment_fd_, sizeof(Moment)) != 0) {
      throw std::runtime_error("no pipe to a worker");
    }
    void* const memory =
        mmap(nullptr, sizeof(Moment), PROT_READ | PROT_WRITE, MAP_SHARED, moment_fd_, 0);
    if (memory == MAP_FAILED) throw std::runtime_error("no memory with a worker");
    moment_ = new (memory) Moment;
    arguments.insert(arguments.begin(), program);
    std::vector<char*> argv;
    for (std::string& argument : arguments) {
      if (argument == "REPORTS") argument = std::to_string(ends[1]);
      if (argument == "MOMENT") argument = std::to_string(moment_fd_);
      argv.push_back(argument.data());
    }
    argv.push_back(nullptr);
    pid_ = fork();
    if (pid_ == 0) {
      for (const int fd : {ends[1], moment_fd_}) fcntl(fd, F_SETFD, 0);
      execv(argv[0], argv.data());
      _exit(127);
    }
    close(ends[1]);
    reports_fd_ = ends[0];
    if (pid_ < 0) throw std::runtime_error("no worker");
  }
  ~WorkerProcess() {
    if (pid_ > 0) Kill();
    munmap(moment_, sizeof(Moment));
    close(moment_fd_);
    close(reports_fd_);
  }
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  pid_t pid() const { return pid_; }
  const Moment& moment() const { return *moment_; }

  /// What it told meanwhile; waits up to `timeout_ms` for something. Empty at the end, when nothing
  /// more can come, and when the time is up.
  std::vector<Report> Read(int timeout_ms) {
    pollfd waiting{reports_fd_, POLLIN, 0};
    if (poll(&waiting, 1, timeout_ms) <= 0) return {};
    std::vector<Report> reports(PIPE_BUF / sizeof(Report) * 16);
    const ssize_t n = read(reports_fd_, reports.data(), reports.size() * sizeof(Report));
    reports.resize(n <= 0 ? 0 : static_cast<size_t>(n) / sizeof(Report));
    return reports;
  }
  /// Its wait status.
  int Kill() {
    kill(pid_, SIGKILL);
    return Wait();
  }
  int Wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = 0;
    return status;
  }

 private:
  pid_t pid_ = 0;
  int reports_fd_ = -1;
  int moment_fd_ = -1;
  Moment* moment_ = nullptr;
};

}  // namespace veriline::testing
