// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/batch/code_key.h"
#include "vision/core/result.h"

namespace veriline::batch {

/// Life cycle of an issued code as far as a line moves it. Numbers are stable.
///
///     issued ──Commit──▶ claimed ──confirmed passed──▶ commissioned
///        │                 ├──confirmed removed──▶ rejected (unused: free for rework of its item)
///        │                 ├──no confirmation in time / restart──▶ in_doubt ──▶ commissioned
///        │                 └──written too late to release──▶ unused
///        └──▶ voided
/// On a line without exit confirmation a claim ends as `unconfirmed`.
enum class CodeState : uint8_t {
  kIssued = 1,
  kClaimed = 2,
  kCommissioned = 3,
  kInDoubt = 4,
  kUnused = 5,
  kUnconfirmed = 6,
  kVoided = 7,
};
std::string_view Name(CodeState state);  ///< "issued", "in_doubt", ...
std::optional<CodeState> CodeStateFromName(std::string_view name);

enum class BatchState : uint8_t { kLoaded = 1, kOpen = 2, kClosed = 3 };
std::string_view Name(BatchState state);

/// An item across lines: the line's id, the lane and the item's number on it.
struct ItemRef {
  std::string line_id;
  int lane = 0;
  uint64_t item_seq = 0;
  friend bool operator==(const ItemRef&, const ItemRef&) = default;
};

/// What the registry knows of a key.
struct CodeInfo {
  std::string batch;
  BatchState batch_state = BatchState::kLoaded;
  CodeState state = CodeState::kIssued;
  std::string gtin, lot, expiry, market;  ///< as issued; empty = not stated
  ItemRef item;                           ///< who claimed it, when it was claimed
  int64_t claimed_utc_ns = 0;
};

/// What was issued with a code beside what it says itself; empty = not stated.
struct IssuedValues {
  std::string gtin, lot, expiry, market;
};

struct BatchStatus {
  std::string name;
  BatchState state = BatchState::kLoaded;
  uint64_t codes = 0;
  uint64_t issued = 0, claimed = 0, commissioned = 0, in_doubt = 0, unused = 0, unconfirmed = 0,
           voided = 0;
};

struct VerifiedCode {
  uint64_t cursor = 0;  ///< pass as `after` to go on behind this row
  std::string code;     ///< as issued
  CodeState state = CodeState::kCommissioned;
  ItemRef item;
  int64_t encoder_count = 0;  ///< leading edge of the item at the eye
  int64_t claimed_utc_ns = 0;
  int64_t confirmed_utc_ns = 0;  ///< 0 = not confirmed
};

struct VerifiedQuery {
  std::string batch;
  uint64_t after = 0;  ///< cursor; 0 = from the start
  uint32_t limit = 1000;
  /// Also claimed, in doubt and unconfirmed codes; otherwise commissioned ones only.
  bool include_unconfirmed = false;
};

enum class ReserveOutcome : uint8_t {
  kGranted,    ///< the code is now held for this item (also when it held it already)
  kDuplicate,  ///< another item has it; `holder` says which
  kNotFree,    ///< not issued in an open batch, or voided
};
struct ReserveAnswer {
  ReserveOutcome outcome = ReserveOutcome::kNotFree;
  ItemRef holder;
  int64_t claimed_utc_ns = 0;  ///< of the holder; 0 while only reserved
};

/// The issued codes and who spent them. Back ends: pipeline/store/*.
///
/// A code is spent in two steps, so that nothing is accepted twice and nothing waits for a disk
/// longer than it must: Reserve holds it in memory for one item, the durable commit (see
/// item::RecordStore) turns the reservation into a claim.
///
/// Thread: every member from any thread. Reserve, Drop, FindOpen and Find of a code in an open
/// batch never touch the disk; Find of another code may read it.
class Registry {
 public:
  virtual ~Registry() = default;

  /// Reads a code list (see code_list.h) into a new batch in state loaded. All or nothing: a bad
  /// row, a key already in the store, or a batch name in use is an error and changes nothing.
  /// `file_name` stands in the diagnostics. Returns the number of codes.
  virtual Checked<uint64_t> ImportBatch(const std::string& name, std::istream& list,
                                        const std::string& file_name) = 0;
  /// loaded or closed → open. Loads its keys into memory.
  virtual Checked<void> OpenBatch(const std::string& name) = 0;
  /// open → closed. Codes of a closed batch are wrong_batch from then on.
  virtual Checked<void> CloseBatch(const std::string& name) = 0;
  /// issued → voided. Error when a code is not there or was claimed.
  virtual Checked<void> Void(const std::string& batch, const std::vector<CodeKey>& keys) = 0;
  virtual Checked<BatchStatus> Status(const std::string& name) const = 0;
  virtual Checked<std::vector<VerifiedCode>> ListVerified(const VerifiedQuery& query) const = 0;

  /// What is known of the key in any batch; nothing when it was never issued. Errors: kIo when the
  /// store cannot say; a code of an open batch is always known.
  virtual Result<std::optional<CodeInfo>> Find(const CodeKey& key) const = 0;
  /// What was issued with the code of an open batch whose key has these bytes; false when no open
  /// batch has it. For the frame path: never touches the disk, holds a lock as briefly as Reserve,
  /// and allocates nothing once the strings of `out` have grown.
  virtual bool FindOpen(std::string_view key_bytes, IssuedValues* out) const = 0;
  /// Same item again = same answer. A code whose state is unused is granted only to its own item.
  virtual ReserveAnswer Reserve(const CodeKey& key, const ItemRef& item) = 0;
  /// Gives back a reservation that was not committed; a no-op for any other item or a claim.
  virtual void Drop(const CodeKey& key, const ItemRef& item) = 0;
};

}  // namespace veriline::batch
