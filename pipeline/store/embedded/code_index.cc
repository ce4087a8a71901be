// SPDX-License-Identifier: Apache-2.0
#include "pipeline/store/embedded/code_index.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <utility>

namespace veriline::store {
namespace {

uint32_t HashOf(std::string_view key) {
  const uint64_t hash = std::hash<std::string_view>()(key);
  return static_cast<uint32_t>(hash ^ (hash >> 32));
}

}  // namespace

CodeIndex::CodeIndex(int64_t batch_id, std::string name, int64_t first_row, uint64_t codes)
    : batch_id_(batch_id), name_(std::move(name)), first_row_(first_row) {
  entries_.reserve(codes);
  slots_.resize(std::bit_ceil(codes + codes / 2 + 1));  // at most two thirds full
}

CodeIndex::Entry& CodeIndex::Add(std::string_view key, Attributes attributes) {
  Entry entry{.key_offset = keys_.size(),
              .hash = HashOf(key),
              .key_bytes = static_cast<uint16_t>(key.size())};
  // Nearly always the same as the row before.
  auto at = attributes_.empty() || attributes_.back() == attributes
                ? attributes_.end() - !attributes_.empty()
                : std::find(attributes_.begin(), attributes_.end(), attributes);
  if (at == attributes_.end()) at = attributes_.insert(at, std::move(attributes));
  entry.attributes = static_cast<uint32_t>(at - attributes_.begin());
  keys_ += key;
  entries_.push_back(entry);
  counts_[static_cast<size_t>(entry.state)]++;
  size_t slot = entry.hash & (slots_.size() - 1);
  while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
  slots_[slot] = static_cast<uint32_t>(entries_.size());
  return entries_.back();
}

CodeIndex::Entry* CodeIndex::Find(std::string_view key) {
  const uint32_t hash = HashOf(key);
  for (size_t slot = hash & (slots_.size() - 1); slots_[slot] != 0;
       slot = (slot + 1) & (slots_.size() - 1)) {
    Entry& entry = entries_[slots_[slot] - 1];
    if (entry.hash == hash && KeyOf(entry) == key) return &entry;
  }
  return nullptr;
}

CodeIndex::Entry* CodeIndex::AtRow(int64_t row) {
  const int64_t index = row - first_row_;
  if (index < 0 || index >= static_cast<int64_t>(entries_.size())) return nullptr;
  return &entries_[index];
}

void CodeIndex::SetState(Entry& entry, batch::CodeState state) {
  counts_[static_cast<size_t>(entry.state)]--;
  counts_[static_cast<size_t>(state)]++;
  entry.state = state;
}

batch::BatchStatus CodeIndex::Status() const {
  const auto count = [this](batch::CodeState s) { return counts_[static_cast<size_t>(s)]; };
  using batch::CodeState;
  return batch::BatchStatus{.name = name_,
                            .state = batch::BatchState::kOpen,
                            .codes = entries_.size(),
                            .issued = count(CodeState::kIssued),
                            .claimed = count(CodeState::kClaimed),
                            .commissioned = count(CodeState::kCommissioned),
                            .in_doubt = count(CodeState::kInDoubt),
                            .unused = count(CodeState::kUnused),
                            .unconfirmed = count(CodeState::kUnconfirmed),
                            .voided = count(CodeState::kVoided)};
}

}  // namespace veriline::store
