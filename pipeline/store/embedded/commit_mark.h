// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "vision/core/result.h"

namespace veriline::store {

/// A second witness of how far the store got: DIR/commit.mark holds the store's id and the number
/// of transactions that were told durable. SQLite cannot tell a damaged write-ahead log from one
/// whose last writes were torn, and silently goes back to what it can read; a database that is
/// behind its mark was damaged or replaced by an older copy, and that must not pass.
///
/// Written after each transaction without a sync: the mark survives the death of the process, and
/// after a loss of power it may be older than the database but never newer.
///
/// Format, 64 bytes, little-endian: "VRLNMARK", uint64 commits, 36 characters store id, uint32
/// version (0), uint64 FNV-1a of what stands before.
/// Thread: one at a time.
class CommitMark {
 public:
  CommitMark() = default;
  CommitMark(CommitMark&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  CommitMark& operator=(CommitMark&& other) noexcept;
  ~CommitMark();

  static constexpr uint32_t kVersion = 0;

  /// What the mark in `dir` says.
  struct Content {
    bool present = false;
    uint64_t commits = 0;
    std::string store_id;
  };
  static Checked<Content> Read(const std::string& dir);
  static Checked<CommitMark> Open(const std::string& dir);
  void Write(const std::string& store_id, uint64_t commits);

 private:
  explicit CommitMark(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace veriline::store
