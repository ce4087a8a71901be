// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "pipeline/batch/registry.h"
#include "pipeline/store/fingerprint.h"

namespace veriline::store {

/// A code by its fingerprint.
struct IndexedCode {
  Fingerprint fingerprint = 0;
  uint32_t row = 0;         ///< in its list, from 0
  uint32_t attributes = 0;  ///< id of what was issued with it
};

/// The codes of one part of an open batch in memory: 16 bytes each, 20 where not all were issued
/// with the same values. A code is found by its fingerprint and then known by its row in the list.
/// Thread: one at a time (OpenCodes holds the lock).
class CodeIndex {
 public:
  /// What keeps a code from being granted beside its state.
  enum class Hold : uint8_t {
    kReserved,    ///< for `item`, in memory only
    kCommitting,  ///< a commit of it is under way
    kDropped,     ///< as kCommitting, and given back meanwhile: free if the commit fails
    kMoving,      ///< a person is moving it
  };
  struct Held {
    Hold hold = Hold::kReserved;
    batch::ItemRef item;
    bool suspected = false;  ///< another item showed the code meanwhile
  };

  /// `batch`: the name of the batch it is a part of.
  CodeIndex(int64_t part_id, std::string batch, uint64_t codes);

  /// The next code by the size of its fingerprint. Requires rows below `codes`. False when it is
  /// out of order, a row stands twice, or there are too many.
  bool Add(const IndexedCode& code);
  bool complete() const { return added_ == states_.size(); }
  void SetAttributes(uint32_t id, batch::IssuedValues values) {
    attributes_[id] = std::move(values);
  }

  std::optional<uint32_t> Find(Fingerprint fingerprint) const;
  const batch::IssuedValues& values(uint32_t row) const;

  batch::CodeState state(uint32_t row) const {
    return static_cast<batch::CodeState>(states_[row] & kStateMask);
  }
  /// The number of the change that brought the code into its state; 0: it was issued so.
  uint64_t change(uint32_t row) const {
    const uint64_t since = changes_[row] | uint64_t{later_changes_[row]} << 32;
    return since == 0 ? 0 : first_change_ + since - 1;
  }
  /// Requires that no change lies before the first one, and fewer than 2^40 after it.
  void SetState(uint32_t row, batch::CodeState state, uint64_t change);

  /// Null when nothing holds the code.
  Held* FindHeld(uint32_t row);
  Held& SetHeld(uint32_t row, Held held);
  void Release(uint32_t row);
  size_t held() const { return held_.size(); }

  int64_t part_id() const { return part_id_; }
  const std::string& batch() const { return batch_; }
  uint64_t size() const { return states_.size(); }
  uint64_t count(batch::CodeState state) const { return counts_[static_cast<size_t>(state)]; }

  bool closing = false;  ///< grants nothing more

 private:
  static constexpr uint8_t kStateMask = 0x3F, kHeldBit = 0x80, kAddedBit = 0x40;

  int64_t part_id_;
  std::string batch_;
  int bucket_bits_;
  // A fingerprint is its bucket and 48 bits more, kept in two arrays; first_of_[b] is where bucket
  // b begins.
  std::vector<uint32_t> first_of_;
  std::vector<uint32_t> middles_;
  std::vector<uint16_t> lasts_;
  std::vector<uint32_t> rows_;
  std::vector<uint32_t> changes_;         ///< by row: since first_change_, from 1
  std::vector<uint8_t> later_changes_;    ///< the bits above those
  std::vector<uint8_t> states_;           ///< by row
  std::vector<uint32_t> own_attributes_;  ///< by row; empty: all have `common_attributes_`
  uint32_t common_attributes_ = 0;
  std::unordered_map<uint32_t, batch::IssuedValues> attributes_;
  std::unordered_map<uint32_t, Held> held_;
  std::array<uint64_t, kStateMask + 1> counts_{};
  uint64_t first_change_ = 0;
  uint64_t added_ = 0, last_bucket_ = 0;
  Fingerprint last_ = 0;
};

}  // namespace veriline::store
