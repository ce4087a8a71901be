// SPDX-License-Identifier: Apache-2.0
#include "tests/support/store_life.h"

#include <sstream>
#include <stdexcept>
#include <utility>

#include "tests/support/store_fixture.h"

namespace veriline::testing {
namespace {

using item::Outcome;

constexpr uint64_t kItemsPerRun = 1'000'000;
/// Items between the camera and the exit.
constexpr size_t kOnTheBelt = 20;

int Draw(std::mt19937_64& random, int low, int high) {
  return low + static_cast<int>(random() % static_cast<uint64_t>(high - low + 1));
}

}  // namespace

int NumberOfCode(std::string_view text) {
  const size_t at = text.find("CODE");
  if (at == text.npos) throw std::runtime_error("not a code of the test: " + std::string(text));
  return std::stoi(std::string(text.substr(at + 4)));
}

StoreLife::StoreLife(batch::Registry& registry, item::RecordStore& records, LifeListener& listener,
                     uint64_t seed, int codes)
    : registry_(registry), records_(records), listener_(listener), codes_(codes), random_(seed) {
  const auto status = registry_.Status(kLifeBatch);
  if (!status) {
    std::istringstream list(ListOf(0, codes));
    const auto imported = registry_.ImportBatch(kLifeBatch, list, "list");
    if (!imported) throw std::runtime_error(imported.error().ToString());
  }
  if (!status || status->state != batch::BatchState::kOpen) {
    const auto opened = registry_.OpenBatch(kLifeBatch);
    if (!opened) throw std::runtime_error(opened.error().ToString());
  }
  for (int lane = 0; lane < kLifeLanes; ++lane) {
    const auto first = records_.AllotItemSeq(kLifeLine, lane, kItemsPerRun);
    if (!first) throw std::runtime_error(first.error().text);
    next_item_[lane] = *first;
    listener_.Allotted(lane, *first, kItemsPerRun);
  }
  ConfirmEarlierRuns();
}

void StoreLife::ConfirmEarlierRuns() {
  const auto listed = registry_.ListVerified({.batch = kLifeBatch, .include_unconfirmed = true});
  if (!listed) throw std::runtime_error(listed.error().ToString());
  for (const batch::VerifiedCode& code : *listed) {
    if (code.state != batch::CodeState::kInDoubt || Draw(random_, 0, 3) != 0) continue;
    unconfirmed_.push_back({code.item.lane, code.item.item_seq, Outcome::kPassed});
  }
}

std::optional<ToldGroup::Claim> StoreLife::Reserve(int lane, std::mt19937_64& random) {
  const ToldGroup::Claim claim{Draw(random, 0, codes_ - 1), lane, next_item_[lane]++};
  const batch::ItemRef item = ItemOf(claim.item_seq, kLifeLine, lane);
  const auto answer = registry_.Reserve(KeyOf(claim.code), item);
  if (answer.outcome != batch::ReserveOutcome::kGranted) return std::nullopt;
  if (Draw(random, 0, 19) != 0) return claim;
  registry_.Drop(KeyOf(claim.code), item);  // its deadline went by
  return std::nullopt;
}

std::vector<ToldGroup::Confirmation> StoreLife::TakeConfirmations() {
  std::vector<ToldGroup::Confirmation> taken;
  while (unconfirmed_.size() > kOnTheBelt && taken.size() < 40) {
    ToldGroup::Confirmation confirmation = unconfirmed_.front();
    unconfirmed_.pop_front();
    const int chance = Draw(random_, 0, 9);
    if (chance == 9) continue;  // nobody says a word
    confirmation.outcome = chance < 7    ? Outcome::kPassed
                           : chance == 7 ? Outcome::kRemoved
                                         : Outcome::kMissing;
    taken.push_back(confirmation);
    if (chance == 8) unconfirmed_.push_back(confirmation);  // and is seen after all
  }
  return taken;
}

bool StoreLife::Commit(std::vector<ToldGroup::Claim> claims) {
  if (claims.empty()) return true;
  ToldGroup told{.claims = std::move(claims), .confirmations = TakeConfirmations()};
  item::CommitGroup group;
  for (const ToldGroup::Claim& c : told.claims) {
    item::Claim claim = ClaimOf(c.code, c.item_seq);
    claim.item.lane = c.lane;
    group.claims.push_back(std::move(claim));
    item::InspectionRecord record = RecordOf(c.item_seq);
    record.lane = c.lane;
    group.records.push_back(std::move(record));
  }
  for (const ToldGroup::Confirmation& c : told.confirmations) {
    group.confirmations.push_back({ItemOf(c.item_seq, kLifeLine, c.lane), c.outcome, 1});
  }
  listener_.Begins(told);
  if (!records_.Commit(group)) {
    for (const item::Claim& claim : group.claims) registry_.Drop(claim.key, claim.item);
    for (const auto& confirmation : told.confirmations) unconfirmed_.push_back(confirmation);
    listener_.Failed(told);
    return false;
  }
  told.first_record = group.records.front().seq;
  for (const ToldGroup::Claim& c : told.claims) unconfirmed_.push_back({c.lane, c.item_seq, {}});
  listener_.Durable(told);
  return true;
}

bool StoreLife::Step(int claims) {
  std::vector<ToldGroup::Claim> granted;
  for (int i = 0; i < claims; ++i) {
    if (const auto claim = Reserve(i % kLifeLanes, random_)) granted.push_back(*claim);
  }
  return Commit(std::move(granted));
}

bool StoreLife::Import(int n) {
  std::istringstream list(ListOf(kImportedCodes + 1000 * n, kCodesPerImport));
  listener_.ImportBegins(n);
  if (!registry_.ImportBatch("N" + std::to_string(n), list, "list")) return false;
  listener_.Imported(n);
  return true;
}

}  // namespace veriline::testing
