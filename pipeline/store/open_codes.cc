// SPDX-License-Identifier: Apache-2.0
#include "pipeline/store/open_codes.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace veriline::store {

using batch::CodeState;
using batch::ReserveOutcome;
using Hold = CodeIndex::Hold;
using Held = CodeIndex::Held;

namespace {

/// Whether no item may have the code any more, whichever claimed it.
bool IsOut(CodeState state) {
  using enum CodeState;
  return state == kVoided || state == kDestroyed || state == kRecalled || state == kMissing ||
         state == kSampled || state == kRejected;
}

}  // namespace

void OpenCodes::Insert(std::unique_ptr<CodeIndex> index) {
  const std::lock_guard lock(mutex_);
  open_.push_back(std::move(index));
}

CodeIndex* OpenCodes::IndexOf(int64_t part_id) const {
  for (const auto& index : open_) {
    if (index->part_id() == part_id) return index.get();
  }
  return nullptr;
}

OpenCodes::Found OpenCodes::Lookup(Fingerprint code) const {
  for (const auto& index : open_) {
    if (const auto row = index->Find(code)) return {index.get(), *row};
  }
  return {};
}

std::optional<batch::CodeInfo> OpenCodes::Find(Fingerprint code, ClaimPlace* place) const {
  const std::lock_guard lock(mutex_);
  const auto [index, row] = Lookup(code);
  if (index == nullptr) return std::nullopt;
  const batch::IssuedValues& values = index->values(row);
  *place = {index->part_id(), index->change(row)};
  return batch::CodeInfo{.batch = index->batch(),
                         .batch_state = batch::BatchState::kOpen,
                         .state = index->state(row),
                         .gtin = values.gtin,
                         .lot = values.lot,
                         .expiry = values.expiry,
                         .market = values.market};
}

bool OpenCodes::FindIssued(Fingerprint code, batch::IssuedValues* out) const {
  const std::lock_guard lock(mutex_);
  const auto [index, row] = Lookup(code);
  if (index == nullptr) return false;
  *out = index->values(row);
  return true;
}

batch::ReserveAnswer OpenCodes::Grant(const Found& found, const batch::ItemRef& item) {
  if (found.index->closing) return {ReserveOutcome::kNotFree, {}, 0};
  found.index->SetHeld(found.row, {Hold::kReserved, item});
  return {ReserveOutcome::kGranted, {}, 0};
}

batch::ReserveAnswer OpenCodes::Reserve(Fingerprint code, const batch::ItemRef& item,
                                        ClaimPlace* place) {
  const std::lock_guard lock(mutex_);
  const Found found = Lookup(code);
  *place = {};
  if (found.index == nullptr) return {ReserveOutcome::kNotFree, {}, 0};
  const CodeState state = found.index->state(found.row);
  Held* held = found.index->FindHeld(found.row);
  if (IsOut(state) || (held != nullptr && held->hold == Hold::kMoving)) {
    return {ReserveOutcome::kNotFree, {}, 0};
  }
  if (held != nullptr) {
    if (held->item != item) return {ReserveOutcome::kDuplicate, held->item, 0};
    if (held->hold == Hold::kDropped) held->hold = Hold::kCommitting;
    return {ReserveOutcome::kGranted, {}, 0};
  }
  if (state == CodeState::kIssued) return Grant(found, item);
  *place = {found.index->part_id(), found.index->change(found.row)};
  return {ReserveOutcome::kDuplicate, {}, 0};
}

std::optional<batch::ReserveAnswer> OpenCodes::ReserveOwn(Fingerprint code,
                                                          const batch::ItemRef& item,
                                                          const ClaimPlace& place) {
  const std::lock_guard lock(mutex_);
  const Found found = Lookup(code);
  if (found.index == nullptr || found.index->part_id() != place.part_id ||
      found.index->change(found.row) != place.change ||
      found.index->FindHeld(found.row) != nullptr) {
    return std::nullopt;
  }
  if (found.index->state(found.row) == CodeState::kUnused) return Grant(found, item);
  return batch::ReserveAnswer{ReserveOutcome::kGranted, {}, 0};
}

bool OpenCodes::IsHeld(const std::string& batch) const {
  return std::ranges::any_of(
      open_, [&](const auto& index) { return index->batch() == batch && index->held() > 0; });
}

void OpenCodes::SetClosing(const std::string& batch, bool closing) {
  for (const auto& index : open_) {
    if (index->batch() == batch) index->closing = closing;
  }
}

void OpenCodes::Release(CodeIndex& index, uint32_t row) {
  index.Release(row);
  if (index.held() == 0 && index.closing) drained_.notify_all();
}

void OpenCodes::Drop(Fingerprint code, const batch::ItemRef& item) {
  const std::lock_guard lock(mutex_);
  const auto [index, row] = Lookup(code);
  Held* held = index == nullptr ? nullptr : index->FindHeld(row);
  if (held == nullptr || held->hold == Hold::kMoving || held->item != item) return;
  if (held->hold == Hold::kReserved) {
    Release(*index, row);
  } else {
    held->hold = Hold::kDropped;
  }
}

Result<std::vector<OpenCodes::Pending>> OpenCodes::BeginCommit(std::span<const item::Claim> claims,
                                                               std::span<const Fingerprint> codes,
                                                               const IsOf& is_of) {
  const std::lock_guard lock(mutex_);
  std::vector<Pending> pending;
  pending.reserve(claims.size());
  for (size_t i = 0; i < claims.size(); ++i) {
    const auto [index, row] = Lookup(codes[i]);
    Held* held = index == nullptr ? nullptr : index->FindHeld(row);
    const bool own = held != nullptr && held->item == claims[i].item;
    const auto has_claimed = [&, index = index, row = row] {
      const CodeState state = index->state(row);
      const bool claimed = state == CodeState::kClaimed || state == CodeState::kCommissioned ||
                           state == CodeState::kInDoubt || state == CodeState::kUnconfirmed ||
                           state == CodeState::kSuspect;
      return claimed && is_of({index->part_id(), index->change(row)}, claims[i].item);
    };
    if (own && held->hold == Hold::kReserved) {
      held->hold = Hold::kCommitting;
      pending.push_back({index, row, index->change(row), 0});
    } else if ((own && held->hold == Hold::kCommitting) ||
               (index != nullptr && held == nullptr && has_claimed())) {
      pending.push_back({});
    } else {
      for (const Pending& p : pending) {
        if (p.index != nullptr) p.index->FindHeld(p.row)->hold = Hold::kReserved;
      }
      return Fail(ErrorCode::kWrongState, "a claim without a reservation of its item (claim)",
                  static_cast<int64_t>(i));
    }
  }
  return pending;
}

void OpenCodes::EndCommit(std::span<const Pending> pending, std::span<const item::Claim> claims,
                          bool durable) {
  const std::lock_guard lock(mutex_);
  for (size_t i = 0; i < pending.size(); ++i) {
    const auto& [index, row, earlier, change, suspected] = pending[i];
    if (index == nullptr) continue;
    if (durable) {
      index->SetState(row,
                      suspected               ? CodeState::kSuspect
                      : claims[i].confirmable ? CodeState::kClaimed
                                              : CodeState::kUnconfirmed,
                      change);
      Release(*index, row);
    } else if (Held* held = index->FindHeld(row); held->hold == Hold::kDropped) {
      Release(*index, row);
    } else {
      held->hold = Hold::kReserved;
    }
  }
}

bool OpenCodes::IsSuspected(const Pending& pending) const {
  const std::lock_guard lock(mutex_);
  const Held* held = pending.index->FindHeld(pending.row);
  return held != nullptr && held->suspected;
}

std::optional<OpenCodes::Suspect> OpenCodes::BeginSuspect(Fingerprint code) {
  const std::lock_guard lock(mutex_);
  const auto [index, row] = Lookup(code);
  if (index == nullptr) return std::nullopt;
  if (Held* held = index->FindHeld(row)) {
    if (held->hold == Hold::kMoving) return std::nullopt;
    held->suspected = true;
    return std::nullopt;
  }
  const CodeState state = index->state(row);
  if (state == CodeState::kIssued || state == CodeState::kSuspect || IsOut(state)) {
    return std::nullopt;
  }
  return Suspect{index->part_id(), row, index->change(row)};
}

void OpenCodes::SetState(int64_t part_id, uint32_t row, CodeState state, uint64_t change) {
  const std::lock_guard lock(mutex_);
  CodeIndex* index = IndexOf(part_id);
  if (index != nullptr && row < index->size()) index->SetState(row, state, change);
}

Result<std::vector<OpenCodes::Moving>> OpenCodes::BeginMove(const std::string& batch,
                                                            std::span<const Fingerprint> codes,
                                                            CodeState to) {
  const std::lock_guard lock(mutex_);
  std::vector<Moving> moving;
  for (size_t i = 0; i < codes.size(); ++i) {
    const auto [index, row] = Lookup(codes[i]);
    const bool of_batch = index != nullptr && index->batch() == batch;
    const Held* held = of_batch ? index->FindHeld(row) : nullptr;
    if (held != nullptr && held->hold == Hold::kMoving) continue;  // named twice
    if (!of_batch || held != nullptr || !batch::MayMove(index->state(row), to)) {
      for (const Moving& m : moving) Release(*IndexOf(m.part_id), m.row);
      return Fail(ErrorCode::kWrongState, "a code that cannot be moved (key)",
                  static_cast<int64_t>(i));
    }
    index->SetHeld(row, {Hold::kMoving, {}});
    moving.push_back({index->part_id(), row, index->change(row), 0});
  }
  return moving;
}

void OpenCodes::EndMove(std::span<const Moving> moving, CodeState to, bool durable) {
  const std::lock_guard lock(mutex_);
  for (const Moving& m : moving) {
    CodeIndex* index = IndexOf(m.part_id);
    if (index == nullptr) continue;
    if (durable) index->SetState(m.row, to, m.change);
    Release(*index, m.row);
  }
}

bool OpenCodes::BeginClose(const std::string& batch, int64_t timeout_ns) {
  std::unique_lock lock(mutex_);
  SetClosing(batch, true);
  if (drained_.wait_for(lock, std::chrono::nanoseconds(timeout_ns),
                        [&] { return !IsHeld(batch); })) {
    return true;
  }
  SetClosing(batch, false);
  return false;
}

void OpenCodes::AbortClose(const std::string& batch) {
  const std::lock_guard lock(mutex_);
  SetClosing(batch, false);
}

void OpenCodes::Erase(const std::string& batch) {
  const std::lock_guard lock(mutex_);
  std::erase_if(open_, [&](const auto& index) { return index->batch() == batch; });
}

std::optional<batch::BatchStatus> OpenCodes::Status(const std::string& batch) const {
  const std::lock_guard lock(mutex_);
  std::optional<batch::BatchStatus> status;
  for (const auto& index : open_) {
    if (index->batch() != batch) continue;
    if (!status) {
      status = batch::BatchStatus{.name = batch, .state = batch::BatchState::kOpen};
    }
    status->codes += index->size();
    for (int state = 1; state < batch::kCodeStates; ++state) {
      status->counts[static_cast<size_t>(state)] += index->count(static_cast<CodeState>(state));
    }
  }
  return status;
}

}  // namespace veriline::store
