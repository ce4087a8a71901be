// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/item/code_grade.h"
#include "pipeline/item/reasons.h"
#include "vision/core/geometry.h"
#include "vision/core/symbol.h"

namespace veriline::item {

/// The part a code plays on an item. Numbers are stable.
enum class CodeRole : uint8_t {
  kNone = 0,  ///< matches no code of the recipe
  kIdentity = 1,
  kProduct = 2,
  kCopy = 3,
  kIgnored = 4,
};
std::string_view Name(CodeRole role);

/// One code as it was seen on an item (or outside every item).
struct CodeResult {
  CodeRole role = CodeRole::kNone;
  Symbology symbology = Symbology::kUnknown;
  std::string identifier;     ///< "]d2"
  std::string payload;        ///< bytes, GS as 0x1D
  std::string text;           ///< UTF-8
  std::string hri;            ///< bracketed element string, when the payload is one
  Quad quad;                  ///< in the picture of `camera`
  int64_t center_counts = 0;  ///< belt position of its centre, in eye counts
  Decoder decoder = Decoder::kNone;
  int errors_corrected = -1;
  /// The symbol detects errors and corrects none (Micro QR M1): it may be another one. Known while
  /// the item is judged, and not kept.
  bool detection_only = false;
  CodeGrade grade;
  uint32_t camera = 0;
  uint64_t frame_id = 0;
};

/// What was found of a line of text. Numbers are stable.
enum class TextState : uint8_t {
  kMatch = 1,       ///< it says what it should
  kMismatch = 2,    ///< it clearly says something else
  kMissing = 3,     ///< nothing is printed there
  kUnreadable = 4,  ///< something is, and it is not clear what
  kNoValue = 5,     ///< the identity does not say what is to be printed there
};
std::string_view Name(TextState state);  ///< "match", "no_value", ...

/// One line of text as it was seen on an item.
struct TextResult {
  std::string name;     ///< of the line in the recipe; of a number in sequence "number"
  bool number = false;  ///< a number in sequence, the identity of the item
  TextState state = TextState::kUnreadable;
  std::string expected;       ///< what it should say; of kNoValue the AI that is not there
  std::string read;           ///< what it says as far as it is clear, '?' for a doubtful character
  float margin_ratio = 0;     ///< how far its least clear character is ahead of the next best one
  Quad place;                 ///< in the picture of `camera`
  int64_t center_counts = 0;  ///< belt position by which it belongs to the item, in eye counts
  uint32_t camera = 0;
  uint64_t frame_id = 0;
};

enum class RecordKind : uint8_t {
  kItem = 1,   ///< the verdict of an item
  kStray = 2,  ///< a code outside every window: reported, never releases anything
};

/// Steady times of one item; 0 = did not happen.
struct ItemTimes {
  int64_t trigger_ns = 0;     ///< photo-eye edge
  int64_t exposure_ns = 0;    ///< of the last frame it was judged by
  int64_t last_pixel_ns = 0;  ///< of that frame, in memory
  int64_t decision_ns = 0;    ///< verdict final
  int64_t sent_ns = 0;        ///< handed to the gateways
};

/// What happened to one item (or one stray code): immutable once written.
struct InspectionRecord {
  RecordKind kind = RecordKind::kItem;
  std::string line_id;
  uint64_t seq = 0;  ///< gap-free per line, given by the store when it is written
  int lane = 0;
  uint64_t item_seq = 0;
  std::string part_id;     ///< as the PLC calls the item; empty = it has no name
  int64_t from_count = 0;  ///< window of the item in eye counts, [from, to)
  int64_t to_count = 0;
  bool accepted = false;
  RejectReason primary = RejectReason::kNone;
  ReasonSet reasons;
  /// One sentence for people: which field, which first item, which camera; of an accepted item what
  /// its grade warns of, else empty.
  std::string detail;
  std::vector<CodeResult> codes;
  std::vector<TextResult> texts;
  ItemTimes times;
  int64_t utc_ns = 0;
  std::string batch;
  std::string recipe_name;
  std::string recipe_hash;
};

}  // namespace veriline::item
