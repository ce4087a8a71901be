// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/support/scratch_folder.h"

namespace veriline::testing {

/// A server of this test's own, by tools/postgres; gone with it.
class PostgresServer {
 public:
  PostgresServer() {
    // As root the server runs as somebody else, who must get in.
    using std::filesystem::perms;
    std::filesystem::permissions(dir_.path(), perms::owner_all | perms::group_exec |
                                                  perms::others_exec | perms::others_read);
    Start();
  }
  ~PostgresServer() { Kill(); }
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  void Start() { url_ = Run("start", ""); }
  /// As a power cut would.
  void Kill() { Run("stop", " --kill"); }

  /// To those of its processes that serve Veriline: "STOP", "CONT".
  void Signal(const std::string& signal) const {
    const std::string command = "pkill -" + signal + " -P $(head -1 " + dir_.path() +
                                "/pg/cluster/postmaster.pid) -f 'postgres: veriline'";
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
  }

  /// Of the database that the server comes with.
  const std::string& url() const { return url_; }
  /// Of a database of that name, which is made when it is not there.
  std::string UrlOf(const std::string& database) const {
    const std::string socket = url_.substr(url_.find("host=") + 5);
    const std::string made =
        "createdb --host=" + socket + " --username=veriline " + database + " 2>/dev/null || true";
    EXPECT_EQ(std::system(made.c_str()), 0);
    return "postgres://veriline@/" + database + "?host=" + socket;
  }

 private:
  std::string Run(const std::string& action, const std::string& rest) const {
    const std::string command = "tools/postgres " + action + " " + dir_.path() + "/pg" + rest;
    FILE* pipe = popen(command.c_str(), "r");
    EXPECT_NE(pipe, nullptr);
    std::string said;
    std::array<char, 512> line{};
    while (pipe != nullptr && std::fgets(line.data(), line.size(), pipe) != nullptr) {
      said += line.data();
    }
    EXPECT_EQ(pclose(pipe), 0) << command;
    return said.substr(0, said.find('\n'));
  }

  ScratchFolder dir_;
  std::string url_;
};

}  // namespace veriline::testing
