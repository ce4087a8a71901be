// SPDX-License-Identifier: Apache-2.0
#include "grading/linear_reference_decode.h"

#include "vision/symbology/linear/code128.h"
#include "vision/symbology/linear/code39.h"
#include "vision/symbology/linear/databar_limited.h"
#include "vision/symbology/linear/databar_omni.h"
#include "vision/symbology/linear/ean.h"
#include "vision/symbology/linear/itf.h"

namespace veriline::grading {

using symbology::linear::DecodeRules;
using symbology::linear::LinearDecode;

namespace {

using Decoder = bool (*)(std::span<const float>, const DecodeRules&, LinearDecode*);

/// Null: there is none.
Decoder DecoderOf(Symbology symbology) {
  namespace linear = veriline::symbology::linear;
  switch (symbology) {
    case Symbology::kCode128:
      return linear::DecodeCode128;
    case Symbology::kCode39:
      return linear::DecodeCode39;
    case Symbology::kItf:
      return linear::DecodeItf;
    case Symbology::kEan13:
    case Symbology::kEan8:
    case Symbology::kUpcA:
    case Symbology::kUpcE:
      return linear::DecodeEan;
    case Symbology::kDataBarOmni:
      return linear::DecodeDataBarOmni;
    case Symbology::kDataBarLimited:
      return linear::DecodeDataBarLimited;
    default:
      return nullptr;
  }
}

}  // namespace

bool LinearReferenceDecoder::Covers(Symbology symbology) {
  return DecoderOf(symbology) != nullptr || IsStacked(symbology);
}

bool LinearReferenceDecoder::IsStacked(Symbology symbology) {
  return symbology == Symbology::kDataBarStacked;
}

void LinearReferenceDecoder::Begin() {
  stacked_.Clear();
  whole_.Clear();
  is_whole_ = false;
}

bool LinearReferenceDecoder::DecodeRow(Symbology symbology, std::span<const float> edges,
                                       const DecodeRules& rules, LinearDecode* out) {
  namespace linear = veriline::symbology::linear;
  if (symbology != Symbology::kDataBarStacked ||
      !linear::DecodeDataBarStackedRow(edges, rules, &stacked_row_)) {
    return false;
  }
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
