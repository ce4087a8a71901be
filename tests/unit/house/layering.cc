// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/house/layering.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace veriline::house {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 7> kTopFolders = {
    "calibration", "grading", "pipeline", "rpc", "tests", "tools", "vision"};
constexpr std::array<std::string_view, 5> kExtensions = {".h", ".cc", ".proto", ".py", ".sh"};
constexpr int kMostLines = 500;

/// Who may know whom; what a room may know, those who know the room may know too. `tools` and
/// `tests` know everything, nobody knows them.
const std::map<std::string_view, std::vector<std::string_view>> kKnows = {
    {"vision/core", {}},
    {"calibration/model", {"vision/core"}},
    {"calibration/solve", {"calibration/model"}},
    {"vision/gs1", {"vision/core"}},
    {"vision/camera", {"calibration/model"}},
    {"vision/locate", {"calibration/model"}},
    {"vision/symbology", {"calibration/model"}},
    {"vision/text", {"calibration/model", "vision/gs1"}},
    {"vision/decode",
     {"vision/camera", "vision/locate", "vision/symbology", "vision/text", "vision/gs1"}},
    {"grading", {"vision/symbology", "calibration/model"}},
    {"pipeline/batch", {"vision/gs1"}},
    {"pipeline/item", {"grading", "pipeline/batch", "vision/decode"}},
    {"pipeline/store", {"pipeline/item"}},
    {"pipeline/reject", {"pipeline/item"}},
    {"pipeline/trace", {"pipeline/item"}},
    {"pipeline/report", {"pipeline/item"}},
    {"pipeline/line",
     {"pipeline/store", "pipeline/reject", "pipeline/trace", "pipeline/report", "vision/camera"}},
    {"rpc", {"pipeline/store", "pipeline/reject", "pipeline/trace", "pipeline/report"}},
};

/// A third party's headers, and the folders (adapters) whose own headers may include them.
struct ThirdParty {
  std::string_view prefix;
  std::vector<std::string_view> adapters;
};
const std::vector<ThirdParty> kThirdParties = {
    {"opencv2/", {}},
    {"ZXing/", {"vision/decode/zxing/"}},
    {"dmtx", {"vision/decode/dmtx/"}},
    {"tbb/", {}},
    {"oneapi/", {}},
    {"grpc", {"rpc/"}},
    {"google/protobuf/", {"rpc/"}},
    {"sqlite3", {"pipeline/store/embedded/"}},
    {"libpq", {"pipeline/store/postgres/"}},
    {"yaml-cpp/", {}},
    {"arv", {"vision/camera/gige/"}},
    {"modbus", {"pipeline/reject/modbus/"}},
    {"openssl/", {}},
    {"spdlog/", {}},
    {"zint", {}},
    {"nlohmann/", {"tools/"}},
    {"CLI/", {"tools/"}},
};

/// Third parties that stand in no file of a folder, source or header.
struct Ban {
  std::string_view folder;
  std::vector<std::string_view> prefixes;
};
const std::vector<Ban> kBans = {
    {"grading/", {"opencv2/", "tbb/", "oneapi/", "grpc"}},
    {"pipeline/reject/", {"tbb/", "oneapi/", "grpc", "sqlite3"}},
    {"vision/core/", {"opencv2/", "tbb/", "oneapi/", "grpc", "sqlite3", "yaml-cpp/", "spdlog/"}},
    {"vision/gs1/", {"opencv2/", "tbb/", "oneapi/", "grpc", "sqlite3", "yaml-cpp/", "spdlog/"}},
};

bool MayKnow(std::string_view room, std::string_view other) {
  if (room == other || room == "tools" || room == "tests") return true;
  const auto known = kKnows.find(room);
  if (known == kKnows.end()) return false;
  return std::any_of(known->second.begin(), known->second.end(),
                     [&](std::string_view next) { return MayKnow(next, other); });
}

/// The name in an #include line, with its quotes or brackets; empty for any other line.
std::string_view Included(std::string_view line) {
  const auto skip_blanks = [&] {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  };
  skip_blanks();
  if (!line.starts_with('#')) return {};
  line.remove_prefix(1);
  skip_blanks();
  if (!line.starts_with("include")) return {};
  line.remove_prefix(7);
  skip_blanks();
  if (line.empty() || (line.front() != '"' && line.front() != '<')) return {};
  const size_t end = line.find(line.front() == '"' ? '"' : '>', 1);
  return end == line.npos ? std::string_view() : line.substr(0, end + 1);
}

std::string Check(const SourceFile& file, std::string_view include) {
  const std::string_view name = include.substr(1, include.size() - 2);
  const std::string_view room = RoomOf(file.path);
  const bool is_header = file.path.ends_with(".h");
  const std::string name_text(name);
  for (const Ban& ban : kBans) {
    if (!file.path.starts_with(ban.folder)) continue;
    for (const std::string_view prefix : ban.prefixes) {
      if (name.starts_with(prefix)) {
        return name_text + " has no place in " + std::string(ban.folder);
      }
    }
  }
  for (const ThirdParty& party : kThirdParties) {
    if (!is_header || room == "tests" || !name.starts_with(party.prefix)) continue;
    const bool in_adapter =
        std::any_of(party.adapters.begin(), party.adapters.end(),
                    [&](std::string_view folder) { return file.path.starts_with(folder); });
    if (!in_adapter) return name_text + " stands in a header outside its adapter";
  }
  if (include.front() == '<') return {};
  if (name.starts_with("veriline/v1/")) {  // generated from rpc/proto
    return MayKnow(room, "rpc") ? "" : name_text + " is known to rpc and above only";
  }
  const std::string_view other = RoomOf(name);
  if (other.empty()) return name_text + " is not a path from the root of the project";
  if ((other == "tools" || other == "tests") && room != other && room != "tests") {
    return "nothing includes " + std::string(other);
  }
  if (!MayKnow(room, other)) {
    return std::string(room) + " may not know " + std::string(other) + " (" + name_text + ")";
  }
  return {};
}

}  // namespace

std::vector<SourceFile> ProjectSources() {
  std::vector<SourceFile> files;
  for (const std::string_view folder : kTopFolders) {
    if (!fs::exists(folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      const std::string extension = entry.path().extension().string();
      if (!entry.is_regular_file() ||
          std::find(kExtensions.begin(), kExtensions.end(), extension) == kExtensions.end()) {
        continue;
      }
      std::ostringstream text;
      text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
      files.push_back({entry.path().generic_string(), text.str()});
    }
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

std::string_view RoomOf(std::string_view path) {
  const size_t first = path.find('/');
  if (first == path.npos) return {};
  const std::string_view top = path.substr(0, first);
  if (top == "tools" || top == "tests") return top;
  if (kKnows.contains(top)) return top;
  const size_t second = path.find('/', first + 1);
  const std::string_view room = path.substr(0, second);
  return second != path.npos && kKnows.contains(room) ? room : std::string_view();
}

std::vector<std::string> IncludeViolations(const SourceFile& file) {
  std::vector<std::string> out;
  if (RoomOf(file.path).empty()) return {file.path + ":1: lies in no room of the house"};
  std::istringstream lines(file.text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    const std::string_view include = Included(line);
    if (include.empty()) continue;
    const std::string wrong = Check(file, include);
    if (!wrong.empty()) out.push_back(file.path + ":" + std::to_string(number) + ": " + wrong);
  }
  return out;
}

std::vector<std::string> FormViolations(const SourceFile& file) {
  std::vector<std::string> out;
  std::istringstream lines(file.text);
  std::string first;
  std::getline(lines, first);
  if (first.starts_with("#!")) std::getline(lines, first);
  const bool hashes = file.path.ends_with(".py") || file.path.ends_with(".sh");
  const std::string licence =
      std::string(hashes ? "#" : "//") + " SPDX-License-Identifier: Apache-2.0";
  if (first != licence) out.push_back(file.path + ":1: must begin with \"" + licence + "\"");
  if (file.path.ends_with(".h") && file.text.find("\n#pragma once\n") == std::string::npos) {
    out.push_back(file.path + ":1: has no #pragma once");
  }
  const auto count = std::count(file.text.begin(), file.text.end(), '\n');
  if (count > kMostLines) {
    out.push_back(file.path + ":" + std::to_string(kMostLines) + ": has " + std::to_string(count) +
                  " lines; split it");
  }
  return out;
}

}  // namespace veriline::house
