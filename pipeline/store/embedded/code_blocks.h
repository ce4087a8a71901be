// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/store/code_index.h"

namespace veriline::store {

// Issued codes as the store keeps them: their texts in the order of the list, and their
// fingerprints in order of size, both in blocks that one row of a table holds. Layouts: schema.md.
// Readers take any bytes; pure functions, any thread.

/// Codes of a block of texts.
inline constexpr uint32_t kTextsPerBlock = 256;

/// Writes the texts of one block after another: each as what it does not share with the one before
/// it.
class TextBlockWriter {
 public:
  void Add(std::string_view text);
  uint32_t count() const { return count_; }
  /// The block so far; begins the next one.
  std::string Take();

 private:
  std::string bytes_, last_;
  uint32_t count_ = 0;
};

/// Reads the texts of a block one after the other.
class TextBlockReader {
 public:
  explicit TextBlockReader(std::string_view block) : rest_(block) {}
  /// False at the end of the block, and where it is none (see whole).
  bool Next();
  const std::string& text() const { return text_; }
  /// Whether everything up to here made sense.
  bool whole() const { return whole_; }

 private:
  std::optional<uint64_t> TakeNumber();

  std::string_view rest_;
  std::string text_;
  bool whole_ = true;
};

/// How many leading bits of fingerprints tell the block: some 512 codes in each.
int BlockBits(uint64_t codes);
inline uint64_t BlockOf(Fingerprint fingerprint, int bits) {
  return bits == 0 ? 0 : fingerprint >> (64 - bits);
}

/// The block of `codes`, which are in order.
std::string EncodeIndexBlock(std::span<const IndexedCode> codes);
/// Appends the codes of a block to `out`; false when it is none.
bool DecodeIndexBlock(std::string_view block, std::vector<IndexedCode>* out);

}  // namespace veriline::store
