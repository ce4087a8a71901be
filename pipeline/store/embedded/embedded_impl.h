// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/store/embedded/code_blocks.h"
#include "pipeline/store/embedded/embedded_store.h"
#include "pipeline/store/embedded/list_import.h"
#include "pipeline/store/embedded/owner_lock.h"
#include "pipeline/store/embedded/writer.h"
#include "pipeline/store/open_codes.h"

namespace veriline::store {

/// A connection that only reads, with the lock that makes it one at a time.
struct Reader {
  std::mutex mutex;
  Database db;
};

/// A row of the table `batch` with its parts: the list it was made of, and those added later.
struct BatchRow {
  int64_t id = 0;
  batch::BatchState state = batch::BatchState::kLoaded;
  std::vector<PartRow> parts;
  uint64_t codes() const {
    uint64_t sum = 0;
    for (const PartRow& part : parts) sum += part.codes;
    return sum;
  }
};

/// Lock order: admin → gate (a Transaction) → batches / OpenCodes / a reader.
struct EmbeddedStore::Impl {
  std::string dir;
  std::string path;  ///< of the database
  OwnerLock owner;
  OpenCodes open_codes;

  mutable std::mutex batches_mutex;
  std::map<std::string, BatchRow> batches;
  std::vector<PartRow> issued;  ///< codes that were issued and are in no batch for that

  std::mutex admin;                      ///< one import, open, close or void at a time
  std::optional<int64_t> failed_import;  ///< a part of which something may still be there; admin's

  mutable Reader lookup;  ///< of Find, on the frame path
  mutable Statement index_block, find_attributes, find_claim, find_state;
  mutable Reader lists;  ///< of everything else
  mutable Statement list_verified, text_block, index_block_of_lists, count_states;
  mutable Statement read_records, record_range;

  std::unique_ptr<Writer> writer;
  Statement insert_event, replace_event, items_codes, confirm, move, insert_record;
  Statement find_lane, raise_lane, count_items;
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
  Checked<std::unique_ptr<CodeIndex>> LoadCodes(const std::string& name, const PartRow& part,
                                                uint64_t* last_change);
  /// Brings the index up to what was committed after `last_change`.
  Checked<void> CatchUp(Writer::Transaction& transaction, CodeIndex& index, uint64_t last_change);
  Checked<std::vector<OpenCodes::Moving>> CodesToMove(const std::string& name,
                                                      const BatchRow& batch,
                                                      const std::vector<batch::CodeKey>& keys,
                                                      batch::CodeState to);
  /// Codes of the batch with their places, without what was issued with them.
  Checked<std::vector<batch::ListedCode>> ReadTexts(const std::string& name, const BatchRow& batch,
                                                    uint64_t first, uint32_t limit) const;
  /// The runs that overlap with [first, first + codes); all of the batch with codes = 0.
  Checked<std::vector<batch::PrintRun>> PrintsOf(int64_t batch_id, uint64_t first,
                                                 uint64_t codes) const;
  /// Which codes are listed.
  enum class Listed : uint8_t { kCommissioned, kWithItems, kChanged };
  Checked<std::vector<batch::VerifiedCode>> ListStates(const std::string& name, uint64_t after,
                                                       uint32_t limit, Listed which) const;
  /// What ImportBatch and AddCodes do.
  Checked<uint64_t> TakeList(const std::string& name, bool adds, std::istream& list,
                             const std::string& file_name);

  /// A code of a batch that is not open, found on the disk.
  struct StoredCode {
    std::string batch;
    batch::BatchState state = batch::BatchState::kLoaded;
    int64_t part_id = 0;
    IndexedCode code;
  };
  /// Of the lookup's connection, whose lock the caller holds. Looks at one block of each batch.
  Result<std::optional<StoredCode>> FindStored(Fingerprint code) const;
  /// Who made the claim at that place, into `info`; its state too where the batch is not open.
  Result<void> ReadClaim(const OpenCodes::ClaimPlace& place, batch::CodeInfo* info) const;

  /// Calls `known` with the row of each code that stands in a part, and with the part. The codes
  /// are in the order of their fingerprints, in pieces.
  Checked<void> FindKnown(std::span<const std::vector<IndexedCode>> pieces,
                          std::span<const PartRow> parts,
                          const std::function<void(uint32_t row, const PartRow&)>& known) const;
  /// The name of the batch that a part belongs to.
  std::string BatchOf(int64_t part_id) const;

  /// What a group changes beside its own claims: taken over in memory when it is durable.
  struct StateChange {
    int64_t part_id = 0;
    uint64_t change = 0;
    uint32_t row = 0;
    batch::CodeState state = batch::CodeState::kIssued;
  };
  /// What a group counts for the balance of its batches, by their names.
  using ItemCounts = std::map<std::pair<std::string, int64_t>, uint64_t>;
  Result<void> WriteClaims(Writer::Transaction& transaction, const std::vector<item::Claim>& claims,
                           std::vector<OpenCodes::Pending>& pending);
  Result<void> WriteConfirmations(Writer::Transaction& transaction,
                                  const std::vector<item::Confirmation>& confirmations,
                                  std::vector<StateChange>* changes, ItemCounts* counts);
  Result<void> WriteCounts(Writer::Transaction& transaction, const ItemCounts& counts);
  Result<void> WriteSuspicions(Writer::Transaction& transaction,
                               const std::vector<item::Suspicion>& suspicions,
                               std::vector<StateChange>* changes);
  Result<void> WriteRecords(Writer::Transaction& transaction,
                            std::vector<item::InspectionRecord>& records,
                            std::map<std::string, uint64_t>& seqs, ItemCounts* counts);
  Result<void> WriteGroup(Writer::Transaction& transaction, item::CommitGroup& group,
                          std::vector<OpenCodes::Pending>& pending,
                          std::vector<StateChange>* changes);
};

}  // namespace veriline::store
