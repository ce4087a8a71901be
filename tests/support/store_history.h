// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/store_life.h"

namespace veriline::testing {

/// VERILINE_FAULT_ROUNDS multiplies the work of fault tests: 1 in every run, more in the long ones.
int FaultRounds();

/// What must be in a store after all that was heard of a StoreLife, and the questions that find
/// out. A model in plain maps. Thread: one at a time.
class StoreHistory : public LifeListener {
 public:
  explicit StoreHistory(int codes) : codes_(static_cast<size_t>(codes)) {}

  void Allotted(int lane, uint64_t first, uint64_t count) override;
  void Begins(const ToldGroup& group) override;
  void Durable(const ToldGroup& group) override;
  void Failed(const ToldGroup& group) override;
  void ImportBegins(int n) override { import_under_way_ = n; }
  void Imported(int n) override;

  /// The store was opened again, whatever happened to its owner: what was claimed is in doubt. The
  /// group and the import that were under way may be there as a whole or not at all; takes over
  /// which, and then holds the store to it. Returns whether the group is there; nothing when none
  /// was under way.
  std::optional<bool> Restarted(const batch::Registry& registry, const item::RecordStore& records);

  /// What the store said to every question about codes, lists, counts and records.
  struct Answers {
    int right = 0;
    int refused = 0;  ///< an error instead of an answer, never a wrong one
    std::vector<std::string> wrong;
    std::vector<std::string> refusals;
  };
  /// `from_record`: records before that one were looked at earlier.
  Answers Ask(const batch::Registry& registry, const item::RecordStore& records,
              uint64_t from_record = 1) const;

  uint64_t records() const { return records_.size(); }
  /// A number that no import has; one that was broken off is tried again.
  int next_import() const { return imports_.empty() ? 0 : *imports_.rbegin() + 1; }
  uint64_t claimed() const { return code_of_item_.size(); }
  /// What can never be, as a code that was released for two items. Must be empty.
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  using Item = std::pair<int, uint64_t>;  ///< lane, item_seq
  struct Code {
    batch::CodeState state = batch::CodeState::kIssued;
    Item item;
  };

  void Apply(const ToldGroup& group);
  void AskCodes(const batch::Registry& registry, Answers* answers) const;
  void AskLists(const batch::Registry& registry, Answers* answers) const;
  void AskImports(const batch::Registry& registry, Answers* answers) const;
  void AskRecords(const item::RecordStore& records, uint64_t from, Answers* answers) const;

  std::vector<Code> codes_;
  std::map<Item, int> code_of_item_;
  std::vector<Item> records_;  ///< record n is of item [n - 1]
  std::map<int, uint64_t> last_allotted_;
  bool has_batch_ = false;
  std::set<int> imports_;
  std::optional<int> import_under_way_;
  /// Begun, and not told durable: perhaps also one that failed, when its pages were written.
  std::optional<ToldGroup> open_group_;
  std::vector<std::string> problems_;
};

}  // namespace veriline::testing
