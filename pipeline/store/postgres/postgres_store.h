// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "pipeline/store/store.h"

namespace veriline::store {

/// Registry and records that lines and plants share: PostgreSQL 15 (tables: schema.md).
///
/// A line's process keeps the codes of all open batches in memory, so that Reserve and FindOpen
/// never wait for the network; it asks twice a second which batches are open. The server alone
/// decides whose a code is: a commit claims only what nobody else has claimed
/// (CommitGroup::refused).
///
/// Out of reach: nothing is claimed, commits and questions fail within a second or less, and what
/// was under way when the connection was lost is settled with the next commit: written once, and
/// claims of which nobody heard are free again for their items.
///
/// Thread: as the interfaces say; one thread of its own ("veriline-pg"). Cost: 16 bytes of memory a
/// code of an open batch.
class PostgresStore final : public Store {
 public:
  /// `url`: postgres://[user[:password]@]host[:port]/database; passwords better in ~/.pgpass. Makes
  /// its tables where there are none. `lines` as in OpenStore: without any no batch is loaded and
  /// Reserve grants nothing. Errors: out of reach; another version.
  static Checked<std::unique_ptr<PostgresStore>> Open(const std::string& url,
                                                      const std::vector<std::string>& lines);
  ~PostgresStore() override;

  Checked<uint64_t> ImportBatch(const std::string& name, std::istream& list,
                                const std::string& file_name) override;
  Checked<void> OpenBatch(const std::string& name) override;
  Checked<void> CloseBatch(const std::string& name) override;
  Checked<batch::BatchBalance> Balance(const std::string& name) const override;
  Checked<uint64_t> AddCodes(const std::string& name, std::istream& list,
                             const std::string& file_name) override;
  Checked<void> Move(const std::string& batch, const std::vector<batch::CodeKey>& keys,
                     const batch::MoveOrder& order) override;
  Checked<batch::BatchStatus> Status(const std::string& name) const override;
  Checked<std::vector<batch::ListedCode>> ListCodes(const std::string& name, uint64_t first,
                                                    uint32_t limit) const override;
  Checked<void> RecordPrint(const std::string& name, const batch::PrintRun& run) override;
  Checked<std::vector<batch::PrintRun>> Prints(const std::string& name) const override;
  Checked<batch::IssueAnswer> RegisterIssue(const batch::IssueRecord& record, std::istream& list,
                                            const std::string& file_name, bool skip_known) override;
  Checked<std::vector<batch::IssueRecord>> Issues(const std::string& gtin14) const override;
  Checked<std::vector<batch::VerifiedCode>> ListVerified(
      const batch::VerifiedQuery& query) const override;
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
  explicit PostgresStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace veriline::store
