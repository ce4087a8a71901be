// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/grade.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "tools/veriline/grade_json.h"
#include "tools/veriline/grade_listing.h"
#include "tools/veriline/grade_overlay.h"
#include "tools/veriline/picture_grader.h"
#include "tools/veriline/picture_run.h"
#include "tools/veriline/symbology_list.h"

namespace veriline::tools {
namespace {

struct GradeCommand {
  std::vector<std::string> files;
  std::vector<std::string> symbologies;
  int threads = 1;
  bool json = false;
  bool average = false;
  bool modules = false;
  std::string overlay;
  GradeOptions options;
};

/// Grades by symbology and text, in the order in which they were first seen.
class Averages {
 public:
  void Add(const std::string& file, const std::string& symbology, const std::string& text,
           const grading::GradeReport& report) {
    const auto [place, is_new] = places_.try_emplace({symbology, text}, all_.size());
    if (is_new) all_.push_back({.symbology = symbology, .text = text});
    AverageGrade& average = all_[place->second];
    average.files.push_back(file);
    average.reports.push_back(report);
  }
  const std::vector<AverageGrade>& all() const { return all_; }

 private:
  std::map<std::pair<std::string, std::string>, size_t> places_;
  std::vector<AverageGrade> all_;
};

// Reports on their way from a worker to the calling process, which is the same program: symbology
// (one byte), length of the text, text, report.
static_assert(std::is_trivially_copyable_v<grading::GradeReport>);

std::string Packed(const GradedPicture& picture) {
  std::string out;
  const auto add = [&](const void* data, size_t size) {
    out.append(static_cast<const char*>(data), size);
  };
  for (const SymbolGrade& graded : picture.symbols) {
    if (!graded.report) continue;
    const std::string_view text = graded.symbol->text.view();
    const size_t length = text.size();
    add(&graded.symbol->symbology, sizeof(Symbology));
    add(&length, sizeof length);
    add(text.data(), length);
    add(&*graded.report, sizeof(grading::GradeReport));
  }
  return out;
}

void Unpack(const std::string& file, std::string_view packed, Averages* averages) {
  const auto take = [&](void* data, size_t size) {
    std::memcpy(data, packed.data(), size);
    packed.remove_prefix(size);
  };
  while (!packed.empty()) {
    Symbology symbology{};
    size_t length = 0;
    grading::GradeReport report;
    take(&symbology, sizeof symbology);
    take(&length, sizeof length);
    const std::string text(packed.substr(0, length));
    packed.remove_prefix(length);
    take(static_cast<void*>(&report), sizeof report);
    averages->Add(file, std::string(Name(symbology)), text, report);
  }
}

/// Whether files can be written in the folder, which is made where it is missing.
bool MakeFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  std::string why;
  if (error) {
    why = error.message();
  } else if (!std::filesystem::is_directory(folder, error)) {
    why = "it is no folder";
  } else if (access(folder.c_str(), W_OK | X_OK) != 0) {
    why = std::strerror(errno);
  }
  if (why.empty()) return true;
  std::fprintf(stderr,
               "veriline grade: --overlay %s: pictures cannot be written there: %s (name a folder "
               "that can be written)\n",
               folder.c_str(), why.c_str());
  return false;
}

void PaintOverlay(const std::string& file, bool aperture_stated, GradedPicture* picture) {
  if (picture->symbols.empty()) return;
  const Overlay overlay = DrawOverlay(*picture, aperture_stated);
  if (const auto saved = overlay.sheet->Save(file); saved) {
    picture->overlay = file;
  } else {
    picture->overlay_error = saved.error().ToString();
  }
}

int RunGrade(const GradeCommand& command) {
  const auto refuse = [](const Diagnostic& error) {
    std::fprintf(stderr, "veriline grade: %s\n", error.ToString().c_str());
    return 2;
  };
  const auto symbologies = SymbologiesFromNames(command.symbologies);
  if (!symbologies) return refuse(symbologies.error());
  const auto plan = PlanGrades(command.options);
  if (!plan) return refuse(plan.error());
  std::vector<std::string> overlays;
  if (!command.overlay.empty()) {
    if (!MakeFolder(command.overlay)) return 1;
    overlays = OverlayNames(command.files, command.overlay);
  }
  const GradeOutput output{.plan = &*plan, .modules = command.modules};
  PictureGrader grader(*symbologies, *plan, command.modules || !overlays.empty());
  Averages averages;
  PictureRun run{
      .command = "grade", .files = command.files, .threads = command.threads, .json = command.json};
  run.prepare = [&] { grader.Grade(command.files.front(), 1); };
  run.run = [&](size_t file, int attempt) {
    GradedPicture picture = grader.Grade(command.files[file], attempt);
    if (!overlays.empty()) PaintOverlay(overlays[file], plan->aperture_stated, &picture);
    return FileOutput{
        .good = picture.file.error.empty() && picture.overlay_error.empty(),
        .shown = command.json ? ToJson(picture, output) + "\n" : ToListing(picture, output),
        .kept = command.average ? Packed(picture) : std::string()};
  };
  if (command.average) {
    run.keep = [&](size_t file, const std::string& kept) {
      Unpack(command.files[file], kept, &averages);
    };
    run.after = [&] {
      return command.json ? ToJson(averages.all(), *plan) + "\n" : ToListing(averages.all(), *plan);
    };
  }
  return RunPictures(run);
}

}  // namespace

void AddGradeCommand(CLI::App& app, int& exit_code) {
  auto command = std::make_shared<GradeCommand>();
  GradeOptions& options = command->options;
  CLI::App* grade = app.add_subcommand("grade", "Grades the print quality of codes in pictures");
  grade->add_option("FILE", command->files, "Pictures: PNG, JPEG, PGM, TIFF, BMP or WebP")
      ->required();
  grade
      ->add_option("--standard", options.standard,
                   "auto (15415 for matrix and multi-row, 15416 for linear symbols), 15415, 15416 "
                   "or 29158 (direct part marks)")
      ->capture_default_str();
  grade
      ->add_option("--edition", options.editions,
                   "As in 15415:2011,15416:2000; a bare year beside an explicit --standard "
                   "(default: 15415:2024,15416:2016,29158:2020)")
      ->delimiter(',')
      ->allow_extra_args(false);
  grade->add_option("--aperture-mil", options.aperture_mil,
                    "Diameter of the aperture in mil (needs a scale); 29158 has its own");
  grade->add_option("--aperture-x", options.aperture_x,
                    "The same as a share of a module (default: 0.8; of linear symbols by the "
                    "standard's table, and 0.5 without a scale)");
  grade->add_option("--mm-per-px", options.mm_per_px, "Millimetres that a pixel shows");
  grade->add_option("--reflectance", options.reflectance,
                    "Grey of 0 % and of 100 % reflectance, as in 12,231 (default: 0,255)");
  grade->add_option("--wavelength", options.wavelength, "Of the light in nm, or W for white");
  grade->add_option("--angle", options.angle,
                    "Of the light: 45 (45Q), 30Q, 30T, 30S, 90, D or TCL (default: 45)");
  grade->add_option("--calibration", options.calibration,
                    "A calibration file; options given beside it override its fields");
  grade->add_flag("--average", command->average,
                  "Also the mean over all pictures of each code (same symbology and text)");
  grade->add_flag("--modules", command->modules, "Also every module and codeword");
  grade->add_option("--overlay", command->overlay,
                    "A folder for pictures that show what costs grade");
  grade
      ->add_option("--symbologies", command->symbologies,
                   "Only these, e.g. datamatrix,qr (default: all)")
      ->delimiter(',')
      ->allow_extra_args(false);
  grade->add_option("--threads", command->threads, "Pictures graded at the same time")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  grade->add_flag("--json", command->json, "One JSON object per file and line");
  grade->footer(
      "Example:\n"
      "  veriline grade --aperture-mil 8 --mm-per-px 0.021 --reflectance 12,231 \\\n"
      "    --wavelength 660 --angle 45 --overlay graded label.png\n"
      "A grade is formal where scale, grey, aperture, wavelength and angle were stated, by these\n"
      "options or the calibration; a default states nothing. Any other is an estimate and says\n"
      "what it lacks. In JSON a symbol that could not be graded (a symbology without a grader, an\n"
      "aperture wider than the symbol, a place outside the picture) has \"grade\":null and the\n"
      "reason in \"grade_note\"; \"switches\" lists readings of the standards that are not at\n"
      "their default, with --modules all of them.\n"
      "Exit code: 0 done, also for grade 0 and where there is no code; 1 a file could not be read\n"
      "or a picture not be written; 2 bad arguments or calibration file.");
  grade->callback([command, &exit_code] { exit_code = RunGrade(*command); });
}

}  // namespace veriline::tools
