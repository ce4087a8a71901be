// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/read.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tools/veriline/picture_run.h"
#include "tools/veriline/symbol_json.h"
#include "tools/veriline/symbology_list.h"
#include "vision/core/result.h"
#include "vision/text/tesseract/text_finder.h"

namespace veriline::tools {
namespace {

struct ReadCommand {
  std::vector<std::string> files;
  std::vector<std::string> symbologies;
  int threads = 1;
  bool json = false;
  bool text = false;
};

/// The lines of text that stand in a picture, as the output has them.
std::string ShowLines(const FileReport& report, const std::vector<text::SeenLine>& lines,
                      bool json) {
  if (!json) {
    std::string out = ToListing(report);
    for (const text::SeenLine& line : lines) {
      const Point center = line.place.Center();
      out += fmt::format("  text at {:.0f},{:.0f} ({:.0f} %)  {}\n", center.x, center.y,
                         100 * line.confidence_ratio, Printable(line.text));
    }
    return out;
  }
  nlohmann::ordered_json out = ToJsonValue(report);
  out["lines"] = nlohmann::ordered_json::array();
  for (const text::SeenLine& line : lines) {
    nlohmann::ordered_json corners;
    for (const Point& p : line.place.corners) corners.push_back({p.x, p.y});
    out["lines"].push_back({{"text", line.text},
                            {"confidence", std::round(1000 * line.confidence_ratio) / 1000},
                            {"corners", corners}});
  }
  return Dump(out) + "\n";
}

int RunRead(const ReadCommand& command) {
  const auto symbologies = SymbologiesFromNames(command.symbologies);
  if (!symbologies) {
    std::fprintf(stderr, "veriline read: %s\n", symbologies.error().ToString().c_str());
    return 2;
  }
  std::optional<text::TextFinder> finder;
  if (command.text) {
    auto made = text::TextFinder::Make();
    if (!made) {
      std::fprintf(stderr, "veriline read: %s\n", made.error().ToString().c_str());
      return 1;
    }
    finder.emplace(std::move(*made));
  }
  PictureReader reader(*symbologies);  // each worker has its copy
  PictureRun run{
      .command = "read", .files = command.files, .threads = command.threads, .json = command.json};
  // Caches, tables and scratch memory are warm afterwards. Without DataBar, so that it does not die
  // before its first job.
  run.prepare = [&] { reader.Read(command.files.front(), 1); };
  run.run = [&](size_t file, int attempt) {
    const FileReport report = reader.Read(command.files[file], attempt);
    if (finder && report.error.empty()) {
      return FileOutput{.shown = ShowLines(report, finder->Find(reader.picture()), command.json)};
    }
    return FileOutput{.good = report.error.empty(),
                      .shown = command.json ? ToJson(report) + "\n" : ToListing(report)};
  };
  return RunPictures(run);
}

}  // namespace

void AddReadCommand(CLI::App& app, int& exit_code) {
  auto command = std::make_shared<ReadCommand>();
  CLI::App* read = app.add_subcommand("read", "Reads every code in pictures");
  read->add_option("FILE", command->files, "Pictures: PNG, JPEG, PGM, TIFF, BMP or WebP")
      ->required();
  read->add_option("--symbologies", command->symbologies,
                   "Only these, e.g. datamatrix,qr (default: all)")
      ->delimiter(',')
      ->allow_extra_args(false);
  read->add_option("--threads", command->threads, "Pictures read at the same time")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  read->add_flag("--json", command->json, "One JSON object per file and line");
  read->add_flag(
      "--text", command->text,
      "Also text of any font, by tesseract: a look at a label, nothing is decided by it");
  read->footer(
      "Example:\n"
      "  veriline read --json --symbologies datamatrix label.png\n"
      "A file on which a decoder fails, or that takes longer than a minute, costs only itself.\n"
      "Exit code: 0 done, also when there is no code; 1 a file could not be read; 2 bad "
      "arguments.");
  read->callback([command, &exit_code] { exit_code = RunRead(*command); });
}

}  // namespace veriline::tools
