// SPDX-License-Identifier: Apache-2.0
#include "pipeline/batch/code_list.h"

#include <sstream>
#include <string>
#include <unordered_set>

#include "tests/support/fuzz.h"

using namespace veriline;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
  const auto list = batch::ParseCodeList(in, "list");
  if (!list) {
    FUZZ_CHECK(!list.error().message.empty() && !list.error().advice.empty());
    FUZZ_CHECK(list.error().message.find('\n') == std::string::npos);
    return 0;
  }
  std::unordered_set<batch::CodeKey> keys;
  for (const auto& code : list->codes) {
    FUZZ_CHECK(!code.code.empty() && code.line > 1);
    FUZZ_CHECK(keys.insert(code.key).second);
  }
  std::stringstream file;
  batch::WriteCodeList(file, list->codes);
  const auto again = batch::ParseCodeList(file, "again");
  FUZZ_CHECK(again && again->codes.size() == list->codes.size());
  for (size_t i = 0; i < again->codes.size(); ++i) {
    const auto& a = list->codes[i];
    const auto& b = again->codes[i];
    FUZZ_CHECK(a.key == b.key && a.code == b.code && a.gtin == b.gtin && a.lot == b.lot &&
               a.expiry == b.expiry && a.market == b.market);
  }
  return 0;
}
