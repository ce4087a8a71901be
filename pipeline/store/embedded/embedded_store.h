// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/store/store.h"
#include "vision/core/result.h"

namespace veriline::store {

/// Registry and records of one machine in one directory (SQLite; files and tables: schema.md).
///
/// One process owns the directory at a time; the lock goes with the process. Opening it makes every
/// claim that an earlier run left without a confirmation in doubt.
///
/// A commit is one transaction with one sync of a preallocated log. It goes before imports, batch
/// commands and checkpoints, which write in short pieces, and a checkpoint copies in a thread of
/// its own ("veriline-ckpt").
///
/// Damage: each page and each frame of the log has a checksum, and a mark beside the database tells
/// how far it had come. What does not fit is an error, never data.
///
/// Thread: as the interfaces say. Cost: an open batch takes 16 bytes of memory a code, and a
/// second to open for ten million of them.
class EmbeddedStore final : public Store {
 public:
  /// Creates directory and database when absent. Errors: kUnavailable when another process owns
  /// it (with its pid); not a store, newer version, damage, no access.
  static Checked<std::unique_ptr<EmbeddedStore>> Open(const std::string& dir);
  ~EmbeddedStore() override;

  Checked<uint64_t> ImportBatch(const std::string& name, std::istream& list,
                                const std::string& file_name) override;
  Checked<void> OpenBatch(const std::string& name) override;
  Checked<void> CloseBatch(const std::string& name) override;
  Checked<uint64_t> AddCodes(const std::string& name, std::istream& list,
                             const std::string& file_name) override;
  Checked<void> Move(const std::string& batch, const std::vector<batch::CodeKey>& keys,
                     const batch::MoveOrder& order) override;
  Checked<batch::BatchBalance> Balance(const std::string& name) const override;
  Checked<std::vector<batch::ListedCode>> ListCodes(const std::string& name, uint64_t first,
                                                    uint32_t limit) const override;
  Checked<void> RecordPrint(const std::string& name, const batch::PrintRun& run) override;
  Checked<std::vector<batch::PrintRun>> Prints(const std::string& name) const override;
  Checked<batch::IssueAnswer> RegisterIssue(const batch::IssueRecord& record, std::istream& list,
                                            const std::string& file_name, bool skip_known) override;
  Checked<std::vector<batch::IssueRecord>> Issues(const std::string& gtin14) const override;
  Checked<batch::BatchStatus> Status(const std::string& name) const override;
  Checked<std::vector<batch::VerifiedCode>> ListVerified(
      const batch::VerifiedQuery& query) const override;
  /// As ListVerified, of codes in every state but issued: what another store must hear of.
  Checked<std::vector<batch::VerifiedCode>> ListChanged(const std::string& batch, uint64_t after,
                                                        uint32_t limit) const;
  /// What was counted of the batch's items, by the numbers of accounts.h.
  Checked<std::vector<std::pair<int64_t, uint64_t>>> ItemCounts(const std::string& batch) const;
  Result<std::optional<batch::CodeInfo>> Find(const batch::CodeKey& key) const override;
  bool FindOpen(std::string_view key_bytes, batch::IssuedValues* out) const override;
  batch::ReserveAnswer Reserve(const batch::CodeKey& key, const batch::ItemRef& item) override;
  void Drop(const batch::CodeKey& key, const batch::ItemRef& item) override;

  Result<void> Commit(item::CommitGroup& group) override;
  Result<uint64_t> AllotItemSeq(const std::string& line_id, int lane, uint64_t count) override;
  std::string store_id() const override;
  Checked<std::vector<item::InspectionRecord>> ReadRecords(const std::string& line_id,
                                                           uint64_t from_seq,
                                                           uint32_t limit) const override;
  Checked<std::optional<SeqRange>> RecordRange(const std::string& line_id) const override;

 private:
  struct Impl;
  explicit EmbeddedStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Where the owner of the store serves those who come second: DIR/owner.sock.
std::string OwnerSocketPath(const std::string& dir);

}  // namespace veriline::store
