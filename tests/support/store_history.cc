// SPDX-License-Identifier: Apache-2.0
#include "tests/support/store_history.h"

#include <algorithm>
#include <cstdlib>

#include "tests/support/store_fixture.h"

namespace veriline::testing {
namespace {

using batch::CodeState;
using item::Outcome;

std::string Text(const std::pair<int, uint64_t>& item) {
  return "item " + std::to_string(item.second) + " of lane " + std::to_string(item.first);
}

/// Counts a question's answer.
class Asked {
 public:
  explicit Asked(StoreHistory::Answers* answers) : answers_(*answers) {}
  void Refused(const std::string& why) {
    answers_.refused++;
    answers_.refusals.push_back(why);
  }
  void Got(bool right, const std::string& otherwise) {
    if (right) {
      answers_.right++;
    } else {
      answers_.wrong.push_back(otherwise);
    }
  }

 private:
  StoreHistory::Answers& answers_;
};

}  // namespace

int FaultRounds() {
  const char* const rounds = std::getenv("VERILINE_FAULT_ROUNDS");
  return rounds == nullptr ? 1 : std::max(1, std::atoi(rounds));
}

void StoreHistory::Allotted(int lane, uint64_t first, uint64_t count) {
  uint64_t& last = last_allotted_[lane];
  if (first <= last) problems_.push_back("allotted again: " + Text({lane, first}));
  last = first + count - 1;
  has_batch_ = true;  // a life makes it first
}

void StoreHistory::Begins(const ToldGroup& group) { open_group_ = group; }

void StoreHistory::Durable(const ToldGroup& group) {
  if (group.first_record != records_.size() + 1) {
    problems_.push_back("record " + std::to_string(group.first_record) + " follows on " +
                        std::to_string(records_.size()));
  }
  Apply(group);
  open_group_.reset();
}

void StoreHistory::Failed(const ToldGroup& group) { open_group_ = group; }

void StoreHistory::Imported(int n) {
  imports_.insert(n);
  import_under_way_.reset();
}

void StoreHistory::Apply(const ToldGroup& group) {
  for (const ToldGroup::Claim& claim : group.claims) {
    Code& code = codes_.at(claim.code);
    const Item item{claim.lane, claim.item_seq};
    if (code.state != CodeState::kIssued) {
      problems_.push_back("code " + std::to_string(claim.code) + " was accepted for " +
                          Text(code.item) + " and for " + Text(item));
    }
    code = {CodeState::kClaimed, item};
    code_of_item_[item] = claim.code;
    records_.push_back(item);
  }
  for (const ToldGroup::Confirmation& confirmation : group.confirmations) {
    CodeState& state = codes_[code_of_item_.at({confirmation.lane, confirmation.item_seq})].state;
    const bool open = state == CodeState::kClaimed || state == CodeState::kInDoubt;
    if (!open) continue;
    state = confirmation.outcome == Outcome::kPassed    ? CodeState::kCommissioned
            : confirmation.outcome == Outcome::kRemoved ? CodeState::kUnused
                                                        : CodeState::kInDoubt;
  }
}

std::optional<bool> StoreHistory::Restarted(const batch::Registry& registry,
                                            const item::RecordStore& records) {
  has_batch_ = has_batch_ || registry.Status(kLifeBatch);
  std::optional<bool> was_written;
  if (open_group_) {
    const auto range = records.RecordRange(kLifeLine);
    was_written = range && *range && (*range)->last == records_.size() + open_group_->claims.size();
    if (*was_written) Apply(*open_group_);
    open_group_.reset();
  }
  if (import_under_way_) {
    if (registry.Status("N" + std::to_string(*import_under_way_))) {
      imports_.insert(*import_under_way_);
    }
  }
  for (Code& code : codes_) {
    if (code.state == CodeState::kClaimed) code.state = CodeState::kInDoubt;
  }
  return was_written;
}

StoreHistory::Answers StoreHistory::Ask(const batch::Registry& registry,
                                        const item::RecordStore& records,
                                        uint64_t from_record) const {
  Answers answers;
  AskCodes(registry, &answers);
  AskLists(registry, &answers);
  AskImports(registry, &answers);
  AskRecords(records, from_record, &answers);
  return answers;
}

void StoreHistory::AskCodes(const batch::Registry& registry, Answers* answers) const {
  Asked asked(answers);
  for (size_t c = 0; c < codes_.size(); ++c) {
    const auto found = registry.Find(KeyOf(static_cast<int>(c)));
    if (!found) {
      asked.Refused(found.error().text);
      continue;
    }
    const std::optional<batch::CodeInfo>& info = *found;
    const Code& code = codes_[c];
    if (!has_batch_) {
      asked.Got(!info, "code " + std::to_string(c) + " of a batch that was never there");
      continue;
    }
    const bool right = info && info->state == code.state &&
                       info->item.item_seq == code.item.second &&
                       (code.item.second == 0 || info->item.lane == code.item.first);
    asked.Got(right, "code " + std::to_string(c) + " is " +
                         (info ? std::string(Name(info->state)) + " of item " +
                                     std::to_string(info->item.item_seq)
                               : "not there") +
                         " and not " + std::string(Name(code.state)) + " of " + Text(code.item));
  }
}

void StoreHistory::AskLists(const batch::Registry& registry, Answers* answers) const {
  if (!has_batch_) return;
  Asked asked(answers);
  std::map<CodeState, uint64_t> counts;
  for (const Code& code : codes_) counts[code.state]++;
  const auto status = registry.Status(kLifeBatch);
  if (!status) {
    asked.Refused(status.error().ToString());
  } else {
    asked.Got(status->codes == codes_.size() &&
                  status->Of(batch::CodeState::kIssued) == counts[CodeState::kIssued] &&
                  status->Of(batch::CodeState::kClaimed) == counts[CodeState::kClaimed] &&
                  status->Of(batch::CodeState::kCommissioned) == counts[CodeState::kCommissioned] &&
                  status->Of(batch::CodeState::kInDoubt) == counts[CodeState::kInDoubt] &&
                  status->Of(batch::CodeState::kUnused) == counts[CodeState::kUnused],
              "the batch's counts are wrong");
  }
  std::set<int> listed;
  for (uint64_t after = 0;;) {
    const auto page = registry.ListVerified({.batch = kLifeBatch, .after = after});
    if (!page) return asked.Refused(page.error().ToString());
    for (const batch::VerifiedCode& row : *page) {
      const int n = NumberOfCode(row.code);
      const Code& code = codes_.at(n);
      asked.Got(row.cursor > after && listed.insert(n).second &&
                    code.state == CodeState::kCommissioned &&
                    code.item == Item(row.item.lane, row.item.item_seq),
                "a verified code that is none: " + row.code);
      after = row.cursor;
    }
    if (page->empty()) break;
  }
  asked.Got(listed.size() == counts[CodeState::kCommissioned],
            std::to_string(listed.size()) + " verified codes instead of " +
                std::to_string(counts[CodeState::kCommissioned]));
}

void StoreHistory::AskImports(const batch::Registry& registry, Answers* answers) const {
  Asked asked(answers);
  const auto ask = [&](int n, bool there) {
    const std::string name = "N" + std::to_string(n);
    const auto status = registry.Status(name);
    // A batch's existence is known without the disk; its counts may not be readable.
    const bool exists = status || status.error().code == ErrorCode::kIo;
    if (there && exists && !status) asked.Refused(status.error().ToString());
    if (!there || !exists || status) {
      asked.Got(
          exists == there && (!there || (status->codes == kCodesPerImport &&
                                         status->Of(batch::CodeState::kIssued) == kCodesPerImport)),
          "import " + name);
    }
    for (int c = 0; c < kCodesPerImport; c += 233) {
      const auto found = registry.Find(KeyOf(kImportedCodes + 1000 * n + c));
      if (!found) {
        asked.Refused(found.error().text);
        continue;
      }
      const std::optional<batch::CodeInfo>& info = *found;
      asked.Got(info.has_value() == there &&
                    (!there || (info->batch == name && info->state == CodeState::kIssued)),
                "code " + std::to_string(c) + " of import " + name);
    }
  };
  for (const int n : imports_) ask(n, true);
  if (import_under_way_ && !imports_.contains(*import_under_way_)) ask(*import_under_way_, false);
}

void StoreHistory::AskRecords(const item::RecordStore& records, uint64_t from,
                              Answers* answers) const {
  Asked asked(answers);
  const auto answer = records.RecordRange(kLifeLine);
  if (!answer) {
    asked.Refused(answer.error().ToString());
  } else if (const auto& range = *answer; !records_.empty()) {
    asked.Got(
        range && range->first == 1 && range->last == records_.size(),
        "records " +
            (range ? std::to_string(range->first) + " to " + std::to_string(range->last) : "none") +
            " instead of 1 to " + std::to_string(records_.size()));
  }
  for (uint64_t next = from; next <= records_.size();) {
    const auto page = records.ReadRecords(kLifeLine, next, 500);
    if (!page) return asked.Refused(page.error().ToString());
    for (const item::InspectionRecord& record : *page) {
      asked.Got(record.seq == next && next <= records_.size() &&
                    records_[next - 1] == Item(record.lane, record.item_seq) &&
                    record.codes.size() == RecordOf(1).codes.size(),
                "record " + std::to_string(next));
      ++next;
    }
    if (page->empty()) return asked.Got(false, "record " + std::to_string(next) + " is missing");
  }
}

}  // namespace veriline::testing
