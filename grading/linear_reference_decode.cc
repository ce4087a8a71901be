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

bool LinearReferenceDecoder::Covers(Symbology symbology) { return DecoderOf(symbology) != nullptr; }

bool LinearReferenceDecoder::Decode(Symbology symbology, std::span<const float> edges,
                                    const DecodeRules& rules, LinearDecode* out) {
  out->Clear();
  const Decoder decode = DecoderOf(symbology);
  if (decode == nullptr || edges.size() < 4) return false;
  DecodeRules own = rules;
  own.ean_upc_a = symbology == Symbology::kUpcA;
  const auto found = [&](std::span<const float> line) {
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
