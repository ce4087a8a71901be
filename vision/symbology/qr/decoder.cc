// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/qr/decoder.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "vision/symbology/reed_solomon.h"

namespace veriline::symbology::qr {
namespace {

/// Check codewords that are not spent where erasures are filled in.
constexpr int kReserveWithErasures = 2;

bool FormatIsOf(Version version, const Format& format) {
  return format.micro_version == (version.micro ? version.number : 0) &&
         format.mask < (version.micro ? 4 : 8);
}

/// Codewords from modules, mask taken off.
void GatherCodewords(std::span<const uint8_t> dark, const Layout& layout, int mask,
                     std::span<uint8_t> codewords) {
  const uint16_t* at = layout.bits.data();
  const uint8_t* turned = layout.mask_codewords[static_cast<size_t>(mask)].data();
  for (size_t i = 0; i < codewords.size(); ++i) {
    uint32_t word = 0;
    if (static_cast<int>(i) == layout.half_codeword) {
      for (int k = 0; k < 4; ++k) word = word << 1 | (dark[*at++] & 1u);
      word <<= 4;
    } else {
      for (int k = 0; k < 8; ++k) word = word << 1 | (dark[*at++] & 1u);
    }
    codewords[i] = static_cast<uint8_t>(word ^ turned[i]);
  }
}

bool HasErasedModule(std::span<const uint8_t> erased, const Layout& layout, int codeword) {
  const int first = layout.FirstBit(codeword);
  for (int k = 0; k < layout.BitsOf(codeword); ++k) {
    if (erased[layout.bits[static_cast<size_t>(first + k)]] != 0) return true;
  }
  return false;
}

/// Calls `visit(index, placed)` for the codewords of a block in their order, `placed` as
/// BlockStructure::PlacedIndex.
template <class Visit>
void ForEachCodeword(const BlockStructure& structure, int block, Visit visit) {
  int index = 0, placed = block;
  for (; index < structure.short_data; ++index, placed += structure.blocks) visit(index, placed);
  if (block >= structure.short_blocks()) visit(index++, placed - structure.short_blocks());
  placed = structure.data_codewords() + block;
  for (int i = 0; i < structure.check; ++i, placed += structure.blocks) visit(index++, placed);
}

/// Reads one block out, corrects it, and writes it back into the symbol and its data codewords to
/// `data`. Returns: false when it has more errors than can be corrected.
bool CorrectBlock(int block, std::span<const uint8_t> erased, Decoded& out, uint8_t* data) {
  const BlockStructure& structure = out.structure;
  const int data_length = structure.DataOf(block);
  const int length = data_length + structure.check;
  std::array<uint8_t, ReedSolomon::kMaxWord> word;
  std::array<uint8_t, ReedSolomon::kMaxWord> marks;
  size_t mark_count = 0;
  ForEachCodeword(structure, block, [&](int i, int placed) {
    word[static_cast<size_t>(i)] = out.before[static_cast<size_t>(placed)];
  });
  int reserve = structure.reserve;
  if (!erased.empty()) {
    ForEachCodeword(structure, block, [&](int i, int placed) {
      if (!HasErasedModule(erased, *out.layout, placed)) return;
      marks[mark_count++] = static_cast<uint8_t>(i);
    });
    const int careful = std::max(reserve, kReserveWithErasures);
    if (static_cast<int>(mark_count) > structure.check - careful) mark_count = 0;
    if (mark_count != 0) reserve = careful;
  }
  const Correction correction =
      kQrReedSolomon.Correct({word.data(), static_cast<size_t>(length)}, structure.check,
                             {marks.data(), mark_count}, CorrectionLimits{.reserve = reserve});
  if (!correction.ok) return false;
  out.blocks[static_cast<size_t>(block)] = {static_cast<uint8_t>(correction.errors),
                                            static_cast<uint8_t>(correction.erasures)};
  std::copy_n(word.begin(), data_length, data);
  if (correction.errors + correction.erasures == 0) return true;
  ForEachCodeword(structure, block, [&](int i, int placed) {
    const uint8_t corrected = word[static_cast<size_t>(i)];
    out.corrected += std::exchange(out.after[static_cast<size_t>(placed)], corrected) != corrected;
  });
  return true;
}

Step Run(std::span<const uint8_t> dark, const DecodeOptions& options, Decoded& out) {
  if (options.format) {
    out.format = {.ok = true, .format = *options.format};
  } else {
    out.format = ReadFormat(dark, out.version);
  }
  const Format& format = out.format.format;
  if (!out.format.ok || !FormatIsOf(out.version, format)) return Step::kFormat;
  const auto structure = BlocksOf(out.version, format.level);
  if (!structure) return Step::kFormat;
  out.structure = *structure;
  out.layout = &Layout::Of(out.version, format.level);
  const auto codewords = static_cast<size_t>(out.structure.codewords());
  GatherCodewords(dark, *out.layout, format.mask, {out.before.data(), codewords});
  std::copy_n(out.before.begin(), codewords, out.after.begin());

  std::array<uint8_t, kMaxDataCodewords> data;
  uint8_t* next = data.data();
  for (int block = 0; block < out.structure.blocks; ++block) {
    if (!CorrectBlock(block, options.erased, out, next)) return Step::kErrorCorrection;
    ++out.blocks_done;
    if (out.corrected > options.max_corrected) return Step::kCorrectionCap;
    next += out.structure.DataOf(block);
  }
  if (const int half = out.layout->half_codeword;
      half >= 0 && (data[static_cast<size_t>(half)] & 0x0F) != 0) {
    return Step::kErrorCorrection;  // of half a codeword, the half that is not in the symbol
  }
  return DecodeData({data.data(), next}, out.structure.data_bits, out.version, out.message);
}

}  // namespace

Step Decode(std::span<const uint8_t> dark, Version version, const DecodeOptions& options,
            Decoded& out) {
  out.version = version;
  out.layout = nullptr;
  out.structure = {};
  out.blocks_done = 0;
  out.corrected = 0;
  out.message.payload_size = 0;
  out.message.failed_at = Step::kEmpty;
  out.failed_at = Run(dark, options, out);
  return out.failed_at;
}

void FillSymbol(const Decoded& decoded, Symbol& symbol) {
  symbol.symbology = decoded.version.micro ? Symbology::kMicroQr : Symbology::kQr;
  symbol.decoder = Decoder::kOwn;
  symbol.identifier = decoded.message.identifier;
  if (decoded.message.has_eci) --symbol.identifier[2];
  symbol.payload.Assign(decoded.message.bytes());
  symbol.rows = symbol.cols = static_cast<int16_t>(decoded.version.Size());
  symbol.errors_corrected = static_cast<int16_t>(decoded.corrected);
  symbol.error_capacity = static_cast<int16_t>(decoded.ErrorCapacity());
}

}  // namespace veriline::symbology::qr
