// SPDX-License-Identifier: Apache-2.0
#include "pipeline/item/yaml_reader.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <numeric>
#include <sstream>
#include <tuple>
#include <utility>

namespace veriline::item {
namespace {

/// How a value is called in a message.
std::string Describe(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "nothing";
    case YamlNode::Kind::kList:
      return "a list";
    case YamlNode::Kind::kMap:
      return "a map";
    case YamlNode::Kind::kScalar:
      break;
  }
  constexpr size_t kLongest = 40;
  return '"' + (node.text.size() <= kLongest ? node.text : node.text.substr(0, kLongest) + "...") +
         '"';
}

std::string Join(std::span<const std::string_view> words) {
  std::string out;
  for (const std::string_view word : words) {
    if (!out.empty()) out += ", ";
    out += word;
  }
  return out;
}

std::string AdviceFor(std::string_view word, std::span<const std::string_view> candidates,
                      const char* what) {
  const std::string_view near = NearestSpelling(word, candidates);
  if (!near.empty()) return "did you mean " + std::string(near) + "?";
  return std::string(what) + Join(candidates);
}

template <class T>
bool ParseWhole(const std::string& text, T* out) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, *out);
  return error == std::errc() && stop == end;
}

/// Finds the value of `name` in a map; nullptr when there is none.
const YamlNode* ValueOf(const YamlNode& map, std::string_view name) {
  for (size_t i = 0; i < map.names.size(); ++i) {
    if (map.names[i].text == name) return &map.values[i];
  }
  return nullptr;
}

/// Edit distance where a swap of neighbours counts as one.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({row[j - 1] + 1, last[j] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string_view NearestSpelling(std::string_view word,
                                 std::span<const std::string_view> candidates) {
  constexpr size_t kLongestWord = 64;
  if (word.size() > kLongestWord) return {};
  std::string_view nearest;
  size_t best = std::max<size_t>(1, word.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    const size_t distance = EditDistance(word, candidate);
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

Checked<std::string> ReadYamlFile(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string bytes(kMaxYamlBytes + 1, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file.is_open() || file.bad() || (file.gcount() == 0 && errno != 0)) {
    return Fail(Diagnostic{.code = ErrorCode::kIo,
                           .message = std::string("the file cannot be read: ") +
                                      (errno != 0 ? std::strerror(errno) : "input/output error"),
                           .file = path,
                           .advice = "check the path and its permissions"});
  }
  bytes.resize(static_cast<size_t>(file.gcount()));
  return bytes;
}

// --- YamlMap -----------------------------------------------------------------------------------

bool YamlMap::Has(std::string_view key) const { return ValueOf(node_, key) != nullptr; }

const YamlNode* YamlMap::Find(std::string_view key, Presence presence) {
  known_.emplace_back(key);
  const YamlNode* value = ValueOf(node_, key);
  if (value == nullptr && presence == Presence::kRequired) missing_.emplace_back(key);
  return value;
}

const YamlNode* YamlMap::FindScalar(std::string_view key, const char* wanted, Presence presence) {
  const YamlNode* value = Find(key, presence);
  if (value == nullptr || value->kind == YamlNode::Kind::kScalar) return value;
  reader_.Refuse(
      *value, std::string(key) + " must be " + wanted + ", but " + Describe(*value) + " is there",
      "write \"" + std::string(key) + ": VALUE\"");
  return nullptr;
}

void YamlMap::Text(std::string_view key, std::string* out, Presence presence) {
  if (const YamlNode* value = FindScalar(key, "a text", presence)) *out = value->text;
}

void YamlMap::Number(std::string_view key, double* out, Presence presence) {
  const YamlNode* value = FindScalar(key, "a number", presence);
  if (value == nullptr) return;
  double number = 0;
  if (value->quoted || !ParseWhole(value->text, &number) || !std::isfinite(number)) {
    reader_.Refuse(*value, std::string(key) + " must be a number, not " + Describe(*value),
                   "digits with a decimal point, without quotes or a unit");
    return;
  }
  *out = number;
}

void YamlMap::Integer(std::string_view key, int64_t* out, Presence presence) {
  const YamlNode* value = FindScalar(key, "a whole number", presence);
  if (value == nullptr) return;
  int64_t number = 0;
  if (value->quoted || !ParseWhole(value->text, &number)) {
    reader_.Refuse(*value, std::string(key) + " must be a whole number, not " + Describe(*value),
                   "digits only, without quotes or a unit");
    return;
  }
  *out = number;
}

void YamlMap::Integer(std::string_view key, int* out, Presence presence) {
  int64_t wide = *out;
  Integer(key, &wide, presence);
  *out = static_cast<int>(
      std::clamp<int64_t>(wide, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()));
}

void YamlMap::Integers(std::string_view key, std::vector<int>* out, Presence presence) {
  const YamlNode* list = Find(key, presence);
  if (list == nullptr) return;
  if (list->kind != YamlNode::Kind::kList) {
    reader_.Refuse(*list, std::string(key) + " must be a list, not " + Describe(*list),
                   "write \"" + std::string(key) + ": [1, 2]\"");
    return;
  }
  out->clear();
  for (const YamlNode& entry : list->values) {
    int64_t number = 0;
    if (entry.kind != YamlNode::Kind::kScalar || entry.quoted || !ParseWhole(entry.text, &number) ||
        std::cmp_not_equal(number, static_cast<int>(number))) {
      reader_.Refuse(
          entry,
          "an entry of " + std::string(key) + " must be a whole number, not " + Describe(entry),
          "digits only, without quotes or a unit");
      continue;
    }
    out->push_back(static_cast<int>(number));
  }
}

void YamlMap::Flag(std::string_view key, bool* out, Presence presence) {
  const YamlNode* value = FindScalar(key, "true or false", presence);
  if (value == nullptr) return;
  if (value->quoted || (value->text != "true" && value->text != "false")) {
    reader_.Refuse(*value, std::string(key) + " must be true or false, not " + Describe(*value),
                   "write true or false, without quotes");
    return;
  }
  *out = value->text == "true";
}

std::optional<size_t> YamlMap::ChoiceIndex(std::string_view key,
                                           std::span<const std::string_view> names,
                                           Presence presence) {
  const YamlNode* value = FindScalar(key, "one word", presence);
  if (value == nullptr) return std::nullopt;
  const auto found = std::find(names.begin(), names.end(), value->text);
  if (found == names.end()) {
    reader_.Refuse(*value, Describe(*value) + " is no value for " + std::string(key),
                   AdviceFor(value->text, names, "one of "));
    return std::nullopt;
  }
  return found - names.begin();
}

void YamlMap::Choices(std::string_view key, std::span<const std::string_view> names,
                      std::vector<size_t>* out) {
  const YamlNode* list = Find(key, Presence::kRequired);
  if (list == nullptr) return;
  if (list->kind != YamlNode::Kind::kList) {
    reader_.Refuse(*list, std::string(key) + " must be a list, not " + Describe(*list),
                   "write \"" + std::string(key) + ": [A, B]\"");
    return;
  }
  for (const YamlNode& entry : list->values) {
    const auto found = entry.kind == YamlNode::Kind::kScalar
                           ? std::find(names.begin(), names.end(), entry.text)
                           : names.end();
    if (found == names.end()) {
      reader_.Refuse(entry, Describe(entry) + " is no value for " + std::string(key),
                     AdviceFor(entry.text, names, "some of "));
      continue;
    }
    const size_t index = found - names.begin();
    if (std::find(out->begin(), out->end(), index) != out->end()) {
      reader_.Refuse(entry, Describe(entry) + " stands twice in " + std::string(key),
                     "name it once");
      continue;
    }
    out->push_back(index);
  }
}

void YamlMap::Map(std::string_view key, const Fields& fields, Presence presence) {
  const YamlNode* value = Find(key, presence);
  if (value == nullptr) return;
  if (value->kind != YamlNode::Kind::kMap) {
    reader_.Refuse(*value, std::string(key) + " must be a map, not " + Describe(*value),
                   "write \"" + std::string(key) + ": {key: value, ...}\"");
    return;
  }
  YamlMap map(reader_, *value);
  fields(map);
  map.Done();
}

void YamlMap::Entries(std::string_view key, std::vector<std::pair<std::string, std::string>>* out,
                      Presence presence) {
  const YamlNode* map = Find(key, presence);
  if (map == nullptr) return;
  if (map->kind != YamlNode::Kind::kMap) {
    reader_.Refuse(*map, std::string(key) + " must be a map, not " + Describe(*map),
                   "write \"" + std::string(key) + ": {name: value, ...}\"");
    return;
  }
  for (size_t i = 0; i < map->names.size(); ++i) {
    const YamlNode& value = map->values[i];
    if (value.kind != YamlNode::Kind::kScalar) {
      reader_.Refuse(value, map->names[i].text + " must have one value, not " + Describe(value),
                     "write \"" + map->names[i].text + ": VALUE\"");
      continue;
    }
    out->emplace_back(map->names[i].text, value.text);
  }
}

void YamlMap::Maps(std::string_view key, const Fields& fields, Presence presence) {
  const YamlNode* list = Find(key, presence);
  if (list == nullptr) return;
  if (list->kind != YamlNode::Kind::kList) {
    reader_.Refuse(*list, std::string(key) + " must be a list of maps, not " + Describe(*list),
                   "begin each entry with \"- \"");
    return;
  }
  for (const YamlNode& entry : list->values) {
    if (entry.kind != YamlNode::Kind::kMap) {
      reader_.Refuse(entry,
                     "an entry of " + std::string(key) + " must be a map, not " + Describe(entry),
                     "write \"- {key: value, ...}\"");
      continue;
    }
    YamlMap map(reader_, entry);
    fields(map);
    map.Done();
  }
}

void YamlMap::Refuse(std::string_view key, int character, std::string message, std::string advice) {
  YamlNode place = *ValueOf(node_, key);
  place.column += character - 1 + (place.quoted ? 1 : 0);
  reader_.Refuse(place, std::move(message), std::move(advice));
}

void YamlMap::Done() {
  const std::vector<std::string_view> known(known_.begin(), known_.end());
  bool all_known = true;
  for (const YamlNode& name : node_.names) {
    if (std::find(known.begin(), known.end(), name.text) != known.end()) continue;
    all_known = false;
    reader_.Refuse(name, "the key " + Describe(name) + " is not known here",
                   AdviceFor(name.text, known, "keys here: "));
  }
  // A misspelled key is also a missing one: then the spelling is what to tell.
  if (all_known && !missing_.empty()) {
    reader_.Refuse(node_, "the key " + missing_.front() + " is missing here",
                   "keys here: " + Join(known));
  }
}

// --- YamlReader --------------------------------------------------------------------------------

YamlReader::YamlReader(std::string_view text, std::string name) : name_(std::move(name)) {
  auto root = ParseYaml(text, name_);
  if (root) {
    root_ = std::move(*root);
  } else {
    error_ = std::move(root.error());
  }
}

void YamlReader::Read(std::string_view version_key, int version, const YamlMap::Fields& fields) {
  if (error_) return;
  const std::string wanted = std::string(version_key) + ": " + std::to_string(version);
  if (root_.kind != YamlNode::Kind::kMap || root_.names.empty() ||
      root_.names.front().text != version_key) {
    const bool has_keys = root_.kind == YamlNode::Kind::kMap && !root_.names.empty();
    Refuse(has_keys ? root_.names.front() : root_, "the file does not begin with its version",
           "the first line must be \"" + wanted + "\"");
    return;
  }
  YamlMap map(*this, root_);
  int64_t found = version;
  map.Integer(version_key, &found);
  if (found != version) {
    // Another version has other keys: nothing further is worth telling.
    Refuse(root_.values.front(),
           "version " + std::to_string(found) + " of this file is not known here",
           "this program reads \"" + wanted + "\"");
    return;
  }
  fields(map);
  map.Done();
}

void YamlReader::Refuse(const YamlNode& place, std::string message, std::string advice) {
  if (error_ && std::tie(error_->line, error_->column) <= std::tie(place.line, place.column)) {
    return;
  }
  error_ = Diagnostic{.message = std::move(message),
                      .file = name_,
                      .line = place.line,
                      .column = place.column,
                      .advice = std::move(advice)};
}

Diagnostic YamlReader::Locate(Diagnostic diagnostic) const {
  const YamlNode* node = &root_;
  std::string_view path = diagnostic.key;
  while (!path.empty()) {
    const YamlNode* next = nullptr;
    size_t end;
    if (path.front() == '[') {
      end = std::min(path.find(']'), path.size() - 1) + 1;
      size_t index = 0;
      std::from_chars(path.data() + 1, path.data() + end - 1, index);
      if (node->kind == YamlNode::Kind::kList && index < node->values.size()) {
        next = &node->values[index];
      }
    } else {
      end = std::min(path.find_first_of(".["), path.size());
      next = ValueOf(*node, path.substr(0, end));
    }
    if (next == nullptr) break;
    node = next;
    path.remove_prefix(end);
    if (!path.empty() && path.front() == '.') path.remove_prefix(1);
  }
  diagnostic.file = name_;
  diagnostic.line = node->line;
  diagnostic.column = node->column;
  return diagnostic;
}

}  // namespace veriline::item
