// SPDX-License-Identifier: Apache-2.0
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>

#include "pipeline/item/yaml_reader.h"

namespace veriline::item {
namespace {

/// What the parser must not go on after; carries its diagnostic through yaml-cpp.
struct Refusal {
  Diagnostic diagnostic;
};

/// Builds the tree from the parser's events.
class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(YamlNode* root) : root_(root) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Add(mark, "", anchor, YamlNode::Kind::kNull);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Refuse(mark, "an alias (*) stands here", "write the value out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode* node = Add(mark, tag, anchor, YamlNode::Kind::kScalar);
    node->quoted = tag == "!";
    node->text = value;
    if (!open_.empty() && open_.back()->kind == YamlNode::Kind::kMap && IsName(*node)) {
      RefuseDoubled(*open_.back());
    }
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(Add(mark, tag, anchor, YamlNode::Kind::kList), mark);
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(Add(mark, tag, anchor, YamlNode::Kind::kMap), mark);
  }
  void OnMapEnd() override { open_.pop_back(); }

 private:
  [[noreturn]] static void Refuse(const YAML::Mark& mark, std::string message, std::string advice) {
    throw Refusal{{.message = std::move(message),
                   .line = mark.line + 1,
                   .column = mark.column + 1,
                   .advice = std::move(advice)}};
  }

  /// True for a node just added to the names of the open map.
  bool IsName(const YamlNode& node) const {
    return !open_.back()->names.empty() && &open_.back()->names.back() == &node;
  }
  static void RefuseDoubled(const YamlNode& map) {
    const YamlNode& name = map.names.back();
    const auto first = std::find_if(map.names.begin(), map.names.end(),
                                    [&](const YamlNode& n) { return n.text == name.text; });
    if (&*first == &name) return;
    throw Refusal{{.message = "the key " + name.text + " stands twice in one map",
                   .line = name.line,
                   .column = name.column,
                   .advice = "it stands first in line " + std::to_string(first->line)}};
  }

  YamlNode* Add(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                YamlNode::Kind kind) {
    if (anchor != 0) Refuse(mark, "an anchor (&) stands here", "write the value where it is used");
    if (!tag.empty() && tag != "?" && tag != "!") {
      Refuse(mark, "the tag " + tag + " stands here", "leave it out");
    }
    YamlNode* node = root_;
    if (!open_.empty()) {
      YamlNode& parent = *open_.back();
      const bool name_due =
          parent.kind == YamlNode::Kind::kMap && parent.names.size() == parent.values.size();
      if (name_due && kind != YamlNode::Kind::kScalar) {
        Refuse(mark, "a key must be one word", "write \"key: value\"");
      }
      node = &(name_due ? parent.names : parent.values).emplace_back();
      if (kind == YamlNode::Kind::kNull && parent.kind == YamlNode::Kind::kMap) {
        // The parser tells the place of what follows; the key is where a reader looks.
        node->line = parent.names.back().line;
        node->column = parent.names.back().column;
      }
    }
    node->kind = kind;
    if (node->line == 0) {
      node->line = mark.line + 1;
      node->column = mark.column + 1;
    }
    return node;
  }

  void Open(YamlNode* node, const YAML::Mark& mark) {
    if (open_.size() == kMaxYamlDepth) {
      Refuse(mark, "maps and lists lie more than 16 deep", "no configuration needs that");
    }
    open_.push_back(node);  // stays valid: its siblings come only after it is closed
  }

  YamlNode* root_;
  std::vector<YamlNode*> open_;
};

/// Bytes that no text file holds; yaml-cpp would take a NUL for the end.
std::optional<Diagnostic> FindControlByte(std::string_view text) {
  int line = 1, column = 1;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7f) {
      return Diagnostic{.message = "the byte " + std::to_string(byte) + " is not text",
                        .line = line,
                        .column = column,
                        .advice = "save the file as plain UTF-8"};
    }
    column = c == '\n' ? 1 : column + 1;
    if (c == '\n') ++line;
  }
  return std::nullopt;
}

}  // namespace

Checked<YamlNode> ParseYaml(std::string_view text, const std::string& name) {
  const auto fail = [&](Diagnostic d) {
    d.file = name;
    return Fail(std::move(d));
  };
  if (text.size() > kMaxYamlBytes) {
    return fail({.message = "the file is larger than 1 MiB", .advice = "is it the right file?"});
  }
  if (auto bad = FindControlByte(text)) return fail(std::move(*bad));
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    YamlNode root;
    TreeBuilder builder(&root);
    if (!parser.HandleNextDocument(builder)) {
      return fail({.message = "the file is empty", .line = 1, .column = 1});
    }
    YamlNode further;
    TreeBuilder rest(&further);
    if (parser.HandleNextDocument(rest)) {
      return fail({.message = "a second document begins here",
                   .line = further.line,
                   .column = further.column,
                   .advice = "one file holds one document; leave out the --- before it"});
    }
    return root;
  } catch (Refusal& refusal) {
    return fail(std::move(refusal.diagnostic));
  } catch (const YAML::Exception& e) {
    return fail({.message = "not valid YAML: " + e.msg,
                 .line = e.mark.line + 1,
                 .column = e.mark.column + 1,
                 .advice = "put text that begins with a special character in double quotes"});
  } catch (const std::exception& e) {
    return fail({.message = std::string("not valid YAML: ") + e.what()});
  }
}

}  // namespace veriline::item
