// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/batch/registry.h"
#include "pipeline/item/record_store.h"
#include "pipeline/store/code_index.h"

namespace veriline::store {

/// The codes of all open batches and who holds them: the side of the registry that never touches
/// the disk. A code moves reserved → committing → claimed; only EndCommit makes a claim. Which item
/// claimed a code long ago stands on the disk alone: what is asked of such a code is answered by
/// the place of that claim.
/// Thread: every member from any thread.
class OpenCodes {
 public:
  /// Where the disk tells who claimed a code.
  struct ClaimPlace {
    int64_t part_id = 0;
    uint64_t change = 0;  ///< 0: nobody did
  };

  void Insert(std::unique_ptr<CodeIndex> index);

  /// What memory knows of a code; where `place` is set afterwards, the disk knows more.
  std::optional<batch::CodeInfo> Find(Fingerprint code, ClaimPlace* place) const;
  bool FindIssued(Fingerprint code, batch::IssuedValues* out) const;
  /// With `place` set afterwards the code was claimed, and the answer is kDuplicate unless that was
  /// by the same item: then ReserveOwn.
  batch::ReserveAnswer Reserve(Fingerprint code, const batch::ItemRef& item, ClaimPlace* place);
  /// Reserve by the item that made the claim at `place`; nothing when the code has moved on since.
  std::optional<batch::ReserveAnswer> ReserveOwn(Fingerprint code, const batch::ItemRef& item,
                                                 const ClaimPlace& place);
  void Drop(Fingerprint code, const batch::ItemRef& item);

  /// One claim of a group between BeginCommit and EndCommit.
  struct Pending {
    CodeIndex* index = nullptr;  ///< null: the item has the code already, nothing to do
    uint32_t row = 0;
    uint64_t earlier = 0;    ///< the change that this one replaces; 0: none
    uint64_t change = 0;     ///< its own, once it is written
    bool suspected = false;  ///< as it is written
  };
  /// Whether the claim at that place is one of that item. May read the disk while the lock is held:
  /// asked of a claim alone that was made before.
  using IsOf = std::function<bool(const ClaimPlace&, const batch::ItemRef&)>;
  /// Marks what the claims reserve as being written; `codes` are their fingerprints. Errors:
  /// kWrongState (`a` = index of the claim) when one is not reserved by its item; then nothing is
  /// marked.
  Result<std::vector<Pending>> BeginCommit(std::span<const item::Claim> claims,
                                           std::span<const Fingerprint> codes, const IsOf& is_of);
  /// Durable: the claims hold. Otherwise they are reservations again, as before.
  void EndCommit(std::span<const Pending> pending, std::span<const item::Claim> claims,
                 bool durable);
  /// Whether what is being written was suspected by now.
  bool IsSuspected(const Pending& pending) const;
  /// Where the code stands that another item showed; nothing where no open batch has it, nobody had
  /// it, or it is suspect already. One that is held is remembered to be suspect when it is claimed.
  struct Suspect {
    int64_t part_id = 0;
    uint32_t row = 0;
    uint64_t earlier = 0;
  };
  std::optional<Suspect> BeginSuspect(Fingerprint code);

  /// A state that the disk has now; nothing happens for a part that is not open.
  void SetState(int64_t part_id, uint32_t row, batch::CodeState state, uint64_t change);

  /// A code of the batch that is being moved.
  struct Moving {
    int64_t part_id = 0;
    uint32_t row = 0;
    uint64_t earlier = 0;  ///< as in Pending
    uint64_t change = 0;
  };
  /// The codes by their places, kept from being granted until EndMove. Errors: index of the first
  /// one that is not in the batch, is held, or may not be moved to that state.
  Result<std::vector<Moving>> BeginMove(const std::string& batch,
                                        std::span<const Fingerprint> codes, batch::CodeState to);
  void EndMove(std::span<const Moving> moving, batch::CodeState to, bool durable);

  /// Grants nothing more of the batch and waits until nothing of it is held; false, and open as
  /// before, when `timeout_ns` went by. Then Erase or AbortClose.
  bool BeginClose(const std::string& batch, int64_t timeout_ns);
  void AbortClose(const std::string& batch);
  void Erase(const std::string& batch);

  /// Nothing when the batch is not open.
  std::optional<batch::BatchStatus> Status(const std::string& batch) const;

 private:
  struct Found {
    CodeIndex* index = nullptr;  ///< null: no open batch has it
    uint32_t row = 0;
  };
  CodeIndex* IndexOf(int64_t part_id) const;
  /// Whether anything of the batch is held.
  bool IsHeld(const std::string& batch) const;
  void SetClosing(const std::string& batch, bool closing);
  Found Lookup(Fingerprint code) const;
  batch::ReserveAnswer Grant(const Found& found, const batch::ItemRef& item);
  void Release(CodeIndex& index, uint32_t row);

  mutable std::mutex mutex_;
  std::condition_variable drained_;
  std::vector<std::unique_ptr<CodeIndex>> open_;
};

}  // namespace veriline::store
