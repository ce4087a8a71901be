// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "pipeline/batch/registry.h"
#include "pipeline/item/record_store.h"

namespace veriline::testing {

/// The line and the batch that a life plays on; imports come as batches "N<n>" beside it.
inline constexpr char kLifeLine[] = "L1";
inline constexpr char kLifeBatch[] = "B";
inline constexpr int kLifeLanes = 3;
/// Codes of import n are CODE<kImportedCodes + 1000 n> and the next kCodesPerImport - 1.
inline constexpr int kImportedCodes = 1'000'000;
inline constexpr int kCodesPerImport = 700;  // more than the store writes in one turn

/// A group as plain numbers. Beside each claim stands one record of its item.
struct ToldGroup {
  struct Claim {
    int code = 0;
    int lane = 0;
    uint64_t item_seq = 0;
  };
  struct Confirmation {
    int lane = 0;
    uint64_t item_seq = 0;
    item::Outcome outcome = item::Outcome::kPassed;
  };
  std::vector<Claim> claims;
  std::vector<Confirmation> confirmations;
  uint64_t first_record = 0;  ///< seq of the first claim's record; known when it is durable
};

/// Hears what a life does. Thread: that of the call.
class LifeListener {
 public:
  virtual ~LifeListener() = default;
  virtual void Allotted(int lane, uint64_t first, uint64_t count) = 0;
  virtual void Begins(const ToldGroup& group) = 0;   ///< is written from now on
  virtual void Durable(const ToldGroup& group) = 0;  ///< its claims are released, all of it holds
  virtual void Failed(const ToldGroup& group) = 0;   ///< nothing of it holds
  virtual void ImportBegins(int n) = 0;
  virtual void Imported(int n) = 0;
};

/// What a line does to a store, at random but the same for the same seed: items of three lanes
/// reserve codes (some that are spent, some that they give back), what is granted is claimed in
/// groups, with a record each and confirmations of what was claimed before, also by earlier runs.
/// Thread: Reserve and Import from any, the rest from one.
class StoreLife {
 public:
  /// Makes the batch when it is not there, opens it, and takes item numbers.
  StoreLife(batch::Registry& registry, item::RecordStore& records, LifeListener& listener,
            uint64_t seed, int codes);

  /// The next item of the lane tries a random code. Nothing: it is spent, or was given back.
  std::optional<ToldGroup::Claim> Reserve(int lane, std::mt19937_64& random);
  /// Writes them and what else waits; false when the store refused.
  bool Commit(std::vector<ToldGroup::Claim> claims);
  /// One group of about so many claims.
  bool Step(int claims);
  bool Import(int n);

 private:
  std::vector<ToldGroup::Confirmation> TakeConfirmations();
  void ConfirmEarlierRuns();

  batch::Registry& registry_;
  item::RecordStore& records_;
  LifeListener& listener_;
  const int codes_;
  std::mt19937_64 random_;
  uint64_t next_item_[kLifeLanes] = {};
  std::deque<ToldGroup::Confirmation> unconfirmed_;
};

/// CODE<n>'s n, of a key or a text.
int NumberOfCode(std::string_view text);

}  // namespace veriline::testing
