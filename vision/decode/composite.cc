// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/composite.h"

#include <array>
#include <string_view>
#include <utility>

#include "vision/decode/text.h"
#include "vision/gs1/ai_table.h"
#include "vision/gs1/element_string.h"
#include "vision/symbology/general_purpose.h"
#include "vision/symbology/linear/ean.h"

namespace veriline::decode {
namespace {

using symbology::TextWriter;
using symbology::pdf417::CompositePart;
using symbology::pdf417::kMaxComponentBytes;

/// Characters of a GS1-128 or DataBar, and a separator.
constexpr size_t kMaxLinearBytes = 200;

/// The number of an EAN or UPC as AI 01.
bool PutGtin(std::string_view digits, TextWriter* out) {
  constexpr std::string_view kZeros = "00000000000000";
  return digits.size() <= kZeros.size() && out->Put("01") &&
         out->Put(kZeros.substr(digits.size())) && out->Put(digits);
}

/// An element string, with a separator where another is to follow its last element.
bool PutElements(std::string_view elements, TextWriter* out) {
  const auto parsed = gs1::ParseElementString(elements, gs1::Associations::kIgnore);
  if (!parsed || parsed->elements.empty() || !out->Put(elements)) return false;
  const gs1::AiInfo* last = gs1::FindAi(parsed->elements.back().ai.view());
  const bool open = last == nullptr || !last->predefined_length();
  return !open || elements.back() == gs1::kSeparator || out->Put(gs1::kSeparator);
}

}  // namespace

bool JoinComposite(const Symbol& linear, const CompositePart& part, Symbol* out) {
  std::array<char, kMaxLinearBytes + kMaxComponentBytes> memory;
  TextWriter joined(memory);
  const std::string_view payload = linear.payload.view();
  const std::string_view digits = payload.substr(0, payload.size() - linear.addon.size());
  switch (linear.symbology) {
    case Symbology::kUpcE: {
      if (digits.size() != 8) return false;
      const auto full = symbology::linear::UpcAOfUpcE(digits);
      if (!PutGtin({full.data(), full.size()}, &joined)) return false;
      break;
    }
    case Symbology::kEan13:
    case Symbology::kEan8:
    case Symbology::kUpcA:
      if (!PutGtin(digits, &joined)) return false;
      break;
    default:
      if (!PutElements(payload, &joined)) return false;
  }
  Symbol composite;
  composite.symbology = Symbology::kComposite;
  composite.linear_component = linear.symbology;
  composite.linear_bytes = static_cast<uint16_t>(joined.view().size());
  composite.component = part.component;
  if (!joined.Put(part.payload())) return false;
  composite.set_identifier("]e0");
  composite.payload.Assign(joined.view());
  composite.decoder = Decoder::kOwn;
  composite.inverted = linear.inverted;
  composite.mirrored = linear.mirrored;
  composite.errors_corrected = static_cast<int16_t>(part.errors_corrected);
  const auto &above = part.quad.corners, &below = linear.quad.corners;
  composite.quad = {{above[0], above[1], below[2], below[3]}};
  SetTextOfPayload(&composite);
  *out = std::move(composite);
  return true;
}

void CompositeReader::Complete(const FrameView& picture, const SymbologySet& asked,
                               Symbol* symbol) {
  if (!asked.Has(Symbology::kComposite) || !symbol->may_be_linked || !(symbol->x_px > 0)) return;
  if (!reader_.ReadComposite(picture, symbol->quad, symbol->x_px, symbol->inverted, &part_)) {
    return;
  }
  JoinComposite(*symbol, part_, symbol);
}

}  // namespace veriline::decode
