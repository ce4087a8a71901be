// SPDX-License-Identifier: Apache-2.0
// Where every item and every code of a batch went.
#include <algorithm>
#include <utility>

#include "pipeline/store/embedded/embedded_impl.h"
#include "pipeline/store/embedded/item_counts.h"

namespace veriline::store {

/// The runs as places that do not overlap, in order.
std::vector<std::pair<uint64_t, uint64_t>> PlacesOf(std::vector<batch::PrintRun> runs) {
  std::ranges::sort(runs, {}, &batch::PrintRun::first);
  std::vector<std::pair<uint64_t, uint64_t>> places;
  for (const batch::PrintRun& run : runs) {
    const uint64_t end = run.first + run.codes;
    if (places.empty() || places.back().second < run.first) {
      places.emplace_back(run.first, end);
    } else {
      places.back().second = std::max(places.back().second, end);
    }
  }
  return places;
}

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
    const int64_t what = counts->Int(0);
    const auto items = static_cast<uint64_t>(counts->Int(1));
    if (what == kConfirmedItems + static_cast<int64_t>(item::Outcome::kPassed)) {
      balance.passed = items;
    } else if (what == kConfirmedItems + static_cast<int64_t>(item::Outcome::kRemoved)) {
      balance.removed = items;
    } else if (what < kConfirmedItems) {
      balance.triggers += items;
      if (what == kAcceptedItems) balance.accepted = items;
      if (what > kAcceptedItems) balance.rejected[static_cast<uint8_t>(what % 100)] += items;
      if (what >= kRejectedUnread) balance.unread_rejects += items;
    }
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
