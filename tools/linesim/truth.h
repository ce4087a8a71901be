// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "pipeline/item/reasons.h"

namespace veriline::linesim {

/// What is wrong with an item of the simulated line. An item has at most one fault. Which kinds a
/// scene knows stands in its traits (scene.h).
enum class FaultKind : uint8_t {
  kNone,
  kNoLabel,             ///< no symbol on the item
  kDamaged,             ///< symbol destroyed far beyond its error correction
  kFaint,               ///< print contrast ≤ 0.5 %
  kWrongBatch,          ///< a code of the other batch
  kUnknown,             ///< a code of no batch
  kVoided,              ///< a code of the batch that was voided
  kMalformedSeparator,  ///< the separator behind AI 10 is lost
  kMalformedSerial,     ///< AI 21 longer than 20 characters
  kDuplicate,           ///< the code of an earlier accepted item; this later item is the duplicate
  kTwoCodes,            ///< two different issued codes
  kLostFrame,           ///< exposed, but the frame never arrives: its frame id is missing
  kIgnoredTrigger,      ///< never exposed: no frame, and no gap in the frame ids
  kNeighbour,           ///< no symbol, and the next item's symbol shows in the picture
  kTextOnly,            ///< the label carries text and no symbol
  kSplice,              ///< the web is spliced here: tape lies across the codes of all lanes
  kSwapped,             ///< the code of the good item beside it; either may be the duplicate
  kMisplaced,           ///< the whole sheet is printed half a pitch off
  kCopyMissing,         ///< the second code that repeats the identity is not there
  kCopyDiffers,         ///< it carries another identity
  kProductMissing,      ///< the product code is not there
  kWrongProduct,        ///< it names another product
  kGlare,               ///< glare lies over the code in every light
  // Print that is read and has a grade below 1.5:
  kLowContrast,  ///< symbol contrast 25 %
  kInkSpread,    ///< dark modules half a module wider along one axis
  kFading,       ///< ink fades to less than half across the symbol
  kFlecks,       ///< so many codewords damaged that unused error correction is below 0.25
  // Labels with several parts:
  kExtraCode,      ///< a code of the neighbour beside its own
  kPartSwapped,    ///< its second code is the neighbour's
  kTextDigit,      ///< one digit of its text is another one
  kTextMissing,    ///< a line of its text is not there
  kTextSmeared,    ///< or wiped
  kTextSwapped,    ///< or the neighbour's
  kNumberDigit,    ///< a digit of its number, not the last, is another one
  kNumberSwapped,  ///< its number is that of the lane beside it
  kNumberSmeared,  ///< its number is wiped
};
inline constexpr int kFaultKindCount = 36;

/// What must become of an item with that fault.
struct FaultTruth {
  FaultKind kind;
  std::string_view name;
  bool accepted;
  item::RejectReason reason;  ///< the primary one
  bool exposed;               ///< the camera exposes and counts a frame id
  bool delivered;             ///< the frame reaches the host
};

/// The one table of truth, shared by the simulator and by the tests, in the order of FaultKind.
extern const std::array<FaultTruth, kFaultKindCount> kFaultTable;

inline const FaultTruth& TruthOf(FaultKind kind) { return kFaultTable[static_cast<size_t>(kind)]; }
inline std::string_view Name(FaultKind kind) { return TruthOf(kind).name; }
std::optional<FaultKind> FaultKindFromName(std::string_view name);

}  // namespace veriline::linesim
