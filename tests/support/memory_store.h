// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/item/record_store.h"

namespace veriline::testing {

/// Registry and record store in plain memory, for tests of what stands above them. One map, one
/// lock; `fail_commits` makes every Commit fail as a full disk does.
class MemoryStore : public batch::Registry, public item::RecordStore {
 public:
  struct Code {
    batch::CodeInfo info;
    std::optional<batch::ItemRef> reserved;
  };

  void Add(const batch::CodeKey& key, batch::CodeInfo info) {
    const std::lock_guard lock(mutex_);
    codes_[key] = {std::move(info), std::nullopt};
  }
  /// Adds the plain code `text` to the open batch `batch`.
  void AddPlain(const std::string& text, const std::string& batch) {
    Add(batch::CodeKey::Plain(text), {.batch = batch, .batch_state = batch::BatchState::kOpen});
  }
  Code At(const batch::CodeKey& key) const {
    const std::lock_guard lock(mutex_);
    return codes_.at(key);
  }
  std::vector<item::InspectionRecord> records() const {
    const std::lock_guard lock(mutex_);
    return records_;
  }
  std::vector<item::Confirmation> confirmations() const {
    const std::lock_guard lock(mutex_);
    return confirmations_;
  }
  std::atomic<bool> fail_commits{false};
  std::atomic<bool> fail_lookups{false};  ///< likewise of Find
  std::atomic<bool> keep_records{true};

  Checked<uint64_t> ImportBatch(const std::string&, std::istream&, const std::string&) override {
    return 0;
  }
  Checked<void> OpenBatch(const std::string&) override { return {}; }
  Checked<void> CloseBatch(const std::string&) override { return {}; }
  Checked<uint64_t> AddCodes(const std::string&, std::istream&, const std::string&) override {
    return 0;
  }
  Checked<void> Move(const std::string&, const std::vector<batch::CodeKey>&,
                     const batch::MoveOrder&) override {
    return {};
  }
  Checked<batch::BatchBalance> Balance(const std::string&) const override {
    return batch::BatchBalance{};
  }
  Checked<std::vector<batch::ListedCode>> ListCodes(const std::string&, uint64_t,
                                                    uint32_t) const override {
    return std::vector<batch::ListedCode>{};
  }
  Checked<void> RecordPrint(const std::string&, const batch::PrintRun&) override { return {}; }
  Checked<std::vector<batch::PrintRun>> Prints(const std::string&) const override {
    return std::vector<batch::PrintRun>{};
  }
  Checked<batch::IssueAnswer> RegisterIssue(const batch::IssueRecord&, std::istream&,
                                            const std::string&, bool) override {
    return batch::IssueAnswer{};
  }
  Checked<std::vector<batch::IssueRecord>> Issues(const std::string&) const override {
    return std::vector<batch::IssueRecord>{};
  }
  Checked<batch::BatchStatus> Status(const std::string&) const override {
    return batch::BatchStatus{};
  }
  Checked<std::vector<batch::VerifiedCode>> ListVerified(
      const batch::VerifiedQuery&) const override {
    return std::vector<batch::VerifiedCode>{};
  }
  Result<std::optional<batch::CodeInfo>> Find(const batch::CodeKey& key) const override {
    if (fail_lookups) return Fail(ErrorCode::kIo, "disk gone");
    const std::lock_guard lock(mutex_);
    const auto at = codes_.find(key);
    if (at == codes_.end()) return std::nullopt;
    return at->second.info;
  }
  bool FindOpen(std::string_view key_bytes, batch::IssuedValues* out) const override {
    const std::lock_guard lock(mutex_);
    const auto at = std::ranges::find_if(
        codes_, [&](const auto& code) { return code.first.bytes() == key_bytes; });
    if (at == codes_.end() || at->second.info.batch_state != batch::BatchState::kOpen) return false;
    const batch::CodeInfo& info = at->second.info;
    out->gtin = info.gtin;
    out->lot = info.lot;
    out->expiry = info.expiry;
    out->market = info.market;
    return true;
  }
  batch::ReserveAnswer Reserve(const batch::CodeKey& key, const batch::ItemRef& item) override {
    const std::lock_guard lock(mutex_);
    const auto at = codes_.find(key);
    if (at == codes_.end()) return {};
    Code& code = at->second;
    if (code.reserved && !(*code.reserved == item)) {
      return {batch::ReserveOutcome::kDuplicate, *code.reserved, code.info.claimed_utc_ns};
    }
    code.reserved = item;
    return {batch::ReserveOutcome::kGranted, item, 0};
  }
  void Drop(const batch::CodeKey& key, const batch::ItemRef& item) override {
    const std::lock_guard lock(mutex_);
    const auto at = codes_.find(key);
    if (at != codes_.end() && at->second.reserved == item &&
        at->second.info.state == batch::CodeState::kIssued) {
      at->second.reserved.reset();
    }
  }

  Result<void> Commit(item::CommitGroup& group) override {
    if (fail_commits) return Fail(ErrorCode::kIo, "disk full");
    const std::lock_guard lock(mutex_);
    for (const item::Claim& claim : group.claims) {
      batch::CodeInfo& info = codes_.at(claim.key).info;
      info.state = claim.confirmable ? batch::CodeState::kClaimed : batch::CodeState::kUnconfirmed;
      info.item = claim.item;
      info.claimed_utc_ns = claim.utc_ns;
    }
    for (const item::Confirmation& confirmation : group.confirmations) {
      confirmations_.push_back(confirmation);
      for (auto& [key, code] : codes_) {
        if (!(code.info.item == confirmation.item)) continue;
        using enum batch::CodeState;
        switch (confirmation.outcome) {
          case item::Outcome::kPassed:
            code.info.state = kCommissioned;
            break;
          case item::Outcome::kMissing:
            code.info.state = kInDoubt;
            break;
          case item::Outcome::kRemoved:
          case item::Outcome::kTooLate:
            code.info.state = kUnused;
            break;
        }
      }
    }
    for (item::InspectionRecord& record : group.records) {
      record.seq = ++seq_[record.line_id];
      if (keep_records) records_.push_back(record);
    }
    return {};
  }
  Result<uint64_t> AllotItemSeq(const std::string& line, int lane, uint64_t count) override {
    const std::lock_guard lock(mutex_);
    uint64_t& next = next_item_[{line, lane}];
    const uint64_t first = next + 1;
    next += count;
    return first;
  }
  std::string store_id() const override { return "memory"; }
  Checked<std::vector<item::InspectionRecord>> ReadRecords(const std::string& line,
                                                           uint64_t from_seq,
                                                           uint32_t limit) const override {
    const std::lock_guard lock(mutex_);
    std::vector<item::InspectionRecord> found;
    for (const item::InspectionRecord& record : records_) {
      if (record.line_id == line && record.seq >= from_seq && found.size() < limit) {
        found.push_back(record);
      }
    }
    return found;
  }
  Checked<std::optional<SeqRange>> RecordRange(const std::string& line) const override {
    const std::lock_guard lock(mutex_);
    const auto at = seq_.find(line);
    if (at == seq_.end()) return std::nullopt;
    return SeqRange{1, at->second};
  }

 private:
  mutable std::mutex mutex_;
  std::map<batch::CodeKey, Code> codes_;
  std::map<std::pair<std::string, int>, uint64_t> next_item_;
  std::map<std::string, uint64_t> seq_;
  std::vector<item::InspectionRecord> records_;
  std::vector<item::Confirmation> confirmations_;
};

}  // namespace veriline::testing
