// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pipeline/batch/code_key.h"
#include "pipeline/batch/registry.h"
#include "pipeline/item/inspection_record.h"
#include "pipeline/item/reasons.h"
#include "pipeline/item/recipe.h"

namespace veriline::item {

/// What the codes on one item say about it.
struct Decision {
  ReasonSet reasons;                       ///< empty: accept, when the identity can be reserved
  std::string detail;                      ///< one sentence on the primary reason; empty on accept
  std::string warning;                     ///< one sentence on a grade below the warn limit
  std::optional<batch::CodeKey> identity;  ///< set when exactly one identity was read
};

/// Judges the codes of one item against recipe and issued batch; everything but the reservation.
///
/// Roles first: each code takes the role of the first code of the recipe that it matches in
/// symbology and identifier; the same code seen twice counts once. No identity → no_read; two
/// different ones, a code that matches nothing, or a product or copy that disagrees →
/// inconsistent; a product or copy that is not there, or a view of a *same* group without the
/// identity → missing_part. Then the identity: GS1
/// syntax, or a symbol that only detects errors → malformed; in no batch → unknown; in another or
/// closed batch, or lot, expiry or market differ from the issued → wrong_batch; voided → voided; a
/// store that cannot say → fault. At last the grades: of a code that was seen several times the
/// best one counts; below the reject limit → grade, below the warn limit → a warning. Sets `role`,
/// `hri` and `grade.flag` of `codes`. Thread: any (the registry is asked with Find only).
Decision Decide(const Recipe& recipe, const std::string& batch, const batch::Registry& registry,
                std::vector<CodeResult>& codes);

/// The sentence for a code that another item holds.
std::string DescribeDuplicate(const batch::ReserveAnswer& answer);

}  // namespace veriline::item
