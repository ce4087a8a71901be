// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/batch/registry.h"
#include "pipeline/item/record_store.h"
#include "pipeline/store/embedded/code_index.h"

namespace veriline::store {

/// The codes of all open batches and who holds them: the side of the registry that never touches
/// the disk. A code moves reserved → committing → claimed; only EndCommit makes a claim.
/// Thread: every member from any thread.
class OpenCodes {
 public:
  /// Number of a line's name; the same name gets the same number.
  uint16_t LineNumber(std::string_view name);
  void Insert(std::unique_ptr<CodeIndex> index);

  std::optional<batch::CodeInfo> Find(std::string_view key) const;
  bool FindIssued(std::string_view key, batch::IssuedValues* out) const;
  batch::ReserveAnswer Reserve(std::string_view key, const batch::ItemRef& item);
  void Drop(std::string_view key, const batch::ItemRef& item);

  /// One claim of a group between BeginCommit and EndCommit.
  struct Pending {
    CodeIndex* index = nullptr;
    CodeIndex::Entry* entry = nullptr;  ///< null: the item has the code already, nothing to do
    int64_t row = 0;
  };
  /// Marks what the claims reserve as being written. Errors: kWrongState (`a` = index of the
  /// claim) when one is not reserved by its item; then nothing is marked.
  Result<std::vector<Pending>> BeginCommit(std::span<const item::Claim> claims);
  /// Durable: the claims hold. Otherwise they are reservations again, as before.
  void EndCommit(std::span<const Pending> pending, std::span<const item::Claim> claims,
                 bool durable);
  /// A state that the disk has now; nothing happens for a batch that is not open.
  void SetState(int64_t batch_id, int64_t row, batch::CodeState state);

  /// Rows of the keys, kept from being granted until EndVoid. Errors: index of the first key that
  /// is not in the batch or not free to be voided.
  Result<std::vector<int64_t>> BeginVoid(int64_t batch_id, std::span<const batch::CodeKey> keys);
  void EndVoid(int64_t batch_id, std::span<const int64_t> rows, bool durable);

  /// Grants nothing more of the batch and waits until nothing of it is held; false, and open as
  /// before, when `timeout_ns` went by. Then Erase or AbortClose.
  bool BeginClose(int64_t batch_id, int64_t timeout_ns);
  void AbortClose(int64_t batch_id);
  void Erase(int64_t batch_id);

  std::optional<batch::BatchStatus> Status(int64_t batch_id) const;

 private:
  CodeIndex* IndexOf(int64_t batch_id) const;
  uint16_t LineNumberLocked(std::string_view name);
  bool Holds(const CodeIndex::Entry& entry, const batch::ItemRef& item) const;
  batch::ItemRef HolderOf(const CodeIndex::Entry& entry) const;
  std::pair<CodeIndex*, CodeIndex::Entry*> Lookup(std::string_view key) const;
  void Release(CodeIndex& index, CodeIndex::Entry& entry);

  mutable std::mutex mutex_;
  std::condition_variable drained_;
  std::vector<std::unique_ptr<CodeIndex>> open_;
  std::vector<std::string> lines_;
};

}  // namespace veriline::store
