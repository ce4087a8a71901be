// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/drawn_picture.h"
#include "tests/support/graded_symbol.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/veriline_command.h"

namespace veriline::testing {

/// What a verifier would state of pictures that GradedSymbol draws, at 8 px a module of 0.32 mm:
/// grey 20 is 0 % and grey 220 is 100 %.
inline const std::string kStated =
    "--reflectance 20,220 --mm-per-px 0.04 --aperture-mil 10 --wavelength 660 --angle 45 ";
inline constexpr double kStatedModulePx = 8;

/// `veriline grade --json` on drawn symbols.
class GradeFixture : public ::testing::Test {
 protected:
  std::string Save(const std::string& name, const Drawing& drawing) const {
    return folder_.Write(name, EncodePicture(MatOf(drawing.view()), ".png"));
  }
  /// As `kStated` has it; nothing reaches the 20 X around.
  std::string Save(const std::string& name, const GradedSymbol& symbol) const {
    return Save(name, symbol.Draw({.module_px = kStatedModulePx, .margin_modules = 21}));
  }
  /// One line for each file, and one more with --average.
  std::vector<nlohmann::json> Grade(const std::vector<std::string>& files,
                                    const std::string& options = kStated, int exit_code = 0) {
    std::string arguments = "grade --json " + options;
    for (const std::string& file : files) arguments += " '" + file + "'";
    ran_ = RunVeriline(arguments);
    EXPECT_EQ(ran_.exit_code, exit_code) << ran_.err;
    std::vector<nlohmann::json> lines = JsonLines(ran_.out);
    EXPECT_GE(lines.size(), files.size()) << ran_.out;
    if (lines.size() < files.size()) lines.resize(files.size());
    for (size_t i = 0; i < files.size(); ++i) EXPECT_EQ(lines[i]["file"], files[i]);
    return lines;
  }
  /// The only symbol of the only picture.
  nlohmann::json SymbolOf(const std::string& file, const std::string& options = kStated) {
    const nlohmann::json line = Grade({file}, options)[0];
    EXPECT_EQ(line["symbols"].size(), 1u) << line;
    return line["symbols"].empty() ? nlohmann::json() : line["symbols"][0];
  }
  nlohmann::json GradeOf(const std::string& file, const std::string& options = kStated) {
    const nlohmann::json symbol = SymbolOf(file, options);
    EXPECT_TRUE(symbol.is_object() && symbol["grade"].is_object()) << symbol;
    return symbol.is_object() && symbol["grade"].is_object() ? symbol["grade"]
                                                             : nlohmann::json::object();
  }

  const ScratchFolder folder_;
  Ran ran_;
};

}  // namespace veriline::testing
