// SPDX-License-Identifier: Apache-2.0
#include "pipeline/store/embedded/open_codes.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace veriline::store {

using batch::CodeState;
using Hold = CodeIndex::Hold;

uint16_t OpenCodes::LineNumber(std::string_view name) {
  const std::lock_guard lock(mutex_);
  return LineNumberLocked(name);
}

uint16_t OpenCodes::LineNumberLocked(std::string_view name) {
  const auto at = std::find(lines_.begin(), lines_.end(), name);
  if (at != lines_.end()) return static_cast<uint16_t>(at - lines_.begin());
  lines_.emplace_back(name);
  return static_cast<uint16_t>(lines_.size() - 1);
}

void OpenCodes::Insert(std::unique_ptr<CodeIndex> index) {
  const std::lock_guard lock(mutex_);
  open_.push_back(std::move(index));
}

CodeIndex* OpenCodes::IndexOf(int64_t batch_id) const {
  for (const auto& index : open_) {
    if (index->batch_id() == batch_id) return index.get();
  }
  return nullptr;
}

std::pair<CodeIndex*, CodeIndex::Entry*> OpenCodes::Lookup(std::string_view key) const {
  for (const auto& index : open_) {
    if (CodeIndex::Entry* entry = index->Find(key)) return {index.get(), entry};
  }
  return {};
}

bool OpenCodes::Holds(const CodeIndex::Entry& entry, const batch::ItemRef& item) const {
  return entry.item_seq == item.item_seq && entry.lane == item.lane &&
         lines_[entry.line] == item.line_id;
}

batch::ItemRef OpenCodes::HolderOf(const CodeIndex::Entry& entry) const {
  return {lines_[entry.line], entry.lane, entry.item_seq};
}

std::optional<batch::CodeInfo> OpenCodes::Find(std::string_view key) const {
  const std::lock_guard lock(mutex_);
  const auto [index, entry] = Lookup(key);
  if (entry == nullptr) return std::nullopt;
  const Attributes& attributes = index->attributes(*entry);
  batch::CodeInfo info{.batch = index->name(),
                       .batch_state = batch::BatchState::kOpen,
                       .state = entry->state,
                       .gtin = attributes.gtin,
                       .lot = attributes.lot,
                       .expiry = attributes.expiry,
                       .market = attributes.market};
  if (entry->state != CodeState::kIssued && entry->state != CodeState::kVoided) {
    info.item = HolderOf(*entry);
    info.claimed_utc_ns = entry->claimed_utc_ns;
  }
  return info;
}

bool OpenCodes::FindIssued(std::string_view key, batch::IssuedValues* out) const {
  const std::lock_guard lock(mutex_);
  const auto [index, entry] = Lookup(key);
  if (entry == nullptr) return false;
  const Attributes& attributes = index->attributes(*entry);
  out->gtin = attributes.gtin;
  out->lot = attributes.lot;
  out->expiry = attributes.expiry;
  out->market = attributes.market;
  return true;
}

batch::ReserveAnswer OpenCodes::Reserve(std::string_view key, const batch::ItemRef& item) {
  using batch::ReserveOutcome;
  const std::lock_guard lock(mutex_);
  const auto [index, entry] = Lookup(key);
  if (entry == nullptr || entry->state == CodeState::kVoided || entry->hold == Hold::kVoiding) {
    return {ReserveOutcome::kNotFree, {}, 0};
  }
  const bool spent = entry->state != CodeState::kIssued;
  if (spent || entry->hold != Hold::kNone) {
    if (!Holds(*entry, item)) {
      return {ReserveOutcome::kDuplicate, HolderOf(*entry), spent ? entry->claimed_utc_ns : 0};
    }
    if (entry->hold == Hold::kDropped) entry->hold = Hold::kCommitting;
    if (entry->hold != Hold::kNone || entry->state != CodeState::kUnused) {
      return {ReserveOutcome::kGranted, {}, 0};
    }
  }
  if (index->closing) return {ReserveOutcome::kNotFree, {}, 0};
  entry->line = LineNumberLocked(item.line_id);
  entry->lane = item.lane;
  entry->item_seq = item.item_seq;
  entry->hold = Hold::kReserved;
  index->holds++;
  return {ReserveOutcome::kGranted, {}, 0};
}

void OpenCodes::Release(CodeIndex& index, CodeIndex::Entry& entry) {
  entry.hold = Hold::kNone;
  if (--index.holds == 0 && index.closing) drained_.notify_all();
}

void OpenCodes::Drop(std::string_view key, const batch::ItemRef& item) {
  const std::lock_guard lock(mutex_);
  const auto [index, entry] = Lookup(key);
  if (entry == nullptr || entry->hold == Hold::kNone || entry->hold == Hold::kVoiding ||
      !Holds(*entry, item)) {
    return;
  }
  if (entry->hold == Hold::kReserved) {
    Release(*index, *entry);
  } else {
    entry->hold = Hold::kDropped;
  }
}

Result<std::vector<OpenCodes::Pending>> OpenCodes::BeginCommit(
    std::span<const item::Claim> claims) {
  const std::lock_guard lock(mutex_);
  std::vector<Pending> pending;
  pending.reserve(claims.size());
  for (const item::Claim& claim : claims) {
    const auto [index, entry] = Lookup(claim.key.bytes());
    const bool own = entry != nullptr && Holds(*entry, claim.item);
    if (own && entry->hold == Hold::kReserved) {
      entry->hold = Hold::kCommitting;
      pending.push_back({index, entry, index->RowOf(*entry)});
    } else if (own &&
               (entry->hold == Hold::kCommitting || entry->state == CodeState::kClaimed ||
                entry->state == CodeState::kCommissioned || entry->state == CodeState::kInDoubt ||
                entry->state == CodeState::kUnconfirmed)) {
      pending.push_back({});
    } else {
      for (const Pending& p : pending) {
        if (p.entry != nullptr) p.entry->hold = Hold::kReserved;
      }
      return Fail(ErrorCode::kWrongState, "a claim without a reservation of its item (claim)",
                  &claim - claims.data());
    }
  }
  return pending;
}

void OpenCodes::EndCommit(std::span<const Pending> pending, std::span<const item::Claim> claims,
                          bool durable) {
  const std::lock_guard lock(mutex_);
  for (size_t i = 0; i < pending.size(); ++i) {
    const auto [index, entry, row] = pending[i];
    if (entry == nullptr) continue;
    if (durable) {
      index->SetState(*entry,
                      claims[i].confirmable ? CodeState::kClaimed : CodeState::kUnconfirmed);
      entry->claimed_utc_ns = claims[i].utc_ns;
      Release(*index, *entry);
    } else if (entry->hold == Hold::kDropped) {
      Release(*index, *entry);
    } else {
      entry->hold = Hold::kReserved;
    }
  }
}

void OpenCodes::SetState(int64_t batch_id, int64_t row, CodeState state) {
  const std::lock_guard lock(mutex_);
  CodeIndex* index = IndexOf(batch_id);
  if (index == nullptr) return;
  if (CodeIndex::Entry* entry = index->AtRow(row)) index->SetState(*entry, state);
}

Result<std::vector<int64_t>> OpenCodes::BeginVoid(int64_t batch_id,
                                                  std::span<const batch::CodeKey> keys) {
  const std::lock_guard lock(mutex_);
  CodeIndex* index = IndexOf(batch_id);
  std::vector<int64_t> rows;
  for (const batch::CodeKey& key : keys) {
    CodeIndex::Entry* entry = index == nullptr ? nullptr : index->Find(key.bytes());
    if (entry != nullptr && entry->hold == Hold::kVoiding) continue;  // named twice
    if (entry == nullptr || entry->state != CodeState::kIssued || entry->hold != Hold::kNone) {
      for (const int64_t row : rows) Release(*index, *index->AtRow(row));
      return Fail(ErrorCode::kWrongState, "a code that cannot be voided (key)", &key - keys.data());
    }
    entry->hold = Hold::kVoiding;
    index->holds++;
    rows.push_back(index->RowOf(*entry));
  }
  return rows;
}

void OpenCodes::EndVoid(int64_t batch_id, std::span<const int64_t> rows, bool durable) {
  const std::lock_guard lock(mutex_);
  CodeIndex* index = IndexOf(batch_id);
  if (index == nullptr) return;
  for (const int64_t row : rows) {
    CodeIndex::Entry& entry = *index->AtRow(row);
    if (durable) index->SetState(entry, CodeState::kVoided);
    Release(*index, entry);
  }
}

bool OpenCodes::BeginClose(int64_t batch_id, int64_t timeout_ns) {
  std::unique_lock lock(mutex_);
  CodeIndex* index = IndexOf(batch_id);
  if (index == nullptr) return false;
  index->closing = true;
  if (drained_.wait_for(lock, std::chrono::nanoseconds(timeout_ns),
                        [index] { return index->holds == 0; })) {
    return true;
  }
  index->closing = false;
  return false;
}

void OpenCodes::AbortClose(int64_t batch_id) {
  const std::lock_guard lock(mutex_);
  if (CodeIndex* index = IndexOf(batch_id)) index->closing = false;
}

void OpenCodes::Erase(int64_t batch_id) {
  const std::lock_guard lock(mutex_);
  std::erase_if(open_, [batch_id](const auto& index) { return index->batch_id() == batch_id; });
}

std::optional<batch::BatchStatus> OpenCodes::Status(int64_t batch_id) const {
  const std::lock_guard lock(mutex_);
  const CodeIndex* index = IndexOf(batch_id);
  return index == nullptr ? std::nullopt : std::optional(index->Status());
}

}  // namespace veriline::store
