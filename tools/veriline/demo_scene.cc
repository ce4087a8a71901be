// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/demo_scene.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <set>
#include <thread>
#include <utility>

#include "grading/symbol_grader.h"
#include "pipeline/item/recipe.h"
#include "tools/linesim/ring_renderer.h"
#include "tools/linesim/scene_recipe.h"
#include "tools/linesim/scene_renderer.h"
#include "vision/camera/line_scan/line_scan_camera.h"
#include "vision/camera/simulated/simulated_camera.h"
#include "vision/decode/frame_reader.h"

namespace veriline::tools {
namespace {

using linesim::World;

/// So much memory for the pictures that wait, of each camera.
constexpr size_t kRingBytes = 100'000'000;
constexpr int kMostSlots = 64;
/// Of the time of all cores, for the pictures: the rest is for the line, its disk, and luck.
constexpr double kUsableRatio = 0.6;

double CpuMs() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

size_t PictureBytes(const linesim::SceneTraits& scene) {
  return static_cast<size_t>(scene.picture_width) * static_cast<size_t>(scene.picture_height);
}

}  // namespace

Checked<std::unique_ptr<ScenePictures>> ScenePictures::Start(const World& world,
                                                             linesim::RenderMode mode) {
  std::unique_ptr<ScenePictures> pictures(new ScenePictures(world));
  const auto slots =
      static_cast<int>(std::clamp<size_t>(kRingBytes / PictureBytes(world.scene()), 4, kMostSlots));
  for (int i = 0; i < world.scene().cameras; ++i) {
    auto camera = std::make_unique<Camera>();
    auto ring = linesim::FrameRing::Create(world.config(), mode, slots, i);
    if (!ring) return Fail(ring.error());
    camera->ring = std::move(*ring);
    auto process = linesim::RendererProcess::Start(&camera->ring);
    if (!process) return Fail(process.error());
    camera->process = std::move(*process);
    pictures->cameras_.push_back(std::move(camera));
  }
  return pictures;
}

std::vector<std::unique_ptr<camera::CameraSource>> ScenePictures::MakeCameras() {
  const linesim::SceneTraits& scene = world_.scene();
  std::vector<std::unique_ptr<camera::CameraSource>> sources;
  for (const auto& camera : cameras_) {
    std::unique_ptr<camera::CameraSource> source = std::make_unique<camera::SimulatedCamera>(
        camera::SimulatedOptions{.model = std::string(scene.name),
                                 .width_max = scene.picture_width,
                                 .height_max = scene.picture_height},
        std::make_unique<linesim::RingRenderer>(world_, camera->ring));
    if (scene.line_scan) {
      source = std::make_unique<camera::LineScanCamera>(
          camera::LineScanOptions{.block_lines = linesim::kBlockLines,
                                  .overlap_lines = linesim::kBlockOverlapLines,
                                  .counts_per_line = 1},
          std::move(source));
    }
    sources.push_back(std::move(source));
  }
  return sources;
}

std::vector<std::shared_ptr<const calibration::Calibration>> SceneCalibrations(
    const linesim::SceneTraits& scene) {
  const double mm_per_px = 1.0 / scene.counts_per_mm;  // a pixel is a count
  const auto calibration = std::make_shared<const calibration::Calibration>(
      calibration::Calibration{.id = "simulated",
                               .camera = std::string(scene.name),
                               .target = "none: grey is drawn as reflectance",
                               .reflectance = calibration::ReflectanceCurve(),
                               .scale = calibration::Scale{mm_per_px, mm_per_px},
                               .wavelength_nm = 660,
                               .lighting = "45Q"});
  return {static_cast<size_t>(scene.cameras), calibration};
}

size_t FrameBytes(const World& world) {
  const linesim::SceneTraits& scene = world.scene();
  if (!scene.line_scan) return PictureBytes(scene);
  return static_cast<size_t>(scene.picture_width) * linesim::kBlockLines;
}

double SustainedItemsPerMin(const linesim::WorldConfig& config, linesim::RenderMode mode) {
  const World world(config);
  const linesim::SceneTraits& scene = world.scene();
  const auto recipe = item::ParseRecipe(linesim::SceneRecipe(world), "recipe");
  if (!recipe) return 0;
  SymbologySet wanted;
  for (const item::CodeSpec& code : recipe->codes) {
    for (int i = 1; i < kSymbologyCount; ++i) {
      if (code.symbologies.Has(static_cast<Symbology>(i))) wanted.Add(static_cast<Symbology>(i));
    }
  }
  const SteadyClock clock;
  decode::FrameReader reader(clock);
  grading::SymbolGrader grader;
  const auto calibration = SceneCalibrations(scene).front();
  std::vector<uint8_t> pixels(FrameBytes(world));
  const auto renderer = linesim::MakeRenderer(world, mode);
  // A block is drawn strip by strip; the first show no labels yet.
  const int strips = scene.line_scan ? linesim::kBlockLines / scene.picture_height : 1;
  const int lines = strips * scene.picture_height;
  uint64_t shot = scene.line_scan ? static_cast<uint64_t>(strips) : 0;
  constexpr int kPictures = 6;
  double worst_ms = 1;  // no clock tick less
  for (int i = 0; i < kPictures && shot + static_cast<uint64_t>(strips) < ShotsOf(world); ++i) {
    const double start = CpuMs();
    for (int strip = 0; strip < strips; ++strip, ++shot) {
      renderer->Render(shot, pixels.data() + static_cast<size_t>(strip) * PictureBytes(scene),
                       scene.picture_width);
    }
    const FrameView picture{pixels.data(), scene.picture_width, lines, scene.picture_width};
    for (const Symbol& symbol : reader.Read(picture, {.symbologies = wanted}).symbols) {
      if (!grading::SymbolGrader::Covers(symbol.symbology)) continue;
      static_cast<void>(grader.Grade(picture, calibration.get(), symbol, recipe->grading.spec));
    }
    if (i > 0) worst_ms = std::max(worst_ms, CpuMs() - start);  // the first warms up
  }
  const int read_lines = lines - (scene.line_scan ? linesim::kBlockOverlapLines : 0);
  const double feeds =
      scene.line_scan ? read_lines / static_cast<double>(scene.feed_pitch_counts) : 1;
  const double cores = std::max(1u, std::thread::hardware_concurrency());
  const double pictures_per_s = kUsableRatio * cores * 1000 / (worst_ms * scene.cameras);
  return pictures_per_s * feeds * scene.feed_items() * 60;
}

std::string DescribePace(const World& world) {
  const linesim::SceneTraits& scene = world.scene();
  const double counts_per_s = world.counts_per_s();
  const double feeds_per_s = counts_per_s / static_cast<double>(scene.feed_pitch_counts);
  std::string text =
      fmt::format("scene {}: belt {:.2f} m/s, {:.0f} items a minute, ", scene.name,
                  counts_per_s / scene.counts_per_mm / 1000, world.config().items_per_min);
  if (scene.line_scan) {
    text += fmt::format("{:.0f} lines of {} px a second in blocks of {}", counts_per_s,
                        scene.picture_width, linesim::kBlockLines);
  } else {
    text += fmt::format("{:.1f} pictures of {} x {} a second", feeds_per_s * scene.cameras,
                        scene.picture_width, scene.picture_height);
  }
  return text;
}

ReadRates CountReads(const World& world, const item::RecordStore& store, const std::string& line_id,
                     size_t views) {
  constexpr uint32_t kPage = 1000;
  std::map<std::pair<int, int64_t>, uint64_t> items;  // by lane and leading edge
  for (uint64_t item = 0; item < world.items(); ++item) {
    items.emplace(std::pair{world.LaneOf(item), world.LeadingCount(item)}, item);
  }
  ReadRates rates;
  rates.by_view.resize(views);
  for (uint64_t seq = 0;;) {
    const auto page = store.ReadRecords(line_id, seq, kPage);
    if (!page || page->empty()) return rates;
    for (const item::InspectionRecord& record : *page) {
      seq = record.seq + 1;
      if (record.kind != item::RecordKind::kItem) continue;
      const auto item = items.find({record.lane, record.from_count});
      if (item == items.end()) continue;
      const linesim::FaultTruth& truth = linesim::TruthOf(world.FaultOf(item->second));
      if (truth.reason == item::RejectReason::kNoRead || !truth.delivered) continue;
      // A foreign code beside its own is read rightly too.
      if (truth.kind == linesim::FaultKind::kExtraCode) continue;
      ++rates.readable;
      const std::string printed = world.CodeOn(item->second);
      std::set<uint32_t> seen;
      for (const item::CodeResult& code : record.codes) {
        if (code.role != item::CodeRole::kIdentity) continue;
        if (code.payload == printed) {
          seen.insert(code.camera);
        } else {
          ++rates.wrong;
        }
      }
      for (const item::TextResult& text : record.texts) {
        if (!text.number || text.state != item::TextState::kMatch) continue;
        if (text.read == printed) {
          seen.insert(text.camera);
        } else {
          ++rates.wrong;
        }
      }
      for (const uint32_t camera : seen) {
        if (camera < views) ++rates.by_view[camera];
      }
      rates.together += !seen.empty();
    }
  }
}

std::string ReadRates::Table(const std::vector<std::string>& views) const {
  const auto row = [this](const std::string& name, uint64_t read) {
    return fmt::format(
        "  {:<26}{:>10}   {:6.2f} %\n", name, read,
        readable == 0 ? 0.0 : 100 * static_cast<double>(read) / static_cast<double>(readable));
  };
  std::string out = fmt::format("identities read of {} items that carry one\n", readable);
  for (size_t i = 0; i < views.size() && i < by_view.size(); ++i) out += row(views[i], by_view[i]);
  if (views.size() > 1) out += row("together", together);
  return out + fmt::format("  {:<26}{:>10}\n", "wrong", wrong);
}

}  // namespace veriline::tools
