// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "pipeline/store/postgres/postgres_store.h"
#include "tests/support/batch_contract.h"
#include "tests/support/postgres_server.h"
#include "tests/support/store_contract.h"

namespace veriline::testing {

OpenedStore OpenPostgres(const std::string& dir) {
  static PostgresServer server;
  static std::map<std::string, std::string> urls;
  std::string& url = urls[dir];
  if (url.empty()) url = server.UrlOf("of_test_" + std::to_string(urls.size()));
  auto opened = store::PostgresStore::Open(url, {"L1", "L2"});
  if (!opened) {
    ADD_FAILURE() << opened.error().ToString();
    return {};
  }
  const std::shared_ptr<store::PostgresStore> shared = std::move(*opened);
  return {shared, shared.get(), shared.get()};
}

INSTANTIATE_TEST_SUITE_P(Postgres, StoreContract,
                         ::testing::Values(StoreFactory{"postgres", OpenPostgres}),
                         [](const auto& backend) { return backend.param.name; });

}  // namespace veriline::testing
