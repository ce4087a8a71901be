// SPDX-License-Identifier: Apache-2.0
// The durable side of the line: groups of claims, confirmations and records.
#include <algorithm>
#include <set>

#include "pipeline/store/accounts.h"
#include "pipeline/store/embedded/embedded_impl.h"
#include "pipeline/store/record_codec.h"

namespace veriline::store {
namespace {

using batch::CodeState;
using item::Outcome;

constexpr uint64_t kSeqMask = (uint64_t{1} << 48) - 1;

}  // namespace

Result<void> EmbeddedStore::Impl::WriteClaims(Writer::Transaction& transaction,
                                              const std::vector<item::Claim>& claims,
                                              std::vector<OpenCodes::Pending>& pending) {
  for (size_t i = 0; i < claims.size(); ++i) {
    OpenCodes::Pending& p = pending[i];
    if (p.index == nullptr) continue;
    const item::Claim& c = claims[i];
    const int64_t line = transaction.LineId(c.item.line_id);
    const int64_t part = p.index->part_id();
    p.change = transaction.NextChange();
    p.suspected = open_codes.IsSuspected(p);
    const bool replaced = p.earlier == 0 || replace_event.Run(part, p.earlier, p.row);
    if (replaced && p.earlier != 0 && transaction.db().changes() != 1) {
      return Fail(ErrorCode::kInternal, "a claimed code was not free on disk (claim, row)",
                  static_cast<int64_t>(i), p.row);
    }
    if (line == 0 || !replaced ||
        !insert_event.Run(part, p.change, p.row,
                          p.suspected     ? CodeState::kSuspect
                          : c.confirmable ? CodeState::kClaimed
                                          : CodeState::kUnconfirmed,
                          line, c.item.lane, c.item.item_seq, c.from_count, c.utc_ns)) {
      return tl::unexpected(transaction.db().FrameError("a claim could not be written"));
    }
  }
  return {};
}

Result<void> EmbeddedStore::Impl::WriteConfirmations(
    Writer::Transaction& transaction, const std::vector<item::Confirmation>& confirmations,
    std::vector<StateChange>* changes, ItemCounts* counts) {
  for (const item::Confirmation& c : confirmations) {
    const int64_t line = transaction.LineId(c.item.line_id);
    std::vector<StateChange> found;
    items_codes.Start(line, c.item.lane, c.item.item_seq);
    while (items_codes.Next()) {
      found.push_back({items_codes.Int(0), static_cast<uint64_t>(items_codes.Int(1)),
                       static_cast<uint32_t>(items_codes.Int(2)),
                       static_cast<CodeState>(items_codes.Int(3))});
    }
    bool ok = line != 0 && items_codes.Ok();
    for (StateChange& code : found) {
      const auto next = NextState(code.state, c.outcome);
      if (!ok || !next) continue;
      const bool passed = c.outcome == Outcome::kPassed;
      const uint64_t change = transaction.NextChange();
      ok = replace_event.Run(code.part_id, code.change, code.row) &&
           transaction.db().changes() == 1 &&
           confirm.Run(code.part_id, code.change, change, *next, passed ? c.utc_ns : 0);
      changes->push_back({code.part_id, change, code.row, *next});
      ++(*counts)[{BatchOf(code.part_id), kConfirmedItems + static_cast<int64_t>(c.outcome)}];
    }
    if (!ok) {
      return tl::unexpected(transaction.db().FrameError("a confirmation could not be written"));
    }
  }
  return {};
}

Result<void> EmbeddedStore::Impl::WriteSuspicions(Writer::Transaction& transaction,
                                                  const std::vector<item::Suspicion>& suspicions,
                                                  std::vector<StateChange>* changes) {
  std::set<std::pair<int64_t, uint32_t>> done;  // several items may have shown one code
  for (const item::Suspicion& s : suspicions) {
    const auto code = open_codes.BeginSuspect(FingerprintOf(s.key));
    if (!code || !done.emplace(code->part_id, code->row).second) continue;
    const uint64_t change = transaction.NextChange();
    // A confirmation in this very group may have moved it on.
    uint64_t earlier = code->earlier;
    for (const StateChange& c : *changes) {
      if (c.part_id == code->part_id && c.row == code->row) earlier = c.change;
    }
    if (!replace_event.Run(code->part_id, earlier, code->row) || transaction.db().changes() != 1 ||
        !confirm.Run(code->part_id, earlier, change, CodeState::kSuspect, 0)) {
      return tl::unexpected(transaction.db().FrameError("a suspicion could not be written"));
    }
    changes->push_back({code->part_id, change, code->row, CodeState::kSuspect});
  }
  return {};
}

Result<void> EmbeddedStore::Impl::WriteRecords(Writer::Transaction& transaction,
                                               std::vector<item::InspectionRecord>& records,
                                               std::map<std::string, uint64_t>& seqs,
                                               ItemCounts* counts) {
  for (item::InspectionRecord& r : records) {
    if (const auto what = CountOf(r)) ++(*counts)[{r.batch, *what}];
    const int64_t line = transaction.LineId(r.line_id);
    r.seq = ++seqs.try_emplace(r.line_id, last_seqs[r.line_id]).first->second;
    if (line == 0 ||
        !insert_record.Run(line << 48 | static_cast<int64_t>(r.seq), r.kind, r.lane, r.item_seq,
                           r.from_count, r.to_count, r.accepted, r.primary, r.reasons.bits(),
                           r.detail, Blob{EncodeCodes(r.codes)}, r.times.trigger_ns,
                           r.times.exposure_ns, r.times.last_pixel_ns, r.times.decision_ns,
                           r.times.sent_ns, r.utc_ns, r.batch, r.recipe_name, r.recipe_hash,
                           r.part_id, Blob{EncodeTexts(r.texts)})) {
      return tl::unexpected(transaction.db().FrameError("a record could not be written"));
    }
  }
  return {};
}

Result<void> EmbeddedStore::Impl::WriteCounts(Writer::Transaction& transaction,
                                              const ItemCounts& counts) {
  for (const auto& [of, items] : counts) {
    if (!count_items.Run(of.first, of.second, items)) {
      return tl::unexpected(transaction.db().FrameError("items could not be counted"));
    }
  }
  return {};
}

Result<void> EmbeddedStore::Impl::WriteGroup(Writer::Transaction& transaction,
                                             item::CommitGroup& group,
                                             std::vector<OpenCodes::Pending>& pending,
                                             std::vector<StateChange>* changes) {
  if (!transaction) {
    return tl::unexpected(transaction.db().FrameError("a group could not be begun"));
  }
  std::map<std::string, uint64_t> seqs;
  ItemCounts counts;
  if (auto done = WriteClaims(transaction, group.claims, pending); !done) return done;
  if (auto done = WriteConfirmations(transaction, group.confirmations, changes, &counts); !done)
    return done;
  if (auto done = WriteSuspicions(transaction, group.suspicions, changes); !done) return done;
  if (auto done = WriteRecords(transaction, group.records, seqs, &counts); !done) return done;
  if (auto done = WriteCounts(transaction, counts); !done) return done;
  if (!transaction.Commit()) {
    return tl::unexpected(transaction.db().FrameError("a group could not be written"));
  }
  for (const auto& [line, seq] : seqs) last_seqs[line] = seq;
  return {};
}

Result<void> EmbeddedStore::Commit(item::CommitGroup& group) {
  if (group.Empty()) return {};
  std::vector<Fingerprint> codes;
  codes.reserve(group.claims.size());
  for (const item::Claim& claim : group.claims) codes.push_back(impl_->FingerprintOf(claim.key));
  const auto is_of = [this](const OpenCodes::ClaimPlace& place, const batch::ItemRef& item) {
    batch::CodeInfo holder;
    const std::lock_guard lock(impl_->lookup.mutex);
    return impl_->ReadClaim(place, &holder).has_value() && holder.item == item;
  };
  auto pending = impl_->open_codes.BeginCommit(group.claims, codes, is_of);
  if (!pending) return tl::unexpected(pending.error());
  Writer::Transaction transaction(*impl_->writer, WriteGate::Who::kLine);
  std::vector<Impl::StateChange> changes;
  auto written = impl_->WriteGroup(transaction, group, *pending, &changes);
  // Still in the transaction's turn: a batch that is being opened sees both or neither.
  impl_->open_codes.EndCommit(*pending, group.claims, written.has_value());
  if (written) {
    for (const Impl::StateChange& c : changes)
      impl_->open_codes.SetState(c.part_id, c.row, c.state, c.change);
  } else {
    for (item::InspectionRecord& record : group.records) record.seq = 0;
  }
  return written;
}

Result<uint64_t> EmbeddedStore::AllotItemSeq(const std::string& line_id, int lane, uint64_t count) {
  Writer::Transaction transaction(*impl_->writer, WriteGate::Who::kLine);
  const auto failure = [&] {
    return tl::unexpected(transaction.db().FrameError("item numbers could not be allotted"));
  };
  if (!transaction) return failure();
  const int64_t line = transaction.LineId(line_id);
  if (line == 0) return failure();
  uint64_t last = 0;
  impl_->find_lane.Start(line, lane);
  if (impl_->find_lane.Next()) last = static_cast<uint64_t>(impl_->find_lane.Int(0));
  if (!impl_->find_lane.Ok()) return failure();
  impl_->find_lane.Finish();
  if (!impl_->raise_lane.Run(line, lane, last + count) || !transaction.Commit()) return failure();
  return last + 1;
}

Checked<std::vector<item::InspectionRecord>> EmbeddedStore::ReadRecords(const std::string& line_id,
                                                                        uint64_t from_seq,
                                                                        uint32_t limit) const {
  const std::lock_guard lock(impl_->lists.mutex);
  std::vector<item::InspectionRecord> records;
  Statement& row = impl_->read_records;
  row.Start(line_id, std::min(from_seq, kSeqMask), limit);
  while (row.Next()) {
    item::InspectionRecord r;
    auto codes = DecodeCodes(row.Bytes(10));
    auto texts = DecodeTexts(row.Bytes(21));
    if (!codes || !texts) {
      row.Finish();
      return Fail(Diagnostic{.code = ErrorCode::kIo,
                             .message = "a record's codes or texts cannot be read",
                             .file = impl_->path,
                             .advice = "the file is damaged: restore it from its newest copy"});
    }
    r.line_id = line_id;
    r.seq = static_cast<uint64_t>(row.Int(0)) & kSeqMask;
    r.kind = static_cast<item::RecordKind>(row.Int(1));
    r.lane = static_cast<int>(row.Int(2));
    r.item_seq = static_cast<uint64_t>(row.Int(3));
    r.from_count = row.Int(4);
    r.to_count = row.Int(5);
    r.accepted = row.Int(6) != 0;
    r.primary = static_cast<item::RejectReason>(row.Int(7));
    r.reasons = item::ReasonSet(static_cast<uint32_t>(row.Int(8)));
    r.detail = row.Bytes(9);
    r.codes = std::move(*codes);
    r.times = {row.Int(11), row.Int(12), row.Int(13), row.Int(14), row.Int(15)};
    r.utc_ns = row.Int(16);
    r.batch = row.Bytes(17);
    r.recipe_name = row.Bytes(18);
    r.recipe_hash = row.Bytes(19);
    r.part_id = row.Bytes(20);
    r.texts = std::move(*texts);
    records.push_back(std::move(r));
  }
  if (!row.Ok()) return Fail(impl_->lists.db.Failure("records cannot be read"));
  return records;
}

Checked<std::optional<item::RecordStore::SeqRange>> EmbeddedStore::RecordRange(
    const std::string& line_id) const {
  const std::lock_guard lock(impl_->lists.mutex);
  Statement& row = impl_->record_range;
  row.Start(line_id);
  if (!row.Next()) {
    if (row.Ok()) return std::nullopt;
    return Fail(impl_->lists.db.Failure("records cannot be counted"));
  }
  std::optional<SeqRange> range;
  if (!row.IsNull(0)) {
    range = {static_cast<uint64_t>(row.Int(0)) & kSeqMask,
             static_cast<uint64_t>(row.Int(1)) & kSeqMask};
  }
  row.Finish();
  return range;
}

}  // namespace veriline::store
