// SPDX-License-Identifier: Apache-2.0
// Reads pictures of a scene as the line does, compares with what was printed, and saves pictures.
//   veriline_scene_reading SCENE [--seed N] [--from PICTURE] [--count N] [--camera N] [--fresh]
//                          [--bench] [--faults RATIO] [--save FOLDER]
// A picture of the web is a block as the strip assembler makes it.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "tools/linesim/scene_frames.h"
#include "vision/core/clock.h"
#include "vision/decode/frame_reader.h"
#include "vision/decode/patch.h"

namespace veriline::linesim {
namespace {

double CpuMs() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

SymbologySet WantedIn(SceneKind scene) {
  SymbologySet wanted;
  if (scene == SceneKind::kWeb) wanted.Add(Symbology::kQr);
  if (scene == SceneKind::kCartons) wanted.Add(Symbology::kEan13);
  if (scene == SceneKind::kWeb || scene == SceneKind::kCartons) wanted.Add(Symbology::kCode128);
  return wanted.Add(Symbology::kDataMatrix);
}

void Save(const FrameView& view, const std::string& path) {
  std::ofstream file(path, std::ios::binary);
  file << "P5\n" << view.width << " " << view.height << "\n255\n";
  for (int y = 0; y < view.height; ++y) {
    file.write(reinterpret_cast<const char*>(view.Row(y)), view.width);
  }
}

struct Options {
  std::string scene;
  uint64_t seed = 1;
  uint64_t from = 0;
  uint64_t count = 50;
  int camera = 0;
  bool fresh = false;
  bool bench = false;
  double faults = 0.03;
  std::string save;
};

int Run(const Options& options) {
  const auto kind = SceneKindFromName(options.scene);
  if (!kind) return 2;
  WorldConfig config;
  config.scene = *kind;
  config.seed = options.seed;
  const auto at_once = static_cast<uint64_t>(config.traits().feed_items());
  // The same world whichever pictures are wanted of it.
  config.items = std::max<uint64_t>(10'000, 2 * (options.from + options.count)) * at_once;
  config.fault_ratio = options.faults;
  const World world(config);
  SceneFrames pictures(world, {.mode = options.fresh ? RenderMode::kFresh : RenderMode::kPooled,
                               .camera = options.camera,
                               .whole_rows = options.bench,
                               .clutter = options.bench});
  const SteadyClock clock;
  decode::FrameReader reader(clock);
  std::map<std::string, std::pair<int, int>> by_identifier;  // read, shown
  std::vector<double> times;
  int wrong = 0;
  for (uint64_t index = options.from; index < options.from + options.count; ++index) {
    const FrameView view = pictures.Draw(index);
    if (!options.save.empty()) {
      Save(view, options.save + "/" + options.scene + std::to_string(index) + ".pgm");
    }
    const double start_ms = CpuMs();
    const auto outcome = reader.Read(view, {.symbologies = WantedIn(*kind)});
    times.push_back(CpuMs() - start_ms);
    const std::vector<ShownSymbol> shown = pictures.ShownIn(index);
    for (const ShownSymbol& s : shown) {
      if (!s.whole) continue;
      auto& [read, all] = by_identifier[s.identifier];
      ++all;
      const bool found = std::ranges::any_of(outcome.symbols, [&s](const Symbol& symbol) {
        return symbol.payload.view() == s.text && symbol.identifier_view() == s.identifier &&
               Intersect(BoundsOf(symbol.quad), BoundsOf(s.quad)).width > 0;
      });
      read += found;
      if (found) continue;
      const Point at = s.quad.Center();
      const Point along = s.quad.corners[1] - s.quad.corners[0];
      std::printf(
          "picture %llu item %llu: %s not read at %.0f,%.0f X %.2f px, %.0f px long, %.1f "
          "degrees\n",
          static_cast<unsigned long long>(index), static_cast<unsigned long long>(s.item),
          s.identifier.c_str(), static_cast<double>(at.x), static_cast<double>(at.y),
          static_cast<double>(s.module_px),
          static_cast<double>(Distance(s.quad.corners[0], s.quad.corners[1])),
          std::atan2(static_cast<double>(along.y), static_cast<double>(along.x)) * 57.2958);
    }
    for (const Symbol& symbol : outcome.symbols) {
      const bool known = std::ranges::any_of(shown, [&symbol](const ShownSymbol& s) {
        return symbol.payload.view() == s.text && symbol.identifier_view() == s.identifier;
      });
      if (known) continue;
      ++wrong;
      std::printf(
          "picture %llu: %s \"%s\" read and not shown\n", static_cast<unsigned long long>(index),
          std::string(symbol.identifier_view()).c_str(), std::string(symbol.text.view()).c_str());
    }
  }
  for (const auto& [identifier, counts] : by_identifier) {
    std::printf("%s read %d of %d\n", identifier.c_str(), counts.first, counts.second);
  }
  std::ranges::sort(times);
  std::printf("wrong %d; CPU time p50 %.1f max %.1f ms\n", wrong, times[times.size() / 2],
              times.back());
  return 0;
}

}  // namespace
}  // namespace veriline::linesim

int main(int argc, char** argv) {
  CLI::App app("Reads drawn pictures of a scene");
  veriline::linesim::Options options;
  app.add_option("scene", options.scene)->required();
  app.add_option("--seed", options.seed);
  app.add_option("--from", options.from);
  app.add_option("--count", options.count);
  app.add_option("--camera", options.camera);
  app.add_flag("--fresh", options.fresh);
  app.add_flag("--bench", options.bench, "Blocks and print as in the pictures of the bench");
  app.add_option("--faults", options.faults);
  app.add_option("--save", options.save);
  CLI11_PARSE(app, argc, argv);
  return veriline::linesim::Run(options);
}
