// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/config.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/support/packs_recipe.h"
#include "tests/support/replace_line.h"
#include "tests/support/scratch_folder.h"
#include "vision/core/thread.h"

namespace veriline::tools {
namespace {

// The recipe is kPacks: cam0 with a hardware view, cam1 with a software view, items of 40 to
// 100 mm, debounce 2 mm, at most 1500 mm/s.
constexpr std::string_view kConfig = R"(veriline_config: 1
line: {id: L1, recipe: packs.recipe.yaml, start: execute}
store: {path: ./store}
batch: trial
cameras:
  - name: cam1
    folder: {path: pictures, list: some.txt, loop: true, recursive: true, trigger: software}
  - name: cam0
    folder: {path: /, trigger: off, frame_rate_hz: 5}
trigger:
  paced: {items_per_s: 5, speed_mm_s: 500, item_length_mm: 90}
rpc:
  listen: "0.0.0.0:50052"
  tls: {cert: tls/a.pem, key: tls/a.key, client_ca: tls/ca.pem}
pipeline: {workers: 3, in_flight_frames: 9, max_frame_px: 1000000}
recorder: {path: recordings, max_gb: 2.5, frames: none}
)";

std::string WithLine(int line, std::string_view replacement) {
  return ReplaceLine(kConfig, line, replacement);
}

class Config : public testing::Test {
 protected:
  void SetUp() override {
    folder_.Write("packs.recipe.yaml", item::kPacks);
    folder_.Write("pictures/some.png", "");
    folder_.Write("some.txt", "some.png\n");
  }
  Checked<AppConfig> Load(std::string_view yaml) {
    return LoadConfig(folder_.Write("app.yaml", yaml));
  }
  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }
  ScratchFolder folder_;
};

TEST_F(Config, ReadsEveryValue) {
  const auto c = Load(kConfig);
  ASSERT_TRUE(c) << c.error().ToString();
  EXPECT_EQ(c->line_id, "L1");
  EXPECT_EQ(c->recipe_path, Path("packs.recipe.yaml"));
  EXPECT_EQ(c->recipe.name, "packs");
  EXPECT_EQ(c->start, StartState::kExecute);
  EXPECT_EQ(c->store_path, Path("store"));
  EXPECT_EQ(c->batch, "trial");
  ASSERT_EQ(c->cameras.size(), 2u);
  EXPECT_EQ(c->cameras[0].name, "cam0") << "in the order of the views";
  EXPECT_EQ(c->cameras[0].folder->path, "/");
  EXPECT_EQ(c->cameras[0].folder->trigger_mode, camera::TriggerMode::kOff);
  EXPECT_EQ(c->cameras[0].folder->acquisition_frame_rate_hz, 5);
  EXPECT_FALSE(c->cameras[0].folder->loop);
  EXPECT_EQ(c->cameras[1].name, "cam1");
  EXPECT_EQ(c->cameras[1].folder->path, Path("pictures"));
  EXPECT_EQ(c->cameras[1].folder->list, Path("some.txt"));
  EXPECT_EQ(c->cameras[1].folder->trigger_mode, camera::TriggerMode::kSoftware);
  EXPECT_TRUE(c->cameras[1].folder->loop);
  EXPECT_TRUE(c->cameras[1].folder->recursive);
  EXPECT_TRUE(c->cameras[1].folder->Validate());
  EXPECT_EQ(c->paced.items_per_s, 5);
  EXPECT_EQ(c->paced.speed_mm_s, 500);
  EXPECT_EQ(c->paced.item_length_mm, 90);
  EXPECT_EQ(c->paced.lanes, 2);
  EXPECT_EQ(c->paced.counts_per_mm, 10);
  EXPECT_EQ(c->rpc.listen, std::vector<std::string>{"0.0.0.0:50052"});
  EXPECT_EQ(c->rpc.tls_cert_file, Path("tls/a.pem"));
  EXPECT_EQ(c->rpc.tls_key_file, Path("tls/a.key"));
  EXPECT_EQ(c->rpc.tls_client_ca_file, Path("tls/ca.pem"));
  EXPECT_EQ(c->workers, 3);
  EXPECT_EQ(c->in_flight_frames, 9);
  EXPECT_EQ(c->max_frame_px, 1000000);
  EXPECT_EQ(c->recorder.path, Path("recordings"));
  EXPECT_EQ(c->recorder.max_gb, 2.5);
  EXPECT_FALSE(c->recorder.frames);
}

TEST_F(Config, APlcMayBeTheTrigger) {
  std::filesystem::create_directory(Path("recipes"));
  const auto c = Load(WithLine(11,
                               "  plc: {top_speed_mm_s: 1600, loss_ms: 100, delivery_ms: 2.5}\n"
                               "recipes: recipes"));
  ASSERT_TRUE(c) << c.error().ToString();
  EXPECT_EQ(c->trigger_kind, TriggerKind::kPlc);
  EXPECT_EQ(c->plc.lanes, 2);
  EXPECT_EQ(c->plc.most_counts_per_s, 16'000);
  EXPECT_EQ(c->plc.loss_ns, 100'000'000);
  EXPECT_EQ(c->plc.delivery_ns, 2'500'000);
  EXPECT_EQ(c->recipes_path, Path("recipes"));
  const auto defaults = Load(WithLine(11, "  plc: {top_speed_mm_s: 1500}"));
  ASSERT_TRUE(defaults) << defaults.error().ToString();
  EXPECT_EQ(defaults->plc.loss_ns, 200'000'000);
  EXPECT_EQ(defaults->plc.delivery_ns, 10'000'000);
  EXPECT_EQ(defaults->recipes_path, "");
}

TEST_F(Config, WhatMayBeLeftOutHasDefaults) {
  std::string text(kConfig);
  text.resize(text.find("rpc:"));
  const auto c = Load(text);
  ASSERT_TRUE(c) << c.error().ToString();
  EXPECT_EQ(c->rpc.listen, std::vector<std::string>{"127.0.0.1:50051"});
  EXPECT_EQ(c->workers, 2);
  EXPECT_EQ(c->in_flight_frames, 8);
  EXPECT_EQ(c->max_frame_px, 16777216);
  EXPECT_EQ(c->recorder.path, "") << "nothing is kept";
}

TEST_F(Config, WorkersMayBePinned) {
  const auto with = [this](const std::string& pipeline) {
    return Load(WithLine(15, "pipeline: {" + pipeline + "}"));
  };
  const std::vector<int> here = AllowedCores();
  const std::string core = std::to_string(here.back());
  const auto free = Load(kConfig);
  ASSERT_TRUE(free) << free.error().ToString();
  EXPECT_TRUE(free->pin_cores.empty());
  const auto pinned = with("workers: 1, pin_cores: [" + core + "]");
  ASSERT_TRUE(pinned) << pinned.error().ToString();
  EXPECT_EQ(pinned->pin_cores, std::vector<int>{here.back()});

  const auto refused = [&](const std::string& pipeline, const std::string& message) {
    const auto c = with(pipeline);
    ASSERT_FALSE(c) << pipeline;
    EXPECT_EQ(c.error().message, message);
    EXPECT_EQ(c.error().line, 15);
    EXPECT_FALSE(c.error().advice.empty());
  };
  refused("workers: 2, pin_cores: [" + core + "]",
          "pipeline.pin_cores names 1 cores for 2 workers");
  refused("workers: 1, pin_cores: [99999]", "\"99999\" is no value for pin_cores");
  refused("workers: 1, pin_cores: [-1]", "\"-1\" is no value for pin_cores");
  refused("workers: 2, pin_cores: [" + core + ", " + core + "]",
          "\"" + core + "\" stands twice in pin_cores");
  refused("workers: 1, pin_cores: " + core, "pin_cores must be a list, not \"" + core + "\"");
}

/// One wrong line and what is said of it.
struct Refused {
  const char* name;
  int line;
  const char* text;
  int at_line;
  int at_column;
  const char* message;
  const char* advice;  ///< part of it
};
void PrintTo(const Refused& r, std::ostream* out) { *out << r.name; }
std::string CaseName(const testing::TestParamInfo<Refused>& info) { return info.param.name; }

class RefusedConfig : public Config, public testing::WithParamInterface<Refused> {};

TEST_P(RefusedConfig, NamesPlaceAndAdvice) {
  const Refused& r = GetParam();
  const auto c = Load(WithLine(r.line, r.text));
  ASSERT_FALSE(c);
  const Diagnostic& d = c.error();
  std::string message = d.message;
  if (const size_t at = message.find(folder_.path()); at != std::string::npos) {
    message.replace(at, folder_.path().size(), "HERE");
  }
  EXPECT_EQ(d.file, Path("app.yaml"));
  EXPECT_EQ(d.line, r.at_line) << d.ToString();
  EXPECT_EQ(d.column, r.at_column) << d.ToString();
  EXPECT_EQ(message, r.message);
  EXPECT_NE(d.advice.find(r.advice), std::string::npos) << d.ToString();
}

constexpr Refused kCases[] = {
    {"Version", 1, "veriline_config: 3", 1, 18, "version 3 of this file is not known here",
     "veriline_config: 1"},
    {"UnknownSection", 4, "batches: trial", 4, 1, "the key \"batches\" is not known here",
     "did you mean batch?"},
    {"UnknownKey", 7, "    folder: {path: pictures, lop: true, trigger: software}", 7, 30,
     "the key \"lop\" is not known here", "did you mean loop?"},
    {"NoFlag", 7, "    folder: {path: pictures, loop: yes, trigger: software}", 7, 36,
     "loop must be true or false, not \"yes\"", "true or false"},
    {"StartUnknown", 2, "line: {id: L1, recipe: packs.recipe.yaml, start: running}", 2, 50,
     "\"running\" is no value for start", "execute, stopped"},
    {"NoLineId", 2, "line: {id: \"\", recipe: packs.recipe.yaml, start: stopped}", 2, 12,
     "line.id is no name", ""},
    {"RecipeMissing", 2, "line: {id: L1, recipe: none.yaml, start: stopped}", 2, 24,
     "the recipe HERE/none.yaml: the file cannot be read: No such file or directory", "path"},
    {"StoreEmpty", 3, "store: {path: \"\"}", 3, 8, "store needs a path or an address", ""},
    {"StoreElsewhere", 3, "store: {address: \"mysql://db\"}", 3, 18,
     "this is no address of a store", "postgres://"},
    {"CameraTwice", 8, "  - name: cam1", 8, 11, "two cameras are called cam1", ""},
    {"CameraUnused", 8, "  - name: cam2", 8, 11, "no view of the recipe packs uses the camera cam2",
     "leave the camera out"},
    {"FolderMissing", 7, "    folder: {path: photos, trigger: software}", 7, 20,
     "there is no folder HERE/photos", "relative to the configuration"},
    {"ListMissing", 7, "    folder: {path: pictures, list: any.txt, trigger: software}", 7, 36,
     "there is no file HERE/any.txt", "relative to the configuration"},
    {"TriggerOfTheView", 7, "    folder: {path: pictures, trigger: off}", 7, 39,
     "the camera cam1 has the trigger off, but the view side has software", "as if wired"},
    {"FrameRate", 9, "    folder: {path: /, trigger: off, frame_rate_hz: -1}", 9, 52,
     "cameras[1].folder.frame_rate_hz is -1", "0 to 10000"},
    {"NoSource", 9, "", 8, 5, "the camera cam0 needs one source", "folder, video"},
    {"VideoMissing", 9, "    video: {path: gone.avi, trigger: off}", 9, 19,
     "there is no file HERE/gone.avi", "relative to the configuration"},
    {"DeviceLoops", 9, "    video: {device: /dev/video0, loop: true, trigger: off}", 9, 34,
     "the key \"loop\" is not known here", ""},
    {"VideoTrigger", 9, "    video: {path: some.txt, trigger: software}", 9, 38,
     "the camera cam0 has the trigger software, but the view top has hardware", "as if wired"},
    {"TooFast", 11, "  paced: {items_per_s: 5, speed_mm_s: 1501, item_length_mm: 90}", 11, 39,
     "trigger.paced.speed_mm_s is 1501", "more than 0, at most 1500"},
    {"TooLong", 11, "  paced: {items_per_s: 5, speed_mm_s: 500, item_length_mm: 101}", 11, 60,
     "trigger.paced.item_length_mm is 101", "40 to 100"},
    {"Touching", 11, "  paced: {items_per_s: 5, speed_mm_s: 460, item_length_mm: 90}", 11, 24,
     "5 items a second at 460 mm/s leave 2 mm between items", "fewer than 5 items a second"},
    {"NoTrigger", 11, "  {}", 11, 3, "the key paced is missing here", ""},
    {"TwoTriggers", 11,
     "  {paced: {items_per_s: 5, speed_mm_s: 500, item_length_mm: 90}, plc: {top_speed_mm_s: "
     "1500}}",
     11, 4, "the key \"paced\" is not known here", ""},
    {"PlcTooSlow", 11, "  plc: {top_speed_mm_s: 1499}", 11, 25,
     "the recipe packs lets the belt run at 1500 mm/s", "fastest"},
    {"PlcSpeed", 11, "  plc: {top_speed_mm_s: 0}", 11, 25, "trigger.plc.top_speed_mm_s is 0",
     "more than 0"},
    {"PlcLoss", 11, "  plc: {top_speed_mm_s: 1500, loss_ms: 99999}", 11, 40,
     "trigger.plc.loss_ms is 99999", "5 to 10000"},
    {"PlcDelivery", 11, "  plc: {top_speed_mm_s: 1500, delivery_ms: 0}", 11, 44,
     "trigger.plc.delivery_ms is 0", "0.1 to 1000"},
    {"RecipesMissing", 4, "batch: trial\nrecipes: none", 5, 10, "there is no folder HERE/none",
     "relative to the configuration"},
    {"OpenToTheNetwork", 14, "", 13, 11,
     "\"0.0.0.0:50052\" is open to the network, but there is no TLS", "127.0.0.1"},
    {"NoPort", 13, "  listen: localhost", 13, 11,
     "cannot listen on \"localhost\": there is no port", "127.0.0.1:50051"},
    {"HalfTls", 14, "  tls: {cert: tls/a.pem, key: tls/a.key}", 14, 8,
     "the key client_ca is missing here", ""},
    {"NoWorkers", 15, "pipeline: {workers: 0}", 15, 21, "pipeline.workers is 0", "1 to 256"},
    {"HugeFrames", 15, "pipeline: {max_frame_px: 268435457}", 15, 26,
     "pipeline.max_frame_px is 268435457", "1 to 268435456"},
    {"HugeMemory", 15, "pipeline: {in_flight_frames: 1000, max_frame_px: 268435456}", 15, 11,
     "the frame buffers of 2 cameras would take 500 GiB", "in_flight_frames"},
    {"RecorderNowhere", 16, "recorder: {max_gb: 1}", 16, 11, "the key path is missing here", ""},
    {"RecorderFrames", 16, "recorder: {path: r, frames: some}", 16, 29,
     "\"some\" is no value for frames", "none, all"},
    {"RecorderSize", 16, "recorder: {path: r, max_gb: 0}", 16, 29, "recorder.max_gb is 0", "0.01"},
};
INSTANTIATE_TEST_SUITE_P(Config, RefusedConfig, testing::ValuesIn(kCases), CaseName);

TEST_F(Config, AViewWithoutACameraIsNamed) {
  std::string text = WithLine(8, "");
  text = text.substr(0, text.find("    folder: {path: /")) + text.substr(text.find("trigger:\n"));
  const auto c = Load(text);
  ASSERT_FALSE(c);
  EXPECT_EQ(c.error().message, "the view top of the recipe needs a camera cam0");
  EXPECT_EQ(c.error().line, 6);
}

TEST_F(Config, WhatIsWrongInTheRecipeIsToldThere) {
  std::string recipe(item::kPacks);
  recipe.replace(recipe.find("lanes: 2"), 8, "lanes: 0");
  folder_.Write("packs.recipe.yaml", recipe);
  const auto c = Load(kConfig);
  ASSERT_FALSE(c);
  EXPECT_EQ(c.error().file, Path("packs.recipe.yaml"));
  EXPECT_EQ(c.error().line, 3);
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

const std::filesystem::path kExamples = "tools/veriline/examples";

TEST_F(Config, TheExamplesWorkTogether) {
  for (const std::string name : {"folder.yaml", "folder.recipe.yaml"}) {
    std::filesystem::copy_file(kExamples / name, Path(name));
  }
  const auto c = LoadConfig(Path("folder.yaml"));
  ASSERT_TRUE(c) << c.error().ToString();
  EXPECT_EQ(c->cameras[0].folder->path, Path("pictures"));
  EXPECT_EQ(c->start, StartState::kExecute);
  EXPECT_FALSE(c->cameras[0].folder->strips);
  EXPECT_FALSE(c->cameras[0].line_scan);
}

/// The example of a web, and changes of it.
class WebConfig : public Config {
 protected:
  void SetUp() override {
    folder_.Write("web.recipe.yaml", ReadFile(kExamples / "web.recipe.yaml"));
    folder_.Write("strips/1.pgm", "");
    folder_.Write("web.avi", "");
  }
  /// Loads the example with `what` in place of `from`.
  Checked<AppConfig> LoadWith(const std::string& from, const std::string& what) {
    std::string text = ReadFile(kExamples / "web.yaml");
    const size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    if (at != std::string::npos) text.replace(at, from.size(), what);
    return Load(text);
  }
  void ExpectRefused(const std::string& from, const std::string& what, const std::string& message,
                     const std::string& key) {
    const auto c = LoadWith(from, what);
    ASSERT_FALSE(c) << what;
    EXPECT_EQ(c.error().message, message);
    EXPECT_EQ(c.error().key, key) << c.error().ToString();
    EXPECT_GT(c.error().line, 0);
  }
};

TEST_F(WebConfig, TheExampleOfAWebWorks) {
  const auto c = LoadWith("batch: trial\n", "batch: trial\n");
  ASSERT_TRUE(c) << c.error().ToString();
  ASSERT_EQ(c->cameras.size(), 1u);
  const CameraConfig& camera = c->cameras[0];
  EXPECT_TRUE(camera.folder->strips);
  EXPECT_TRUE(camera.folder->Validate());
  ASSERT_TRUE(camera.line_scan);
  const camera::LineScanOptions options = camera.line_scan->Options(c->recipe.counts_per_mm);
  EXPECT_TRUE(options.Validate());
  EXPECT_EQ(options.block_lines, 2048);
  EXPECT_EQ(options.overlap_lines, 256);
  EXPECT_DOUBLE_EQ(options.counts_per_line, 2);
  EXPECT_EQ(options.max_gap_lines, 2);
  EXPECT_EQ(options.counts_per_strip_line, 0);
  // As the recipe's field says: a full block is what a view shows.
  EXPECT_EQ(std::llround(options.block_lines * options.counts_per_line),
            c->recipe.Counts(c->recipe.views[0].field_mm));
  const auto made = MakeCamera(camera, c->recipe.counts_per_mm);
  const auto info = made->Open();
  ASSERT_TRUE(info) << info.error().ToString();
  EXPECT_EQ(info->height_max, 2048);
}

TEST_F(WebConfig, WhatMayBeLeftOutOfLineScanHasDefaults) {
  const auto c = LoadWith("block_lines: 2048", "# block_lines: 2048");
  ASSERT_TRUE(c) << c.error().ToString();
  EXPECT_EQ(c->cameras[0].line_scan->block_lines, 2048);
}

TEST_F(WebConfig, LineScanAndRecipeMustAgree) {
  ExpectRefused("block_lines: 2048", "block_lines: 1024",
                "a block of 1024 lines is 102.4 mm of belt, but top.field_mm is 204.8",
                "cameras[0].line_scan");
  ExpectRefused("mm_per_px: 0.1", "mm_per_px: 0.2",
                "a block of 2048 lines is 409.6 mm of belt, but top.field_mm is 204.8",
                "cameras[0].line_scan");
  ExpectRefused("block_lines: 2048", "block_lines: 31", "cameras[0].line_scan.block_lines is 31",
                "cameras[0].line_scan.block_lines");
  ExpectRefused("overlap_lines: 256", "overlap_lines: 1025",
                "cameras[0].line_scan.overlap_lines is 1025", "cameras[0].line_scan.overlap_lines");
  ExpectRefused("overlap_lines: 256", "overlap_lines: 15",
                "cameras[0].line_scan.overlap_lines is 15", "cameras[0].line_scan.overlap_lines");
  ExpectRefused("mm_per_px: 0.1", "mm_per_px: 0", "cameras[0].line_scan.mm_per_px is 0",
                "cameras[0].line_scan.mm_per_px");
  ExpectRefused("max_gap_lines: 2", "max_gap_lines: -1", "cameras[0].line_scan.max_gap_lines is -1",
                "cameras[0].line_scan.max_gap_lines");
  ExpectRefused("max_gap_lines: 2", "line_pitch_mm: -1", "cameras[0].line_scan.line_pitch_mm is -1",
                "cameras[0].line_scan.line_pitch_mm");
  ExpectRefused("frame_rate_hz: 19.53125", "frame_rate_hz: 0",
                "a folder of line-scan strips has no frame rate", "cameras[0].folder");
}

TEST_F(WebConfig, AViewThatScansNeedsACameraThatScans) {
  std::string text = ReadFile(kExamples / "web.yaml");
  const size_t from = text.find("    line_scan:");
  text.erase(from, text.find("# A belt at an even speed") - from);
  const auto c = Load(text);
  ASSERT_FALSE(c);
  EXPECT_EQ(c.error().message, "the view top is of a line-scan camera, and cam0 has no line_scan");

  std::string recipe = ReadFile(kExamples / "web.recipe.yaml");
  recipe.replace(recipe.find("scan: line "), 10, "scan: area");
  folder_.Write("web.recipe.yaml", recipe);
  ExpectRefused("batch: trial\n", "batch: trial\n",
                "the camera cam0 has line_scan, but the view top is scan: area", "cameras[0]");
}

TEST_F(WebConfig, BlocksRunDownward) {
  std::string recipe = ReadFile(kExamples / "web.recipe.yaml");
  recipe.replace(recipe.find("belt: up"), 8, "belt: down");
  folder_.Write("web.recipe.yaml", recipe);
  ExpectRefused("batch: trial\n", "batch: trial\n",
                "later lines stand below in a block, but top.belt is not up",
                "cameras[0].line_scan");
}

TEST_F(WebConfig, AVideoOfStripsMustSayTheirPitch) {
  const std::string text = ReadFile(kExamples / "web.yaml");
  const size_t folder = text.find("    folder:");
  const std::string source = text.substr(folder, text.find("    # Strips become") - folder);
  ExpectRefused(source, "    video: {path: web.avi, trigger: off}\n",
                "the source of cam0 does not say how far its lines lie apart",
                "cameras[0].line_scan");
}

TEST_F(Config, AVideoIsAFileOrADevice) {
  folder_.Write("trial.avi", "");
  auto c = Load(WithLine(
      7, "    video: {path: trial.avi, loop: true, trigger: software, frame_rate_hz: 12}"));
  ASSERT_TRUE(c) << c.error().ToString();
  const camera::VideoOptions& video = *c->cameras[1].video;
  EXPECT_FALSE(c->cameras[1].folder);
  EXPECT_EQ(video.path, Path("trial.avi"));
  EXPECT_EQ(video.device, "");
  EXPECT_TRUE(video.loop);
  EXPECT_EQ(video.trigger_mode, camera::TriggerMode::kSoftware);
  EXPECT_EQ(video.acquisition_frame_rate_hz, 12);
  EXPECT_TRUE(video.Validate());

  c = Load(WithLine(9, "    video: {device: /dev/video7, trigger: off}"));
  ASSERT_TRUE(c) << c.error().ToString();
  EXPECT_EQ(c->cameras[0].video->device, "/dev/video7");
  EXPECT_EQ(c->cameras[0].video->path, "");
  EXPECT_EQ(c->cameras[0].video->trigger_mode, camera::TriggerMode::kOff);
}

TEST_F(Config, EveryExampleWorksWithItsRecipe) {
  folder_.Write("strips/1.pgm", "");
  std::set<std::string> configs, recipes, used;
  for (const auto& entry : std::filesystem::directory_iterator(kExamples)) {
    const std::string name = entry.path().filename().string();
    (name.ends_with(".recipe.yaml") ? recipes : configs).insert(name);
    std::filesystem::copy_file(entry.path(), Path(name));
  }
  EXPECT_TRUE(configs.contains("folder.yaml") && configs.contains("gige.yaml"));
  for (const std::string& name : configs) {
    const auto c = LoadConfig(Path(name));
    ASSERT_TRUE(c) << c.error().ToString();
    EXPECT_EQ(c->start, StartState::kExecute) << name;
    used.insert(std::filesystem::path(c->recipe_path).filename().string());
  }
  EXPECT_EQ(used, recipes) << "each recipe belongs to an example";
}

}  // namespace
}  // namespace veriline::tools
