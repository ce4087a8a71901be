// SPDX-License-Identifier: Apache-2.0
#include "pipeline/batch/registry.h"

#include <array>

namespace veriline::batch {
namespace {
constexpr std::array<std::string_view, kCodeStates> kStateNames = {
    "?",      "issued",  "claimed",  "commissioned", "in_doubt",  "unused",   "unconfirmed",
    "voided", "suspect", "rejected", "sampled",      "destroyed", "recalled", "missing"};
constexpr std::array<std::string_view, 4> kBatchStates = {"?", "loaded", "open", "closed"};
}  // namespace

std::string_view Name(CodeState state) { return kStateNames[static_cast<size_t>(state)]; }

std::optional<CodeState> CodeStateFromName(std::string_view name) {
  for (size_t i = 1; i < kStateNames.size(); ++i) {
    if (kStateNames[i] == name) return static_cast<CodeState>(i);
  }
  return std::nullopt;
}

std::string_view Name(BatchState state) { return kBatchStates[static_cast<size_t>(state)]; }

bool MayMove(CodeState from, CodeState to) {
  using enum CodeState;
  switch (from) {
    case kIssued:
      // Of a label that was seen by nobody, or never made.
      return to == kVoided || to == kRejected || to == kDestroyed || to == kSampled ||
             to == kMissing;
    case kUnused:
      return to == kRejected || to == kDestroyed || to == kSampled || to == kMissing;
    case kInDoubt:
    case kSuspect:
      // Somebody has looked for the item.
      return to == kCommissioned || to == kRejected || to == kDestroyed || to == kSampled ||
             to == kMissing;
    case kCommissioned:
    case kUnconfirmed:
      return to == kRejected || to == kDestroyed || to == kSampled || to == kRecalled ||
             to == kMissing;
    case kSampled:
    case kRejected:
    case kRecalled:
      return to == kDestroyed;
    case kClaimed:  // the line says what becomes of it
    case kVoided:
    case kDestroyed:
    case kMissing:
      break;
  }
  return false;
}

void FindDifferences(BatchBalance* balance) {
  BatchBalance& b = *balance;
  b.differences.clear();
  if (const uint64_t suspect = b.codes.Of(CodeState::kSuspect); suspect > 0) {
    b.differences.push_back(std::to_string(suspect) +
                            " codes are suspect: more than one item showed each of them");
  }
  if (const uint64_t explained = b.unread_rejects + b.removed; b.printed_not_seen > explained) {
    b.differences.push_back(
        std::to_string(b.printed_not_seen) + " labels were printed and never seen, but only " +
        std::to_string(explained) + " items left without their code being read");
  }
}

}  // namespace veriline::batch
