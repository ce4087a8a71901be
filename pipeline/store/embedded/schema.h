// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "pipeline/store/embedded/database.h"
#include "pipeline/store/fingerprint.h"
#include "vision/core/result.h"

namespace veriline::store {

/// Tables and versions of the database: schema.md says what they mean.
inline constexpr int64_t kApplicationId = 0x56524C4E;  // "VRLN"
inline constexpr int64_t kSchemaVersion = 4;

/// The one row of `meta`.
struct Meta {
  std::string store_id;
  uint64_t commits = 0;
  uint64_t last_change = 0;
  FingerprintKey fingerprint_key;
};

/// Looks at the file's first bytes before SQLite does; an absent or empty file is fine.
/// Returns true when there is something in it. Errors: not a store, or another program's.
Checked<bool> CheckFileHeader(const std::string& path);

/// A mark without the database that it belongs to.
Diagnostic EmptyDatabase(const std::string& path);

/// Checks version and ownership of a database and reads its meta row; makes the tables of an empty
/// one with a new store id; one that may not be new is EmptyDatabase then. Turns the write-ahead
/// log on.
Checked<Meta> PrepareSchema(Database& db, const std::string& path, bool may_be_new);

/// Reads every page and holds tables and indexes against each other. Cost: as long as it takes to
/// read the file some times over.
Checked<void> CheckWhole(Database& db, const std::string& path);

}  // namespace veriline::store
