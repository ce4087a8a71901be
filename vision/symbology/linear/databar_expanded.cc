// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/databar_expanded.h"

#include <algorithm>

#include "vision/symbology/linear/databar_common.h"
#include "vision/symbology/linear/databar_data.h"
#include "vision/symbology/linear/same_print.h"

namespace veriline::symbology::linear {
namespace {

constexpr int kElements = 8;
constexpr int kModulus = 211;
constexpr int kLeastCharacters = 4, kMostCharacters = 22;
/// Characters of one print do not differ more in the growth of a bar, X.
constexpr float kGrowthSpread = 0.6f;

constexpr DataBarGroup kGroups[] = {{0, 12, 7, 87, 4},
                                    {348, 10, 5, 52, 20},
                                    {1388, 8, 4, 30, 52},
                                    {2948, 6, 3, 10, 104},
                                    {3988, 4, 1, 1, 204}};
constexpr DataBarKind kData{kElements, 17, true, true, kGroups};
constexpr DataBarFinder kFinders[] = {{{1, 8, 4, 1, 1}}, {{3, 6, 4, 1, 1}}, {{3, 4, 6, 1, 1}},
                                      {{3, 2, 8, 1, 1}}, {{2, 6, 5, 1, 1}}, {{2, 2, 9, 1, 1}}};

/// Finder patterns of symbols with 2 to 11 of them, in the numbers of DataBarExpandedPair.
enum : uint8_t { A1, A2, B1, B2, C1, C2, D1, D2, E1, E2, F1, F2 };
constexpr uint8_t kSequences[][DataBarExpandedPairs::kMost] = {
    {A1, A2},
    {A1, B2, B1},
    {A1, C2, B1, D2},
    {A1, E2, B1, D2, C1},
    {A1, E2, B1, D2, D1, F2},
    {A1, E2, B1, D2, E1, F2, F1},
    {A1, A2, B1, B2, C1, C2, D1, D2},
    {A1, A2, B1, B2, C1, C2, D1, E2, E1},
    {A1, A2, B1, B2, C1, C2, D1, E2, F1, F2},
    {A1, A2, B1, B2, C1, D2, D1, E2, E1, F2, F1},
};

/// 3^(8 n) modulo 211: weights go on from character to character.
struct Weights {
  int of[23] = {1};
  constexpr Weights() {
    for (int n = 1; n < 23; ++n) {
      of[n] = of[n - 1];
      for (int i = 0; i < 8; ++i) of[n] = of[n] * 3 % kModulus;
    }
  }
};
constexpr Weights kWeights;

uint8_t WeighedChecksum(const DataBarCharacter& character, uint8_t finder, bool right) {
  const int place = 2 * finder + (right ? 1 : 0) - 1;
  if (place < 0) return 0;  // the character that tells the checksum
  return static_cast<uint8_t>(character.checksum * kWeights.of[place] % kModulus);
}

/// Goes over a row from left to right.
class Row {
 public:
  Row(std::span<const float> edges, size_t at, DataBarExpandedPairs* pairs, LinearDecode* line)
      : edges_(edges), begin_(at), at_(at), pairs_(pairs), line_(line) {
    pairs_->count = 0;
    line_->Clear();
  }

  /// `bar_first`: the first finder pattern begins with a bar, and the guard pattern before it has
  /// two elements from there on, else one.
  bool Read(bool bar_first) {
    const size_t guard = bar_first ? 2 : 1;
    Append(LinearCharacter::kPattern, guard, 0);
    if (!Pair(bar_first)) return false;
    const float decodability = GuardDecodability(begin_, guard);
    if (!(decodability > 0)) return false;
    line_->characters[0].decodability = decodability;
    EndMayBeHere(bar_first);
    while (true) {
      if (Right(!bar_first)) {
        EndMayBeHere(bar_first);
        bar_first = !bar_first;
        if (pairs_->count < DataBarExpandedPairs::kMost && Pair(bar_first)) {
          EndMayBeHere(bar_first);
          continue;
        }
      }
      return Finish();
    }
  }

 private:
  /// A left character and its finder pattern.
  bool Pair(bool bar_first) {
    if (at_ + kElements + kFinderElements >= edges_.size()) return false;
    const float* edge = &edges_[at_];
    if (!MayBeDataBarFinder(edge + kElements, bar_first)) return false;
    DataBarCharacter left;
    if (!ReadDataBarCharacter(edge, bar_first, false, kData, kModulus, &left)) return false;
    float finder_decodability = 0;
    const int letter = ReadDataBarFinder(edge + kElements, left.x_width, bar_first, kFinders,
                                         &finder_decodability);
    if (letter < 0 || !print_.Takes(left.x_width, left.growth)) return false;
    DataBarExpandedPair& pair = pairs_->of[pairs_->count++];
    pair = {};
    pair.finder = static_cast<uint8_t>(2 * letter + (bar_first ? 1 : 0));
    pair.left = static_cast<int16_t>(left.value);
    pair.left_checksum = WeighedChecksum(left, pair.finder, false);
    Append(left.value, kElements, left.decodability);
    Append(LinearCharacter::kPattern, kFinderElements, finder_decodability);
    return true;
  }

  /// The character on the right of the last finder pattern.
  bool Right(bool bar_first) {
    DataBarCharacter right;
    if (at_ + kElements >= edges_.size() ||
        !ReadDataBarCharacter(&edges_[at_], bar_first, true, kData, kModulus, &right) ||
        !print_.Takes(right.x_width, right.growth)) {
      return false;
    }
    DataBarExpandedPair& pair = pairs_->of[pairs_->count - 1];
    pair.right = static_cast<int16_t>(right.value);
    pair.right_checksum = WeighedChecksum(right, pair.finder, true);
    Append(right.value, kElements, right.decodability);
    return true;
  }

  float GuardDecodability(size_t at, size_t elements) const {
    constexpr int kModules[] = {1, 1};
    if (at + elements >= edges_.size()) return 0;
    return PatternDecodability(&edges_[at], print_.x_width(), std::span(kModules, elements));
  }

  /// Remembers this place where the guard pattern stands behind it. What follows may look like
  /// another character nevertheless.
  void EndMayBeHere(bool finder_bar_first) {
    // The pair has 21 elements, or 13: its last element is as its first one.
    const size_t guard = finder_bar_first ? 2 : 1;
    const float decodability = GuardDecodability(at_, guard);
    const size_t last = at_ + guard;
    if (!(decodability > 0) || !HasGuardSpaces(edges_, begin_, last, print_.x_width())) return;
    end_ = {
        pairs_->count, pairs_->of[pairs_->count - 1].right, line_->characters.size(), at_, guard,
        decodability};
  }

  bool Finish() {
    // One character alone makes no row.
    if (end_.pairs == 0 || (end_.pairs == 1 && end_.right == DataBarExpandedPair::kNone)) {
      return false;
    }
    LinearDecode& line = *line_;
    pairs_->count = end_.pairs;
    DataBarExpandedPair& pair = pairs_->of[pairs_->count - 1];
    pair.right = end_.right;
    if (pair.right == DataBarExpandedPair::kNone) pair.right_checksum = 0;
    line.characters.resize(end_.characters);
    at_ = end_.at;
    Append(LinearCharacter::kPattern, end_.guard, end_.decodability);
    line.symbology = Symbology::kDataBarExpandedStacked;
    line.set_identifier("]e0");
    line.first_edge = static_cast<uint16_t>(begin_);
    line.last_edge = static_cast<uint16_t>(at_);
    // From the left edge of the first bar to that of the last one.
    int modules = 0;
    for (const LinearCharacter& c : line.characters) {
      modules += c.elements == kElements ? 17 : c.elements == kFinderElements ? 15 : c.elements;
    }
    line.x_width = (edges_[at_ - 1] - edges_[begin_]) / static_cast<float>(modules - 1);
    return true;
  }

  void Append(int value, size_t elements, float decodability) {
    line_->characters.push_back(
        {value, static_cast<uint16_t>(at_), static_cast<uint16_t>(elements), decodability});
    at_ += elements;
  }

  struct End {
    size_t pairs = 0;
    int16_t right = DataBarExpandedPair::kNone;
    size_t characters = 0;
    size_t at = 0;
    size_t guard = 0;
    float decodability = 0;
  };

  std::span<const float> edges_;
  size_t begin_, at_;
  DataBarExpandedPairs* pairs_;
  LinearDecode* line_;
  SamePrint print_{kGrowthSpread};
  End end_;
};

/// Fills the payload of a symbol whose pairs `find` knows by their finder patterns; of one with
/// that many pairs, or any where `exactly` is 0.
template <typename Find>
bool Join(const Find& find, size_t exactly, LinearDecode* out) {
  const DataBarExpandedPair* first = find(A1);
  if (first == nullptr) return false;
  const int characters = first->left / kModulus + kLeastCharacters;
  if (characters > kMostCharacters) return false;
  const int pairs = (characters + 1) / 2;
  if (exactly != 0 && static_cast<size_t>(pairs) != exactly) return false;
  std::array<int16_t, kMostCharacters> data;
  size_t count = 0;
  int checksum = 0;
  for (int i = 0; i < pairs; ++i) {
    const DataBarExpandedPair* pair = find(kSequences[pairs - 2][i]);
    if (pair == nullptr) return false;
    checksum += pair->left_checksum;
    if (i > 0) data[count++] = pair->left;
    if (i + 1 == pairs && characters % 2 != 0) break;
    if (pair->right == DataBarExpandedPair::kNone) return false;
    checksum += pair->right_checksum;
    data[count++] = pair->right;
  }
  if (checksum % kModulus != first->left % kModulus) return false;
  constexpr int16_t kMostData = 4095;
  if (std::ranges::max(std::span(data).first(count)) > kMostData) return false;
  DataBarData decoded;
  if (!DecodeDataBarData(std::span(data).first(count), &decoded)) return false;
  out->payload.Assign(decoded.view());
  out->linked = decoded.linked;
  return true;
}

constexpr size_t kLeastEdges = 2 + kElements + kFinderElements + 2;

bool ReadRow(std::span<const float> edges, size_t at, bool bar_first, DataBarExpandedPairs* pairs,
             LinearDecode* line) {
  const size_t finder = at + (bar_first ? 2 : 1) + kElements;
  return MayBeDataBarFinder(&edges[finder], bar_first) &&
         Row(edges, at, pairs, line).Read(bar_first);
}

}  // namespace

bool DecodeDataBarExpandedRow(std::span<const float> edges, const DecodeRules&,
                              DataBarExpandedRow* out) {
  for (size_t at = 0; at + kLeastEdges <= edges.size(); at += 2) {
    for (const bool bar_first : {false, true}) {
      if (ReadRow(edges, at, bar_first, &out->pairs, &out->line)) return true;
    }
  }
  out->pairs.count = 0;
  out->line.Clear();
  return false;
}

bool DecodeDataBarExpanded(std::span<const float> edges, const DecodeRules&, LinearDecode* out) {
  DataBarExpandedPairs pairs;
  for (size_t at = 0; at + kLeastEdges <= edges.size(); at += 2) {
    if (!ReadRow(edges, at, false, &pairs, out) || pairs.count < 2) continue;
    const auto& sequence = kSequences[pairs.count - 2];
    if (!std::ranges::equal(pairs.all(), std::span(sequence).first(pairs.count), {},
                            &DataBarExpandedPair::finder)) {
      continue;
    }
    const auto find = [&](size_t finder) -> const DataBarExpandedPair* {
      for (const DataBarExpandedPair& pair : pairs.all()) {
        if (pair.finder == finder) return &pair;
      }
      return nullptr;
    };
    out->symbology = Symbology::kDataBarExpanded;
    if (Join(find, pairs.count, out)) return true;
  }
  out->Clear();
  return false;
}

void DataBarExpandedAssembler::Clear() { seen_ = {}; }

const DataBarExpandedPair* DataBarExpandedAssembler::Sure(size_t finder) const {
  const auto& rivals = seen_[finder];
  const auto most = std::ranges::max_element(rivals, {}, &Candidate::seen);
  if (most->seen == 0) return nullptr;
  for (const Candidate& c : rivals) {
    if (&c != &*most && 2 * c.seen > most->seen) return nullptr;
  }
  return &most->pair;
}

bool DataBarExpandedAssembler::Add(const DataBarExpandedRow& row, LinearDecode* out) {
  for (const DataBarExpandedPair& pair : row.pairs.all()) {
    auto& rivals = seen_[pair.finder];
    const auto same = std::ranges::find_if(
        rivals, [&](const Candidate& c) { return c.seen > 0 && c.pair == pair; });
    if (same != rivals.end()) {
      ++same->seen;
    } else {
      *std::ranges::min_element(rivals, {}, &Candidate::seen) = {pair, 1};
    }
  }
  *out = row.line;
  return Join([&](size_t finder) { return Sure(finder); }, 0, out);
}

}  // namespace veriline::symbology::linear
