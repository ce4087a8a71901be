// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/datamatrix/data_decode.h"

#include <memory>
#include <span>
#include <string>

#include "tests/support/datamatrix_encoder.h"
#include "tests/support/fuzz.h"

using namespace veriline::symbology::datamatrix;

/// Nothing is lost: the same bytes in the plainest encodation decode to the same bytes.
void CheckBase256(const Message& message) {
  veriline::testing::DataMatrixWriter writer(kMaxDataCodewords);
  if (!writer.Base256(message.payload())) return;
  writer.Finish();
  const auto again = std::make_unique<Message>();
  FUZZ_CHECK(DecodeData(writer.codewords(), false, *again));
  FUZZ_CHECK(again->payload() == message.payload());
  FUZZ_CHECK(again->identifier_view() == "]d1");
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto message = std::make_unique<Message>();
  const bool ok = DecodeData(std::span(data, size), size % 2 == 1, *message);
  FUZZ_CHECK(ok == (message->error == DataError::kNone));
  FUZZ_CHECK(!Name(message->error).empty());
  FUZZ_CHECK(message->error_codeword >= 0);
  FUZZ_CHECK(static_cast<size_t>(message->error_codeword) < size + (size == 0));
  if (!ok) return 0;
  FUZZ_CHECK(message->size > 0 && message->size <= Message::kMaxBytes);
  FUZZ_CHECK(message->identifier_view().size() == 3);
  FUZZ_CHECK(static_cast<size_t>(message->pad_codewords) < size);
  FUZZ_CHECK((message->pad_codewords == 0) == (message->padding == Padding::kNone));
  FUZZ_CHECK(message->append_index <= message->append_count && message->append_count <= 16);
  size_t last = 0;
  for (const EciSwitch& eci : message->ecis()) {
    FUZZ_CHECK(eci.offset >= last && eci.offset <= message->size);
    FUZZ_CHECK(eci.eci >= 0 && eci.eci <= 999999);
    last = eci.offset;
  }
  CheckBase256(*message);
  return 0;
}
