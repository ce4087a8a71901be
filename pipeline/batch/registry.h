// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <istream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/batch/code_key.h"
#include "vision/core/result.h"

namespace veriline::batch {

/// Life cycle of an issued code. Numbers are stable. What EPCIS and OPEN-SCS call commissioning is
/// `commissioned`, decommissioning any of the states behind it.
///
///     issued ──Commit──▶ claimed ──confirmed passed──▶ commissioned
///        │                 ├──confirmed removed──▶ unused (free for rework of its item)
///        │                 ├──no confirmation in time / restart──▶ in_doubt ──▶ commissioned
///        │                 └──written too late to release──▶ unused
///        └──▶ voided
/// On a line without exit confirmation a claim ends as `unconfirmed`. A second item with the code
/// makes the first one `suspect`. People move codes on (MayMove): sampled, destroyed, rejected,
/// recalled, missing.
enum class CodeState : uint8_t {
  kIssued = 1,
  kClaimed = 2,
  kCommissioned = 3,
  kInDoubt = 4,
  kUnused = 5,
  kUnconfirmed = 6,
  kVoided = 7,
  kSuspect = 8,   ///< another item showed the code too: which of the two is the true one?
  kRejected = 9,  ///< its item is off the good lane for good
  kSampled = 10,  ///< taken for a retained or a test sample
  kDestroyed = 11,
  kRecalled = 12,
  kMissing = 13,  ///< printed or in doubt, looked for, and not found
};
inline constexpr int kCodeStates = 14;   ///< with the unused number 0
std::string_view Name(CodeState state);  ///< "issued", "in_doubt", ...
std::optional<CodeState> CodeStateFromName(std::string_view name);
/// Whether a person may move a code so, giving a reason; lines move codes by claims and
/// confirmations.
bool MayMove(CodeState from, CodeState to);

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
  std::array<uint64_t, kCodeStates> counts{};  ///< by CodeState
  uint64_t printed = 0;  ///< codes that labels were made of, whatever their state
  uint64_t Of(CodeState s) const { return counts[static_cast<size_t>(s)]; }
};

/// Where every item and every code of a batch went.
///
///     items:  triggers = good lane + rejected by reason + in doubt + removed
///     codes:  issued   = unused + commissioned + claimed, in doubt, suspect, ... + printed, not
///     seen
///
/// The two are joined by the rejects whose code nobody read: a label that was printed and never
/// seen must be on one of them, or on an item that was removed.
struct BatchBalance {
  BatchStatus codes;
  uint64_t triggers = 0;  ///< items with a verdict
  uint64_t accepted = 0;
  std::map<uint8_t, uint64_t> rejected;  ///< by the number of the primary reason
  uint64_t unread_rejects = 0;           ///< of these: no identity code was read
  uint64_t passed = 0;                   ///< accepted, and seen at the end of the good lane
  uint64_t removed = 0;                  ///< accepted, and taken off the belt
  uint64_t printed_not_seen = 0;         ///< labels were made, and no item showed them
  uint64_t unused = 0;                   ///< no label was made, as far as anybody told
  /// Why the batch cannot be closed, a sentence each; empty: it can.
  std::vector<std::string> differences;
  uint64_t in_doubt() const { return accepted - std::min(accepted, passed + removed); }
};
/// Fills in `differences`.
void FindDifferences(BatchBalance* balance);

/// What a person does with codes.
struct MoveOrder {
  CodeState to = CodeState::kVoided;
  std::string reason;  ///< for the record; anything but nothing where the state is not `voided`
  std::string user;
  int64_t utc_ns = 0;
};

/// One run of `batch issue`: how its serial numbers came about.
struct IssueRecord {
  uint8_t kind = 0;  ///< SerialKind
  std::string gtin14;
  std::string shape;                 ///< of its serial numbers: same shape, same sequence
  std::vector<int64_t> next_starts;  ///< where the sequence goes on; empty: it has none
  uint64_t codes = 0;
  std::string file;  ///< that the codes were exported to
  std::string user;
  int64_t utc_ns = 0;
};
struct IssueAnswer {
  uint64_t codes = 0;
  std::vector<uint32_t> known;  ///< rows of the list that were left out, from 0, ascending
};

/// A code by its place in the batch: the order of its lists is the order of printing.
struct ListedCode {
  uint64_t place = 0;  ///< from 0
  std::string code;    ///< as issued
  IssuedValues values;
  CodeState state = CodeState::kIssued;
  bool printed = false;  ///< a label was made of it
};
/// A run of labels, printed or to be printed.
struct PrintRun {
  uint64_t first = 0;  ///< place
  uint64_t codes = 0;
  std::string reason;  ///< of a reprint; empty: the first print
  std::string user;
  int64_t utc_ns = 0;
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
/// Thread: every member from any thread. Drop, FindOpen, and Reserve and Find of a code in an open
/// batch that nobody claimed never touch the disk; who claimed a code, and all of another code, may
/// be read from it.
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
  /// open → closed. Codes of a closed batch are wrong_batch from then on. Errors: kWrongState
  /// naming the first difference of the balance.
  virtual Checked<void> CloseBatch(const std::string& name) = 0;
  virtual Checked<BatchBalance> Balance(const std::string& name) const = 0;
  /// More codes for a batch that is loaded or open; otherwise as ImportBatch.
  virtual Checked<uint64_t> AddCodes(const std::string& name, std::istream& list,
                                     const std::string& file_name) = 0;
  /// Moves all of the codes or none. Errors: kWrongState when one is not in the batch, is held by a
  /// line, or may not be moved so.
  virtual Checked<void> Move(const std::string& batch, const std::vector<CodeKey>& keys,
                             const MoveOrder& order) = 0;
  virtual Checked<BatchStatus> Status(const std::string& name) const = 0;

  /// Codes of the batch from a place on, at most `limit`. Errors: no such batch, no disk.
  virtual Checked<std::vector<ListedCode>> ListCodes(const std::string& name, uint64_t first,
                                                     uint32_t limit) const = 0;
  /// Records that labels are printed. Errors: kWrongState when some of them were printed before and
  /// the run gives no reason (nothing is recorded); places that the batch does not have.
  virtual Checked<void> RecordPrint(const std::string& name, const PrintRun& run) = 0;
  /// The runs of the batch, oldest first.
  virtual Checked<std::vector<PrintRun>> Prints(const std::string& name) const = 0;

  /// Takes a code list as issued, in no batch yet: none of it may have been issued before, in this
  /// store or in a batch of it. With `skip_known` what was is left out and told; otherwise it is an
  /// error that names the line, and nothing is taken. ImportBatch takes the codes later.
  virtual Checked<IssueAnswer> RegisterIssue(const IssueRecord& record, std::istream& list,
                                             const std::string& file_name, bool skip_known) = 0;
  /// The issues of the product, oldest first.
  virtual Checked<std::vector<IssueRecord>> Issues(const std::string& gtin14) const = 0;
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
