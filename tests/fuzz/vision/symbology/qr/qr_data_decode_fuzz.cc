// SPDX-License-Identifier: Apache-2.0
// The first byte says which version (its sixth bit: Micro QR) and, by its highest bit, whether the
// last four bits are left out; the rest is data.
#include "vision/symbology/qr/data_decode.h"

#include <algorithm>
#include <memory>
#include <string>

#include "tests/support/fuzz.h"

using namespace veriline::symbology::qr;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const bool micro = (data[0] & 0x40) != 0;
  const Version version{static_cast<uint8_t>(1 + (data[0] & 0x3F) % (micro ? 4 : 40)), micro};
  const std::span<const uint8_t> bytes(data + 1, std::min<size_t>(size - 1, kMaxDataCodewords));
  const int bits = static_cast<int>(8 * bytes.size()) - ((data[0] & 0x80) != 0 && size > 1 ? 4 : 0);
  static const auto message = std::make_unique<Message>();
  const Step step = DecodeData(bytes, bits, version, *message);
  FUZZ_CHECK(step == message->failed_at);
  FUZZ_CHECK(step != Step::kFormat && step != Step::kErrorCorrection &&
             step != Step::kCorrectionCap);
  FUZZ_CHECK(message->payload_size >= 0 && message->payload_size <= bits * 3 / 10 + 2);
  FUZZ_CHECK(message->identifier[0] == ']' && message->identifier[1] == 'Q');
  FUZZ_CHECK(message->identifier[2] >= '1' && message->identifier[2] <= '6');
  FUZZ_CHECK(message->wrong_pad_codewords <= message->pad_codewords);
  int last = -1;
  for (const TextSpan& span : message->text_spans()) {
    FUZZ_CHECK(static_cast<int>(span.begin) > last);
    FUZZ_CHECK(span.eci >= -1 && span.eci <= 999'999);
    last = span.begin;
  }
  FUZZ_CHECK(last <= message->payload_size);
  if (step != Step::kNone) return 0;
  FUZZ_CHECK(message->payload_size > 0 && message->span_count > 0);
  FUZZ_CHECK(message->spans[0].begin == 0);
  FUZZ_CHECK(!micro || message->identifier[2] == '1');
  // The same again after another message in the same place.
  const std::string first(message->bytes());
  DecodeData({}, 0, version, *message);
  FUZZ_CHECK(message->failed_at == Step::kEmpty);
  FUZZ_CHECK(DecodeData(bytes, bits, version, *message) == Step::kNone);
  FUZZ_CHECK(message->bytes() == first);
  return 0;
}
