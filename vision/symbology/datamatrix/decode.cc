// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/datamatrix/decode.h"

#include <algorithm>
#include <cstddef>

namespace veriline::symbology::datamatrix {
namespace {

constexpr int kSmallCapacity = 3;  // errors of a block

/// Corrects one block of `symbol.codewords`, unless it fails.
Correction CorrectBlock(const SymbolSize& size, int block, std::span<const uint8_t> marks,
                        int reserve_with_erasures, DecodedSymbol& symbol) {
  std::array<uint8_t, ReedSolomon::kMaxWord> word;
  std::array<uint8_t, ReedSolomon::kMaxWord> erased;
  std::array<uint16_t, ReedSolomon::kMaxWord> places;
  size_t length = 0, erasures = 0;
  const auto take = [&](int place) {
    const auto i = static_cast<size_t>(place);
    if (!marks.empty() && marks[i] != 0) erased[erasures++] = static_cast<uint8_t>(length);
    word[length] = symbol.codewords[i];
    places[length++] = static_cast<uint16_t>(place);
  };
  for (int i = block; i < size.data_codewords; i += size.blocks) take(i);
  int first = size.data_codewords;  // the block's first check codeword
  while (BlockOf(size, first, symbol.interleaving) != block) ++first;
  for (int i = first; i < size.codewords(); i += size.blocks) take(i);

  if (static_cast<int>(erasures) > size.block_check_codewords() - reserve_with_erasures) {
    erasures = 0;
  }
  const Correction done = kDataMatrixReedSolomon.Correct(
      std::span(word).first(length), size.block_check_codewords(),
      std::span(erased).first(erasures), {.reserve = erasures != 0 ? reserve_with_erasures : 0});
  if (!done.ok || done.errors + done.erasures == 0) return done;
  for (size_t i = 0; i < length; ++i) {
    symbol.corrected += symbol.codewords[places[i]] != word[i];
    symbol.codewords[places[i]] = word[i];
  }
  return done;
}

/// Returns: the block that failed, or -1.
int CorrectBlocks(const SymbolSize& size, std::span<const uint8_t> marks, int reserve_with_erasures,
                  DecodedSymbol& symbol) {
  std::copy_n(symbol.codewords_read.begin(), symbol.codeword_count, symbol.codewords.begin());
  symbol.corrected = symbol.errors = symbol.erasures = 0;
  int failed = -1;
  for (int block = 0; block < size.blocks; ++block) {
    const Correction done = CorrectBlock(size, block, marks, reserve_with_erasures, symbol);
    symbol.blocks[static_cast<size_t>(block)] = done;
    symbol.errors += done.errors;
    symbol.erasures += done.erasures;
    if (!done.ok && failed < 0) failed = block;
  }
  return failed;
}

/// `symbol.codewords_read` and its count are set.
bool CorrectAndDecode(const SymbolSize& size, std::span<const uint8_t> marks,
                      const DecodeLimits& limits, DecodedSymbol& symbol) {
  const auto fail = [&](DecodeStep step) {
    symbol.failed = step;
    return false;
  };
  symbol.interleaving = Interleaving::kContinued;
  symbol.failed_block = CorrectBlocks(size, marks, limits.reserve_with_erasures, symbol);
  if (symbol.failed_block >= 0 && size.data_codewords % size.blocks != 0) {
    const int failed_first = symbol.failed_block;
    symbol.interleaving = Interleaving::kRestarted;
    symbol.failed_block = CorrectBlocks(size, marks, limits.reserve_with_erasures, symbol);
    if (symbol.failed_block >= 0) {  // neither: tell of the usual one
      symbol.interleaving = Interleaving::kContinued;
      CorrectBlocks(size, marks, limits.reserve_with_erasures, symbol);
      symbol.failed_block = failed_first;
    }
  }
  if (symbol.failed_block >= 0) return fail(DecodeStep::kErrorCorrection);
  if (symbol.corrected > limits.max_corrected) return fail(DecodeStep::kMaxCorrected);
  const std::span<const uint8_t> codewords = symbol.codewords;
  if (!DecodeData(codewords.first(static_cast<size_t>(size.data_codewords)), size.extension,
                  symbol.message)) {
    return fail(DecodeStep::kData);
  }
  if (limits.small_need_padding && size.block_check_codewords() / 2 <= kSmallCapacity &&
      symbol.message.padding == Padding::kInvalid) {
    return fail(DecodeStep::kPadding);
  }
  symbol.failed = DecodeStep::kNone;
  return true;
}

}  // namespace

std::string_view Name(DecodeStep step) {
  switch (step) {
    case DecodeStep::kNone:
      return "none";
    case DecodeStep::kErrorCorrection:
      return "error correction";
    case DecodeStep::kMaxCorrected:
      return "more corrected than allowed";
    case DecodeStep::kData:
      return "data";
    case DecodeStep::kPadding:
      return "padding";
  }
  return "unknown";
}

void ReadCodewords(const Layout& layout, std::span<const uint8_t> dark,
                   std::span<uint8_t> codewords) {
  const uint16_t* bit = layout.bits().data();
  for (uint8_t& codeword : codewords) {
    unsigned value = 0;
    for (int i = 0; i < 8; ++i) value = value << 1 | (dark[*bit++] != 0);
    codeword = static_cast<uint8_t>(value);
  }
}

void MarkCodewords(const Layout& layout, std::span<const uint8_t> doubtful,
                   std::span<uint8_t> marks) {
  const uint16_t* bit = layout.bits().data();
  for (uint8_t& mark : marks) {
    unsigned any = 0;
    for (int i = 0; i < 8; ++i) any |= doubtful[*bit++];
    mark = any != 0;
  }
}

bool DecodeCodewords(const SymbolSize& size, std::span<const uint8_t> codewords,
                     std::span<const uint8_t> marks, const DecodeLimits& limits,
                     DecodedSymbol& symbol) {
  const auto count = static_cast<size_t>(size.codewords());
  if (codewords.size() != count || (!marks.empty() && marks.size() != count)) {
    symbol.codeword_count = 0;
    symbol.failed = DecodeStep::kErrorCorrection;
    symbol.failed_block = -1;
    return false;
  }
  symbol.codeword_count = size.codewords();
  std::copy(codewords.begin(), codewords.end(), symbol.codewords_read.begin());
  return CorrectAndDecode(size, marks, limits, symbol);
}

bool Decode(const Layout& layout, std::span<const uint8_t> dark, std::span<const uint8_t> doubtful,
            const DecodeLimits& limits, DecodedSymbol& symbol) {
  const SymbolSize& size = layout.size();
  const size_t modules = layout.modules().size();
  if (dark.size() != modules || (!doubtful.empty() && doubtful.size() != modules)) {
    return DecodeCodewords(size, {}, {}, limits, symbol);
  }
  symbol.codeword_count = size.codewords();
  const auto count = static_cast<size_t>(size.codewords());
  ReadCodewords(layout, dark, std::span(symbol.codewords_read).first(count));
  std::array<uint8_t, kMaxCodewords> marks;
  if (!doubtful.empty()) MarkCodewords(layout, doubtful, std::span(marks).first(count));
  return CorrectAndDecode(size, std::span<const uint8_t>(marks).first(doubtful.empty() ? 0 : count),
                          limits, symbol);
}

void FillSymbol(const SymbolSize& size, const DecodedSymbol& decoded, Symbol& symbol) {
  symbol.symbology = Symbology::kDataMatrix;
  symbol.decoder = Decoder::kOwn;
  const char* const letters = size.extension ? "789" : "123";
  symbol.identifier = {']', 'd', letters[static_cast<int>(decoded.message.fnc1)], '\0'};
  symbol.payload.Assign(decoded.message.payload());
  symbol.rows = size.rows;
  symbol.cols = size.cols;
  symbol.errors_corrected = static_cast<int16_t>(decoded.corrected);
  symbol.error_capacity = static_cast<int16_t>(size.error_capacity());
}

}  // namespace veriline::symbology::datamatrix
