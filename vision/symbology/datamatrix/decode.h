// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "vision/core/symbol.h"
#include "vision/symbology/datamatrix/data_decode.h"
#include "vision/symbology/datamatrix/layout.h"
#include "vision/symbology/reed_solomon.h"

// From the colours of modules to the message. Source: ISO/IEC 16022:2006 clauses 5 and 9.
namespace veriline::symbology::datamatrix {

/// How far a decoding may go. Each correction raises the chance of a false message.
struct DecodeLimits {
  /// Codewords of the whole symbol whose value was changed.
  int max_corrected = std::numeric_limits<int>::max();
  /// In a block with erasures 2t + e <= check codewords - this. Marks of a block that has more of
  /// them are not heeded. In small blocks erasures are bought dearly: with three of them in 10×10
  /// one of 80000 random symbols has a text.
  int reserve_with_erasures = 2;
  /// Refuse invalid padding where a block corrects no more than three errors (10×10, 12×12, 8×18).
  bool small_need_padding = true;
};

/// The step at which a decoding failed. Numbers are stable.
enum class DecodeStep : uint8_t {
  kNone = 0,             ///< it did not fail
  kErrorCorrection = 1,  ///< more errors than a block can correct within the limits
  kMaxCorrected = 2,     ///< more than the caller allows
  kData = 3,             ///< the corrected codewords have no meaning: message.error
  kPadding = 4,          ///< invalid in a small symbol
};
std::string_view Name(DecodeStep step);  ///< "error correction", ...

/// What became of a symbol. Holds its memory, about 10 kB: keep one and use it again.
struct DecodedSymbol {
  DecodeStep failed = DecodeStep::kErrorCorrection;
  int failed_block = -1;  ///< of kErrorCorrection

  int corrected = 0;  ///< codewords whose value was changed
  int errors = 0;     ///< sums over the blocks; erasures as Correction has them
  int erasures = 0;
  Interleaving interleaving = Interleaving::kContinued;
  /// Of each block, for unused error correction.
  std::array<Correction, kMaxBlocks> blocks;

  /// In the order of BlockOf; `codewords` holds the corrected ones, and those of blocks that failed
  /// as they were read.
  int codeword_count = 0;
  std::array<uint8_t, kMaxCodewords> codewords_read;
  std::array<uint8_t, kMaxCodewords> codewords;

  Message message;  ///< has a meaning from step kData on

  bool ok() const { return failed == DecodeStep::kNone; }
};

/// The codewords of a symbol. `dark`: a value for each module, not 0 for dark.
/// Requires: dark.size() == layout.modules().size(), codewords.size() == size.codewords().
void ReadCodewords(const Layout& layout, std::span<const uint8_t> dark,
                   std::span<uint8_t> codewords);

/// Marks (1, else 0) the codewords of which a module is doubtful. Sizes as for ReadCodewords.
void MarkCodewords(const Layout& layout, std::span<const uint8_t> doubtful,
                   std::span<uint8_t> marks);

/// Corrects and decodes codewords. `marks`: empty, or not 0 for each codeword that is an erasure.
/// Where codewords.size() or marks.size() is another than the symbol has, it fails.
/// Returns: symbol.ok().
/// Thread: any; no allocation. Cost: about 1 µs for 22×22 without errors.
bool DecodeCodewords(const SymbolSize& size, std::span<const uint8_t> codewords,
                     std::span<const uint8_t> marks, const DecodeLimits& limits,
                     DecodedSymbol& symbol);

/// The same from modules. `doubtful`: empty, or not 0 for each module that makes its codeword an
/// erasure. Borders are not looked at: CountFixedErrors.
bool Decode(const Layout& layout, std::span<const uint8_t> dark, std::span<const uint8_t> doubtful,
            const DecodeLimits& limits, DecodedSymbol& symbol);

/// What was decoded as the rest of the house has it; place, text, polarity and mirroring are not
/// touched. The identifier is the one without ECI, as ZXing gives it: whichever reads a symbol, it
/// is the same, and the payload does not follow the ECI protocol. Requires: decoded.ok().
/// Allocates for payloads that are not inline.
void FillSymbol(const SymbolSize& size, const DecodedSymbol& decoded, Symbol& symbol);

}  // namespace veriline::symbology::datamatrix
