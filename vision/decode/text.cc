// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/text.h"

#include <iconv.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "vision/core/utf8.h"

namespace veriline::decode {
namespace {

constexpr char kSeparator = '\x1d';

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// The code point at `i`, and moves past it. Requires: well-formed UTF-8.
int32_t NextCodePoint(std::string_view utf8, size_t& i) {
  const auto lead = static_cast<uint8_t>(utf8[i++]);
  if (lead < 0x80) return lead;
  const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
  int32_t code = lead & (0x3F >> more);
  for (int k = 0; k < more; ++k) code = code << 6 | (static_cast<uint8_t>(utf8[i++]) & 0x3F);
  return code;
}

/// Kana, ideographs, their punctuation, full- and half-width forms.
bool IsJapanese(int32_t c) {
  return (c >= 0x3000 && c <= 0x30FF) || (c >= 0x4E00 && c <= 0x9FFF) ||
         (c >= 0xFF01 && c <= 0xFF9F);
}

bool HasJapaneseRun(std::string_view utf8) {
  bool last = false;
  for (size_t i = 0; i < utf8.size();) {
    const bool now = IsJapanese(NextCodePoint(utf8, i));
    if (now && last) return true;
    last = now;
  }
  return false;
}

/// Length of a whole field (AI and data) for the first two digits of AIs of predefined length;
/// 0 for all others.
size_t PredefinedLength(std::string_view ai) {
  const int first = (ai[0] - '0') * 10 + (ai[1] - '0');
  if (first == 0) return 20;
  if (first >= 1 && first <= 3) return 16;
  if (first == 4) return 18;
  if (first >= 11 && first <= 19) return 8;
  if (first == 20) return 4;
  if (first >= 31 && first <= 36) return 10;
  if (first == 41) return 16;
  return 0;
}

/// The end of an AI in brackets that begins at `at`; npos when there is none.
size_t EndOfBracketedAi(std::string_view text, size_t at) {
  if (at >= text.size() || text[at] != '(') return std::string_view::npos;
  const size_t close = text.find(')', at);
  if (close == std::string_view::npos || close - at < 3 || close - at > 5) {
    return std::string_view::npos;
  }
  const bool digits = std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                                  text.begin() + static_cast<std::ptrdiff_t>(close), IsDigit);
  return digits ? close + 1 : std::string_view::npos;
}

std::optional<std::string> Utf8From(const char* charset, std::string_view bytes) {
  const iconv_t converter = iconv_open("UTF-8", charset);
  if (converter == reinterpret_cast<iconv_t>(-1)) return std::nullopt;
  std::string in(bytes);
  std::string out(bytes.size() * 3 + 4, '\0');
  char* from = in.data();
  size_t from_left = in.size();
  char* to = out.data();
  size_t to_left = out.size();
  const size_t failed = iconv(converter, &from, &from_left, &to, &to_left);
  iconv_close(converter);
  if (failed == static_cast<size_t>(-1) || from_left != 0) return std::nullopt;
  out.resize(out.size() - to_left);
  return out;
}

/// As iconv calls it; null for what is binary or not known.
const char* CharsetOf(int32_t eci) {
  struct Entry {
    int32_t eci;
    const char* name;
  };
  constexpr Entry kCharsets[] = {
      {0, "CP437"},        {1, "ISO-8859-1"},   {2, "CP437"},        {3, "ISO-8859-1"},
      {4, "ISO-8859-2"},   {5, "ISO-8859-3"},   {6, "ISO-8859-4"},   {7, "ISO-8859-5"},
      {8, "ISO-8859-6"},   {9, "ISO-8859-7"},   {10, "ISO-8859-8"},  {11, "ISO-8859-9"},
      {12, "ISO-8859-10"}, {13, "ISO-8859-11"}, {15, "ISO-8859-13"}, {16, "ISO-8859-14"},
      {17, "ISO-8859-15"}, {18, "ISO-8859-16"}, {20, "CP932"},       {21, "CP1250"},
      {22, "CP1251"},      {23, "CP1252"},      {24, "CP1256"},      {25, "UTF-16BE"},
      {26, "UTF-8"},       {27, "US-ASCII"},    {28, "BIG5"},        {29, "GB18030"},
      {30, "EUC-KR"},      {31, "GBK"},         {32, "GB18030"},     {33, "UTF-16LE"},
      {34, "UTF-32BE"},    {35, "UTF-32LE"},    {170, "US-ASCII"}};
  const auto* entry = std::ranges::find(kCharsets, eci, &Entry::eci);
  return entry != std::end(kCharsets) ? entry->name : nullptr;
}

}  // namespace

void SetTextOfPayload(Symbol* symbol) {
  const std::string_view payload = symbol->payload.view();
  if (IsUtf8(payload)) {
    symbol->text.Assign(payload);  // as TextOfBytes, without memory of its own
  } else {
    symbol->text.Assign(TextOfBytes(payload, symbol->symbology));
  }
}

std::string Utf8FromLatin1(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto b = static_cast<uint8_t>(c);
    if (b < 0x80) {
      out.push_back(c);
    } else {
      out.push_back(static_cast<char>(0xC0 | b >> 6));
      out.push_back(static_cast<char>(0x80 | (b & 0x3F)));
    }
  }
  return out;
}

std::optional<std::string> Utf8FromShiftJis(std::string_view bytes) {
  return Utf8From("CP932", bytes);
}

std::string TextOfBytes(std::string_view bytes, Symbology symbology) {
  if (IsUtf8(bytes)) return std::string(bytes);
  if (symbology == Symbology::kQr || symbology == Symbology::kMicroQr ||
      symbology == Symbology::kRmqr) {
    const auto japanese = Utf8FromShiftJis(bytes);
    if (japanese && HasJapaneseRun(*japanese)) return *japanese;
  }
  return Utf8FromLatin1(bytes);
}

std::string TextOfRuns(std::string_view bytes, std::span<const EciRun> runs, Symbology symbology) {
  std::string out;
  const size_t plain = runs.empty() ? bytes.size() : std::min(runs[0].offset, bytes.size());
  if (plain > 0) out = TextOfBytes(bytes.substr(0, plain), symbology);
  for (size_t i = 0; i < runs.size(); ++i) {
    const size_t begin = std::min(runs[i].offset, bytes.size());
    const size_t end =
        i + 1 < runs.size() ? std::min(runs[i + 1].offset, bytes.size()) : bytes.size();
    if (end <= begin) continue;
    const std::string_view part = bytes.substr(begin, end - begin);
    const char* charset = CharsetOf(runs[i].eci);
    const auto text = charset != nullptr ? Utf8From(charset, part) : std::nullopt;
    out += text ? *text : TextOfBytes(part, symbology);
  }
  return out;
}

std::optional<std::string> Code39FullAscii(std::string_view characters) {
  std::string out;
  bool shifted = false;
  for (size_t i = 0; i < characters.size(); ++i) {
    const char c = characters[i];
    if (c != '$' && c != '%' && c != '/' && c != '+') {
      out.push_back(c);
      continue;
    }
    if (++i == characters.size()) return std::nullopt;
    const char letter = characters[i];
    if (letter < 'A' || letter > 'Z') return std::nullopt;
    shifted = true;
    switch (c) {
      case '$':
        out.push_back(static_cast<char>(letter - 'A' + 1));
        break;
      case '+':
        out.push_back(static_cast<char>(letter - 'A' + 'a'));
        break;
      case '/':
        if (letter > 'O' && letter != 'Z') return std::nullopt;
        out.push_back(letter == 'Z' ? ':' : static_cast<char>(letter - 'A' + '!'));
        break;
      default: {  // '%'
        constexpr std::string_view kByLetter(
            "\x1b\x1c\x1d\x1e\x1f;<=>?[\\]^_{|}~\x7f\0@`\x7f\x7f\x7f", 26);
        out.push_back(kByLetter[static_cast<size_t>(letter - 'A')]);
        break;
      }
    }
  }
  if (!shifted) return std::nullopt;
  return out;
}

std::optional<std::string> ElementStringFromBracketed(std::string_view text) {
  std::string out;
  size_t at = 0;
  while (at < text.size()) {
    const size_t data = EndOfBracketedAi(text, at);
    if (data == std::string_view::npos) return std::nullopt;
    const std::string_view ai = text.substr(at + 1, data - at - 2);
    const size_t field_length = PredefinedLength(ai);
    size_t end;
    if (field_length != 0) {
      end = std::min(text.size(), data + field_length - ai.size());
    } else {
      end = data;
      while (end < text.size() && EndOfBracketedAi(text, end) == std::string_view::npos) ++end;
    }
    out.append(ai).append(text.substr(data, end - data));
    if (field_length == 0 && end < text.size()) out.push_back(kSeparator);
    at = end;
  }
  if (out.empty()) return std::nullopt;
  return out;
}

}  // namespace veriline::decode
