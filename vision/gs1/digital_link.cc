// SPDX-License-Identifier: Apache-2.0
#include "vision/gs1/digital_link.h"

#include <algorithm>
#include <array>
#include <vector>

#include "vision/gs1/check_digit.h"

namespace veriline::gs1 {
namespace {

/// What identifies something, and what may stand behind it in the path, in this order.
/// Source: GS1 Digital Link Standard: URI Syntax, 4.9 and 4.10.
struct PrimaryKey {
  std::string_view ai;
  std::array<std::string_view, 4> qualifiers{};
};
constexpr std::array<PrimaryKey, 21> kPrimaryKeys = {{
    {"01", {"22", "10", "21", "235"}},
    {"8006", {"22", "10", "21"}},
    {"8013"},
    {"8010", {"8011"}},
    {"410"},
    {"411"},
    {"412"},
    {"413"},
    {"414", {"254", "7040"}},
    {"415", {"8020"}},
    {"416"},
    {"417", {"7040"}},
    {"8017", {"8019"}},
    {"8018", {"8019"}},
    {"255"},
    {"00"},
    {"253"},
    {"401"},
    {"402"},
    {"8003"},
    {"8004"},
}};

const PrimaryKey* FindKey(std::string_view ai) {
  const auto key =
      std::ranges::find_if(kPrimaryKeys, [&](const PrimaryKey& k) { return k.ai == ai; });
  return key == kPrimaryKeys.end() ? nullptr : &*key;
}

/// A part of the URI and where in it it stands.
struct Piece {
  std::string_view text;
  size_t offset = 0;
};

std::vector<Piece> Split(Piece whole, std::string_view separators) {
  std::vector<Piece> out;
  size_t begin = 0;
  while (true) {
    const size_t end = std::min(whole.text.find_first_of(separators, begin), whole.text.size());
    out.push_back({whole.text.substr(begin, end - begin), whole.offset + begin});
    if (end == whole.text.size()) return out;
    begin = end + 1;
  }
}

struct Parts {
  Piece path;   ///< without its first slash
  Piece query;  ///< without the question mark
};

/// Nothing when it is no address of the web with a path.
std::optional<Parts> PartsOf(std::string_view uri) {
  const auto begins = [&](std::string_view scheme) {
    return uri.size() >= scheme.size() &&
           std::equal(scheme.begin(), scheme.end(), uri.begin(), [](char want, char c) {
             return want == (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
           });
  };
  const size_t host = begins("https://") ? 8 : begins("http://") ? 7 : 0;
  if (host == 0) return std::nullopt;
  const std::string_view whole = uri.substr(0, uri.find('#'));
  const size_t question = std::min(whole.find('?'), whole.size());
  const size_t slash = whole.find('/', host);
  if (slash == std::string_view::npos || slash == host || slash > question) return std::nullopt;
  Parts parts;
  parts.path = {whole.substr(slash + 1, question - slash - 1), slash + 1};
  if (question < whole.size()) parts.query = {whole.substr(question + 1), question + 1};
  return parts;
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// A value without its escapes, and where each of its bytes stands in the piece.
struct Value {
  std::string bytes;
  std::vector<size_t> places;
  std::optional<size_t> bad_escape;  ///< where
};

Value Unescape(std::string_view text) {
  Value out;
  for (size_t at = 0; at < text.size(); ++at) {
    out.places.push_back(at);
    if (text[at] != '%') {
      out.bytes += text[at];
      continue;
    }
    const int high = at + 1 < text.size() ? HexValue(text[at + 1]) : -1;
    const int low = at + 2 < text.size() ? HexValue(text[at + 2]) : -1;
    if (high < 0 || low < 0) {
      out.bad_escape = at;
      return out;
    }
    out.bytes += static_cast<char>(high * 16 + low);
    at += 2;
  }
  out.places.push_back(text.size());
  return out;
}

bool IsGtin(std::string_view ai) { return ai == "01"; }

/// Whether the value is one of that key by its length and first characters.
bool CouldBe(std::string_view ai, std::string_view escaped) {
  const Value value = Unescape(escaped);
  if (value.bad_escape) return false;
  const std::string_view text = value.bytes;
  if (IsGtin(ai)) {
    return IsDigits(text) && (text.size() == 8 || (text.size() >= 12 && text.size() <= 14));
  }
  const AiInfo* info = FindAi(ai);
  if (info == nullptr || text.size() < info->min_size() || text.size() > info->max_size()) {
    return false;
  }
  const Part& first = info->parts[0];
  return std::ranges::all_of(text.substr(0, std::min<size_t>(first.max, text.size())),
                             [&](char c) { return InCharset(c, first.charset); });
}

/// Pieces of the path from the primary key on: key, value, qualifier, value, ...; empty when there
/// is none.
std::vector<Piece> KeyPath(const Parts& parts) {
  std::vector<Piece> pieces = Split(parts.path, "/");
  if (pieces.back().text.empty()) pieces.pop_back();
  for (size_t end = pieces.size(); end >= 2; end -= 2) {
    const size_t key = end - 2;
    if (FindKey(pieces[key].text) != nullptr && CouldBe(pieces[key].text, pieces[key + 1].text)) {
      pieces.erase(pieces.begin(), pieces.begin() + static_cast<ptrdiff_t>(key));
      return pieces;
    }
  }
  return {};
}

bool NeedsEscape(char c) {
  // Unreserved characters of RFC 3986, 2.3.
  const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  return !letter && !(c >= '0' && c <= '9') && c != '-' && c != '.' && c != '_' && c != '~';
}

/// Joins the elements of one URI to bytes and keeps where each of them came from.
class Joiner {
 public:
  /// The error of the value, if it has one.
  std::optional<SyntaxError> Add(const Piece& ai, const Piece& escaped) {
    const auto fault = [&](ErrorKind kind, size_t offset, const char* text) {
      return SyntaxError{kind, Ai(ai.text), static_cast<uint32_t>(offset), text};
    };
    Value value = Unescape(escaped.text);
    if (value.bad_escape) {
      return fault(ErrorKind::kBadValue, escaped.offset + *value.bad_escape,
                   "has a % without two hexadecimal digits behind it");
    }
    size_t filled = 0;
    if (IsGtin(ai.text) && IsDigits(value.bytes) && value.bytes.size() < 14) {
      filled = 14 - value.bytes.size();
      value.bytes.insert(0, filled, '0');
    }
    const AiInfo& info = *FindAi(ai.text);
    if (const auto bad = CheckField(info, value.bytes)) {
      const size_t at = bad->offset < filled ? 0 : bad->offset - filled;
      return fault(bad->kind, escaped.offset + value.places[std::min(at, value.places.size() - 1)],
                   bad->text);
    }
    if (separate_) bytes_ += kSeparator;
    places_.resize(bytes_.size() + 1, static_cast<uint32_t>(ai.offset));
    places_.back() = static_cast<uint32_t>(ai.offset);
    bytes_.append(ai.text).append(value.bytes);
    separate_ = !info.predefined_length();
    return std::nullopt;
  }

  const std::string& bytes() const { return bytes_; }
  uint32_t PlaceOf(uint32_t offset) const {
    return places_[std::min<size_t>(offset, places_.size() - 1)];
  }

 private:
  std::string bytes_;
  std::vector<uint32_t> places_;  ///< in the URI of each AI by its offset in `bytes_`
  bool separate_ = false;
};

}  // namespace

void AppendEscaped(std::string_view value, std::string* uri) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : value) {
    if (!NeedsEscape(c)) {
      *uri += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    *uri += '%';
    *uri += kHex[byte >> 4];
    *uri += kHex[byte & 15];
  }
}

bool IsDigitalLink(std::string_view uri) {
  if (uri.size() > kMaxElementStringBytes) return false;
  const auto parts = PartsOf(uri);
  return parts && !KeyPath(*parts).empty();
}

Result<std::string, SyntaxError> FromDigitalLink(std::string_view uri, Associations associations) {
  const auto refuse = [](ErrorKind kind, std::string_view ai, size_t offset, const char* what) {
    return tl::unexpected<SyntaxError>(
        SyntaxError{kind, Ai(ai), static_cast<uint32_t>(offset), what});
  };
  if (uri.empty()) return refuse(ErrorKind::kEmpty, {}, 0, "There is nothing");
  if (uri.size() > kMaxElementStringBytes) {
    return refuse(ErrorKind::kTooLong, {}, kMaxElementStringBytes,
                  "The URI is longer than any symbol can carry");
  }
  const auto parts = PartsOf(uri);
  const std::vector<Piece> path = parts ? KeyPath(*parts) : std::vector<Piece>();
  if (path.empty()) {
    return refuse(ErrorKind::kUnknownAi, {}, parts ? parts->path.offset : 0,
                  "No application identifier that identifies something stands in the path");
  }
  Joiner joiner;
  const PrimaryKey& key = *FindKey(path[0].text);
  auto next = key.qualifiers.begin();
  for (size_t i = 0; i + 1 < path.size(); i += 2) {
    const std::string_view ai = path[i].text;
    if (i > 0) {
      const auto here = std::find(next, key.qualifiers.end(), ai);
      if (here == key.qualifiers.end() || ai.empty()) {  // empty ones fill up the table
        return refuse(ErrorKind::kExcludedAssociation, FindAi(ai) != nullptr ? ai : "",
                      path[i].offset,
                      "does not belong here in the path: qualifiers of the key stand in their "
                      "order, everything else in the query");
      }
      next = here + 1;
    }
    if (auto error = joiner.Add(path[i], path[i + 1])) {
      return tl::unexpected<SyntaxError>(*error);
    }
  }
  for (const Piece& parameter : Split(parts->query, "&;")) {
    const size_t equals = parameter.text.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view ai = parameter.text.substr(0, equals);
    if (!IsDigits(ai)) continue;  // linkType, a campaign, ...
    const AiInfo* info = FindAi(ai);
    if (info == nullptr || static_cast<size_t>(info->digits) != ai.size()) {
      return refuse(ErrorKind::kUnknownAi, {}, parameter.offset,
                    "A parameter of digits alone that is no application identifier stands");
    }
    const Piece value{parameter.text.substr(equals + 1), parameter.offset + equals + 1};
    if (auto error = joiner.Add({ai, parameter.offset}, value)) {
      return tl::unexpected<SyntaxError>(*error);
    }
  }
  const auto parsed = ParseElementString(joiner.bytes(), associations);
  if (!parsed) {  // fields are valid, so it is an AI as a whole
    SyntaxError error = parsed.error();
    error.offset = joiner.PlaceOf(error.offset);
    return tl::unexpected<SyntaxError>(error);
  }
  return ToElementString(parsed->elements);
}

std::optional<std::string> ToDigitalLink(std::span<const Element> elements, std::string_view stem) {
  const auto first = std::ranges::find_if(
      elements, [](const Element& e) { return FindKey(e.ai.view()) != nullptr; });
  if (first == elements.end()) return std::nullopt;
  std::string uri(stem);
  const auto in_path = [&](const Element& element) {
    uri.append("/").append(element.ai.view()).append("/");
    AppendEscaped(element.value, &uri);
  };
  in_path(*first);
  std::vector<const Element*> others;
  for (const Element& element : elements) {
    if (&element != &*first) others.push_back(&element);
  }
  for (const std::string_view qualifier : FindKey(first->ai.view())->qualifiers) {
    const auto here =
        std::ranges::find_if(others, [&](const Element* e) { return e->ai == qualifier; });
    if (qualifier.empty() || here == others.end()) continue;
    in_path(**here);
    others.erase(here);
  }
  std::ranges::stable_sort(
      others, [](const Element* a, const Element* b) { return a->ai.view() < b->ai.view(); });
  char separator = '?';
  for (const Element* element : others) {
    uri += separator;
    uri.append(element->ai.view()).append("=");
    AppendEscaped(element->value, &uri);
    separator = '&';
  }
  return uri;
}

std::optional<std::string> FaultOfStem(std::string_view stem) {
  if (!stem.starts_with("https://") && !stem.starts_with("http://")) {
    return "It does not begin with https:// or http://.";
  }
  if (stem.ends_with('/')) return "It ends with a slash; leave that out.";
  const std::string_view rest = stem.substr(stem.find("//") + 2);
  const auto host = rest.substr(0, rest.find('/'));
  const auto in_host = [](char c) { return !NeedsEscape(c) || c == ':'; };
  if (host.empty() || !std::ranges::all_of(host, in_host)) return "Its host is not a name.";
  const auto in_path = [](char c) { return !NeedsEscape(c) || c == '/' || c == '%'; };
  if (!std::ranges::all_of(rest.substr(host.size()), in_path)) {
    return "Its path has characters that must be %-escaped.";
  }
  if (IsDigitalLink(std::string(stem) + "/")) return "It is a Digital Link already.";
  return std::nullopt;
}

}  // namespace veriline::gs1
