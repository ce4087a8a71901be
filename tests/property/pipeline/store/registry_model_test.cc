// SPDX-License-Identifier: Apache-2.0
// Random lives of a few codes against a model that is a map.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "pipeline/store/embedded/embedded_store.h"
#include "tests/support/store_fixture.h"

namespace veriline::testing {
namespace {

using batch::CodeState;
using batch::ReserveOutcome;
using item::Outcome;

constexpr int kCodes = 6;
constexpr int kItems = 5;

/// What design says of claim, confirmation and void; one batch.
class Model {
 public:
  struct Code {
    CodeState state = CodeState::kIssued;
    uint64_t item = 0;      ///< who claimed it
    uint64_t reserved = 0;  ///< for whom
  };

  ReserveOutcome Reserve(int c, uint64_t item) {
    Code& code = codes[c];
    if (code.state == CodeState::kVoided || !open) return ReserveOutcome::kNotFree;
    const uint64_t holder = code.reserved != 0 ? code.reserved : code.item;
    if (holder != 0 && holder != item) return ReserveOutcome::kDuplicate;
    if (code.state == CodeState::kIssued || code.state == CodeState::kUnused) code.reserved = item;
    return ReserveOutcome::kGranted;
  }
  void Drop(int c, uint64_t item) {
    if (codes[c].reserved == item) codes[c].reserved = 0;
  }
  bool MayClaim(int c, uint64_t item) const {
    const Code& code = codes.at(c);
    if (!open) return false;
    if (code.reserved == item) return true;
    return code.item == item && code.state != CodeState::kUnused;
  }
  void Claim(int c, uint64_t item, bool confirmable) {
    Code& code = codes[c];
    if (code.reserved != item) return;  // claimed already
    code = {confirmable ? CodeState::kClaimed : CodeState::kUnconfirmed, item, 0};
  }
  void Confirm(uint64_t item, Outcome outcome) {
    for (auto& [c, code] : codes) {
      if (code.item != item) continue;
      const bool going = code.state == CodeState::kClaimed || code.state == CodeState::kInDoubt;
      if (outcome == Outcome::kPassed && going) {
        code.state = CodeState::kCommissioned;
      } else if (outcome == Outcome::kRemoved && going) {
        code.state = CodeState::kUnused;
      } else if (outcome == Outcome::kMissing && code.state == CodeState::kClaimed) {
        code.state = CodeState::kInDoubt;
      } else if (outcome == Outcome::kTooLate && (going || code.state == CodeState::kUnconfirmed)) {
        code.state = CodeState::kUnused;
      }
    }
  }
  bool Void(int c) {
    Code& code = codes[c];
    if (code.state != CodeState::kIssued || code.reserved != 0) return false;
    code.state = CodeState::kVoided;
    return true;
  }
  bool AnyReserved() const {
    for (const auto& [c, code] : codes) {
      if (code.reserved != 0) return true;
    }
    return false;
  }
  void Restart() {
    for (auto& [c, code] : codes) {
      code.reserved = 0;
      if (code.state == CodeState::kClaimed) code.state = CodeState::kInDoubt;
    }
  }

  std::map<int, Code> codes;
  bool open = true;
};

int Draw(int low, int high) { return *rc::gen::inRange(low, high + 1); }

class Play {
 public:
  Play() {
    for (int c = 0; c < kCodes; ++c) model_.codes[c] = {};
    Open();
    std::istringstream list(ListOf(0, kCodes));
    RC_ASSERT(store_->ImportBatch("B", list, "list").has_value());
    RC_ASSERT(store_->OpenBatch("B").has_value());
  }

  void Step() {
    const int c = Draw(0, kCodes - 1);
    const auto item = static_cast<uint64_t>(Draw(1, kItems));
    switch (Draw(0, 15)) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4:
        RC_ASSERT(store_->Reserve(KeyOf(c), ItemOf(item)).outcome == model_.Reserve(c, item));
        break;
      case 5:
        store_->Drop(KeyOf(c), ItemOf(item));
        model_.Drop(c, item);
        break;
      case 6:
      case 7:
      case 8:
      case 9:
        Commit();
        break;
      case 10:
      case 11:
      case 12:
        Confirm(item);
        break;
      case 13:
        RC_ASSERT(store_->Move("B", {KeyOf(c)}, {}).has_value() == model_.Void(c));
        break;
      case 14:
        if (model_.AnyReserved()) break;  // it would wait for them
        if (model_.open) {
          RC_ASSERT(store_->CloseBatch("B").has_value());
        } else {
          RC_ASSERT(store_->OpenBatch("B").has_value());
        }
        model_.open = !model_.open;
        break;
      default:
        store_.reset();
        Open();
        model_.Restart();
    }
  }

  void Compare() {
    std::map<CodeState, uint64_t> counts;
    std::set<std::string> verified, all;
    for (const auto& [c, code] : model_.codes) {
      const auto info = Known(*store_, KeyOf(c));
      RC_ASSERT(info.has_value());
      RC_ASSERT(info->state == code.state);
      RC_ASSERT(info->item.item_seq == code.item);
      counts[code.state]++;
      const std::string text = "CODE" + std::to_string(c);
      if (code.state == CodeState::kCommissioned) verified.insert(text);
      if (code.item != 0 && code.state != CodeState::kUnused) all.insert(text);
    }
    const auto status = store_->Status("B");
    RC_ASSERT(status.has_value());
    RC_ASSERT(status->Of(batch::CodeState::kIssued) == counts[CodeState::kIssued]);
    RC_ASSERT(status->Of(batch::CodeState::kClaimed) == counts[CodeState::kClaimed]);
    RC_ASSERT(status->Of(batch::CodeState::kCommissioned) == counts[CodeState::kCommissioned]);
    RC_ASSERT(status->Of(batch::CodeState::kInDoubt) == counts[CodeState::kInDoubt]);
    RC_ASSERT(status->Of(batch::CodeState::kUnused) == counts[CodeState::kUnused]);
    RC_ASSERT(status->Of(batch::CodeState::kUnconfirmed) == counts[CodeState::kUnconfirmed]);
    RC_ASSERT(status->Of(batch::CodeState::kVoided) == counts[CodeState::kVoided]);
    RC_ASSERT(Listed(false) == verified);
    RC_ASSERT(Listed(true) == all);
  }

 private:
  void Open() {
    auto opened = store::EmbeddedStore::Open(folder_.path() + "/store");
    RC_ASSERT(opened.has_value());
    store_ = std::move(*opened);
  }

  /// A group of any claims: it holds as a whole if each may be claimed, or else not at all.
  void Commit() {
    item::CommitGroup group;
    bool legal = true;
    const int claims = Draw(1, 3);
    for (int i = 0; i < claims; ++i) {
      const int c = Draw(0, kCodes - 1);
      const Model::Code& code = model_.codes[c];
      // Mostly what was reserved, as a line would.
      const auto item = code.reserved != 0 && Draw(0, 9) != 0
                            ? code.reserved
                            : static_cast<uint64_t>(Draw(1, kItems));
      const bool confirmable = Draw(0, 3) != 0;
      legal = legal && model_.MayClaim(c, item);
      group.claims.push_back(ClaimOf(c, item, confirmable));
      claimed_code_.push_back(c);
    }
    const bool done = store_->Commit(group).has_value();
    RC_ASSERT(done == legal);
    if (done) {
      // Of the same claim twice in a group the first one counts.
      for (size_t i = 0; i < group.claims.size(); ++i) {
        const item::Claim& claim = group.claims[i];
        model_.Claim(claimed_code_[i], claim.item.item_seq, claim.confirmable);
      }
    }
    claimed_code_.clear();
  }

  void Confirm(uint64_t item) {
    const auto outcome = static_cast<Outcome>(Draw(1, 4));
    item::CommitGroup group;
    group.confirmations = {{ItemOf(item), outcome, 1}};
    RC_ASSERT(store_->Commit(group).has_value());
    model_.Confirm(item, outcome);
  }

  std::set<std::string> Listed(bool include_unconfirmed) {
    std::set<std::string> codes;
    uint64_t after = 0;
    for (;;) {  // in pages of two, as a reader with a cursor
      const auto page = store_->ListVerified(
          {.batch = "B", .after = after, .limit = 2, .include_unconfirmed = include_unconfirmed});
      RC_ASSERT(page.has_value());
      for (const batch::VerifiedCode& code : *page) {
        RC_ASSERT(code.cursor > after);
        RC_ASSERT(codes.insert(code.code).second);
        after = code.cursor;
      }
      if (page->size() < 2) return codes;
    }
  }

  ScratchFolder folder_;
  std::unique_ptr<store::EmbeddedStore> store_;
  Model model_;
  std::vector<int> claimed_code_;
};

RC_GTEST_PROP(EmbeddedRegistry, LivesAsTheModelSays, ()) {
  Play play;
  const int steps = Draw(1, 60);
  for (int i = 0; i < steps; ++i) play.Step();
  play.Compare();
}

RC_GTEST_PROP(EmbeddedRegistry, ClaimingAgainIsTheSameAsOnce, ()) {
  const ScratchFolder folder;
  const auto opened = store::EmbeddedStore::Open(folder.path() + "/store");
  RC_ASSERT(opened.has_value());
  store::EmbeddedStore& store = **opened;
  std::istringstream list(ListOf(0, kCodes));
  RC_ASSERT(store.ImportBatch("B", list, "list").has_value());
  RC_ASSERT(store.OpenBatch("B").has_value());
  const int c = Draw(0, kCodes - 1);
  const int times = Draw(1, 4);
  for (int i = 0; i < times; ++i) {
    RC_ASSERT(store.Reserve(KeyOf(c), ItemOf(7)).outcome == ReserveOutcome::kGranted);
    item::CommitGroup group;
    const int copies = Draw(1, 3);  // also twice in one group
    for (int k = 0; k < copies; ++k) group.claims.push_back(ClaimOf(c, 7));
    RC_ASSERT(store.Commit(group).has_value());
    RC_ASSERT(Known(store, KeyOf(c))->item == ItemOf(7));
    RC_ASSERT(store.Status("B")->Of(batch::CodeState::kClaimed) == 1u);
  }
}

}  // namespace
}  // namespace veriline::testing
