// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "pipeline/batch/registry.h"
#include "pipeline/item/record_store.h"
#include "vision/core/result.h"

namespace veriline::store {

/// Issued codes and records, whatever keeps them.
class Store : public batch::Registry, public item::RecordStore {};

/// Whether `where` names a server and not a directory.
bool IsAddress(const std::string& where);

/// The store in a directory (EmbeddedStore) or at a postgres:// address (PostgresStore). `lines`:
/// those that this process runs; claims that they left without a confirmation are in doubt then.
/// None: an office, which claims nothing.
Checked<std::unique_ptr<Store>> OpenStore(const std::string& where,
                                          const std::vector<std::string>& lines);

}  // namespace veriline::store
