// SPDX-License-Identifier: Apache-2.0
// What a worker answers, whatever it is: an AnswerHead, then payload, text and add-on as long as it
// says, as far as there is room.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include "tests/support/fuzz.h"
#include "vision/core/utf8.h"
#include "vision/decode/worker/slot.h"

using namespace veriline;
using namespace veriline::decode::worker;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto answer = std::make_unique<Answer>();
  const auto take = [&](void* out, size_t wanted) {
    const size_t taken = std::min(wanted, size);
    if (taken > 0) std::memcpy(out, data, taken);
    data += taken;
    size -= taken;
  };
  take(&answer->head, sizeof answer->head);
  take(answer->payload.data(), std::min<size_t>(answer->head.payload_size, kPayloadBytes));
  take(answer->text.data(), std::min<size_t>(answer->head.text_size, kTextBytes));
  take(answer->addon.data(), std::min<size_t>(answer->head.addon_size, kAddonBytes));

  SymbologySet asked = SymbologySet::All();
  if (answer->head.payload_size % 2 == 1) asked = SymbologySet().Add(Symbology::kQr);
  const Expected expected{asked, Decoder::kZxing, 100, 80};
  AnswerKind kind{};
  std::optional<Symbol> symbol;
  const bool sane = ReadAnswer(*answer, expected, &kind, &symbol);
  FUZZ_CHECK(symbol.has_value() == (sane && kind == AnswerKind::kSymbol));
  if (!symbol) return 0;
  FUZZ_CHECK(asked.Has(symbol->symbology));
  FUZZ_CHECK(symbol->decoder == Decoder::kZxing);
  FUZZ_CHECK(symbol->payload.size() <= kPayloadBytes && symbol->text.size() <= kTextBytes);
  FUZZ_CHECK(symbol->addon.size() <= kAddonBytes);
  FUZZ_CHECK(IsUtf8(symbol->text.view()) && IsUtf8(symbol->addon.view()));
  FUZZ_CHECK(std::strlen(symbol->identifier.data()) <= 3);
  FUZZ_CHECK(symbol->rows >= 0 && symbol->cols >= 0);
  FUZZ_CHECK(symbol->errors_corrected >= -1 && symbol->error_capacity >= -1);
  for (const Point& corner : symbol->quad.corners) {
    FUZZ_CHECK(std::abs(corner.x) <= 200 && std::abs(corner.y) <= 160);
  }
  // What was read is written and read as the same.
  const auto again = std::make_unique<Answer>();
  WriteAnswer(symbol, *again);
  std::optional<Symbol> same;
  FUZZ_CHECK(ReadAnswer(*again, expected, &kind, &same) && same);
  FUZZ_CHECK(same->payload == symbol->payload && same->text == symbol->text);
  FUZZ_CHECK(same->quad == symbol->quad && same->rows == symbol->rows);
  return 0;
}
