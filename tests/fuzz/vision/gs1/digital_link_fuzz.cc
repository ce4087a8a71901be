// SPDX-License-Identifier: Apache-2.0
#include "vision/gs1/digital_link.h"

#include <string_view>

#include "tests/support/fuzz.h"

using namespace veriline::gs1;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view uri(reinterpret_cast<const char*>(data), size);
  const bool is_one = IsDigitalLink(uri);
  const auto bytes = FromDigitalLink(uri, Associations::kIgnore);
  if (!bytes) {
    FUZZ_CHECK(bytes.error().offset <= uri.size());
    FUZZ_CHECK(!Describe(bytes.error()).empty());
    return 0;
  }
  FUZZ_CHECK(is_one);
  const auto parsed = ParseElementString(*bytes, Associations::kIgnore);
  FUZZ_CHECK(parsed && parsed->warnings.empty());
  // Nothing is lost: the canonical URI says the same.
  const auto canonical = ToDigitalLink(parsed->elements, "https://example.com");
  FUZZ_CHECK(canonical.has_value());
  const auto again = FromDigitalLink(*canonical, Associations::kIgnore);
  FUZZ_CHECK(again.has_value());
  // In another order an element may need its separator, or no longer.
  const auto elements = ParseElementString(*again, Associations::kIgnore);
  FUZZ_CHECK(elements && elements->elements.size() == parsed->elements.size());
  FUZZ_CHECK(ToDigitalLink(elements->elements, "https://example.com") == canonical);
  return 0;
}
