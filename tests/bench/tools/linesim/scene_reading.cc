// SPDX-License-Identifier: Apache-2.0
// Reads pictures of a scene as the line does, compares with what was printed, and saves pictures.
//   veriline_scene_reading SCENE [--seed N] [--from PICTURE] [--count N] [--camera N] [--fresh]
//                          [--faults RATIO] [--save FOLDER]
// A picture of the web is a block as the strip assembler makes it.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "tools/linesim/carton_label.h"
#include "tools/linesim/foil_renderer.h"
#include "tools/linesim/scene_recipe.h"
#include "tools/linesim/scene_renderer.h"
#include "tools/linesim/sheet_layout.h"
#include "tools/linesim/strips.h"
#include "tools/linesim/web_label.h"
#include "tools/linesim/web_renderer.h"
#include "vision/core/clock.h"
#include "vision/decode/frame_reader.h"
#include "vision/decode/patch.h"

namespace veriline::linesim {
namespace {

/// A symbol that can be read in a picture.
struct Shown {
  uint64_t item = 0;
  std::string identifier;
  std::string text;
  Quad quad;
  float module_px = 0;
};

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

class Pictures {
 public:
  Pictures(const World& world, RenderMode mode, int camera)
      : world_(world), scene_(world.scene()), camera_(camera) {
    if (scene_.line_scan) {
      web_.emplace(world, mode);
      first_line_ = Strips(world).At(0).first_count - world.config().camera_distance_counts;
    } else {
      renderer_ = MakeRenderer(world, mode, camera);
    }
    pixels_.resize(static_cast<size_t>(scene_.picture_width) * static_cast<size_t>(lines()));
  }

  FrameView Draw(uint64_t index) {
    if (web_) {
      const int64_t from = TopOf(index);
      web_->Render(from, from + kBlockLines, pixels_.data(), scene_.picture_width);
    } else {
      renderer_->Render(index, pixels_.data(), scene_.picture_width);
    }
    return {pixels_.data(), scene_.picture_width, lines(), scene_.picture_width};
  }

  std::vector<Shown> ShownIn(uint64_t index) const {
    std::vector<Shown> shown;
    switch (scene_.kind) {
      case SceneKind::kWeb:
        for (uint64_t item = 0; item < world_.items(); ++item) {
          const auto dy = static_cast<float>(world_.MarkCount(world_.FeedOf(item)) - TopOf(index));
          if (dy < -2000 || dy > kBlockLines) continue;
          if (world_.FeedFaultOf(world_.FeedOf(item)) != FaultKind::kNone) continue;
          const WebLabel label = LayOutWebLabel(world_, item);
          for (const PrintedSymbol& symbol : label.symbols) {
            Quad quad = QuadOf(symbol, kWebLabelWidthPx, kWebLabelHeightPx, label.stock.pose);
            for (Point& corner : quad.corners) {
              corner = corner + Point{static_cast<float>(world_.LaneOf(item) * kWebLanePx), dy};
            }
            Add(item, symbol, quad, &shown);
          }
        }
        break;
      case SceneKind::kSheet:
        for (uint64_t item = index * 96; item < index * 96 + 96; ++item) {
          const SheetPosition position = LayOutSheetPosition(world_, item);
          Add(item, position.symbol,
              QuadOf(position.symbol, kPositionWidthPx, kPositionHeightPx, position.pose), &shown);
        }
        break;
      case SceneKind::kCartons: {
        const CartonLabel label = LayOutCartonLabel(world_, index);
        for (const PrintedSymbol& symbol : label.symbols) {
          Add(index, symbol, QuadOf(symbol, kCartonLabelWidthPx, kCartonLabelHeightPx, label.pose),
              &shown);
        }
        break;
      }
      default:
        if (scene_.kind == SceneKind::kFoil && (GlareOf(world_, index) >> camera_ & 1) != 0) break;
        for (const Label& label : world_.TruthOf(index).labels) {
          if (label.print != Print::kGood || label.text.empty()) continue;
          shown.push_back({index, "]d2", label.text, label.quad, label.module_px});
        }
    }
    return shown;
  }

 private:
  int lines() const { return web_ ? kBlockLines : scene_.picture_height; }
  int64_t TopOf(uint64_t block) const {
    return first_line_ + static_cast<int64_t>(block) * (kBlockLines - kBlockOverlapLines);
  }
  void Add(uint64_t item, const PrintedSymbol& symbol, const Quad& quad,
           std::vector<Shown>* shown) const {
    const Rect box = decode::BoundsOf(quad);
    const Rect picture{0, 0, scene_.picture_width, lines()};
    // One that is cut by the border is whole in another block.
    constexpr int kQuietPx = 16;
    const Rect room{box.x - kQuietPx, box.y - kQuietPx, box.width + 2 * kQuietPx,
                    box.height + 2 * kQuietPx};
    if (symbol.print != Print::kGood || Intersect(room, picture) != room) return;
    shown->push_back({item, symbol.identifier, symbol.text, quad, symbol.module_px});
  }

  const World& world_;
  const SceneTraits& scene_;
  const int camera_;
  std::optional<WebRenderer> web_;
  std::unique_ptr<SceneRenderer> renderer_;
  int64_t first_line_ = 0;
  std::vector<uint8_t> pixels_;
};

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
  Pictures pictures(world, options.fresh ? RenderMode::kFresh : RenderMode::kPooled,
                    options.camera);
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
    const std::vector<Shown> shown = pictures.ShownIn(index);
    for (const Shown& s : shown) {
      auto& [read, all] = by_identifier[s.identifier];
      ++all;
      const bool found = std::ranges::any_of(outcome.symbols, [&s](const Symbol& symbol) {
        return symbol.payload.view() == s.text && symbol.identifier_view() == s.identifier &&
               Intersect(decode::BoundsOf(symbol.quad), decode::BoundsOf(s.quad)).width > 0;
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
      const bool known = std::ranges::any_of(shown, [&symbol](const Shown& s) {
        return symbol.payload.view() == s.text && symbol.identifier_view() == s.identifier;
      });
      // What a border cuts may be read all the same; of the packs, a neighbour shows.
      if (known || *kind == SceneKind::kWeb || *kind == SceneKind::kPacks) continue;
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
  app.add_option("--faults", options.faults);
  app.add_option("--save", options.save);
  CLI11_PARSE(app, argc, argv);
  return veriline::linesim::Run(options);
}
