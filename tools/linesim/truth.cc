// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/truth.h"

namespace veriline::linesim {

using item::RejectReason;

// clang-format off
const std::array<FaultTruth, kFaultKindCount> kFaultTable = {{
    // kind                           name                   accepted reason                      exposed delivered
    {FaultKind::kNone,                "none",                true,  RejectReason::kNone,         true,  true},
    {FaultKind::kNoLabel,             "no_label",            false, RejectReason::kNoRead,       true,  true},
    {FaultKind::kDamaged,             "damaged",             false, RejectReason::kNoRead,       true,  true},
    {FaultKind::kFaint,               "faint",               false, RejectReason::kNoRead,       true,  true},
    {FaultKind::kWrongBatch,          "wrong_batch",         false, RejectReason::kWrongBatch,   true,  true},
    {FaultKind::kUnknown,             "unknown",             false, RejectReason::kUnknown,      true,  true},
    {FaultKind::kVoided,              "voided",              false, RejectReason::kVoided,       true,  true},
    {FaultKind::kMalformedSeparator,  "malformed_separator", false, RejectReason::kMalformed,    true,  true},
    {FaultKind::kMalformedSerial,     "malformed_serial",    false, RejectReason::kMalformed,    true,  true},
    {FaultKind::kDuplicate,           "duplicate",           false, RejectReason::kDuplicate,    true,  true},
    {FaultKind::kTwoCodes,            "two_codes",           false, RejectReason::kInconsistent, true,  true},
    {FaultKind::kLostFrame,           "lost_frame",          false, RejectReason::kFrameLost,    true,  false},
    {FaultKind::kIgnoredTrigger,      "ignored_trigger",     false, RejectReason::kFrameLost,    false, false},
    {FaultKind::kNeighbour,           "neighbour",           false, RejectReason::kNoRead,       true,  true},
    {FaultKind::kTextOnly,            "text_only",           false, RejectReason::kNoRead,       true,  true},
    {FaultKind::kSplice,              "splice",              false, RejectReason::kNoRead,       true,  true},
    {FaultKind::kSwapped,             "swapped",             false, RejectReason::kDuplicate,    true,  true},
    {FaultKind::kMisplaced,           "misplaced",           false, RejectReason::kNoRead,       true,  true},
    {FaultKind::kCopyMissing,         "copy_missing",        false, RejectReason::kMissingPart,  true,  true},
    {FaultKind::kCopyDiffers,         "copy_differs",        false, RejectReason::kInconsistent, true,  true},
    {FaultKind::kProductMissing,      "product_missing",     false, RejectReason::kMissingPart,  true,  true},
    {FaultKind::kWrongProduct,        "wrong_product",       false, RejectReason::kInconsistent, true,  true},
    {FaultKind::kGlare,               "glare",               false, RejectReason::kNoRead,       true,  true},
    {FaultKind::kLowContrast,         "low_contrast",        false, RejectReason::kGrade,        true,  true},
    {FaultKind::kInkSpread,           "ink_spread",          false, RejectReason::kGrade,        true,  true},
    {FaultKind::kFading,              "fading",              false, RejectReason::kGrade,        true,  true},
    {FaultKind::kFlecks,              "flecks",              false, RejectReason::kGrade,        true,  true},
    {FaultKind::kExtraCode,            "extra_code",          false, RejectReason::kInconsistent,  true,  true},
    {FaultKind::kPartSwapped,          "part_swapped",        false, RejectReason::kInconsistent,  true,  true},
    {FaultKind::kTextDigit,            "text_digit",          false, RejectReason::kTextMismatch,  true,  true},
    {FaultKind::kTextMissing,          "text_missing",        false, RejectReason::kTextMismatch,  true,  true},
    {FaultKind::kTextSmeared,          "text_smeared",        false, RejectReason::kTextMismatch,  true,  true},
    {FaultKind::kTextSwapped,          "text_swapped",        false, RejectReason::kTextMismatch,  true,  true},
    {FaultKind::kNumberDigit,          "number_digit",        false, RejectReason::kOutOfSequence, true,  true},
    {FaultKind::kNumberSwapped,        "number_swapped",      false, RejectReason::kOutOfSequence, true,  true},
    {FaultKind::kNumberSmeared,        "number_smeared",      false, RejectReason::kNoRead,        true,  true},
}};
// clang-format on

std::optional<FaultKind> FaultKindFromName(std::string_view name) {
  for (const FaultTruth& row : kFaultTable) {
    if (row.name == name) return row.kind;
  }
  return std::nullopt;
}

}  // namespace veriline::linesim
