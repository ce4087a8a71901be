// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "pipeline/batch/registry.h"
#include "pipeline/item/record_store.h"

namespace veriline::item {

/// A place where a person has items in hand: rework, a hand scanner.
struct Station {
  std::string name;  ///< its records are those of a line of this name
  std::string user;
};

/// What became of one code.
struct StationAnswer {
  batch::ReserveOutcome outcome = batch::ReserveOutcome::kNotFree;
  batch::ItemRef item;    ///< of kGranted: the number that the item got here
  batch::ItemRef holder;  ///< of kDuplicate: who has the code
};

/// Claims each code for an item of its own that is in hand; commissioned and durable when it
/// returns. What another item has is a duplicate, and both are suspect, as on a line. Each code
/// leaves a record. `codes` as issued. Errors: a code that is none, the store cannot write; then
/// the codes up to some of them may be claimed, and asking again tells which.
/// Thread: any.
Checked<std::vector<StationAnswer>> ClaimAtStation(batch::Registry& registry, RecordStore& store,
                                                   const Station& station, const std::string& batch,
                                                   const std::vector<std::string>& codes);

}  // namespace veriline::item
