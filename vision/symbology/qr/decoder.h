// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>

#include "vision/core/symbol.h"
#include "vision/symbology/qr/data_decode.h"
#include "vision/symbology/qr/format.h"
#include "vision/symbology/qr/layout.h"

namespace veriline::symbology::qr {

struct DecodeOptions {
  /// The format to take instead of the one that the modules tell.
  std::optional<Format> format;
  /// For each module: not 0 = its colour is not known. Its codeword is then an erasure. Empty: all
  /// are known.
  std::span<const uint8_t> erased;
  /// The symbol is refused when more codewords than these are corrected in all its blocks.
  int max_corrected = std::numeric_limits<int>::max();
};

/// What correction did to one block.
struct BlockResult {
  uint8_t errors = 0;    ///< codewords corrected that were not marked as erasures
  uint8_t erasures = 0;  ///< marked codewords that correction relied upon
};

/// A symbol on its way from modules to message. Large (17 kB): meant to be kept and filled again.
struct Decoded {
  Step failed_at = Step::kFormat;
  Version version;
  FormatReading format;            ///< with DecodeOptions::format: no copy was read
  const Layout* layout = nullptr;  ///< of the version and level; lives for ever

  // Set when the format is known.
  BlockStructure structure;
  /// Codewords in the order of placement (Layout::codeword_of), mask taken off.
  std::array<uint8_t, kMaxCodewords> before;
  std::array<uint8_t, kMaxCodewords> after;
  std::array<BlockResult, kMaxBlocks> blocks;
  int blocks_done = 0;  ///< blocks whose result is set; less than all where one failed
  int corrected = 0;    ///< codewords of these that differ between `before` and `after`

  Message message;  ///< set when correction went well

  std::span<const uint8_t> codewords_before() const {
    return {before.data(), static_cast<size_t>(structure.codewords())};
  }
  /// Only blocks that are done are corrected.
  std::span<const uint8_t> codewords_after() const {
    return {after.data(), static_cast<size_t>(structure.codewords())};
  }
  /// Micro QR M1: errors are detected and never corrected, and one false symbol in 65536 passes.
  /// Never an identity.
  bool DetectionOnly() const { return version.micro && version.number == 1; }
  int ErrorCapacity() const { return structure.blocks * structure.CapacityOfBlock(); }
};

/// Decodes a symbol of that version from its modules (size × size, row by row, 1 = dark, 0 = light;
/// a mirrored symbol transposed, a light one on dark turned over).
/// A block with e erasures and t errors is corrected while 2t + e <= check codewords - reserve;
/// with erasures the reserve is 2 at least. Marks of a block that has more than that are not
/// heeded. Thread: any, one `out` each; allocates where a version is met for the first time only.
/// Requires: a valid version; modules and marks are complete. Returns: out.failed_at.
/// Source: ISO/IEC 18004 clauses 12 j) to n), 7.4 to 7.9.
/// Cost: 2 to 3 µs for versions 2 to 4 without errors.
Step Decode(std::span<const uint8_t> dark, Version version, const DecodeOptions& options,
            Decoded& out);

/// What a decoded symbol says, in `symbol`; place, text, polarity and mirroring are not touched.
/// The identifier is the one without ECI (]Q1, ]Q3, ]Q5), as ZXing gives it: whichever reads a
/// symbol, it is the same, and the payload does not follow the ECI protocol. Requires:
/// decoded.failed_at == Step::kNone. Allocates for payloads that are not inline.
void FillSymbol(const Decoded& decoded, Symbol& symbol);

}  // namespace veriline::symbology::qr
