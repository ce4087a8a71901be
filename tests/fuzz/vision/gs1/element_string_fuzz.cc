// SPDX-License-Identifier: Apache-2.0
#include "vision/gs1/element_string.h"

#include <string_view>

#include "tests/support/fuzz.h"

using namespace veriline::gs1;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto parsed = ParseElementString(bytes, Associations::kIgnore);
  const auto checked = ParseElementString(bytes);
  if (!parsed) {
    FUZZ_CHECK(!checked);
    FUZZ_CHECK(parsed.error().kind == checked.error().kind);
    FUZZ_CHECK(parsed.error().offset <= bytes.size());
    FUZZ_CHECK(!Describe(parsed.error()).empty());
    return 0;
  }
  FUZZ_CHECK(static_cast<bool>(checked) == !CheckAssociations(parsed->elements));
  FUZZ_CHECK(!parsed->elements.empty());
  for (const Element& element : parsed->elements) {
    FUZZ_CHECK(bytes.substr(element.offset).starts_with(element.ai.view()));
    FUZZ_CHECK(element.value.find(kSeparator) == std::string_view::npos);
  }
  // Nothing is lost: canonical bytes say the same and are their own canonical form.
  const std::string canonical = ToElementString(parsed->elements);
  FUZZ_CHECK(canonical.size() <= bytes.size());
  const auto again = ParseElementString(canonical, Associations::kIgnore);
  FUZZ_CHECK(again && again->warnings.empty());
  FUZZ_CHECK(Hri(again->elements) == Hri(parsed->elements));
  FUZZ_CHECK(ToElementString(again->elements) == canonical);
  return 0;
}
