// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vision/core/result.h"

namespace veriline::item {

/// One value of a YAML document and where it stands (1-based).
struct YamlNode {
  enum class Kind : uint8_t { kNull, kScalar, kList, kMap };
  Kind kind = Kind::kNull;
  int line = 0;
  int column = 0;
  bool quoted = false;           ///< a scalar in quotes: text, never a number or a flag
  std::string text;              ///< of a scalar
  std::vector<YamlNode> names;   ///< keys of a map, in the order of the file
  std::vector<YamlNode> values;  ///< values of a map, beside `names`; entries of a list
};

/// Limits of what is taken for a configuration of ours.
inline constexpr size_t kMaxYamlBytes = size_t{1} << 20;
inline constexpr int kMaxYamlDepth = 16;

/// The tree of a document. Errors: not YAML, too big or too deep, or with anchors, aliases, tags,
/// doubled keys, or a further document.
Checked<YamlNode> ParseYaml(std::string_view text, const std::string& name);

enum class Presence : uint8_t { kRequired, kOptional };

class YamlReader;

/// The keys of one map while they are read. Each call names one key that may stand there, and
/// leaves its target untouched when the key is absent or wrong; what was wrong is kept by the
/// YamlReader. A key that no call named is refused when the map has been read.
class YamlMap {
 public:
  using Fields = std::function<void(YamlMap&)>;

  bool Has(std::string_view key) const;

  void Text(std::string_view key, std::string* out, Presence presence = Presence::kRequired);
  /// Finite decimal numbers only.
  void Number(std::string_view key, double* out, Presence presence = Presence::kRequired);
  void Integer(std::string_view key, int64_t* out, Presence presence = Presence::kRequired);
  void Integer(std::string_view key, int* out, Presence presence = Presence::kRequired);
  /// A list of whole numbers.
  void Integers(std::string_view key, std::vector<int>* out,
                Presence presence = Presence::kRequired);
  /// true or false.
  void Flag(std::string_view key, bool* out, Presence presence = Presence::kRequired);
  /// One of `names`; the enumerators stand in the same order, from `first` on.
  template <class E>
  void Choice(std::string_view key, std::span<const std::string_view> names, E* out, E first = E{},
              Presence presence = Presence::kRequired) {
    if (const auto index = ChoiceIndex(key, names, presence)) {
      *out = static_cast<E>(static_cast<size_t>(first) + *index);
    }
  }
  /// A list of some of `names`, none twice; gives their indices.
  void Choices(std::string_view key, std::span<const std::string_view> names,
               std::vector<size_t>* out);
  void Map(std::string_view key, const Fields& fields, Presence presence = Presence::kRequired);
  /// A map from names that are not ours to scalars, in the order of the file.
  void Entries(std::string_view key, std::vector<std::pair<std::string, std::string>>* out,
               Presence presence = Presence::kRequired);
  /// A list of maps; `fields` is called for each in order.
  void Maps(std::string_view key, const Fields& fields, Presence presence = Presence::kRequired);
  /// Refuses the value of `key`, which is there, at its character `character` (1-based).
  void Refuse(std::string_view key, int character, std::string message, std::string advice);

 private:
  friend class YamlReader;
  YamlMap(YamlReader& reader, const YamlNode& node) : reader_(reader), node_(node) {}

  /// The value of `key`; nullptr when absent. Notes the key as known and a required one as missing.
  const YamlNode* Find(std::string_view key, Presence presence);
  const YamlNode* FindScalar(std::string_view key, const char* wanted, Presence presence);
  std::optional<size_t> ChoiceIndex(std::string_view key, std::span<const std::string_view> names,
                                    Presence presence);
  /// Refuses keys that nobody asked for, else names the missing ones.
  void Done();

  YamlReader& reader_;
  const YamlNode& node_;
  std::vector<std::string> known_;
  std::vector<std::string> missing_;
};

/// Reads a YAML file of ours strictly: unknown, missing and doubled keys, wrong types, anchors,
/// tags and further documents are errors with line, column and advice. Of several errors the one
/// that stands first in the file is kept.
/// Thread: one. Cost: the whole document in memory.
class YamlReader {
 public:
  /// `name` stands in the diagnostics.
  YamlReader(std::string_view text, std::string name);

  /// Reads the top-level map, whose first key must be `version_key` with the value `version`.
  void Read(std::string_view version_key, int version, const YamlMap::Fields& fields);

  /// Nothing when all was well.
  const std::optional<Diagnostic>& error() const { return error_; }
  /// Puts file, line and column to a diagnostic whose `key` is a path like "views[0].field_mm":
  /// those of the value, or of the map where it would stand.
  Diagnostic Locate(Diagnostic diagnostic) const;

 private:
  friend class YamlMap;
  void Refuse(const YamlNode& place, std::string message, std::string advice);

  std::string name_;
  YamlNode root_;
  std::optional<Diagnostic> error_;
};

/// The word of `candidates` that `word` is a likely misspelling of; empty when none is near.
std::string_view NearestSpelling(std::string_view word,
                                 std::span<const std::string_view> candidates);

/// The bytes of a file of at most kMaxYamlBytes.
/// Errors: kIo with the system's words.
Checked<std::string> ReadYamlFile(const std::string& path);

}  // namespace veriline::item
