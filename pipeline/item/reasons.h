// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace veriline::item {

/// Why an item was rejected. Numbers are stable: stored, streamed, counted.
enum class RejectReason : uint8_t {
  kNone = 0,
  kNoRead = 1,
  kGrade = 2,
  kUnknown = 3,
  kDuplicate = 4,
  kWrongBatch = 5,
  kVoided = 6,
  kMalformed = 7,
  kInconsistent = 8,  ///< codes on the item disagree, or there are more than asked for
  kMissingPart = 9,
  kTextMismatch = 10,
  kLate = 11,
  kFrameLost = 12,
  kFault = 13,
  kOutOfSequence = 14,
};
inline constexpr int kRejectReasonCount = 15;

/// "no_read", "wrong_batch", ...; "none" for kNone.
std::string_view Name(RejectReason reason);
std::optional<RejectReason> RejectReasonFromName(std::string_view name);

/// All reasons that hold for an item. The primary one is what is counted.
class ReasonSet {
 public:
  constexpr ReasonSet() = default;
  constexpr explicit ReasonSet(uint32_t bits) : bits_(bits) {}
  constexpr void Add(RejectReason reason) {
    if (reason != RejectReason::kNone) bits_ |= 1u << static_cast<int>(reason);
  }
  constexpr bool Has(RejectReason reason) const { return (bits_ >> static_cast<int>(reason)) & 1; }
  constexpr bool Empty() const { return bits_ == 0; }
  constexpr uint32_t bits() const { return bits_; }
  /// The first in the order of precedence: fault, frame_lost, late, no_read, inconsistent,
  /// missing_part, malformed, out_of_sequence, unknown, wrong_batch, voided, duplicate,
  /// text_mismatch, grade; kNone when empty.
  RejectReason Primary() const;
  friend constexpr bool operator==(const ReasonSet&, const ReasonSet&) = default;

 private:
  uint32_t bits_ = 0;
};

}  // namespace veriline::item
