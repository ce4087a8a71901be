// SPDX-License-Identifier: Apache-2.0
#include "pipeline/store/embedded/embedded_store.h"
#include "pipeline/store/postgres/postgres_store.h"
#include "pipeline/store/store.h"

namespace veriline::store {

bool IsAddress(const std::string& where) { return where.find("://") != std::string::npos; }

Checked<std::unique_ptr<Store>> OpenStore(const std::string& where,
                                          const std::vector<std::string>& lines) {
  if (!IsAddress(where)) {
    auto opened = EmbeddedStore::Open(where);
    if (!opened) return Fail(opened.error());
    return std::unique_ptr<Store>(std::move(*opened));
  }
  if (!where.starts_with("postgres://") && !where.starts_with("postgresql://")) {
    return Fail(Diagnostic{.message = "there are no stores at addresses that begin with " +
                                      where.substr(0, where.find("://") + 3),
                           .advice = "give a directory, or postgres://host/database"});
  }
  auto opened = PostgresStore::Open(where, lines);
  if (!opened) return Fail(opened.error());
  return std::unique_ptr<Store>(std::move(*opened));
}

}  // namespace veriline::store
