// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "pipeline/item/yaml_reader.h"

namespace veriline::tools {

/// Reads paths relative to the folder of the configuration.
class PathReader {
 public:
  explicit PathReader(const std::string& config_path)
      : base_(std::filesystem::path(config_path).parent_path()) {}
  void Read(item::YamlMap& map, std::string_view key, std::string* out,
            item::Presence presence = item::Presence::kRequired) const {
    std::string text;
    map.Text(key, &text, presence);
    if (!text.empty()) *out = (base_ / text).lexically_normal().string();
  }

 private:
  const std::filesystem::path base_;
};

}  // namespace veriline::tools
