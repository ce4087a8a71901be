// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/batch/registry.h"
#include "pipeline/item/inspection_record.h"
#include "vision/core/result.h"

namespace veriline::item {

/// A reservation to be made durable.
struct Claim {
  batch::CodeKey key;
  batch::ItemRef item;
  int64_t from_count = 0;  ///< leading edge of the item at the eye
  int64_t utc_ns = 0;
  bool confirmable = true;  ///< false on a line without exit confirmation: ends as unconfirmed
};

enum class Outcome : uint8_t {
  kPassed = 1,   ///< seen at the exit of the good lane: claimed or in_doubt → commissioned
  kRemoved = 2,  ///< taken off the belt: claimed or in_doubt → unused
  kMissing = 3,  ///< the recipe's distance went by without a word: claimed → in_doubt
  kTooLate = 4,  ///< the claim was durable after the deadline, nothing was released → unused
};

/// What became of a claimed item.
struct Confirmation {
  batch::ItemRef item;
  Outcome outcome = Outcome::kPassed;
  int64_t utc_ns = 0;
};

/// Another item showed a code that an item has already: which of them is the true one?
struct Suspicion {
  batch::CodeKey key;
  int64_t utc_ns = 0;
};

/// A claim that another process's claim or a person came before.
struct RefusedClaim {
  size_t index = 0;  ///< into CommitGroup::claims
  batch::ReserveAnswer answer;
};

/// Everything one sync writes. `records` get their seq here.
struct CommitGroup {
  std::vector<Claim> claims;
  std::vector<Confirmation> confirmations;
  std::vector<Suspicion> suspicions;
  std::vector<InspectionRecord> records;
  /// Set by Commit: claims of the group that do not hold, as somebody who shares the store was
  /// first or has moved the code meanwhile. Their reservations stand until they are dropped.
  std::vector<RefusedClaim> refused;
  bool Empty() const {
    return claims.empty() && confirmations.empty() && suspicions.empty() && records.empty();
  }
  void Clear() {
    claims.clear();
    confirmations.clear();
    suspicions.clear();
    records.clear();
    refused.clear();
  }
};

/// The durable side of a line: claims, confirmations and records, written in groups.
/// Thread: every member from any thread; groups are written one after the other.
class RecordStore {
 public:
  virtual ~RecordStore() = default;

  /// Writes the group in one transaction and returns when it is on disk. All or nothing, but for
  /// what it puts into `refused`; on an error (full disk, I/O, a server out of reach) nothing of it
  /// is to be relied on and reservations stay: the same records may be given again, first. A
  /// confirmation of an item without a claim changes nothing; a code that is suspected becomes
  /// suspect, one that an item holds when its claim is written. Sets `seq` of each record.
  virtual Result<void> Commit(CommitGroup& group) = 0;

  /// First of `count` item numbers of that lane that no item ever had, durable before it
  /// returns. Numbers start at 1.
  virtual Result<uint64_t> AllotItemSeq(const std::string& line_id, int lane, uint64_t count) = 0;

  /// Identity of this store, made once: streams name it, so that a reader notices a new one.
  virtual std::string store_id() const = 0;

  /// Records of the line with seq ≥ from_seq in order, at most `limit`.
  virtual Checked<std::vector<InspectionRecord>> ReadRecords(const std::string& line_id,
                                                             uint64_t from_seq,
                                                             uint32_t limit) const = 0;
  /// First and last seq kept for the line; nothing when there is none.
  struct SeqRange {
    uint64_t first = 0;
    uint64_t last = 0;
  };
  virtual Checked<std::optional<SeqRange>> RecordRange(const std::string& line_id) const = 0;
};

}  // namespace veriline::item
