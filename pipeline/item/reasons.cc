// SPDX-License-Identifier: Apache-2.0
#include "pipeline/item/reasons.h"

#include <array>

namespace veriline::item {
namespace {
constexpr std::array<std::string_view, kRejectReasonCount> kNames = {
    "none",          "no_read", "grade",      "unknown",      "duplicate",
    "wrong_batch",   "voided",  "malformed",  "inconsistent", "missing_part",
    "text_mismatch", "late",    "frame_lost", "fault",        "out_of_sequence"};

using enum RejectReason;
constexpr std::array kPrecedence = {
    kFault,         kFrameLost, kLate,       kNoRead, kInconsistent, kMissingPart,  kMalformed,
    kOutOfSequence, kUnknown,   kWrongBatch, kVoided, kDuplicate,    kTextMismatch, kGrade};
static_assert(kPrecedence.size() == kRejectReasonCount - 1, "every reason has its place");
}  // namespace

std::string_view Name(RejectReason reason) { return kNames[static_cast<size_t>(reason)]; }

std::optional<RejectReason> RejectReasonFromName(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<RejectReason>(i);
  }
  return std::nullopt;
}

RejectReason ReasonSet::Primary() const {
  for (RejectReason reason : kPrecedence) {
    if (Has(reason)) return reason;
  }
  return kNone;
}

}  // namespace veriline::item
