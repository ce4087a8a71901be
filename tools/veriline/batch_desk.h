// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <istream>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/batch/registry.h"
#include "pipeline/item/station.h"
#include "vision/core/result.h"

namespace veriline::tools {

/// What the command line asks of a store, whoever has it open.
/// Thread: one.
class BatchDesk {
 public:
  virtual ~BatchDesk() = default;
  /// `adds`: to a batch that is there.
  virtual Checked<uint64_t> Import(const std::string& batch, bool adds, std::istream& list,
                                   const std::string& file_name) = 0;
  virtual Checked<batch::IssueAnswer> RegisterIssue(const batch::IssueRecord& record,
                                                    std::istream& list,
                                                    const std::string& file_name,
                                                    bool skip_known) = 0;
  virtual Checked<std::vector<batch::IssueRecord>> Issues(const std::string& gtin14) = 0;
  virtual Checked<void> Open(const std::string& batch) = 0;
  virtual Checked<void> Close(const std::string& batch) = 0;
  /// `codes` as issued.
  virtual Checked<void> Move(const std::string& batch, const std::vector<std::string>& codes,
                             const batch::MoveOrder& order) = 0;
  /// See item::ClaimAtStation.
  virtual Checked<std::vector<item::StationAnswer>> Claim(const std::string& batch,
                                                          const std::vector<std::string>& codes,
                                                          const item::Station& station) = 0;
  virtual Checked<std::vector<batch::ListedCode>> Codes(const std::string& batch, uint64_t first,
                                                        uint32_t limit) = 0;
  virtual Checked<void> RecordPrint(const std::string& batch, const batch::PrintRun& run) = 0;
  virtual Checked<batch::BatchBalance> Balance(const std::string& batch) = 0;
  virtual Checked<batch::BatchStatus> Status(const std::string& batch) = 0;
  virtual Checked<std::vector<batch::VerifiedCode>> Verified(const batch::VerifiedQuery& query) = 0;
};

/// How long a command waits for another one that has the store.
inline constexpr int64_t kDeskWaitNs = 10'000'000'000;

/// Who runs this program, for records.
std::string UserName();

/// The desk of the store at a postgres:// address, or in the directory `dir`: its owner's, through
/// the owner's socket, or one of our own when nobody owns it. Waits up to `wait_ns` for an owner
/// that serves no socket (another short command line run). `create`: the store may be made. Errors:
/// no store there; in use, by whom; out of reach. `station`: claims of that name are made; empty:
/// none.
Checked<std::unique_ptr<BatchDesk>> OpenDesk(const std::string& dir, bool create, int64_t wait_ns,
                                             const std::string& station = "");

/// A desk at the gRPC address `target`; null when nobody answers within `wait_ns`.
std::unique_ptr<BatchDesk> ConnectDesk(const std::string& target, int64_t wait_ns);

}  // namespace veriline::tools
