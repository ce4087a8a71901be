// SPDX-License-Identifier: Apache-2.0
// Where every item and every code of a batch went.
#include <algorithm>
#include <utility>

#include "pipeline/store/accounts.h"
#include "pipeline/store/embedded/embedded_impl.h"

namespace veriline::store {

Checked<batch::BatchBalance> EmbeddedStore::Balance(const std::string& name) const {
  const auto batch = impl_->FindBatch(name);
  if (!batch) return Fail(batch.error());
  auto status = Status(name);
  if (!status) return Fail(status.error());
  batch::BatchBalance balance{.codes = std::move(*status)};
  const std::lock_guard lock(impl_->lists.mutex);
  Database& db = impl_->lists.db;
  auto counts = db.Prepare("SELECT what, items FROM item_count WHERE batch = ?");
  auto seen = db.Prepare(
      "SELECT count(*) FROM code_event WHERE part_id = ? AND code BETWEEN ? AND ? AND current = 1");
  if (!counts) return Fail(counts.error());
  if (!seen) return Fail(seen.error());
  const auto failure = [&] {
    return Fail(db.Failure("the balance of batch \"" + name + "\" cannot be read"));
  };
  counts->Start(name);
  while (counts->Next()) {
    AddCount(counts->Int(0), static_cast<uint64_t>(counts->Int(1)), &balance);
  }
  if (!counts->Ok()) return failure();
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
