// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <istream>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/batch/registry.h"
#include "vision/core/result.h"

namespace veriline::tools {

/// What the command line asks of a store, whoever has it open.
/// Thread: one.
class BatchDesk {
 public:
  virtual ~BatchDesk() = default;
  virtual Checked<uint64_t> Import(const std::string& batch, std::istream& list,
                                   const std::string& file_name) = 0;
  virtual Checked<void> Open(const std::string& batch) = 0;
  virtual Checked<void> Close(const std::string& batch) = 0;
  /// `codes` as issued.
  virtual Checked<void> Void(const std::string& batch, const std::vector<std::string>& codes) = 0;
  virtual Checked<batch::BatchStatus> Status(const std::string& batch) = 0;
  virtual Checked<std::vector<batch::VerifiedCode>> Verified(const batch::VerifiedQuery& query) = 0;
};

/// The desk of the store in `dir`: its owner's, through the owner's socket, or one of our own when
/// nobody owns it. Waits up to `wait_ns` for an owner that serves no socket (another short command
/// line run). `create`: the store may be made. Errors: no store there; in use, by whom.
Checked<std::unique_ptr<BatchDesk>> OpenDesk(const std::string& dir, bool create, int64_t wait_ns);

/// A desk at the gRPC address `target`; null when nobody answers within `wait_ns`.
std::unique_ptr<BatchDesk> ConnectDesk(const std::string& target, int64_t wait_ns);

}  // namespace veriline::tools
