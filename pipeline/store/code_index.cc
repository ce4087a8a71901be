// SPDX-License-Identifier: Apache-2.0
#include "pipeline/store/code_index.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace veriline::store {
namespace {

constexpr int kKeptBits = 48;  // of a fingerprint, behind those that its bucket tells
constexpr int kLeastBucketBits = 64 - kKeptBits, kMostBucketBits = 26;
constexpr uint64_t kCodesPerBucket = 8;

int BucketBits(uint64_t codes) {
  return std::clamp<int>(std::bit_width(codes / kCodesPerBucket), kLeastBucketBits,
                         kMostBucketBits);
}

uint32_t MiddleOf(Fingerprint fingerprint) { return static_cast<uint32_t>(fingerprint >> 16); }
uint16_t LastOf(Fingerprint fingerprint) { return static_cast<uint16_t>(fingerprint); }

}  // namespace

CodeIndex::CodeIndex(int64_t part_id, std::string batch, uint64_t codes)
    : part_id_(part_id), batch_(std::move(batch)), bucket_bits_(BucketBits(codes)) {
  first_of_.resize((size_t{1} << bucket_bits_) + 1);
  middles_.resize(codes);
  lasts_.resize(codes);
  rows_.resize(codes);
  changes_.resize(codes);
  later_changes_.resize(codes);
  states_.resize(codes, static_cast<uint8_t>(batch::CodeState::kIssued));
  counts_[static_cast<size_t>(batch::CodeState::kIssued)] = codes;
}

bool CodeIndex::Add(const IndexedCode& code) {
  if (added_ == states_.size() || code.row >= states_.size() ||
      (states_[code.row] & kAddedBit) != 0 || (added_ > 0 && code.fingerprint <= last_)) {
    return false;
  }
  if (added_ == 0) {
    common_attributes_ = code.attributes;
  } else if (own_attributes_.empty() && code.attributes != common_attributes_) {
    own_attributes_.assign(states_.size(), common_attributes_);
  }
  if (!own_attributes_.empty()) own_attributes_[code.row] = code.attributes;
  const uint64_t bucket = code.fingerprint >> (64 - bucket_bits_);
  while (last_bucket_ < bucket) first_of_[++last_bucket_] = static_cast<uint32_t>(added_);
  middles_[added_] = MiddleOf(code.fingerprint);
  lasts_[added_] = LastOf(code.fingerprint);
  rows_[added_] = code.row;
  states_[code.row] |= kAddedBit;
  last_ = code.fingerprint;
  if (++added_ == states_.size()) {
    while (last_bucket_ + 1 < first_of_.size()) {
      first_of_[++last_bucket_] = static_cast<uint32_t>(added_);
    }
  }
  return true;
}

std::optional<uint32_t> CodeIndex::Find(Fingerprint fingerprint) const {
  const uint64_t bucket = fingerprint >> (64 - bucket_bits_);
  const uint32_t middle = MiddleOf(fingerprint);
  const uint16_t last = LastOf(fingerprint);
  for (uint32_t i = first_of_[bucket]; i < first_of_[bucket + 1]; ++i) {
    if (middles_[i] == middle && lasts_[i] == last) return rows_[i];
  }
  return std::nullopt;
}

const batch::IssuedValues& CodeIndex::values(uint32_t row) const {
  static const batch::IssuedValues kNone;
  const auto at =
      attributes_.find(own_attributes_.empty() ? common_attributes_ : own_attributes_[row]);
  return at == attributes_.end() ? kNone : at->second;
}

void CodeIndex::SetState(uint32_t row, batch::CodeState to, uint64_t change) {
  if (first_change_ == 0) first_change_ = change;
  const uint64_t since = change - first_change_ + 1;
  counts_[static_cast<size_t>(state(row))]--;
  counts_[static_cast<size_t>(to)]++;
  states_[row] = static_cast<uint8_t>((states_[row] & ~kStateMask) | static_cast<uint8_t>(to));
  changes_[row] = static_cast<uint32_t>(since);
  later_changes_[row] = static_cast<uint8_t>(since >> 32);
}

CodeIndex::Held* CodeIndex::FindHeld(uint32_t row) {
  return (states_[row] & kHeldBit) == 0 ? nullptr : &held_.find(row)->second;
}

CodeIndex::Held& CodeIndex::SetHeld(uint32_t row, Held held) {
  states_[row] |= kHeldBit;
  return held_[row] = std::move(held);
}

void CodeIndex::Release(uint32_t row) {
  states_[row] &= static_cast<uint8_t>(~kHeldBit);
  held_.erase(row);
}

}  // namespace veriline::store
