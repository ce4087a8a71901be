// SPDX-License-Identifier: Apache-2.0
#include "pipeline/store/embedded/embedded_store.h"
#include "tests/support/batch_contract.h"
#include "tests/support/store_contract.h"

namespace veriline::testing {

OpenedStore OpenEmbedded(const std::string& dir) {
  auto opened = store::EmbeddedStore::Open(dir + "/store");
  if (!opened) {
    ADD_FAILURE() << opened.error().ToString();
    return {};
  }
  const std::shared_ptr<store::EmbeddedStore> shared = std::move(*opened);
  return {shared, shared.get(), shared.get()};
}

INSTANTIATE_TEST_SUITE_P(Embedded, StoreContract,
                         ::testing::Values(StoreFactory{"embedded", OpenEmbedded}),
                         [](const auto& backend) { return backend.param.name; });

}  // namespace veriline::testing
