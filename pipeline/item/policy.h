// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/batch/code_key.h"
#include "pipeline/batch/registry.h"
#include "pipeline/item/inspection_record.h"
#include "pipeline/item/reasons.h"
#include "pipeline/item/recipe.h"
#include "pipeline/item/sequence_track.h"

namespace veriline::item {

/// What the codes on one item say about it.
struct Decision {
  ReasonSet reasons;                       ///< empty: accept, when the identity can be reserved
  std::string detail;                      ///< one sentence on the primary reason; empty on accept
  std::string warning;                     ///< one sentence on a grade below the warn limit
  std::optional<batch::CodeKey> identity;  ///< set when exactly one identity was read
};

/// The first code of the recipe that a symbol is by symbology, identifier, and length and mask of
/// its payload; null when it is none.
const CodeSpec* SpecOf(const Recipe& recipe, Symbology symbology, std::string_view identifier,
                       std::string_view payload);

/// Judges the codes and lines of text of one item against recipe and issued batch; everything but
/// the reservation.
///
/// Roles first: each code takes the role of the first code of the recipe that it matches (SpecOf);
/// the same code seen twice counts once. A code with more codewords
/// corrected than the recipe allows counts as not read, and so does one of a symbology without
/// check characters (Code 39, ITF, Codabar) that has not the recipe's length or mask beside one
/// that has. No identity → no_read; two different ones, a code that matches nothing, or a product
/// or copy that disagrees → inconsistent; a product or copy that is not there, or a view of a
/// *same* group without the identity, or a composite of which only the linear part was read →
/// missing_part. Then the identity: GS1
/// syntax, or a symbol that only detects errors → malformed; in no batch → unknown; in another or
/// closed batch, or lot, expiry or market differ from the issued → wrong_batch; voided → voided; a
/// store that cannot say → fault. Then the lines of text: one that says something else, is not
/// there or not clear → text_mismatch, with both values. At last the grades: of a code that was
/// seen several times the best one counts; below the reject limit → grade, below the warn limit →
/// a warning. Sets `role`, `hri` and `grade.flag` of `codes`.
///
/// On a line of numbers in sequence the number is the identity: none that is clear → no_read,
/// several → inconsistent, one that does not fit `track` → out_of_sequence, and then nothing is
/// claimed. Thread: any (the registry is asked with Find only).
Decision Decide(const Recipe& recipe, const std::string& batch, const batch::Registry& registry,
                std::vector<CodeResult>& codes, std::span<const TextResult> texts = {},
                const SequenceTrack* track = nullptr);

/// The sentence for a code that another item holds.
std::string DescribeDuplicate(const batch::ReserveAnswer& answer);

}  // namespace veriline::item
