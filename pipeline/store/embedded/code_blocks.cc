// SPDX-License-Identifier: Apache-2.0
#include "pipeline/store/embedded/code_blocks.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace veriline::store {
namespace {

constexpr size_t kMostTextBytes = 16384;
constexpr uint64_t kCodesPerBlock = 512;

void AppendNumber(uint64_t number, std::string* out) {
  for (; number >= 0x80; number >>= 7) *out += static_cast<char>(number | 0x80);
  *out += static_cast<char>(number);
}

template <class Number>
void AppendLittle(Number number, std::string* out) {
  static_assert(std::endian::native == std::endian::little);
  out->append(reinterpret_cast<const char*>(&number), sizeof(number));
}

template <class Number>
Number LittleAt(std::string_view bytes, size_t index) {
  Number number;
  std::memcpy(&number, bytes.data() + index * sizeof(Number), sizeof(Number));
  return number;
}

}  // namespace

void TextBlockWriter::Add(std::string_view text) {
  const size_t most = std::min(text.size(), last_.size());
  size_t shared = 0;
  while (shared < most && text[shared] == last_[shared]) ++shared;
  AppendNumber(shared, &bytes_);
  AppendNumber(text.size() - shared, &bytes_);
  bytes_.append(text.substr(shared));
  last_.assign(text);
  ++count_;
}

std::string TextBlockWriter::Take() {
  std::string block = std::move(bytes_);
  bytes_.clear();
  last_.clear();
  count_ = 0;
  return block;
}

std::optional<uint64_t> TextBlockReader::TakeNumber() {
  uint64_t number = 0;
  for (int shift = 0; shift < 28 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    number |= uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) return number;
  }
  return std::nullopt;
}

bool TextBlockReader::Next() {
  if (rest_.empty() || !whole_) return false;
  const auto shared = TakeNumber();
  const auto added = shared ? TakeNumber() : std::nullopt;
  whole_ = added && *shared <= text_.size() && *added <= rest_.size() &&
           *shared + *added <= kMostTextBytes;
  if (!whole_) return false;
  text_.resize(*shared);
  text_.append(rest_.substr(0, *added));
  rest_.remove_prefix(*added);
  return true;
}

int BlockBits(uint64_t codes) {
  return codes <= kCodesPerBlock ? 0 : std::bit_width((codes - 1) / kCodesPerBlock);
}

// u32 count, u32 attributes of all (0: each has its own, behind the rows), the fingerprints as u64,
// the rows as u32, [the attributes as u32]; little endian.
std::string EncodeIndexBlock(std::span<const IndexedCode> codes) {
  const bool uniform = std::ranges::all_of(codes, [&](const IndexedCode& c) {
    return c.attributes == codes.front().attributes && c.attributes != 0;
  });
  std::string out;
  out.reserve(8 + codes.size() * (uniform ? 12 : 16));
  AppendLittle(static_cast<uint32_t>(codes.size()), &out);
  AppendLittle(uniform && !codes.empty() ? codes.front().attributes : uint32_t{0}, &out);
  for (const IndexedCode& c : codes) AppendLittle(c.fingerprint, &out);
  for (const IndexedCode& c : codes) AppendLittle(c.row, &out);
  if (!uniform) {
    for (const IndexedCode& c : codes) AppendLittle(c.attributes, &out);
  }
  return out;
}

bool DecodeIndexBlock(std::string_view block, std::vector<IndexedCode>* out) {
  if (block.size() < 8) return false;
  const size_t count = LittleAt<uint32_t>(block, 0);
  const auto attributes = LittleAt<uint32_t>(block, 1);
  block.remove_prefix(8);
  if (block.size() != count * (attributes != 0 ? 12 : 16)) return false;
  const std::string_view rows = block.substr(8 * count), own = block.substr(12 * count);
  for (size_t i = 0; i < count; ++i) {
    out->push_back({LittleAt<uint64_t>(block, i), LittleAt<uint32_t>(rows, i),
                    attributes != 0 ? attributes : LittleAt<uint32_t>(own, i)});
  }
  return true;
}

}  // namespace veriline::store
