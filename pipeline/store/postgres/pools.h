// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/batch/registry.h"
#include "pipeline/store/postgres/connection.h"
#include "vision/core/result.h"

namespace veriline::store {

/// Codes of a shared store that one line alone may claim, in a store of its own: the places
/// [first, first + codes) of a list. Nobody claims them in the shared store until they are handed
/// back.
struct Pool {
  enum class State : uint8_t {
    kAllotted = 1,    ///< the line has not taken it yet
    kTaken = 2,       ///< it stands in the line's store
    kHandedBack = 3,  ///< the line's batch is closed, and all that became of it is here
  };
  int64_t id = 0;
  std::string batch, line_id;
  batch::BatchState batch_state = batch::BatchState::kLoaded;
  int64_t part_id = 0;
  uint64_t first = 0;  ///< place in the list `part_id`
  uint64_t codes = 0;
  State state = State::kAllotted;
};
std::string_view Name(Pool::State state);

/// Allots the next `codes` of the batch that are in no pool and still issued, from one of its
/// lists. Errors: no such batch, a closed one; fewer codes are left.
Checked<Pool> AllotPool(const std::string& url, const std::string& batch,
                        const std::string& line_id, uint64_t codes, const std::string& user);
/// The pools of the batch; those of a line with `batch` empty.
Checked<std::vector<Pool>> ListPools(Connection& connection, const std::string& batch,
                                     const std::string& line_id);
/// The same at an address.
Checked<std::vector<Pool>> ListPools(const std::string& url, const std::string& batch);

}  // namespace veriline::store
