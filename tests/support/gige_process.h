// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

namespace veriline {

/// An address on the loopback that no other test process uses: 127.64.0.0/10 holds one network of
/// 16 addresses for each process id below 2^18.
inline std::string NextLoopbackAddress() {
  static std::atomic<unsigned> next{1};
  const unsigned low = (static_cast<unsigned>(getpid()) << 4 | (next++ & 15)) & 0x3FFFFF;
  return "127." + std::to_string(64 + (low >> 16)) + "." + std::to_string(low >> 8 & 255) + "." +
         std::to_string(low & 255);
}

/// A camera on the network in a process of its own (support/gige_camera.cc says what it obeys). It
/// ends with the object, and with this process however that ends.
class GigeProcess {
 public:
  /// `arguments` beside the address; `before` runs the program (a network namespace's).
  explicit GigeProcess(std::string address, std::vector<std::string> arguments = {},
                       std::string program = VERILINE_GIGE_CAMERA,
                       std::vector<std::string> before = {})
      : address_(std::move(address)),
        arguments_(std::move(arguments)),
        program_(std::move(program)),
        before_(std::move(before)) {
    Launch();
  }
  ~GigeProcess() { Kill(); }
  GigeProcess(const GigeProcess&) = delete;
  GigeProcess& operator=(const GigeProcess&) = delete;

  const std::string& address() const { return address_; }

  /// Returns the answer when it has been obeyed.
  std::string Tell(const std::string& command) {
    fputs((command + "\n").c_str(), in_);
    fflush(in_);
    return ReadLine();
  }
  /// At once, as when the power is cut.
  void Kill() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
    fclose(in_);
    fclose(out_);
  }
  /// Again, after Kill.
  void Launch() {
    std::vector<std::string> words = before_;
    words.insert(words.end(), {program_, "--address", address_});
    words.insert(words.end(), arguments_.begin(), arguments_.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
      throw std::runtime_error("no pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    const int error = posix_spawnp(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    in_ = fdopen(in[1], "w");
    out_ = fdopen(out[0], "r");
    if (error == 0 && ReadLine() == "ready") return;
    Kill();
    throw std::runtime_error("cannot start " + program_);
  }

 private:
  std::string ReadLine() {
    std::string line;
    for (int c = fgetc(out_); c != EOF && c != '\n'; c = fgetc(out_)) {
      line += static_cast<char>(c);
    }
    return line;
  }

  const std::string address_;
  const std::vector<std::string> arguments_;
  const std::string program_;
  const std::vector<std::string> before_;
  pid_t pid_ = 0;
  FILE* in_ = nullptr;
  FILE* out_ = nullptr;
};

}  // namespace veriline
