// SPDX-License-Identifier: Apache-2.0
// Where every item and every code of a batch went.
#include <algorithm>
#include <utility>

#include "pipeline/store/accounts.h"
#include "pipeline/store/embedded/embedded_impl.h"

namespace veriline::store {

Checked<std::vector<std::pair<int64_t, uint64_t>>> EmbeddedStore::ItemCounts(
    const std::string& batch) const {
  const std::lock_guard lock(impl_->lists.mutex);
  auto find = impl_->lists.db.Prepare("SELECT what, items FROM item_count WHERE batch = ?");
  if (!find) return Fail(find.error());
  std::vector<std::pair<int64_t, uint64_t>> counts;
  find->Start(batch);
  while (find->Next()) counts.emplace_back(find->Int(0), static_cast<uint64_t>(find->Int(1)));
  if (!find->Ok()) return Fail(impl_->lists.db.Failure("the items cannot be counted"));
  return counts;
}

Checked<batch::BatchBalance> EmbeddedStore::Balance(const std::string& name) const {
  const auto batch = impl_->FindBatch(name);
  if (!batch) return Fail(batch.error());
  auto status = Status(name);
  if (!status) return Fail(status.error());
  batch::BatchBalance balance{.codes = std::move(*status)};
  const auto counts = ItemCounts(name);
  if (!counts) return Fail(counts.error());
  for (const auto& [what, items] : *counts) AddCount(what, items, &balance);
  const std::lock_guard lock(impl_->lists.mutex);
  Database& db = impl_->lists.db;
  auto seen = db.Prepare(
      "SELECT count(*) FROM code_event WHERE part_id = ? AND code BETWEEN ? AND ? AND current = 1");
  if (!seen) return Fail(seen.error());
  const auto failure = [&] {
    return Fail(db.Failure("the balance of batch \"" + name + "\" cannot be read"));
  };
  const auto prints = impl_->PrintsOf(batch->id, 0, 0);
  if (!prints) return Fail(prints.error());
  uint64_t begin = 0;  // of the part
  for (const PartRow& part : batch->parts) {
    for (const auto& [first, last] : PlacesOf(*prints)) {
      const uint64_t from = std::max(first, begin), to = std::min(last, begin + part.codes);
      if (from >= to) continue;
      seen->Start(part.id, from - begin, to - 1 - begin);
      if (!seen->Next()) return failure();
      balance.printed_not_seen += to - from - static_cast<uint64_t>(seen->Int(0));
      seen->Finish();
    }
    begin += part.codes;
  }
  balance.unused = balance.codes.Of(batch::CodeState::kIssued) -
                   std::min(balance.codes.Of(batch::CodeState::kIssued), balance.printed_not_seen);
  batch::FindDifferences(&balance);
  return balance;
}

}  // namespace veriline::store
