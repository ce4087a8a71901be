// SPDX-License-Identifier: Apache-2.0
// The codes of a batch in the order of its lists, and what was printed of them.
#include <algorithm>
#include <utility>

#include "pipeline/batch/code_list.h"
#include "pipeline/store/accounts.h"
#include "pipeline/store/embedded/embedded_impl.h"

namespace veriline::store {

using batch::PrintRun;

Checked<std::vector<batch::ListedCode>> EmbeddedStore::Impl::ReadTexts(const std::string& name,
                                                                       const BatchRow& batch,
                                                                       uint64_t first,
                                                                       uint32_t limit) const {
  const std::lock_guard lock(lists.mutex);
  std::vector<batch::ListedCode> listed;
  uint64_t end = 0;  // of the parts so far
  for (const PartRow& part : batch.parts) {
    const uint64_t begin = end;
    end += part.codes;
    while (listed.size() < limit && first < end) {
      const auto row = static_cast<uint32_t>(first - begin);
      text_block.Start(part.id, int64_t{row / kTextsPerBlock});
      TextBlockReader reader(text_block.Next() ? text_block.Bytes(0) : std::string_view());
      bool found = true;
      for (uint32_t skip = row % kTextsPerBlock; skip > 0 && found; --skip) found = reader.Next();
      const size_t before = listed.size();
      while (found && listed.size() < limit && (found = reader.Next())) {
        listed.push_back({first++, reader.text(), {}});
      }
      const bool read = text_block.Ok();
      text_block.Finish();
      if (!read) {
        return Fail(lists.db.Failure("the codes of batch \"" + name + "\" cannot be read"));
      }
      if (listed.size() == before) {
        return Fail(Diagnostic{.code = ErrorCode::kIo,
                               .message = "codes of batch \"" + name + "\" are missing",
                               .file = path,
                               .advice = "the file is damaged: restore it from its newest copy"});
      }
    }
  }
  return listed;
}

Checked<std::vector<batch::ListedCode>> EmbeddedStore::ListCodes(const std::string& name,
                                                                 uint64_t first,
                                                                 uint32_t limit) const {
  const auto batch = impl_->FindBatch(name);
  if (!batch) return Fail(batch.error());
  auto listed = impl_->ReadTexts(name, *batch, first, limit);
  if (!listed) return listed;
  std::vector<std::string> codes;
  codes.reserve(listed->size());
  for (const batch::ListedCode& code : *listed) codes.push_back(code.code);
  if (codes.empty()) return listed;
  const auto keys = batch::KeysOfCodes(codes, name);
  if (!keys) return Fail(keys.error());
  for (size_t i = 0; i < keys->size(); ++i) {
    const auto info = Find((*keys)[i]);
    if (!info) return Fail(impl_->lookup.db.Failure("the store cannot be asked for a code"));
    if (!*info) continue;
    (*listed)[i].values = {(*info)->gtin, (*info)->lot, (*info)->expiry, (*info)->market};
    (*listed)[i].state = (*info)->state;
  }
  const std::lock_guard lock(impl_->lists.mutex);
  const auto runs = impl_->PrintsOf(batch->id, first, codes.size());
  if (!runs) return Fail(runs.error());
  MarkPrinted(*runs, &*listed);
  return listed;
}

Checked<std::vector<PrintRun>> EmbeddedStore::Impl::PrintsOf(int64_t batch_id, uint64_t first,
                                                             uint64_t codes) const {
  auto find = lists.db.Prepare(
      "SELECT first, codes, reason, user, utc_ns FROM print WHERE batch_id = ?1 AND "
      "(?3 = 0 OR (first < ?2 + ?3 AND ?2 < first + codes)) ORDER BY id");
  if (!find) return Fail(find.error());
  std::vector<PrintRun> runs;
  find->Start(batch_id, first, codes);
  while (find->Next()) {
    runs.push_back({static_cast<uint64_t>(find->Int(0)), static_cast<uint64_t>(find->Int(1)),
                    std::string(find->Bytes(2)), std::string(find->Bytes(3)), find->Int(4)});
  }
  if (!find->Ok()) return Fail(lists.db.Failure("the prints cannot be read"));
  return runs;
}

Checked<void> EmbeddedStore::RecordPrint(const std::string& name, const PrintRun& run) {
  const std::lock_guard lock(impl_->admin);
  const auto batch = impl_->FindBatch(name);
  if (!batch) return Fail(batch.error());
  if (auto good = CheckPrint(name, batch->codes(), run); !good) return good;
  if (run.reason.empty()) {
    const std::lock_guard lists_lock(impl_->lists.mutex);
    const auto before = impl_->PrintsOf(batch->id, run.first, run.codes);
    if (!before) return Fail(before.error());
    if (!before->empty()) return Fail(PrintedBefore(name, before->front()));
  }
  Writer::Transaction transaction(*impl_->writer, WriteGate::Who::kOther);
  auto insert = transaction.db().Prepare(
      "INSERT INTO print(batch_id, first, codes, reason, user, utc_ns) VALUES (?, ?, ?, ?, ?, ?)");
  if (!transaction || !insert ||
      !insert->Run(batch->id, run.first, run.codes, run.reason, run.user, run.utc_ns) ||
      !transaction.Commit()) {
    return Fail(transaction.db().Failure("the print cannot be recorded"));
  }
  return {};
}

Checked<std::vector<PrintRun>> EmbeddedStore::Prints(const std::string& name) const {
  const auto batch = impl_->FindBatch(name);
  if (!batch) return Fail(batch.error());
  const std::lock_guard lock(impl_->lists.mutex);
  return impl_->PrintsOf(batch->id, 0, 0);
}

}  // namespace veriline::store
