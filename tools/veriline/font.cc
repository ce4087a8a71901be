// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/font.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "vision/camera/folder/picture_decoder.h"
#include "vision/text/font_file.h"
#include "vision/text/train/crop_font.h"
#include "vision/text/train/outline_font.h"

namespace veriline::tools {
namespace {

namespace fs = std::filesystem;

struct TrainCommand {
  std::string font;
  std::string crops;
  std::string name;
  std::string licence = "not stated";
  std::string characters{text::kUsualCharacters};
  std::string out;
};

/// The pictures of a folder, each named by the two hex digits of its character and what else.
Checked<std::vector<text::LabelledCrop>> ReadCrops(const std::string& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at->is_regular_file(error)) files.push_back(at->path());
  }
  if (error || files.empty()) {
    return Fail(Diagnostic{.code = ErrorCode::kIo,
                           .message = "the folder has no crops that can be read",
                           .file = folder,
                           .advice = "41_first.png is a crop of 'A'"});
  }
  std::sort(files.begin(), files.end());
  std::vector<text::LabelledCrop> crops;
  camera::PictureDecoder decoder(camera::ExifOrientation::kIgnore);
  for (const fs::path& file : files) {
    const std::string stem = file.stem().string();
    int code = 0;
    const size_t digits = std::min<size_t>(2, stem.size());
    const auto [last, wrong] = std::from_chars(stem.data(), stem.data() + digits, code, 16);
    if (wrong != std::errc{} || last != stem.data() + 2 || code <= ' ' || code > '~' ||
        (stem.size() > 2 && stem[2] != '_')) {
      return Fail(Diagnostic{.message = "the name does not say which character it shows",
                             .file = file.string(),
                             .advice = "begin it with two hex digits of ASCII: 41.png or "
                                       "41_first.png is a crop of 'A'"});
    }
    const auto picture = decoder.Decode(file.string());
    if (!picture) return Fail(picture.error());
    text::LabelledCrop crop{
        .character = static_cast<char>(code), .width = picture->width, .height = picture->height};
    for (int y = 0; y < picture->height; ++y) {
      crop.grey.insert(crop.grey.end(), picture->Row(y), picture->Row(y) + picture->width);
    }
    crops.push_back(std::move(crop));
  }
  return crops;
}

Checked<text::Font> Train(const TrainCommand& command) {
  if (!command.font.empty()) {
    return text::FontFromOutlines(command.font, command.name, command.licence, command.characters);
  }
  const auto crops = ReadCrops(command.crops);
  if (!crops) return Fail(crops.error());
  return text::FontFromCrops(*crops, command.name, command.licence);
}

int Run(const TrainCommand& command) {
  const auto complain = [](const Diagnostic& diagnostic) {
    std::cerr << "veriline font train: " << diagnostic.ToString() << std::endl;
    return 1;
  };
  const auto font = Train(command);
  if (!font) return complain(font.error());
  if (const auto saved = text::SaveFont(*font, command.out); !saved) {
    return complain(saved.error());
  }
  fmt::print("{}: {} characters\n", command.out, font->glyph_count());
  // What a line must be told before it relies on it.
  for (int a = 0; a < font->glyph_count(); ++a) {
    for (int b = a + 1; b < font->glyph_count(); ++b) {
      if (!font->AreTwins(a, b)) continue;
      fmt::print("{} and {} look alike in this font and are not told apart\n", font->CharacterAt(a),
                 font->CharacterAt(b));
    }
  }
  return 0;
}

}  // namespace

void AddFontCommand(CLI::App& app, int& exit_code) {
  CLI::App* font = app.add_subcommand("font", "Fonts that printed text is compared with");
  font->require_subcommand(1);
  CLI::App* train = font->add_subcommand("train", "Make a font of a font file or of crops");
  const auto command = std::make_shared<TrainCommand>();
  CLI::Option* file = train->add_option("--font", command->font, "TrueType or OpenType file");
  train
      ->add_option("--crops", command->crops,
                   "Folder of pictures of single characters, named by two hex digits of ASCII "
                   "(41_first.png), as wide as the way to the next one and with the baseline in "
                   "one row")
      ->excludes(file);
  train->add_option("--name", command->name, "Name of the font")->required();
  train->add_option("--licence", command->licence, "Whose its shapes are, on what terms");
  train->add_option("--characters", command->characters, "Which characters of the font file");
  train->add_option("--out", command->out, "File to write")->required();
  train->footer("Example:\n  veriline font train --font Label.ttf --name label --out label.font");
  train->callback([command, &exit_code] {
    if (command->font.empty() == command->crops.empty()) {
      throw CLI::ValidationError("name a font file (--font) or a folder of crops (--crops)");
    }
    if (command->name.empty() || command->name.find('\n') != std::string::npos ||
        command->licence.empty() || command->licence.find('\n') != std::string::npos) {
      throw CLI::ValidationError("--name and --licence are one line each");
    }
    exit_code = Run(*command);
  });
}

}  // namespace veriline::tools
