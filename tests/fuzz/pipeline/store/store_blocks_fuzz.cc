// SPDX-License-Identifier: Apache-2.0
// What the store reads back from its own tables, as a damaged disk may give it: index blocks, text
// blocks, codes and texts of records. The first byte says which.
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/store/embedded/code_blocks.h"
#include "pipeline/store/record_codec.h"
#include "tests/support/fuzz.h"

using namespace veriline;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0: {
      std::vector<store::IndexedCode> codes;
      if (!store::DecodeIndexBlock(bytes, &codes)) return 0;
      FUZZ_CHECK(codes.size() <= bytes.size() / 12);
      if (codes.empty()) return 0;
      std::vector<store::IndexedCode> again;
      FUZZ_CHECK(store::DecodeIndexBlock(store::EncodeIndexBlock(codes), &again));
      FUZZ_CHECK(again.size() == codes.size());
      for (size_t i = 0; i < codes.size(); ++i) {
        FUZZ_CHECK(again[i].fingerprint == codes[i].fingerprint && again[i].row == codes[i].row &&
                   again[i].attributes == codes[i].attributes);
      }
      return 0;
    }
    case 1: {
      store::TextBlockReader reader(bytes);
      store::TextBlockWriter writer;
      std::vector<std::string> texts;
      size_t total = 0;
      while (texts.size() < 300 && total < (1u << 20) && reader.Next()) {
        texts.push_back(reader.text());
        total += texts.back().size();
        writer.Add(texts.back());
      }
      const std::string block = writer.Take();
      store::TextBlockReader again(block);
      for (const std::string& text : texts) FUZZ_CHECK(again.Next() && again.text() == text);
      FUZZ_CHECK(!again.Next() && again.whole());
      return 0;
    }
    case 2: {
      const auto codes = store::DecodeCodes(bytes);
      if (!codes) return 0;
      const auto again = store::DecodeCodes(store::EncodeCodes(*codes));
      FUZZ_CHECK(again && again->size() == codes->size());
      return 0;
    }
    default: {
      const auto texts = store::DecodeTexts(bytes);
      if (!texts) return 0;
      const auto again = store::DecodeTexts(store::EncodeTexts(*texts));
      FUZZ_CHECK(again && again->size() == texts->size());
      return 0;
    }
  }
}
