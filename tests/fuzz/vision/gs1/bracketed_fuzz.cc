// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include "tests/support/fuzz.h"
#include "vision/gs1/element_string.h"

using namespace veriline::gs1;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto bytes = FromBracketed(text, Associations::kIgnore);
  if (!bytes) {
    FUZZ_CHECK(bytes.error().offset <= text.size());
    FUZZ_CHECK(!Describe(bytes.error()).empty());
    return 0;
  }
  const auto parsed = ParseElementString(*bytes, Associations::kIgnore);
  FUZZ_CHECK(static_cast<bool>(parsed));
  // Without escapes and repetitions the text is the human readable interpretation itself.
  if (text.find('\\') == std::string_view::npos && parsed->warnings.empty()) {
    FUZZ_CHECK(Hri(parsed->elements) == text);
  }
  return 0;
}
