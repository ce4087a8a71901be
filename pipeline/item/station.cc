// SPDX-License-Identifier: Apache-2.0
#include "pipeline/item/station.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "pipeline/batch/code_list.h"
#include "pipeline/item/policy.h"
#include "vision/core/clock.h"

namespace veriline::item {
namespace {

using batch::ReserveOutcome;

constexpr size_t kGroup = 64;  // that share a sync

InspectionRecord RecordOf(const Station& station, const std::string& batch, const std::string& code,
                          const StationAnswer& answer, uint64_t item_seq, int64_t now_ns) {
  InspectionRecord record;
  record.line_id = station.name;
  record.item_seq = item_seq;
  record.batch = batch;
  record.utc_ns = now_ns;
  record.accepted = answer.outcome == ReserveOutcome::kGranted;
  CodeResult& seen = record.codes.emplace_back();
  seen.role = CodeRole::kIdentity;
  seen.payload = seen.text = code;
  record.detail = "in the hand of " + station.user;
  if (answer.outcome == ReserveOutcome::kGranted) return record;
  const bool duplicate = answer.outcome == ReserveOutcome::kDuplicate;
  record.primary = duplicate ? RejectReason::kDuplicate : RejectReason::kWrongBatch;
  record.reasons.Add(record.primary);
  if (duplicate) {
    record.detail += ": " + DescribeDuplicate({answer.outcome, answer.holder, 0});
  }
  return record;
}

/// One group: reserves, claims, and tells what became of it.
Checked<std::vector<StationAnswer>> ClaimGroup(batch::Registry& registry, RecordStore& store,
                                               const Station& station, const std::string& batch,
                                               std::span<const batch::CodeKey> keys,
                                               std::span<const std::string> codes) {
  const auto failed = [](const Error& error) {
    return Fail(Diagnostic{.code = error.code,
                           .message = std::string("the codes cannot be claimed: ") + error.text,
                           .advice = "see the store; then ask again"});
  };
  const auto first = store.AllotItemSeq(station.name, 0, keys.size());
  if (!first) return failed(first.error());
  std::vector<StationAnswer> answers(keys.size());
  std::vector<size_t> claimed;  // of each claim of the group, its code
  CommitGroup group;
  const int64_t now_ns = UtcNowNs();
  for (size_t i = 0; i < keys.size(); ++i) {
    const batch::ItemRef item{station.name, 0, *first + i};
    const auto known = registry.Find(keys[i]);
    if (!known) {
      for (const Claim& claim : group.claims) registry.Drop(claim.key, claim.item);
      return failed(known.error());
    }
    if (!*known || (*known)->batch != batch) continue;
    const batch::ReserveAnswer answer = registry.Reserve(keys[i], item);
    answers[i] = {answer.outcome, item, answer.holder};
    if (answer.outcome != ReserveOutcome::kGranted) continue;
    claimed.push_back(i);
    group.claims.push_back({.key = keys[i], .item = item, .utc_ns = now_ns});
    group.confirmations.push_back({item, Outcome::kPassed, now_ns});
  }
  if (!group.claims.empty()) {
    if (auto done = store.Commit(group); !done) {
      for (const Claim& claim : group.claims) registry.Drop(claim.key, claim.item);
      return failed(done.error());
    }
    for (const RefusedClaim& refused : group.refused) {
      const Claim& claim = group.claims[refused.index];
      registry.Drop(claim.key, claim.item);
      answers[claimed[refused.index]] = {refused.answer.outcome, claim.item, refused.answer.holder};
    }
  }
  // Records tell what came of it, so they come behind.
  CommitGroup told;
  for (size_t i = 0; i < keys.size(); ++i) {
    told.records.push_back(RecordOf(station, batch, codes[i], answers[i], *first + i, now_ns));
    if (answers[i].outcome == ReserveOutcome::kDuplicate) {
      told.suspicions.push_back({keys[i], now_ns});
    }
  }
  if (auto done = store.Commit(told); !done) return failed(done.error());
  return answers;
}

}  // namespace

Checked<std::vector<StationAnswer>> ClaimAtStation(batch::Registry& registry, RecordStore& store,
                                                   const Station& station, const std::string& batch,
                                                   const std::vector<std::string>& codes) {
  if (station.name.empty()) {
    return Fail(Diagnostic{.message = "the station has no name",
                           .advice = "name it, as a line is named: rework-1"});
  }
  const auto status = registry.Status(batch);
  if (!status) return Fail(status.error());
  if (status->state != batch::BatchState::kOpen) {
    return Fail(Diagnostic{.code = ErrorCode::kWrongState,
                           .message = "batch \"" + batch + "\" is " +
                                      std::string(batch::Name(status->state)) +
                                      ", codes of an open one can be claimed",
                           .advice = "open it first"});
  }
  const auto keys = batch::KeysOfCodes(codes, "codes");
  if (!keys) return Fail(keys.error());
  std::vector<StationAnswer> answers;
  for (size_t at = 0; at < keys->size(); at += kGroup) {
    const size_t count = std::min(kGroup, keys->size() - at);
    auto part = ClaimGroup(registry, store, station, batch, std::span(*keys).subspan(at, count),
                           std::span(codes).subspan(at, count));
    if (!part) return part;
    answers.insert(answers.end(), part->begin(), part->end());
  }
  return answers;
}

}  // namespace veriline::item
