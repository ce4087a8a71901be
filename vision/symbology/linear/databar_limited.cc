// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/linear/databar_limited.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "vision/symbology/linear/databar_common.h"
#include "vision/symbology/linear/same_print.h"

namespace veriline::symbology::linear {
namespace {

constexpr int kElements = 14;
constexpr int kModulus = 89;
constexpr int kCheckModules = 18;
constexpr int kWeight14 = 20;  // 3^14 modulo 89: the right character goes on with the weights
constexpr int64_t kRightValues = 2013571;
constexpr float kGrowthSpread = 0.6f;

constexpr DataBarGroup kGroups[] = {
    {0, 17, 6, 6538, 28},        {183064, 13, 5, 875, 728},   {820064, 9, 3, 28, 6454},
    {1000776, 15, 5, 2415, 203}, {1491021, 11, 4, 203, 2408}, {1979845, 19, 8, 17094, 1},
    {1996939, 7, 1, 1, 16632},
};
constexpr DataBarKind kData{kElements, 26, false, true, kGroups};

/// Widths of the first twelve elements of the check characters 0 to 88, one hexadecimal digit each;
/// the last two have one module.
constexpr uint64_t kCheckWidths[kModulus] = {
    0x111111111133, 0x111111111232, 0x111111111331, 0x111111121132, 0x111111121231, 0x111111131131,
    0x111112111132, 0x111112111231, 0x111112121131, 0x111113111131, 0x111211111132, 0x111211111231,
    0x111211121131, 0x111212111131, 0x111311111131, 0x121111111132, 0x121111111231, 0x121111121131,
    0x121112111131, 0x121211111131, 0x131111111131, 0x111111112123, 0x111111112222, 0x111111112321,
    0x111111122122, 0x111111122221, 0x111111132121, 0x111112112122, 0x111112112221, 0x111112122121,
    0x111113112121, 0x111211112122, 0x111211112221, 0x111211122121, 0x111212112121, 0x111311112121,
    0x121111112122, 0x121111112221, 0x121111122121, 0x121112112121, 0x121211112121, 0x131111112121,
    0x111111113113, 0x111111113212, 0x111111123112, 0x111211113112, 0x121111113112, 0x111111211123,
    0x111111211222, 0x111111211321, 0x111111221122, 0x111211211122, 0x111211211221, 0x111211221121,
    0x111212211121, 0x111311211121, 0x121111211122, 0x121111211221, 0x121211211121, 0x111121111123,
    0x111121111222, 0x111121111321, 0x111121121122, 0x111121121221, 0x111122111122, 0x121121111122,
    0x121121111221, 0x121121121121, 0x121122111121, 0x121221111121, 0x131121111121, 0x112111111123,
    0x112111111222, 0x112111111321, 0x112111121122, 0x112111121221, 0x112111131121, 0x112112111122,
    0x112112111221, 0x112211111122, 0x211111111222, 0x211111111321, 0x211111121122, 0x211111121221,
    0x211111131121, 0x211112111221, 0x211112121121, 0x211211111221, 0x211111112212,
};
constexpr int CheckWidth(int check, int element) {
  return element >= 12 ? 1 : static_cast<int>(kCheckWidths[check] >> (4 * (11 - element)) & 15);
}

/// How surely edge[0] to edge[14] are the check character; 0 or less where they are another.
float CheckDecodability(const float* edge, int check) {
  const float x = (edge[kElements] - edge[0]) / kCheckModules;
  if (!(x > 0)) return 0;
  float least = 1;
  for (int i = 0; i + 1 < kElements; ++i) {
    const int pair = CheckWidth(check, i) + CheckWidth(check, i + 1);
    const float away = std::abs((edge[i + 2] - edge[i]) / x - static_cast<float>(pair));
    if (!(away < 0.5f)) return 0;
    least = std::min(least, 1 - 2 * away);
  }
  return least;
}

/// Growth of a bar in the check character, X.
float CheckGrowth(const float* edge, int check) {
  const float x = (edge[kElements] - edge[0]) / kCheckModules;
  float growth = 0;
  for (int i = 1; i < kElements; i += 2) {
    growth += (edge[i + 1] - edge[i]) / x - static_cast<float>(CheckWidth(check, i));
  }
  return growth / (kElements / 2);
}

bool FillPayload(int left, int right, LinearDecode* out) {
  constexpr int64_t kLinkage = 2015133531096, kValues = 2000000000000;
  int64_t value = left * kRightValues + right;
  out->linked = value >= kLinkage;
  if (out->linked) value -= kLinkage;
  if (value >= kValues) return false;
  char text[16] = {'0', '1'};
  for (int i = 12; i >= 0; --i, value /= 10) text[2 + i] = static_cast<char>('0' + value % 10);
  AppendGtinCheckDigit(text + 2);
  out->payload.Assign({text, 16});
  return true;
}

/// The symbol whose first bar begins at edges[at].
bool ReadSymbol(std::span<const float> edges, size_t at, LinearDecode* out) {
  constexpr size_t kLast = 1 + 3 * kElements + 2;
  const float* edge = &edges[at];
  const float* left_edge = edge + 1;
  const float* check_edge = left_edge + kElements;
  const float* right_edge = check_edge + kElements;
  const float* guard_edge = right_edge + kElements;
  // A quick test: the widths of the characters.
  const float ratio = (check_edge[kElements] - check_edge[0]) / (check_edge[0] - left_edge[0]);
  if (!(ratio > 18.0f / 26 / 1.3f && ratio < 18.0f / 26 * 1.3f)) return false;

  DataBarCharacter left, right;
  SamePrint print(kGrowthSpread);
  if (!ReadDataBarCharacter(left_edge, false, false, kData, kModulus, &left) ||
      !ReadDataBarCharacter(right_edge, false, false, kData, kModulus, &right)) {
    return false;
  }
  const int check = (left.checksum + kWeight14 * right.checksum) % kModulus;
  const float check_decodability = CheckDecodability(check_edge, check);
  if (!(check_decodability > 0)) return false;
  const float check_x = (check_edge[kElements] - check_edge[0]) / kCheckModules;
  if (!print.Takes(left.x_width, left.growth) ||
      !print.Takes(check_x, CheckGrowth(check_edge, check)) ||
      !print.Takes(right.x_width, right.growth)) {
    return false;
  }
  constexpr int kGuard[] = {1, 1};
  const float left_guard = PatternDecodability(edge, left.x_width, std::span(kGuard, 1));
  const float right_guard = PatternDecodability(guard_edge, right.x_width, kGuard);
  if (!(left_guard > 0 && right_guard > 0)) return false;
  if (!HasGuardSpaces(edges, at, at + kLast, check_x)) return false;

  out->Clear();
  if (!FillPayload(left.value, right.value, out)) return false;
  out->symbology = Symbology::kDataBarLimited;
  out->set_identifier("]e0");
  size_t from = at;
  const auto append = [&](int value, size_t elements, float decodability) {
    out->characters.push_back(
        {value, static_cast<uint16_t>(from), static_cast<uint16_t>(elements), decodability});
    from += elements;
  };
  append(LinearCharacter::kPattern, 1, left_guard);
  append(left.value, kElements, left.decodability);
  append(check, kElements, check_decodability);
  append(right.value, kElements, right.decodability);
  append(LinearCharacter::kPattern, 2, right_guard);
  out->first_edge = static_cast<uint16_t>(at);
  out->last_edge = static_cast<uint16_t>(at + kLast);
  // Between the left edges of the first and the last bar.
  out->x_width = (edge[kLast - 1] - edge[0]) / 72;
  return true;
}

}  // namespace

bool DecodeDataBarLimited(std::span<const float> edges, const DecodeRules&, LinearDecode* out) {
  constexpr size_t kEdges = 1 + 3 * kElements + 2 + 1;
  for (size_t at = 0; at + kEdges <= edges.size(); at += 2) {
    if (ReadSymbol(edges, at, out)) return true;
  }
  out->Clear();
  return false;
}

}  // namespace veriline::symbology::linear
