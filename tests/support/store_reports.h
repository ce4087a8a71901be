// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "tests/support/store_life.h"

// What store_worker tells the test that started it: reports through a pipe, and on shared memory
// what it is doing at this moment.

namespace veriline::testing {

struct Report {
  enum class Kind : uint32_t {
    kAllotted,      ///< lane, number = first, code = count
    kClaim,         ///< of the group whose kBegins follows
    kConfirmation,  ///< likewise
    kBegins,
    kDurable,  ///< number = first record
    kFailed,
    kImportBegins,  ///< code = n
    kImported,      ///< code = n
    kOperations,    ///< number, of them code syncs: at the end of a script
  };
  Kind kind = Kind::kBegins;
  int32_t code = 0;
  int32_t lane = 0;
  uint32_t outcome = 0;
  uint64_t number = 0;  ///< item_seq unless said otherwise
};

/// Each call is one write, which a pipe takes as a whole or not at all.
class ReportWriter : public LifeListener {
 public:
  explicit ReportWriter(int fd) : fd_(fd) {}

  void Allotted(int lane, uint64_t first, uint64_t count) override {
    Write({{Report::Kind::kAllotted, static_cast<int32_t>(count), lane, 0, first}});
  }
  void Begins(const ToldGroup& group) override {
    std::vector<Report> reports;
    for (const ToldGroup::Claim& c : group.claims) {
      reports.push_back({Report::Kind::kClaim, c.code, c.lane, 0, c.item_seq});
    }
    for (const ToldGroup::Confirmation& c : group.confirmations) {
      reports.push_back(
          {Report::Kind::kConfirmation, 0, c.lane, static_cast<uint32_t>(c.outcome), c.item_seq});
    }
    reports.push_back({Report::Kind::kBegins});
    Write(reports);
  }
  void Durable(const ToldGroup& group) override {
    Write({{Report::Kind::kDurable, 0, 0, 0, group.first_record}});
  }
  void Failed(const ToldGroup&) override { Write({{Report::Kind::kFailed}}); }
  void ImportBegins(int n) override { Write({{Report::Kind::kImportBegins, n}}); }
  void Imported(int n) override { Write({{Report::Kind::kImported, n}}); }
  void Operations(int64_t operations, int64_t syncs) {
    Write({{Report::Kind::kOperations, static_cast<int32_t>(syncs), 0, 0,
            static_cast<uint64_t>(operations)}});
  }

 private:
  void Write(const std::vector<Report>& reports) {
    const size_t bytes = reports.size() * sizeof(Report);
    if (bytes > PIPE_BUF) throw std::runtime_error("a report that a pipe may tear");
    if (write(fd_, reports.data(), bytes) != static_cast<ssize_t>(bytes)) _exit(1);
  }

  const int fd_;
};

/// Gives what a ReportWriter told to another listener.
class ReportReader {
 public:
  explicit ReportReader(LifeListener& listener) : listener_(listener) {}

  /// Returns how many messages it completed.
  int Take(const std::vector<Report>& reports) {
    int messages = 0;
    for (const Report& r : reports) {
      messages += r.kind != Report::Kind::kClaim && r.kind != Report::Kind::kConfirmation;
      switch (r.kind) {
        case Report::Kind::kAllotted:
          listener_.Allotted(r.lane, r.number, static_cast<uint64_t>(r.code));
          break;
        case Report::Kind::kClaim:
          next_.claims.push_back({r.code, r.lane, r.number});
          break;
        case Report::Kind::kConfirmation:
          next_.confirmations.push_back({r.lane, r.number, static_cast<item::Outcome>(r.outcome)});
          break;
        case Report::Kind::kBegins:
          group_ = std::exchange(next_, {});
          listener_.Begins(group_);
          break;
        case Report::Kind::kDurable:
          group_.first_record = r.number;
          listener_.Durable(group_);
          break;
        case Report::Kind::kFailed:
          listener_.Failed(group_);
          break;
        case Report::Kind::kImportBegins:
          listener_.ImportBegins(r.code);
          break;
        case Report::Kind::kImported:
          listener_.Imported(r.code);
          break;
        case Report::Kind::kOperations:
          break;
      }
    }
    return messages;
  }

 private:
  LifeListener& listener_;
  ToldGroup next_;
  ToldGroup group_;
};

/// What the worker is doing, on memory that outlives it.
struct Moment {
  enum class Line : uint32_t { kStarting, kWaiting, kCommitting, kTelling };
  enum class Disk : uint32_t { kIdle, kWriting, kSyncing };
  std::atomic<Line> line{Line::kStarting};
  std::atomic<Disk> log{Disk::kIdle};
  std::atomic<Disk> database{Disk::kIdle};  ///< the checkpoint's work
  std::atomic<bool> importing{false};
};

}  // namespace veriline::testing
