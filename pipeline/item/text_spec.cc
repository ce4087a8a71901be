// SPDX-License-Identifier: Apache-2.0
#include "pipeline/item/text_spec.h"

#include <algorithm>

namespace veriline::item {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsCapital(char c) { return c >= 'A' && c <= 'Z'; }

/// Takes as many characters as the mask has before its end or a star. False where one does not fit.
bool TakeFixed(std::string_view* text, std::string_view* mask) {
  while (!mask->empty() && mask->front() != '*') {
    if (text->empty()) return false;
    char wanted = mask->front();
    mask->remove_prefix(1);
    const char c = text->front();
    text->remove_prefix(1);
    bool fits;
    switch (wanted) {
      case '#':
        fits = IsDigit(c);
        break;
      case '@':
        fits = IsCapital(c);
        break;
      case '?':
        fits = IsDigit(c) || IsCapital(c);
        break;
      case '\\':
        if (!mask->empty()) {
          wanted = mask->front();
          mask->remove_prefix(1);
        }
        fits = c == wanted;
        break;
      default:
        fits = c == wanted;
    }
    if (!fits) return false;
  }
  return true;
}

/// Characters that a mask without a star stands for.
size_t LengthOf(std::string_view mask) {
  size_t length = 0;
  for (size_t i = 0; i < mask.size(); ++i, ++length) {
    if (mask[i] == '\\' && i + 1 < mask.size()) ++i;
  }
  return length;
}

}  // namespace

bool FitsMask(std::string_view text, std::string_view mask) {
  if (!TakeFixed(&text, &mask)) return false;
  if (mask.empty()) return text.empty();
  mask.remove_prefix(1);  // the star
  const size_t rest = LengthOf(mask);
  if (text.size() < rest) return false;
  text.remove_prefix(text.size() - rest);
  return TakeFixed(&text, &mask) && text.empty();
}

int64_t SequenceSpec::count() const {
  int64_t count = 1;
  for (int i = 0; i < length; ++i) count *= static_cast<int64_t>(alphabet.size());
  return count;
}

std::optional<int64_t> SequenceSpec::ValueOf(std::string_view text) const {
  if (!text.starts_with(prefix) || text.size() != prefix.size() + static_cast<size_t>(length)) {
    return std::nullopt;
  }
  int64_t value = 0;
  for (const char c : text.substr(prefix.size())) {
    const size_t digit = alphabet.find(c);
    if (digit == alphabet.npos) return std::nullopt;
    value = value * static_cast<int64_t>(alphabet.size()) + static_cast<int64_t>(digit);
  }
  return value;
}

void SequenceSpec::Write(int64_t value, std::string* out) const {
  out->assign(prefix);
  out->append(static_cast<size_t>(length), alphabet.front());
  const auto base = static_cast<int64_t>(alphabet.size());
  for (size_t at = out->size(); at > prefix.size() && value > 0; value /= base) {
    (*out)[--at] = alphabet[static_cast<size_t>(value % base)];
  }
}

const SequenceSpec::Lane* SequenceSpec::LaneOf(int lane) const {
  const auto found =
      std::ranges::find_if(lanes, [lane](const Lane& l) { return l.place.lane == lane; });
  return found == lanes.end() ? nullptr : &*found;
}

}  // namespace veriline::item
