// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string_view>
#include <utility>

#include "vision/symbology/linear/decoders.h"

namespace veriline::symbology::linear {
namespace {

/// Where lines lie between top (0) and bottom (1), in the order in which they are tried.
constexpr float kOffsets[] = {0.5f,  0.35f, 0.65f, 0.2f,  0.8f, 0.42f,
                              0.58f, 0.27f, 0.73f, 0.12f, 0.88f};
constexpr float kQuietX = 12;  ///< looked at beyond each end
constexpr float kUnknownXPx = 3;
constexpr float kSamplesPerX = 4;
constexpr float kLeastStepPx = 0.4f, kMostStepPx = 2;
constexpr int kMostRows = 3;    ///< means of so many lines side by side
constexpr float kPxPerRow = 8;  ///< of the height of the bars
constexpr float kLeastLengthPx = 12;
constexpr int kRowLines = 37;  ///< for stacked symbols, whose rows may be two millimetres high
constexpr float kBlurredXPx = 3.5f;  ///< a guess of X above it: nothing is too small for edges
constexpr size_t kBlurredLines = 5;  ///< of the offsets, for bars too small for edges
constexpr Symbology kBlurred[] = {Symbology::kCode128, Symbology::kEan13,  Symbology::kEan8,
                                  Symbology::kUpcE,    Symbology::kCode39, Symbology::kItf};
constexpr size_t kHopelessLines = 2;  ///< of them, none of which begins and ends as a symbol

/// How many lines must tell the same. Lines of one print have the same faults, so more of them tell
/// less than they seem to; codes without a check character need length besides.
int LinesFor(const LinearDecode& decode) {
  const size_t characters = decode.payload.size();
  switch (decode.symbology) {
    case Symbology::kCode39:
      return characters < 4 ? 5 : 3;
    case Symbology::kItf:
    case Symbology::kEan8:
    case Symbology::kUpcE:
      return 3;
    case Symbology::kCode128:
      return characters < 3 ? 3 : 2;
    default:
      return 2;
  }
}

/// An add-on lies that far behind its symbol at the most, with its quiet zone (ISO/IEC 15420), X.
constexpr float kAddonReachX = 75;
constexpr int kAddonLines = 2;  ///< that must tell the same one: it has no check character

/// Without its add-on, which is settled apart.
void DropAddon(LinearDecode* decode) {
  if (decode->addon.empty()) return;
  decode->set_identifier("]E0");  // EAN/UPC without add-on, ISO/IEC 15424
  const std::string_view all = decode->payload.view();
  decode->payload.Assign(all.substr(0, all.size() - decode->addon.size()));
  decode->addon.Assign({});
}

/// Whether light of more than any element lies on both sides: then it is no part of another symbol,
/// however far the place reaches. Elements of DataBar are up to nine X wide.
bool StandsAlone(std::span<const float> edges, const LinearDecode& decode) {
  constexpr float kLightX = 6;
  if (decode.symbology >= Symbology::kDataBarOmni &&
      decode.symbology <= Symbology::kDataBarExpandedStacked) {
    return false;
  }
  const float least = kLightX * decode.x_width;
  const size_t first = decode.first_edge, last = decode.last_edge;
  return (first == 0 || edges[first] - edges[first - 1] >= least) &&
         (last + 1 >= edges.size() || edges[last + 1] - edges[last] >= least);
}

/// What else is told may be told by that share of its lines, at the most.
constexpr float kDissentRatio = 0.5f;

}  // namespace

void Reader::Count(float offset) {
  const std::vector<float>& edges = profile_.edges;
  const Point from = profile_.At(edges[decode_.first_edge]);
  const Point to = profile_.At(edges[decode_.last_edge]);
  const float row_px = Distance(place_.quad.corners[0], place_.quad.corners[1]);
  if (Distance(from, to) < place_.least_ratio * row_px && !StandsAlone(edges, decode_)) return;
  Reading* reading = nullptr;
  for (size_t i = 0; i < reading_count_ && reading == nullptr; ++i) {
    const LinearDecode& known = readings_[i].decode;
    if (known.symbology == decode_.symbology && known.payload == decode_.payload &&
        known.reversed == decode_.reversed) {
      reading = &readings_[i];
    }
  }
  if (reading == nullptr) {
    if (reading_count_ == kMostReadings) return;
    reading = &readings_[reading_count_++];
    std::swap(reading->decode, decode_);
    reading->lines = 0;
    reading->x_px = reading->decode.x_width * std::hypot(profile_.step.x, profile_.step.y);
  }
  if (reading->lines == 0 || offset < reading->top.offset) reading->top = {offset, from, to};
  if (reading->lines == 0 || offset > reading->bottom.offset) reading->bottom = {offset, from, to};
  ++reading->lines;
}

void Reader::TellWhatIsSeen(bool reversed, DecodeRules* rules) const {
  // Along the line each axis allows a range of samples; beside the picture its border goes on.
  float from = 0, to = static_cast<float>(profile_.values.size());
  const auto clip = [&](float at, float step, int size) {
    if (step == 0) return;
    const float a = (0 - at) / step, b = (static_cast<float>(size) - at) / step;
    from = std::max(from, std::min(a, b));
    to = std::min(to, std::max(a, b));
  };
  clip(profile_.origin.x, profile_.step.x, picture_.width);
  clip(profile_.origin.y, profile_.step.y, picture_.height);
  const bool turned = reversed && !profile_.edges.empty();
  rules->seen_from = turned ? profile_.edges.back() - to : from;
  rules->seen_to = turned ? profile_.edges.back() - from : to;
}

bool Reader::ReadEdges(float offset, const SymbologySet& symbologies, const DecodeRules& rules) {
  const std::vector<float>& edges = profile_.edges;
  if (edges.empty()) return false;
  bool any = false;
  for (const bool reversed : {false, true}) {
    if (reversed) Reverse(edges, &turned_);
    for (const DecoderEntry& decoder : kDecoders) {
      if (!decoder.HasAny(symbologies)) continue;
      DecodeRules with_quiet = rules;
      with_quiet.least_quiet_x = std::max(rules.least_quiet_x, decoder.least_quiet_x);
      with_quiet.ean_upc_a = symbologies.Has(Symbology::kUpcA);
      TellWhatIsSeen(reversed, &with_quiet);
      decode_.Clear();
      if (!decoder.decode(reversed ? turned_ : edges, with_quiet, &decode_)) continue;
      if (!symbologies.Has(decode_.symbology)) continue;
      if (reversed) decode_.Reverse(edges.size());
      any = true;
      DropAddon(&decode_);
      Count(offset);
    }
    if (!any) ReadRows(reversed ? turned_ : edges, reversed, offset, symbologies, rules);
  }
  return any;
}

/// A row of stacked DataBar; those of DataBar Expanded may be turned around.
void Reader::ReadRows(std::span<const float> edges, bool reversed, float offset,
                      const SymbologySet& symbologies, const DecodeRules& rules) {
  const LinearDecode* line = nullptr;
  bool whole = false;
  if (symbologies.Has(Symbology::kDataBarStacked) &&
      DecodeDataBarStackedRow(edges, rules, &stacked_row_)) {
    line = &stacked_row_.line;
    whole = stacked_.Add(stacked_row_, &assembled_.decode);
  } else if (symbologies.Has(Symbology::kDataBarExpandedStacked) &&
             DecodeDataBarExpandedRow(edges, rules, &expanded_row_)) {
    line = &expanded_row_.line;
    whole = expanded_.Add(expanded_row_, &assembled_.decode);
  }
  if (line == nullptr) return;
  if (whole) {
    // A checksum of 79 or 211 alone is little: another line must complete the same.
    complete_ = assembled_payload_ == assembled_.decode.payload;
    assembled_payload_ = assembled_.decode.payload;
  }
  size_t first = line->first_edge, last = line->last_edge;
  if (reversed) {
    const size_t turned = edges.size() - 1 - last;
    last = edges.size() - 1 - first;
    first = turned;
  }
  const Point from = profile_.At(profile_.edges[first]), to = profile_.At(profile_.edges[last]);
  Reading& all = assembled_;
  // Both directions of the lines lead to the same symbol; that of the upper row counts.
  if (all.lines == 0 || offset < all.top.offset) {
    all.top = {offset, from, to};
    assembled_reversed_ = reversed;
  }
  if (all.lines == 0 || offset > all.bottom.offset) all.bottom = {offset, from, to};
  ++all.lines;
  all.x_px = line->x_width * std::hypot(profile_.step.x, profile_.step.y);
}

/// Fills the profile; false where there is nothing to be seen.
bool Reader::Sample(float offset) {
  const Quad& q = place_.quad;
  const Point from = q.At(0, offset), to = q.At(1, offset);
  const float length = Distance(from, to);
  const Point left = q.corners[3] - q.corners[0];
  const float height = std::hypot(left.x, left.y);
  if (length < kLeastLengthPx || !(height > 0)) return false;
  const float x_px = place_.x_px > 0 ? place_.x_px : kUnknownXPx;
  const Point quiet = (to - from) * (kQuietX * x_px / length);
  ScanLine line{from - quiet, to + quiet, left * (1 / height)};
  line.rows = std::clamp(static_cast<int>(height / kPxPerRow), 1, kMostRows);
  line.step_px = std::clamp(x_px / kSamplesPerX, kLeastStepPx, kMostStepPx);
  line.inverted = place_.inverted;
  SampleLine(picture_, line, &profile_);
  x_samples_ = x_px / line.step_px;
  return true;
}

void Reader::ReadLine(float offset, const SymbologySet& symbologies, const DecodeRules& rules) {
  if (!Sample(offset)) return;
  for (const float swing : {ElementFinder::kCoarse, ElementFinder::kFine}) {
    elements_.Find(x_samples_, swing, &profile_);
    if (ReadEdges(offset, symbologies, rules)) return;
  }
}

/// Bars too small for edges.
bool Reader::ReadBlurredLine(float offset, const SymbologySet& symbologies,
                             const DecodeRules& rules) {
  if (!Sample(offset)) return false;
  const float row_px = Distance(place_.quad.corners[0], place_.quad.corners[1]);
  const float least = place_.least_ratio * row_px / std::hypot(profile_.step.x, profile_.step.y);
  bool promising = false;
  DecodeRules seen = rules;
  TellWhatIsSeen(false, &seen);
  seen.ean_upc_a = symbologies.Has(Symbology::kUpcA);
  for (const Symbology symbology : kBlurred) {
    const bool as_upc_a = symbology == Symbology::kEan13 && seen.ean_upc_a;
    if (!symbologies.Has(symbology) && !as_upc_a) continue;
    decode_.Clear();
    if (blurred_.Decode(symbology, seen, &profile_, &decode_, least)) {
      if (symbologies.Has(decode_.symbology)) Count(offset);
      return true;
    }
    promising |= blurred_.promising();
  }
  return promising;
}

const Reader::Reading* Reader::Sure() const {
  if (complete_) return &assembled_;
  const auto readings = std::span(readings_).first(reading_count_);
  const auto best = std::ranges::max_element(readings, {}, &Reading::lines);
  if (best == readings.end() || best->lines < LinesFor(best->decode)) return nullptr;
  const float most = kDissentRatio * static_cast<float>(best->lines);
  for (const Reading& other : readings) {
    if (&other != &*best && static_cast<float>(other.lines) >= most) return nullptr;
  }
  return &*best;
}

/// Looks along lines that reach as far as an add-on may.
void Reader::ReadAddon(const Reading& reading, const DecodeRules& rules, Symbol* out) {
  const DecoderEntry* decoder = nullptr;
  for (const DecoderEntry& entry : kDecoders) {
    if (entry.HasAny(SymbologySet().Add(reading.decode.symbology))) decoder = &entry;
  }
  struct Vote {
    PayloadBytes addon;
    std::array<char, 4> identifier;
    int lines = 0;
  };
  std::array<Vote, 3> votes;
  const Line &top = reading.top, &bottom = reading.bottom;
  for (const float t : {0.5f, 0.25f, 0.75f, 0.0f, 1.0f}) {
    Point begin = top.begin + (bottom.begin - top.begin) * t;
    Point end = top.end + (bottom.end - top.end) * t;
    if (reading.decode.reversed) std::swap(begin, end);
    const float length = Distance(begin, end);
    const float x_px = reading.x_px;
    const Point along = (end - begin) * (1 / length);
    ScanLine line{
        begin - along * (kQuietX * x_px), end + along * (kAddonReachX * x_px), {-along.y, along.x}};
    line.step_px = std::clamp(x_px / kSamplesPerX, kLeastStepPx, kMostStepPx);
    line.inverted = place_.inverted;
    SampleLine(picture_, line, &profile_);
    for (const float swing : {ElementFinder::kCoarse, ElementFinder::kFine}) {
      elements_.Find(x_px / line.step_px, swing, &profile_);
      decode_.Clear();
      DecodeRules seen = rules;
      if (!profile_.edges.empty()) TellWhatIsSeen(false, &seen);
      if (!decoder->decode(profile_.edges, seen, &decode_) || decode_.addon.empty()) continue;
      const PayloadBytes addon = decode_.addon;
      const auto identifier = decode_.identifier;
      DropAddon(&decode_);
      if (decode_.payload != reading.decode.payload) continue;
      for (Vote& vote : votes) {
        if (vote.lines > 0 && vote.addon != addon) continue;
        vote.addon = addon;
        vote.identifier = identifier;
        ++vote.lines;
        break;
      }
      break;
    }
  }
  std::ranges::sort(votes, std::greater(), &Vote::lines);
  if (votes[0].lines < kAddonLines || 2 * votes[1].lines >= votes[0].lines) return;
  out->addon = votes[0].addon;
  out->identifier = votes[0].identifier;
  std::array<char, 24> joined{};
  const std::string_view base = reading.decode.payload.view(), addon = out->addon.view();
  const size_t size = std::min(base.size() + addon.size(), joined.size());
  std::ranges::copy(base, joined.begin());
  std::copy_n(addon.begin(), size - base.size(),
              joined.begin() + static_cast<ptrdiff_t>(base.size()));
  out->payload.Assign({joined.data(), size});
}

bool Reader::Read(const FrameView& picture, const BarsPlace& place, const SymbologySet& symbologies,
                  const DecodeRules& rules, Symbol* out) {
  picture_ = picture;
  place_ = place;
  reading_count_ = 0;
  stacked_.Clear();
  expanded_.Clear();
  assembled_.lines = 0;
  assembled_payload_.Assign({});
  complete_ = false;
  const Reading* sure = nullptr;
  for (const float offset : kOffsets) {
    ReadLine(offset, symbologies, rules);
    sure = Sure();
    if (sure != nullptr) break;
  }
  for (int i = 0; i < kRowLines && sure == nullptr && assembled_.lines > 0; ++i) {
    ReadLine((static_cast<float>(i) + 0.5f) / kRowLines, symbologies, rules);
    sure = Sure();
  }
  if (place.x_px < kBlurredXPx) {
    bool promising = false;
    for (size_t i = 0; i < kBlurredLines && sure == nullptr; ++i) {
      promising |= ReadBlurredLine(kOffsets[i], symbologies, rules);
      if (i + 1 == kHopelessLines && !promising) break;
      sure = Sure();
    }
  }
  if (sure == nullptr) return false;
  if (complete_) assembled_.decode.reversed = assembled_reversed_;
  const LinearDecode& decode = sure->decode;
  out->symbology = decode.symbology;
  out->identifier = decode.identifier;
  out->payload = decode.payload;
  out->addon = {};
  out->decoder = Decoder::kOwn;
  out->inverted = place.inverted;
  const Line &top = sure->top, &bottom = sure->bottom;
  out->quad = {{top.begin, top.end, bottom.end, bottom.begin}};
  if (decode.reversed) {
    out->quad = {{bottom.end, bottom.begin, top.begin, top.end}};
  }
  out->may_be_linked = decode.linked || decode.symbology == Symbology::kEan13 ||
                       decode.symbology == Symbology::kEan8 ||
                       decode.symbology == Symbology::kUpcA || decode.symbology == Symbology::kUpcE;
  out->x_px = sure->x_px;
  if (MayHaveAddon(decode.symbology)) ReadAddon(*sure, rules, out);
  return true;
}

}  // namespace veriline::symbology::linear
