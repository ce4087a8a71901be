// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/databar_omni.h"

#include <algorithm>

#include "vision/symbology/linear/databar_common.h"
#include "vision/symbology/linear/same_print.h"

namespace veriline::symbology::linear {
namespace {

constexpr int kModulus = 79;
constexpr int kElements = 8;
constexpr int32_t kInnerValues = 1597;
constexpr int64_t kHalfValues = 4537077;
/// Values of two characters repeat the weights of the checksum: 3^8 and 3^16 modulo 79.
constexpr int kWeight8 = 4, kWeight16 = 16;
/// Characters of one print do not differ more in the growth of a bar, X.
constexpr float kGrowthSpread = 0.6f;

constexpr DataBarGroup kOuterGroups[] = {{0, 12, 8, 161, 1},
                                         {161, 10, 6, 80, 10},
                                         {961, 8, 4, 31, 34},
                                         {2015, 6, 3, 10, 70},
                                         {2715, 4, 1, 1, 126}};
constexpr DataBarGroup kInnerGroups[] = {
    {0, 5, 2, 4, 84}, {336, 7, 4, 20, 35}, {1036, 9, 6, 48, 10}, {1516, 11, 8, 81, 1}};
constexpr DataBarKind kOuter{kElements, 16, false, true, kOuterGroups};
constexpr DataBarKind kInner{kElements, 15, true, false, kInnerGroups};
constexpr DataBarFinder kFinders[] = {{{3, 8, 2, 1, 1}}, {{3, 5, 5, 1, 1}}, {{3, 3, 7, 1, 1}},
                                      {{3, 1, 9, 1, 1}}, {{2, 7, 4, 1, 1}}, {{2, 5, 6, 1, 1}},
                                      {{2, 3, 8, 1, 1}}, {{1, 5, 7, 1, 1}}, {{1, 3, 9, 1, 1}}};

/// Goes over a row from left to right.
class Row {
 public:
  /// Elements of a half: outer character, finder pattern, inner character.
  static constexpr size_t kHalfElements = 2 * kElements + kFinderElements;

  Row(std::span<const float> edges, size_t at, Symbology symbology, LinearDecode* out)
      : edges_(edges), at_(at), out_(out) {
    out_->Clear();
    out_->symbology = symbology;
    out_->set_identifier("]e0");
    out_->first_edge = static_cast<uint16_t>(at);
  }

  /// A half whose outer character is the left one (`lower` false) or the right one, behind a guard
  /// pattern of so many elements, which is read as well.
  bool Half(size_t guard_elements, bool lower, DataBarHalf* half) {
    const size_t begin = at_ + guard_elements;
    if (begin + kHalfElements >= edges_.size()) return false;
    const float* edge = &edges_[begin];
    if (!MayBeDataBarFinder(edge + kElements, lower)) return false;
    // Left to right: the upper half begins with a space, the lower one with a bar.
    DataBarCharacter left, right;
    const DataBarKind& left_kind = lower ? kInner : kOuter;
    const DataBarKind& right_kind = lower ? kOuter : kInner;
    if (!ReadDataBarCharacter(edge, lower, false, left_kind, kModulus, &left) ||
        !ReadDataBarCharacter(edge + kElements + kFinderElements, !lower, true, right_kind,
                              kModulus, &right) ||
        !print_.Takes(left.x_width, left.growth) || !print_.Takes(right.x_width, right.growth)) {
      return false;
    }
    const float x = (left.x_width + right.x_width) / 2;
    float finder_decodability = 0;
    half->finder = ReadDataBarFinder(edge + kElements, x, lower, kFinders, &finder_decodability);
    if (half->finder < 0) return false;
    if (guard_elements > 0 && !Guard(guard_elements)) return false;
    const DataBarCharacter& outer = lower ? right : left;
    const DataBarCharacter& inner = lower ? left : right;
    half->lower = lower;
    half->value = outer.value * kInnerValues + inner.value;
    half->checksum = (outer.checksum + kWeight8 * inner.checksum) * (lower ? kWeight16 : 1);
    half->checksum %= kModulus;
    Append(left.value, kElements, left.decodability);
    Append(LinearCharacter::kPattern, kFinderElements, finder_decodability);
    Append(right.value, kElements, right.decodability);
    return true;
  }

  /// A guard pattern of one or two elements.
  bool Guard(size_t elements) {
    constexpr int kModules[] = {1, 1};
    if (at_ + elements >= edges_.size()) return false;
    const float decodability =
        PatternDecodability(&edges_[at_], print_.x_width(), std::span(kModules, elements));
    if (!(decodability > 0)) return false;
    Append(LinearCharacter::kPattern, elements, decodability);
    return true;
  }

  /// The row ends here. `modules`: from the left edge of its first bar to that of its last one.
  bool End(int modules) {
    out_->last_edge = static_cast<uint16_t>(at_);
    out_->x_width = (edges_[at_ - 1] - edges_[out_->first_edge]) / static_cast<float>(modules);
    return HasGuardSpaces(edges_, out_->first_edge, at_, print_.x_width());
  }

 private:
  void Append(int value, size_t elements, float decodability) {
    out_->characters.push_back(
        {value, static_cast<uint16_t>(at_), static_cast<uint16_t>(elements), decodability});
    at_ += elements;
  }

  std::span<const float> edges_;
  size_t at_;
  LinearDecode* out_;
  SamePrint print_{kGrowthSpread};
};

/// Fills the payload where both halves belong together.
bool Join(const DataBarHalf& upper, const DataBarHalf& lower, LinearDecode* out) {
  // Finder patterns tell the checksum; two of their 81 pairs are left out.
  int told = 9 * upper.finder + lower.finder;
  if (told == 8 || told == 72) return false;
  told -= (told > 8 ? 1 : 0) + (told > 72 ? 1 : 0);
  if ((upper.checksum + lower.checksum) % kModulus != told) return false;
  constexpr int64_t kLinkage = 10'000'000'000'000;
  int64_t value = upper.value * kHalfValues + lower.value;
  out->linked = value >= kLinkage;
  if (out->linked) value -= kLinkage;
  if (value >= kLinkage) return false;
  char text[16] = {'0', '1'};
  for (int i = 12; i >= 0; --i, value /= 10) text[2 + i] = static_cast<char>('0' + value % 10);
  AppendGtinCheckDigit(text + 2);
  out->payload.Assign({text, 16});
  return true;
}

/// Whether the half whose characters begin at edges[begin] has another beside it where a symbol in
/// one row has it: its inner character often begins like a guard pattern.
bool HasOtherHalf(std::span<const float> edges, size_t begin, bool lower) {
  constexpr size_t kToInner = kElements + kFinderElements;
  if (lower) return begin >= kToInner && MayBeDataBarFinder(&edges[begin - kToInner], false);
  const size_t finder = begin + Row::kHalfElements + kElements;
  return finder + kFinderElements < edges.size() && MayBeDataBarFinder(&edges[finder], true);
}

}  // namespace

bool DecodeDataBarOmni(std::span<const float> edges, const DecodeRules&, LinearDecode* out) {
  constexpr size_t kEdges = 1 + 2 * Row::kHalfElements + 2 + 1;
  constexpr int kModules = 94;  // between the left edges of the first and the last bar
  for (size_t at = 0; at + kEdges <= edges.size(); at += 2) {
    if (!MayBeDataBarFinder(&edges[at + 1 + kElements], false)) continue;
    Row row(edges, at, Symbology::kDataBarOmni, out);
    DataBarHalf upper, lower;
    if (row.Half(1, false, &upper) && row.Half(0, true, &lower) && row.Guard(2) &&
        row.End(kModules) && Join(upper, lower, out)) {
      return true;
    }
  }
  out->Clear();
  return false;
}

bool DecodeDataBarStackedRow(std::span<const float> edges, const DecodeRules&,
                             DataBarStackedRow* out) {
  constexpr size_t kLeastEdges = 1 + Row::kHalfElements + 1 + 1;
  constexpr int kUpperModules = 47, kLowerModules = 49;
  for (size_t at = 0; at + kLeastEdges <= edges.size(); at += 2) {
    if (MayBeDataBarFinder(&edges[at + 1 + kElements], false)) {
      Row row(edges, at, Symbology::kDataBarStacked, &out->line);
      if (row.Half(1, false, &out->half) && row.Guard(1) && row.End(kUpperModules) &&
          !HasOtherHalf(edges, at + 1, false)) {
        return true;
      }
    }
    if (MayBeDataBarFinder(&edges[at + 2 + kElements], true)) {
      Row row(edges, at, Symbology::kDataBarStacked, &out->line);
      if (row.Half(2, true, &out->half) && row.Guard(2) && row.End(kLowerModules) &&
          !HasOtherHalf(edges, at + 2, true)) {
        return true;
      }
    }
  }
  out->line.Clear();
  return false;
}

void DataBarStackedAssembler::Clear() {
  upper_ = {};
  lower_ = {};
}

void DataBarStackedAssembler::Count(const DataBarHalf& half, Rivals* rivals) {
  Candidate* rarest = &rivals->front();
  for (Candidate& c : *rivals) {
    if (c.seen > 0 && c.half.finder == half.finder && c.half.value == half.value) {
      ++c.seen;
      return;
    }
    if (c.seen < rarest->seen) rarest = &c;
  }
  *rarest = {half, 1};
}

const DataBarHalf* DataBarStackedAssembler::Sure(const Rivals& rivals) {
  const auto most = std::ranges::max_element(rivals, {}, &Candidate::seen);
  if (most->seen == 0) return nullptr;
  for (const Candidate& c : rivals) {
    if (&c != &*most && 2 * c.seen > most->seen) return nullptr;
  }
  return &most->half;
}

bool DataBarStackedAssembler::Add(const DataBarStackedRow& row, LinearDecode* out) {
  Count(row.half, row.half.lower ? &lower_ : &upper_);
  const DataBarHalf* upper = Sure(upper_);
  const DataBarHalf* lower = Sure(lower_);
  if (upper == nullptr || lower == nullptr) return false;
  *out = row.line;
  return Join(*upper, *lower, out);
}

}  // namespace veriline::symbology::linear
