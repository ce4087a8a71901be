// SPDX-License-Identifier: Apache-2.0
#include "grading/linear_reference_decode.h"

#include "vision/symbology/linear/decoders.h"

namespace veriline::grading {

using symbology::linear::DecodeRules;
using symbology::linear::LinearDecode;

namespace {

using Decoder = bool (*)(std::span<const float>, const DecodeRules&, LinearDecode*);

/// Null: there is none, or none that needs one row alone.
Decoder DecoderOf(Symbology symbology) {
  const SymbologySet set = SymbologySet().Add(symbology);
  for (const auto& entry : veriline::symbology::linear::kDecoders) {
    if (entry.HasAny(set)) return entry.decode;
  }
  return nullptr;
}

}  // namespace

bool LinearReferenceDecoder::Covers(Symbology symbology) {
  return DecoderOf(symbology) != nullptr || IsStacked(symbology);
}

bool LinearReferenceDecoder::IsStacked(Symbology symbology) {
  return symbology == Symbology::kDataBarStacked || symbology == Symbology::kDataBarExpandedStacked;
}

void LinearReferenceDecoder::Begin() {
  stacked_.Clear();
  expanded_.Clear();
  whole_.Clear();
  is_whole_ = false;
}

bool LinearReferenceDecoder::DecodeRow(Symbology symbology, std::span<const float> edges,
                                       const DecodeRules& rules, LinearDecode* out) {
  namespace linear = veriline::symbology::linear;
  if (symbology == Symbology::kDataBarExpandedStacked) {
    if (!linear::DecodeDataBarExpandedRow(edges, rules, &expanded_row_)) return false;
    *out = expanded_row_.line;
    row_ = expanded_row_.pairs.of[0].finder;
    is_whole_ = expanded_.Add(expanded_row_, &whole_);
    return true;
  }
  if (!linear::DecodeDataBarStackedRow(edges, rules, &stacked_row_)) return false;
  *out = stacked_row_.line;
  row_ = stacked_row_.half.lower ? 1 : 0;
  is_whole_ = stacked_.Add(stacked_row_, &whole_);
  return true;
}

bool LinearReferenceDecoder::Decode(Symbology symbology, std::span<const float> edges,
                                    const DecodeRules& rules, LinearDecode* out) {
  out->Clear();
  const Decoder decode = DecoderOf(symbology);
  row_ = 0;
  if (!Covers(symbology) || edges.size() < 4) return false;
  DecodeRules own = rules;
  own.ean_upc_a = symbology == Symbology::kUpcA;
  const auto found = [&](std::span<const float> line) {
    if (decode == nullptr) return DecodeRow(symbology, line, own, out);
    return decode(line, own, out) && out->symbology == symbology;
  };
  if (found(edges)) return true;
  veriline::symbology::linear::Reverse(edges, &reversed_);
  if (!found(reversed_)) {
    out->Clear();
    return false;
  }
  out->Reverse(edges.size());
  return true;
}

}  // namespace veriline::grading
