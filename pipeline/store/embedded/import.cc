// SPDX-License-Identifier: Apache-2.0
// A code list becomes a batch: its texts are written as they are read, and when all are known to be
// new, their fingerprints.
#include <algorithm>
#include <functional>
#include <optional>
#include <span>
#include <utility>

#include "pipeline/batch/code_list.h"
#include "pipeline/store/accounts.h"
#include "pipeline/store/embedded/embedded_impl.h"
#include "pipeline/store/embedded/list_import.h"

namespace veriline::store {
namespace {

/// Reads the whole list into the import. Errors: a bad row, a key twice, no codes.
Checked<void> ReadList(std::istream& list, const std::string& file, ListImport* import) {
  batch::CodeListReader reader(list, file);
  batch::IssuedCode code;
  auto more = reader.Next(&code);
  if (!more) return Fail(more.error());
  if (!*more) return Fail(BadRow(file, 0, "the list has no codes", ""));
  if (auto begun = import->Begin(); !begun) return begun;
  for (; more && *more; more = reader.Next(&code)) {
    if (auto added = import->Add(code); !added) return added;
  }
  if (!more) return Fail(more.error());
  if (auto ended = import->EndCodes(); !ended) return ended;
  if (const auto twice = import->FirstTwice()) {
    return Fail(StandsTwice(file, import->LineOf(twice->first), import->LineOf(twice->second)));
  }
  return {};
}

}  // namespace

Checked<void> EmbeddedStore::Impl::FindKnown(
    std::span<const std::vector<IndexedCode>> pieces, std::span<const PartRow> parts,
    const std::function<void(uint32_t row, const PartRow&)>& known) const {
  std::vector<IndexedCode> there;
  for (const PartRow& part : parts) {
    const int bits = BlockBits(part.codes);
    std::optional<uint64_t> block;  // that `there` holds
    auto at = there.begin();
    for (const std::vector<IndexedCode>& piece : pieces) {
      for (const IndexedCode& code : piece) {
        if (block != BlockOf(code.fingerprint, bits)) {
          block = BlockOf(code.fingerprint, bits);
          there.clear();
          const std::lock_guard lock(lists.mutex);  // in turns, as others want to read meanwhile
          Statement& find = index_block_of_lists;
          find.Start(part.id, static_cast<int64_t>(*block));
          const bool good = !find.Next() || DecodeIndexBlock(find.Bytes(0), &there);
          const bool read = find.Ok();
          find.Finish();
          if (!good || !read) return Fail(lists.db.Failure("the store's codes cannot be read"));
          at = there.begin();
        }
        while (at != there.end() && at->fingerprint < code.fingerprint) ++at;
        if (at != there.end() && at->fingerprint == code.fingerprint) known(code.row, part);
      }
    }
  }
  return {};
}

std::string EmbeddedStore::Impl::BatchOf(int64_t part_id) const {
  const std::lock_guard lock(batches_mutex);
  for (const auto& [name, batch] : batches) {
    for (const PartRow& part : batch.parts) {
      if (part.id == part_id) return name;
    }
  }
  return "";
}

Checked<void> EmbeddedStore::Impl::RemoveFailedImport() {
  if (failed_import && !TakeOut(*writer, *failed_import)) {
    return Fail(writer->db().Failure("what a failed import left cannot be removed"));
  }
  failed_import.reset();
  return {};
}

Checked<uint64_t> EmbeddedStore::Impl::TakeList(const std::string& name, bool adds,
                                                std::istream& list, const std::string& file_name) {
  const std::lock_guard lock(admin);
  if (auto removed = RemoveFailedImport(); !removed) return Fail(removed.error());
  const auto batch = FindBatch(name);
  if (!adds && batch) {
    return Fail(BatchNameInUse(name));
  }
  if (adds && !batch) return Fail(batch.error());
  if (adds && batch->state == batch::BatchState::kClosed) {
    return Fail(WrongBatchState(name, batch->state, "codes are added to a loaded or an open one"));
  }
  ListImport import(*writer, file_name, /*keeps_texts=*/true);
  int64_t batch_id = adds ? batch->id : 0;
  const auto write = [&]() -> Checked<PartRow> {
    if (auto read = ReadList(list, file_name, &import); !read) return Fail(read.error());
    std::vector<PartRow> parts;
    {
      const std::lock_guard batches_lock(batches_mutex);
      for (const auto& [other, row] : batches) {
        parts.insert(parts.end(), row.parts.begin(), row.parts.end());
      }
    }
    std::optional<std::pair<uint32_t, int64_t>> first;  // row, part
    const auto looked = FindKnown(import.pieces(), parts, [&](uint32_t row, const PartRow& part) {
      if (!first || row < first->first) first = {row, part.id};
    });
    if (!looked) return Fail(looked.error());
    if (first) {
      return Fail(StandsInBatch(file_name, import.LineOf(first->first), BatchOf(first->second)));
    }
    return import.Finish([&](Database& db, int64_t part_id) {
      auto insert = db.Prepare("INSERT INTO batch(name, state) VALUES (?, ?) RETURNING id");
      auto join = db.Prepare("UPDATE part SET batch_id = ? WHERE id = ?");
      if (!insert || !join) return false;
      if (!adds) {
        insert->Start(name, batch::BatchState::kLoaded);
        if (insert->Next()) batch_id = insert->Int(0);
        while (insert->Next()) {
        }
        if (!insert->Ok()) return false;
      }
      return join->Run(batch_id, part_id);
    });
  };
  const auto part = write();
  if (!part) {
    failed_import = import.part_id();
    // What a full disk leaves is removed before the next import, or at the next start.
    static_cast<void>(RemoveFailedImport());
    return Fail(part.error());
  }
  if (adds && batch->state == batch::BatchState::kOpen) {
    uint64_t last_change = 0;
    auto index = LoadCodes(name, *part, &last_change);
    if (!index) return Fail(index.error());
    open_codes.Insert(std::move(*index));
  }
  const std::lock_guard batches_lock(batches_mutex);
  BatchRow& row = batches[name];
  row.id = batch_id;
  row.parts.push_back(*part);
  return part->codes;
}

Checked<uint64_t> EmbeddedStore::ImportBatch(const std::string& name, std::istream& list,
                                             const std::string& file_name) {
  if (auto good = CheckBatchName(name); !good) return Fail(good.error());
  return impl_->TakeList(name, /*adds=*/false, list, file_name);
}

Checked<uint64_t> EmbeddedStore::AddCodes(const std::string& name, std::istream& list,
                                          const std::string& file_name) {
  return impl_->TakeList(name, /*adds=*/true, list, file_name);
}

Checked<batch::IssueAnswer> EmbeddedStore::RegisterIssue(const batch::IssueRecord& record,
                                                         std::istream& list,
                                                         const std::string& file_name,
                                                         bool skip_known) {
  const std::lock_guard lock(impl_->admin);
  if (auto removed = impl_->RemoveFailedImport(); !removed) return Fail(removed.error());
  ListImport import(*impl_->writer, file_name, /*keeps_texts=*/false);
  batch::IssueAnswer answer;
  const auto write = [&]() -> Checked<PartRow> {
    if (auto read = ReadList(list, file_name, &import); !read) return Fail(read.error());
    std::vector<PartRow> parts;
    {
      const std::lock_guard batches_lock(impl_->batches_mutex);
      parts = impl_->issued;
      for (const auto& [name, row] : impl_->batches) {
        parts.insert(parts.end(), row.parts.begin(), row.parts.end());
      }
    }
    const auto looked = impl_->FindKnown(
        import.pieces(), parts, [&](uint32_t row, const PartRow&) { answer.known.push_back(row); });
    if (!looked) return Fail(looked.error());
    std::ranges::sort(answer.known);
    answer.known.erase(std::unique(answer.known.begin(), answer.known.end()), answer.known.end());
    if (!answer.known.empty() && !skip_known) {
      return Fail(IssuedBefore(file_name, import.LineOf(answer.known.front())));
    }
    import.LeaveOut(answer.known);
    return import.Finish([&](Database& db, int64_t part_id) {
      auto insert = db.Prepare("INSERT INTO issue VALUES (?, ?, ?, ?, ?, ?)");
      return insert && insert->Run(part_id, int64_t{record.kind}, record.gtin14, record.shape,
                                   JoinedNumbers(record.next_starts), record.user);
    });
  };
  const auto part = write();
  if (!part) {
    impl_->failed_import = import.part_id();
    static_cast<void>(impl_->RemoveFailedImport());
    return Fail(part.error());
  }
  const std::lock_guard batches_lock(impl_->batches_mutex);
  impl_->issued.push_back(*part);
  answer.codes = part->codes;
  return answer;
}

Checked<std::vector<batch::IssueRecord>> EmbeddedStore::Issues(const std::string& gtin14) const {
  const std::lock_guard lock(impl_->lists.mutex);
  Database& db = impl_->lists.db;
  auto find = db.Prepare(
      "SELECT i.kind, i.gtin, i.shape, i.next_starts, p.codes, p.file, i.user, p.utc_ns "
      "FROM issue i JOIN part p ON p.id = i.part_id WHERE i.gtin = ? AND p.whole = 1 "
      "ORDER BY i.part_id");
  if (!find) return Fail(find.error());
  std::vector<batch::IssueRecord> issues;
  find->Start(gtin14);
  while (find->Next()) {
    issues.push_back({.kind = static_cast<uint8_t>(find->Int(0)),
                      .gtin14 = std::string(find->Bytes(1)),
                      .shape = std::string(find->Bytes(2)),
                      .next_starts = SplitNumbers(find->Bytes(3)),
                      .codes = static_cast<uint64_t>(find->Int(4)),
                      .file = std::string(find->Bytes(5)),
                      .user = std::string(find->Bytes(6)),
                      .utc_ns = find->Int(7)});
  }
  if (!find->Ok()) return Fail(db.Failure("the issues cannot be read"));
  return issues;
}

}  // namespace veriline::store
