// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "pipeline/store/postgres/connection.h"

namespace veriline::store {

/// Tables in the database schema `veriline`: schema.md.
inline constexpr int64_t kPostgresVersion = 1;

/// Makes the tables where there are none; reads the store's id. Errors: out of reach; no right to
/// make them; another version.
Checked<std::string> PrepareSchema(Connection& connection);

}  // namespace veriline::store
