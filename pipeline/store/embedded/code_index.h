// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/batch/registry.h"

namespace veriline::store {

/// What a label of a batch must say beside its key.
struct Attributes {
  std::string gtin, lot, expiry, market;
  friend bool operator==(const Attributes&, const Attributes&) = default;
};

/// The codes of one open batch in memory: 48 bytes each, plus the key's bytes and 5–11 bytes of
/// hash table. Rows of a batch are numbered without a gap, so that a row number is an index.
/// Thread: one at a time (OpenCodes holds the lock).
class CodeIndex {
 public:
  /// What keeps a code from being granted beside its state.
  enum class Hold : uint8_t {
    kNone,
    kReserved,    ///< for `item`, in memory only
    kCommitting,  ///< a commit of it is under way
    kDropped,     ///< as kCommitting, and given back meanwhile: free if the commit fails
    kVoiding,     ///< a void of it is under way
  };
  struct Entry {
    uint64_t key_offset = 0;
    uint64_t item_seq = 0;
    int64_t claimed_utc_ns = 0;
    uint32_t hash = 0;
    uint32_t attributes = 0;
    int32_t lane = 0;
    uint16_t line = 0;
    uint16_t key_bytes = 0;
    batch::CodeState state = batch::CodeState::kIssued;
    Hold hold = Hold::kNone;
  };

  CodeIndex(int64_t batch_id, std::string name, int64_t first_row, uint64_t codes);

  /// The next row's code. Requires rows in order and fewer than `codes` of them.
  Entry& Add(std::string_view key, Attributes attributes);
  Entry* Find(std::string_view key);
  Entry* AtRow(int64_t row);
  int64_t RowOf(const Entry& entry) const { return first_row_ + (&entry - entries_.data()); }
  void SetState(Entry& entry, batch::CodeState state);

  int64_t batch_id() const { return batch_id_; }
  const std::string& name() const { return name_; }
  const Attributes& attributes(const Entry& entry) const { return attributes_[entry.attributes]; }
  uint64_t size() const { return entries_.size(); }
  batch::BatchStatus Status() const;

  uint64_t holds = 0;    ///< entries with a hold
  bool closing = false;  ///< grants nothing more

 private:
  std::string_view KeyOf(const Entry& entry) const {
    return {keys_.data() + entry.key_offset, entry.key_bytes};
  }

  int64_t batch_id_;
  std::string name_;
  int64_t first_row_;
  std::vector<Entry> entries_;
  std::vector<uint32_t> slots_;  ///< open addressing: index of the entry + 1, 0 = empty
  std::string keys_;
  std::vector<Attributes> attributes_;
  std::array<uint64_t, 8> counts_{};  ///< by CodeState number
};

}  // namespace veriline::store
