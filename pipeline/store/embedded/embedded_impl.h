// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/store/embedded/code_blocks.h"
#include "pipeline/store/embedded/embedded_store.h"
#include "pipeline/store/embedded/open_codes.h"
#include "pipeline/store/embedded/owner_lock.h"
#include "pipeline/store/embedded/writer.h"

namespace veriline::store {

/// A connection that only reads, with the lock that makes it one at a time.
struct Reader {
  std::mutex mutex;
  Database db;
};

/// A row of the table `batch`. State 0 (import under way) never gets here.
struct BatchRow {
  int64_t id = 0;
  batch::BatchState state = batch::BatchState::kLoaded;
  uint64_t codes = 0;
};

/// Lock order: admin → gate (a Transaction) → batches / OpenCodes / a reader.
struct EmbeddedStore::Impl {
  std::string dir;
  std::string path;  ///< of the database
  OwnerLock owner;
  OpenCodes open_codes;

  mutable std::mutex batches_mutex;
  std::map<std::string, BatchRow> batches;

  std::mutex admin;                       ///< one import, open, close or void at a time
  std::optional<BatchRow> failed_import;  ///< of which something may still be there; admin's

  mutable Reader lookup;  ///< of Find, on the frame path
  mutable Statement index_block, find_attributes, find_claim, find_state;
  mutable Reader lists;  ///< of everything else
  mutable Statement list_verified, text_block, index_block_of_lists, count_states;
  mutable Statement read_records, record_range;

  std::unique_ptr<Writer> writer;
  Statement insert_event, replace_event, items_codes, confirm, insert_record;
  Statement find_lane, raise_lane;
  std::map<std::string, uint64_t> last_seqs;  ///< by line; the committer's

  Checked<void> Start();
  Checked<void> PrepareStatements();
  Checked<void> RemoveBrokenImports();
  Fingerprint FingerprintOf(const batch::CodeKey& key) const {
    return writer->fingerprint_key().Of(key.bytes());
  }
  Checked<void> RemoveFailedImport();
  Checked<void> MarkInDoubt();
  Checked<void> LoadBatches();
  Checked<void> LoadLastSeqs();

  Checked<BatchRow> FindBatch(const std::string& name) const;
  /// Commits the transaction with the batch's new state, and takes it over in memory.
  Checked<void> WriteBatchState(Writer::Transaction& transaction, const std::string& name,
                                batch::BatchState state);
  /// The codes of the batch and the newest change they contain.
  Checked<std::unique_ptr<CodeIndex>> LoadCodes(const std::string& name, const BatchRow& batch,
                                                uint64_t* last_change);
  /// Brings the index up to what was committed after `last_change`.
  Checked<void> CatchUp(Writer::Transaction& transaction, CodeIndex& index, uint64_t last_change);
  Checked<std::vector<uint32_t>> RowsToVoid(const std::string& name, const BatchRow& batch,
                                            const std::vector<batch::CodeKey>& keys);

  /// A code of a batch that is not open, found on the disk.
  struct StoredCode {
    std::string batch;
    BatchRow row;
    IndexedCode code;
  };
  /// Of the lookup's connection, whose lock the caller holds. Looks at one block of each batch.
  Result<std::optional<StoredCode>> FindStored(Fingerprint code) const;
  /// Who made the claim at that place, into `info`; its state too where the batch is not open.
  Result<void> ReadClaim(const OpenCodes::ClaimPlace& place, batch::CodeInfo* info) const;

  /// Of the codes (in the order of their fingerprints) that stand in the store already, the first
  /// of the list.
  struct KnownCode {
    uint32_t row = 0;
    std::string batch;
  };
  Checked<std::optional<KnownCode>> FirstKnown(
      std::span<const std::vector<IndexedCode>> parts) const;

  /// What a group changes beside its own claims: taken over in memory when it is durable.
  struct StateChange {
    int64_t batch_id = 0;
    uint64_t change = 0;
    uint32_t row = 0;
    batch::CodeState state = batch::CodeState::kIssued;
  };
  Result<void> WriteClaims(Writer::Transaction& transaction, const std::vector<item::Claim>& claims,
                           std::vector<OpenCodes::Pending>& pending);
  Result<void> WriteConfirmations(Writer::Transaction& transaction,
                                  const std::vector<item::Confirmation>& confirmations,
                                  std::vector<StateChange>* changes);
  Result<void> WriteRecords(Writer::Transaction& transaction,
                            std::vector<item::InspectionRecord>& records,
                            std::map<std::string, uint64_t>& seqs);
  Result<void> WriteGroup(Writer::Transaction& transaction, item::CommitGroup& group,
                          std::vector<OpenCodes::Pending>& pending,
                          std::vector<StateChange>* changes);
};

}  // namespace veriline::store
